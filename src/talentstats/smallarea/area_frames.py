"""Frames with a row for each area: read, matched on the area, checked."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.survey.engines import plain_types, polars_columns

_LISTED = 10


def read_frame(frame: Any, *, what: str) -> pl.DataFrame:
    """Read a small frame of any kind into polars; what is not a number becomes missing.

    Parameters
    ----------
    frame : pandas, polars, pyarrow, DuckDB or PySpark frame
    what : str
        Names it in errors.
    """
    try:
        found = nw.from_native(frame)
    except TypeError as error:
        raise InputError(
            f"The {what} are not a frame.",
            expected="a pandas, polars, pyarrow, DuckDB or PySpark frame",
            got=type(frame).__name__,
            remedy="Make a frame with a row for each area.",
        ) from error
    eager = found.collect("polars") if isinstance(found, nw.LazyFrame) else found
    table = plain_types(polars_columns(eager, eager.columns), eager.schema)
    return table.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))


def require_columns(table: pl.DataFrame, names: Sequence[str], *, what: str) -> None:
    """Refuse a name that is not a column, offering the closest."""
    for name in names:
        if name not in table.columns:
            raise unknown_name(f"column of the {what}", name, table.columns)


def keys_of(areas: pl.Series) -> list[str]:
    """Give the names that areas are matched by, as text."""
    return [str(value) for value in areas.cast(pl.String)]


def require_areas(table: pl.DataFrame, area: str, *, what: str) -> None:
    """Refuse a table in which an area has no name or two rows."""
    require_columns(table, [area], what=what)
    if table[area].null_count():
        raise InputError(
            f"A row of the {what} has no area.",
            expected="a value in every row",
            got=f"{table[area].null_count()} without one",
            where=f"column `{area}`",
            remedy="Leave the row out, or name its area.",
        )
    double = table[area].filter(table[area].is_duplicated()).unique(maintain_order=True)
    if not double.is_empty():
        raise InputError(
            f"The {what} have more than one row for an area.",
            expected="one row for each area",
            got=listed(keys_of(double)) + " more than once",
            where=f"column `{area}`",
            remedy="Keep one: choose a variable and level with `filter`, or join the rows.",
        )


def rows_of(table: pl.DataFrame, area: str, keys: Sequence[str], *, what: str) -> pl.DataFrame:
    """Give the rows of these areas, in their order.

    Raises
    ------
    InputError
        If an area is not there.
    """
    places = {key: row for row, key in enumerate(keys_of(table[area]))}
    missing = [key for key in keys if key not in places]
    if missing:
        raise InputError(
            f"The {what} lack an area.",
            expected="a row for every area with a direct estimate",
            got=f"none for {listed(missing)}",
            where=f"column `{area}`",
            remedy="Add the rows, or check that the areas are written alike.",
        )
    return table[[places[key] for key in keys]]


def listed(names: Sequence[str]) -> str:
    """Write some names for a message.

    >>> listed(["a", "b"])
    '`a`, `b`'
    """
    shown = ", ".join(f"`{name}`" for name in names[:_LISTED])
    return shown + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
