"""What differs between engines, made the same: columns read into memory, and types of results."""

from typing import Any

import narwhals as nw
import polars as pl

from talentstats.errors import InputError

_LOOKED_AT = 1000
_WHOLE = (nw.Int8, nw.Int16, nw.Int32, nw.UInt8, nw.UInt16, nw.UInt32)


def column_types(frame: "nw.DataFrame[Any] | nw.LazyFrame[Any]") -> nw.Schema:
    """Give the types of the columns; of pandas' columns of objects, the type their values have.

    Yes-or-no answers with gaps and decimal numbers are such columns.
    """
    schema = frame.collect_schema()
    if not isinstance(frame, nw.DataFrame):
        return schema
    found = {name: _type_of_objects(frame, name) for name, kind in schema.items() if kind == nw.Object}
    return nw.Schema({**schema, **found}) if found else schema


def _type_of_objects(frame: "nw.DataFrame[Any]", name: str) -> nw.dtypes.DType:
    column = frame.select(name)
    known = column.head(_LOOKED_AT).drop_nulls()
    known = known if len(known) else column.drop_nulls().head(_LOOKED_AT)
    try:
        return nw.from_native(polars_columns(known, [name])).schema[name]
    except InputError:  # said when the column is used
        return nw.Object()


def polars_columns(frame: "nw.DataFrame[Any]", names: list[str]) -> pl.DataFrame:
    """Give columns of a frame in memory to polars; the order of ordered categories is kept.

    Raises
    ------
    InputError
        If a column mixes kinds of values, as columns of objects in pandas can.
    """
    chosen = frame.select(names)
    if chosen.implementation.is_polars():
        return chosen.to_polars()
    if chosen.implementation.is_pandas():
        chosen = _with_text(chosen)
    try:
        table = chosen.to_polars()
    except (TypeError, ValueError) as error:  # what pyarrow raises derives from these
        raise InputError(
            "A column mixes kinds of values.",
            expected="one kind in each column: numbers, text, yes or no, dates",
            got=str(error).splitlines()[0],
            where=f"one of the columns {', '.join(f'`{name}`' for name in names)}",
            remedy="Convert the column to one kind.",
        ) from error
    return table.with_columns(
        pl.col(name).cast(pl.Enum(kind.categories))
        for name, kind in chosen.schema.items()
        if isinstance(kind, nw.Enum) and table.schema[name] == pl.Categorical
    )


def plain_types(table: pl.DataFrame, schema: nw.Schema) -> pl.DataFrame:
    """Give a table of results the same types whichever engine made it.

    Whole numbers are 64 bits wide, moments are in microseconds, categories with an order are an Enum and
    those without are text.
    """
    casts: dict[Any, Any] = {}
    for name, kind in schema.items():
        if kind in _WHOLE:
            casts[name] = pl.Int64
        elif isinstance(kind, nw.Datetime):
            casts[name] = pl.Datetime("us", kind.time_zone)
        elif isinstance(kind, nw.Enum):
            casts[name] = pl.Enum(kind.categories)
        elif kind == nw.Categorical:
            casts[name] = pl.String
    return table.cast(casts) if casts else table


def _with_text(frame: "nw.DataFrame[Any]") -> "nw.DataFrame[Any]":
    """Turn the intervals and periods of pandas, which no other engine has, into text."""
    native = frame.to_native()
    text = {}
    for name, dtype in native.dtypes.items():
        categories = getattr(dtype, "categories", None)
        if categories is not None and categories.dtype.name.startswith(("interval", "period")):
            text[name] = native[name].cat.rename_categories(str)
        elif dtype.name.startswith(("interval", "period")):
            text[name] = native[name].astype("string")
    return nw.from_native(native.assign(**text), eager_only=True) if text else frame
