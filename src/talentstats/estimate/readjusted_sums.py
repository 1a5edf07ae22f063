"""Sums for the replicates of adjusted weights: each replicate is adjusted anew, on a table of cells."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from talentstats.estimate.rows import SampleRows
from talentstats.survey.adjustment import Adjustment, base_column, filled_numbers, replicate_weights
from talentstats.survey.cells import find_cells, places_in
from talentstats.variance.groups import FloatArray, IntArray, dense_codes, group_sums

# A table of sums is kept as it is below this size, and without its zeros above.
_DENSE = 40_000_000
_BLOCK = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadjustedSums:
    """Sums with the weights before all adjustments, by sampling unit and by cell of the adjustments.

    Attributes
    ----------
    adjustments : tuple of Adjustment
    table : polars.DataFrame
        The columns the adjustments look at, a row for each cell; for each row of the sample when the factor
        does not depend on categories alone.
    weight : (cells, units) float or sparse
        Sums of the weights, of all rows.
    domains : polars.DataFrame
        The finest domains.
    domain, cell : (pairs,) int
        The pairs of a domain and a cell that occur.
    names : tuple of str
    sums : tuple of (pairs, units) float or sparse
        Sums of the weighted columns inside the subpopulation, one for each name.
    """

    adjustments: tuple[Adjustment, ...]
    table: pl.DataFrame
    weight: Any
    domains: pl.DataFrame
    domain: IntArray
    cell: IntArray
    names: tuple[str, ...]
    sums: tuple[Any, ...]

    def totals(
        self,
        factors: FloatArray,
        cells: pl.DataFrame,
        domain_of_cell: IntArray,
        n_domains: int,
    ) -> FloatArray:
        """Give the sums of every replicate, (replicates, domains, names).

        Parameters
        ----------
        factors : (units, replicates) float
        cells : polars.DataFrame
            The finest domains, in the order of `domain_of_cell`.
        domain_of_cell : (cells,) int
            The domain, 0 to `n_domains - 1`, that each of them is part of.
        n_domains : int
        """
        domain = domain_of_cell[places_in(self.domains, cells)][self.domain]
        step = max(1, _BLOCK // max(self.table.height, self.domain.size))
        parts = []
        for start in range(0, factors.shape[1], step):
            chosen = np.ascontiguousarray(factors[:, start : start + step])
            before = np.asarray(self.weight @ chosen)
            after = replicate_weights(self.adjustments, self.table, before)
            change = np.divide(after, before, out=np.zeros_like(after), where=before > 0)[self.cell]
            made = [group_sums(domain, (one @ chosen) * change, n_groups=n_domains) for one in self.sums]
            parts.append(np.stack(made, axis=-1).transpose(1, 0, 2))
        return np.concatenate(parts)


def readjusted_sums(
    rows: SampleRows, table: pl.DataFrame, *, by: list[str], names: list[str]
) -> ReadjustedSums:
    """Sum what the replicates of adjusted weights need.

    Parameters
    ----------
    rows : SampleRows
        All rows of the sample.
    table : polars.DataFrame
        The rows inside the subpopulation: their position in `rows` as `row`, the columns of `by`, and the
        columns with the weights before all adjustments.
    by, names : list of str
    """
    units = 0 if rows.units is None else rows.units.keys.height
    looked_at, cell = _cells(rows)
    base = filled_numbers(rows.adjusting, base_column(rows.adjustments))
    domains = find_cells(table, by)
    place = table["row"].to_numpy().astype(np.int64)
    pair, pairs = dense_codes(domains.code * looked_at.height + cell[place])
    sums = _Summing(code=pair, unit=rows.unit[place], shape=(pairs.size, units))
    return ReadjustedSums(
        adjustments=rows.adjustments,
        table=looked_at,
        weight=_Summing(code=cell, unit=rows.unit, shape=(looked_at.height, units)).of(base),
        domains=domains.table,
        domain=pairs // looked_at.height,
        cell=pairs % looked_at.height,
        names=tuple(names),
        sums=tuple(sums.of(table[name].fill_null(0).to_numpy()) for name in names),
    )


def _cells(rows: SampleRows) -> tuple[pl.DataFrame, IntArray]:
    """Give what the adjustments look at, and where each row is in it."""
    if not all(one.by_cell for one in rows.adjustments):
        return rows.adjusting, np.arange(rows.weight.size)
    columns = list(dict.fromkeys(name for one in rows.adjustments for name in one.cell_columns))
    cells = find_cells(rows.adjusting, columns)
    return cells.table, cells.code


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Summing:
    """Sums by a code and a unit, as a table."""

    code: IntArray
    unit: IntArray
    shape: tuple[int, int]

    def of(self, column: FloatArray) -> Any:
        rows, units = self.shape
        if rows * units > _DENSE:
            return sparse.csr_array((column, (self.code, self.unit)), shape=self.shape)
        added = np.bincount(self.code * units + self.unit, weights=column, minlength=rows * units)
        return added.reshape(self.shape)
