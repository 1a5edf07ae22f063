from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.figures import Figure, choropleth, fixed_classes
from talentstats.figures.marks import Areas, Label, Points
from talentstats.provenance import Origin
from talentstats.regions.boundaries import Boundaries, read_boundaries
from talentstats.regions.municipalities import read_municipalities

ROOT = Path(__file__).resolve().parents[2]
SIX = ("GM0537", "GM0546", "GM0547", "GM0579", "GM0626", "GM0638")
TEXTS = {"nl": "twee klassen", "en": "two classes"}

Draw = Callable[..., Figure]


@pytest.fixture(scope="module")
def boundaries() -> Boundaries:
    path = ROOT / "tests" / "recorded" / "boundaries" / "gemeente_2025.geojson"
    return read_boundaries(path, municipalities=read_municipalities(ROOT / "data" / "reference"))


@pytest.fixture
def draw(boundaries: Boundaries, title: dict[str, str], origin: Callable[..., Origin]) -> Draw:
    def make(values: object, **fields: Any) -> Figure:
        words: dict[str, Any] = {
            "boundaries": boundaries,
            "classes": fixed_classes([10], name=TEXTS, reason=TEXTS),
            "title": title,
            "sources": [origin()],
            "measure": {"nl": "Verzonnen aandeel", "en": "Invented share"},
            "unit": {"nl": "%", "en": "%"},
            "decimals": 1,
        }
        return choropleth(values, **words | fields)

    return make


def make_values(values: dict[str, float | None], period: str = "2024") -> pl.DataFrame:
    rows = [{"region": code, "period": period, "value": value} for code, value in values.items()]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64}).with_columns(
        low=pl.col("value") - 0.05, high=pl.col("value") + 0.05
    )


def areas_of(figure: Figure) -> list[Areas]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, Areas)]


def test_every_municipality_is_drawn_and_those_without_a_figure_are_hatched(draw: Draw) -> None:
    figure = draw(make_values({"GM0546": 13.1, "GM0547": None}))
    drawn = {areas.hatched: len(areas.outlines) for areas in areas_of(figure)}

    assert drawn == {False: 1, True: 341}
    assert "Geen cijfer gepubliceerd, 2024: 341 regio's." in figure.alt()
    assert not any(isinstance(mark, Label) and mark.inside for mark in figure.drawing().plot.marks)


def test_a_part_of_the_country_fills_the_map(draw: Draw) -> None:
    values = make_values(dict.fromkeys(SIX, 12.0))
    whole, part = draw(values), draw(values, shown=SIX)

    assert sum(len(areas.outlines) for areas in areas_of(part)) == 6
    (small,), (large,) = (
        [outline for areas in areas_of(figure) if not areas.hatched for outline in areas.outlines[:1]]
        for figure in (whole, part)
    )
    assert _width(large) > 5 * _width(small)


def _width(outline: Any) -> float:
    east = [x for ring in outline for x, _ in ring]
    return float(max(east) - min(east))


@pytest.mark.parametrize("periods", [1, 2, 5])
def test_a_kilometre_is_as_long_to_the_east_as_to_the_north(
    draw: Draw, boundaries: Boundaries, periods: int
) -> None:
    values = pl.concat([make_values({"GM0546": 13.1}, str(2020 + number)) for number in range(periods)])
    plot = draw(values).drawing().plot
    leiden = next(areas.outlines[0][0] for areas in areas_of(draw(values)) if not areas.hatched)
    real = boundaries.outlines["GM0546"][0]
    east, north = (
        (max(drawn) - min(drawn)) / (max(km) - min(km))
        for drawn, km in zip(zip(*leiden, strict=True), zip(*real, strict=True), strict=True)
    )

    assert plot.same_scale
    assert east == pytest.approx(north)


def test_a_figure_that_rounding_may_put_in_another_class_has_a_circle_inside_its_municipality(
    draw: Draw,
) -> None:
    figure = draw(make_values({"GM0546": 9.96, "GM0547": 12.0}))
    (points,) = (mark for mark in figure.drawing().plot.marks if isinstance(mark, Points))
    leiden = next(areas.outlines[0][0] for areas in areas_of(figure) if "Leiden, " in areas.hover[0])
    east, north = zip(*leiden, strict=True)

    assert points.hover[0].startswith("Leiden, 2024: 10,0")
    assert min(east) < points.x[0] < max(east)
    assert min(north) < points.y[0] < max(north)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({}, "GM0576", r"not valid on 1 January 2025(.|\n)*`GM0576` became `GM0575` Noordwijk"),
        ({}, "PV28", "PV28"),
        ({"shown": ["GM0546", "GM0576"]}, "GM0546", "GM0575"),
        ({"shown": ["GM0546"]}, "GM0547", "Unknown region on this map `GM0547`"),
        ({"shown": ["GM0546"], "highlight": "GM0547"}, "GM0546", "Unknown region `GM0547`"),
    ],
    ids=["abolished", "a province", "abolished and shown", "outside what is shown", "highlighted outside"],
)
def test_a_code_that_is_not_on_the_map_is_refused(
    draw: Draw, fields: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        draw(make_values({code: 1.0}), **fields)


def test_the_table_names_municipalities_without_abbreviations(draw: Draw) -> None:
    table = draw(make_values(dict.fromkeys(SIX, 12.0)), shown=SIX).table()
    header, _, first = (line.split("|")[1:-1] for line in table.splitlines()[:3])
    assert [cell.strip() for cell in header] == ["Regio", "2024"]
    assert [cell.strip() for cell in first] == ["Katwijk", "12,0"]
    assert len(table.splitlines()) == 2 + 6 + 2
