import json
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from scipy import stats

from talentstats.errors import InputError
from talentstats.variance.intervals import (
    Interval,
    ProportionInterval,
    proportion_interval,
    symmetric_interval,
)

METHODS: tuple[ProportionInterval, ...] = get_args(ProportionInterval)
TRANSFORMED: tuple[ProportionInterval, ...] = ("logit", "xlogit", "beta", "likelihood", "asin", "wilson")

# Written by tests/reference/intervals.R: R 4.2.2 with survey 4.1-1.
REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "intervals.json").read_text(encoding="utf-8")
)

# R's quantiles and beta functions and ours agree to 1e-13; the reference of wilson is R's polyroot, and that
# of likelihood R's profile on a fine grid, between whose points it draws straight lines.
TOLERANCES = dict.fromkeys(METHODS, 1e-10) | {"likelihood": 1e-4}


def _reference(name: str, *, least_count: float = 0) -> tuple[Interval, np.ndarray[Any, Any]]:
    rows = [
        row for row in REFERENCE["proportions"] if name in row["ends"] and _rarer_count(row) >= least_count
    ]
    facts = {
        key: np.array([row[key] for row in rows])
        for key in ("estimate", "std_error", "n", "df", "conf_level")
    }
    method: Any = name.removesuffix("_interpolated")
    found = proportion_interval(method, facts.pop("estimate"), facts.pop("std_error"), **facts)
    return found, np.array([row["ends"][name] for row in rows])


def _rarer_count(row: dict[str, Any]) -> float:
    """Effective number of persons with the characteristic, or without it."""
    p = row["estimate"]
    return float(p * (1 - p) / row["std_error"] ** 2 * min(p, 1 - p))


@pytest.mark.parametrize("method", [method for method in METHODS if method != "profile"])
def test_ends_of_proportions_are_those_of_r(method: ProportionInterval) -> None:
    found, ends = _reference(method)
    assert len(ends) > 95
    np.testing.assert_allclose(
        np.column_stack([found.low, found.high]), ends, rtol=TOLERANCES[method], atol=1e-15
    )


def test_r_interpolates_near_the_exact_likelihood_interval_when_the_characteristic_is_not_rare() -> None:
    found, ends = _reference("likelihood_interpolated", least_count=4)
    assert len(ends) > 60
    np.testing.assert_allclose(np.column_stack([found.low, found.high]), ends, rtol=1e-3)


def test_the_profile_interval_is_what_r_reads_off_its_interpolation() -> None:
    everything = REFERENCE["proportions"]
    rows = [row for row in everything if "likelihood_interpolated" in row["ends"] and row["df"] > 2]
    assert len(rows) > 80
    for row in rows:
        facts = {name: row[name] for name in ("n", "df", "conf_level")}
        found = proportion_interval("profile", row["estimate"], row["std_error"], **facts)
        np.testing.assert_allclose(
            [found.low, found.high], row["ends"]["likelihood_interpolated"], rtol=1e-3, atol=1e-15
        )


def test_where_r_s_profile_does_not_reach_the_exact_interval_stands_in() -> None:
    few = {"n": 30, "df": 1, "conf_level": 0.99}
    profile, exact = (proportion_interval(method, 0.1, 0.08, **few) for method in ("profile", "likelihood"))
    assert np.isfinite([profile.low, profile.high]).all()
    assert float(profile.low) == pytest.approx(float(exact.low), rel=1e-12)


def test_the_likelihood_interval_holds_exactly_the_shares_that_the_deviance_allows() -> None:
    p, std_error, n, df, conf_level = 0.06, 0.02, 140, 9, 0.95
    found = proportion_interval("likelihood", p, std_error, n=n, df=df, conf_level=conf_level)
    q = np.linspace(1e-6, 0.5, 500_000)
    size = p * (1 - p) / std_error**2
    deviance = 2 * size * (p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
    allowed = q[deviance * (n - 1) / n <= stats.f.ppf(conf_level, 1, df)]
    assert float(found.low) == pytest.approx(allowed[0], abs=2e-6)
    assert float(found.high) == pytest.approx(allowed[-1], abs=2e-6)


def test_the_wilson_interval_holds_exactly_the_shares_that_the_score_test_allows() -> None:
    p, std_error, df = 0.06, 0.02, 9
    found = proportion_interval("wilson", p, std_error, n=140, df=df, conf_level=0.9)
    q = np.linspace(1e-6, 0.5, 500_000)
    size = p * (1 - p) / std_error**2
    allowed = q[np.abs(p - q) / np.sqrt(q * (1 - q) / size) <= stats.t.ppf(0.95, df)]
    assert [float(found.low), float(found.high)] == pytest.approx([allowed[0], allowed[-1]], abs=2e-6)


@pytest.mark.parametrize("method", METHODS)
def test_those_without_the_characteristic_have_the_mirrored_interval(method: ProportionInterval) -> None:
    p = np.array([0.001, 0.03, 0.4, 0.75, 0.999, 0.0, 1.0])
    error = np.where((p == 0) | (p == 1), 0, 0.4 * np.sqrt(p * (1 - p)) / 5)
    found = proportion_interval(method, p, error, n=80, df=6, conf_level=0.95)
    mirrored = proportion_interval(method, 1 - p, error, n=80, df=6, conf_level=0.95)
    np.testing.assert_allclose(found.low, 1 - mirrored.high, rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.high, 1 - mirrored.low, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_an_interval_holds_its_estimate_and_grows_with_the_confidence(method: ProportionInterval) -> None:
    p = np.linspace(0.05, 0.95, 19)
    found = [
        proportion_interval(method, p, 0.015, n=400, df=15, conf_level=level)
        for level in (0.5, 0.8, 0.9, 0.95, 0.99)
    ]
    assert all(np.all((one.low < p) & (p < one.high)) for one in found)
    assert all(
        np.all((narrow.low > wide.low) & (narrow.high < wide.high)) for narrow, wide in pairwise(found)
    )


@pytest.mark.parametrize("method", TRANSFORMED)
def test_a_transformed_interval_stays_within_0_and_1_and_holds_its_estimate(
    method: ProportionInterval,
) -> None:
    p, ratio = (grid.ravel() for grid in np.meshgrid([1e-6, 0.001, 0.5, 0.9, 0.999], [0.01, 0.5, 1.0]))
    for df in (1, 2.5, 30, np.inf):
        found = proportion_interval(method, p, ratio * np.sqrt(p * (1 - p) / 2), n=50, df=df, conf_level=0.99)
        assert np.all((found.low >= 0) & (found.low <= p) & (p <= found.high) & (found.high <= 1)), df


@pytest.mark.parametrize("method", METHODS)
def test_none_and_all_give_the_exact_interval_of_the_persons_and_say_so(method: ProportionInterval) -> None:
    for row in REFERENCE["none_of_n"]:
        found = proportion_interval(
            method, [0, 1, 1 - 1e-16], [0, 0, 1e-17], n=row["n"], df=3, conf_level=row["conf_level"]
        )
        t = stats.t.ppf((1 + row["conf_level"]) / 2, np.inf if method == "normal" else 3)
        reach = t**2 / (row["n"] + t**2) if method == "wilson" else row["high"]
        assert found.low.tolist() == pytest.approx([0, 1 - reach, 1 - reach], rel=1e-10)
        assert found.high.tolist() == pytest.approx([reach, 1, 1], rel=1e-10)
        assert (found.low[0], found.high[1]) == (0, 1)
        assert found.note.tolist() == ["all_or_none"] * 3


@pytest.mark.parametrize("method", METHODS)
def test_without_sampling_error_the_interval_is_the_proportion(method: ProportionInterval) -> None:
    found = proportion_interval(method, [0.3, 0.3], [0.0, 1e-18], n=90, df=8, conf_level=0.95)
    assert found.low.tolist() == found.high.tolist() == [0.3, 0.3]
    assert found.note.tolist() == ["zero_std_error"] * 2


@pytest.mark.parametrize(
    ("changed", "note", "methods"),
    [
        ({"estimate": np.nan}, "no_estimate", METHODS),
        ({"std_error": np.nan}, "no_std_error", METHODS),
        ({"std_error": np.inf}, "no_std_error", METHODS),
        ({"df": 0}, "no_degrees_of_freedom", tuple(m for m in METHODS if m != "normal")),
        ({"df": -2}, "no_degrees_of_freedom", tuple(m for m in METHODS if m != "normal")),
        ({"df": np.nan}, "no_degrees_of_freedom", tuple(m for m in METHODS if m != "normal")),
        ({"estimate": -0.1}, "not_a_proportion", TRANSFORMED),
        ({"estimate": 1.1}, "not_a_proportion", TRANSFORMED),
        ({"n": 1}, "one_person", ("beta", "likelihood")),
        ({"estimate": 0, "std_error": 0, "df": 0}, "no_degrees_of_freedom", ("wilson",)),
    ],
)
def test_an_undefined_interval_says_why(
    changed: dict[str, float], note: str, methods: tuple[ProportionInterval, ...]
) -> None:
    facts = {"estimate": 0.2, "std_error": 0.05, "n": 60.0, "df": 5.0} | changed
    for method in methods:
        found = proportion_interval(method, **facts, conf_level=0.95)
        assert np.isnan(found.low), method
        assert np.isnan(found.high), method
        assert str(found.note) == note, method


def test_ends_outside_0_and_1_stay_and_are_noted() -> None:
    for method in ("mean", "normal"):
        found = proportion_interval(method, [0.02, 0.98, 0.5], 0.02, n=50, df=4, conf_level=0.95)
        assert found.low[0] < 0
        assert found.high[1] > 1
        assert found.note.tolist() == ["beyond_0_or_1", "beyond_0_or_1", ""]


def test_an_arcsine_interval_past_its_scale_is_reflected_as_in_r_unless_it_would_lose_the_estimate() -> None:
    # The angle of 0.02 is 0.142; the margins are 1.5 and 4 times that.
    error = np.array([1.5, 4.0]) * np.arcsin(np.sqrt(0.02)) * 2 * np.sqrt(0.02 * 0.98) / stats.norm.ppf(0.975)
    found = proportion_interval("asin", 0.02, error, n=50, df=np.inf, conf_level=0.95)
    assert found.low.tolist() == pytest.approx([np.sin(0.5 * np.arcsin(np.sqrt(0.02))) ** 2, 0.0])
    assert found.note.tolist() == ["beyond_0_or_1"] * 2


def test_an_interval_of_a_mean_takes_the_quantile_of_its_own_degrees_of_freedom() -> None:
    df = np.array([1, 7.5, np.inf])
    found = symmetric_interval([5.0, -3.0, 0.0], [1.0, 2.0, 0.5], df=df, conf_level=0.9)
    margin = np.array([6.313751514675043, stats.t.ppf(0.95, 7.5) * 2, 1.6448536269514722 * 0.5])
    np.testing.assert_allclose(found.high - found.low, 2 * margin, rtol=1e-12)
    np.testing.assert_allclose((found.high + found.low) / 2, [5.0, -3.0, 0.0], atol=1e-12)
    assert found.note.tolist() == ["", "", ""]


def test_a_mean_without_standard_error_or_degrees_of_freedom_has_no_interval_and_a_census_has_a_point() -> (
    None
):
    found = symmetric_interval(
        [1.0, 1.0, 1.0, np.nan], [np.nan, 1.0, 0.0, 1.0], df=[5, 0, 5, 5], conf_level=0.95
    )
    assert found.note.tolist() == ["no_std_error", "no_degrees_of_freedom", "zero_std_error", "no_estimate"]
    assert np.isnan(found.low).tolist() == [True, True, False, True]
    assert found.low[2] == found.high[2] == 1.0


def test_arguments_broadcast_to_rows_by_confidence_levels() -> None:
    levels = np.array([0.8, 0.95])
    found = proportion_interval("logit", [[0.1], [0.2], [0.0]], 0.01, n=40, df=9, conf_level=levels)
    assert found.low.shape == found.high.shape == found.note.shape == (3, 2)
    alone = proportion_interval("logit", 0.2, 0.01, n=40, df=9, conf_level=0.95)
    assert found.low[1, 1] == alone.low
    assert proportion_interval("beta", [], [], n=[], df=[], conf_level=0.95).low.shape == (0,)


def test_a_likelihood_interval_too_short_for_the_digits_of_a_number_shrinks_to_its_estimate() -> None:
    p = np.linspace(0.001, 0.999, 20_001)
    found = proportion_interval("likelihood", p, 1e-9 * np.sqrt(p * (1 - p)), n=500, df=12, conf_level=0.95)
    np.testing.assert_allclose(np.column_stack([found.low, found.high]), np.column_stack([p, p]), atol=1e-7)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, np.nan])
def test_a_confidence_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        symmetric_interval(1.0, 1.0, df=4, conf_level=level)
    with pytest.raises(InputError, match="between 0 and 1"):
        proportion_interval("logit", 0.1, 0.01, n=10, df=4, conf_level=level)


def test_an_unknown_method_is_refused_with_the_closest_name() -> None:
    with pytest.raises(InputError, match="Did you mean `wilson`"):
        proportion_interval("wilsen", 0.1, 0.01, n=10, df=4, conf_level=0.95)  # type: ignore[arg-type]
