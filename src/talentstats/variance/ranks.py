"""Estimated ranks in the population, and the scores that rank tests give them."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from talentstats.variance.groups import FloatArray, segment_sizes, segment_starts


def estimated_ranks(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, float]:
    r"""Estimate the rank each value has in the population.

    Parameters
    ----------
    values : (rows,) float
    weights : (rows,) float

    Returns
    -------
    ranks : (rows,) float
        :math:`\sum_{y_l < y_k} w_l + w_k / 2`; equal values share the mean of what they would have in the
        order of the rows.
    total : float
        Size of the population, :math:`\sum w_k`.

    Notes
    -----
    Lumley & Scott (2013). Sums are kept in extended precision, as in R, so that a rank of half the total,
    where the median score jumps, comes out as it does there.

    Examples
    --------
    >>> ranks, total = estimated_ranks(np.array([5.0, 1.0, 5.0]), np.array([2.0, 4.0, 2.0]))
    >>> ranks.tolist(), total
    ([6.0, 2.0, 6.0], 8.0)
    """
    order = np.argsort(values, kind="stable")
    ordered, weight = values[order], weights[order]
    middle = np.cumsum(weight, dtype=np.longdouble).astype(np.float64) - weight / 2
    codes = np.zeros(ordered.size, dtype=np.int64)
    codes[1:] = np.cumsum(ordered[1:] != ordered[:-1])
    starts = segment_starts(codes)
    sizes = segment_sizes(starts, ordered.size)
    means = np.add.reduceat(middle.astype(np.longdouble), starts) / sizes
    ranks = np.empty(ordered.size)
    ranks[order] = np.repeat(means.astype(np.float64), sizes)
    return ranks, float(weights.sum(dtype=np.longdouble))


def _uniform_score(ranks: FloatArray, total: float) -> FloatArray:
    return ranks / total


def _normal_score(ranks: FloatArray, total: float) -> FloatArray:
    return np.asarray(ndtri(ranks / total), dtype=np.float64)


def _median_score(ranks: FloatArray, total: float) -> FloatArray:
    return (ranks > total / 2).astype(np.float64)


RANK_SCORES: dict[str, Callable[[FloatArray, float], FloatArray]] = {
    "wilcoxon": _uniform_score,
    "KruskalWallis": _uniform_score,
    "vanderWaerden": _normal_score,
    "median": _median_score,
}
