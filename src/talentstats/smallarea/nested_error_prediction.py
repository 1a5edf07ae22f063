"""Area means by the unit-level model, and their mean squared error."""

from dataclasses import dataclass

import numpy as np

from talentstats.smallarea.nested_error_fit import AreaSums, NestedErrorFit, UnitMethod
from talentstats.variance.groups import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaMeans:
    """Predicted means of areas.

    Attributes
    ----------
    synthetic, estimate, mse, gamma : (areas,) float
        The regression's value at the population means, the estimate, its mean squared error, the weight of
        the area's own persons.
    """

    synthetic: FloatArray
    estimate: FloatArray
    mse: FloatArray
    gamma: FloatArray


def predict_means(
    fit: NestedErrorFit,
    sums: AreaSums,
    *,
    place: IntArray,
    population: FloatArray,
    size: FloatArray | None,
    method: UnitMethod,
) -> AreaMeans:
    r"""Predict the mean of y in areas of the sample.

    Parameters
    ----------
    fit : NestedErrorFit
    sums : AreaSums
    place : (areas,) int
        Which areas of the sample.
    population : (areas, p) float
        Means of the covariates in the population of each area.
    size : (areas,) float or None
        Persons in the population; None takes the sample as a small part of it.
    method : {"REML", "ML"}

    Notes
    -----
    The persons of the sample are known, the others predicted: Rao & Molina (2015), sections 7.1.1 and 7.2;
    mean squared error Prasad & Rao (1990), with REML and ML as Datta & Lahiri (2000).
    """
    covariates, y = sums.mean[place, :-1], sums.mean[place, -1]
    share = np.zeros(place.size) if size is None else sums.count[place] / size
    rest = population if size is None else _of_the_others(population, covariates, share)
    predicted = rest @ fit.coefficients + fit.effect[place]
    away = rest - fit.gamma[place, None] * covariates
    bias = _bias(fit, sums, method)
    mse = _mean_squared_error(fit, sums, place, away, bias) * (1 - share) ** 2
    if size is not None:
        mse = mse + (1 - share) / size * (fit.error_variance - bias[1])
    return AreaMeans(
        synthetic=population @ fit.coefficients,
        estimate=share * y + (1 - share) * predicted,
        mse=mse,
        gamma=fit.gamma[place],
    )


def predict_elsewhere(
    fit: NestedErrorFit,
    sums: AreaSums,
    *,
    population: FloatArray,
    size: FloatArray | None,
    method: UnitMethod,
) -> AreaMeans:
    """Predict the mean of y in areas without anybody in the sample: the regression alone.

    Parameters
    ----------
    fit : NestedErrorFit
    sums : AreaSums
    population : (areas, p) float
    size : (areas,) float or None
    method : {"REML", "ML"}
    """
    area, error = np.array([fit.area_variance, fit.error_variance]) - _bias(fit, sums, method)
    synthetic = population @ fit.coefficients
    mse = ((population @ fit.covariance) * population).sum(axis=1) + area
    if size is not None:
        mse = mse + error / size
    return AreaMeans(synthetic=synthetic, estimate=synthetic, mse=mse, gamma=np.zeros(synthetic.size))


def _of_the_others(population: FloatArray, sample: FloatArray, share: FloatArray) -> FloatArray:
    """Give the means of those who are not in the sample; of nobody, the population's."""
    some: BoolArray = share < 1
    left = np.where(some, 1 - share, 1.0)[:, None]
    return np.where(some[:, None], (population - share[:, None] * sample) / left, population)


def _mean_squared_error(
    fit: NestedErrorFit, sums: AreaSums, place: IntArray, away: FloatArray, bias: FloatArray
) -> FloatArray:
    """Estimate the mean squared error of the mean of many persons: g1 + g2 + 2 g3, less the bias of g1."""
    area, error = fit.area_variance, fit.error_variance
    gamma, count = fit.gamma[place], sums.count[place]
    direction = np.array([error, -area])
    uncertain = direction @ np.linalg.inv(fit.information) @ direction
    spread = uncertain / (count**2 * (area + error / count) ** 3)
    regression = ((away @ fit.covariance) * away).sum(axis=1)
    gradient = np.stack([(1 - gamma) ** 2, gamma**2 / count])
    return np.asarray((1 - gamma) * area + regression + 2 * spread - bias @ gradient)


def _bias(fit: NestedErrorFit, sums: AreaSums, method: UnitMethod) -> FloatArray:
    """Give the bias of both variances, (2,): by ML what the coefficients take from them, by REML nothing."""
    if method == "REML":
        return np.zeros(2)
    means, within = sums.mean[:, :-1], sums.within[:, :-1]
    total = fit.error_variance + sums.count * fit.area_variance
    between = ((means @ fit.covariance) * means).sum(axis=1)
    inside = float(np.sum((within @ fit.covariance) * within)) / fit.error_variance**2
    by_area = float(np.sum((sums.count / total) ** 2 * between))
    by_error = inside + float(np.sum(sums.count / total**2 * between))
    return np.asarray(-0.5 * np.linalg.solve(fit.information, np.array([by_area, by_error])))
