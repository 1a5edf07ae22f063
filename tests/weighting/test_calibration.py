from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentstats as ts
from adjusted_support import SIZE, drawn, dummies, margin, std_errors, two_margins, weights_of
from survey_support import close, estimate, same_numbers, sample_of
from talentstats.errors import InputError

FEW = settings(max_examples=5, deadline=None, derandomize=True)
MIXED: dict[Any, Any] = {**two_margins(), "x": 8000.0, "y": 61_000.0}
METHODS: dict[str, dict[str, Any]] = {
    "linear": {},
    "bounded": {"bounds": (0.5, 2.5)},
    "raking": {"method": "raking"},
    "bounded raking": {"method": "raking", "bounds": (0.5, 2.5)},
    "logit": {"method": "logit", "bounds": (0.4, 3.0)},
}


def totals_of(sample: ts.SurveySample) -> list[float]:
    weights = weights_of(sample)
    x = np.hstack([dummies(drawn(), "sex", "region"), drawn().select("x", "y").to_numpy()])
    return list(weights @ x)


def wanted() -> list[float]:
    return [*margin("sex").values(), *margin("region").values(), 8000.0, 61_000.0]


@pytest.mark.parametrize("method", METHODS)
def test_the_weights_meet_totals_of_categories_and_quantities_within_the_bounds(method: str) -> None:
    made = ts.calibrate(sample_of("strata", drawn()), MIXED, **METHODS[method])
    close(totals_of(made), wanted())
    factors = weights_of(made) / drawn()["w"].to_numpy()
    low, high = METHODS[method].get("bounds", (-np.inf, np.inf))
    assert low - 1e-12 <= factors.min()
    assert factors.max() <= high + 1e-12


@FEW
@given(tilt=st.floats(-0.4, 0.4), size=st.floats(100, 1e6))
@pytest.mark.parametrize("method", ["linear", "raking"])
def test_any_totals_that_agree_are_met(method: Any, tilt: float, size: float) -> None:
    margins = {"sex": margin("sex", tilt=tilt), "region": margin("region", tilt=-tilt / 2)}
    scaled = {
        name: {level: total * size / SIZE for level, total in one.items()} for name, one in margins.items()
    }
    made = ts.calibrate(sample_of("strata", drawn()), scaled, method=method)
    found = weights_of(made) @ dummies(drawn(), "sex", "region")
    close(found, [total for one in scaled.values() for total in one.values()])


@pytest.mark.parametrize("method", METHODS)
def test_calibrating_again_changes_nothing(method: str) -> None:
    once = ts.calibrate(sample_of("strata", drawn()), MIXED, **METHODS[method])
    again = ts.calibrate(once, MIXED, **METHODS[method])
    close(weights_of(again), weights_of(once))


def test_calibrating_again_leaves_the_standard_errors_of_linear_calibration() -> None:
    once = ts.calibrate(sample_of("strata", drawn()), MIXED)
    again = ts.calibrate(once, MIXED)
    same_numbers(*(estimate(made, "mean", "z", by="type") for made in (once, again)), rtol=1e-7)


@pytest.mark.parametrize("options", [{"population": SIZE}, {}])
def test_linear_calibration_is_the_generalised_regression_estimator(options: dict[str, Any]) -> None:
    made = ts.calibrate(sample_of("strata", drawn()), {"x": 8000.0, "y": 61_000.0}, **options)
    weights = drawn()["w"].to_numpy()
    ones = np.ones((weights.size, len(options)))
    x = np.hstack([ones, drawn().select("x", "y").to_numpy()])
    z = drawn()["yes"].to_numpy().astype(float)
    slope = np.linalg.solve((x.T * weights) @ x, (x.T * weights) @ z)
    totals = np.array([SIZE, 8000.0, 61_000.0])[-x.shape[1] :]
    found = ts.estimate_total(made, "yes").to_polars()["estimate"].item()
    close(found, weights @ z + (totals - weights @ x) @ slope)


def test_calibration_to_the_categories_of_one_column_is_post_stratification() -> None:
    sample = sample_of("two stages", drawn())
    for method in ("linear", "raking"):
        one = ts.calibrate(sample, {"region": margin("region")}, method=method)
        other = ts.poststratify(sample, "region", margin("region"))
        close(weights_of(one), weights_of(other))
        same_numbers(estimate(one, "total", "y", by="sex"), estimate(other, "total", "y", by="sex"))


def test_raking_calibration_to_categories_is_raking() -> None:
    sample = sample_of("two stages", drawn())
    one = ts.calibrate(sample, two_margins(), method="raking")
    other = ts.rake(sample, two_margins())
    close(weights_of(one), weights_of(other))
    same_numbers(estimate(one, "total", "y", by="type"), estimate(other, "total", "y", by="type"), rtol=1e-9)


@FEW
@given(factor=st.floats(1e-3, 1e3), unit=st.floats(1e-6, 1e6))
def test_the_size_of_the_weights_and_the_unit_of_a_quantity_do_not_matter(factor: float, unit: float) -> None:
    plain = ts.calibrate(sample_of("strata", drawn()), MIXED)
    frame = drawn().with_columns(pl.col("w") * factor, pl.col("x") * unit)
    scaled = ts.calibrate(sample_of("strata", frame), {**MIXED, "x": 8000.0 * unit})
    close(weights_of(scaled), weights_of(plain), rtol=1e-8)
    close(std_errors(ts.estimate_mean(scaled, "z")), std_errors(ts.estimate_mean(plain, "z")), rtol=1e-7)


def test_a_quantity_far_from_zero_leaves_the_standard_errors_their_digits() -> None:
    plain = ts.calibrate(sample_of("strata", drawn()), {"sex": margin("sex"), "x": 8000.0})
    frame = drawn().with_columns(pl.col("x") + 1e6)
    away = ts.calibrate(sample_of("strata", frame), {"sex": margin("sex"), "x": 8000.0 + 1e6 * SIZE})
    close(weights_of(away), weights_of(plain), rtol=1e-6)
    same_numbers(*(estimate(made, "mean", "z", by="type") for made in (away, plain)), rtol=1e-7)


@FEW
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    shuffled = drawn().sample(fraction=1.0, shuffle=True, seed=seed)
    found = [ts.calibrate(sample_of("two stages", frame), MIXED) for frame in (drawn(), shuffled)]
    close(*(made.frame.sort("person")["calibrated_weight"] for made in found), rtol=1e-9)
    same_numbers(*(estimate(made, "mean", "z", by="type") for made in found), rtol=1e-8)


def test_a_quantity_without_a_spread_of_its_own_is_met_beside_the_size() -> None:
    frame = drawn().with_columns(year=pl.lit(2025.0))
    made = ts.calibrate(sample_of("strata", frame), {"sex": margin("sex"), "year": 2025.0 * SIZE})
    close(weights_of(made) @ dummies(frame, "sex"), list(margin("sex").values()))


def test_negative_weights_of_linear_calibration_are_weights_like_others() -> None:
    made = ts.calibrate(sample_of("strata", drawn()), {"x": 12_000.0}, population=SIZE)
    weights = weights_of(made)
    assert weights.min() < 0
    y = drawn()["y"].to_numpy()
    found = ts.estimate_mean(made, ["y", "x"]).to_polars()
    close(found["estimate"], [weights @ y / SIZE, 8.0])
    assert found["n_obs"].to_list() == [drawn().height] * 2
    x = np.column_stack([np.ones(weights.size), drawn()["x"].to_numpy()])
    before = drawn()["w"].to_numpy()
    slope = np.linalg.solve((x.T * before) @ x, (x.T * before) @ (y - weights @ y / SIZE))
    left = weights * (y - weights @ y / SIZE - x @ slope) / SIZE
    totals = (
        drawn().with_columns(left=pl.Series(left)).group_by("stratum", "district").agg(pl.col("left").sum())
    )
    parts = [
        part.height * float(part["left"].to_numpy().var(ddof=1)) for _, part in totals.group_by("stratum")
    ]
    close(found["std_error"][0], sum(parts) ** 0.5, rtol=1e-9)


# ---- what cannot be ----


def test_bounds_that_cannot_hold_are_refused_with_the_category_and_the_distance() -> None:
    with pytest.raises(InputError) as refusal:
        ts.calibrate(sample_of("strata", drawn()), two_margins(), bounds=(0.9, 1.1))
    said = str(refusal.value)
    assert "The totals cannot all be met with factors from 0.9 to 1.1" in said
    assert any(
        f"`{level}` of `{name}` stays off by" in said for name, one in two_margins().items() for level in one
    )


def test_a_quantity_out_of_reach_is_named_with_its_total() -> None:
    with pytest.raises(InputError) as refusal:
        ts.calibrate(
            sample_of("strata", drawn()),
            {"region": margin("region"), "y": 1e6},
            method="logit",
            bounds=(0.5, 2),
        )
    for words in ("`y` stays off by", "expected: 1e+06 for `y`"):
        assert words in str(refusal.value)


def test_too_few_rounds_are_no_calibration() -> None:
    with pytest.raises(InputError, match="stays off by"):
        ts.calibrate(sample_of("strata", drawn()), MIXED, method="raking", max_iterations=1)


REFUSED: dict[str, tuple[dict[Any, Any], dict[str, Any], str]] = {
    "logit without bounds": (
        {"sex": margin("sex")},
        {"method": "logit"},
        "needs a lowest and a highest factor",
    ),
    "bounds the wrong way": (
        {"sex": margin("sex")},
        {"bounds": (2.0, 0.5)},
        "lowest factor is above the highest",
    ),
    "an unknown method": ({"sex": margin("sex")}, {"method": "lineair"}, "Did you mean `linear`"),
    "a category without a total": ({"sex": {"f": SIZE}}, {}, "without a population total: `m`"),
    "a quantity with gaps": ({"z": 7000.0}, {}, "`z` is missing in"),
    "a quantity that is text": ({"region": 7000.0}, {}, "region"),
    "a column that is not there": ({"regio": 7000.0}, {}, "Did you mean `region`"),
    "a size that contradicts the margin": (
        {"sex": margin("sex")},
        {"population": 1.0},
        "same number of persons",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_calibrated_is_refused_with_the_reason(name: str) -> None:
    margins, options, words = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        ts.calibrate(sample_of("strata", drawn()), margins, **options)
    assert words in str(refusal.value)


def test_a_quantity_needs_a_frame_in_memory() -> None:
    sample = sample_of("strata", drawn().lazy())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="can only be kept in a frame in memory"):
        ts.calibrate(sample, {"x": 8000.0})


def test_calibration_says_what_it_met() -> None:
    made = ts.calibrate(sample_of("strata", drawn()), MIXED, bounds=(0.5, 2.5))
    assert made.adjustments[0].settings == {
        "method": "linear",
        "bounds": "(0.5, 2.5)",
        "margins": "`sex`; `region`",
        "totals": "`x`, `y`",
    }
