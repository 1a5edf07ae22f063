"""Which totals weights can have at all, when their factors must stay within bounds."""

from collections.abc import Iterator

import numpy as np

from talentstats.variance.groups import FloatArray
from talentstats.weighting.distance import Bounds

# Blocks of rows stay in the processor's cache, and are so small that their products are not shared out over
# threads: on a busy machine these wait for each other far longer than they work.
_MOST_ROWS, _FEWEST_ROWS, _MOST_PRODUCTS = 4096, 128, 400_000
# How far beyond the reach of the bounds a total must lie to be called out of reach.
_BEYOND = 1e-9


def blocks(x: FloatArray) -> Iterator[slice]:
    """Cut the rows of the auxiliaries, (rows, p), into blocks for one pass over them."""
    rows, columns = x.shape
    size = int(np.clip(_MOST_PRODUCTS // max(columns, 1) ** 2, _FEWEST_ROWS, _MOST_ROWS))
    for begin in range(0, rows, size):
        yield slice(begin, begin + size)


def reachable_totals(x: FloatArray, weight: FloatArray, *, bounds: Bounds) -> tuple[FloatArray, FloatArray]:
    """Give the smallest and largest total each auxiliary can have with factors within the bounds.

    Each by itself: totals that are all within reach may still be out of reach together.

    Parameters
    ----------
    x : (rows, p) float
    weight : (rows,) float
    bounds : tuple of float or of (rows,) float
        Smallest and largest factor; may be infinite.

    Returns
    -------
    low, high : (p,) float

    Examples
    --------
    >>> import numpy as np
    >>> reachable_totals(np.ones((4, 1)), np.full(4, 10.0), bounds=(0.5, 2.0))
    (array([20.]), array([80.]))
    """
    least, most = (np.broadcast_to(bound, weight.shape) for bound in bounds)
    low, high = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for block in blocks(x):
        weighted = x[block] * weight[block][:, None]
        plus, minus = np.maximum(weighted, 0.0), np.minimum(weighted, 0.0)
        low += _product(least[block], plus) + _product(most[block], minus)
        high += _product(most[block], plus) + _product(least[block], minus)
    return low, high


def obstacle_alone(x: FloatArray, weight: FloatArray, totals: FloatArray, *, bounds: Bounds) -> FloatArray:
    """Point at the auxiliary whose total is out of reach by itself, the furthest one; zeros when none is."""
    low, high = reachable_totals(x, weight, bounds=bounds)
    # A bound that is infinite is never passed.
    beyond = np.maximum(np.maximum(totals - high, low - totals), 0.0) / np.maximum(np.abs(totals), 1e-300)
    pointer = np.zeros_like(totals)
    if beyond.max(initial=0.0) > _BEYOND:
        pointer[beyond.argmax()] = 1.0
    return pointer


def obstacle_together(
    x: FloatArray, weight: FloatArray, totals: FloatArray, *, direction: FloatArray, bounds: Bounds
) -> FloatArray:
    """Give this combination of the auxiliaries when its total is out of reach; zeros when it is not."""
    least, most = (np.broadcast_to(bound, weight.shape) for bound in bounds)
    furthest = 0.0
    for block in blocks(x):
        combined = (weight[block] * (x[block] @ direction))[:, None]
        plus, minus = np.maximum(combined, 0.0), np.minimum(combined, 0.0)
        furthest += float((_product(most[block], plus) + _product(least[block], minus))[0])
    if float(direction @ totals) <= furthest + _BEYOND * abs(furthest):
        return np.zeros_like(totals)
    return np.asarray(direction / np.abs(direction).max(), dtype=np.float64)


def _product(bound: FloatArray, weighted: FloatArray) -> FloatArray:
    """Sum bound times value over the rows, where an infinite bound of a zero value is zero."""
    limited = np.isfinite(bound)
    if limited.all():
        return np.asarray(bound @ weighted, dtype=np.float64)
    sums = bound[limited] @ weighted[limited]
    # All values have one sign, so that sums are infinite with it, or against it for a lowest bound.
    sign = np.sign(bound[~limited]) @ weighted[~limited]
    return np.asarray(np.where(sign != 0, np.copysign(np.inf, sign), sums), dtype=np.float64)
