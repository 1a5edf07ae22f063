"""The convex function whose lowest point is a calibration, and the way down."""

from dataclasses import dataclass

import numpy as np

from talentstats.variance.groups import FloatArray
from talentstats.weighting.distance import CalibrationMethod, respond
from talentstats.weighting.reach import blocks, obstacle_alone, obstacle_together

# Directions in which the (scaled) auxiliaries vary less than this are taken to be collinear.
COLLINEAR = 1e-13
# Directions in which the curvature is less than this share of the largest, or of the first, count as flat.
_FLAT = 1e-12
# The totals are met this much better than was asked, as far as rounding allows.
_POLISH = 1e-3
# A step is taken when it lowers the function by this share of what its slope promised (Armijo's rule).
_ENOUGH = 1e-4
_MAX_HALVINGS = 40
_ROUNDING = 1e-13
# A step that leaves more than this share of the distance got nowhere.
_STUCK = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Auxiliaries, weights and totals, and the curve of the factor.

    Attributes
    ----------
    x : (rows, p) float
    weight : (rows,) float
    totals : (p,) float
    method : {"linear", "raking", "logit"}
    low, high : (rows,) float
        Bounds of the factor; infinite where there are none.
    """

    x: FloatArray
    weight: FloatArray
    totals: FloatArray
    method: CalibrationMethod
    low: FloatArray
    high: FloatArray

    @property
    def is_quadratic(self) -> bool:
        """Linear without bounds: the curvature is the same everywhere."""
        return self.method == "linear" and not (np.isfinite(self.low).any() or np.isfinite(self.high).any())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    r"""The function :math:`\sum w_k \int_0^{x_k'\lambda} F - \lambda' t_x` at one vector of multipliers.

    Attributes
    ----------
    multipliers : (p,) float
    value : float
    factors : (rows,) float
    misfit : (p,) float
        Total less calibrated sum: the slope downwards.
    distance : (p,) float
        Size of the misfit relative to the total.
    curvature : (p, p) float
    """

    multipliers: FloatArray
    value: float
    factors: FloatArray
    misfit: FloatArray
    distance: FloatArray
    curvature: FloatArray

    @property
    def worst(self) -> float:
        """Give the largest distance."""
        return float(self.distance.max(initial=0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descent:
    """Where the search ended, after how many steps, and what was in the way (zeros when nothing was)."""

    point: Point
    iterations: int
    obstacle: FloatArray


def minimise(problem: Problem, *, start: FloatArray | None, tolerance: float, max_iterations: int) -> Descent:
    """Go down by Newton's method until the totals are met, or proven to be out of reach.

    Steps that would not lower the function enough are halved; multipliers that run away from totals out of
    reach are sent ahead, which proves it sooner.
    """
    moments = _moments(problem)
    basis, obstacle = _basis(moments, problem.totals, tolerance=tolerance)
    fixed = moments if problem.is_quadratic else None
    point = _evaluate(problem, np.zeros_like(problem.totals) if start is None else start, fixed=fixed)
    iterations, stride = 0, 1.0
    while iterations < max_iterations and point.worst > tolerance * _POLISH and not obstacle.any():
        iterations += 1
        trial, taken = _descend(problem, point, stride * _newton_step(point, basis), fixed=fixed)
        if not taken or (point.worst <= tolerance and trial.worst >= point.worst):
            break
        stuck = trial.worst > _STUCK * point.worst
        stride, point = 2.0 * stride if stuck and taken == 1.0 else 1.0, trial
        if stuck:
            obstacle = _obstacle(problem, point.multipliers)
    return Descent(point=point, iterations=iterations, obstacle=obstacle)


def _moments(problem: Problem) -> FloatArray:
    count = problem.totals.size
    moments = np.zeros((count, count))
    for block in blocks(problem.x):
        scaled = problem.x[block] * np.sqrt(problem.weight[block])[:, None]
        moments += scaled.T @ scaled
    return moments


def _basis(moments: FloatArray, totals: FloatArray, *, tolerance: float) -> tuple[FloatArray, FloatArray]:
    """Give combinations of auxiliaries without collinearity, each of unit length, and a contradiction."""
    length = np.sqrt(np.diagonal(moments))
    shrink = 1.0 / np.where(length > 0, length, 1.0)
    values, vectors = np.linalg.eigh(moments * np.outer(shrink, shrink))
    empty = values <= COLLINEAR * values.max(initial=0.0)
    basis = shrink[:, None] * vectors[:, ~empty] / np.sqrt(values[~empty])
    dependent = vectors[:, empty]
    left = dependent @ (dependent.T @ (shrink * totals))
    if np.abs(left).max(initial=0.0) <= tolerance * np.abs(shrink * totals).max(initial=0.0):
        return basis, np.zeros_like(totals)
    combination = shrink * left
    return basis, combination / np.abs(combination).max()


def _evaluate(problem: Problem, multipliers: FloatArray, *, fixed: FloatArray | None) -> Point:
    """Pass over the rows once; `fixed` is the curvature when it is the same everywhere."""
    count = problem.totals.size
    value, factors = 0.0, np.empty_like(problem.weight)
    sums, sizes, curvature = np.zeros(count), np.zeros(count), np.zeros((count, count))
    for block in blocks(problem.x):
        x, weight = problem.x[block], problem.weight[block]
        curve = respond(
            x @ multipliers, method=problem.method, low=problem.low[block], high=problem.high[block]
        )
        factors[block] = curve.factor
        value += float(weight @ curve.integral)
        calibrated = weight * curve.factor
        sums += calibrated @ x
        sizes += np.abs(calibrated) @ np.abs(x)
        if fixed is None:
            scaled = x * np.sqrt(weight * curve.slope)[:, None]
            curvature += scaled.T @ scaled
    misfit = problem.totals - sums
    sizes = np.maximum(sizes, np.abs(problem.totals))
    return Point(
        multipliers=multipliers,
        value=value - float(multipliers @ problem.totals),
        factors=factors,
        misfit=misfit,
        distance=np.divide(np.abs(misfit), sizes, out=np.zeros(count), where=sizes > 0),
        curvature=curvature if fixed is None else fixed,
    )


def _obstacle(problem: Problem, direction: FloatArray) -> FloatArray:
    """Look for a total out of reach: of one auxiliary, else of the combination the multipliers point at."""
    bounds = (problem.low, problem.high)
    alone = obstacle_alone(problem.x, problem.weight, problem.totals, bounds=bounds)
    if alone.any():
        return alone
    return obstacle_together(problem.x, problem.weight, problem.totals, direction=direction, bounds=bounds)


def _newton_step(point: Point, basis: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(basis.T @ point.curvature @ basis)
    # Along a direction in which every row is at a bound, the step is that of the linear method.
    values[values <= _FLAT * values.max(initial=1.0)] = 1.0
    inner = vectors @ ((vectors.T @ (basis.T @ point.misfit)) / values)
    return np.asarray(basis @ inner, dtype=np.float64)


def _descend(
    problem: Problem, point: Point, step: FloatArray, *, fixed: FloatArray | None
) -> tuple[Point, float]:
    """Take the largest share of the step that lowers the function, halving it: zero when none does."""
    promised = float(step @ point.misfit)
    rounding = _ROUNDING * (abs(point.value) + abs(float(point.multipliers @ problem.totals)) + 1.0)
    for share in 0.5 ** np.arange(_MAX_HALVINGS):
        trial = _evaluate(problem, point.multipliers + share * step, fixed=fixed)
        if trial.value <= point.value - _ENOUGH * share * promised + rounding:
            return trial, float(share)
    return point, 0.0
