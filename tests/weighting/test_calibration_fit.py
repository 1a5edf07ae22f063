from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray
from talentstats.weighting import reach
from talentstats.weighting.calibration_fit import (
    fit_calibration,
    linear_factors_batched,
)
from talentstats.weighting.cell_raking import rake_cells
from talentstats.weighting.distance import METHODS, CalibrationMethod, respond
from talentstats.weighting.reach import reachable_totals

ALL = [
    ("linear", None),
    ("linear", (0.6, 1.6)),
    ("raking", None),
    ("raking", (0.6, 1.6)),
    ("logit", (0.5, 2.0)),
]


def make_sample(seed: int, *, rows: int = 80) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Make auxiliaries (a constant, a group, a size), weights, and totals of a slightly other population."""
    random = np.random.default_rng(seed)
    group = (random.random(rows) < 0.4).astype(float)
    x = np.column_stack([np.ones(rows), group, random.normal(50.0, 10.0, rows)])
    weight = random.gamma(5.0, 4.0, rows)
    tilt = np.exp(0.15 * (group - 0.4) + 0.01 * (x[:, 2] - 50) + random.normal(0.0, 0.02, rows))
    return x, weight, (weight * tilt) @ x


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize(("method", "bounds"), ALL)
def test_the_totals_are_met_within_the_bounds(seed: int, method: CalibrationMethod, bounds: Any) -> None:
    x, weight, totals = make_sample(seed)

    fit = fit_calibration(x, weight, totals, method=method, bounds=bounds)

    assert fit.converged
    assert (weight * fit.factors) @ x == pytest.approx(totals, rel=1e-11)
    assert fit.misfit == pytest.approx(np.zeros(3), abs=1e-9 * totals.max())
    if bounds is not None:
        assert (fit.factors >= bounds[0] - 1e-12).all()
        assert (fit.factors <= bounds[1] + 1e-12).all()


@pytest.mark.parametrize(("method", "bounds"), ALL)
def test_calibrating_again_changes_nothing(method: CalibrationMethod, bounds: Any) -> None:
    x, weight, totals = make_sample(1)
    once = weight * fit_calibration(x, weight, totals, method=method, bounds=bounds).factors

    again = fit_calibration(x, once, totals, method=method, bounds=bounds)

    assert again.factors == pytest.approx(np.ones(weight.size), abs=1e-11)


@pytest.mark.parametrize(("method", "bounds"), ALL)
def test_the_scale_of_an_auxiliary_does_not_matter(method: CalibrationMethod, bounds: Any) -> None:
    x, weight, totals = make_sample(2)
    unit = np.array([1.0, 1e6, 1e-4])

    plain = fit_calibration(x, weight, totals, method=method, bounds=bounds)
    scaled = fit_calibration(x * unit, weight, totals * unit, method=method, bounds=bounds)

    assert scaled.factors == pytest.approx(plain.factors, rel=1e-9)
    assert scaled.multipliers * unit == pytest.approx(plain.multipliers, rel=1e-6, abs=1e-9)


def test_linear_calibration_is_the_generalised_regression_estimator() -> None:
    x, weight, totals = make_sample(3)
    y = np.random.default_rng(4).normal(10.0, 3.0, weight.size)

    fit = fit_calibration(x, weight, totals)

    beta = np.linalg.lstsq(np.sqrt(weight)[:, None] * x, np.sqrt(weight) * y, rcond=None)[0]
    assert (weight * fit.factors) @ y == pytest.approx(weight @ y + (totals - weight @ x) @ beta, rel=1e-12)
    assert fit.iterations == 1


@pytest.mark.parametrize(
    ("method", "bounds", "curve"),
    [
        ("linear", (0.7, 1.4), lambda u: min(max(1 + u, 0.7), 1.4)),
        ("raking", None, np.exp),
        ("raking", (0.7, 1.4), lambda u: min(max(np.exp(u), 0.7), 1.4)),
        (
            "logit",
            (0.5, 2.0),
            lambda u: (0.5 + 2.0 * 0.5 * np.exp(3 * u)) / (1.0 + 0.5 * np.exp(3 * u)),
        ),
    ],
)
def test_factors_follow_from_the_multipliers_by_the_curve_of_the_method(
    method: CalibrationMethod, bounds: Any, curve: Any
) -> None:
    x, weight, totals = make_sample(5)

    fit = fit_calibration(x, weight, totals, method=method, bounds=bounds)

    expected = [curve(sum(a * b for a, b in zip(row, fit.multipliers, strict=True))) for row in x]
    assert fit.factors == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_slope_and_integral_belong_to_the_factor(method: CalibrationMethod) -> None:
    low, high = np.array(0.5), np.array(2.0)
    u = np.array([-30.0, -0.9, -0.3, 0.0, 0.2, 0.6, 1.3, 30.0])
    step = 1e-5

    at, before, after = (respond(u + h, method=method, low=low, high=high) for h in (0.0, -step, step))

    assert at.factor[3] == 1.0
    assert at.integral[3] == pytest.approx(0.0, abs=1e-15)
    assert (after.integral - before.integral) / (2 * step) == pytest.approx(at.factor, rel=1e-8)
    assert (after.factor - before.factor) / (2 * step) == pytest.approx(at.slope, abs=1e-8)


def test_raking_calibration_to_categories_is_raking() -> None:
    random = np.random.default_rng(6)
    codes = np.array([code.ravel() for code in np.indices((3, 4))])
    weights = random.gamma(2.0, 10.0, (12, 1))
    targets = tuple(1000 * random.dirichlet(np.full(count, 8.0)) for count in (3, 4))
    x = np.hstack([np.eye(3)[codes[0]], np.eye(4)[codes[1]]])

    fit = fit_calibration(x, weights[:, 0], np.concatenate(targets), method="raking")

    assert fit.converged
    assert fit.factors == pytest.approx(rake_cells(weights, codes, targets).factors[:, 0], rel=1e-9)


@pytest.mark.parametrize(("method", "bounds"), ALL)
def test_dependent_auxiliaries_with_agreeing_totals_change_nothing(
    method: CalibrationMethod, bounds: Any
) -> None:
    x, weight, totals = make_sample(7)
    mixed = np.column_stack([x, 1 - x[:, 1], 2 * x[:, 2], np.zeros(len(x))])
    more = np.append(totals, [totals[0] - totals[1], 2 * totals[2], 0.0])

    plain = fit_calibration(x, weight, totals, method=method, bounds=bounds)
    fit = fit_calibration(mixed, weight, more, method=method, bounds=bounds)

    assert fit.converged
    assert fit.factors == pytest.approx(plain.factors, rel=1e-9)


def test_dependent_auxiliaries_with_other_totals_are_named() -> None:
    x, weight, totals = make_sample(8)

    fit = fit_calibration(
        np.column_stack([x, 1 - x[:, 1]]), weight, np.append(totals, 1.01 * (totals[0] - totals[1]))
    )

    assert not fit.converged
    assert (np.abs(fit.obstacle) > 1e-6).tolist() == [True, True, False, True]
    assert np.column_stack([x, 1 - x[:, 1]]) @ fit.obstacle == pytest.approx(np.zeros(len(x)), abs=1e-6)


def test_a_category_nobody_has_is_named() -> None:
    x, weight, totals = make_sample(9)

    fit = fit_calibration(np.column_stack([x, np.zeros(len(x))]), weight, np.append(totals, 100.0))

    assert not fit.converged
    assert fit.obstacle.tolist() == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("method", METHODS)
def test_bounds_that_cannot_hold_are_proven_with_a_combination_out_of_reach(
    method: CalibrationMethod,
) -> None:
    x, weight, totals = make_sample(10)
    asked = np.array([totals[0], 1.9 * totals[1], totals[2]])

    fit = fit_calibration(x, weight, asked, method=method, bounds=(0.8, 1.25))

    assert not fit.converged
    assert fit.obstacle.tolist() == [0.0, 1.0, 0.0]
    assert fit.iterations < 30
    assert fit.distance.max() > 0.1


@pytest.mark.parametrize("method", METHODS)
def test_totals_that_only_together_are_out_of_reach_are_proven_to_be(method: CalibrationMethod) -> None:
    random = np.random.default_rng(2)
    x = np.column_stack([np.ones(200), random.normal(0.0, 1.0, 200)])
    x = np.column_stack([x, x[:, 1] + 0.05 * random.normal(0.0, 1.0, 200)])
    weight = random.gamma(5.0, 4.0, 200)
    asked = weight @ x + np.array([0.0, 400.0, -400.0])

    fit = fit_calibration(x, weight, asked, method=method, bounds=(0.5, 2.0))

    combined = x @ fit.obstacle
    low, high = reachable_totals(x, weight, bounds=(0.5, 2.0))
    assert ((low < asked) & (asked < high)).all()
    assert not fit.converged
    assert fit.obstacle @ asked > weight @ np.where(combined > 0, 2.0 * combined, 0.5 * combined)


def test_a_total_below_what_positive_weights_can_give_is_out_of_reach_of_raking_but_not_of_linear() -> None:
    x, weight, totals = make_sample(11)
    asked = np.array([totals[0], -5.0, totals[2]])

    assert fit_calibration(x, weight, asked).converged
    assert fit_calibration(x, weight, asked).factors.min() < 0
    raked = fit_calibration(x, weight, asked, method="raking")
    assert not raked.converged
    assert raked.obstacle.tolist() == [0.0, 1.0, 0.0]


def test_far_away_totals_are_reached_by_shortening_steps() -> None:
    group = make_sample(12)[0][:, 1]
    x, weight = np.column_stack([group, 1 - group]), np.full(group.size, 10.0)
    asked = weight @ x * np.array([300.0, 1.5])

    fit = fit_calibration(x, weight, asked, method="raking")

    assert fit.converged
    assert fit.iterations < 30
    assert fit.factors == pytest.approx(np.where(group, 300.0, 1.5), rel=1e-11)


def test_rows_without_weight_do_not_count() -> None:
    x, weight, totals = make_sample(13)
    padded = np.vstack([x, [[1.0, 1.0, 900.0]]])

    plain = fit_calibration(x, weight, totals, method="logit", bounds=(0.5, 2.0))
    fit = fit_calibration(padded, np.append(weight, 0.0), totals, method="logit", bounds=(0.5, 2.0))

    assert fit.factors[:-1] == pytest.approx(plain.factors, rel=1e-12)


def test_bounds_may_differ_from_row_to_row() -> None:
    x, weight, totals = make_sample(14)
    low, high = 8.0 / weight, 40.0 / weight

    fit = fit_calibration(x, weight, totals, method="raking", bounds=(low, high))

    made = weight * fit.factors
    assert fit.converged
    assert made.min() >= 8.0 - 1e-9
    assert made.max() <= 40.0 + 1e-9


def test_the_start_changes_the_way_and_not_the_outcome() -> None:
    x, weight, totals = make_sample(15)
    cold = fit_calibration(x, weight, totals, method="raking")
    other = weight * np.random.default_rng(0).gamma(50, 1 / 50, weight.size)

    warm = fit_calibration(x, other, totals, method="raking", start=cold.multipliers)

    assert warm.factors == pytest.approx(fit_calibration(x, other, totals, method="raking").factors, rel=1e-9)
    assert fit_calibration(x, weight, totals, method="raking", start=cold.multipliers).iterations == 0


def test_rows_are_added_up_in_blocks_without_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, totals = make_sample(16)
    whole = fit_calibration(x, weight, totals, method="raking")
    monkeypatch.setattr(reach, "_MOST_ROWS", 7)

    assert fit_calibration(x, weight, totals, method="raking").factors == pytest.approx(
        whole.factors, rel=1e-12
    )


def test_weights_far_below_the_population_are_first_scaled_to_it() -> None:
    x, weight, totals = make_sample(17)
    small = weight / 100

    fit = fit_calibration(x, small, totals, method="logit", bounds=(0.5, 2.0))

    ratio = (totals / (small @ x)).mean()
    assert fit.scale == pytest.approx(ratio, rel=1e-12)
    assert (small * fit.factors) @ x == pytest.approx(totals, rel=1e-11)
    assert (fit.factors / fit.scale <= 2.0).all()
    assert fit_calibration(x, small, totals).scale == 1.0


def test_no_convergence_is_said() -> None:
    x, weight, totals = make_sample(18)

    fit = fit_calibration(x, weight, totals, method="raking", max_iterations=1)

    assert not fit.converged
    assert fit.iterations == 1
    assert not fit.obstacle.any()
    assert fit.distance.max() > 1e-10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "raked"}, "Unknown calibration method `raked`"),
        ({"method": "logit"}, "needs a lowest and a highest factor"),
        ({"method": "logit", "bounds": (1.1, 2.0)}, "with 1 between them"),
        ({"method": "logit", "bounds": (0.5, np.inf)}, "with 1 between them"),
        ({"method": "linear", "bounds": (2.0, 0.5)}, "lowest factor is above the highest"),
    ],
)
def test_methods_and_bounds_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    x, weight, totals = make_sample(19)

    with pytest.raises(InputError, match=message):
        fit_calibration(x, weight, totals, **options)


def test_multipliers_of_replicates_are_those_of_linear_calibration_one_by_one() -> None:
    x, weight, totals = make_sample(20)
    mixed = np.column_stack([x, 1 - x[:, 1]])
    more = np.append(totals, totals[0] - totals[1])
    weights = weight * np.random.default_rng(1).gamma(10, 0.1, (5, weight.size))
    moments = np.einsum("rk,kp,kq->rpq", weights, mixed, mixed)

    multipliers = linear_factors_batched(moments, weights @ mixed, more)

    for one, made in zip(weights, multipliers, strict=True):
        assert 1 + mixed @ made == pytest.approx(fit_calibration(mixed, one, more).factors, rel=1e-9)


def test_replicates_that_miss_an_auxiliary_are_counted_in_the_error() -> None:
    x, weight, totals = make_sample(21)
    weights = np.tile(weight, (3, 1))
    weights[1] *= 1 - x[:, 1]

    with pytest.raises(InputError, match="in 1 of 3 replicates, the first number 2"):
        linear_factors_batched(np.einsum("rk,kp,kq->rpq", weights, x, x), weights @ x, totals)


def test_reachable_totals_are_those_of_everybody_at_a_bound() -> None:
    x = np.array([[1.0, -2.0], [1.0, 3.0]])

    low, high = reachable_totals(x, np.array([10.0, 20.0]), bounds=(0.5, 2.0))

    assert low.tolist() == [15.0, -40.0 + 30.0]
    assert high.tolist() == [60.0, -10.0 + 120.0]


def test_without_a_highest_factor_only_the_sign_of_a_total_is_bounded() -> None:
    x = np.array([[1.0, -2.0, 0.0], [1.0, 3.0, 0.0]])

    low, high = reachable_totals(x, np.array([10.0, 20.0]), bounds=(0.0, np.inf))

    assert low.tolist() == [0.0, -np.inf, 0.0]
    assert high.tolist() == [np.inf, np.inf, 0.0]
