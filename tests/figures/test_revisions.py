from collections.abc import Callable
from typing import Any

import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.figures import Figure, revisions
from talentstats.figures.marks import Label, Line, Points
from talentstats.provenance import Origin

Rows = Callable[..., Any]
MINUS = "\N{MINUS SIGN}"


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_first_and_latest_stand_side_by_side_and_are_joined(revisions_figure: Figure) -> None:
    first, latest = marks_of(revisions_figure, Points)

    assert (first.y, latest.y) == ((106, 133, 143), (106, 134, 142))
    assert (first.filled, latest.filled) == (False, True)
    assert all(left < right for left, right in zip(first.x, latest.x, strict=True))
    assert [line.y for line in marks_of(revisions_figure, Line)] == [(106, 106), (133, 134), (143, 142)]


def test_each_revision_is_written_with_its_sign(revisions_figure: Figure) -> None:
    assert [label.text for label in marks_of(revisions_figure, Label)] == ["0", "+1", f"{MINUS}1"]


def test_figures_by_two_methods_are_not_compared(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    first = rows({"2021Q3": 126}, method="ebb_before_2022")

    with pytest.raises(ComparisonError, match=r"ebb_before_2022.*ebb_from_2022[\s\S]*2021Q3"):
        revisions(first, rows({"2021Q3": 93}), title=title, sources=[origin()])


def test_old_and_new_method_share_the_figure_when_each_period_has_one(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    pairs = [("2021Q2", "ebb_before_2022"), ("2021Q4", "ebb_from_2022")]
    first, latest = (
        [rows({period: value}, method=method) for period, method in pairs] for value in (106.0, 107.0)
    )
    figure = revisions(
        first[0].vstack(first[1]), latest[0].vstack(latest[1]), title=title, sources=[origin()]
    )

    assert any("alleen cijfers volgens dezelfde methode" in note for note in figure.drawing().notes)


def test_periods_that_only_one_side_has_are_left_out(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    figure = revisions(
        rows({"2021Q4": 106, "2022Q1": 133, "2022Q2": None}),
        rows({"2022Q1": 134, "2022Q2": 142}),
        title=title,
        sources=[origin()],
    )

    assert figure.data["period"].to_list() == ["2022Q1", "2022Q1"]


def test_no_common_period_is_refused(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(InputError, match="No period has both"):
        revisions(rows({"2021Q4": 106}), rows({"2022Q1": 134}), title=title, sources=[origin()])


def test_two_regions_are_refused(rows: Rows, title: dict[str, str], origin: Callable[..., Origin]) -> None:
    with pytest.raises(ComparisonError, match=r"NL01.*PV28"):
        revisions(
            rows({"2022Q1": 133}), rows({"2022Q1": 114}, region="PV28"), title=title, sources=[origin()]
        )


def test_revisions_are_not_written_where_they_would_not_fit(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    periods = {f"{year}Q{quarter}": 100.0 for year in range(2010, 2026) for quarter in range(1, 5)}
    figure = revisions(rows(periods), rows(dict.fromkeys(periods, 112.0)), title=title, sources=[origin()])

    assert marks_of(figure, Label) == []
    assert not any("Boven de punten" in note for note in figure.drawing().notes)


def test_the_alt_text_counts_the_revisions_in_both_languages(revisions_figure: Figure) -> None:
    assert (
        "Aantal perioden: 3; naar boven bijgesteld: 1, naar beneden bijgesteld: 1, niet bijgesteld: 1."
        in (revisions_figure.alt("nl"))
    )
    assert "Largest revision: +1 (1st quarter 2022, from 133 to 134)." in revisions_figure.alt("en")


def test_the_table_says_what_was_published_when(revisions_figure: Figure) -> None:
    assert "| 2022-K1 | 133 | 31 augustus 2022 | 134\\* | 16 mei 2023 | +1 |" in revisions_figure.table("nl")
