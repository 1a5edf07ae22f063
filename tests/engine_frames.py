"""One made-up survey, in every kind of frame."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

import talentstats as ts
from talentstats.survey import engines
from talentstats.survey import sample as sample_module

LOCAL = ("pandas", "polars-lazy", "pyarrow", "duckdb")
SIZES = ["small", "large", "medium", "giant"]  # an order that is not the alphabet's


def survey() -> pl.DataFrame:
    """Two stages: 24 areas in 4 strata, schools in areas, 600 persons; every kind of column, with gaps."""
    random = np.random.default_rng(20250301)
    rows = 600
    area = random.integers(0, 24, rows)
    school = area * 10 + random.integers(0, 3, rows)
    table = pl.DataFrame(
        {
            "area": area,
            "school": school,
            "stratum": np.array(["north", "east", "south", "west"])[area % 4],
            "areas": np.array([40, 50, 60, 70])[area % 4],
            "schools": 5 + area % 3,
            "persons": np.array([4000, 5000, 6000, 7000])[area % 4],
            "weight": random.uniform(1, 9, rows),
            "chance": random.uniform(0.01, 0.4, rows),
            "income": random.normal(3000, 700, rows),
            "hours": random.uniform(8, 40, rows),
            "score": random.normal(0, 1, rows).astype(np.float32),
            "children": random.integers(0, 5, rows),
            "stays": random.random(rows) < 0.6,
            "region": random.choice(["Leiden", "Delft", "Den Haag"], rows),
            "role": random.choice(["partner", "employee", "student"], rows),
            "wave": random.choice([2023, 2025], rows),
            "size": random.choice(SIZES, rows),
            "grade": random.choice([1.0, 1.5, 2.0], rows),
            "answered": [date(2025, 3, int(day)) for day in random.integers(1, 4, rows)],
        }
    )
    table = table.with_columns(
        pl.col("income").round(2).cast(pl.Decimal(10, 2)).alias("rent"),
        pl.col("children").cast(pl.UInt8).alias("rooms"),
        pl.col("children").cast(pl.Int16).alias("cars"),
        pl.col("size").cast(pl.Enum(SIZES)),
        pl.col("region").cast(pl.Categorical).alias("city"),
    )
    for number in range(1, 5):
        table = table.with_columns((pl.col("weight") * random.uniform(0.5, 1.5, rows)).alias(f"r{number}"))
    gaps = ["income", "score", "children", "stays", "region", "role", "size", "rent", "cars", "grade"]
    return table.with_columns(
        pl.when(pl.Series(random.random(rows) > 0.06)).then(pl.col(name)) for name in gaps
    ).with_columns(pl.when(pl.Series(random.random(rows) > 0.06)).then("hours").otherwise(float("nan")))


def make_frame(kind: str, table: pl.DataFrame, folder: Path) -> Any:
    """Give the table as a frame of a kind; DuckDB's in no particular order."""
    if kind == "polars":
        return table
    if kind == "pandas":
        return in_pandas(table)
    if kind == "pyarrow":
        return table.to_arrow()
    parts = [folder / f"{kind}-{number}.parquet" for number in range(2)]
    half = table.height // 2
    for path, part in zip(parts, (table[:half], table[half:]), strict=True):
        part.write_parquet(path)
    if kind == "polars-lazy":
        return pl.scan_parquet(parts)
    return in_duckdb(table, [str(path) for path in parts])


def in_pandas(table: pl.DataFrame) -> Any:
    """Give a pandas frame: ordered categories, whole numbers with gaps in the type it has for them, dates."""
    frame = table.to_pandas()
    for name, dtype in table.schema.items():
        if isinstance(dtype, pl.Enum):
            frame[name] = frame[name].cat.set_categories(dtype.categories.to_list(), ordered=True)
        if dtype == pl.Int16:
            frame[name] = frame[name].astype("Int16")
        if dtype == pl.Date:
            frame[name] = frame[name].dt.date
    return frame


def in_duckdb(table: pl.DataFrame, paths: list[str]) -> duckdb.DuckDBPyRelation:
    """Give a relation on Parquet files, its categories as DuckDB's own type."""
    connection = duckdb.connect()
    relation = connection.read_parquet(paths)
    columns = []
    for name, dtype in table.schema.items():
        quoted = '"' + name.replace('"', '""') + '"'
        values = ", ".join(f"'{value}'" for value in dtype.categories) if isinstance(dtype, pl.Enum) else ""
        columns.append(f"{quoted}::VARCHAR::ENUM({values}) AS {quoted}" if values else quoted)
    return relation.project(", ".join(columns)).order("random()")


Question = Callable[[ts.SurveySample], ts.Estimates]

DESIGNS: dict[str, ts.SurveyDesign] = {
    "stratified, clustered": ts.SurveyDesign(weight="weight", strata="stratum", psu="area"),
    "two stages": ts.SurveyDesign(
        weight="weight",
        strata="stratum",
        psu=["area", "school"],
        fpc=["areas", "schools"],
        lonely_psu="certainty",
    ),
    "weights from the sizes": ts.SurveyDesign(
        strata="stratum", psu=["area", "school"], fpc=["areas", "schools"], lonely_psu="certainty"
    ),
    "probabilities": ts.SurveyDesign(probability="chance", psu="area"),
    "every row a unit": ts.SurveyDesign(weight="weight", strata="stratum", fpc="persons"),
    "every row a unit, weights from the sizes": ts.SurveyDesign(strata="stratum", fpc="persons"),
}

QUESTIONS: dict[str, Question] = {
    "means of every kind of number": lambda sample: ts.estimate_mean(
        sample, ["income", "hours", "score", "children", "stays", "rent", "rooms", "cars"]
    ),
    "means by text and yes or no, with margins": lambda sample: ts.estimate_mean(
        sample, ["income", "hours"], by=["region", "stays"], margins=True
    ),
    "means of complete rows in a subpopulation": lambda sample: ts.estimate_mean(
        sample,
        ["income", "hours", "children"],
        by="wave",
        where={"role": ["partner", "student"], "stays": True},
        missing="listwise",
    ),
    "totals by ordered categories": lambda sample: ts.estimate_total(sample, ["income", "rent"], by="size"),
    "totals by narrow whole numbers": lambda sample: ts.estimate_total(
        sample, "income", by=["cars", "rooms"]
    ),
    "proportions of words and yes or no": lambda sample: ts.estimate_proportion(
        sample, ["role", "stays", "city"], by="size"
    ),
    "proportions of numbers, dates and ordered categories": lambda sample: ts.estimate_proportion(
        sample, ["children", "grade", "answered", "rooms", "size"]
    ),
    "ratios by date": lambda sample: ts.estimate_ratio(
        sample, ["income", "rent"], ["hours", "hours"], by="answered"
    ),
    "counts": lambda sample: ts.estimate_count(sample, ["role", "region"], where={"wave": 2025}),
    "counts by category": lambda sample: ts.estimate_count(sample, by=["city", "size"]),
    "variances": lambda sample: ts.estimate_variance(sample, ["income", "hours"], by="role"),
}

SUPPLIED = ts.ReplicateWeights(columns=["r1", "r2", "r3", "r4"], type="bootstrap", df=3)


def assert_same(found: ts.Estimates, wanted: ts.Estimates) -> None:
    """Compare two tables of estimates: types, order and text exactly, numbers to twelve digits."""
    assert_frame_equal(found.table, wanted.table, rel_tol=1e-12, abs_tol=0)
    assert dict(found.missing) == dict(wanted.missing)
    np.testing.assert_allclose(found.covariance(), wanted.covariance(), rtol=1e-9, atol=1e-12 * scale(wanted))


def scale(estimates: ts.Estimates) -> float:
    """Give the largest variance, which covariances that are nearly zero are measured by."""
    return float(np.nanmax(np.diag(estimates.covariance())))


@contextmanager
def collected_heights() -> Iterator[list[int]]:
    """Record how many rows every table that leaves an engine has."""
    heights: list[int] = []
    plain = engines.plain_types

    def recording(table: pl.DataFrame, schema: Any) -> pl.DataFrame:
        heights.append(table.height)
        return plain(table, schema)

    with patch.object(sample_module, "plain_types", recording):
        yield heights
