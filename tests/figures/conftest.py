from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from figure_support import SURVEY_KINDS, make_origin, make_survey_figures
from talentstats.figures import Figure, dots, revisions, trend
from talentstats.provenance import Origin
from talentstats.terms import Period

NAMES = {
    "NL01": ("Nederland", "the Netherlands"),
    "PV22": ("Drenthe", "Drenthe"),
    "PV24": ("Flevoland", "Flevoland"),
    "PV28": ("Zuid-Holland", "South Holland"),
    "PV29": ("Zeeland", "Zeeland"),
}
TITLE = {
    "nl": "De arbeidsmarkt is minder krap dan in 2022",
    "en": "The labour market is less tight than in 2022",
}

Rows = Callable[..., pl.DataFrame]


def make_rows(values: dict[str, float | None], **fields: Any) -> pl.DataFrame:
    """Make a series frame from values by period; `fields` replace the other columns."""
    region = fields.get("region", "NL01")
    rows = [
        {
            "measure": "tightness",
            "region": region,
            "region_name_nl": NAMES[region][0],
            "region_name_en": NAMES[region][1],
            "period": period,
            "adjustment": "SA",
            "method": "ebb_from_2022",
            "vintage": date(2023, 5, 16),
            "value": value,
            "low": None,
            "high": None,
            "unit": "vacancies per 100 unemployed",
            "status": "definitive",
            "kind": "computed",
            "table_id": "84545NED / 80590ned",
            "dataset": "cbs/84545NED/2023-05-16",
            "source_url": "https://www.cbs.nl/",
        }
        | fields
        for period, value in values.items()
    ]
    schema = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=schema)


def consecutive(first: str, values: list[float | None]) -> dict[str, float | None]:
    """Give values to consecutive periods."""
    return {str(Period.parse(first).next(step)): value for step, value in enumerate(values)}


def make_provinces() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make provinces in 2023 Q2 with rounding ranges, and the Netherlands; all unadjusted."""
    values = {"PV28": (117.5, 116.8, 118.3), "PV29": (161.7, 147.7, 177.3), "PV24": (94.0, 89.0, 99.5)}
    parts = [
        make_rows({"2023Q2": value}, region=region, low=low, high=high, adjustment="NSA")
        for region, (value, low, high) in values.items()
    ]
    return pl.concat(parts), make_rows({"2023Q2": 126.7}, adjustment="NSA", low=126.5, high=126.9)


@pytest.fixture(params=SURVEY_KINDS)
def survey_figure(request: pytest.FixtureRequest) -> Figure:
    return make_survey_figures()[request.param]


@pytest.fixture
def provinces() -> tuple[pl.DataFrame, pl.DataFrame]:
    return make_provinces()


@pytest.fixture
def rows() -> Rows:
    return make_rows


@pytest.fixture
def title() -> dict[str, str]:
    return TITLE


@pytest.fixture
def origin() -> Callable[..., Origin]:
    return make_origin


@pytest.fixture
def broken_series() -> pl.DataFrame:
    """Old method up to 126 in 2021 Q3, new method from 106 in 2021 Q4, a gap in 2022 Q3."""
    old = make_rows(consecutive("2020Q4", [55, 73, 106, 126]), method="ebb_before_2022")
    new = make_rows(consecutive("2021Q4", [106, 133, 143, None, 123, 122]))
    last = pl.col("period").is_in(["2023Q1"])
    status = pl.when(last).then(pl.lit("provisional")).otherwise(pl.col("status"))
    return pl.concat([old, new.with_columns(status=status)])


@pytest.fixture
def trend_figure(broken_series: pl.DataFrame) -> Figure:
    return trend(broken_series, title=TITLE, sources=[make_origin()])


@pytest.fixture
def dots_figure() -> Figure:
    regions, reference = make_provinces()
    return dots(regions, reference=reference, title=TITLE, sources=[make_origin()], highlight="PV28")


@pytest.fixture
def revisions_figure() -> Figure:
    first = make_rows(consecutive("2021Q4", [106, 133, 143]), vintage=date(2022, 8, 31))
    latest = make_rows(consecutive("2021Q4", [106, 134, 142]), status="provisional")
    return revisions(first, latest, title=TITLE, sources=[make_origin()])
