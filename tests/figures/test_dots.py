from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.figures import Figure, dots
from talentstats.figures.marks import Label, Points, Ranges, Rule
from talentstats.provenance import Origin

Rows = Callable[..., pl.DataFrame]


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_regions_are_ordered_by_value_whatever_the_order_of_the_input(
    provinces: tuple[pl.DataFrame, pl.DataFrame], title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    regions, reference = provinces
    figures = [
        dots(frame, reference=reference, title=title, sources=[origin()])
        for frame in (regions, regions.reverse())
    ]

    for figure in figures:
        ticks = figure.drawing().plot.y.ticks
        assert [tick.text for tick in ticks] == ["Zeeland", "Zuid-Holland", "Flevoland"]
        assert [tick.at for tick in ticks] == [3, 2, 1]
    assert figures[0].data.equals(figures[1].data)


def test_each_rounding_range_is_a_bar_behind_its_point(dots_figure: Figure) -> None:
    points, ranges = marks_of(dots_figure, Points), marks_of(dots_figure, Ranges)

    assert [(bar.at, bar.low, bar.high) for bar in ranges] == [
        ((3,), (147.7,), (177.3,)),
        ((2,), (116.8,), (118.3,)),
        ((1,), (89.0,), (99.5,)),
    ]
    assert [point.x for point in points] == [(161.7,), (117.5,), (94.0,)]
    assert all(bar.horizontal for bar in ranges)


def test_the_unadjusted_nation_is_a_labelled_reference_line(dots_figure: Figure) -> None:
    (rule,) = marks_of(dots_figure, Rule)

    assert (rule.vertical, rule.at) == (True, 126.7)
    assert "Nederland: 127" in [label.text for label in marks_of(dots_figure, Label)]
    assert "niet seizoengecorrigeerd" in dots_figure.drawing().subtitle


def test_one_region_is_highlighted_by_colour_and_by_weight(dots_figure: Figure) -> None:
    points = marks_of(dots_figure, Points)

    assert [point.color for point in points] == ["blue", "orange", "blue"]
    assert [tick.bold for tick in dots_figure.drawing().plot.y.ticks] == [False, True, False]


def test_values_stand_at_the_points_with_their_ranges_and_the_order_claims_no_ranks(
    dots_figure: Figure,
) -> None:
    labels = [label.text for label in marks_of(dots_figure, Label)]

    assert "162 (148\N{EN DASH}177)" in labels
    assert any("geen rangorde" in note for note in dots_figure.drawing().notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"adjustment": "SA"}, "not seasonally adjusted.* and .*seasonally adjusted"),
        ({"period": "2023Q1"}, "`2023Q2` and `2023Q1`"),
        ({"method": "ebb_before_2022"}, "new method.* and .*old method"),
        ({"measure": "uwv_tension"}, "CBS.* and .*UWV"),
    ],
)
def test_a_reference_of_another_definition_is_refused(
    provinces: tuple[pl.DataFrame, pl.DataFrame],
    title: dict[str, str],
    origin: Callable[..., Origin],
    change: dict[str, str],
    message: str,
) -> None:
    regions, reference = provinces
    other = reference.with_columns(**{name: pl.lit(value) for name, value in change.items()})

    with pytest.raises(ComparisonError, match=message):
        dots(regions, reference=other, title=title, sources=[origin()])


def test_an_unknown_region_cannot_be_highlighted(
    provinces: tuple[pl.DataFrame, pl.DataFrame], title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    regions, reference = provinces

    with pytest.raises(InputError, match="Unknown region `PV82`"):
        dots(regions, reference=reference, highlight="PV82", title=title, sources=[origin()])


def test_the_same_region_twice_is_refused(
    provinces: tuple[pl.DataFrame, pl.DataFrame], title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    regions, reference = provinces

    with pytest.raises(InputError, match="given twice"):
        dots(pl.concat([regions, regions]), reference=reference, title=title, sources=[origin()])


def test_a_reference_without_a_value_is_refused(
    provinces: tuple[pl.DataFrame, pl.DataFrame], title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    regions, reference = provinces
    empty = reference.with_columns(value=pl.lit(None, dtype=pl.Float64))

    with pytest.raises(InputError, match="not one figure"):
        dots(regions, reference=empty, title=title, sources=[origin()])


def test_a_region_without_a_figure_stays_in_sight_without_a_point(
    provinces: tuple[pl.DataFrame, pl.DataFrame],
    rows: Rows,
    title: dict[str, str],
    origin: Callable[..., Origin],
) -> None:
    regions, reference = provinces
    missing = rows({"2023Q2": None}, region="PV22", adjustment="NSA")
    figure = dots(pl.concat([regions, missing]), reference=reference, title=title, sources=[origin()])

    assert figure.drawing().plot.y.ticks[-1].text == "Drenthe"
    assert len(marks_of(figure, Points)) == 3
    assert "Geen cijfer voor: Drenthe." in figure.alt("nl")
    assert "| Drenthe | . |  |" in figure.table("nl")


def test_the_alt_text_says_what_the_data_say_in_both_languages(dots_figure: Figure) -> None:
    dutch, english = dots_figure.alt("nl"), dots_figure.alt("en")

    assert "2e kwartaal 2023, voor 3 regio's" in dutch
    assert "van 94 (Flevoland) tot 162 (Zeeland)" in dutch
    assert "het breedst voor Zeeland: 148\N{EN DASH}177" in dutch
    assert "Nederland: 127, niet seizoengecorrigeerd" in dutch
    assert "Highlighted: South Holland, 118 (117\N{EN DASH}118)." in english
    assert "the Netherlands: 127, not seasonally adjusted" in english


def test_a_figure_grows_with_its_regions(
    provinces: tuple[pl.DataFrame, pl.DataFrame], title: dict[str, str], origin: Callable[..., Origin]
) -> None:
    regions, reference = provinces
    many = pl.concat([regions.head(1).with_columns(region=pl.lit(f"PV{n}")) for n in range(20, 32)])
    heights = [
        dots(frame, reference=reference, title=title, sources=[origin()]).spec.height_cm
        for frame in (regions, many)
    ]

    assert heights[1] > heights[0] + 4
