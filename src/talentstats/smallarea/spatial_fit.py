"""The area-level model in which neighbouring areas resemble each other: simultaneous autoregression."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from talentstats.errors import InputError
from talentstats.smallarea.fay_herriot_fit import AreaFit
from talentstats.smallarea.regression import Regression, regress
from talentstats.variance.groups import FloatArray

SpatialMethod = Literal["REML", "ML"]
SPATIAL_METHODS: tuple[SpatialMethod, ...] = ("REML", "ML")

_STEPS = 500
_HALVED_AFTER = 50
# A step this small beside the standard errors of the two parameters is rounding.
_ROUNDING = 1e-13
# Beyond these the correlation is at its bound of 1, and the areas' variance at 0.
_HIGHEST_CORRELATION = 0.999
_LOWEST_VARIANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpatialData:
    """What the spatial model is fitted to.

    Attributes
    ----------
    y : (areas,) float
        Direct estimates.
    x : (areas, p) float
        Covariates, independent columns.
    sampling : (areas,) float
        Sampling variances, positive.
    proximity : (areas, areas) float
        Rows add up to 1, zeros on the diagonal.
    """

    y: FloatArray
    x: FloatArray
    sampling: FloatArray
    proximity: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """The model at one pair of parameters; all matrices (areas, areas).

    Attributes
    ----------
    correlation_matrix : C
        Covariance of the area effects, over their variance.
    by_correlation : dC
        Its derivative by the spatial correlation.
    precision : V^-1
    projection : P
        V^-1 less what the regression takes.
    fitted : Regression
        Of the whitened rows.
    """

    variance: float
    correlation: float
    correlation_matrix: FloatArray
    by_correlation: FloatArray
    precision: FloatArray
    projection: FloatArray
    fitted: Regression
    log_determinant: float

    def derivatives(self) -> tuple[FloatArray, FloatArray]:
        """Give the derivatives of V by the variance and by the correlation."""
        return self.correlation_matrix, self.variance * self.by_correlation


def fit_spatial(data: SpatialData, *, method: SpatialMethod, tolerance: float) -> AreaFit:
    r"""Fit the spatial Fay-Herriot model by scoring.

    Parameters
    ----------
    data : SpatialData
    method : {"REML", "ML"}
    tolerance : float
        The last step changes no parameter by more than this share of it.

    Raises
    ------
    InputError
        Without convergence, or when a parameter runs to its bound.

    Notes
    -----
    :math:`v = (I - \rho W)^{-1} u`: Rao & Molina (2015), sections 4.4.4 and 8.4; scoring Pratesi & Salvati
    (2008); mean squared error Singh, Shukla & Kundu (2005), Molina, Salvati & Pratesi (2009).
    """
    model = _highest(data, method, tolerance)
    effects = model.variance * model.correlation_matrix
    synthetic = data.x @ model.fitted.coefficients
    weights = effects @ model.precision
    quadratic = float(model.fitted.residual @ model.fitted.residual)
    return AreaFit(
        variance=model.variance,
        coefficients=model.fitted.coefficients,
        covariance=model.fitted.covariance,
        synthetic=synthetic,
        estimate=synthetic + weights @ (data.y - synthetic),
        mse=_mean_squared_error(model, data, method),
        gamma=np.diag(weights).copy(),
        residual=(data.y - synthetic) / np.sqrt(np.diag(effects) + data.sampling),
        log_likelihood=-0.5 * (data.y.size * np.log(2 * np.pi) + model.log_determinant + quadratic),
        spatial_correlation=model.correlation,
    )


def _model(data: SpatialData, variance: float, correlation: float) -> _Model:
    identity = np.eye(data.y.size)
    root = np.linalg.inv(identity - correlation * data.proximity)
    matrix = root @ root.T
    lower = cholesky(variance * matrix + np.diag(data.sampling), lower=True)
    fitted = regress(solve_triangular(lower, data.y, lower=True), solve_triangular(lower, data.x, lower=True))
    precision = np.asarray(cho_solve((lower, True), identity))
    weighed = precision @ data.x
    return _Model(
        variance=variance,
        correlation=correlation,
        correlation_matrix=matrix,
        by_correlation=-(matrix @ _change(data, correlation) @ matrix),
        precision=precision,
        projection=precision - weighed @ fitted.covariance @ weighed.T,
        fitted=fitted,
        log_determinant=2 * float(np.log(np.diag(lower)).sum()),
    )


def _change(data: SpatialData, correlation: float) -> FloatArray:
    """Give the derivative of the inverse of C by the correlation."""
    return 2 * correlation * (data.proximity.T @ data.proximity) - data.proximity - data.proximity.T


def _score_and_information(
    model: _Model, data: SpatialData, method: SpatialMethod
) -> tuple[FloatArray, FloatArray]:
    """Give the slope of the likelihood by both parameters, and its expected curvature."""
    inverse = model.projection if method == "REML" else model.precision
    parts = [inverse @ derivative for derivative in model.derivatives()]
    residual = model.projection @ data.y
    score = [
        0.5 * float(residual @ derivative @ residual - np.trace(part))
        for derivative, part in zip(model.derivatives(), parts, strict=True)
    ]
    return np.array(score), _information(parts)


def _information(parts: list[FloatArray]) -> FloatArray:
    return np.array([[0.5 * float(np.sum(a * b.T)) for b in parts] for a in parts])


def _highest(data: SpatialData, method: SpatialMethod, tolerance: float) -> _Model:
    """Climb to the highest likelihood by scoring, from the start and with the steps of R's package sae.

    Where few areas tell little about the correlation, full steps jump back and forth over the top for ever;
    steps are therefore halved after every so many.
    """
    usual = float(np.median(data.sampling))
    now = _model(data, usual, 0.5)
    for number in range(_STEPS):
        score, information = _score_and_information(now, data, method)
        step = np.asarray(np.linalg.solve(information, score))
        before, now = now, _model(data, *_within_bounds(now, step * 0.5 ** (number // _HALVED_AFTER)))
        _refuse_bounds(before, now, usual)
        moved = max(
            abs(now.variance / before.variance - 1),
            abs(now.correlation - before.correlation) / max(abs(before.correlation), 1e-8),
        )
        if moved <= tolerance or np.sqrt(abs(score @ step)) <= _ROUNDING:
            return now
    raise InputError(
        "The spatial model did not converge.",
        expected=f"the highest likelihood within {_STEPS} steps",
        got=f"variance {now.variance:g} and correlation {now.correlation:g} after the last",
        remedy="Use fewer covariates, or `fay_herriot`, which has no correlation to estimate.",
    )


def _within_bounds(now: _Model, step: FloatArray) -> tuple[float, float]:
    """Go at most to a tenth of the variance, and from beyond 1 back to the bound of the correlation."""
    variance, correlation = now.variance + float(step[0]), now.correlation + float(step[1])
    if variance <= 0:
        variance = now.variance / 10
    if abs(correlation) >= 1:
        correlation = float(np.copysign(_HIGHEST_CORRELATION, correlation))
    return variance, correlation


def _refuse_bounds(before: _Model, now: _Model, usual: float) -> None:
    """Refuse a variance next to 0, and a correlation that wants to go on beyond its bound."""
    beyond = min(abs(before.correlation), abs(now.correlation)) >= _HIGHEST_CORRELATION
    if now.variance >= _LOWEST_VARIANCE * usual and not beyond:
        return
    raise InputError(
        "The spatial model has no estimate within its bounds.",
        expected="a variance of the areas above 0 and a correlation between -1 and 1",
        got=f"a variance that goes to {now.variance:.3g}, a correlation that goes to {now.correlation:.3f}",
        remedy="Use `fay_herriot`, or add covariates that explain the differences between regions.",
    )


def _mean_squared_error(model: _Model, data: SpatialData, method: SpatialMethod) -> FloatArray:
    """Estimate the mean squared error: g1 + g2 + 2 g3 - g4, less the bias of the parameters for ML.

    As in R's package sae the information is the restricted one for ML too.
    """
    derivatives = model.derivatives()
    inverse = np.asarray(np.linalg.inv(_information([model.projection @ part for part in derivatives])))
    # What an area's estimate leaves of its own effect, and takes of those of the others.
    rest = np.eye(data.y.size) - model.variance * model.correlation_matrix @ model.precision
    known = np.diag(rest @ (model.variance * model.correlation_matrix))
    away = rest @ data.x
    regression = ((away @ model.fitted.covariance) * away).sum(axis=1)
    # Row i of each holds the derivative of the weights of area i's estimate by a parameter.
    moved = [rest @ part @ model.precision for part in derivatives]
    covariance = np.linalg.inv(model.precision)
    spread = np.zeros(data.y.size)
    for a, first in enumerate(moved):
        for b, second in enumerate(moved):
            spread += inverse[a, b] * ((first @ covariance) * second).sum(axis=1)
    curved = 2 * inverse[0, 1] * model.by_correlation + inverse[1, 1] * _curvature(model, data)
    mse = known + regression + 2 * spread - 0.5 * _sandwich(rest, curved)
    return np.asarray(mse - _bias(model, data, rest, inverse) if method == "ML" else mse)


def _curvature(model: _Model, data: SpatialData) -> FloatArray:
    """Give the second derivative of V by the correlation."""
    matrix, change = model.correlation_matrix, _change(data, model.correlation)
    both = matrix @ data.proximity.T @ data.proximity @ matrix
    return np.asarray(-2 * model.variance * (model.by_correlation @ change @ matrix + both))


def _sandwich(rest: FloatArray, matrix: FloatArray) -> FloatArray:
    """Give the diagonal of rest @ matrix @ rest'."""
    return np.asarray(((rest @ matrix) * rest).sum(axis=1))


def _bias(model: _Model, data: SpatialData, rest: FloatArray, inverse: FloatArray) -> FloatArray:
    """Give what the bias of the parameters by ML does to g1."""
    weighed = model.precision @ data.x
    slopes = [-np.sum(model.fitted.covariance * (weighed.T @ part @ weighed)) for part in model.derivatives()]
    gradients = np.array([_sandwich(rest, part) for part in model.derivatives()])
    return np.asarray(0.5 * inverse @ np.array(slopes) @ gradients)
