"""Indicators of inequality and poverty as Eurostat defines them, with their errors."""

from dataclasses import replace
from math import isfinite
from numbers import Real
from typing import Any, Literal

import numpy as np
import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.indicators.domains import IndicatorRequest, estimate_indicator
from talentstats.estimate.indicators.ranked_incomes import rank_incomes
from talentstats.estimate.indicators.scores import (
    AtRiskRate,
    Gini,
    MedianGap,
    PayGap,
    PayGapMethod,
    PovertyLine,
    QuintileShareRatio,
    group_and_domain,
)
from talentstats.estimate.presentation import DfRule, Presentation
from talentstats.estimate.request import Names, Where, as_names, make_request
from talentstats.estimate.rows import SampleRows, read_rows
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import BoolArray, FloatArray

SymmetricInterval = Literal["t", "normal"]
PAY_GAP_METHODS: tuple[PayGapMethod, ...] = ("mean", "median")


def estimate_gini(
    sample: SurveySample,
    income: str,
    *,
    by: Names = (),
    where: Where = None,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: SymmetricInterval = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate how unequal incomes are: the Gini coefficient, from 0 (all alike) to 1 (one has all).

    Parameters
    ----------
    sample : SurveySample
    income : str
        A numeric column. Rows without a value are left out and counted.
    by, where, margins, conf_level, df
        As for `estimate_mean`.
    interval : {"t", "normal"}

    Returns
    -------
    Estimates
        One row for each domain. Eurostat publishes 100 times as much: `scale(100)`.

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\hat G = \frac{\sum_i w_i y_i (2 \hat N_i - w_i)}{\hat N \hat t_y} - 1` with :math:`\hat N_i` the
    running sum of the weights, from the lowest income; error by linearisation: Langel & Tillé (2013).

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "weight": 10.0, "income": [10.0, 20, 30, 40]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.estimate_gini(sample, "income").to_polars().select(pl.col("estimate", "std_error").round(4)).row(0)
    (0.25, 0.1)
    """
    request = IndicatorRequest(
        statistic="gini coefficient",
        variable=income,
        by=as_names(by),
        presentation=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        undefined="no coefficient: the incomes add up to 0 or less",
    )
    rows = _read(sample, request, where)
    values = rows.numbers(income)
    return estimate_indicator(
        rows,
        request,
        answered=_answered(rows, values),
        make=lambda domain, size: Gini(ranked=rank_incomes(values, domain, n_domains=size)),
    )


def estimate_quintile_share_ratio(
    sample: SurveySample,
    income: str,
    *,
    by: Names = (),
    where: Where = None,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: SymmetricInterval = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate how many times the income of the lowest fifth the highest fifth has: S80/S20.

    Parameters
    ----------
    sample : SurveySample
    income : str
        A numeric column. Rows without a value are left out and counted.
    by, where, margins, conf_level, df
        As for `estimate_mean`.
    interval : {"t", "normal"}

    Returns
    -------
    Estimates
        One row for each domain, which has quintiles of its own.

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\sum w_i y_i 1[y_i > \hat q_{0.8}] / \sum w_i y_i 1[y_i \le \hat q_{0.2}]`, quantiles as Eurostat;
    error by linearisation: Hulliger & Münnich (2006), Langel & Tillé (2011).

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "income": [float(value) for value in range(1, 10)]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> round(ts.estimate_quintile_share_ratio(sample, "income").to_polars()["estimate"].item(), 4)
    3.0
    """
    request = IndicatorRequest(
        statistic="quintile share ratio",
        variable=income,
        by=as_names(by),
        presentation=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        undefined="no ratio: the incomes of the lowest fifth add up to 0 or less",
    )
    rows = _read(sample, request, where)
    values = rows.numbers(income)
    return estimate_indicator(
        rows,
        request,
        answered=_answered(rows, values),
        make=lambda domain, size: QuintileShareRatio(ranked=rank_incomes(values, domain, n_domains=size)),
    )


def estimate_at_risk_rate(
    sample: SurveySample,
    income: str,
    *,
    share: float = 0.6,
    quantile: float = 0.5,
    threshold: float | None = None,
    by: Names = (),
    where: Where = None,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: SymmetricInterval = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate which proportion has an income below the at-risk-of-poverty threshold.

    Parameters
    ----------
    sample : SurveySample
    income : str
        A numeric column. Rows without a value are left out and counted.
    share, quantile : float
        The threshold is this share of this quantile of the incomes of everyone in `where`, whichever domain
        they are in: 60 % of the median.
    threshold : float, optional
        An amount known from elsewhere, such as the national threshold. Then it has no sampling error.
    by, where, margins, conf_level, df
        As for `estimate_mean`.
    interval : {"t", "normal"}

    Returns
    -------
    Estimates
        One row for each domain.

    Raises
    ------
    InputError
        As for `estimate_mean`; for a share or quantile that does not make a threshold.

    Notes
    -----
    :math:`\sum_d w_i 1[y_i < \hat t] / \hat N_d`. The error counts that of the threshold, with densities by a
    Gaussian kernel: Deville (1999), Osier (2009). See docs/methods/indicators.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "income": [4.0, 9, 10, 12, 15], "region": list("abbab")})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> rates = ts.estimate_at_risk_rate(sample, "income", by="region").to_polars()
    >>> rates.select("region", "estimate").rows()
    [('a', 0.5), ('b', 0.0)]
    """
    request = IndicatorRequest(
        statistic=f"at-risk rate ({_line_text(share, quantile, threshold)})",
        variable=income,
        by=as_names(by),
        presentation=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        undefined="no rate: nobody in `where` has an income to draw the threshold from",
    )
    rows = _read(sample, request, where)
    values = rows.numbers(income)
    answered = _answered(rows, values)
    line = _poverty_line(values, answered, share, quantile, threshold)
    return estimate_indicator(
        rows,
        request,
        answered=answered,
        make=lambda domain, size: AtRiskRate(ranked=rank_incomes(values, domain, n_domains=size), line=line),
    )


def estimate_median_gap(
    sample: SurveySample,
    income: str,
    *,
    share: float = 0.6,
    quantile: float = 0.5,
    threshold: float | None = None,
    by: Names = (),
    where: Where = None,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: SymmetricInterval = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate how far those at risk of poverty are below the threshold: the relative median gap.

    Parameters
    ----------
    sample : SurveySample
    income : str
        A numeric column. Rows without a value are left out and counted.
    share, quantile, threshold
        As for `estimate_at_risk_rate`.
    by, where, margins, conf_level, df
        As for `estimate_mean`.
    interval : {"t", "normal"}

    Returns
    -------
    Estimates
        One row for each domain: the distance of the median income of those below the threshold to it, as a
        share of the threshold.

    Raises
    ------
    InputError
        As for `estimate_at_risk_rate`.

    Notes
    -----
    :math:`(\hat t - \hat m_d) / \hat t`, with the median over those with :math:`y_i < \hat t`; error by
    linearisation with densities by a Gaussian kernel: Osier (2009). See docs/methods/indicators.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "income": [2.0, 4.5, 5, 10, 12, 15, 20]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> ts.estimate_median_gap(sample, "income").to_polars()["estimate"].item()
    0.25
    """
    request = IndicatorRequest(
        statistic=f"median gap ({_line_text(share, quantile, threshold)})",
        variable=income,
        by=as_names(by),
        presentation=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        undefined="no gap: nobody is below the threshold, or the threshold is not above 0",
    )
    rows = _read(sample, request, where)
    values = rows.numbers(income)
    answered = _answered(rows, values)
    line = _poverty_line(values, answered, share, quantile, threshold)
    return estimate_indicator(
        rows,
        request,
        answered=answered,
        make=lambda domain, size: MedianGap(ranked=rank_incomes(values, domain, n_domains=size), line=line),
    )


def estimate_pay_gap(
    sample: SurveySample,
    earnings: str,
    *,
    group: str,
    reference: str | float | bool,
    method: PayGapMethod = "mean",
    by: Names = (),
    where: Where = None,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: SymmetricInterval = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate how much less one group earns than another, as a share of what the other earns.

    Parameters
    ----------
    sample : SurveySample
    earnings : str
        A numeric column, such as gross hourly earnings. Rows without a value are left out and counted.
    group : str
        A column with two values, such as women and men. Rows without a value are left out and counted.
    reference : str, number or bool
        The group whose earnings the gap is a share of: men, for the gender pay gap.
    method : {"mean", "median"}
    by, where, margins, conf_level, df
        As for `estimate_mean`.
    interval : {"t", "normal"}

    Returns
    -------
    Estimates
        One row for each domain; `level` is the other group. Negative when that earns more.

    Raises
    ------
    InputError
        As for `estimate_mean`; if `group` has not two values, or `reference` is none of them.

    Notes
    -----
    :math:`(\hat{\bar y}_{ref} - \hat{\bar y}_{other}) / \hat{\bar y}_{ref}`, a ratio of two domain means; of
    medians with the density by a Gaussian kernel. Eurostat (2004); Särndal et al. (1992), section 5.6.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "pay": [18.0, 20, 20, 20], "sex": ["f", "m", "f", "m"]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> gap = ts.estimate_pay_gap(sample, "pay", group="sex", reference="m")
    >>> gap.to_polars().select("level", pl.col("estimate").round(4)).row(0)
    ('f', 0.05)
    """
    if method not in PAY_GAP_METHODS:
        raise unknown_name("method for a pay gap", method, PAY_GAP_METHODS)
    request = IndicatorRequest(
        statistic=f"pay gap ({method})",
        variable=earnings,
        by=as_names(by),
        presentation=Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df),
        undefined="no gap: one of the groups has no earnings here, or those of the reference are not above 0",
    )
    rows = _read(sample, request, where, group)
    values = rows.numbers(earnings)
    groups = rows.values[group]
    theirs, other = _two_groups(groups.filter(pl.Series(rows.inside)).drop_nulls(), reference)
    in_reference = (groups == theirs).fill_null(value=False).to_numpy()
    return estimate_indicator(
        rows,
        replace(request, level=str(other)),
        answered=_answered(rows, values) & groups.is_not_null().to_numpy(),
        make=lambda domain, size: PayGap(
            ranked=rank_incomes(values, group_and_domain(domain, in_reference), n_domains=2 * size),
            method=method,
        ),
    )


def _read(sample: SurveySample, request: IndicatorRequest, where: Where, *categories: str) -> SampleRows:
    """Read the columns, after the checks that every estimate makes of its call."""
    make_request(sample, "mean", request.variable, by=request.by, where=where)
    sample.require(categories)
    columns = dict.fromkeys((*request.by, *categories))
    return read_rows(sample, numbers=request.variable, categories=tuple(columns), where=where)


def _answered(rows: SampleRows, values: FloatArray) -> BoolArray:
    """Mark the rows inside that have a value, and a weight: nonrespondents have none."""
    return np.asarray(rows.inside & ~np.isnan(values) & (rows.weight > 0))


def _line_text(share: float, quantile: float, threshold: float | None) -> str:
    """Say in the method what the threshold is, once it is known to be one."""
    for name, given, known, expected in (
        ("share", share, _is_number(share) and share > 0, "a number above 0, such as 0.6"),
        ("quantile", quantile, _is_number(quantile) and 0 < quantile < 1, "a number between 0 and 1"),
        ("threshold", threshold, threshold is None or _is_number(threshold), "an amount, or None"),
    ):
        if not known:
            raise InputError(
                f"`{name}` does not make a threshold.",
                expected=expected,
                got=repr(given),
                remedy="The usual threshold is `share=0.6` of the median, `quantile=0.5`.",
            )
    if threshold is not None:
        return f"below {threshold:.15g}"
    return f"below {share:g} of the " + ("median" if quantile == 0.5 else f"{quantile:g} quantile")


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and isfinite(float(value))


def _poverty_line(
    values: FloatArray, answered: BoolArray, share: float, quantile: float, threshold: float | None
) -> PovertyLine:
    pooled = rank_incomes(values, np.where(answered, 0, -1), n_domains=1)
    return PovertyLine(pooled=pooled, share=share, quantile=quantile, amount=threshold)


def _two_groups(values: pl.Series, reference: object) -> tuple[object, object]:
    """Give the reference group and the other as the column has them."""
    found = values.unique(maintain_order=True).to_list()
    if len(found) != 2:
        raise InputError(
            f"A pay gap is between two groups, and `{values.name}` has {len(found)} in the subpopulation.",
            expected="a column with two values",
            got=join_options(found[:10], last="and") or "no value",
            where=f"column `{values.name}`",
            remedy="Keep two of them with `where`, or name another column.",
        )
    if reference not in found:
        raise unknown_name(f"value of `{values.name}`", str(reference), [str(value) for value in found])
    place = found.index(reference)
    return found[place], found[1 - place]
