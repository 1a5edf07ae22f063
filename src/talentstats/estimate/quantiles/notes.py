"""What has to be said of estimates of quantiles: why a value is missing, what an interval rests on."""

import numpy as np
from numpy.typing import NDArray

from talentstats.estimate.notes import INTERVAL_NOTES
from talentstats.variance.groups import BoolArray, FloatArray

_NOTES = {
    **INTERVAL_NOTES,
    "zero_std_error": "the share below it has no standard error, so the interval is the estimate itself",
    "single": "no interval: there is one answer",
    "alike": "all answers are the same",
    "one_sided": "nobody is above the estimate, so the sample does not show how far off it may be",
    "below_smallest": "no lower end and no standard error: the interval reaches below the smallest answer",
    "above_largest": "no upper end and no standard error: the interval reaches above the largest answer",
    "beyond_both": "no interval: it reaches beyond the smallest and the largest answer",
    "not_closed": "no interval: the score does not tell a value that is too low or too high",
    "beyond_0_or_1": "the interval of the share reaches the end of its scale",
}
_JACKKNIFE = "a delete-one jackknife does not measure the spread of a quantile well"


def quantile_notes(
    codes: NDArray[np.str_],
    *,
    n_obs: FloatArray,
    dropped: FloatArray,
    no_effect: BoolArray,
    total: FloatArray,
    jackknife: bool,
) -> list[str]:
    """Write what has to be said of each estimate.

    Parameters
    ----------
    codes : (estimates,) str
        What the interval is, see `QuantileEnds`.
    n_obs, dropped : (estimates,) float
        Answers; replicates that could not be used.
    no_effect : (estimates,) bool
        There is no design effect.
    total : (estimates,) float
        Sum of the weights.
    jackknife : bool
        True when the spread of the quantiles of a delete-one jackknife is the standard error.
    """
    notes = []
    for code, rows, left_out, missing, weight in zip(
        codes.tolist(), n_obs.tolist(), dropped.tolist(), no_effect.tolist(), total.tolist(), strict=True
    ):
        if rows == 0:
            notes.append("no answers in this domain")
            continue
        said = [_NOTES.get(code, ""), _JACKKNIFE if jackknife else ""]
        if left_out:
            said.append(f"{left_out:.0f} replicate(s) without this domain left out")
        if missing and code not in ("single", "alike", "one_sided", "no_std_error"):
            said.append(f"no design effect: {_why_no_effect(rows, weight)}")
        notes.append("; ".join(text for text in said if text))
    return notes


def _why_no_effect(rows: int, weight: float) -> str:
    if weight <= rows:
        return "the weights add up to no more than the number of answers"
    return "nobody is above the estimate"
