"""The area-level model of Fay and Herriot: variance of the areas, estimates and their mean squared error."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from talentstats.smallarea.highest_likelihood import variance_at_top
from talentstats.smallarea.regression import Regression, regress
from talentstats.variance.groups import FloatArray

AreaMethod = Literal["REML", "ML", "FH"]
AREA_METHODS: tuple[AreaMethod, ...] = ("REML", "ML", "FH")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaFit:
    """An area-level model, fitted.

    Attributes
    ----------
    variance : float
        Variance of the areas around the regression (A); 0 at its bound.
    coefficients : (p,) float
    covariance : (p, p) float
        Of the coefficients.
    synthetic, estimate, mse, gamma : (areas,) float
        The regression's value, the estimate, its mean squared error, the weight of the direct estimate.
    residual : (areas,) float
        Standardised: direct less synthetic, over the square root of their total variance.
    log_likelihood : float
        At the estimates; not the restricted one, whatever the method.
    variance_bias : float
        Of the variance of the areas, estimated; 0 by REML.
    spatial_correlation : float or None
    """

    variance: float
    coefficients: FloatArray
    covariance: FloatArray
    synthetic: FloatArray
    estimate: FloatArray
    mse: FloatArray
    gamma: FloatArray
    residual: FloatArray
    log_likelihood: float
    variance_bias: float = 0.0
    spatial_correlation: float | None = None


def fit_fay_herriot(y: FloatArray, x: FloatArray, sampling: FloatArray, *, method: AreaMethod) -> AreaFit:
    r"""Fit the Fay-Herriot model and give the empirical best linear unbiased predictor of each area.

    Parameters
    ----------
    y : (areas,) float
        Direct estimates.
    x : (areas, p) float
        Covariates, independent columns, p < areas.
    sampling : (areas,) float
        Sampling variances, positive.
    method : {"REML", "ML", "FH"}

    Notes
    -----
    Rao & Molina (2015), sections 6.1 and 6.2; mean squared errors Datta, Rao & Smith (2005).
    """
    variance = _area_variance(y, x, sampling, method)
    fitted = _regression(y, x, sampling, variance)
    total = variance + sampling
    gamma = variance / total
    synthetic = x @ fitted.coefficients
    spread, bias = _spread_and_bias(fitted, total, method)
    return AreaFit(
        variance=variance,
        coefficients=fitted.coefficients,
        covariance=fitted.covariance,
        synthetic=synthetic,
        estimate=synthetic + gamma * (y - synthetic),
        mse=_mean_squared_error(sampling, fitted, total, spread=spread, bias=bias),
        gamma=gamma,
        residual=(y - synthetic) / np.sqrt(total),
        log_likelihood=-0.5 * float(np.sum(np.log(2 * np.pi * total) + fitted.residual**2)),
        variance_bias=bias,
    )


def _regression(y: FloatArray, x: FloatArray, sampling: FloatArray, variance: float) -> Regression:
    deviation = np.sqrt(variance + sampling)
    return regress(y / deviation, x / deviation[:, None])


def _area_variance(y: FloatArray, x: FloatArray, sampling: FloatArray, method: AreaMethod) -> float:
    areas, p = x.shape

    def slope(variance: float) -> float:
        fitted = _regression(y, x, sampling, variance)
        if method == "FH":
            return float(fitted.residual @ fitted.residual - (areas - p))
        lost = fitted.leverage if method == "REML" else 0.0
        excess = fitted.residual**2 - 1 + lost
        return 0.5 * float(np.sum(excess / (variance + sampling)))

    def likelihood(variance: float) -> float:
        fitted = _regression(y, x, sampling, variance)
        penalty = fitted.log_determinant if method == "REML" else 0.0
        return -0.5 * (float(np.sum(np.log(variance + sampling) + fitted.residual**2)) + penalty)

    return variance_at_top(slope, likelihood, scale=float(np.median(sampling)))


def _spread_and_bias(fitted: Regression, total: FloatArray, method: AreaMethod) -> tuple[float, float]:
    """Give the large-sample variance and bias of the variance of the areas."""
    inverse, squares = float(np.sum(1 / total)), float(np.sum(1 / total**2))
    if method == "FH":
        return 2 * total.size / inverse**2, 2 * (total.size * squares - inverse**2) / inverse**3
    return 2 / squares, -float(np.sum(fitted.leverage / total)) / squares if method == "ML" else 0.0


def _mean_squared_error(
    sampling: FloatArray, fitted: Regression, total: FloatArray, *, spread: float, bias: float
) -> FloatArray:
    """Estimate the mean squared error: g1 + g2 + 2 g3, less the bias of g1."""
    shrinkage = sampling / total
    known = sampling * (1 - shrinkage)
    regression = shrinkage**2 * total * fitted.leverage
    return known + regression + shrinkage**2 * (2 * spread / total - bias)
