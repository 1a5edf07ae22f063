"""Likelihood intervals as R survey reads them off an interpolated profile, for agreement with R.

`likelihood` solves the same equation exactly and is the better answer. R evaluates the profile at a handful
of points, draws a spline through them and interpolates that linearly; near 0 and 1 this moves an end by
tenths of a percent.
"""

import numpy as np
from scipy import special

from talentstats.variance.groups import FloatArray

_STEPS = 10
_FINER = 3


def profile_end(estimate: float, std_error: float, n: float, quantile: float) -> float:
    """Return the lower end for one proportion; NaN where the profile does not reach far enough.

    Parameters
    ----------
    estimate, std_error : float
    n : float
        Persons.
    quantile : float
        Positive quantile of Student's t.
    """
    logit = np.log(estimate / (1 - estimate))
    spread = std_error / (estimate * (1 - estimate))
    cut = quantile * spread * np.sqrt(n * estimate * (1 - estimate))
    furthest = -special.stdtrit(n - 1, special.ndtr(-cut) / 4)
    if not np.isfinite(furthest):
        return float("nan")
    points, roots = _profile(estimate, logit, furthest / 5 * spread, n=n, furthest=furthest)
    finer = np.linspace(points[0], points[-1], _FINER * points.size)
    smooth = _spline(points, roots, finer)
    order = np.argsort(smooth, kind="stable")
    found = np.interp(-cut, smooth[order], finer[order], left=np.nan)
    return float(special.expit(found))


def _profile(
    estimate: float, logit: float, step: float, *, n: float, furthest: float
) -> tuple[FloatArray, FloatArray]:
    """Give the signed root of the deviance at steps to both sides, until it is far enough."""
    points, roots = [logit], [0.0]
    for sign in (-1, 1):
        for number in range(1, _STEPS):
            point = logit + sign * number * step
            with_it = estimate * (np.log(estimate) + np.logaddexp(0, -point))
            without = (1 - estimate) * (np.log1p(-estimate) + np.logaddexp(0, point))
            root = np.sqrt(max(2 * (n - 1) * (with_it + without), 0.0))
            points.append(point)
            roots.append(sign * root)
            if root >= furthest:
                break
    order = np.argsort(roots, kind="stable")
    return np.array(points)[order], np.array(roots)[order]


def _spline(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Draw the spline of Forsythe, Malcolm & Moler (1977): its ends follow the cubics of four points."""
    size = x.size
    h = np.diff(x)
    slope = np.diff(y) / h
    system = np.diag(np.concatenate([[-h[0]], 2 * (h[:-1] + h[1:]), [-h[-1]]]))
    system += np.diag(h, 1) + np.diag(h, -1)
    right = np.concatenate([[0.0], np.diff(slope), [0.0]])
    if size > 3:
        right[0] = _third_difference(x, slope, 0) * h[0] ** 2
        right[-1] = -_third_difference(x, slope, size - 4) * h[-1] ** 2
    bend = np.linalg.solve(system, right)
    first = slope - h * (bend[1:] + 2 * bend[:-1])
    third = np.diff(bend) / h
    piece = np.clip(np.searchsorted(x, at, side="right") - 1, 0, size - 2)
    away = at - x[piece]
    value = y[piece] + away * (first[piece] + away * (3 * bend[piece] + away * third[piece]))
    return np.asarray(value, dtype=np.float64)


def _third_difference(x: FloatArray, slope: FloatArray, start: int) -> float:
    one = (slope[start + 1] - slope[start]) / (x[start + 2] - x[start])
    two = (slope[start + 2] - slope[start + 1]) / (x[start + 3] - x[start + 1])
    return float((two - one) / (x[start + 3] - x[start]))
