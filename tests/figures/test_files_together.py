"""Several files of a figure at once, and interactive pages that share what all of them need."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl

from talentstats.figures import Figure
from talentstats.figures.rendering import render, shared_files
from talentstats.figures.saving import data_csv, save

LOADED = re.compile(r"""<(?:script|link)\b[^>]*?\b(?:src|href)=["']([^"']+)""")


def test_a_figure_drawn_in_several_formats_has_the_bytes_of_each_alone(dots_figure: Figure) -> None:
    names = ("pdf", "png", "svg")
    made = render(dots_figure, names)

    assert tuple(made) == names
    assert made == {name: dots_figure.render(name) for name in names}


def test_data_beside_a_figure_do_not_hold_what_differs_between_computers(dots_figure: Figure) -> None:
    exact, other = (
        replace(dots_figure, data=dots_figure.data.with_columns(value=pl.lit(value)))
        for value in (19.91242335403102, 19.912423354031016)
    )
    assert data_csv(exact) == data_csv(other)
    assert b"19.91242335," in data_csv(exact)


def test_pages_that_share_their_files_name_only_files_beside_them(
    trend_figure: Figure, dots_figure: Figure, tmp_path: Path
) -> None:
    for stem, figure in (("krapte", trend_figure), ("provincies", dots_figure)):
        save(figure, stem, formats=["html"], directory=tmp_path, self_contained=False)
    beside = sorted(shared_files())

    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in (".css", ".js")) == beside
    for path in tmp_path.glob("*.html"):
        assert sorted(LOADED.findall(path.read_text("utf-8"))) == beside
        assert path.stat().st_size < 50_000


def test_a_page_that_shares_its_files_says_the_same_as_one_that_holds_them(trend_figure: Figure) -> None:
    whole = trend_figure.render("html").decode("utf-8")
    shared = render(trend_figure, ["html"], self_contained=False)["html"].decode("utf-8")

    assert shared.partition("<figcaption>")[2] == whole.partition("<figcaption>")[2]
    for content in shared_files().values():
        assert content.decode("utf-8").strip() in whole


def test_shared_files_that_are_there_are_not_written_again(trend_figure: Figure, tmp_path: Path) -> None:
    for name in shared_files():
        (tmp_path / name).write_text("there", encoding="utf-8")
    save(trend_figure, "krapte", formats=["html"], directory=tmp_path, self_contained=False)

    assert [(tmp_path / name).read_text("utf-8") for name in shared_files()] == ["there", "there"]


def test_a_page_that_an_analyst_saves_holds_all_it_needs(trend_figure: Figure, tmp_path: Path) -> None:
    trend_figure.save("krapte", formats=["html"], directory=tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["krapte.csv", "krapte.html", "krapte.json"]
    assert LOADED.findall((tmp_path / "krapte.html").read_text("utf-8")) == []
