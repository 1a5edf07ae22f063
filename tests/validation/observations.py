"""A small clean labour table, built by hand, and the means to spoil it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from talentstats.schemas import LABOUR

FLOWS = "cbs/80472ned/2023-11-14"
SURVEY = "cbs/80590ned/2026-07-16"
PROVINCES = "cbs/83599NED/2023-08"
PROVINCES_UNEMPLOYED = "cbs/85268NED/2022-08"
OLD = "cbs/84545NED/2020-06-26"
NEW = "cbs/84545NED/2024-05-15"
UWV = "uwv/spanningsindicator/2023"

SNAPSHOTS = {
    name: Path("anywhere") / name / "figures.csv"
    for name in (FLOWS, SURVEY, PROVINCES, PROVINCES_UNEMPLOYED, OLD, NEW, UWV)
}

VINTAGES = {
    FLOWS: date(2023, 11, 14),
    SURVEY: date(2026, 7, 16),
    PROVINCES: date(2023, 8, 31),
    PROVINCES_UNEMPLOYED: date(2022, 8, 31),
    OLD: date(2020, 6, 26),
    NEW: date(2024, 5, 15),
    UWV: date(2023, 12, 31),
}

QUARTERS = ("2022Q1", "2022Q2", "2022Q3", "2022Q4")


def series(
    dataset: str, measure: str, values: Mapping[str, float | None], **other: object
) -> list[dict[str, object]]:
    base: dict[str, object] = {
        "dataset": dataset,
        "row": 0,
        "measure": measure,
        "region": "NL01",
        "period": "",
        "adjustment": "NSA",
        "method": "vacancy_survey",
        "vintage": VINTAGES[dataset],
        "vintage_precision": "day",
        "value": None,
        "unit": "thousand",
        "resolution": 0.1,
        "status": "definitive",
        "certainty": "official",
        "source_url": "https://www.cbs.nl/nl-nl/cijfers/detail/80472ned",
    }
    return [{**base, **other, "period": period, "value": value} for period, value in values.items()]


def table(*parts: list[dict[str, object]]) -> pl.DataFrame:
    rows = [row for part in parts for row in part]
    types = {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "date": pl.Date}
    frame = pl.DataFrame(rows, schema={column.name: types[column.dtype] for column in LABOUR.columns})
    return frame.with_columns((pl.int_range(pl.len()).over("dataset") + 2).alias("row"))


def clean_labour() -> pl.DataFrame:
    survey = {"method": "ebb_from_2022"}
    flow = {"resolution": 1.0}
    return table(
        series(FLOWS, "vacancies_open", dict(zip(QUARTERS, (430.0, 465.4, 441.9, 418.9), strict=True))),
        series(FLOWS, "vacancies_arisen", dict(zip(QUARTERS, (400, 420, 370, 360), strict=True)), **flow),
        series(FLOWS, "vacancies_filled", dict(zip(QUARTERS, (370, 385, 393, 383), strict=True)), **flow),
        *(
            part
            for adjustment in ("SA", "NSA")
            for part in (
                series(
                    SURVEY,
                    "unemployed",
                    dict(zip(QUARTERS, (338, 333, 370, 355), strict=True)),
                    adjustment=adjustment,
                    resolution=1.0,
                    **survey,
                ),
                series(
                    SURVEY,
                    "unemployment_rate",
                    dict(zip(QUARTERS, (3.4, 3.4, 3.7, 3.6), strict=True)),
                    adjustment=adjustment,
                    unit="percent",
                    **survey,
                ),
            )
        ),
        *_provinces(PROVINCES, "vacancies_open", {"2022Q1": 430.0, "2022Q2": 465.4}),
        *_provinces(PROVINCES_UNEMPLOYED, "unemployed", {"2022Q2": 333}, resolution=1.0, **survey),
        series(OLD, "vacancies_open", {"2020Q1": 225.5}, adjustment="SA"),
        series(NEW, "vacancies_open", {"2020Q1": 226.4}, adjustment="SA"),
        series(UWV, "uwv_tension", {"2023Q1": 4.32}, method="uwv_indicator", unit="ratio", resolution=0.01),
    )


def _provinces(
    dataset: str, measure: str, totals: Mapping[str, float], **other: object
) -> list[list[dict[str, object]]]:
    shares = {"PV28": 0.34} | {f"PV{code}": 0.06 for code in range(20, 32) if code != 28}
    digits = 0 if other.get("resolution") == 1.0 else 1
    parts = [
        series(
            dataset,
            measure,
            {period: round(total * share, digits) for period, total in totals.items()},
            region=region,
            **other,
        )
        for region, share in shares.items()
    ]
    return [series(dataset, measure, totals, **other), *parts]


def place(dataset: str, measure: str, period: str, *, region: str = "NL01") -> pl.Expr:
    return (
        (pl.col("dataset") == dataset)
        & (pl.col("measure") == measure)
        & (pl.col("period") == period)
        & (pl.col("region") == region)
    )


def spoil(frame: pl.DataFrame, where: pl.Expr, **values: object) -> pl.DataFrame:
    """Put other values in the first row that fits."""
    first = where & (where.cast(pl.Int64).cum_sum() == 1)
    return frame.with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )
