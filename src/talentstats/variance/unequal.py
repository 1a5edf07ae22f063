"""Variance of sums of scores when units were drawn with unequal probabilities, without replacement."""

from dataclasses import dataclass

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
from talentstats.variance.linearisation import LonelyRule
from talentstats.variance.pairwise_terms import PairwiseTerms
from talentstats.variance.stages import Stage, StageUnits

# The stages of selection, first stage first, each with what its units contribute.
UnequalStages = tuple[tuple[Stage, PairwiseTerms], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Layout:
    """Where the units of a stage belong: `parent` is the code of the unit of the stage before, by group."""

    units: StageUnits
    terms: PairwiseTerms
    parent: IntArray
    in_parent: IntArray
    lonely: BoolArray

    def average_factor(self) -> FloatArray:
        """Give groups over groups that are not lonely, by parent; NaN where all are lonely."""
        n_parents = self.in_parent.size
        groups = group_counts(self.parent, n_groups=n_parents)
        known = groups - group_counts(self.parent[self.lonely], n_groups=n_parents)
        return np.where(known > 0, groups / np.maximum(known, 1), np.nan)


def _layout(stages: UnequalStages, number: int) -> _Layout:
    stage, terms = stages[number]
    units = stage.units()
    above = np.zeros(units.group.size, dtype=np.int64)
    if number:
        above = stages[number - 1][0].unit[units.first_row]
    parent = np.zeros(units.sampled.size, dtype=np.int64)
    parent[units.group] = above
    return _Layout(
        units=units,
        terms=terms,
        parent=parent,
        in_parent=np.bincount(above),
        lonely=(units.sampled == 1) & ~units.complete,
    )


def unequal_covariance(scores: FloatArray, *, stages: UnequalStages, lonely: LonelyRule) -> FloatArray:
    """Give the covariance matrix of the sums of the columns of `scores`.

    Parameters
    ----------
    scores : (rows, estimates) float
        One row for every unit of the last stage, zero where an estimate does not touch it.
    stages : tuple of (Stage, PairwiseTerms)
        First stage first, with what its units contribute.
    lonely : {"fail", "remove", "certainty", "adjust", "average"}

    Returns
    -------
    (estimates, estimates) float
    """
    total = np.zeros((scores.shape[1], scores.shape[1]))
    reached = np.ones(scores.shape[0])
    for number, (stage, terms) in enumerate(stages):
        layout = _layout(stages, number)
        units = layout.units
        factor = np.empty(units.sampled.size)
        factor[units.group] = reached[units.first_row]
        if lonely == "average" and layout.lonely.any():
            factor *= layout.average_factor()[layout.parent]
        values = group_sums(stage.unit, scores, n_groups=units.group.size)
        total += _stage_covariance(values, layout, factor, adjust=lonely == "adjust")
        reached = reached * terms.probability[stage.unit]
        if not reached.any():
            break
    return total


def _stage_covariance(values: FloatArray, layout: _Layout, factor: FloatArray, *, adjust: bool) -> FloatArray:
    """Add up the terms of the groups of one stage, each times its factor."""
    group, n_groups = layout.units.group, layout.units.sampled.size
    sums = group_sums(group, values, n_groups=n_groups)
    means = sums / layout.units.sampled[:, None]
    about = values - means[group]
    if adjust and layout.lonely.any():
        centre = group_sums(layout.parent, sums, n_groups=layout.in_parent.size)
        centre /= layout.in_parent[:, None]
        alone = layout.lonely[group]
        about[alone] = values[alone] - centre[layout.parent[group[alone]]]
    of_unit = factor[group]
    covariance = (about * (layout.terms.spread * of_unit)[:, None]).T @ about
    if layout.terms.level.any():
        level = layout.terms.level * of_unit
        tilt = group_sums(group, about * level[:, None], n_groups=n_groups)
        tilt += means * group_sums(group, level[:, None], n_groups=n_groups) / 2
        covariance += means.T @ tilt + tilt.T @ means
    return np.asarray(covariance, dtype=np.float64)


def unequal_domain_variances(
    domain: IntArray,
    unit: IntArray,
    scores: FloatArray,
    *,
    n_domains: int,
    stages: UnequalStages,
    lonely: LonelyRule,
) -> FloatArray:
    """Give the variance of the sum of the scores of every domain, stage by stage.

    Parameters
    ----------
    domain, unit : (rows,) int
        Which domain and which unit of the last stage a row belongs to, sorted; a pair occurs once.
    scores : (variables, rows) float
        Units without a row have score zero.
    n_domains : int
    stages, lonely
        As for `unequal_covariance`.

    Returns
    -------
    (n_domains, variables) float
        Below zero where the estimate of the variance is, which all but Brewer's can be.
    """
    total = np.zeros((scores.shape[0], n_domains))
    reached = np.ones(stages[-1][0].unit.size)
    before = np.zeros(reached.size, dtype=np.int64)
    for number, (stage, terms) in enumerate(stages):
        layout = _layout(stages, number)
        last = number == len(stages) - 1
        starts = np.arange(unit.size) if last else segment_starts(domain, stage.unit[unit])
        values = scores if last else segment_sums(scores, starts)
        rows = unit[starts]
        parents = segment_starts(domain[starts], before[rows])
        added = _within_parents(parents, stage.unit[rows], values, layout, lonely=lonely)
        added *= reached[rows[parents]]
        of_domain = domain[starts][parents]
        first = segment_starts(of_domain)
        total[:, of_domain[first]] += segment_sums(added, first)
        before = stage.unit
        reached = reached * terms.probability[stage.unit]
        if not reached.any():
            break
    return total.T


def _within_parents(
    parents: IntArray, own: IntArray, values: FloatArray, layout: _Layout, *, lonely: LonelyRule
) -> FloatArray:
    """Add up the terms of the groups below every parent: (variables, parents).

    `parents` are the places where a domain or a unit of the stage before begins, `own` the unit of each row.
    """
    units, terms = layout.units, layout.terms
    number = np.repeat(np.arange(parents.size), segment_sizes(parents, own.size))
    starts = segment_starts(number, units.group[own])
    present = segment_sizes(starts, own.size)
    group, number = units.group[own[starts]], number[starts]
    sums = segment_sums(values, starts)
    means = sums / units.sampled[group]
    about = values - np.repeat(means, present, axis=1)
    spread = _present_and_all(terms.spread, units, own, starts)
    absent = np.where(present == units.sampled[group], 0.0, spread[1][group] - spread[0])
    parts = segment_sums(about**2 * terms.spread[own], starts) + absent * means**2
    if terms.level.any():
        level = _present_and_all(terms.level, units, own, starts)
        parts += 2 * means * segment_sums(about * terms.level[own], starts)
        parts += (2 * level[0] - level[1][group]) * means**2
    below = segment_starts(number)
    code = layout.parent[group[below]]
    alone = layout.lonely[group]
    parts[:, alone] = 0.0
    if lonely == "adjust" and layout.lonely.any():
        centre = segment_sums(sums, below) / layout.in_parent[code]
        outside = np.where(layout.lonely, spread[1], 0.0)
        parts[:, alone] = outside[group[alone]] * (sums - centre[:, number])[:, alone] ** 2
        # A lonely unit outside the domain has score zero, which is a distance from the mean too.
        rest = np.bincount(layout.parent, weights=outside)[code] - np.add.reduceat(outside[group], below)
        parts[:, below] += rest * centre**2
    added = segment_sums(parts, below)
    if lonely == "average" and layout.lonely.any():
        added *= layout.average_factor()[code]
    return added


def _present_and_all(
    values: FloatArray, units: StageUnits, own: IntArray, starts: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Sum a number of the units over those that have a row, by segment, and over all, by group."""
    everywhere = np.bincount(units.group, weights=values).astype(np.float64)
    return np.add.reduceat(values[own], starts), everywhere
