"""Cells: the combinations of some columns that occur, and the number of the cell of every row."""

from dataclasses import dataclass
from math import prod

import numpy as np
import polars as pl

from talentstats.survey.sample import free_name
from talentstats.variance.groups import IntArray


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
    chosen = frame.select(columns)
    whole = _whole_numbers(chosen)
    if whole is not None:
        return whole
    index = free_name("row", columns)
    # Every row learns which row was the first of its cell: one pass, whatever the columns hold.
    numbered = chosen.with_row_index(index).select(pl.col(index).first().over(columns).cast(pl.Int64))
    first = numbered.to_series().to_numpy()
    occurs = np.zeros(int(first.max(initial=-1)) + 1, dtype=np.bool_)
    occurs[first] = True
    found = np.flatnonzero(occurs)
    order = chosen[found].with_row_index(index).sort(columns)
    place = np.empty(occurs.size, dtype=np.int64)
    place[found[order[index].to_numpy()]] = np.arange(found.size)
    return Cells(table=order.drop(index), code=place[first])


def _whole_numbers(frame: pl.DataFrame) -> Cells | None:
    """Find the cells of whole numbers by arithmetic; None when there are others, or they lie far apart."""
    if not all(kind.is_integer() for kind in frame.dtypes) or frame.is_empty():
        return None
    if any(frame.null_count().row(0)):
        return None
    bounds = [(int(column.min()), int(column.max())) for column in frame]  # type: ignore[arg-type]
    sizes = [most - least + 1 for least, most in bounds]
    if prod(sizes) > 4 * frame.height:
        return None
    code = np.zeros(frame.height, dtype=np.int64)
    for column, (least, _), size in zip(frame, bounds, sizes, strict=True):
        code *= size
        code += column.to_numpy()
        code -= least
    occurs = np.bincount(code, minlength=prod(sizes)) > 0
    left, columns = np.flatnonzero(occurs), []
    for column, (least, _), size in reversed([*zip(frame, bounds, sizes, strict=True)]):
        left, value = np.divmod(left, size)
        columns.append(pl.Series(column.name, value + least).cast(column.dtype))
    return Cells(table=pl.DataFrame(columns[::-1]), code=(np.cumsum(occurs) - 1)[code])


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
