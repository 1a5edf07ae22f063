"""Where the likelihood of one variance is highest, zero included."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from talentstats.errors import InputError

# The variance is looked for from a millionth of its scale up to a million times it.
_GRID = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 25)])
_PRECISION = 4 * float(np.finfo(np.float64).eps)
_STEPS = 200


def variance_at_top(
    slope: Callable[[float], float], likelihood: Callable[[float], float], *, scale: float
) -> float:
    """Find the variance, 0 or more, at which a likelihood is highest.

    The slope is followed over a grid, each change from rising to falling is a top, found to the last digits;
    the highest one counts. A likelihood that falls from 0 on has a top there.

    Parameters
    ----------
    slope : function of a variance
        Derivative of the (log) likelihood, or an estimating function with the same sign.
    likelihood : function of a variance
        Chooses between tops when there are several.
    scale : float
        Size of a usual variance, positive.

    Raises
    ------
    InputError
        If the likelihood still rises at a million times the scale, or a top is not found precisely.

    Examples
    --------
    >>> round(variance_at_top(lambda a: 2 - a, lambda a: 2 * a - a * a / 2, scale=1.0), 12)
    2.0
    >>> variance_at_top(lambda a: -1 - a, lambda a: -a - a * a / 2, scale=1.0)
    0.0
    """
    grid = (scale * _GRID).tolist()
    slopes = [slope(variance) for variance in grid]
    turns = [place for place in range(len(grid) - 1) if slopes[place] > 0 >= slopes[place + 1]]
    tops = [_root(slope, grid[place], grid[place + 1], scale=scale) for place in turns]
    if slopes[0] <= 0:
        tops.insert(0, 0.0)
    if not tops or not np.isfinite(slopes).all():
        raise InputError(
            "The variance of the areas cannot be estimated: its likelihood has no highest point.",
            expected="a likelihood that falls for large variances",
            got=f"one that still rises at {grid[-1]:g}",
            remedy="Look for direct estimates or covariates in the wrong unit, or use fewer covariates.",
        )
    return max(tops, key=likelihood) if len(tops) > 1 else tops[0]


def _root(slope: Callable[[float], float], low: float, high: float, *, scale: float) -> float:
    try:
        return float(brentq(slope, low, high, xtol=1e-16 * scale, rtol=_PRECISION, maxiter=_STEPS))
    except RuntimeError as error:
        raise InputError(
            "The estimation of the variance of the areas did not converge.",
            expected=f"the highest likelihood within {_STEPS} steps",
            got=str(error),
            remedy="Look for extreme direct estimates or variances.",
        ) from error
