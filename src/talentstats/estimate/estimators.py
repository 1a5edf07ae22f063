"""The estimators as functions of sums: arrays in, arrays out.

Shapes: `domains` x `variables`, with replicates in front where there are any. Sums are of distances from a
centre `c`: `t = sum w (y - c)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from talentstats.estimate.request import Statistic
from talentstats.variance.groups import FloatArray
from talentstats.variance.moments import ROUNDING

Coefficient = FloatArray | float

# A denominator this small a part of what it is the sum of is zero.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Sums of each domain.

    Attributes
    ----------
    persons : (domains,) float
        Rows, with an answer or without.
    persons_weight : (domains,) float
        Their weights.
    rows : (domains, variables) float
        Rows with an answer.
    weight : (..., domains, variables) float
    basis : tuple of (..., domains, variables) float
        The weighted sums the estimator is a function of.
    centres : (variables, columns) float
        What was subtracted from each variable before it was summed.
    """

    persons: FloatArray
    persons_weight: FloatArray
    rows: FloatArray
    weight: FloatArray
    basis: tuple[FloatArray, ...]
    centres: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Score:
    """Coefficients of the linearised score `(on_weight W_i + sum_b on_basis[b] B_bi) / denominator`.

    A coefficient that is a plain number holds for every domain and variable.
    """

    on_weight: Coefficient
    on_basis: tuple[Coefficient, ...]
    denominator: Coefficient


@dataclass(frozen=True, slots=True)
class Estimator:
    """One statistic: its value, its score, and the variance it would have under simple random sampling."""

    value: Callable[[Sums], FloatArray]
    score: Callable[[Sums], Score]
    srs_variance: Callable[[Sums, tuple[FloatArray, ...]], FloatArray] | None


def _weight(sums: Sums) -> FloatArray:
    """Give the sum of the weights, NaN where it is zero: what it divides is not defined."""
    return np.where(sums.weight == 0, np.nan, sums.weight)


def _mean(sums: Sums) -> FloatArray:
    return sums.centres[:, 0] + sums.basis[0] / _weight(sums)


def _mean_score(sums: Sums) -> Score:
    weight = _weight(sums)
    return Score(on_weight=-sums.basis[0] / weight, on_basis=(1.0,), denominator=weight)


def _total(sums: Sums) -> FloatArray:
    return sums.basis[0] + sums.centres[:, 0] * sums.weight


def _total_score(sums: Sums) -> Score:
    shift = np.broadcast_to(sums.centres[:, 0], sums.weight.shape)
    return Score(on_weight=shift if shift.any() else 0.0, on_basis=(1.0,), denominator=1.0)


def _denominator(sums: Sums) -> FloatArray:
    """Give the total of the denominator, NaN where it is zero but for the rounding of its parts."""
    about, centre = sums.basis[1], sums.centres[:, 1] * sums.weight
    total = about + centre
    return np.where(np.abs(total) <= _NOTHING * (np.abs(about) + np.abs(centre)), np.nan, total)


def _ratio(sums: Sums) -> FloatArray:
    return _total(sums) / _denominator(sums)


def _ratio_score(sums: Sums) -> Score:
    ratio = _ratio(sums)
    # The scores add up to zero; writing the constant so keeps that exact at any centre.
    on_weight = -(sums.basis[0] - ratio * sums.basis[1]) / _weight(sums)
    return Score(on_weight=on_weight, on_basis=(1.0, -ratio), denominator=_denominator(sums))


def _enlarged(rows: FloatArray) -> FloatArray:
    """Give `n / (n - 1)`; NaN for one row or none."""
    return rows / np.where(rows > 1, rows - 1, np.nan)


def _spread(sums: Sums, first: FloatArray, second: FloatArray, *, size: FloatArray) -> FloatArray:
    """Give `n / (n - 1)` times the weighted mean square about the mean, rounding of `size` taken as zero."""
    weight = _weight(sums)
    square = second / weight - (first / weight) ** 2
    return _enlarged(sums.rows) * np.where(square <= ROUNDING * np.abs(size / weight), 0.0, square)


def _variance(sums: Sums) -> FloatArray:
    return _spread(sums, sums.basis[0], sums.basis[1], size=sums.basis[1])


def _variance_score(sums: Sums) -> Score:
    factor, weight = _enlarged(sums.rows), _weight(sums)
    mean = sums.basis[0] / weight
    return Score(
        on_weight=factor * mean**2 - _variance(sums),
        on_basis=(-2 * factor * mean, factor),
        denominator=weight,
    )


def _srs_mean(sums: Sums, squares: tuple[FloatArray, ...]) -> FloatArray:
    return _spread(sums, sums.basis[0], squares[0], size=squares[0]) / sums.rows


def _srs_total(sums: Sums, squares: tuple[FloatArray, ...]) -> FloatArray:
    return _srs_mean(sums, squares) * sums.weight**2


def _srs_ratio(sums: Sums, squares: tuple[FloatArray, ...]) -> FloatArray:
    ratio = _ratio(sums)
    first = sums.basis[0] - ratio * sums.basis[1]
    parts = (squares[0], -2 * ratio * squares[1], ratio**2 * squares[2])
    size = sum((np.abs(part) for part in parts), start=np.zeros_like(ratio))
    residual = _spread(sums, first, parts[0] + parts[1] + parts[2], size=size) / _denominator(sums) ** 2
    return residual * sums.weight**2 / sums.rows


ESTIMATORS: dict[Statistic, Estimator] = {
    "mean": Estimator(_mean, _mean_score, _srs_mean),
    "proportion": Estimator(_mean, _mean_score, _srs_mean),
    "total": Estimator(_total, _total_score, _srs_total),
    "count": Estimator(_total, _total_score, _srs_total),
    "ratio": Estimator(_ratio, _ratio_score, _srs_ratio),
    "variance": Estimator(_variance, _variance_score, None),
}
