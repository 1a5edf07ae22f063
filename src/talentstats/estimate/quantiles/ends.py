"""Confidence intervals of quantiles from shares of the distribution; arrays only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talentstats.estimate.quantiles.rules import (
    InverseRule,
    RankedAnswers,
    rank_answers,
    weighted_quantiles,
)
from talentstats.variance.groups import FloatArray
from talentstats.variance.intervals import proportion_interval
from talentstats.variance.proportion_ends import student_quantile

WoodruffInterval = Literal["mean", "beta", "xlogit", "asin"]
_MOST_STEPS = 1000
_EPSILON = np.finfo(np.float64).eps
_MOST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileEnds:
    """Ends of the intervals of quantiles, (domains, quantiles).

    Attributes
    ----------
    low, high : (domains, quantiles) float
        NaN where an end is not defined.
    note : (domains, quantiles) str
        Empty; a code of `talentstats.variance.intervals`; `single`: there is one answer; `alike`: all answers
        are the same, the interval is that answer; `one_sided`: nobody is above the estimate, so that the
        share has no error to measure; `below_smallest`, `above_largest`, `beyond_both`: the interval of the
        share reaches below 0 or above 1, where there are no answers; `not_closed`: the score is not
        significant anywhere on one side.
    """

    low: FloatArray
    high: FloatArray
    note: NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShareInterval:
    """What is known of the share at or below each quantile.

    Attributes
    ----------
    share, std_error : (domains, quantiles) float
    df : (domains, quantiles) float
    conf_level : float
    """

    share: FloatArray
    std_error: FloatArray
    df: FloatArray
    conf_level: float


def woodruff_ends(
    answers: RankedAnswers, known: ShareInterval, *, interval: WoodruffInterval, inverse: InverseRule
) -> QuantileEnds:
    """Give the quantiles at the ends of the interval of the share that is at or below the estimate.

    Parameters
    ----------
    answers : RankedAnswers
    known : ShareInterval
    interval : {"mean", "beta", "xlogit", "asin"}
        How the interval of the share is made.
    inverse : InverseRule

    Notes
    -----
    Woodruff (1952); Särndal, Swensson & Wretman (1992), section 5.11; `beta`: Korn & Graubard (1998).
    """
    ends = proportion_interval(
        interval, known.share, known.std_error, n=answers.count, df=known.df, conf_level=known.conf_level
    )
    # With nobody above the estimate the share is 1 and has no error to measure: `mean` stays where it is, the
    # other scales have no value there.
    one_sided, certain = ends.note == "all_or_none", known.df > 0
    stays = np.where(certain & (interval == "mean"), np.round(known.share), np.nan)
    low, high = (np.where(one_sided, stays, end) for end in (ends.low, ends.high))
    below, above = low < 0, high > 1
    note = np.select(
        [one_sided & ~certain, one_sided, below & above, below, above],
        ["no_degrees_of_freedom", "one_sided", "beyond_both", "below_smallest", "above_largest"],
        ends.note,
    )
    low = weighted_quantiles(answers, np.where(below, np.nan, low), inverse)
    high = weighted_quantiles(answers, np.where(above, np.nan, high), inverse)
    return _of_one_answer(answers, QuantileEnds(low=low, high=high, note=note))


def score_ends(
    answers: RankedAnswers,
    known: ShareInterval,
    at: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    *,
    shares: FloatArray,
    inverse: InverseRule,
) -> QuantileEnds:
    """Give the values at which a test that the quantile lies there just rejects.

    Parameters
    ----------
    answers : RankedAnswers
    known : ShareInterval
    at : callable
        From values, (domains, quantiles), to the shares at or below them and the standard errors of these.
    shares : (quantiles,) float
        Which quantiles.
    inverse : InverseRule

    Notes
    -----
    Francisco & Fuller (1991), as R survey does it: the test is inverted by Brent's root finding, to within
    0.01 / sqrt(n), between the smallest and the largest answer less 1 % of the interquartile range; the roots
    become quantiles by the unweighted share of the answers at or below them.
    """
    count, shape = answers.count, known.share.shape
    alike = rank_answers(answers.values, np.ones_like(answers.weight), answers.starts)
    quarters = weighted_quantiles(
        alike, np.broadcast_to([0.25, 0.75], (count.size, 2)), InverseRule(rule="hf7")
    )
    margin = (quarters[:, 1:] - quarters[:, :1]) / 100
    low, high = (np.broadcast_to(end, shape) for end in (answers.smallest + margin, answers.largest - margin))
    nearness = 1 / (100 * np.sqrt(np.maximum(count, 1)))
    critical = student_quantile(known.df, np.full(shape, known.conf_level))
    ends = []
    for limit in (critical, -critical):

        def excess(values: FloatArray, limit: FloatArray = limit) -> FloatArray:
            share, error = at(values)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.clip((shares - share) / error - limit, -_MOST, _MOST)

        root = find_roots(excess, low, high, tolerance=nearness)
        ends.append(weighted_quantiles(answers, alike.share_up_to(root), inverse))
    note = np.select(
        [np.broadcast_to(count == 0, shape), ~(known.df > 0), np.isnan(ends[0]) | np.isnan(ends[1])],
        ["no_estimate", "no_degrees_of_freedom", "not_closed"],
        default="",
    )
    return _of_one_answer(answers, QuantileEnds(low=ends[0], high=ends[1], note=note))


def _of_one_answer(answers: RankedAnswers, ends: QuantileEnds) -> QuantileEnds:
    """Where all answers of a domain are the same, that is the interval; one answer has none."""
    single = answers.count == 1
    alike = ~single & (answers.smallest == answers.largest)
    low, high = (np.where(alike, answers.smallest, end) for end in (ends.low, ends.high))
    return QuantileEnds(
        low=np.where(single, np.nan, low),
        high=np.where(single, np.nan, high),
        note=np.where(single, "single", np.where(alike, "alike", ends.note)),
    )


def find_roots(
    function: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    *,
    tolerance: FloatArray,
) -> FloatArray:
    """Find where each entry of a function changes its sign, all entries at once.

    Parameters
    ----------
    function : callable
        From an array to one of the same shape.
    low, high : array
        Where to look.
    tolerance : array
        How near to the change of sign; broadcasts.

    Returns
    -------
    array
        NaN where the ends have the same sign, or no value.

    Notes
    -----
    Brent (1973), chapter 4, the method of R's `uniroot`: of the two sides of a step it gives the one at which
    the function is nearer to zero.

    Examples
    --------
    >>> import numpy as np
    >>> find_roots(lambda x: x**2 - 2, np.array([0.0]), np.array([2.0]), tolerance=np.array(1e-12)).round(6)
    array([1.414214])
    """
    far, best = low.astype(np.float64), high.astype(np.float64)
    f_far, f_best = function(far), function(best)
    unusable = np.isnan(f_far) | np.isnan(f_best) | (np.sign(f_far) * np.sign(f_best) > 0)
    result = np.where(f_far == 0, far, best)
    searching = ~unusable & (f_far != 0) & (f_best != 0)
    other, f_other = far, f_far
    for _ in range(_MOST_STEPS):
        before = best - far
        swap = np.abs(f_other) < np.abs(f_best)
        far, best, other = np.where(swap, (best, other, best), (far, best, other))
        f_far, f_best, f_other = np.where(swap, (f_best, f_other, f_best), (f_far, f_best, f_other))
        near = 2 * _EPSILON * np.abs(best) + tolerance / 2
        result = np.where(searching, best, result)
        searching &= (np.abs(other - best) / 2 > near) & (f_best != 0)
        if not searching.any():
            break
        step = _brent_step((far, best, other), (f_far, f_best, f_other), before=before, near=near)
        far, f_far = best, f_best
        best = np.where(searching, best + step, best)
        f_best = function(best)
        same_side = np.sign(f_best) * np.sign(f_other) > 0
        other, f_other = np.where(same_side, far, other), np.where(same_side, f_far, f_other)
    return np.where(unusable, np.nan, result)


def _brent_step(
    points: tuple[FloatArray, FloatArray, FloatArray],
    values: tuple[FloatArray, FloatArray, FloatArray],
    *,
    before: FloatArray,
    near: FloatArray,
) -> FloatArray:
    """Interpolate, linearly or inverse quadratically, where that is trusted; else halve."""
    (far, best, other), (f_far, f_best, f_other) = points, values
    gap = other - best
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        s, t, r = f_best / f_far, f_best / f_other, f_far / f_other
        two_points = far == other
        p = np.where(two_points, gap * s, s * (gap * r * (r - t) - (best - far) * (t - 1)))
        q = np.where(two_points, 1 - s, (r - 1) * (t - 1) * (s - 1))
        q = np.where(p > 0, -q, q)
        p = np.abs(p)
        trusted = (np.abs(before) >= near) & (np.abs(f_far) > np.abs(f_best))
        trusted &= (p < 0.75 * gap * q - np.abs(near * q) / 2) & (p < np.abs(before * q / 2))
        step = np.where(trusted, p / q, gap / 2)
    return np.where(np.abs(step) < near, np.where(step > 0, near, -near), step)
