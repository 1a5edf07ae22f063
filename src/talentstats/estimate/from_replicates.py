"""Variances from replicates: supplied with the file, or made of factors of sampling units."""

from dataclasses import replace

import numpy as np

from talentstats.estimate.dispersion import ReplicateEstimates
from talentstats.estimate.domain_sums import weight_and_basis
from talentstats.estimate.domains import CellSums, GroupingSet, aggregate
from talentstats.estimate.estimators import ESTIMATORS, Sums
from talentstats.estimate.items import weighted_names
from talentstats.estimate.sums import PartialSums
from talentstats.estimate.variation import Variation
from talentstats.survey.replicates import ReplicateRule, ReplicateWeights, UnitReplicates
from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray, group_sums
from talentstats.variance.replicate_variance import ReplicateVariance, replicate_variance

# Sums over replicates are made for as many domains at once as stay below this number of values.
_BLOCK = 20_000_000


def replicate_estimates(
    part: PartialSums, units: Units | None, cells: CellSums, grouping: GroupingSet, sums: Sums
) -> FloatArray:
    """Estimate with the weights of every replicate, (replicates, domains, variables).

    NaN where the domain is empty in a replicate.
    """
    names = weighted_names(part.items)
    if isinstance(part.replicates, UnitReplicates) and part.readjusted is not None and units is not None:
        factors = part.replicates.factors_of(units.keys)
        totals = part.readjusted.totals(factors, cells.cells, grouping.domain_of_cell, grouping.size)
    elif isinstance(part.replicates, UnitReplicates) and units is not None:
        totals = _from_factors(part.replicates, units, cells, grouping, names)
    else:
        totals = _from_columns(part, cells, grouping, names)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight, basis = weight_and_basis(part.items, names, totals)
        replicated = replace(sums, weight=weight, basis=basis)
        values = ESTIMATORS[part.request.statistic].value(replicated)
    return np.where(np.isfinite(values), values, np.nan)


def replicate_variation(
    values: FloatArray, full: FloatArray, rule: ReplicateRule, *, proportions: bool
) -> Variation:
    """Give variances from replicate estimates; of the logit too, for proportions."""
    flat = values.reshape(values.shape[0], -1)
    spread = _spread(flat, full.ravel(), rule)
    logit = None
    if proportions:
        with np.errstate(divide="ignore", invalid="ignore"):
            logits = np.log(flat) - np.log1p(-flat)
            centre = np.log(full.ravel()) - np.log1p(-full.ravel())
        usable = np.where(np.isfinite(logits), logits, np.nan)
        logit = _spread(usable, np.where(np.isfinite(centre), centre, 0.0), rule).variance.reshape(full.shape)
    return Variation(
        variance=spread.variance.reshape(full.shape),
        df=np.full(full.shape, np.nan if rule.df is None else float(rule.df)),
        logit_variance=logit,
        dropped=spread.dropped.reshape(full.shape).astype(np.float64),
    )


def replicate_dispersion(
    values: list[FloatArray], full: FloatArray, replicates: ReplicateWeights | UnitReplicates
) -> ReplicateEstimates:
    """Give what covariances of the estimates of all grouping sets need."""
    flat = np.hstack([part.reshape(part.shape[0], -1) for part in values])
    return ReplicateEstimates(values=np.where(np.isnan(full), np.nan, flat), full=full, replicates=replicates)


def _spread(values: FloatArray, full: FloatArray, rule: ReplicateRule) -> ReplicateVariance:
    return replicate_variance(values, full, scale=rule.scale, rscales=rule.rscales, mse=rule.mse)


def _from_factors(
    replicates: UnitReplicates, units: Units, cells: CellSums, grouping: GroupingSet, names: list[str]
) -> FloatArray:
    """Multiply the units' sums by their factors: (replicates, domains, columns)."""
    domain, unit, summed = aggregate(cells, grouping, cells.columns(names))
    values = summed.T
    factors = replicates.factors_of(units.keys)
    n_units, columns = factors.shape[0], len(names)
    step = max(1, _BLOCK // (n_units * columns))
    parts = []
    for start in range(0, grouping.size, step):
        stop = min(start + step, grouping.size)
        chosen = (domain >= start) & (domain < stop)
        wide = np.zeros((n_units, stop - start, columns))
        wide[unit[chosen], domain[chosen] - start] = values[chosen]
        product = factors.T @ wide.reshape(n_units, -1)
        parts.append(product.reshape(-1, stop - start, columns))
    return np.concatenate(parts, axis=1)


def _from_columns(part: PartialSums, cells: CellSums, grouping: GroupingSet, names: list[str]) -> FloatArray:
    """Take the sums made with each supplied weight: (replicates, domains, columns)."""
    count = len(part.replicates.columns) if isinstance(part.replicates, ReplicateWeights) else 0
    columns = [f"r{number}_{name}" for number in range(count) for name in names]
    totals = group_sums(grouping.domain_of_cell, cells.totals(columns), n_groups=grouping.size)
    return np.moveaxis(totals.reshape(grouping.size, count, len(names)), 1, 0)
