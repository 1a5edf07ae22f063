"""The rows of a sample by domain."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.domains import grouping_sets
from talentstats.estimate.rows import SampleRows
from talentstats.survey.cells import find_cells
from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray, IntArray, group_counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowDomains:
    """The domains of one grouping set.

    Attributes
    ----------
    frame : polars.DataFrame
        One row a domain; null in a column that is summed over.
    member : (rows,) int
        The domain of each row, answered or not; -1 for none.
    """

    frame: pl.DataFrame
    member: IntArray

    @property
    def size(self) -> int:
        """Number of domains."""
        return self.frame.height

    @property
    def persons(self) -> IntArray:
        """Rows of each domain, (domains,)."""
        return group_counts(self.member[self.member >= 0], n_groups=self.size)


def row_domains(rows: SampleRows, by: tuple[str, ...], *, margins: bool) -> list[RowDomains]:
    """List the domains: every combination of the columns, then the margins, the grand total last.

    Whoever has no value in `by` is in no domain, not even that of all together, as in other estimates.

    Raises
    ------
    InputError
        If no row of the subpopulation has a value in every column of `by`.
    """
    named = rows.inside
    if by:
        known = rows.values.select(pl.all_horizontal(pl.col(by).is_not_null())).to_series()
        named = named & known.to_numpy()
    if not named.any():
        raise InputError(
            "No row of the sample is in the subpopulation.",
            expected="at least one row that satisfies `where` and has a value in every `by` column",
            got="none",
            remedy="Look at the values of these columns: text must match exactly, capitals too.",
        )
    cells = find_cells(rows.values.filter(pl.Series(named)), list(by))
    cell = np.zeros(named.size, dtype=np.int64)
    cell[named] = cells.code
    return [
        RowDomains(frame=one.frame, member=np.where(named, one.domain_of_cell[cell], -1))
        for one in grouping_sets(cells.table, list(by), margins=margins)
    ]


def first_stage_df(domain: IntArray, unit: IntArray, units: Units, *, n_domains: int) -> FloatArray:
    """Count the first-stage units less their strata in each domain.

    Parameters
    ----------
    domain, unit : (rows,) int
        In any order; a domain of -1 is none.
    units : Units
    n_domains : int

    Returns
    -------
    (n_domains,) float
    """
    stage = units.stages[0]
    stratum_of = stage.units().group
    here = domain >= 0
    pairs = _distinct(domain[here] * stratum_of.size + stage.unit[unit[here]], n_domains * stratum_of.size)
    found, psu = np.divmod(pairs, stratum_of.size)
    strata = _distinct(found * stratum_of.size + stratum_of[psu], n_domains * stratum_of.size)
    counts = (group_counts(codes, n_groups=n_domains) for codes in (found, strata // stratum_of.size))
    return np.subtract(*counts).astype(np.float64)


def _distinct(codes: IntArray, size: int) -> IntArray:
    """Give the codes that occur; by marking them where there are not many more than rows."""
    if size > 4 * codes.size + 1_000_000:
        return np.unique(codes)
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[codes] = True
    return np.flatnonzero(occurs)
