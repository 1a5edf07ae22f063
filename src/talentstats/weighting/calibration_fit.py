"""Calibration: the factors nearest to one with which the auxiliaries add up to their totals."""

from dataclasses import dataclass, replace

import numpy as np

from talentstats.errors import InputError, unknown_name
from talentstats.variance.groups import FloatArray
from talentstats.weighting.calibration_dual import COLLINEAR, Problem, minimise
from talentstats.weighting.distance import METHODS, Bounds, CalibrationMethod

# As R: with weights that add up to less than a twentieth of every total, distance is measured from weights
# that are first scaled to the size of the population.
_FAR_FROM_TOTAL = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibrationFit:
    """The factors, and how well the weights times the factors meet the totals.

    Attributes
    ----------
    factors : (rows,) float
        What each weight is multiplied by (the g-weights).
    multipliers : (p,) float
        Lagrange multipliers of the totals.
    iterations : int
    misfit : (p,) float
        Total less what the calibrated weights add up to.
    distance : (p,) float
        Size of the misfit relative to the total.
    converged : bool
        True when every distance is within the tolerance.
    obstacle : (p,) float
        Coefficients of a combination of the auxiliaries whose total no weights within the bounds can reach,
        the largest 1; zeros when none was found.
    scale : float
        What the weights were multiplied by beforehand because every total was more than twenty times what
        they add up to, else 1; bounds then apply to `factors / scale`.
    """

    factors: FloatArray
    multipliers: FloatArray
    iterations: int
    misfit: FloatArray
    distance: FloatArray
    converged: bool
    obstacle: FloatArray
    scale: float


def fit_calibration(
    x: FloatArray,
    weight: FloatArray,
    totals: FloatArray,
    *,
    method: CalibrationMethod = "linear",
    bounds: Bounds | None = None,
    start: FloatArray | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
) -> CalibrationFit:
    r"""Find the factors :math:`g_k = F(x_k'\lambda)` with :math:`\sum w_k g_k x_k` equal to the totals.

    Newton's method on the convex function
    :math:`\sum w_k \int_0^{x_k'\lambda} F - \lambda' t_x`, whose slope is the misfit. Steps that would not
    lower it are halved; auxiliaries that depend on others are solved by a pseudo-inverse.

    Parameters
    ----------
    x : (rows, p) float
        Auxiliaries; a column of ones for the size of the population.
    weight : (rows,) float
        Weights before calibration, not negative.
    totals : (p,) float
        Population totals of the auxiliaries.
    method : {"linear", "raking", "logit"}
        Linear is the generalised regression estimator; raking keeps factors positive; logit keeps them
        within the bounds smoothly.
    bounds : tuple of float or of (rows,) float, optional
        Smallest and largest factor. Needed for logit, where 1 lies between them.
    start : (p,) float, optional
        Multipliers to start from, such as those of a weight that is nearly the same.
    tolerance : float
        Largest misfit, relative to the total.
    max_iterations : int

    Returns
    -------
    CalibrationFit
        `converged` is False when the totals cannot be met within the bounds, with the distances left.

    Raises
    ------
    InputError
        If the method is unknown, or the bounds are not those it needs.

    References
    ----------
    Deville, J.-C. & Särndal, C.-E. (1992), Journal of the American Statistical Association 87, sections 2, 3.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 4.0]])
    >>> fit = fit_calibration(x, np.full(3, 10.0), np.array([36.0, 80.0]))
    >>> fit.factors.round(6).tolist(), fit.converged
    ([1.314286, 1.228571, 1.057143], True)
    """
    _check(method, bounds)
    low, high = bounds or (-np.inf, np.inf)
    problem = Problem(
        x=x,
        weight=weight,
        totals=totals,
        method=method,
        low=np.broadcast_to(low if method == "linear" else np.maximum(low, 0.0), weight.shape),
        high=np.broadcast_to(high, weight.shape),
    )
    scale = 1.0 if problem.is_quadratic else _scale(x, weight, totals)
    problem = replace(problem, weight=weight * scale)
    found = minimise(problem, start=start, tolerance=tolerance, max_iterations=max_iterations)
    return CalibrationFit(
        factors=found.point.factors * scale,
        multipliers=found.point.multipliers,
        iterations=found.iterations,
        misfit=found.point.misfit,
        distance=found.point.distance,
        converged=found.point.worst <= tolerance,
        obstacle=found.obstacle,
        scale=scale,
    )


def linear_factors_batched(moments: FloatArray, sums: FloatArray, totals: FloatArray) -> FloatArray:
    r"""Find the multipliers of linear calibration for many sets of weights of one sample.

    The factors of replicate r are :math:`1 + x_k' \lambda_r`, with
    :math:`\lambda_r = (\sum w_{kr} x_k x_k')^{-} (t_x - \sum w_{kr} x_k)`.

    Parameters
    ----------
    moments : (replicates, p, p) float
        Weighted sums of products of the auxiliaries.
    sums : (replicates, p) float
        Weighted sums of the auxiliaries.
    totals : (p,) float
        Population totals.

    Returns
    -------
    (replicates, p) float

    Raises
    ------
    InputError
        If some replicates cannot meet the totals.

    References
    ----------
    Deville, J.-C. & Särndal, C.-E. (1992), Journal of the American Statistical Association 87, section 2.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.ones((3, 1)), np.full(3, 10.0)
    >>> linear_factors_batched((x.T * w @ x)[None], (w @ x)[None], np.array([36.0])).round(6).tolist()
    [[0.2]]
    """
    length = np.sqrt(np.einsum("rii->ri", moments))
    shrink = 1.0 / np.where(length > 0, length, 1.0)
    values, vectors = np.linalg.eigh(moments * shrink[:, :, None] * shrink[:, None, :])
    kept = values > COLLINEAR * values.max(axis=1, keepdims=True, initial=0.0)
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
    multipliers, misfit = np.zeros_like(sums), totals - sums
    for _ in range(2):  # the second time for what rounding left
        turned = np.einsum("rij,ri->rj", vectors, shrink * misfit)
        multipliers += shrink * np.einsum("rij,rj->ri", vectors, inverse * turned)
        misfit = totals - sums - np.einsum("rij,rj->ri", moments, multipliers)
    size = np.maximum(np.maximum(np.abs(totals), np.abs(sums)), np.finfo(float).tiny)
    unmet = np.flatnonzero((np.abs(misfit) > 1e-9 * size).any(axis=1))
    if unmet.size:
        raise InputError(
            f"The totals cannot be met in {unmet.size} of {sums.shape[0]} replicates, the first number "
            f"{unmet[0] + 1}.",
            expected="auxiliaries that occur in every replicate",
            got="one or more that no unit of the replicate has, or that depend on others in it",
            remedy="Merge rare categories, or use replicates in which every unit keeps some weight.",
        )
    return multipliers


def _check(method: CalibrationMethod, bounds: Bounds | None) -> None:
    if method not in METHODS:
        raise unknown_name("calibration method", method, METHODS)
    low, high = (np.asarray(bound) for bound in bounds or (-np.inf, np.inf))
    if not (low <= high).all():
        raise InputError(
            "The lowest factor is above the highest.",
            expected="bounds (low, high) with low below high",
            got=f"low up to {low.max():g}, high from {high.min():g}",
        )
    if method == "logit" and not (np.isfinite(low) & np.isfinite(high) & (low < 1) & (high > 1)).all():
        raise InputError(
            "Logit calibration needs a lowest and a highest factor, with 1 between them.",
            expected="bounds such as (0.5, 2.0)",
            got="no bounds" if bounds is None else f"({low.max():g}, {high.min():g})",
            remedy="Give `bounds` around 1, or use raking or linear calibration.",
        )


def _scale(x: FloatArray, weight: FloatArray, totals: FloatArray) -> float:
    sums = weight @ x
    ratios = totals[sums != 0] / sums[sums != 0]
    return float(ratios.mean()) if ratios.min(initial=np.inf) > _FAR_FROM_TOTAL else 1.0
