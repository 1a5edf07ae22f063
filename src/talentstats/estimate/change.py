"""Change between the waves of a repeated survey."""

from typing import Any, Literal

from talentstats.errors import InputError, unknown_name
from talentstats.estimate import statistics
from talentstats.estimate.compare import Kind, Samples, compare
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.presentation import DfRule
from talentstats.estimate.request import Names, Where, as_names
from talentstats.survey.sample import SurveySample

Changing = Literal["mean", "total", "proportion", "ratio", "count"]
_ESTIMATES = {
    "mean": statistics.estimate_mean,
    "total": statistics.estimate_total,
    "proportion": statistics.estimate_proportion,
    "ratio": statistics.estimate_ratio,
    "count": statistics.estimate_count,
}


def change(
    sample: SurveySample,
    statistic: Changing,
    variables: Names = None,
    *,
    denominators: Names = None,
    from_wave: Any = None,
    to_wave: Any = None,
    kind: Kind = "difference",
    by: Names = (),
    where: Where = None,
    samples: Samples | None = None,
    conf_level: float = 0.95,
    df: DfRule = "domain",
) -> Estimates:
    r"""Estimate the change from one wave to another, in a file with the waves stacked.

    Parameters
    ----------
    sample : SurveySample
        Of a design with `wave`. Sampling units (`psu`, or `case_id` for the persons of a panel) that took
        part in both waves lower the variance of the change, as they should.
    statistic : {"mean", "total", "proportion", "ratio", "count"}
    variables, denominators, by, where, conf_level, df
        As for `estimate_mean`; `denominators` for a ratio.
    from_wave, to_wave : optional
        Values of the column `wave`; needed when it has more than two.
    kind : {"difference", "ratio", "relative_change"}
    samples : {"independent"}, optional
        To be said when rows were drawn one by one and nobody took part twice.

    Returns
    -------
    Estimates

    Raises
    ------
    ComparisonError
        If nothing says whether the waves have respondents in common.
    InputError
        If the design has no `wave`, or it is not clear which waves are meant.

    Notes
    -----
    Both waves are domains of one stacked sample, whose strata and units are those of either wave:
    Särndal, Swensson & Wretman (1992), section 9.9.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> panel = pl.DataFrame(
    ...     {"who": [1, 2, 3, 1, 2, 3], "year": [2023] * 3 + [2025] * 3, "w": 10.0, "y": [1, 2, 3, 2, 3, 5]}
    ... )
    >>> sample = ts.SurveySample(panel, ts.SurveyDesign(weight="w", wave="year", case_id="who"))
    >>> ts.change(sample, "mean", "y").to_polars().select("estimate", "std_error").row(0)
    (1.3333333333333335, 0.33333333333333337)
    """
    wave = sample.design.wave
    if wave is None:
        raise InputError(
            "The design does not say which column tells the waves apart.",
            expected="`wave` in the design",
            got="none",
            remedy='For example `SurveyDesign(..., wave="year")`.',
        )
    if statistic not in _ESTIMATES:
        raise unknown_name("statistic that can change", statistic, _ESTIMATES)
    options: dict[str, Any] = {
        "by": (wave, *as_names(by)),
        "where": where,
        "conf_level": conf_level,
        "df": df,
    }
    if statistic == "ratio":
        estimates = statistics.estimate_ratio(sample, variables, denominators, **options)
    else:
        estimates = _ESTIMATES[statistic](sample, variables, **options)  # type: ignore[operator]
    before, after = _waves(estimates, wave, from_wave, to_wave)
    return compare(
        estimates.filter(**{wave: after}), estimates.filter(**{wave: before}), kind=kind, samples=samples
    )


def _waves(estimates: Estimates, wave: str, from_wave: Any, to_wave: Any) -> tuple[Any, Any]:
    found = sorted(estimates.table[wave].unique().to_list())
    if len(found) != 2 and (from_wave is None or to_wave is None):
        raise InputError(
            f"`{wave}` has {len(found)} waves, so it is not clear which two are meant.",
            expected="`from_wave` and `to_wave`",
            got=", ".join(str(value) for value in found),
            remedy="Name both.",
        )
    before = found[0] if from_wave is None else from_wave
    after = found[-1] if to_wave is None else to_wave
    if before == after:
        raise InputError(
            "A wave does not change from itself.",
            expected="two different values of the column `wave`",
            got=f"from `{before}` to `{after}`",
            remedy="Name both in `from_wave` and `to_wave`.",
        )
    return before, after
