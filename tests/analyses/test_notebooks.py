"""The notebooks: they run, from a project as it comes, and show figures of groups, never of a person."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from conftest import ROOT
from talentstats.synthetic.frame import synthetic_frame
from talentstats.workspace import HOME_VARIABLE, Workspace

NOTEBOOKS = sorted((ROOT / "analyses").glob("*.ipynb"))
SAYS = {
    "01-tightness": ["133 vacancies per 100 unemployed", "two definitions"],
    "02-a-wave-from-file-to-estimates": [
        "5000 respondents",
        "PhD candidates counted as students",
        "critical",
        "weights after raking",
        "comparison of proportions",
        "Synthetic data",
    ],
    "03-figures-for-a-ministry": [
        "Holm",
        "Synthetische gegevens",
        "Synthetic data",
        "partners.nl.pdf",
        "partners.en.csv",
        "Dot plot with confidence intervals",
    ],
    "04-from-a-sample-to-the-population": [
        "weights after nonresponse and raking",
        "model-based",
        "synthetic data",
    ],
}
# Numbers of respondents and members of the panel, sampling units, municipalities, and addresses.
OF_PERSONS = re.compile(
    r"\b20\d\d-\d{8}\b|\bP20\d\d-\d\d-\d{6}\b|\b(?:pc|rl|sp)-[a-z_]+-\d{5}\b|\bGM\d{4}\b|@\w+\.\w"
)


@pytest.fixture(scope="module")
def respondents() -> pl.DataFrame:
    """Return some of those that the notebooks read."""
    return synthetic_frame(2025, n=2000, seed=1, reference=ROOT / "data/reference")


def test_every_notebook_is_known_here() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(SAYS)


@pytest.mark.parametrize("column", ["respondent_id", "panel_id", "psu", "municipality"])
def test_what_is_of_a_person_would_be_found(column: str, respondents: pl.DataFrame) -> None:
    assert all(OF_PERSONS.search(f"shown: {value}.") for value in respondents[column].drop_nulls())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_shows_a_figure_and_leaves_nothing_behind(
    path: Path, project: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(project.root))
    outputs = _outputs(path, tmp_path)
    assert {"image/svg+xml", "image/png"} <= set(outputs[-1]["data"])
    shown = " ".join(_texts(outputs))
    for words in SAYS[path.stem]:
        assert words in shown
    assert not OF_PERSONS.findall(shown)
    assert not list(tmp_path.iterdir())


def _outputs(path: Path, folder: Path) -> list[Any]:
    """Execute a notebook in a folder and return what its cells show."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    executed = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return [output for cell in executed.cells for output in cell.get("outputs", [])]


def _texts(outputs: Iterable[Any]) -> Iterator[str]:
    """Give everything that is shown as text; a drawing says its words in SVG."""
    for output in outputs:
        yield output.get("text", "")
        yield from (str(text) for kind, text in output.get("data", {}).items() if kind != "image/png")
