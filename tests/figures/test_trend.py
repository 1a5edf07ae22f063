from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.figures import Annotation, Figure, trend
from talentstats.figures.marks import Label, Line, Points, Ranges, Rule
from talentstats.figures.scales import period_position as at
from talentstats.provenance import Origin

Rows = Callable[..., pl.DataFrame]


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def texts_of(figure: Figure) -> list[str]:
    return [mark.text for mark in marks_of(figure, Label)]


def test_the_two_methods_are_two_lines_that_nothing_joins(trend_figure: Figure) -> None:
    old, new = marks_of(trend_figure, Line)

    assert (old.x[-1], old.y[-1]) == (at("2021Q3"), 126)
    assert (new.x[0], new.y[0]) == (at("2021Q4"), 106)
    assert (old.dashed, new.dashed) == (True, False)
    assert old.color != new.color


def test_the_break_is_marked_between_the_methods_and_named(trend_figure: Figure) -> None:
    (rule,) = marks_of(trend_figure, Rule)

    assert rule.vertical
    assert rule.at == (at("2021Q3") + at("2021Q4")) / 2
    assert {"methodebreuk", "EBB, oude methode", "EBB, nieuwe methode", "126", "106"} <= set(
        texts_of(trend_figure)
    )
    assert any(note.startswith("Methodebreuk") for note in trend_figure.drawing().notes)


def test_methods_that_overlap_in_time_break_where_the_old_one_ends(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    old = rows({"2021Q1": 73, "2021Q2": 106, "2021Q3": 126}, method="ebb_before_2022")
    new = rows({"2021Q2": 78, "2021Q3": 93, "2021Q4": 106})
    (rule,) = marks_of(trend(old, new, title=title, sources=[origin()]), Rule)

    assert rule.at == at("2021Q3") + 0.5


def test_a_gap_stays_a_gap_whether_the_row_is_empty_or_absent(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    empty = rows({"2022Q1": 133, "2022Q2": None, "2022Q3": 121})
    absent = empty.filter(pl.col("period") != "2022Q2")
    for frame in (empty, absent):
        figure = trend(frame, title=title, sources=[origin()])
        (line,) = marks_of(figure, Line)
        assert line.y == (133, None, 121)
        assert "Geen cijfer beschikbaar: 2022-K2." in figure.drawing().notes


def test_a_value_without_neighbours_is_a_point_because_a_line_cannot_show_it(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    figure = trend(rows({"2022Q1": 133, "2022Q3": 121, "2022Q4": 123}), title=title, sources=[origin()])

    assert {x for points in marks_of(figure, Points) for x in points.x} == {at("2022Q1"), at("2022Q4")}


def test_provisional_figures_are_open_points_explained_in_the_key(trend_figure: Figure) -> None:
    (points,) = [points for points in marks_of(trend_figure, Points) if not points.filled]

    assert points.x == (at("2023Q1"),)
    assert "voorlopig cijfer" in [entry.text for entry in trend_figure.drawing().plot.key]


def test_the_last_value_stands_beside_the_line(trend_figure: Figure) -> None:
    assert "122" in texts_of(trend_figure)


def test_a_marked_vintage_stands_beside_the_latest_with_both_days(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    latest = rows({"2021Q4": 106, "2022Q1": 134, "2022Q2": 142})
    first = rows({"2022Q1": 133}, vintage=date(2022, 5, 17))
    figure = trend(latest, marked=first, title=title, sources=[origin()])
    (diamond,) = [points for points in marks_of(figure, Points) if points.shape == "diamond"]

    assert (diamond.x, diamond.y) == ((at("2022Q1"),), (133,))
    assert {"133 (stand 17 mei 2022)", "134 (stand 16 mei 2023)"} <= set(texts_of(figure))


def test_a_vintage_known_to_the_month_is_not_given_a_day(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    first = rows({"2022Q2": 143}, vintage=date(2022, 8, 31), vintage_precision="month")
    figure = trend(rows({"2022Q1": 134, "2022Q2": 142}), marked=first, title=title, sources=[origin()])

    assert "143 (stand augustus 2022)" in texts_of(figure)


def test_annotations_are_lines_with_their_text(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    notes = [
        Annotation.make(
            {"nl": "evenveel vacatures als werklozen", "en": "as many vacancies as unemployed"}, value=100
        ),
        Annotation.make({"nl": "eerste lockdown", "en": "first lockdown"}, period="2022Q2"),
    ]
    frame = rows({"2022Q1": 134, "2022Q2": 142, "2022Q3": 121})
    figure = trend(frame, title=title, sources=[origin()], annotations=notes)

    assert {(rule.vertical, rule.at) for rule in marks_of(figure, Rule)} == {
        (False, 100),
        (True, at("2022Q2")),
    }
    assert {"evenveel vacatures als werklozen", "eerste lockdown"} <= set(texts_of(figure))


@pytest.mark.parametrize("place", [{}, {"value": 100, "period": "2022Q1"}])
def test_an_annotation_stands_at_exactly_one_place(place: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="one place"):
        Annotation.make({"nl": "a", "en": "b"}, **place)


def test_a_wide_rounding_range_is_a_bar_and_a_narrow_one_a_remark(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    wide = rows({"2022Q1": 100, "2022Q2": 120}, low=90, high=130)
    narrow = rows({"2022Q1": 10, "2022Q2": 140}).with_columns(
        low=pl.col("value") - 0.6, high=pl.col("value") + 0.6
    )
    shown, remarked = (trend(frame, title=title, sources=[origin()]) for frame in (wide, narrow))

    assert marks_of(shown, Ranges)[0].low == (90, 90)
    assert "afrondingsmarge" in [entry.text for entry in shown.drawing().plot.key]
    assert any("afrondingsmarge is hooguit" in note for note in remarked.drawing().notes)


@pytest.mark.parametrize(
    ("change", "first", "second"),
    [
        ({"measure": "uwv_tension"}, "Labour market tightness \\(CBS\\)", "tension indicator \\(UWV\\)"),
        ({"adjustment": "NSA"}, "seasonally adjusted", "not seasonally adjusted"),
        ({"unit": "ratio"}, "vacancies per 100 unemployed", "ratio"),
    ],
)
def test_two_definitions_do_not_share_a_figure(
    rows: Rows,
    title: dict[str, str],
    origin: Callable[..., Origin],
    change: dict[str, str],
    first: str,
    second: str,
) -> None:
    with pytest.raises(ComparisonError, match=f"{first}.* and .*{second}"):
        trend(rows({"2022Q1": 134}), rows({"2022Q2": 4.3}, **change), title=title, sources=[origin()])


def test_a_marked_point_of_another_definition_is_refused(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(ComparisonError, match="Two definitions"):
        trend(
            rows({"2022Q1": 134}),
            marked=rows({"2022Q1": 126}, adjustment="NSA"),
            title=title,
            sources=[origin()],
        )


def test_quarters_and_years_do_not_share_an_axis(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(ComparisonError, match="different length"):
        trend(rows({"2022Q1": 134, "2022": 130}), title=title, sources=[origin()])


def test_two_vintages_of_one_period_cannot_both_be_the_line(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    with pytest.raises(InputError, match="pass figures of other days as `marked`"):
        trend(rows({"2022Q1": 133}), rows({"2022Q1": 134}), title=title, sources=[origin()])


def test_more_than_four_regions_are_refused_with_advice(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    frames = [rows({"2022Q1": 100.0}).with_columns(region=pl.lit(f"PV{20 + n}")) for n in range(5)]

    with pytest.raises(InputError, match="small multiples"):
        trend(*frames, title=title, sources=[origin()])
    assert len(marks_of(trend(*frames[:4], title=title, sources=[origin()]), Line)) == 4


def test_several_regions_are_named_at_their_lines(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    frames = [
        rows({"2022Q1": 114, "2022Q2": 118}, region="PV28"),
        rows({"2022Q1": 90, "2022Q2": 94}, region="PV24"),
    ]
    figure = trend(*frames, title=title, sources=[origin()])

    assert {"Zuid-Holland 118", "Flevoland 94"} <= set(texts_of(figure))
    assert "Nederland" not in figure.drawing().subtitle


def test_the_axis_is_labelled_in_the_language_of_the_figure(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    figure = trend(rows({"2022Q1": 134, "2022Q2": 142}), title=title, sources=[origin()])

    assert [tick.text for tick in figure.drawing("nl").plot.x.ticks] == ["2022-K1", "2022-K2"]
    assert [tick.text for tick in figure.drawing("en").plot.x.ticks] == ["2022-Q1", "2022-Q2"]


def test_a_series_without_a_single_value_says_so(
    rows: Rows, title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    figure = trend(rows({"2022Q1": None, "2022Q2": None}), title=title, sources=[origin()])

    assert "geen cijfers beschikbaar" in figure.alt("nl")
    assert figure.render("svg")


def test_the_alt_text_says_what_the_data_say_in_both_languages(trend_figure: Figure) -> None:
    dutch, english = trend_figure.alt("nl"), trend_figure.alt("en")

    assert dutch.startswith("Lijndiagram van de spanning op de arbeidsmarkt (CBS)")
    assert "4e kwartaal 2020 tot en met 1e kwartaal 2023" in dutch
    assert (
        "EBB, nieuwe methode: laagste 106 (4e kwartaal 2021), hoogste 143 (2e kwartaal 2022), laatste 122"
        in dutch
    )
    assert "Methodebreuk" in dutch
    assert "Geen cijfer beschikbaar: 2022-K3" in dutch
    assert "Voorlopig: 2023-K1" in dutch
    assert (
        "EBB, old method: lowest 55 (4th quarter 2020), highest 126 (3rd quarter 2021), latest 126" in english
    )
    assert "Break in method" in english


def test_the_table_holds_every_figure_its_gaps_and_its_stars(trend_figure: Figure) -> None:
    lines = trend_figure.table("nl").splitlines()

    assert lines[0] == "| Periode | EBB, nieuwe methode | EBB, oude methode |"
    assert "| 2021-K3 |  | 126 |" in lines
    assert "| 2021-K4 | 106 |  |" in lines
    assert "| 2022-K3 | . |  |" in lines
    assert "| 2023-K1 | 122\\* |  |" in lines


def test_a_trend_needs_a_series(title: dict[str, str], origin: Callable[..., Origin]) -> None:
    with pytest.raises(InputError, match="no series"):
        trend(title=title, sources=[origin()])
