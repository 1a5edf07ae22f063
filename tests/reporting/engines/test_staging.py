import tempfile
from pathlib import Path

import pytest

from talentstats.errors import TalentStatsError
from talentstats.reporting.engines import builtin, staging

from .conftest import Project


def test_results_are_moved_in_whole_over_older_ones(tmp_path: Path) -> None:
    made = tmp_path / "work" / "x.html"
    made.parent.mkdir()
    made.write_text("new", encoding="utf-8")
    target = tmp_path / "out" / "report.html"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    assert staging.deliver({"html": made}, target.parent, stem="report") == {"html": target}
    assert target.read_text(encoding="utf-8") == "new"
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


def test_a_render_that_fails_half_way_leaves_the_last_good_output_and_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    document = project.write("doc.qmd", "Eerste tekst.\n")
    page = project.render(document)["html"]
    before = page.read_bytes()
    project.write("doc.qmd", "Tweede tekst.\n")

    def interrupted(_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setitem(builtin._WRITERS, "docx", interrupted)
    with pytest.raises(KeyboardInterrupt):
        project.render(document, "html", "docx")
    assert page.read_bytes() == before
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]
    assert not list(work.iterdir())


def test_earlier_outputs_and_hidden_files_are_not_copied(tmp_path: Path) -> None:
    source = tmp_path / "reports"
    for name in ("_quarto.yml", "doc.qmd", "_output/old.html", ".quarto/x"):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    staged = staging.stage(source / "doc.qmd", tmp_path / "work")
    assert sorted(path.name for path in staged.parent.iterdir()) == ["_quarto.yml", "doc.qmd"]


def test_a_document_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(TalentStatsError, match=r"`absent\.qmd` does not exist"):
        staging.project_of(tmp_path / "absent.qmd")
