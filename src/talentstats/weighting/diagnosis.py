"""What the adjustments did to the weights of a sample."""

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.adjustment import Adjustment, base_column, needed_columns
from talentstats.survey.sample import SurveySample
from talentstats.weighting.calibration import Calibration
from talentstats.weighting.diagnostics import WeightDiagnostics, weight_diagnostics
from talentstats.weighting.margin import Margin
from talentstats.weighting.margins import Margins
from talentstats.weighting.raking import RakingFit
from talentstats.weighting.trim import CalibratedTrimming


def diagnose_weights(sample: SurveySample) -> WeightDiagnostics:
    r"""Describe the weights before and after all adjustments, and how the margins came out.

    Parameters
    ----------
    sample : SurveySample
        After one adjustment or more.

    Returns
    -------
    WeightDiagnostics
        Tables of the weights (spread, extremes, Kish's design effect of weighting and the effective number
        of respondents) and of the margins of the last adjustment that had any.

    Raises
    ------
    InputError
        If the weights were not adjusted.

    Notes
    -----
    Kish's design effect :math:`n \sum w^2 / (\sum w)^2`: Kish (1965), section 11.7.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"sex": ["f", "f", "m", "m"], "w": [10.0] * 4})
    >>> sample = ts.poststratify(
    ...     ts.SurveySample(people, ts.SurveyDesign(weight="w")), "sex", {"f": 10, "m": 30}
    ... )
    >>> made = ts.diagnose_weights(sample)
    >>> made.weights.select("weights", "design_effect", "effective_n").row(1)
    ('after', 1.25, 3.2)
    >>> made.margins.select("level", "population", "before", "after").row(0)
    ('f', 10.0, 20.0, 10.0)
    """
    if not sample.adjustments:
        raise InputError(
            "The weights of this sample were not adjusted.",
            expected="a sample that was raked, calibrated, post-stratified or weighted for nonresponse",
            got="no adjustment",
            remedy="Adjust the weights first.",
        )
    reading = sample.read(needed_columns(sample.adjustments))
    rows = reading.collect(reading.rows)
    before, after = (
        rows[name].cast(pl.Float64).to_numpy()
        for name in (base_column(sample.adjustments), sample.adjustments[-1].weight)
    )
    kept = after != 0
    margins = next((found for one in reversed(sample.adjustments) if (found := _margins(one))), None)
    return weight_diagnostics(
        np.asarray(before[kept], dtype=np.float64),
        np.asarray(after[kept], dtype=np.float64),
        cells=None if margins is None else rows.filter(pl.Series(kept)),
        margins=margins,
    )


def _margins(adjustment: Adjustment) -> Margins | None:
    """Give the totals an adjustment met; None when it had none."""
    refit = adjustment.refit
    if isinstance(refit, CalibratedTrimming):
        refit = refit.totals
    if not isinstance(refit, RakingFit | Calibration):
        return None
    return Margins(
        categories=tuple(Margin(levels=one.categories.levels, totals=one.totals) for one in refit.targets),
        numbers=refit.numbers if isinstance(refit, Calibration) else {},
        population=refit.size if isinstance(refit, Calibration) else None,
        reference_date=adjustment.reference_date,
        origins=adjustment.origins,
    )
