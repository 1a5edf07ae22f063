from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray
from talentstats.weighting.calibration_fit import fit_calibration
from talentstats.weighting.trimming import trim_evenly, trim_keeping_calibration


def make_weights(seed: int, rows: int = 60) -> FloatArray:
    return np.random.default_rng(seed).gamma(2.0, 10.0, rows)


def trim_by_hand(weights: FloatArray, lower: float, upper: float, *, strict: bool) -> list[float]:
    """Trim in plain loops."""
    made: list[float] = weights.tolist()
    while True:
        inside = [lower <= weight <= upper for weight in made]
        if all(inside):
            return made
        clipped = [min(max(weight, lower), upper) for weight in made]
        share = (sum(made) - sum(clipped)) / sum(inside)
        made = [cut + share * keep for cut, keep in zip(clipped, inside, strict=True)]
        if not strict:
            return made


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("lower", "upper"), [(-np.inf, 35.0), (8.0, np.inf), (8.0, 35.0)])
def test_trimming_agrees_with_plain_loops(lower: float, upper: float, strict: bool) -> None:
    weights = make_weights(1)

    trimmed = trim_evenly(weights, lower=lower, upper=upper, strict=strict)

    assert trimmed.weights == pytest.approx(trim_by_hand(weights, lower, upper, strict=strict), rel=1e-12)
    assert trimmed.cut == int(((weights < lower) | (weights > upper)).sum())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), strict=st.booleans())
def test_the_sum_of_the_weights_stays_and_strictly_trimmed_weights_are_within_the_bounds(
    seed: int, strict: bool
) -> None:
    weights = make_weights(seed)
    lower, upper = np.quantile(weights, [0.1, 0.9])

    trimmed = trim_evenly(weights, lower=lower, upper=upper, strict=strict)

    assert trimmed.weights.sum() == pytest.approx(weights.sum(), rel=1e-12)
    if strict:
        assert trimmed.weights.min() >= lower
        assert trimmed.weights.max() <= upper


def test_one_round_may_lift_weights_over_the_bound() -> None:
    trimmed = trim_evenly(np.array([1.0, 6.9, 20.0]), upper=7.0)

    assert trimmed.weights.tolist() == [7.5, 13.4, 7.0]
    assert trimmed.rounds == 1


def test_weights_within_the_bounds_stay_as_they_are() -> None:
    weights = make_weights(2)

    trimmed = trim_evenly(weights, lower=0.0, upper=1e6, strict=True)

    assert trimmed.weights is weights
    assert (trimmed.cut, trimmed.rounds) == (0, 0)


@pytest.mark.parametrize(
    ("bounds", "strict"),
    [({"upper": 9.0}, True), ({"lower": 30.0}, True), ({"lower": 1000.0}, False), ({"upper": 0.1}, False)],
)
def test_bounds_that_cannot_hold_the_weights_are_refused(bounds: dict[str, Any], strict: bool) -> None:
    weights = make_weights(3)

    with pytest.raises(InputError, match="do not fit within these bounds"):
        trim_evenly(weights, strict=strict, **bounds)


def make_calibrated(seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Make auxiliaries, weights that meet their totals, and the totals."""
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(80), random.random(80) < 0.4, random.normal(50.0, 10.0, 80)])
    weights = random.gamma(4.0, 5.0, 80)
    totals = weights @ x * np.array([1.0, 1.1, 1.01])
    return x, weights * fit_calibration(x, weights, totals, method="raking").factors, totals


@pytest.mark.parametrize("method", ["raking", "linear"])
def test_trimmed_weights_meet_the_totals_and_the_bounds(method: Any) -> None:
    x, weights, totals = make_calibrated(4)
    lower, upper = np.quantile(weights, [0.05, 0.95])

    fit = trim_keeping_calibration(x, weights, totals, lower=lower, upper=upper, method=method)

    made = weights * fit.factors
    assert fit.converged
    assert made @ x == pytest.approx(totals, rel=1e-11)
    assert made.min() >= lower * (1 - 1e-12)
    assert made.max() <= upper * (1 + 1e-12)


def test_trimming_with_totals_stays_nearer_than_cutting_and_calibrating_in_turn() -> None:
    x, weights, totals = make_calibrated(5)
    lower, upper = (float(bound) for bound in np.quantile(weights, [0.05, 0.93]))
    fit = trim_keeping_calibration(x, weights, totals, lower=lower, upper=upper, method="linear")

    turned = weights
    for _ in range(300):
        cut = np.clip(turned, lower, upper)
        turned = cut * fit_calibration(x, cut, totals).factors

    def distance(made: FloatArray) -> float:
        return float(((made - weights) ** 2 / weights).sum())

    assert turned.max() <= upper * (1 + 1e-6)
    assert distance(weights * fit.factors) < distance(turned)


def test_weights_within_the_bounds_are_not_moved_when_totals_are_kept() -> None:
    x, weights, totals = make_calibrated(6)

    fit = trim_keeping_calibration(x, weights, totals, lower=0.0, upper=1e6)

    assert fit.factors == pytest.approx(np.ones(80), abs=1e-11)


def test_bounds_within_which_the_totals_cannot_be_kept_are_not_met_silently() -> None:
    x, weights, totals = make_calibrated(7)

    fit = trim_keeping_calibration(x, weights, totals, upper=0.9 * float(weights.mean()))

    assert not fit.converged
    assert sorted(fit.obstacle) == [0.0, 0.0, 1.0]


def test_methods_and_weights_that_cannot_be_trimmed_are_refused() -> None:
    x, weights, totals = make_calibrated(8)

    with pytest.raises(InputError, match="cannot cut weights"):
        trim_keeping_calibration(x, weights, totals, upper=30.0, method="logit")
    with pytest.raises(InputError, match="far from the totals"):
        trim_keeping_calibration(x, weights / 100, totals, upper=30.0)
