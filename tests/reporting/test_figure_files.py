"""A figure of a report is drawn once in a build, and by itself when a document is rendered without one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from figure_support import make_survey_figures
from talentstats.figures import Figure
from talentstats.figures.saving import save
from talentstats.reporting.figure_block import FORMATS as SHOWN
from talentstats.reporting.figure_block import figure_block
from talentstats.reporting.figure_files import FOLDER_VARIABLE, FORMATS, collect

Show = Callable[[], str]


@pytest.fixture
def figure() -> Figure:
    return make_survey_figures()["slope"]


@pytest.fixture
def show(figure: Figure, tmp_path: Path) -> Show:
    """Return what a cell does: show the figure in a document of its own folder."""
    document = tmp_path / "document"
    document.mkdir()
    return lambda: figure_block(figure, "stay", caption="Blijven", directory=document)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the stems that are drawn for the build, as they come; only the formats of documents."""
    stems: list[str] = []

    def noted(figure: Figure, stem: str, **options: object) -> tuple[Path, ...]:
        stems.append(stem)
        return save(figure, stem, **(options | {"formats": SHOWN}))  # type: ignore[arg-type]

    monkeypatch.setattr("talentstats.reporting.figure_files.save", noted)
    return stems


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_without_a_build_a_document_draws_the_pictures_it_shows(
    show: Show, drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    block = show()
    assert "(figures/stay-nl)" in block
    assert {"stay-nl.svg", "stay-nl.png"} <= names(tmp_path / "document" / "figures")
    assert drawn == []


def test_in_a_build_a_document_shows_the_files_that_stand_beside_the_report(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = tmp_path / "out" / "figures"
    monkeypatch.setenv(FOLDER_VARIABLE, str(collected))
    show()
    assert {f"stay-nl.{kind}" for kind in (*FORMATS, "csv", "json")} <= names(collected)
    shown = tmp_path / "document" / "figures"
    assert names(shown) == {"stay-nl.svg", "stay-nl.png"}
    for path in shown.iterdir():
        assert path.read_bytes() == (collected / path.name).read_bytes()


def test_a_figure_that_several_need_is_drawn_once(
    figure: Figure, show: Show, drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = tmp_path / "out" / "figures"
    monkeypatch.setenv(FOLDER_VARIABLE, str(collected))
    # Quarto runs the cells once for each format; the build writes what no document shows.
    first, second = show(), show()
    collect(figure, "stay", collected)
    assert first == second
    assert drawn == ["stay-nl"]


def test_a_figure_that_was_not_written_whole_is_drawn_again(
    figure: Figure, drawn: list[str], tmp_path: Path
) -> None:
    collect(figure, "stay", tmp_path)
    (tmp_path / "stay-nl.json").unlink()
    collect(figure, "stay", tmp_path)
    assert drawn == ["stay-nl", "stay-nl"]


def test_each_language_is_drawn_by_itself(figure: Figure, drawn: list[str], tmp_path: Path) -> None:
    collect(figure, "stay", tmp_path)
    collect(figure.with_language("en"), "stay", tmp_path)
    assert drawn == ["stay-nl", "stay-en"]
