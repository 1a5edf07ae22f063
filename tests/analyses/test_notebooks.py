from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT
from talentstats.store import ProcessedTable
from talentstats.workspace import HOME_VARIABLE, Workspace

NOTEBOOKS = sorted((ROOT / "analyses").glob("*.ipynb"))
SAYS = {
    "what-133-means": ["133 vacancies per 100 unemployed", "two definitions"],
    "from-a-sample-to-the-population": [
        "weights after nonresponse and raking",
        "model-based",
        "synthetic data",
    ],
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_is_stored_without_outputs(
    path: Path, project: Workspace, labour_table: ProcessedTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(project.root))
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    executed = NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    last = executed.cells[-1].outputs[-1]["data"]
    assert {"image/svg+xml", "image/png"} <= set(last)
    shown = " ".join(str(output) for cell in executed.cells for output in cell.get("outputs", []))
    for words in SAYS[path.stem]:
        assert words in shown
    assert labour_table.frame.height
