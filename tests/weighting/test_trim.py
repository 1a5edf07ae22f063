from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from adjusted_support import SIZE, drawn, dummies, margin, two_margins, weights_of
from survey_support import close, estimate, same_numbers, sample_of
from talentstats.errors import InputError

KEEPING: dict[str, Any] = {"lower": 4.0, "upper": 36.0, "keep_totals": True}


def raked() -> ts.SurveySample:
    return ts.rake(sample_of("strata", drawn()), two_margins())


def shared_out(weights: np.ndarray[Any, Any], lower: float, upper: float) -> np.ndarray[Any, Any]:
    """Cut one by one, and give every row that was within the bounds an equal part of what was cut."""
    cut, inside = 0.0, []
    made = weights.copy()
    for k, weight in enumerate(weights):
        made[k] = min(max(weight, lower), upper)
        cut += weight - made[k]
        if lower <= weight <= upper:
            inside.append(k)
    for k in inside:
        made[k] += cut / len(inside)
    return made


def test_what_is_cut_is_shared_equally_among_the_others() -> None:
    made = ts.trim_weights(sample_of("strata", drawn()), lower=5.0, upper=25.0)
    close(weights_of(made), shared_out(drawn()["w"].to_numpy(), 5.0, 25.0))
    close(weights_of(made).sum(), drawn()["w"].to_numpy().sum())


def test_the_strict_rule_goes_on_until_none_is_outside() -> None:
    expected = drawn()["w"].to_numpy()
    while expected.max() > 18.0 or expected.min() < 6.0:
        expected = shared_out(expected, 6.0, 18.0)
    once = weights_of(ts.trim_weights(sample_of("strata", drawn()), lower=6.0, upper=18.0))
    assert once.max() > 18.0
    made = ts.trim_weights(sample_of("strata", drawn()), lower=6.0, upper=18.0, strict=True)
    close(weights_of(made), expected)


def test_weights_within_the_bounds_stay_as_they_are() -> None:
    sample = sample_of("strata", drawn())
    made = ts.trim_weights(sample, upper=1000.0)
    close(weights_of(made), drawn()["w"])
    same_numbers(estimate(made, "mean", "y", by="sex"), estimate(sample, "mean", "y", by="sex"))


def test_trimming_can_keep_the_totals_of_the_raking_before_it() -> None:
    made = ts.trim_weights(raked(), **KEEPING)
    weights = weights_of(made)
    assert weights_of(raked()).max() > 36.0
    assert 4.0 - 1e-12 <= weights.min() < weights.max() <= 36.0 + 1e-12
    expected = [total for one in two_margins().values() for total in one.values()]
    close(weights @ dummies(drawn(), "sex", "region"), expected)


@pytest.mark.parametrize("method", ["raking", "linear"])
def test_it_can_keep_totals_of_quantities_and_the_size(method: Any) -> None:
    totals = {"x": 8000.0, "y": 61_000.0}
    before = ts.calibrate(sample_of("strata", drawn()), totals, population=SIZE)
    assert weights_of(before).max() > 40.0
    made = ts.trim_weights(before, upper=40.0, keep_totals=True, method=method)
    weights = weights_of(made)
    assert weights.max() <= 40.0 + 1e-9
    close(weights.sum(), SIZE)
    close(weights @ drawn().select("x", "y").to_numpy(), list(totals.values()))


def test_it_keeps_the_totals_through_an_earlier_trimming() -> None:
    twice = ts.trim_weights(ts.trim_weights(raked(), upper=38.0, keep_totals=True), **KEEPING)
    expected = [total for one in two_margins().values() for total in one.values()]
    close(weights_of(twice) @ dummies(drawn(), "sex", "region"), expected)


@pytest.mark.parametrize("options", [{"upper": 30.0}, {**KEEPING, "upper": 60.0}])
def test_those_who_did_not_respond_keep_weighing_nothing(options: dict[str, Any]) -> None:
    adjusted = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "sex")
    made = ts.trim_weights(ts.rake(adjusted, {"sex": margin("sex")}), **{"lower": 4.0, **options})
    silent = (drawn()["answered"] == 0).to_numpy()
    assert (weights_of(made)[silent] == 0.0).all()
    assert (weights_of(made)[~silent] > 0.0).all()
    close(weights_of(made).sum(), SIZE)


def test_negative_weights_are_brought_to_the_lowest() -> None:
    before = ts.calibrate(sample_of("strata", drawn()), {"x": 12_000.0}, population=SIZE)
    assert weights_of(before).min() < 0
    made = ts.trim_weights(before, lower=0.5)
    close(weights_of(made), shared_out(weights_of(before), 0.5, np.inf))
    with pytest.raises(InputError, match="Negative weights cannot be brought between bounds"):
        ts.trim_weights(before, lower=0.5, keep_totals=True)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "bounds the wrong way": ({"lower": 5.0, "upper": 2.0}, "bounds of the weights contradict each other"),
    "a negative bound": ({"lower": -1.0, "upper": 2.0}, "bounds of the weights contradict each other"),
    "no room for the sum": ({"lower": 0.0, "upper": 2.0, "strict": True}, "do not fit within these bounds"),
    "nobody to share with": ({"lower": 0.0, "upper": 0.5}, "do not fit within these bounds"),
    "no totals to keep": (KEEPING, "meet no totals that could be kept"),
    "an unknown distance": ({"upper": 9.0, "method": "logit"}, "Unknown distance `logit`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trimmed_is_refused_with_the_reason(name: str) -> None:
    options, words = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        ts.trim_weights(sample_of("strata", drawn()), **options)
    assert words in str(refusal.value)


def test_totals_that_cannot_be_kept_are_named_with_the_distance() -> None:
    with pytest.raises(InputError) as refusal:
        ts.trim_weights(raked(), upper=21.0, keep_totals=True)
    said = str(refusal.value)
    assert "No weights from 0 to 21 meet the totals" in said
    assert "stays off by" in said


def test_trimming_needs_a_frame_in_memory() -> None:
    sample = ts.SurveySample(drawn().lazy(), ts.SurveyDesign(weight="w"))
    with pytest.raises(InputError, match="can only be kept in a frame in memory"):
        ts.trim_weights(sample, upper=20.0)


def test_frames_of_pandas_and_arrow_give_the_same() -> None:
    expected = shared_out(drawn()["w"].to_numpy(), 0.0, 20.0)
    table = drawn().to_pandas()
    table.index = np.arange(len(table))[::-1]
    made = ts.trim_weights(ts.SurveySample(table, ts.SurveyDesign(weight="w")), upper=20.0).frame
    close(made["trimmed_weight"].to_numpy(), expected)
    made = ts.trim_weights(ts.SurveySample(drawn().to_arrow(), ts.SurveyDesign(weight="w")), upper=20.0).frame
    close(pl.Series(made["trimmed_weight"]), expected)


def test_the_sample_says_that_it_was_trimmed() -> None:
    made = ts.trim_weights(raked(), **KEEPING)
    assert "weights after raking, trimming" in repr(made)
    assert made.adjustments[1].settings == {"bounds": "4 to 36", "totals": "kept"}
