"""Estimation in steps, for data too large or too private to move: sum there, merge and finish here."""

from collections.abc import Sequence
from typing import Any

from talentstats.errors import InputError
from talentstats.estimate.estimated_sets import SrsReference
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.grouped_pass import sum_sample
from talentstats.estimate.presentation import DfRule, IntervalKind, Presentation, present
from talentstats.estimate.request import Missing, Names, Statistic, Where, make_request
from talentstats.estimate.sums import PartialSums
from talentstats.survey.sample import SurveySample


def partial(
    sample: SurveySample,
    statistic: Statistic,
    variables: Names = None,
    *,
    denominators: Names = None,
    levels: Sequence[Any] | None = None,
    by: Names = (),
    where: Where = None,
    missing: Missing = "per_variable",
) -> PartialSums:
    """Sum what an estimate needs, of a sample or of a part of its rows.

    Parameters
    ----------
    sample : SurveySample
        All rows, or some of them: a month, a file, the rows of one register.
    statistic : {"mean", "total", "proportion", "ratio", "count", "variance"}
    variables, denominators, levels, by, where, missing
        As for `estimate_mean`, `estimate_ratio` and `estimate_proportion`.

    Returns
    -------
    PartialSums
        Small tables; `merge` adds parts, `finalize` makes estimates of them, `save` and `load_partial` carry
        them from one place to another. Domains with few persons are in them unprotected: disclosure control
        comes before they leave a secure environment.

    Raises
    ------
    InputError
        As for `estimate_mean`; if the weights would follow from the population sizes, because a part does
        not know how many units the whole has; and if the weights were adjusted.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> design = ts.SurveyDesign(weight="w", psu="area")
    >>> files = [pl.DataFrame({"area": [1, 2], "w": 10.0, "y": y}) for y in ([1, 2], [3, 6])]
    >>> parts = [ts.partial(ts.SurveySample(file, design), "mean", "y") for file in files]
    >>> ts.finalize(ts.merge(parts)).to_polars().select("estimate", "std_error").row(0)
    (3.0, 1.0)
    """
    design = sample.design
    if not design.weight and not design.probability:
        raise InputError(
            "Sums of a part cannot have weights that follow from the population sizes.",
            expected="`weight` or `probability` in the design",
            got="only `fpc`",
            remedy="Add a column with the weights.",
        )
    if sample.adjustments:
        raise InputError(
            "Sums of adjusted weights cannot be merged: their residuals are those of the whole sample.",
            expected="a sample with the weights as they are in the file",
            got=f"weights after {', '.join(one.kind for one in sample.adjustments)}",
            remedy="Estimate all rows in one call.",
        )
    request = make_request(
        sample,
        statistic,
        variables,
        denominators=denominators,
        by=by,
        where=where,
        missing=missing,
        levels=levels,
    )
    return sum_sample(sample, request)


def finalize(
    part: PartialSums,
    *,
    margins: bool = False,
    conf_level: float = 0.95,
    interval: IntervalKind | None = None,
    df: DfRule = "domain",
    srs: SrsReference = "without_replacement",
) -> Estimates:
    """Make estimates of sums.

    Parameters
    ----------
    part : PartialSums
        From `partial` or `merge`.
    margins, conf_level, df, srs
        As for `estimate_mean`.
    interval : str, optional
        "logit" for proportions and "t" for the rest when not given.

    Returns
    -------
    Estimates
        The same as one call on all rows would give.

    Raises
    ------
    InputError
        If nobody is in the subpopulation, or the design cannot give a variance.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "y": [1, 2, 3, 6]})
    >>> part = ts.partial(ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="area")), "total", "y")
    >>> ts.finalize(part).to_polars()["estimate"].item()
    120.0
    """
    presentation = Presentation(margins=margins, conf_level=conf_level, interval=interval, df=df, srs=srs)
    return present(part, presentation)
