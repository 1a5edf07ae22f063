"""The unit-level model of Battese, Harter and Fuller: persons within areas that differ in level."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import qr

from talentstats.errors import InputError
from talentstats.smallarea.highest_likelihood import variance_at_top
from talentstats.smallarea.regression import Regression, regress
from talentstats.variance.groups import FloatArray, IntArray, group_sums

UnitMethod = Literal["REML", "ML"]
UNIT_METHODS: tuple[UnitMethod, ...] = ("REML", "ML")

# Below this share of the variance of y, what is left within areas is rounding.
_NOTHING_WITHIN = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaSums:
    """What the model needs of the persons of the sample.

    Attributes
    ----------
    count : (areas,) float
        Persons, at least one in each.
    mean : (areas, p + 1) float
        Means of the covariates and, last, of y.
    within : (at most p + 1, p + 1) float
        A triangular root of the sums of squares and products around the areas' means.
    """

    count: FloatArray
    mean: FloatArray
    within: FloatArray

    @property
    def persons(self) -> int:
        """Number of persons."""
        return int(self.count.sum())

    @property
    def terms(self) -> int:
        """Number of covariates, the constant included."""
        return int(self.mean.shape[1]) - 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NestedErrorFit:
    """A unit-level model, fitted.

    Attributes
    ----------
    area_variance, error_variance : float
    coefficients : (p,) float
    covariance : (p, p) float
        Of the coefficients.
    effect, gamma : (areas,) float
        Predicted effect of each area; the weight of the area's own persons.
    residual : (areas,) float
        Standardised: mean of the area's residuals over its standard deviation.
    log_likelihood : float
        The one that was maximised.
    information : (2, 2) float
        Of the area and the error variance.
    """

    area_variance: float
    error_variance: float
    coefficients: FloatArray
    covariance: FloatArray
    effect: FloatArray
    gamma: FloatArray
    residual: FloatArray
    log_likelihood: float
    information: FloatArray


def sum_areas(y: FloatArray, x: FloatArray, area: IntArray, *, n_areas: int) -> AreaSums:
    """Add up persons by area.

    Parameters
    ----------
    y : (persons,) float
    x : (persons, p) float
    area : (persons,) int
        0 to `n_areas` - 1, each of which occurs.
    n_areas : int
    """
    rows = np.column_stack([x, y])
    count = np.bincount(area, minlength=n_areas).astype(np.float64)
    mean = group_sums(area, rows, n_groups=n_areas) / count[:, None]
    return AreaSums(count=count, mean=mean, within=_triangle(rows - mean[area]))


def _triangle(rows: FloatArray) -> FloatArray:
    """Give the triangular root of the sums of squares and products."""
    (root,) = qr(rows, mode="r")
    return np.asarray(root[: rows.shape[1]], dtype=np.float64)


def fit_nested_error(sums: AreaSums, *, method: UnitMethod) -> NestedErrorFit:
    r"""Fit the nested error regression model.

    Parameters
    ----------
    sums : AreaSums
    method : {"REML", "ML"}

    Raises
    ------
    InputError
        If no area has two persons, or persons of an area do not differ beyond their covariates.

    Notes
    -----
    With :math:`\lambda = \sigma_v^2 / \sigma_e^2` the likelihood depends on :math:`\lambda` alone: Rao &
    Molina (2015), sections 5.3 and 7.1; Battese, Harter & Fuller (1988).
    """
    _require_both_levels(sums)
    left = sums.persons - (sums.terms if method == "REML" else 0)
    ratio = _variance_ratio(sums, method, left)
    fitted = _regression(sums, ratio)
    squares = float(fitted.residual @ fitted.residual)
    error = squares / left
    total = error / sums.count + ratio * error
    distance = sums.mean[:, -1] - sums.mean[:, :-1] @ fitted.coefficients
    gamma = ratio * error / total
    return NestedErrorFit(
        area_variance=ratio * error,
        error_variance=error,
        coefficients=fitted.coefficients,
        covariance=fitted.covariance * error,
        effect=gamma * distance,
        gamma=gamma,
        residual=distance / np.sqrt(total),
        log_likelihood=_log_likelihood(sums, fitted, ratio, method),
        information=_information(sums.count, ratio * error, error),
    )


def _require_both_levels(sums: AreaSums) -> None:
    """Refuse samples in which areas, or persons within them, cannot be compared."""
    if sums.count.size < 2:
        raise InputError(
            "The sample has one area, so it says nothing about differences between areas.",
            expected="persons of two areas or more",
            got="one area",
            remedy="Use the whole sample, or smaller areas.",
        )
    if sums.persons == sums.count.size:
        raise InputError(
            "Every area has one person, so areas cannot be told apart from persons.",
            expected="an area with two persons or more",
            got=f"{sums.count.size} areas of one person",
            remedy="Use larger areas, or `fay_herriot` with known sampling variances.",
        )
    own = regress(sums.within[:, -1], np.zeros((sums.within.shape[0], 0))).residual
    between = sums.count @ sums.mean[:, -1] ** 2
    if own @ own <= _NOTHING_WITHIN * between:
        raise InputError(
            "Persons of one area all have the same value, so there is no variance within areas.",
            expected="values that differ within areas",
            got="one value for each area",
            remedy="Use `fay_herriot` with figures by area.",
        )


def _regression(sums: AreaSums, ratio: float) -> Regression:
    """Regress the areas' whitened means, and the root of what is within them."""
    means = sums.mean * np.sqrt(sums.count / (1 + sums.count * ratio))[:, None]
    rows = np.concatenate([means, sums.within])
    return regress(rows[:, -1], rows[:, :-1])


def _variance_ratio(sums: AreaSums, method: UnitMethod, left: int) -> float:
    areas = sums.count.size

    def slope(ratio: float) -> float:
        fitted = _regression(sums, ratio)
        lost = fitted.leverage[:areas] if method == "REML" else 0.0
        share = left / float(fitted.residual @ fitted.residual)
        excess = share * fitted.residual[:areas] ** 2 - 1 + lost
        return 0.5 * float(np.sum(excess * sums.count / (1 + sums.count * ratio)))

    def likelihood(ratio: float) -> float:
        return _log_likelihood(sums, _regression(sums, ratio), ratio, method)

    return variance_at_top(slope, likelihood, scale=1 / float(np.median(sums.count)))


def _log_likelihood(sums: AreaSums, fitted: Regression, ratio: float, method: UnitMethod) -> float:
    left = sums.persons - (sums.terms if method == "REML" else 0)
    squares = float(fitted.residual @ fitted.residual)
    penalty = fitted.log_determinant if method == "REML" else 0.0
    spread = float(np.log1p(sums.count * ratio).sum())
    return -0.5 * (left * (float(np.log(2 * np.pi * squares / left)) + 1) + spread + penalty)


def _information(count: FloatArray, area_variance: float, error_variance: float) -> FloatArray:
    """Give the expected information on the two variances: Rao & Molina (2015), section 7.1.2."""
    total = error_variance + count * area_variance
    between, mixed = np.sum((count / total) ** 2), np.sum(count / total**2)
    within = np.sum((count - 1) / error_variance**2 + 1 / total**2)
    return 0.5 * np.array([[between, mixed], [mixed, within]])
