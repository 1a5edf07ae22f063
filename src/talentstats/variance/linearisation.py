"""Variance of linearised estimates: scores of sampling units in, variances and covariances out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from talentstats.variance.groups import (
    BoolArray,
    FloatArray,
    IntArray,
    group_counts,
    group_sums,
    segment_sizes,
    segment_starts,
    segment_sums,
)
from talentstats.variance.stages import Stage

LonelyRule = Literal["fail", "remove", "certainty", "adjust", "average"]
LONELY_RULES: tuple[LonelyRule, ...] = ("fail", "remove", "certainty", "adjust", "average")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The groups in which one stage selected, as the variance needs them.

    Attributes
    ----------
    sampled : (groups,) float
        Units selected.
    fraction : (groups,) float
        Share of the group's units that were selected; 0 with replacement.
    scale : (groups,) float
        `(1 - f) n / (n - 1)`; for a single unit `1 - f`.
    lonely : (groups,) bool
        One unit, and not the only one there is.
    """

    sampled: FloatArray
    fraction: FloatArray
    scale: FloatArray
    lonely: BoolArray


def groups_of(stage: Stage) -> Groups:
    """Count the units of each group and how much of the group they leave outside the sample."""
    units = stage.units()
    return make_groups(units.sampled, units.fraction)


def make_groups(sampled: IntArray, fraction: FloatArray) -> Groups:
    """Derive scale and loneliness from the units drawn and the fraction they are of the group."""
    drawn = sampled.astype(np.float64)
    single = drawn == 1
    scale = (1.0 - fraction) * np.where(single, 1.0, drawn / np.maximum(drawn - 1, 1))
    return Groups(sampled=drawn, fraction=fraction, scale=scale, lonely=single & (fraction < 1))


def domain_variances(
    domain: IntArray,
    unit: IntArray,
    scores: FloatArray,
    *,
    n_domains: int,
    stages: tuple[Stage, ...],
    lonely: LonelyRule,
) -> FloatArray:
    r"""Give the variance of the sum of the scores of every domain, stage by stage.

    Parameters
    ----------
    domain, unit : (rows,) int
        Which domain and which unit of the last stage a row belongs to, sorted; a pair occurs once.
    scores : (variables, rows) float
        Linearised scores; units without a row have score zero.
    n_domains : int
    stages : tuple of Stage
        First stage first; codes of groups and units ascend with the unit of the last stage.
    lonely : {"fail", "remove", "certainty", "adjust", "average"}
        What a group with a single unit adds; "fail" has been dealt with before and adds nothing.

    Returns
    -------
    (n_domains, variables) float

    Notes
    -----
    :math:`\sum_h (1-f_h)\frac{n_h}{n_h-1}\sum_i (z_{hi}-\bar z_h)^2`, and for each later stage the same
    within the units of the stage before, times :math:`\prod f` of the stages before.
    Source: Särndal, Swensson & Wretman (1992), result 4.3.1.
    """
    total = np.zeros((scores.shape[0], n_domains))
    fraction = np.ones(unit.size)
    before = np.zeros(unit.size, dtype=np.int64)
    for number, stage in enumerate(stages):
        groups = groups_of(stage)
        last = number == len(stages) - 1
        starts = np.arange(unit.size) if last else segment_starts(domain, stage.unit[unit])
        values = scores if last else segment_sums(scores, starts)
        parents = segment_starts(domain[starts], before[starts])
        parent = np.repeat(np.arange(parents.size), segment_sizes(parents, starts.size))
        added = _within_groups(parent, stage.group[unit[starts]], values, groups=groups, lonely=lonely)
        added *= fraction[starts][parents]
        of_domain = domain[starts][parents]
        first = segment_starts(of_domain)
        total[:, of_domain[first]] += segment_sums(added, first)
        before = stage.unit[unit]
        fraction = fraction * groups.fraction[stage.group[unit]]
        if not fraction.any():
            break
    return total.T


def _within_groups(
    parent: IntArray, group: IntArray, scores: FloatArray, *, groups: Groups, lonely: LonelyRule
) -> FloatArray:
    """Sum the scaled squares of the scores about their group's mean: (variables, parents)."""
    starts = segment_starts(parent, group)
    present = segment_sizes(starts, group.size)
    group_of, parent_of = group[starts], parent[starts]
    sampled = groups.sampled[group_of]
    sums = segment_sums(scores, starts)
    means = sums / sampled
    about = scores - np.repeat(means, present, axis=1)
    squares = segment_sums(np.square(about, out=about), starts)
    squares += (sampled - present) * means**2
    parts = groups.scale[group_of] * squares
    alone = groups.lonely[group_of]
    parents = segment_starts(parent_of)
    if alone.any():
        parts[:, alone] = 0.0
        if lonely == "adjust":
            centre = segment_sums(sums, parents) / segment_sums(sampled[None, :], parents)
            parts[:, alone] = groups.scale[group_of[alone]] * (sums - centre[:, parent_of])[:, alone] ** 2
    added = segment_sums(parts, parents)
    if lonely == "average" and alone.any():
        added *= average_factor(parent_of, alone, n_parents=parents.size)
    return added


def average_factor(parent_of: IntArray, alone: BoolArray, *, n_parents: int) -> FloatArray:
    """Give groups present over groups that are not lonely; NaN where all are lonely."""
    present = group_counts(parent_of, n_groups=n_parents)
    known = present - group_counts(parent_of[alone], n_groups=n_parents)
    return np.where(known > 0, present / np.maximum(known, 1), np.nan)


def score_covariance(scores: FloatArray, *, stages: tuple[Stage, ...], lonely: LonelyRule) -> FloatArray:
    """Give the covariance matrix of the sums of the columns of `scores`.

    Parameters
    ----------
    scores : (units, estimates) float
        One row for every unit of the last stage, zero where an estimate does not touch it.
    stages, lonely
        As for `domain_variances`.

    Returns
    -------
    (estimates, estimates) float
    """
    total = np.zeros((scores.shape[1], scores.shape[1]))
    for deviations in _deviations_by_stage(scores, stages, lonely):
        total += deviations.T @ deviations
    return total


def score_variances(scores: FloatArray, *, stages: tuple[Stage, ...], lonely: LonelyRule) -> FloatArray:
    """Give the variances of the sums of the columns of `scores`: the diagonal of `score_covariance`."""
    total = np.zeros(scores.shape[1])
    for deviations in _deviations_by_stage(scores, stages, lonely):
        total += np.einsum("ue,ue->e", deviations, deviations)
    return total


def _deviations_by_stage(
    scores: FloatArray, stages: tuple[Stage, ...], lonely: LonelyRule
) -> Iterator[FloatArray]:
    """Give for each stage the deviations whose products add up to the covariance."""
    fraction = np.ones(scores.shape[0])
    for number, stage in enumerate(stages):
        units, groups = stage.units(), groups_of(stage)
        first, n_units = units.first_row, units.group.size
        values = group_sums(stage.unit, scores, n_groups=n_units)
        before = stages[number - 1].unit[first] if number else np.zeros(n_units, dtype=np.int64)
        deviations = _scaled_deviations(values, units.group, before, groups, lonely)
        yield deviations * np.sqrt(fraction[first])[:, None]
        fraction = fraction * groups.fraction[stage.group]
        if not fraction.any():
            break


def _scaled_deviations(
    scores: FloatArray, group: IntArray, parent: IntArray, groups: Groups, lonely: LonelyRule
) -> FloatArray:
    """Give deviations from the group's mean, times the root of the group's scale."""
    n_groups = groups.sampled.size
    sums = group_sums(group, scores, n_groups=n_groups)
    deviations = scores - (sums / groups.sampled[:, None])[group]
    alone = groups.lonely[group]
    if alone.any() and lonely == "adjust":
        n_parents = int(parent.max()) + 1
        centre = group_sums(parent, scores, n_groups=n_parents)
        centre /= group_counts(parent, n_groups=n_parents)[:, None]
        deviations[alone] = scores[alone] - centre[parent[alone]]
    deviations *= np.sqrt(groups.scale[group])[:, None]
    if alone.any() and lonely == "average":
        parent_of = np.zeros(n_groups, dtype=np.int64)
        parent_of[group] = parent
        factor = average_factor(parent_of, groups.lonely, n_parents=int(parent.max()) + 1)
        deviations *= np.sqrt(factor)[parent][:, None]
    return deviations
