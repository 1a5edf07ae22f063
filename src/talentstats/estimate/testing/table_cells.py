"""The cells of a two-way table: estimated totals that vary together, and the shares made of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.dispersion import Dispersion, ReplicateEstimates
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.request import Where
from talentstats.estimate.statistics import estimate_count
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Estimated population totals of the cells of a table.

    Attributes
    ----------
    totals : (rows, columns) float
        Margins above 0.
    row_levels, column_levels : list
    dispersion : Dispersion
        Of the totals, cells row by row.
    n_obs : int
        Rows of the sample in one of the cells.
    missing : dict of str to int
    """

    totals: FloatArray
    row_levels: list[Any]
    column_levels: list[str]
    dispersion: Dispersion
    n_obs: int
    missing: dict[str, int]


def estimate_cells(sample: SurveySample, rows: str, columns: str, *, where: Where) -> Cells:
    """Estimate the totals of the cells; levels that nobody has are left out.

    Raises
    ------
    InputError
        If one of the two has no two levels among the rows that answered both.
    """
    refuse_same(rows, columns)
    counts = estimate_count(sample, columns, by=rows, margins=True, where=where)
    of_cells = np.flatnonzero(counts.table[rows].is_not_null().to_numpy())
    levels = counts.table["level"].unique(maintain_order=True).to_list()
    totals = counts.table["estimate"].fill_null(0.0).to_numpy()[of_cells].reshape(-1, len(levels))
    kept_rows, kept_columns = (np.flatnonzero(totals.sum(axis=axis) > 0) for axis in (1, 0))
    kept = of_cells.reshape(totals.shape)[np.ix_(kept_rows, kept_columns)]
    row_levels = counts.table[rows].gather(kept[:, 0]).to_list() if kept.size else []
    column_levels = [levels[place] for place in kept_columns]
    for name, found in ((rows, row_levels), (columns, column_levels)):
        _require_two(name, found)
    return Cells(
        totals=totals[np.ix_(kept_rows, kept_columns)],
        row_levels=row_levels,
        column_levels=column_levels,
        dispersion=counts.take(kept.ravel().astype(np.int64)).dispersion,
        n_obs=counts.table["n_obs"][-1],
        missing=dict(counts.missing),
    )


def refuse_same(rows: str, columns: str) -> None:
    """Refuse one column for both sides of a table."""
    if rows == columns:
        raise InputError(
            "The rows and the columns of the table are the same variable.",
            expected="two columns of the sample",
            got=f"`{rows}` twice",
            remedy="For the distribution of one variable, use `estimate_proportion`.",
        )


def _require_two(name: str, levels: list[Any]) -> None:
    if len(levels) < 2:
        raise InputError(
            f"`{name}` has no two levels to make a table of.",
            expected="two levels or more among the rows that answered both questions",
            got=", ".join(f"`{level}`" for level in levels) or "none",
            where=f"column `{name}`",
            remedy="Look at `where`, and at the rows without a value.",
        )


def share_dispersion(
    totals: Dispersion, values: FloatArray, parts: FloatArray, wholes: FloatArray
) -> Dispersion:
    """Give the dispersion of shares of totals.

    Parameters
    ----------
    totals : Dispersion
    values : (totals,) float
        The totals.
    parts, wholes : (shares, totals) float
        1 for the totals that make the numerator, and the denominator, of a share.

    Notes
    -----
    By replication the shares of every replicate; else linearised:
    :math:`J_{sj} = (a_{sj} - p_s b_{sj}) / b_s' t`.
    """
    shares, sizes = (parts @ values) / (wholes @ values), wholes @ values
    if isinstance(totals, ReplicateEstimates):
        with np.errstate(divide="ignore", invalid="ignore"):
            replicated = (totals.values @ parts.T) / (totals.values @ wholes.T)
        return replace(totals, values=replicated, full=shares)
    return totals.linear((parts - shares[:, None] * wholes) / sizes[:, None])


def in_words(values: pl.Series) -> list[str | None]:
    """Write levels as `level` has them."""
    if values.dtype.is_float() and (values.drop_nulls() == values.drop_nulls().round()).all():
        values = values.cast(pl.Int64, strict=False)
    return [None if value is None else str(value) for value in values]


def only_whole(estimates: Estimates, by: tuple[str, ...]) -> Estimates:
    """Leave out the margins over columns of `by`."""
    if not by:
        return estimates
    whole = estimates.table.select(pl.all_horizontal(pl.col(by).is_not_null())).to_series()
    return estimates.take(np.flatnonzero(whole.to_numpy()))
