"""The estimates an analyst asks for, each in one call."""

from collections.abc import Sequence
from typing import Any

from talentstats.estimate.estimated_sets import SrsReference
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.grouped_pass import sum_sample
from talentstats.estimate.presentation import DfRule, IntervalKind, Presentation, present
from talentstats.estimate.request import Missing, Names, Where, make_request
from talentstats.survey.sample import SurveySample


def estimate_mean(
    sample: SurveySample,
    variables: Names,
    *,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "t",
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    r"""Estimate the mean of each variable in the population and in its domains.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str
        Numeric or yes/no columns.
    by : str or sequence of str
        Columns whose combinations are the domains. Rows without a value in one of them are in no domain.
    margins : bool
        True to add the totals over each column of `by`, and over all; null marks them in the table.
    where : mapping or narwhals expression, optional
        The subpopulation: `{"role": "partner"}`, `{"role": ["partner", "student"]}`, `nw.col("age") > 30`.
        The other rows stay in the sample and count for the variance.
    missing : {"per_variable", "listwise"}
        Leave a row out of the variables it has no answer to, or out of all when it lacks one.
    conf_level : float
        Confidence level of the intervals.
    interval : {"t", "normal"}
    df : {"domain", "design"}
        Degrees of freedom: sampling units with a respondent of the domain less their strata, or those of
        the whole design. Replicates have their own.
    srs : {"without_replacement", "with_replacement"}
        The simple random sample the design effect compares with.

    Returns
    -------
    Estimates
        One row for each domain and variable.

    Raises
    ------
    InputError
        For an unknown column (the closest is offered), text where a number belongs, weights that are not
        positive, infinite values, an empty subpopulation.
    LonelyPsuError
        If a stratum has one sampling unit and the design says "fail".

    Notes
    -----
    :math:`\hat{\bar y}_d = \sum_i w_i y_i 1_d / \sum_i w_i 1_d`, variance by linearisation: Särndal,
    Swensson & Wretman (1992), sections 5.7 and 5.8. See docs/methods.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame(
    ...     {"area": [1, 1, 2, 2, 3, 3], "weight": [10.0, 20, 10, 20, 10, 20], "years": [1, 4, 2, 6, 3, 8]}
    ... )
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> table = ts.estimate_mean(sample, "years").to_polars()
    >>> table.select(pl.col("estimate", "std_error", "df").round(4)).row(0)
    (4.6667, 0.9623, 2.0)
    """
    request = make_request(sample, "mean", variables, by=by, where=where, missing=missing)
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(sum_sample(sample, request), presentation)


def estimate_total(
    sample: SurveySample,
    variables: Names,
    *,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "t",
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    r"""Estimate the total of each variable in the population and in its domains.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str
        Numeric or yes/no columns.
    by, margins, where, missing, conf_level, interval, df, srs
        As for `estimate_mean`.

    Returns
    -------
    Estimates
        One row for each domain and variable. Rows without an answer add nothing to a total: look at
        `n_missing` before publishing one.

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\hat t_d = \sum_i w_i y_i 1_d`: Särndal, Swensson & Wretman (1992), section 3.2.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "weight": [10.0, 20, 10, 20], "jobs": [1, 2, 1, 1]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.estimate_total(sample, "jobs").to_polars()["estimate"].item()
    80.0
    """
    request = make_request(sample, "total", variables, by=by, where=where, missing=missing)
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(sum_sample(sample, request), presentation)


def estimate_proportion(
    sample: SurveySample,
    variables: Names,
    *,
    levels: Sequence[Any] | None = None,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "logit",
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    r"""Estimate which proportion of the population gives each answer.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str
        Columns with few values: text, categories, whole numbers, yes/no.
    levels : sequence, optional
        The levels to report, of all variables; the others still count in the denominator.
    by, margins, where, missing, conf_level, df, srs
        As for `estimate_mean`.
    interval : {"logit", "xlogit", "beta", "wilson", "likelihood", "profile", "asin", "t", "normal", "mean"}
        "likelihood" is exact, "profile" is R survey's interpolation of it; "beta" is Korn & Graubard's. For a
        proportion of 0 or 1 all but "wilson" give the exact interval of Clopper & Pearson for as many
        persons, and say so.

    Returns
    -------
    Estimates
        One row for each domain, variable and level.

    Raises
    ------
    InputError
        As for `estimate_mean`; also for a level that does not occur.

    Notes
    -----
    The mean of the indicator of the level. Intervals: Korn & Graubard (1999), section 3.2; Franco, Little,
    Louis & Slud (2019). See docs/methods.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "weight": 10.0, "stays": ["yes", "no", "yes", "yes"]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.estimate_proportion(sample, "stays").to_polars().select("level", "estimate").rows()
    [('no', 0.25), ('yes', 0.75)]
    """
    request = make_request(
        sample, "proportion", variables, by=by, where=where, missing=missing, levels=levels
    )
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(sum_sample(sample, request), presentation)


def estimate_ratio(
    sample: SurveySample,
    numerators: Names,
    denominators: Names,
    *,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "t",
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    r"""Estimate the ratio of two totals.

    Parameters
    ----------
    sample : SurveySample
    numerators, denominators : str or sequence of str
        Numeric columns, as many of the one as of the other. A row counts when it has both.
    by, margins, where, missing, conf_level, interval, df, srs
        As for `estimate_mean`.

    Returns
    -------
    Estimates
        One row for each domain and pair; `variable` is `numerator/denominator`.

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\hat R = \hat t_y / \hat t_x`: Särndal, Swensson & Wretman (1992), section 5.6.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> homes = pl.DataFrame({"area": [1, 2, 3], "weight": 10.0, "rooms": [4, 6, 5], "people": [2, 3, 5]})
    >>> sample = ts.SurveySample(homes, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.estimate_ratio(sample, "rooms", "people").to_polars().select("variable", "estimate").row(0)
    ('rooms/people', 1.5)
    """
    request = make_request(
        sample, "ratio", numerators, denominators=denominators, by=by, where=where, missing=missing
    )
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(sum_sample(sample, request), presentation)


def estimate_count(
    sample: SurveySample,
    variables: Names = None,
    *,
    levels: Sequence[Any] | None = None,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "t",
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    r"""Estimate how many persons there are in the population, in domains, or giving each answer.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str, optional
        Columns whose levels are counted; None counts everyone.
    levels : sequence, optional
        The levels to report.
    by, margins, where, missing, conf_level, interval, df, srs
        As for `estimate_mean`.

    Returns
    -------
    Estimates
        One row for each domain (and variable and level).

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\hat N_d = \sum_i w_i 1_d`: the total of an indicator. Särndal, Swensson & Wretman (1992),
    section 10.3.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "weight": 10.0, "role": ["a", "b", "b", "b"]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.estimate_count(sample, by="role").to_polars().select("role", "estimate").rows()
    [('a', 10.0), ('b', 30.0)]
    """
    request = make_request(sample, "count", variables, by=by, where=where, missing=missing, levels=levels)
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(sum_sample(sample, request), presentation)


def estimate_variance(
    sample: SurveySample,
    variables: Names,
    *,
    by: Names = (),
    margins: bool = False,
    where: Where = None,
    missing: Missing = "per_variable",
    conf_level: float = 0.95,
    interval: IntervalKind = "t",
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate how much each variable varies in the population: its variance.

    Parameters
    ----------
    sample : SurveySample
    variables : str or sequence of str
        Numeric columns.
    by, margins, where, missing, conf_level, interval, df
        As for `estimate_mean`.

    Returns
    -------
    Estimates
        One row for each domain and variable, in the square of the variable's unit.

    Raises
    ------
    InputError
        As for `estimate_mean`.

    Notes
    -----
    :math:`\hat S^2 = \frac{n}{n-1} \sum_i w_i (y_i - \hat{\bar y})^2 / \sum_i w_i` with n respondents, as
    R survey's `svyvar`: Särndal, Swensson & Wretman (1992), section 5.9.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "weight": 10.0, "years": [1, 3, 5, 7]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> round(ts.estimate_variance(sample, "years").to_polars()["estimate"].item(), 4)
    6.6667
    """
    request = make_request(sample, "variance", variables, by=by, where=where, missing=missing)
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df)
    return present(sum_sample(sample, request), presentation)
