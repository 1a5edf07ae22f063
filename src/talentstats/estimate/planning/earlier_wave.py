"""What estimates of an earlier wave say for planning the next: spread, design effect, and of whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.estimate.estimates import Estimates, row_labels
from talentstats.variance.groups import BoolArray, FloatArray

PerDomain = float | Mapping[Any, float]
_NO_PRECISION = "no earlier standard error above 0 to plan by"
_NO_EFFECT = "the earlier design effect is unknown: the spread holds it, and 1 is assumed besides"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EarlierWave:
    """Each row of earlier estimates, as planning needs it.

    Attributes
    ----------
    labels : polars.DataFrame
        The columns of `by`, `variable`, `level` and `estimate`.
    names : tuple of str
        What each row is about, for messages.
    estimate, n, unit_variance, design_effect : (rows,) float
        `unit_variance` is that of one person: a simple random sample of n from N has the variance
        (1 - n/N) unit_variance / n. NaN where unknown.
    note : tuple of str
        What was assumed.
    """

    labels: pl.DataFrame
    names: tuple[str, ...]
    estimate: FloatArray
    n: FloatArray
    unit_variance: FloatArray
    design_effect: FloatArray
    note: tuple[str, ...]

    @property
    def design_variance(self) -> FloatArray:
        """The variance of one person under the design, (rows,): with n persons a share 1/n of it."""
        return self.unit_variance * self.design_effect

    def spread(self, given: PerDomain, what: str) -> FloatArray:
        """Give every row its number: one for all, or by domain from a mapping.

        Parameters
        ----------
        given : number or mapping
            Keys are the values of the column of `by`, or tuples of them when there are several.
        what : str
            The argument, for messages.
        """
        if not isinstance(given, Mapping):
            return np.full(self.n.size, number_above_0(given, what))
        by = self.labels.columns[:-3]
        if not by:
            raise InputError(
                f"`{what}` has a number for each domain, and the earlier estimates have no domains.",
                expected="one number",
                got=join_options(given, last="and"),
                remedy="Estimate the earlier wave with `by`, or give one number.",
            )
        keys = [row[0] if len(by) == 1 else row for row in self.labels.select(by).iter_rows()]
        missing = [key for key in keys if key not in given]
        if missing:
            raise unknown_name(f"domain in `{what}`:", str(missing[0]), [str(key) for key in given])
        return np.array([number_above_0(given[key], what) for key in keys])

    def refuse(self, where: BoolArray, problem: str, needed: FloatArray, available: FloatArray) -> None:
        """Raise an error that lists the rows where more is needed than there is."""
        if where.any():
            listed = [
                f"{self.names[i]}: {needed[i]:,.0f} of {available[i]:,.0f}" for i in np.flatnonzero(where)
            ]
            raise InputError(
                problem,
                expected="no more persons than the population has",
                got="; ".join(listed[:10]),
                remedy="Accept a wider margin, join domains, or raise the response.",
            )


def read_earlier(earlier: Estimates) -> EarlierWave:
    """Take from estimates what planning needs.

    Raises
    ------
    InputError
        If they are comparisons, totals or counts, whose precision does not follow from a number of persons
        alone.
    """
    statistic = earlier.method.statistic
    if statistic in ("total", "count") or earlier.table["n_obs"].null_count():
        raise InputError(
            f"A {statistic} cannot be planned by.",
            expected="estimates of one wave that do not grow with the population: means, proportions, ratios",
            got=f"a {statistic}",
            remedy="Plan by the mean or the proportion behind it; the total has the same cv.",
        )
    columns = ("estimate", "std_error", "n_obs", "sum_weights", "design_effect")
    numbers = (earlier.table[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in columns)
    estimate, error, n, population, effect = numbers
    known = error > 0
    unknown_effect = known & ~(effect > 0)
    effect = np.where(unknown_effect, 1.0, effect)
    outside = np.where(population > n, 1 - n / np.maximum(population, 1.0), 1.0)
    variance = np.where(known, error, np.nan) ** 2 / effect * n / outside
    notes = [
        _NO_PRECISION if not one else _NO_EFFECT if two else ""
        for one, two in zip(known, unknown_effect, strict=True)
    ]
    return EarlierWave(
        labels=earlier.table.select(*earlier.by, "variable", "level", "estimate"),
        names=tuple(row_labels(earlier)),
        estimate=estimate,
        n=n,
        unit_variance=variance,
        design_effect=np.where(known, effect, np.nan),
        note=tuple(notes),
    )


def number_above_0(given: Any, what: str, *, most: float = float("inf")) -> float:
    """Read a number above 0 and at most `most`.

    Examples
    --------
    >>> number_above_0(3, "n")
    3.0
    """
    known = not isinstance(given, bool) and isinstance(given, Real) and isfinite(float(given))
    if not known or not 0 < float(given) <= most:
        raise InputError(
            f"`{what}` cannot be `{given}`.",
            expected="a number above 0" + (f" and at most {most:g}" if isfinite(most) else ""),
            got=repr(given),
            remedy=f"Give `{what}` as such a number, or a mapping from each domain to one.",
        )
    return float(given)


def share_below_1(given: Any, what: str) -> float:
    """Read a number between 0 and 1."""
    number = number_above_0(given, what)
    if number >= 1:
        raise InputError(
            f"`{what}` lies between 0 and 1.",
            expected="a number such as 0.95",
            got=repr(given),
            remedy="Write 95 % as 0.95.",
        )
    return number


def whole_up(values: FloatArray) -> FloatArray:
    """Round up to whole persons, two at least; what is whole but for rounding stays."""
    return np.maximum(np.ceil(values * (1 - 1e-12)), 2.0)
