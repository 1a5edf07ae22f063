"""Bring a frame of any library to polars, in the declared types, keeping what could not be read."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoFrame

from talentstats.errors import InputError, closest, join_options
from talentstats.schemas import Column, TableSchema

UNREADABLE = "__unreadable"
NOT_FINITE = "__not_finite"

_TYPES: dict[str, type[pl.DataType]] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "date": pl.Date,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A frame as it was understood.

    Attributes
    ----------
    frame : polars.DataFrame
        The declared columns in the declared types, rows in their order; what could not be read is null.
    rejected : polars.DataFrame
        Beside it, row by row: `<column>__unreadable` and `<column>__not_finite` hold the text of a value
        that is not of the declared type or not finite, and null elsewhere.
    undeclared : tuple of str
        Columns that the schema does not know.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    undeclared: tuple[str, ...]

    @property
    def header(self) -> pl.DataFrame:
        """The names of all columns received, without their values."""
        return pl.DataFrame(schema=dict.fromkeys((*self.frame.columns, *self.undeclared), pl.String))

    @property
    def checked(self) -> pl.DataFrame:
        """The frame with what was rejected beside it."""
        return self.frame.hstack(self.rejected)


def take_in(frame: IntoFrame, schema: TableSchema) -> Intake:
    """Read a pandas, polars, pyarrow, DuckDB or PySpark frame as the table of a schema.

    Parameters
    ----------
    frame : frame of any library narwhals knows
        pandas writes a missing number as NaN, so a NaN from pandas counts as missing.
    schema : TableSchema
        The declared columns.

    Returns
    -------
    Intake

    Raises
    ------
    InputError
        If it is no frame, is empty, lacks a column, or has names that differ only in case.
    """
    received = _to_polars(frame, schema)
    _check_names(received, schema)
    if received.is_empty():
        raise InputError(
            f"Table `{schema.name}` is empty.",
            expected="at least one row",
            got="no rows",
            remedy="Check that the source file was read completely.",
        )
    typed: list[pl.Series] = []
    rejected: list[pl.Series] = []
    for column in schema.columns:
        series, unusable = _read_column(received[column.name], column)
        typed.append(series)
        rejected.extend(unusable)
    undeclared = tuple(sorted(name for name in received.columns if name not in schema.names))
    return Intake(frame=pl.DataFrame(typed), rejected=pl.DataFrame(rejected), undeclared=undeclared)


def _to_polars(frame: IntoFrame, schema: TableSchema) -> pl.DataFrame:
    try:
        wrapped = nw.from_native(frame)
        eager = wrapped.collect(backend="polars") if isinstance(wrapped, nw.LazyFrame) else wrapped
    except (TypeError, nw.exceptions.NarwhalsError) as error:
        raise InputError(
            f"Table `{schema.name}` cannot be read as a frame.",
            expected="a pandas, polars, pyarrow, DuckDB or PySpark frame with different column names",
            got=f"`{type(frame).__name__}`: {error}",
            remedy="Pass the frame itself, and give every column its own name.",
        ) from error
    return pl.DataFrame([_to_series(eager[name]) for name in eager.columns])


def _to_series(series: "nw.Series[Any]") -> pl.Series:
    if series.dtype != nw.Object:
        return series.to_polars()
    # A column of mixed Python values (pandas `object`): its text, so that one bad value is one failure.
    texts = [
        None if missing else str(value)
        for value, missing in zip(series.to_list(), series.is_null().to_list(), strict=True)
    ]
    return pl.Series(series.name, texts, dtype=pl.String)


def _check_names(frame: pl.DataFrame, schema: TableSchema) -> None:
    lowered: dict[str, str] = {}
    for name in frame.columns:
        other = lowered.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                f"Columns `{other}` and `{name}` of table `{schema.name}` differ only in case.",
                expected="column names that differ in more than case",
                got=f"`{other}` and `{name}`",
                remedy="Rename or drop one of the two.",
            )
    missing = [name for name in schema.names if name not in frame.columns]
    if missing:
        raise _missing_columns(missing, frame, schema)


def _missing_columns(missing: list[str], frame: pl.DataFrame, schema: TableSchema) -> InputError:
    undeclared = [name for name in frame.columns if name not in schema.names]
    matches = {name: closest(name.lower(), [other.lower() for other in undeclared]) for name in missing}
    renames = [
        f"rename `{other}` to `{name}`"
        for name, match in matches.items()
        for other in undeclared
        if match is not None and other.lower() == match
    ]
    return InputError(
        f"Table `{schema.name}` lacks {join_options(missing, last='and')}.",
        expected=f"the columns {join_options(schema.names, last='and')}",
        got=f"the columns {join_options(frame.columns, last='and')}",
        remedy=f"Did the source change a name? Then {'; '.join(renames)}."
        if renames
        else "Add the column where the data are prepared.",
    )


def _read_column(series: pl.Series, column: Column) -> tuple[pl.Series, list[pl.Series]]:
    """Return the column in its type, and beside it what was not of that type or not finite."""
    if column.dtype == "text":
        return series.cast(pl.String), []
    read = _parse(series, column)
    unreadable = _texts_of(series, where=series.is_not_null() & read.is_null(), name=column.name + UNREADABLE)
    if column.dtype != "number":
        return read, [unreadable]
    finite = read.is_finite()
    not_finite = _texts_of(read, where=~finite, name=column.name + NOT_FINITE)
    kept = pl.select(pl.when(finite).then(read).alias(column.name)).to_series()
    return kept, [unreadable, not_finite]


def _texts_of(series: pl.Series, *, where: pl.Series, name: str) -> pl.Series:
    """Return the text of the values in some rows and null elsewhere; where there are none, none is made."""
    if not where.any():
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, series.len())
    return pl.select(pl.when(where).then(_as_text(series)).alias(name)).to_series()


def _parse(series: pl.Series, column: Column) -> pl.Series:
    wanted = _TYPES[column.dtype]
    if series.dtype == pl.Null:
        return series.cast(wanted)
    if column.dtype == "date":
        return (
            series.cast(pl.Date)
            if series.dtype.is_temporal()
            else _as_text(series).str.to_date("%Y-%m-%d", strict=False)
        )
    if column.dtype == "integer" and series.dtype.is_float():
        whole = pl.select(pl.when(series == series.floor()).then(series).alias(series.name)).to_series()
        return whole.cast(wanted, strict=False)
    source = series if series.dtype.is_numeric() else _as_text(series).str.strip_chars()
    return source.cast(wanted, strict=False)


def _as_text(series: pl.Series) -> pl.Series:
    return series.cast(pl.String, strict=False)
