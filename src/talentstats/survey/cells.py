"""Cells: the combinations of some columns that occur, and the number of the cell of every row."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.variance.groups import IntArray

_SMALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of a frame.

    Attributes
    ----------
    table : polars.DataFrame
        The combinations, one a row, sorted.
    code : (rows,) int
        Place of the row's combination in `table`.
    """

    table: pl.DataFrame
    code: IntArray


def find_cells(frame: pl.DataFrame, columns: list[str]) -> Cells:
    """Give the combinations of columns that occur in a frame a number each.

    Examples
    --------
    >>> people = pl.DataFrame({"region": ["west", "east", "west"], "sex": [1, 1, 2]})
    >>> find_cells(people, ["region", "sex"]).code.tolist()
    [1, 0, 2]
    """
    if not columns:
        return Cells(table=pl.DataFrame({"all": [0]}), code=np.zeros(frame.height, dtype=np.int64))
    levels, codes = zip(*(_levels(frame[name]) for name in columns), strict=True)
    size = int(np.prod([one.len() for one in levels], dtype=object))
    code = np.zeros(frame.height, dtype=np.int64)
    for one, more in zip(levels, codes, strict=True):
        code = code * one.len() + more
    if size > 4 * frame.height + _SMALL:
        found, dense = np.unique(code, return_inverse=True)
        dense = dense.astype(np.int64).ravel()
    else:
        occurs = np.zeros(size, dtype=np.bool_)
        occurs[code] = True
        found = np.flatnonzero(occurs)
        place = np.zeros(size, dtype=np.int64)
        place[found] = np.arange(found.size)
        dense = place[code]
    return Cells(table=_combinations(found, columns, list(levels)), code=dense)


def places_in(cells: pl.DataFrame, other: pl.DataFrame) -> IntArray:
    """Find where each of the cells of a table is in another table of the same cells."""
    if cells.columns == ["all"] or other.columns == ["all"]:
        return np.zeros(cells.height, dtype=np.int64)
    found = cells.join(
        other.with_row_index("place of the cell"),
        on=cells.columns,
        how="left",
        maintain_order="left",
        nulls_equal=True,
    )
    return found["place of the cell"].to_numpy().astype(np.int64)


def _levels(column: pl.Series) -> tuple[pl.Series, IntArray]:
    """Give the values that occur, sorted, and their numbers in the column."""
    if column.dtype.is_integer() and column.len() and not column.null_count():
        values = column.to_numpy().astype(np.int64)
        least = int(values.min())
        if int(values.max()) - least < _SMALL:
            occurs = np.zeros(int(values.max()) - least + 1, dtype=np.bool_)
            occurs[values - least] = True
            found = np.flatnonzero(occurs)
            place = np.zeros(occurs.size, dtype=np.int64)
            place[found] = np.arange(found.size)
            return pl.Series(column.name, found + least).cast(column.dtype), place[values - least]
    levels = column.unique().sort()
    if column.dtype == pl.String and not column.null_count():
        numbers = column.cast(pl.Enum(levels.to_list())).to_physical()
        return levels, numbers.to_numpy().astype(np.int64)
    numbered = pl.DataFrame({column.name: levels}).with_row_index("place of the level")
    joined = pl.DataFrame({column.name: column}).join(
        numbered, on=column.name, how="left", maintain_order="left", nulls_equal=True
    )
    return levels, joined["place of the level"].to_numpy().astype(np.int64)


def _combinations(found: IntArray, columns: list[str], levels: list[pl.Series]) -> pl.DataFrame:
    left, made = found, {}
    for name, one in zip(reversed(columns), reversed(levels), strict=True):
        made[name] = one.gather(pl.Series(left % one.len()))
        left = left // one.len()
    return pl.DataFrame([made[name] for name in columns])
