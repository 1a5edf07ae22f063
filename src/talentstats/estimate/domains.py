"""From tables of sums to arrays: codes of domains and units, and the stages of selection."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.sums import PartialSums
from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray, IntArray, segment_starts, segment_sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSums:
    """The sums inside the subpopulation, one row for each cell and unit (or stratum) that meet.

    Attributes
    ----------
    cells : polars.DataFrame
        The finest domains, one row each, sorted; columns `by_0`, ...
    cell, unit : (rows,) int
        Position in `cells`, and in `Units.keys`.
    names : tuple of str
        The columns of sums.
    values : (names, rows) float
    """

    cells: pl.DataFrame
    cell: IntArray
    unit: IntArray
    names: tuple[str, ...]
    values: FloatArray

    def columns(self, names: list[str]) -> FloatArray:
        """Give columns of sums as a (names, rows) array."""
        if tuple(names) == self.names:
            return self.values
        return self.values[[self.names.index(name) for name in names]]

    def matrix(self, names: list[str]) -> FloatArray:
        """Give columns of sums as a (rows, names) array."""
        return np.ascontiguousarray(self.columns(names).T)

    def totals(self, names: list[str]) -> FloatArray:
        """Sum columns over the units of each cell, (cells, names)."""
        return np.ascontiguousarray(segment_sums(self.columns(names), segment_starts(self.cell)).T)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupingSet:
    """Domains made of cells: the cells themselves, or a margin over some of the columns.

    Attributes
    ----------
    frame : polars.DataFrame
        One row a domain; null in a column that is summed over.
    domain_of_cell : (cells,) int
    """

    frame: pl.DataFrame
    domain_of_cell: IntArray

    @property
    def size(self) -> int:
        """Number of domains."""
        return self.frame.height


def cell_sums(part: PartialSums, units: Units | None) -> CellSums:
    """Give the sums inside the subpopulation as arrays, in the order of cells and units.

    Raises
    ------
    InputError
        If no row is inside it.
    """
    table = part.groups
    if table.is_empty():
        raise InputError(
            "No row of the sample is in the subpopulation.",
            expected="at least one row that satisfies `where` and has a value in every `by` column",
            got="none" if part.subpopulation is None else f"none with {part.subpopulation}",
            remedy="Look at the values of these columns: text must match exactly, capitals too.",
        )
    by = part.by_columns
    cells = table.select(by).unique().sort(by) if by else pl.DataFrame({"all": [0]})
    table = _with_code(table, cells, by, "cell_code")
    shared = [] if units is None else [name for name in units.columns if name in table.columns]
    table = _with_code(table, pl.DataFrame() if units is None else units.keys, shared, "unit_code")
    cell, unit = (table[name].to_numpy().astype(np.int64) for name in ("cell_code", "unit_code"))
    table = table.drop(*by, *shared, "cell_code", "unit_code", strict=False)
    if not _ascending(cell, unit):
        order = _order_of(cell, unit)
        cell, unit, table = cell[order], unit[order], table[order]
    names = [name for name in table.columns if name != "all"]
    values = table.select(pl.col(names).cast(pl.Float64)).to_numpy().T
    return CellSums(cells=cells, cell=cell, unit=unit, names=tuple(names), values=values)


def _ascending(cell: IntArray, unit: IntArray) -> bool:
    later = (cell[1:] > cell[:-1]) | ((cell[1:] == cell[:-1]) & (unit[1:] > unit[:-1]))
    return bool(later.all())


def grouping_sets(cells: pl.DataFrame, by: list[str], *, margins: bool) -> list[GroupingSet]:
    """List the domains: every combination of the columns, then the margins, the grand total last."""
    sizes = range(len(by), -1, -1) if margins else (len(by),)
    return [_grouping_set(cells, by, list(kept)) for size in sizes for kept in combinations(by, size)]


def _grouping_set(cells: pl.DataFrame, by: list[str], kept: list[str]) -> GroupingSet:
    if not kept:
        frame = pl.DataFrame({name: [None] for name in by}, schema={name: cells.schema[name] for name in by})
        frame = frame if by else pl.DataFrame({"all": [0]})
        return GroupingSet(frame=frame, domain_of_cell=np.zeros(cells.height, dtype=np.int64))
    frame = cells.select(kept).unique().sort(kept)
    codes = _with_code(cells, frame, kept, "domain_code")["domain_code"].to_numpy().astype(np.int64)
    filled = [pl.col(name) if name in kept else pl.lit(None, cells.schema[name]).alias(name) for name in by]
    return GroupingSet(frame=frame.select(filled), domain_of_cell=codes)


def _with_code(table: pl.DataFrame, keys: pl.DataFrame, columns: list[str], name: str) -> pl.DataFrame:
    if not columns:
        return table.with_columns(pl.lit(0, dtype=pl.Int64).alias(name))
    numbered = keys.select(columns).with_row_index(name)
    return table.join(numbered, on=columns, how="left", nulls_equal=True).with_columns(
        pl.col(name).cast(pl.Int64)
    )


def aggregate(
    rows: CellSums, grouping: GroupingSet, values: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Add the rows of cells up to the rows of a grouping set's domains.

    Parameters
    ----------
    values : (columns, rows) float

    Returns
    -------
    domain, unit : (rows,) int
        Sorted.
    values : (columns, rows) float
    """
    domain = grouping.domain_of_cell[rows.cell]
    if grouping.size == rows.cells.height:
        return domain, rows.unit, values
    order = np.lexsort((rows.unit, domain))
    domain, unit = domain[order], rows.unit[order]
    starts = segment_starts(domain, unit)
    return domain[starts], unit[starts], segment_sums(values[:, order], starts)


def _order_of(cell: IntArray, unit: IntArray) -> IntArray:
    """Give the order by cell and unit, of pairs that occur once; by their places where these are few."""
    places = cell * (int(unit.max()) + 1) + unit
    size = int(places.max()) + 1
    if size > 16 * places.size + 1_000_000:
        return np.argsort(places, kind="stable")
    row_at = np.full(size, -1, dtype=np.int64)
    row_at[places] = np.arange(places.size)
    return row_at[row_at >= 0]
