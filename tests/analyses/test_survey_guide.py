"""The guide to the survey: its examples run as they are written, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from conftest import ROOT
from talentstats.workspace import Workspace

GUIDE = ROOT / "docs" / "survey" / "README.md"


def test_the_example_runs_as_it_is_written(
    at_home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at_home.root
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in GUIDE.read_text(encoding="utf-8").split("```python\n")[1:]:
        exec(compile(block.split("```")[0], str(GUIDE), "exec"), names)  # noqa: S102
    assert len(names["stay"]) == 10  # type: ignore[arg-type]
    saved = {path.suffix for path in (tmp_path / "charts").iterdir()}
    assert saved == {".svg", ".png", ".pdf", ".csv", ".json"}


@pytest.mark.parametrize("page", sorted(GUIDE.parent.glob("*.md")), ids=lambda path: path.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    for link in links:
        assert link.startswith("https://") or (page.parent / link).exists(), link
