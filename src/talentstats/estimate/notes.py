"""Why a value is missing or an interval is another than was asked for, in a sentence."""

import numpy as np
from numpy.typing import NDArray

from talentstats.estimate.estimators import Sums
from talentstats.estimate.sums import PartialSums
from talentstats.estimate.variation import Variation
from talentstats.variance.groups import FloatArray

INTERVAL_NOTES = {
    "no_estimate": "",
    "no_std_error": "no standard error",
    "no_degrees_of_freedom": "no interval: no degrees of freedom are left",
    "one_person": "no interval: it is about one person",
    "not_a_proportion": "no interval: the estimate is not between 0 and 1",
    "zero_std_error": "the standard error is 0, so the interval is the estimate itself",
    "all_or_none": "everyone or no one: the interval is the exact one for as many persons",
    "beyond_0_or_1": "the interval reaches beyond 0 or 1",
}

NEGATIVE_VARIANCE = "the estimate of the variance is negative, as that of few pairs of units can be"


def estimate_notes(
    part: PartialSums,
    sums: Sums,
    variation: Variation,
    ends: NDArray[np.str_],
    *,
    values: FloatArray,
    effect: FloatArray,
    srs: str,
) -> NDArray[np.str_]:
    """Write what has to be said of each estimate, (domains, variables); empty where nothing has."""
    notes = np.full(sums.rows.shape, "", dtype=object)
    for code, text in INTERVAL_NOTES.items():
        if text:
            _add(notes, ends == code, text)
    _add(notes, sums.rows == 0, "no answers in this domain")
    dropped = variation.dropped
    if dropped is not None:
        dropped = np.where(np.isnan(values), 0, dropped)
        for count in np.unique(dropped[dropped > 0]):
            _add(notes, dropped == count, f"{int(count)} replicate(s) without this domain left out")
    answered = sums.rows > 0
    _add_undefined(notes, part, answered & np.isnan(values), sums.rows)
    if part.replicates is None and part.design.pairwise is not None:
        _add(notes, ends == "no_std_error", NEGATIVE_VARIANCE)
    elif part.replicates is None and part.design.lonely_psu == "average":
        _add(notes, ends == "no_std_error", "every stratum has a single sampling unit")
    undefined = np.isnan(effect) & answered & ~np.isnan(values)
    if part.request.statistic == "variance":
        _add(notes, undefined, "no design effect: it is not defined for a variance")
        return _as_text(notes)
    single = undefined & (sums.rows == 1)
    undefined &= ~np.isnan(variation.variance)
    small = undefined & ~single & (sums.weight <= sums.rows) & (srs == "without_replacement")
    _add(notes, single, "no design effect: one answer")
    _add(notes, small, "no design effect: the weights add up to no more than the number of answers")
    _add(notes, undefined & ~single & ~small, "no design effect: all answers are the same")
    return _as_text(notes)


def _add_undefined(
    notes: NDArray[np.object_], part: PartialSums, where: NDArray[np.bool_], rows: FloatArray
) -> None:
    """Say why there is no estimate although somebody answered."""
    if part.request.statistic == "ratio":
        for i, name in enumerate(part.request.denominators):
            here = where & (np.arange(where.shape[1]) == i)
            _add(notes, here, f"no ratio: the denominator `{name}` adds up to 0")
        return
    single = where & (rows == 1) & (part.request.statistic == "variance")
    _add(notes, single, "no variance: one answer")
    _add(notes, where & ~single, "no estimate: the weights add up to 0")


def _add(notes: NDArray[np.object_], where: NDArray[np.bool_], text: str) -> None:
    if text and where.any():
        before = notes[where]
        notes[where] = [f"{old}; {text}" if old else text for old in before]


def _as_text(notes: NDArray[np.object_]) -> NDArray[np.str_]:
    return np.asarray(notes, dtype=np.str_)
