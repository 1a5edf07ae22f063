"""Is a mean another than supposed, or do two groups differ: the t-test of a survey."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtr

from talentstats.errors import InputError
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.request import Where
from talentstats.estimate.statistics import estimate_mean
from talentstats.estimate.testing.counted import count_inside, require_df
from talentstats.estimate.testing.result import TestResult
from talentstats.survey.sample import SurveySample
from talentstats.variance.intervals import symmetric_interval


def t_test(
    sample: SurveySample,
    variable: str,
    *,
    by: str | None = None,
    mu: float = 0.0,
    where: Where = None,
    conf_level: float = 0.95,
) -> TestResult:
    r"""Test whether a mean differs from a value, or the means of two groups from each other.

    Parameters
    ----------
    sample : SurveySample
    variable : str
        Numeric or yes/no column.
    by : str, optional
        Column with two values among the rows that have an answer. The estimate is the mean of the later value
        (in the order of the levels or the alphabet) less that of the earlier.
    mu : float
        The mean, or the difference, under the hypothesis.
    where : mapping or narwhals expression, optional
        The subpopulation, as for `estimate_mean`.
    conf_level : float
        Confidence level of the interval of the mean or the difference.

    Returns
    -------
    TestResult
        Two-sided.

    Raises
    ------
    InputError
        If `by` has not two values, the variable does not vary, or no degrees of freedom are left; and as
        `estimate_mean`.

    Notes
    -----
    :math:`t = (\hat\theta - \mu) / \sqrt{v(\hat\theta)}` on the degrees of freedom of the design less one:
    first-stage units less strata, of the subpopulation for one mean, of the rows used for two; with
    replicates those of the replicates in the subpopulation. As R survey's `svyttest`.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> frame = {"area": [1, 1, 2, 2, 3, 3], "w": 1.0, "role": ["a", "b"] * 3, "y": [1, 2, 2, 5, 1, 3]}
    >>> sample = ts.SurveySample(pl.DataFrame(frame), ts.SurveyDesign(weight="w", psu="area"))
    >>> ts.t_test(sample, "y", by="role")
    Design-based t-test: `y` by `role`, b less a
    t = 3.4641 on 1 degrees of freedom, p = 0.1789
    estimate 2, 95 % interval -5.3359 to 9.3359; under the hypothesis 0
    6 rows used
    """
    inside = count_inside(sample, where)
    found = _one_mean(sample, variable, where) if by is None else _two_means(sample, variable, by, where)
    # With replicates R takes those of the subpopulation; else of one mean of everyone, of two of those used.
    of_subpopulation = by is None or sample.replicates is not None
    df = require_df((inside.df if of_subpopulation else found.df) - 1)
    _require_variation(found, variable)
    ends = symmetric_interval(found.value, found.std_error, df=df, conf_level=conf_level)
    statistic = (found.value - mu) / found.std_error
    return TestResult(
        method="Design-based one-sample t-test" if by is None else "Design-based t-test",
        about=found.about,
        statistic=statistic,
        statistic_name="t",
        parameter=(df,),
        p_value=float(2 * stdtr(df, -abs(statistic))),
        estimate=found.value,
        std_error=found.std_error,
        conf_low=float(ends.low),
        conf_high=float(ends.high),
        conf_level=conf_level,
        null_value=float(mu),
        n_obs=found.n_obs,
        n_missing=inside.rows - found.n_obs,
        missing=found.means.missing,
        origins=sample.origins,
        synthetic=sample.synthetic,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tested:
    """A mean, or a difference of two, before it is tested; `df` is that of the rows used."""

    about: str
    value: float
    std_error: float
    df: float
    n_obs: int
    means: Estimates


def _one_mean(sample: SurveySample, variable: str, where: Where) -> _Tested:
    means = estimate_mean(sample, variable, where=where)
    row = means.table.row(0, named=True)
    if row["n_obs"] == 0:
        raise InputError(
            f"`{variable}` has no answers in the subpopulation.",
            expected="a value in two rows at least",
            got="missing values only",
            remedy="Look at how the column was read, and at `where`.",
        )
    return _Tested(
        about=f"mean of `{variable}`",
        value=row["estimate"],
        std_error=row["std_error"],
        df=float(means.domain_df[0]),
        n_obs=row["n_obs"],
        means=means,
    )


def _two_means(sample: SurveySample, variable: str, by: str, where: Where) -> _Tested:
    means = estimate_mean(sample, variable, by=by, margins=True, where=where)
    *groups, everyone = means.table.iter_rows(named=True)
    answered = [place for place, row in enumerate(groups) if row["n_obs"]]
    if len(answered) != 2:
        raise not_two_groups(by, [groups[place][by] for place in answered])
    first, second = answered
    contrast = np.zeros((1, len(means)))
    contrast[0, [first, second]] = -1.0, 1.0
    variance = float(means.dispersion.linear(contrast).covariance()[0, 0])
    return _Tested(
        about=f"`{variable}` by `{by}`, {groups[second][by]} less {groups[first][by]}",
        value=groups[second]["estimate"] - groups[first]["estimate"],
        std_error=float(np.sqrt(variance)),
        df=float(means.domain_df[-1]),
        n_obs=everyone["n_obs"],
        means=means,
    )


def not_two_groups(by: str, found: list[Any]) -> InputError:
    """Make the error for a column that does not divide the rows in two."""
    return InputError(
        f"`{by}` does not make two groups.",
        expected="two values among the rows with an answer",
        got=f"{len(found)}: " + ", ".join(f"`{value}`" for value in found[:10]) if found else "none",
        where=f"column `{by}`",
        remedy="Choose two of its values with `where`, or join values first.",
    )


def _require_variation(found: _Tested, variable: str) -> None:
    """Refuse a standard error that is zero or not defined."""
    size = np.abs(found.means.table["estimate"].drop_nulls().to_numpy()).max(initial=0.0)
    known = found.std_error is not None and np.isfinite(found.std_error)
    if known and found.std_error > 1e-13 * size:
        return
    raise InputError(
        f"`{variable}` has no standard error to test with.",
        expected="answers that differ between sampling units",
        got="a standard error of 0" if known else "none",
        where=f"column `{variable}`",
        remedy="A variable that does not vary, or a census, needs no test.",
    )
