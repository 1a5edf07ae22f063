"""Types that columns of a survey file may have, whatever format it came in."""

import polars as pl

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_names import printable, shown

_WHOLE_UP_TO = float(2**53)


def canonical_type(dtype: pl.DataType, *, name: str) -> pl.DataType:
    """Return the type in which a column is kept: whole number, number, text, day or moment.

    A time of day or a duration is kept as seconds, yes and no as 1 and 0.

    Raises
    ------
    InputError
        If it holds something that is no answer: a list, a structure, bytes.
    """
    if isinstance(dtype, pl.Boolean) or dtype.is_integer():
        return pl.Float64() if isinstance(dtype, pl.UInt64 | pl.Int128) else pl.Int64()
    if dtype.is_float() or isinstance(dtype, pl.Decimal | pl.Time | pl.Duration):
        return pl.Float64()
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return pl.String()
    if isinstance(dtype, pl.Date):
        return pl.Date()
    if isinstance(dtype, pl.Datetime):
        return pl.Datetime("us")
    raise InputError(
        "A column holds something that is no answer to a question.",
        where=f"column {shown(name)}",
        expected="numbers, texts or dates",
        got=printable(str(dtype))[:80],
        remedy="Split it into columns with one value each, or remove it.",
    )


def canonical(block: pl.DataFrame) -> pl.DataFrame:
    """Bring every column to the type in which it is kept; a blank or a number that is none becomes null.

    Raises
    ------
    InputError
        If a column has a type that is refused, or holds an infinite number.
    """
    columns = [_canonical_column(series) for series in block]
    return pl.DataFrame(columns) if columns else block


def _canonical_column(series: pl.Series) -> pl.Series:
    target = canonical_type(series.dtype, name=series.name)
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone:
        series = series.dt.replace_time_zone(None)
    if isinstance(series.dtype, pl.Time | pl.Duration):
        series = series.cast(pl.Duration("us")).dt.total_microseconds() / 1_000_000
    kept = series if series.dtype == target else series.cast(target)
    if isinstance(target, pl.String):
        text = kept.str.strip_chars()
        return text.set(text == "", None)
    if isinstance(target, pl.Float64):
        kept = kept.fill_nan(None)
        if kept.is_infinite().any():
            raise InputError(
                "A column holds a number that is infinite.",
                where=f"column {shown(series.name)}",
                expected="numbers that can be an answer",
                got=f"{kept.is_infinite().sum():,} infinite",
                remedy="The file may be damaged: ask for it again, or correct these rows.",
            )
    return kept


def whole_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn columns of numbers that are all whole into whole numbers: every format gives the same types."""
    return frame.with_columns(series.cast(pl.Int64) for series in frame if _is_whole(series))


def _is_whole(series: pl.Series) -> bool:
    if not isinstance(series.dtype, pl.Float64) or series.null_count() == len(series):
        return False
    return bool(((series == series.floor()) & (series.abs() <= _WHOLE_UP_TO)).all())
