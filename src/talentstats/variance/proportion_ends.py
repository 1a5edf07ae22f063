"""Ends of confidence intervals of proportions, method by method; formulas in docs/methods.md, section 10."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from talentstats.variance.groups import BoolArray, FloatArray
from talentstats.variance.profile_ends import profile_end

ProportionInterval = Literal[
    "logit", "xlogit", "beta", "wilson", "likelihood", "profile", "asin", "mean", "normal"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Proportions with what their intervals need; all arrays of one shape.

    `rest` is 1 - estimate and `quantile` the positive quantile of Student's t (normal for `normal`).
    """

    estimate: FloatArray
    rest: FloatArray
    std_error: FloatArray
    n: FloatArray
    quantile: FloatArray
    conf_level: FloatArray

    @property
    def effective_size(self) -> FloatArray:
        """Persons of a simple random sample with replacement that would have this standard error."""
        return self.estimate * self.rest / self.std_error**2

    def select(self, wanted: BoolArray) -> "Shares":
        """Return the entries for which `wanted` holds."""
        return Shares(
            estimate=self.estimate[wanted],
            rest=self.rest[wanted],
            std_error=self.std_error[wanted],
            n=self.n[wanted],
            quantile=self.quantile[wanted],
            conf_level=self.conf_level[wanted],
        )

    def complement(self) -> "Shares":
        """Return the proportions of those who do not have the characteristic."""
        return replace(self, estimate=self.rest, rest=self.estimate)


def student_quantile(df: FloatArray, conf_level: FloatArray) -> FloatArray:
    """Return the positive two-sided quantile of Student's t; the normal one for df inf, NaN for df <= 0."""
    positive = np.where(df > 0, df, np.nan)
    return np.asarray(-special.stdtrit(positive, (1 - conf_level) / 2), dtype=np.float64)


def ends_of_all_or_none(method: ProportionInterval, shares: Shares) -> tuple[FloatArray, FloatArray]:
    """Return the ends for proportions of 0 and 1: Clopper & Pearson's for n persons, or Wilson's."""
    if method == "wilson":
        reach = shares.quantile**2 / (shares.n + shares.quantile**2)
    else:
        reach = -np.expm1(np.log((1 - shares.conf_level) / 2) / shares.n)
    none = shares.estimate < 0.5
    return np.where(none, 0.0, 1 - reach), np.where(none, reach, 1.0)


def _normal_end(shares: Shares) -> FloatArray:
    return shares.estimate - shares.quantile * shares.std_error


def _logit_end(shares: Shares) -> FloatArray:
    logit = np.log(shares.estimate / shares.rest)
    margin = shares.quantile * shares.std_error / (shares.estimate * shares.rest)
    return np.asarray(special.expit(logit - margin), dtype=np.float64)


def _angle(share: FloatArray) -> FloatArray:
    return np.asarray(np.arcsin(np.sqrt(share)), dtype=np.float64)


def _arcsine_margin(shares: Shares) -> FloatArray:
    slope = 1 / (2 * np.sqrt(shares.estimate * shares.rest))
    return shares.quantile * shares.std_error * slope


def _arcsine_end(shares: Shares) -> FloatArray:
    """R squares the sine of a negative angle too; where that leaves out the estimate itself, the end is 0."""
    angle, margin = _angle(shares.estimate), _arcsine_margin(shares)
    return np.where(margin < 2 * angle, np.sin(angle - margin) ** 2, 0.0)


def passes_the_scale(shares: Shares) -> BoolArray:
    """Say where an interval on the arcsine scale reaches past the angle of 0 or of 1."""
    nearest = np.minimum(_angle(shares.estimate), _angle(shares.rest))
    return _arcsine_margin(shares) > nearest


def _beta_end(shares: Shares) -> FloatArray:
    """Korn & Graubard: Clopper & Pearson with the effective size, scaled by the quantiles of n - 1 and df."""
    size = shares.effective_size * (student_quantile(shares.n - 1, shares.conf_level) / shares.quantile) ** 2
    tail = (1 - shares.conf_level) / 2
    end = special.betaincinv(size * shares.estimate, size * shares.rest + 1, tail)
    return np.asarray(end, dtype=np.float64)


def _wilson_end(shares: Shares) -> FloatArray:
    pull = shares.quantile**2 / shares.effective_size
    centre = shares.estimate + pull / 2
    half = np.sqrt(pull * (shares.estimate * shares.rest + pull / 4))
    # (centre - half) / (1 + pull), written as the other root so that nothing cancels near 0.
    return shares.estimate**2 / (centre + half)


def _likelihood_end(shares: Shares) -> FloatArray:
    """Solve deviance(q) = t^2 n / (n - 1) for q below the estimate, on the logit scale x = logit q.

    The deviance per person is convex in x and lies above its asymptote -p x - entropy. Newton's method from
    where the asymptote has the wanted value therefore comes nearer from one side and never oversteps.
    """
    p, rest = shares.estimate, shares.rest
    wanted = shares.quantile**2 * shares.n / (shares.n - 1) / (2 * shares.effective_size)
    entropy = -(p * np.log(p) + rest * np.log(rest))
    x, nearest = -(wanted + entropy) / p, np.log(p / rest)
    for _ in range(100):
        excess = p * np.logaddexp(0, -x) + rest * np.logaddexp(0, x) - entropy - wanted
        slope = p - special.expit(x)
        step = np.divide(excess, slope, out=np.zeros_like(x), where=(excess > 0) & (slope > 0))
        x = np.minimum(x + step, nearest)  # rounding may overstep when the interval is very short
        if np.all(step <= 1e-13 * (1 + np.abs(x))):
            break
    return np.asarray(special.expit(x), dtype=np.float64)


# The upper end is 1 minus the lower end of the complement.
def _profile_end(shares: Shares) -> FloatArray:
    """Take R's interpolation; where its profile is too short, the exact solution."""
    ends = [profile_end(*entry) for entry in zip(*_flat(shares), strict=True)]
    interpolated = np.array(ends, dtype=np.float64).reshape(shares.estimate.shape)
    return np.where(np.isnan(interpolated), _likelihood_end(shares), interpolated)


def _flat(shares: Shares) -> tuple[list[float], ...]:
    columns = (shares.estimate, shares.std_error, shares.n, shares.quantile)
    return tuple(column.ravel().tolist() for column in columns)


LOWER_ENDS: dict[ProportionInterval, Callable[[Shares], FloatArray]] = {
    "logit": _logit_end,
    "xlogit": _logit_end,
    "beta": _beta_end,
    "wilson": _wilson_end,
    "likelihood": _likelihood_end,
    "profile": _profile_end,
    "asin": _arcsine_end,
    "mean": _normal_end,
    "normal": _normal_end,
}
