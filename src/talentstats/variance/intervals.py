"""Confidence intervals of estimates, and of proportions in particular; formulas in docs/methods.md."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talentstats.errors import InputError, unknown_name
from talentstats.variance.groups import BoolArray, FloatArray
from talentstats.variance.proportion_ends import (
    LOWER_ENDS,
    ProportionInterval,
    Shares,
    ends_of_all_or_none,
    passes_the_scale,
    student_quantile,
)

__all__ = ["Interval", "IntervalNote", "ProportionInterval", "proportion_interval", "symmetric_interval"]

# Why an interval is undefined, a point, or not what the method alone would give.
IntervalNote = Literal[
    "",
    "no_estimate",
    "no_std_error",
    "no_degrees_of_freedom",
    "one_person",
    "not_a_proportion",
    "zero_std_error",
    "all_or_none",
    "beyond_0_or_1",
]

# A proportion nearer to 0 or 1 than this, or a standard error this small beside that of one person, is what
# rounding leaves of an exact 0 or 1: no sample is large enough to have measured it.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interval:
    """Ends of confidence intervals.

    Attributes
    ----------
    low, high : FloatArray
        The ends, of the shape the arguments broadcast to; NaN where the interval is undefined.
    note : array of str
        An `IntervalNote` for each entry. The empty text: nothing to say. Undefined: `no_estimate`,
        `no_std_error`, `no_degrees_of_freedom`, `one_person` (the method needs two), `not_a_proportion`
        (outside 0 to 1, which negative weights can cause). `zero_std_error`: the interval is the estimate.
        `all_or_none`: the proportion is 0 or 1, the interval is built on the number of persons.
        `beyond_0_or_1`: `mean` and `normal` give an end outside 0 to 1; `asin` went past its scale's end.
    """

    low: FloatArray
    high: FloatArray
    note: NDArray[np.str_]


def symmetric_interval(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike, conf_level: ArrayLike
) -> Interval:
    """Give the interval estimate ± t x std_error.

    Parameters
    ----------
    estimate, std_error : array-like
        NaN where undefined. All arguments broadcast.
    df : array-like
        Degrees of freedom of Student's t; inf gives the normal interval, 0 or less an undefined one.
    conf_level : array-like
        Between 0 and 1, such as 0.95.

    Returns
    -------
    Interval

    Raises
    ------
    InputError
        If a confidence level does not lie between 0 and 1.

    Examples
    --------
    >>> found = symmetric_interval([10.0, 20.0], [1.0, float("nan")], df=[float("inf"), 12], conf_level=0.95)
    >>> found.low.round(2).tolist(), found.note.tolist()
    ([8.04, nan], ['', 'no_std_error'])
    """
    value, error, freedom, level = _aligned(estimate, std_error, df, conf_level)
    _require_levels(level)
    note = np.select(
        [~np.isfinite(value), ~_usable(error), ~(freedom > 0), error == 0],
        ["no_estimate", "no_std_error", "no_degrees_of_freedom", "zero_std_error"],
        default="",
    )
    margin = np.where(error == 0, 0.0, student_quantile(freedom, level) * error)
    margin[(note != "") & (note != "zero_std_error")] = np.nan
    return Interval(low=value - margin, high=value + margin, note=note)


def proportion_interval(
    method: ProportionInterval,
    estimate: ArrayLike,
    std_error: ArrayLike,
    *,
    n: ArrayLike,
    df: ArrayLike,
    conf_level: ArrayLike,
    weight_ratio: ArrayLike = 1.0,
) -> Interval:
    """Give the confidence interval of each proportion.

    Parameters
    ----------
    method : {"logit", "xlogit", "beta", "wilson", "likelihood", "profile", "asin", "mean", "normal"}
        The names of R's `svyciprop`, and `wilson` and `normal`. `logit` and `xlogit` are one formula.
    estimate, std_error : array-like
        The proportion and its standard error; NaN where undefined. All arguments broadcast. From replicates,
        R's `logit` and `likelihood` measure the error of the logit itself: give
        estimate (1 - estimate) times that error.
    n : array-like
        Sampled persons of the domain.
    df : array-like
        Degrees of freedom of Student's t; inf for the normal distribution. `normal` does not use it.
    conf_level : array-like
        Between 0 and 1, such as 0.95.
    weight_ratio : array-like
        Mean weight of those with an answer over that of everyone in the domain, by which R stretches its
        profile; used by `profile` only.

    Returns
    -------
    Interval
        Of a proportion of 0 or 1: Clopper & Pearson's for n persons (`wilson`: Wilson's), with `all_or_none`.
        With a standard error of 0: the proportion itself, with `zero_std_error`.

    Raises
    ------
    InputError
        If the method is unknown or a confidence level does not lie between 0 and 1.

    Notes
    -----
    `beta` is Korn & Graubard's, `wilson` that of Franco, Little, Louis & Slud. `likelihood` solves exactly
    what R's `svyciprop` reads off an interpolated profile: ends near 0 and 1 can differ by tenths of a
    percent; `profile` interpolates as R does. Formulas and sources: docs/methods.md, section 10.

    Examples
    --------
    >>> found = proportion_interval("wilson", [0.02, 0.5], 0.01, n=200, df=30, conf_level=0.95)
    >>> found.low.round(4).tolist(), found.high.round(4).tolist()
    ([0.0075, 0.4796], [0.0525, 0.5204])
    """
    if method not in get_args(ProportionInterval):
        raise unknown_name("interval", method, get_args(ProportionInterval))
    value, error, persons, freedom, level = _aligned(estimate, std_error, n, df, conf_level)
    _require_levels(level)
    freedom = np.full_like(freedom, np.inf) if method == "normal" else freedom
    quantile = student_quantile(freedom, level)
    if method == "profile":
        quantile = quantile * np.sqrt(np.broadcast_to(weight_ratio, quantile.shape))
    shares = Shares(
        estimate=value,
        rest=1 - value,
        std_error=error,
        n=persons,
        quantile=quantile,
        conf_level=level,
    )
    note = _proportion_note(method, shares, df=freedom)
    low = np.where(note == "zero_std_error", value, np.nan)
    high = low.copy()
    low[note == "all_or_none"], high[note == "all_or_none"] = ends_of_all_or_none(
        method, shares.select(note == "all_or_none")
    )
    # Each method treats those with and those without the characteristic alike: one end gives the other.
    regular = shares.select(note == "")
    low[note == ""] = LOWER_ENDS[method](regular)
    high[note == ""] = 1 - LOWER_ENDS[method](regular.complement())
    beyond = np.asarray((low < 0) | (high > 1))
    if method == "asin":
        beyond[note == ""] = passes_the_scale(regular)
    return Interval(low=low, high=high, note=np.where((note == "") & beyond, "beyond_0_or_1", note))


def _aligned(*arguments: ArrayLike) -> list[FloatArray]:
    return [
        np.array(one) for one in np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arguments))
    ]


def _require_levels(conf_level: FloatArray) -> None:
    wrong = conf_level[~((conf_level > 0) & (conf_level < 1))]
    if wrong.size:
        raise InputError(
            "A confidence level lies between 0 and 1.",
            expected="a number such as 0.95",
            got=f"`{wrong.flat[0]:g}`",
            remedy="Write 95 % as `conf_level=0.95`.",
        )


def _usable(std_error: FloatArray) -> BoolArray:
    return np.isfinite(std_error) & (std_error >= 0)


def _proportion_note(method: ProportionInterval, shares: Shares, *, df: FloatArray) -> NDArray[np.str_]:
    estimate, std_error = shares.estimate, shares.std_error
    extreme = np.minimum(np.abs(estimate), np.abs(shares.rest)) <= _ROUNDING
    outside = ~extreme & ((estimate < 0) | (estimate > 1))
    one_person_spread = np.sqrt(np.abs(estimate * shares.rest))
    reasons: dict[IntervalNote, BoolArray] = {
        "no_estimate": ~np.isfinite(estimate),
        "not_a_proportion": outside & (method not in {"mean", "normal"}),
        "no_std_error": ~_usable(std_error),
        "no_degrees_of_freedom": ~(df > 0) & ~(extreme & (method != "wilson")),
        "all_or_none": extreme,
        "zero_std_error": std_error <= _ROUNDING * one_person_spread,
        "one_person": ~(shares.n > 1) & (method in {"beta", "likelihood", "profile"}),
    }
    return np.select(list(reasons.values()), list(reasons), default="")
