from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.figures import Figure, fixed_classes, tile_map
from talentstats.figures.map_frame import MOST_PERIODS
from talentstats.figures.marks import Areas, Label, Points
from talentstats.provenance import Origin, Snapshot
from talentstats.regions.tile_grids import tile_grid

TEXTS = {"nl": "stappen van 25", "en": "steps of 25"}
CLASSES = fixed_classes([100, 150], name=TEXTS, reason={"nl": "Omdat.", "en": "Because."})
MEASURE = {"nl": "Verzonnen cijfer", "en": "Invented figure"}
UNIT = {"nl": "punten", "en": "points"}

Draw = Callable[..., Figure]


@pytest.fixture
def draw(title: dict[str, str], origin: Callable[..., Origin]) -> Draw:
    def make(values: object, **fields: Any) -> Figure:
        words: dict[str, Any] = {
            "grid": tile_grid("provinces"),
            "classes": CLASSES,
            "title": title,
            "sources": [origin()],
        }
        return tile_map(values, **words | fields)

    return make


@pytest.fixture
def series(provinces: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    """Three provinces in 2023 Q2 and a year before, when Zeeland was not published."""
    now, _ = provinces
    null = pl.lit(None, dtype=pl.Float64)
    gone = pl.col("region") == "PV29"
    before = now.with_columns(
        period=pl.lit("2022Q2"), status=pl.lit("provisional"), vintage=pl.lit(date(2022, 8, 17))
    ).with_columns(
        *(pl.when(gone).then(null).otherwise(pl.col(name)).alias(name) for name in ("value", "low", "high"))
    )
    return pl.concat([now, before])


def plain(values: dict[str, float | None], period: str = "2023", **fields: Any) -> pl.DataFrame:
    rows = [{"region": code, "period": period, "value": value} | fields for code, value in values.items()]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


def areas_of(figure: Figure) -> list[Areas]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, Areas)]


def labels_of(figure: Figure) -> list[str]:
    return [mark.text for mark in figure.drawing().plot.marks if isinstance(mark, Label) and mark.inside]


def hovers(figure: Figure, *, hatched: bool) -> list[str]:
    return [words for areas in areas_of(figure) if areas.hatched is hatched for words in areas.hover]


def test_every_region_has_a_tile_in_every_period(draw: Draw, series: pl.DataFrame) -> None:
    figure = draw(series)
    assert sum(len(areas.outlines) for areas in areas_of(figure)) == 2 * 12
    assert figure.data.height == 2 * 12
    assert labels_of(figure).count("ZH") == 2


def test_tiles_have_the_colour_of_their_class_and_one_scale_of_colours_serves_all_periods(
    draw: Draw,
) -> None:
    values = pl.concat([plain({"PV20": 90, "PV21": 140}), plain({"PV20": 140, "PV21": 160}, "2024")])
    figure = draw(values, measure=MEASURE, unit=UNIT)
    colors = {
        words.splitlines()[0]: areas.color
        for areas in areas_of(figure)
        for words in areas.hover
        if not areas.hatched
    }
    pale, middle, dark = CLASSES.tints

    assert colors == {
        "Groningen, 2023: 90": pale,
        "Friesland, 2023: 140": middle,
        "Groningen, 2024: 140": middle,
        "Friesland, 2024: 160": dark,
    }


def test_what_was_not_published_is_hatched_whether_it_is_null_or_absent(
    draw: Draw, series: pl.DataFrame
) -> None:
    figure = draw(series)
    names = hovers(figure, hatched=True)

    assert len(names) == 9 + 10
    assert "Zeeland, 2e kwartaal 2022: geen cijfer gepubliceerd" in names
    assert "Drenthe, 2e kwartaal 2023: geen cijfer gepubliceerd" in names
    assert all(areas.color == "grey" for areas in areas_of(figure) if areas.hatched)
    assert ("hatch", "geen cijfer gepubliceerd") in [
        (entry.symbol, entry.text) for entry in figure.drawing().plot.key
    ]


def test_no_hatch_in_the_key_when_everything_was_published(draw: Draw) -> None:
    codes = [tile.code for tile in tile_grid("provinces")]
    figure = draw(plain(dict.fromkeys(codes, 120.0)), measure=MEASURE, unit=UNIT)

    assert [entry.symbol for entry in figure.drawing().plot.key] == ["bar"] * 3
    assert not any(areas.hatched for areas in areas_of(figure))


def test_text_on_a_hatch_has_a_ground_of_its_own(draw: Draw, series: pl.DataFrame) -> None:
    marks = [m for m in draw(series).drawing().plot.marks if isinstance(m, Label) and m.inside]
    assert {mark.text for mark in marks if mark.grounded} >= {"DR", "."}
    assert not any(mark.grounded for mark in marks if mark.text == "162")


def test_a_figure_that_rounding_may_put_in_another_class_is_marked(draw: Draw, series: pl.DataFrame) -> None:
    figure = draw(series)
    (points,) = (mark for mark in figure.drawing().plot.marks if isinstance(mark, Points))

    assert [words.splitlines()[0] for words in points.hover] == ["Zeeland, 2e kwartaal 2023: 162 (148–177)"]
    assert ("open", "hoort door afronding mogelijk in een andere klasse") in [
        (entry.symbol, entry.text) for entry in figure.drawing().plot.key
    ]
    assert "162 (148–177)°" in figure.table()
    assert "Door afronding mogelijk in een andere klasse, 2e kwartaal 2023: Zeeland." in figure.alt()


def test_pointing_at_a_tile_tells_name_value_range_period_class_day_and_status(
    draw: Draw, series: pl.DataFrame
) -> None:
    words = hovers(draw(series).with_language("en"), hatched=False)
    assert (
        "Zuid-Holland, 2nd quarter 2022: 118* (117–118)\nclass: 100 to under 150\npublished: 17 August 2022\n"
        "provisional" in words
    )


def test_the_highlighted_region_has_an_accented_edge_and_is_named(draw: Draw, series: pl.DataFrame) -> None:
    figure = draw(series, highlight="PV28")
    accented = [areas for areas in areas_of(figure) if areas.edge == "orange"]

    assert [areas.hover[0].split(",")[0] for areas in accented] == ["Zuid-Holland"] * 2
    assert "Omrand: Zuid-Holland." in figure.drawing().notes
    assert "Uitgelicht: Zuid-Holland." in figure.alt()
    with pytest.raises(InputError, match="PV28"):
        draw(series, highlight="PV82")


def test_classes_abbreviations_and_method_are_explained_in_both_languages(
    draw: Draw, series: pl.DataFrame
) -> None:
    figure = draw(series)
    for language, words in (
        ("nl", ["stappen van 25. Omdat. De klassengrenzen zijn in alle kaarten", "ZH = Zuid-Holland"]),
        ("en", ["steps of 25. Because. All maps have the same", "ZH = Zuid-Holland"]),
    ):
        notes = " ".join(figure.drawing(language).notes)  # type: ignore[arg-type]
        assert [part for part in words if part not in notes] == []
    assert figure.drawing().notes[-1].startswith("Methode: Enquête beroepsbevolking")


@pytest.mark.parametrize(("other", "warned"), [("2022Q2", False), ("2022Q3", True)])
def test_unadjusted_figures_of_other_seasons_get_a_warning(
    draw: Draw, provinces: tuple[pl.DataFrame, pl.DataFrame], other: str, warned: bool
) -> None:
    now, _ = provinces
    figure = draw(pl.concat([now, now.with_columns(period=pl.lit(other))]))
    assert any("hetzelfde deel van het jaar" in note for note in figure.drawing().notes) is warned


def test_the_table_has_every_region_by_name_with_each_period(draw: Draw, series: pl.DataFrame) -> None:
    lines = draw(series).table("en").splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == [
        "Region",
        "Abbreviation",
        "2022-Q2",
        "2023-Q2",
    ]
    assert lines[2].startswith("| Drenthe")
    assert [cell.strip() for cell in lines[13].strip("|").split("|")] == [
        "Zuid-Holland",
        "ZH",
        "118\\* (117–118)",
        "118 (117–118)",
    ]


def test_the_alternative_text_counts_regions_by_class(draw: Draw, series: pl.DataFrame) -> None:
    alt = draw(series).alt("en")
    assert "Tile map of labour market tightness" in alt
    assert "Classes: less than 100, 100 to under 150, 150 or more." in alt
    assert (
        "from 94 (Flevoland) to 162 (Zeeland); number of regions in each class, from low to high: 1, 1, 1."
        in alt
    )
    assert "Provisional, 2nd quarter 2022:" in alt


def test_many_regions_without_a_figure_are_counted_in_the_alternative_text(draw: Draw) -> None:
    figure = draw(plain({"CR25": 120}), grid=tile_grid("corop"), measure=MEASURE, unit=UNIT)
    assert "Geen cijfer gepubliceerd, 2023: 39 regio's." in figure.alt()
    nothing = draw(plain({"CR25": None}), grid=tile_grid("corop"), measure=MEASURE, unit=UNIT)
    assert "2023: geen cijfers gepubliceerd." in nothing.alt()


@pytest.mark.parametrize("name", ["provinces", "labour_market", "corop"])
@pytest.mark.parametrize("periods", [1, 2, 3, 6])
def test_tiles_are_squares_that_hold_their_texts(draw: Draw, name: str, periods: int) -> None:
    grid = tile_grid(name)
    years = [str(2020 + number) for number in range(periods)]
    values = pl.concat([plain({tile.code: 123.4 for tile in grid}, year) for year in years])
    plot = draw(values, grid=grid, measure=MEASURE, unit=UNIT, decimals=1).drawing().plot
    (areas, *_) = (mark for mark in plot.marks if isinstance(mark, Areas))
    (west, south), _, (east, north), *_ = areas.outlines[0][0]

    assert plot.same_scale
    assert east - west == pytest.approx(north - south)
    # Two lines of eight points, and four figures and a sign in width.
    assert east - west >= 22
    assert west >= 0
    assert east <= plot.x.high


def test_a_frame_that_is_no_series_needs_its_words(draw: Draw) -> None:
    values = plain({"PV20": 1.25}, low=1.2, high=1.3, status="revised_provisional")
    figure = draw(values, measure=MEASURE, unit=UNIT, decimals=2)

    assert figure.drawing().subtitle == "Verzonnen cijfer, punten"
    assert "1,25*" in labels_of(figure)
    with pytest.raises(InputError, match="measure"):
        draw(values)


def test_a_series_does_not_take_other_words(draw: Draw, series: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="says itself"):
        draw(series, measure=MEASURE)


TWICE = pl.concat([plain({"PV20": 1}), plain({"PV20": 2})])
MIXED = pl.concat([plain({"PV20": 1}), plain({"PV20": 2}, "2023Q1")])
MANY = pl.concat([plain({"PV20": 1}, str(2000 + n)) for n in range(MOST_PERIODS + 1)])
WRONG: dict[str, tuple[pl.DataFrame, type[Exception], str]] = {
    "not on the map": (plain({"NL01": 1}), InputError, "Unknown region on this map `NL01`"),
    "twice": (TWICE, InputError, "given twice"),
    "no column": (plain({"PV20": 1}).rename({"value": "values"}), InputError, "Rename `values`"),
    "no rows": (plain({"PV20": 1}).head(0), InputError, "no rows"),
    "no region": (plain({"PV20": 1}).with_columns(region=None), InputError, "`region`"),
    "infinite": (plain({"PV20": float("inf")}), InputError, "`value`"),
    "no number": (plain({"PV20": 1}).with_columns(value=pl.lit("x")), InputError, "wrong type"),
    "no period": (plain({"PV20": 1}, "soon"), InputError, "is not a period"),
    "two lengths": (MIXED, ComparisonError, "different length"),
    "too many": (MANY, ComparisonError, "too many periods"),
}


@pytest.mark.parametrize(("values", "error", "words"), WRONG.values(), ids=WRONG.keys())
def test_values_that_make_no_map_are_refused(
    draw: Draw, values: pl.DataFrame, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        draw(values, measure=MEASURE, unit=UNIT)


@pytest.mark.parametrize("column", ["measure", "adjustment", "unit", "method"])
def test_two_definitions_do_not_share_a_map(draw: Draw, series: pl.DataFrame, column: str) -> None:
    other = {"measure": "uwv_tension", "adjustment": "SA", "unit": "ratio", "method": "ebb_before_2022"}
    later = pl.col("period") == "2023Q2"
    mixed = series.with_columns(
        pl.when(later).then(pl.lit(other[column])).otherwise(pl.col(column)).alias(column)
    )
    with pytest.raises(ComparisonError, match="Two definitions"):
        draw(mixed)


def test_the_figure_does_not_depend_on_the_order_of_the_rows(draw: Draw, series: pl.DataFrame) -> None:
    one, other = draw(series), draw(series.reverse())
    assert one.data.equals(other.data)
    assert one.drawing() == other.drawing()


def test_a_synthetic_source_labels_the_map(
    draw: Draw, series: pl.DataFrame, origin: Callable[..., Origin], tmp_path: Path
) -> None:
    snapshot = Snapshot(origin=origin(), path=tmp_path, size=1, kind="table", synthetic=True)
    assert draw(series, sources=[snapshot]).drawing().synthetic == "Synthetische gegevens"
