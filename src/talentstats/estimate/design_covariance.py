"""The covariance of sums of scores, by the design the units were drawn with."""

import numpy as np

from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.joint_probabilities import joint_covariance, joint_domain_variances
from talentstats.variance.linearisation import (
    LonelyRule,
    domain_variances,
    score_covariance,
    score_variances,
)
from talentstats.variance.unequal import unequal_covariance, unequal_domain_variances


def covariance_of(scores: FloatArray, units: Units, *, lonely: LonelyRule) -> FloatArray:
    """Give the covariance matrix, (estimates, estimates), of sums of scores, (units, estimates)."""
    if units.joint is not None:
        return joint_covariance(scores, units.joint)
    if units.pairwise:
        drawn = tuple(zip(units.stages, units.pairwise, strict=True))
        return unequal_covariance(scores, stages=drawn, lonely=lonely)
    return score_covariance(scores, stages=units.stages, lonely=lonely)


def variances_of(scores: FloatArray, units: Units, *, lonely: LonelyRule) -> FloatArray:
    """Give the diagonal of `covariance_of`, without the rest."""
    if units.joint is None and not units.pairwise:
        return score_variances(scores, stages=units.stages, lonely=lonely)
    unit = np.arange(scores.shape[0])
    whole = np.zeros(unit.size, dtype=np.int64)
    return domain_variances_of(whole, unit, scores.T, units, n_domains=1, lonely=lonely).ravel()


def domain_variances_of(
    domain: IntArray,
    unit: IntArray,
    scores: FloatArray,
    units: Units,
    *,
    n_domains: int,
    lonely: LonelyRule,
) -> FloatArray:
    """Give the variance of the sum of the scores of every domain, (domains, variables).

    Parameters
    ----------
    domain, unit : (rows,) int
        Sorted; a pair occurs once.
    scores : (variables, rows) float
        Units without a row have score zero.
    units : Units
    n_domains : int
    lonely : str
    """
    if units.joint is not None:
        return joint_domain_variances(domain, unit, scores, n_domains=n_domains, draws=units.joint)
    if units.pairwise:
        drawn = tuple(zip(units.stages, units.pairwise, strict=True))
        return unequal_domain_variances(
            domain, unit, scores, n_domains=n_domains, stages=drawn, lonely=lonely
        )
    return domain_variances(domain, unit, scores, n_domains=n_domains, stages=units.stages, lonely=lonely)
