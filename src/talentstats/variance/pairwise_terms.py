"""What units drawn with unequal probabilities contribute to a variance, from their own probabilities alone.

The variance of a sum of scores is a form in the pairs of units of a stratum. In the approximations of the
joint probabilities that form has rank two beside its diagonal: two numbers for every unit hold it.
"""

from dataclasses import dataclass, replace

import numpy as np

from talentstats.variance.groups import FloatArray
from talentstats.variance.stages import StageUnits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairwiseTerms:
    """What the units of one stage contribute, in the order of their codes.

    A stratum with scores z, their mean m and distances e = z - m adds
    `sum(spread * e^2) + 2 m sum(level * e) + m^2 sum(level)`.

    Attributes
    ----------
    probability : (units,) float
        Inclusion probability within the unit of the stage before.
    spread, level : (units,) float
        `level` is zero where the mean of the scores does not matter.
    """

    probability: FloatArray
    spread: FloatArray
    level: FloatArray


def brewer_terms(units: StageUnits, probability: FloatArray) -> PairwiseTerms:
    r"""Derive the terms of Brewer's variance, in which the distance from the mean counts `1 - p`.

    Parameters
    ----------
    units : StageUnits
    probability : (units,) float

    Notes
    -----
    :math:`\sum_h \frac{n_h}{n_h - 1} \sum_i (1 - \pi_i) (z_i - \bar z_h)^2`.
    Source: Brewer (2002), chapter 9.
    """
    outside = 1 - probability
    return _settled(units, probability, spread=_correction(units) * outside, level=np.zeros(outside.size))


def overton_terms(units: StageUnits, probability: FloatArray) -> PairwiseTerms:
    r"""Derive the terms of Overton's joint probabilities.

    Notes
    -----
    :math:`\pi_{ij} = \pi_i \pi_j (n_h - 1) / (n_h - (\pi_i + \pi_j) / 2)` within a stratum.
    Source: Stehman & Overton (1994).
    """
    outside = 1 - probability
    correction = _correction(units)
    level = correction * (outside - _means(units, outside)) / 2
    return _settled(units, probability, spread=correction * outside, level=level)


def hartley_rao_terms(
    units: StageUnits, probability: FloatArray, mean_square: FloatArray | None
) -> PairwiseTerms:
    r"""Derive the terms of Hartley and Rao's joint probabilities.

    Parameters
    ----------
    units : StageUnits
    probability : (units,) float
    mean_square : (groups,) float or None
        Sum of the squared probabilities of the whole population over the units drawn; None: estimated by
        the mean of the probabilities drawn.

    Notes
    -----
    :math:`\pi_{ij} = \pi_i \pi_j (n_h - 1) / (n_h - \pi_i - \pi_j + \sum_U \pi_k^2 / n_h)`.
    Source: Hartley & Rao (1962); Särndal, Swensson & Wretman (1992), section 3.6.
    """
    outside = 1 - probability
    mean = _means(units, outside)
    rest = mean if mean_square is None else (1 - mean_square)[units.group]
    drawn = units.sampled[units.group].astype(np.float64)
    others = np.maximum(drawn - 1, 1)
    spread = ((drawn + 1) * outside - rest) / others
    level = rest - (drawn * mean - outside) / others
    return _settled(units, probability, spread=spread, level=level)


def yates_grundy(terms: PairwiseTerms) -> PairwiseTerms:
    """Turn terms of Horvitz and Thompson's variance into those of Yates, Grundy and Sen's.

    Theirs is the same form without the sums of its rows, so that equal scores have no variance: for samples
    of a fixed size. Source: Särndal, Swensson & Wretman (1992), result 2.8.2.
    """
    return replace(terms, spread=terms.spread - terms.level, level=np.zeros(terms.level.size))


def _correction(units: StageUnits) -> FloatArray:
    drawn = units.sampled[units.group].astype(np.float64)
    return np.asarray(drawn / np.maximum(drawn - 1, 1))


def _means(units: StageUnits, values: FloatArray) -> FloatArray:
    """Give every unit the mean of its group."""
    sums = np.bincount(units.group, weights=values)
    return np.asarray((sums / units.sampled)[units.group])


def _settled(
    units: StageUnits, probability: FloatArray, *, spread: FloatArray, level: FloatArray
) -> PairwiseTerms:
    """Leave a unit that is alone in its group to the rule for lonely units."""
    single = units.sampled[units.group] == 1
    return PairwiseTerms(
        probability=probability,
        spread=np.where(single, 1 - probability, spread),
        level=np.where(single, 0.0, level),
    )
