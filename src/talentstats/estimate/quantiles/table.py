"""From quantiles by variable and grouping set to one table of estimates, and their covariances."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from talentstats.estimate.assemble import assemble
from talentstats.estimate.dispersion import Dispersion, ReplicateEstimates, UnitScores
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.quantiles.from_rows import EstimatedSet, Quantiles
from talentstats.estimate.quantiles.notes import quantile_notes
from talentstats.estimate.quantiles.request import QuantileRequest
from talentstats.estimate.quantiles.shares import ReplicateShares
from talentstats.estimate.row_scores import units_of
from talentstats.estimate.rows import SampleRows
from talentstats.variance.groups import FloatArray

# A share this close to 0 or 1 is what rounding leaves of one.
_ROUNDING = 1e-12


def present_quantiles(rows: SampleRows, request: QuantileRequest, sets: Sequence[EstimatedSet]) -> Estimates:
    """Put the quantiles in a table: domain by domain, in it the variables, in these the quantiles."""
    items = [(name, level) for name in request.variables for level in request.levels]
    effect = _design_effects(sets)
    n_obs = _column(sets, "n_obs")
    persons = np.concatenate([np.repeat(one.domains.persons, len(items)) for one in sets])
    frames = [one.domains.frame[np.repeat(np.arange(one.domains.size), len(items)).tolist()] for one in sets]
    domains = n_obs.size // len(items)
    return assemble(
        rows,
        statistic="quantile",
        by=request.by,
        domains=pl.concat(frames),
        variable=[name for name, _ in items] * domains,
        level=[level for _, level in items] * domains,
        columns={
            "estimate": _column(sets, "estimate"),
            "std_error": _column(sets, "std_error"),
            "conf_low": _column(sets, "low"),
            "conf_high": _column(sets, "high"),
            "df": _column(sets, "df"),
            "n_obs": n_obs,
            "n_missing": persons - n_obs,
            "sum_weights": _column(sets, "total"),
            "design_effect": effect,
        },
        note=quantile_notes(
            _codes(sets),
            n_obs=n_obs,
            dropped=_dropped(sets),
            no_effect=np.isnan(effect),
            total=_column(sets, "total"),
            jackknife=request.interval == "quantile"
            and rows.replicates is not None
            and rows.replicates.type in ("JK1", "JKn"),
        ),
        dispersion=_dispersion(rows, request, sets),
        interval=request.interval,
        conf_level=request.conf_level,
        df_rule=request.df,
        domain_df=_column(sets, "domain_df"),
    )


def _column(sets: Sequence[EstimatedSet], name: str) -> FloatArray:
    """Give a field of `Quantiles` for every row of the table."""
    return np.concatenate([_side_by_side(one.quantiles, name).ravel() for one in sets])


def _codes(sets: Sequence[EstimatedSet]) -> NDArray[np.str_]:
    return np.concatenate([np.hstack([q.note for q in one.quantiles]).ravel() for one in sets])


def _side_by_side(quantiles: tuple[Quantiles, ...], name: str) -> FloatArray:
    return np.hstack([np.asarray(getattr(one, name), dtype=np.float64) for one in quantiles])


def _dropped(sets: Sequence[EstimatedSet]) -> FloatArray:
    """Count the replicates that were left out of each estimate."""
    counts = []
    for one in sets:
        gaps = np.zeros_like(_side_by_side(one.quantiles, "estimate"))
        if isinstance(one.variation, ReplicateShares):
            gaps = np.isnan(np.concatenate(one.scores, axis=1)).sum(axis=2).astype(np.float64)
        counts.append(gaps.ravel())
    return np.concatenate(counts)


def _design_effects(sets: Sequence[EstimatedSet]) -> FloatArray:
    """Compare the variance of the share below each estimate with that of a simple random sample.

    To first order this is the design effect of the quantile: both variances are divided by the same density.
    """
    share, error, n, total = (_column(sets, name) for name in ("share", "share_error", "n_obs", "total"))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (1 - n / total) * share * (1 - share) / (n - 1)
        defined = (n > 1) & (total > n) & (share > _ROUNDING) & (share < 1 - _ROUNDING)
        return np.where(defined, error**2 / variance, np.nan)


def _dispersion(rows: SampleRows, request: QuantileRequest, sets: Sequence[EstimatedSet]) -> Dispersion:
    """Linearise: a quantile varies as the share below it, over the density that its interval implies."""
    full = _column(sets, "estimate")
    if rows.replicates is not None:
        values = np.concatenate([_in_replicates(request, one) for one in sets], axis=1)
        return ReplicateEstimates(values=values, full=full, replicates=rows.replicates)
    blocks, first = [], 0
    for one in sets:
        slope = _slope(one)
        if not isinstance(one.variation, ReplicateShares):
            blocks.append(one.variation.block(one.scores, slope, first=first))
        first += slope.size
    return UnitScores(
        units=units_of(rows),
        lonely=rows.design.lonely_psu,
        blocks=tuple(blocks),
        size=full.size,
        undefined=np.isnan(_column(sets, "std_error")),
    )


def _slope(one: EstimatedSet) -> FloatArray:
    """Give minus the density, (domains, items): more persons below a value make the quantile lower."""
    share_error = _side_by_side(one.quantiles, "share_error")
    error = _side_by_side(one.quantiles, "std_error")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error == 0, np.inf, -share_error / error)


def _in_replicates(request: QuantileRequest, one: EstimatedSet) -> FloatArray:
    """Give the quantiles of the replicates, or their linear approximations: (replicates, estimates)."""
    values = np.concatenate(one.scores, axis=1)
    if request.interval != "quantile":
        values = _side_by_side(one.quantiles, "estimate")[:, :, None] + values / _slope(one)[:, :, None]
    return values.reshape(-1, values.shape[2]).T
