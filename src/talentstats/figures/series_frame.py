"""The table a figure draws: one row per figure, of one definition."""

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import polars as pl

from talentstats.errors import ComparisonError, InputError, closest, join_options
from talentstats.figures.scales import period_position
from talentstats.language import has_text, text
from talentstats.terms import Period

COLUMNS: dict[str, pl.DataType] = {
    "measure": pl.String(),
    "region": pl.String(),
    "region_name_nl": pl.String(),
    "region_name_en": pl.String(),
    "period": pl.String(),
    "adjustment": pl.String(),
    "method": pl.String(),
    "vintage": pl.Date(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "unit": pl.String(),
    "status": pl.String(),
    "kind": pl.String(),
    "table_id": pl.String(),
    "dataset": pl.String(),
    "source_url": pl.String(),
}
# A series that does not say how precisely its vintages are known has them to the day.
PRECISION = "vintage_precision"
_MAY_BE_NULL = ("value", "low", "high", "vintage", "source_url")
DEFINITION = ("measure", "adjustment", "unit")


def read_series(data: object, *, what: str) -> pl.DataFrame:
    """Return a series as a checked polars frame, ordered by region, method and period.

    Parameters
    ----------
    data : frame or object with `to_polars()`
        A `Series`, or a pandas, polars or pyarrow frame with the columns of `COLUMNS`.
    what : str
        Names the argument in an error.

    Raises
    ------
    InputError
        If it is not a table, is empty, misses a column or holds something impossible.
    """
    frame = to_frame(data, what=what)
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        guess = closest(missing[0], frame.columns)
        raise InputError(
            f"The {what} misses a column.",
            expected=join_options(COLUMNS, last="and"),
            got=f"no {join_options(missing)}",
            remedy=f"Rename `{guess}`?" if guess else "Pass what `Series.to_polars()` returns.",
        )
    try:
        precision = pl.col(PRECISION) if PRECISION in frame.columns else pl.lit("day").alias(PRECISION)
        columns = (pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
        frame = frame.select(*columns, precision.cast(pl.String))
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"The {what} has a column of the wrong type.",
            expected="text, with numbers in `value`, `low` and `high` and days in `vintage`",
            got=str(error).splitlines()[0],
            remedy="Pass what `Series.to_polars()` returns.",
        ) from error
    _check_rows(frame, what=what)
    position = frame["period"].map_elements(period_position, return_dtype=pl.Float64)
    return (
        frame.with_columns(position.alias("_position"))
        .sort("region", "method", "_position")
        .drop("_position")
    )


def to_frame(data: object, *, what: str) -> pl.DataFrame:
    """Return any table, or what has `to_polars`, as a polars frame in memory.

    Raises
    ------
    InputError
        If it is no table.
    """
    converter = getattr(data, "to_polars", None)
    native: Any = converter() if callable(converter) else data
    try:
        frame = nw.from_native(native)
    except TypeError as error:
        raise InputError(
            f"The {what} is not a table.",
            expected="a data frame, or what has `to_polars()`",
            got=f"`{type(data).__name__}`",
            remedy="Pass the object itself or what its `to_polars()` returns.",
        ) from error
    collected: pl.DataFrame = frame.lazy().collect(backend="polars").to_native()
    return collected


def _check_rows(frame: pl.DataFrame, *, what: str) -> None:
    if frame.is_empty():
        raise InputError(
            f"The {what} is empty.",
            expected="at least one row",
            got="none",
            remedy="Check the selection of region and period.",
        )
    for name in COLUMNS:
        wrong = frame[name].is_null() if name not in _MAY_BE_NULL else pl.Series([False])
        if frame[name].dtype == pl.Float64:
            wrong = ~frame[name].is_finite().fill_null(value=True)
        if wrong.any():
            row = wrong.arg_max() or 0
            raise InputError(
                f"The {what} holds a value that cannot be drawn.",
                expected=f"a finite number or null in `{name}`" if name in _MAY_BE_NULL else f"a `{name}`",
                got=f"`{frame[name][row]}`",
                where=f"column `{name}`, row {row + 1} (period `{frame['period'][row]}`)",
                remedy="A figure that is not available is null; correct the rest at its source.",
            )


def check_one_definition(frames: Sequence[pl.DataFrame], columns: Iterable[str] = DEFINITION) -> None:
    """Check that frames may share an axis: one measure, adjustment and unit.

    Raises
    ------
    ComparisonError
        Naming the two definitions that were put together.
    """
    rows = pl.concat(frames)
    for column in columns:
        found = rows[column].unique(maintain_order=True).to_list()
        if len(found) > 1:
            first, second = (_describe(column, value) for value in found[:2])
            raise ComparisonError(
                f"Two definitions in one figure: {first} and {second}.",
                expected=f"one {column}",
                got=join_options(found, last="and"),
                remedy="Draw them as separate figures, each with its own axis and text.",
            )


def check_one_frequency(frame: pl.DataFrame) -> None:
    """Check that all periods are of one frequency, so that they share an axis.

    Raises
    ------
    ComparisonError
        Naming two periods of different frequency.
    """
    by_frequency = {Period.parse(code).frequency: code for code in frame["period"]}
    if len(by_frequency) > 1:
        raise ComparisonError(
            f"Periods of different length in one figure: {join_options(by_frequency.values(), last='and')}.",
            expected="only quarters, only months, only years or only days",
            got=join_options(by_frequency, last="and"),
            remedy="Select one frequency.",
        )


def check_unique(frame: pl.DataFrame, keys: Sequence[str], *, remedy: str) -> None:
    """Check that no figure is there twice.

    Raises
    ------
    InputError
        Naming the first key that repeats.
    """
    repeated = frame.filter(pl.struct(keys).is_duplicated())
    if not repeated.is_empty():
        row = repeated.row(0, named=True)
        raise InputError(
            "One figure is given twice.",
            expected=f"one row per {join_options(keys, last='and')}",
            got=", ".join(f"{key} `{row[key]}`" for key in keys) + f" in {len(repeated)} rows",
            remedy=remedy,
        )


def _describe(column: str, value: str) -> str:
    key = f"{column}.{value}"
    return f"`{value}` ({text(key, 'en')})" if has_text(key) else f"`{value}`"
