"""Tail probabilities of weighted sums of chi-squares, and of their ratios to a chi-square.

A test statistic estimated from a survey is distributed as a sum of chi-squares with unequal weights (the
generalised design effects). With `denominator_df` finite, the sum is divided by an independent chi-square
over its degrees of freedom, as in an F test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, fdtrc, ndtr

from talentstats.errors import InputError, unknown_name
from talentstats.variance.groups import FloatArray

TailMethod = Literal["saddlepoint", "satterthwaite", "exact"]

# Nearer to the mean than this, in units of the largest weight, the saddlepoint formula is 0 / 0; R's bound.
_NEAR_MEAN = 1e-4
# The trapezoid on the contour: its error falls as exp(-2 pi d / step) with d, about 1/2, the half-width of
# the strip in which the integrand is smooth; at the end of the contour the integrand is below 1e-30.
_STEP, _END = 1 / 32, 100.0


def tail_probability(
    statistic: float,
    weights: FloatArray,
    *,
    method: TailMethod,
    denominator_df: float = np.inf,
) -> float:
    r"""Give the probability that a weighted sum of chi-squares exceeds a statistic.

    Parameters
    ----------
    statistic : float
    weights : (terms,) float
        Weight of each chi-square with one degree of freedom; none negative, one at least positive.
    method : {"saddlepoint", "satterthwaite", "exact"}
        "saddlepoint" is that of R survey's `pchisqsum` and `pFsum`, good to some per cent of the
        probability; "satterthwaite" takes one chi-square with the same mean and variance; "exact" inverts
        the transform to about twelve digits.
    denominator_df : float
        Degrees of freedom of the chi-square the sum is divided by; inf: none.

    Returns
    -------
    float

    Raises
    ------
    InputError
        For an unknown method, or weights, a statistic or degrees of freedom that cannot be used.

    Notes
    -----
    :math:`P(\sum_i \delta_i \chi^2_1 > x)`, or
    :math:`P(\sum_i \delta_i \chi^2_1 > x\, \chi^2_\nu / \nu)`. Saddlepoint: Lugannani & Rice (1980), Kuonen
    (1999); it takes :math:`\nu` rounded down, as R. Satterthwaite (1946); Rao & Scott (1984). Exact: the
    inversion formula of Imhof (1961), on a contour bent as by Weideman & Trefethen (2007) so that it
    converges geometrically.

    Examples
    --------
    >>> two = np.array([2.0, 2.0])  # an exponential with mean 4
    >>> [round(tail_probability(8.0, two, method=method), 4) for method in ("exact", "saddlepoint")]
    [0.1353, 0.1368]
    """
    if method not in get_args(TailMethod):
        raise unknown_name("method for a tail probability", method, get_args(TailMethod))
    _require_usable(statistic, weights, denominator_df)
    largest = float(weights.max())
    if statistic <= 0:
        return 1.0
    if np.isinf(denominator_df) and chdtrc(weights.size, statistic / largest) == 0:
        return 0.0  # it would be even if all weights were as large as the largest
    form = _Form(statistic=statistic / largest, weights=weights / largest, denominator_df=denominator_df)
    if method == "exact":
        return _exact(form)
    close = None if method == "satterthwaite" else _saddlepoint(form)
    return _satterthwaite(form) if close is None else close


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Form:
    """The cumulant function of sum less statistic, at which the event is that it exceeds zero.

    The largest weight is 1, so that the function is smooth below 1/2.
    """

    statistic: float
    weights: FloatArray
    denominator_df: float

    @property
    def lowest(self) -> float:
        """Where the function ends on the left."""
        return -self.denominator_df / (2 * self.statistic)

    def value(self, at: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Give the function at complex points."""
        terms = np.log1p(-2 * np.multiply.outer(at, self.weights)).sum(axis=-1) / -2
        if np.isinf(self.denominator_df):
            return np.asarray(terms - at * self.statistic)
        return np.asarray(terms - self.denominator_df / 2 * np.log1p(at / -self.lowest))

    def slope(self, at: float) -> float:
        """Give the first derivative at a real point."""
        terms = float((self.weights / (1 - 2 * at * self.weights)).sum())
        return terms - self.statistic / (1 - at / self.lowest)

    def curvature(self, at: float) -> float:
        """Give the second derivative at a real point."""
        terms = 2 * float(((self.weights / (1 - 2 * at * self.weights)) ** 2).sum())
        return terms + 2 * self.statistic**2 / self.denominator_df / (1 - at / self.lowest) ** 2


def _require_usable(statistic: float, weights: FloatArray, denominator_df: float) -> None:
    usable = weights.ndim == 1 and weights.size > 0 and np.isfinite(weights).all()
    if not usable or weights.min() < 0 or weights.max() == 0:
        raise InputError(
            "The weights of the chi-squares cannot be used.",
            expected="a vector of numbers of 0 or more, one at least above 0",
            got=np.array2string(weights, threshold=6),
        )
    if not np.isfinite(statistic) or not denominator_df > 0:
        raise InputError(
            "The statistic or its degrees of freedom cannot be used.",
            expected="a finite statistic, and degrees of freedom above 0",
            got=f"statistic {statistic:g}, degrees of freedom {denominator_df:g}",
        )


def _satterthwaite(form: _Form) -> float:
    mean, square = form.weights.mean(), (form.weights**2).mean()
    df = form.weights.size * mean**2 / square
    if np.isinf(form.denominator_df):
        return float(chdtrc(df, form.statistic * mean / square))
    return float(fdtrc(df, form.denominator_df, form.statistic * mean / square / df))


def _saddlepoint(form: _Form) -> float | None:
    """Give Lugannani and Rice's tail in Barndorff-Nielsen's form; None where it is not defined."""
    if np.isfinite(form.denominator_df) and form.denominator_df > 1:
        # R repeats the term of the denominator as often as its degrees of freedom, a whole number of times,
        # while the weight of each is over the degrees of freedom as they are.
        whole = float(np.floor(form.denominator_df))
        shrunk = form.statistic * whole / form.denominator_df
        form = _Form(statistic=shrunk, weights=form.weights, denominator_df=whole)
    elif np.isfinite(form.denominator_df):
        form = _Form(statistic=form.statistic / form.denominator_df, weights=form.weights, denominator_df=1.0)
    point = _root(form.slope, max(form.lowest, -form.weights.size / (2 * form.statistic)), 0.5)
    if abs(point) < _NEAR_MEAN:
        return None
    depth = float(form.value(np.array([point], dtype=np.complex128))[0].real)
    signed_root = np.sign(point) * np.sqrt(-2 * depth)
    width = point * np.sqrt(form.curvature(point))
    return float(ndtr(-(signed_root + np.log(width / signed_root) / signed_root)))


def _exact(form: _Form) -> float:
    """Integrate exp(value) / z along a hyperbola that opens to the right of its lowest real point."""

    def steepness(at: float) -> float:
        return at * form.slope(at) - 1

    start = _root(steepness, 0.0, 0.5)
    scale = 1 / np.sqrt(form.curvature(start) + start**-2)
    t = np.arange(0, _END, _STEP)
    half = np.sqrt(0.5)
    z = start + scale * half * ((np.cosh(t) - 1) + 1j * np.sinh(t))
    turned = scale * half * (np.sinh(t) + 1j * np.cosh(t))
    density = (np.exp(form.value(z)) / z * turned).imag
    return float(min(1.0, _STEP / np.pi * (density.sum() - density[0] / 2)))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a function is zero that is below zero near `low` and above it near `high`."""
    ends = []
    for end, inward, sign in ((low, high - low, -1), (high, low - high, 1)):
        share = 1e-3
        while sign * function(end + share * inward) <= 0:
            share /= 1e3
        ends.append(end + share * inward)
    return float(brentq(function, *ends, xtol=1e-300, rtol=1e-14))
