"""When a figure is sure enough to be shown, and with how many decimals."""

import math

from talentstats.reporting.survey.questions import Indicator, Reliability

# A share whose interval is within a point to either side can bear a decimal.
_FINE_SHARE = 1.0


def unreliable(
    rule: Reliability,
    indicator: Indicator,
    *,
    n: int,
    low: float | None,
    high: float | None,
    mean: float | None,
) -> str:
    """Say why a figure is not shown: `few` respondents, `imprecise`; empty when it is.

    Parameters
    ----------
    rule : Reliability
    indicator : Indicator
    n : int
        Respondents it rests on.
    low, high : float or None
        Its interval; None where there is none.
    mean : float or None
        The figure itself.
    """
    if n < rule.fewest_respondents:
        return "few"
    if low is None or high is None or mean is None:
        return "imprecise"
    if indicator.statistic == "share":
        return "imprecise" if high - low > rule.widest_share else ""
    widest = rule.widest_mean * (indicator.scale or abs(mean))
    return "imprecise" if high - low > widest else ""


def decimals_for(indicator: Indicator, *, low: float | None, high: float | None) -> int:
    """Return how many decimals the precision of a figure bears.

    A share has one when its interval is within a percentage point to either side, and else none; a mean one.
    """
    if indicator.statistic == "mean":
        return 1
    if low is None or high is None or math.isnan(high - low):
        return 0
    return 1 if (high - low) / 2 < _FINE_SHARE else 0
