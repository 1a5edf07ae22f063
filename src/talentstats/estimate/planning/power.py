"""Power to see a change between two waves, in part of the same people, and how many that takes."""

from typing import Literal

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.stats import norm

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.planning.earlier_wave import (
    EarlierWave,
    PerDomain,
    number_above_0,
    read_earlier,
    share_below_1,
    whole_up,
)
from talentstats.variance.groups import FloatArray

Alternative = Literal["two-sided", "one-sided"]
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "one-sided")


def power_for_change(
    earlier: Estimates,
    *,
    change: float,
    n_first: PerDomain,
    n_second: PerDomain,
    overlap: float = 0.0,
    correlation: float = 0.0,
    conf_level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> pl.DataFrame:
    r"""Say how likely a test is to see a change of a mean or proportion between two waves.

    Parameters
    ----------
    earlier : Estimates
        Means or proportions by domain, for their spread and design effects.
    change : float
        The change that is there, in the unit of the estimates, up or down.
    n_first, n_second : number or mapping
        Respondents of the two waves in each domain.
    overlap : float
        Share of the respondents of the second wave that took part in the first too, 0 to 1.
    correlation : float
        Of the answers of one person in the two waves, -1 to 1.
    conf_level : float
        1 less the significance level of the test.
    alternative : {"two-sided", "one-sided"}
        One-sided: a test in the direction of the change.

    Returns
    -------
    polars.DataFrame
        For each row of `earlier`: `change`, `n_first`, `n_second`, `std_error` of the estimated change,
        `detectable` (the change a test sees with a power of 0.8), `power` and a `note`.

    Raises
    ------
    InputError
        If a number is out of range: more people in both waves than in one, a proportion that would not stay
        between 0 and 1.

    Notes
    -----
    :math:`V = \mathrm{deff} \left( \frac{S_1^2}{n_1} + \frac{S_2^2}{n_2} - \frac{2 m \rho S_1 S_2}{n_1 n_2}
    \right)` with m people in both: Kish (1965), section 12.4; Cochran (1977), section 12.11. A changed
    proportion has the spread that belongs to it. The test is that of `change`, with the normal
    distribution: :math:`\Phi(|\delta|/\sqrt V - z)`.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 1.0, "everyone": 1e9, "stays": ["yes", "no"] * 500})
    >>> wave = ts.SurveySample(people, ts.SurveyDesign(weight="weight", fpc="everyone"))
    >>> earlier = ts.estimate_proportion(wave, "stays", levels=["yes"])
    >>> both = {"change": 0.05, "n_first": 1000, "n_second": 1000}
    >>> apart, panel = ts.power_for_change(earlier, **both), ts.power_for_change(
    ...     earlier, **both, overlap=0.6, correlation=0.7
    ... )
    >>> round(apart["power"].item(), 3), round(panel["power"].item(), 3)
    (0.611, 0.837)
    """
    wave = read_earlier(earlier)
    both = _spreads(wave, earlier.method.statistic, change, overlap=overlap, correlation=correlation)
    first, second = wave.spread(n_first, "n_first"), wave.spread(n_second, "n_second")
    wave.refuse(
        overlap * second > first,
        "More people would be in both waves than in the first.",
        overlap * second,
        first,
    )
    in_both = 2 * overlap * correlation * both["first"] * both["second"]
    variance = both["first"] ** 2 / first + both["second"] ** 2 / second - in_both / first
    error = np.sqrt(wave.design_effect * variance)
    columns = {
        "change": np.full(wave.n.size, float(change)),
        "n_first": first,
        "n_second": second,
        "std_error": error,
        "detectable": error * _distance(0.8, conf_level, alternative),
        "power": _power(np.abs(change) / error, conf_level, alternative),
    }
    return _frame(wave, columns)


def required_n_for_change(
    earlier: Estimates,
    *,
    change: float,
    power: float = 0.8,
    overlap: float = 0.0,
    correlation: float = 0.0,
    conf_level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> pl.DataFrame:
    r"""Say how many respondents each of two waves needs to see a change with the power that is asked.

    Parameters
    ----------
    earlier, change, overlap, correlation, conf_level, alternative
        As for `power_for_change`.
    power : float
        Probability of seeing the change; more than the significance level.

    Returns
    -------
    polars.DataFrame
        For each row of `earlier`: `design_effect`, `change`, `n_required` in each wave, the `power` that
        gives and a `note`.

    Raises
    ------
    InputError
        As for `power_for_change`.

    Notes
    -----
    :math:`n = d^2\, \mathrm{deff}\, (S_1^2 + S_2^2 - 2 p \rho S_1 S_2) / \delta^2` with p the overlap and d
    the distance at which the test has the power; for a one-sided test :math:`d = z_{1-\alpha} + z_{power}`.
    Kish (1965), section 12.4.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 1.0, "everyone": 1e9, "stays": ["yes", "no"] * 500})
    >>> wave = ts.SurveySample(people, ts.SurveyDesign(weight="weight", fpc="everyone"))
    >>> earlier = ts.estimate_proportion(wave, "stays", levels=["yes"])
    >>> ts.required_n_for_change(earlier, change=0.05)["n_required"].item()
    1564
    """
    wave = read_earlier(earlier)
    both = _spreads(wave, earlier.method.statistic, change, overlap=overlap, correlation=correlation)
    distance = _distance(share_below_1(power, "power"), conf_level, alternative)
    in_both = 2 * overlap * correlation * both["first"] * both["second"]
    one = wave.design_effect * (both["first"] ** 2 + both["second"] ** 2 - in_both)
    needed = whole_up(distance**2 * one / change**2)
    with np.errstate(divide="ignore"):
        reached = _power(np.abs(change) / np.sqrt(one / needed), conf_level, alternative)
    columns = {
        "design_effect": wave.design_effect,
        "change": np.full(wave.n.size, float(change)),
        "n_required": needed,
        "power": reached,
    }
    return _frame(wave, columns)


def _spreads(
    wave: EarlierWave, statistic: str, change: float, *, overlap: float, correlation: float
) -> dict[str, FloatArray]:
    """Give the standard deviation of a person in the first and the second wave, by row."""
    number_above_0(abs(change) if isinstance(change, (int, float)) else change, "change")
    for name, value, least in (("overlap", overlap, 0), ("correlation", correlation, -1)):
        if not (isinstance(value, (int, float)) and least <= value <= 1):
            raise InputError(
                f"`{name}` lies between {least} and 1.",
                expected=f"a number from {least} to 1",
                got=repr(value),
                remedy="Leave it out when the waves have nobody in common.",
            )
    first = np.sqrt(wave.unit_variance)
    if statistic != "proportion":
        return {"first": first, "second": first}
    later = wave.estimate + change
    outside = (later < 0) | (later > 1)
    if outside.any():
        place = int(np.flatnonzero(outside)[0])
        raise InputError(
            "The proportion would not stay between 0 and 1.",
            expected="a change that keeps it there",
            got=f"{wave.names[place]}: from {wave.estimate[place]:.4g} to {later[place]:.4g}",
            remedy="Plan for a smaller change; a proportion is a fraction, so 5 per cent points are 0.05.",
        )
    spread = wave.estimate * (1 - wave.estimate)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"first": first, "second": first * np.sqrt(later * (1 - later) / spread)}


def _power(distance: FloatArray, conf_level: float, alternative: Alternative) -> FloatArray:
    """Give the probability that a test sees a change of so many standard errors."""
    if alternative not in ALTERNATIVES:
        raise unknown_name("alternative", alternative, ALTERNATIVES)
    alpha = 1 - share_below_1(conf_level, "conf_level")
    if alternative == "one-sided":
        return np.asarray(norm.sf(norm.isf(alpha) - distance))
    quantile = norm.isf(alpha / 2)
    return np.asarray(norm.sf(quantile - distance) + norm.cdf(-quantile - distance))


def _distance(power: float, conf_level: float, alternative: Alternative) -> float:
    """Give how many standard errors a change has to be for a test to see it with this power."""
    alpha = float(_power(np.zeros(1), conf_level, alternative)[0])
    if power <= alpha:
        raise InputError(
            "A test has at least the power of its significance level.",
            expected=f"a `power` above {alpha:.4g}",
            got=f"{power:g}",
            remedy="Ask more, such as 0.8.",
        )
    most = float(norm.isf(alpha / 2) + norm.isf(1 - power)) + 1
    return float(
        brentq(
            lambda d: float(_power(np.array([d]), conf_level, alternative)[0]) - power, 0, most, xtol=1e-14
        )
    )


def _frame(wave: EarlierWave, columns: dict[str, FloatArray]) -> pl.DataFrame:
    numbers = pl.DataFrame(columns).with_columns(pl.all().fill_nan(None))
    if "n_required" in columns:
        numbers = numbers.with_columns(pl.col("n_required").cast(pl.Int64))
    return pl.concat([wave.labels, numbers, pl.DataFrame({"note": list(wave.note)})], how="horizontal")
