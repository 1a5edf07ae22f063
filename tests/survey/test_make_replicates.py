from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import close, column, estimate, people, same_numbers, sample_of, values
from talentstats.errors import InputError, LonelyPsuError
from talentstats.survey.replicates import UnitReplicates

RANDOM = ("bootstrap", "subbootstrap", "mrbbootstrap")


def pairs() -> ts.SurveySample:
    """Keep two districts in each stratum."""
    frame = people().filter(pl.col("district_in_stratum") < 2)
    return sample_of("strata", frame)


@pytest.mark.parametrize("kind", ["JKn", "BRR", "Fay"])
def test_totals_have_their_linearised_error_from_balanced_replicates(kind: Any) -> None:
    sample = pairs()
    made = ts.make_replicates(sample, kind, rho=0.3 if kind == "Fay" else 0.0)
    for statistic, asked in {"total": ("y",), "count": ("role",)}.items():
        one = estimate(made, statistic, *asked, by="region", margins=True)
        two = estimate(sample, statistic, *asked, by="region", margins=True)
        close(values(one, "estimate", "std_error"), values(two, "estimate", "std_error"))
        close(one.covariance(), two.covariance(), atol=1e-10 * two.covariance().max())


@pytest.mark.parametrize("kind", ["JK1", "bootstrap"])
def test_replicates_keep_the_population_correction(kind: Any) -> None:
    whole = ts.SurveyDesign(weight="w", psu="district", fpc="n")
    frame = people().with_columns(n=pl.lit(12.0))
    one = ts.make_replicates(sample_of(whole, frame), kind, replicates=4000, seed=1)
    error = column(estimate(one, "total", "y"), "std_error")
    exact = column(estimate(sample_of(whole, frame), "total", "y"), "std_error")
    close(error, exact, rtol=1e-10 if kind == "JK1" else 0.05)


@pytest.mark.parametrize("design", ["two stages", "persons, strata and fpc"])
@pytest.mark.parametrize("kind", RANDOM)
def test_bootstraps_tend_to_the_linearised_error(kind: Any, design: str) -> None:
    sample = sample_of(design)
    made = ts.make_replicates(sample, kind, replicates=3000, seed=20)
    if kind == "subbootstrap":  # without population correction
        bare = {"two stages": "strata", "persons, strata and fpc": None}[design]
        plain = ts.SurveyDesign(weight="w", strata="stratum")
        sample = sample_of(bare or plain)
    if kind == "bootstrap" and design == "two stages":  # the first stage only
        sample = sample_of("strata and fpc")
    found = column(estimate(made, "total", "y"), "std_error")
    close(found, column(estimate(sample, "total", "y"), "std_error"), rtol=0.08)


@pytest.mark.parametrize("kind", RANDOM)
def test_the_same_seed_gives_the_same_replicates(kind: Any) -> None:
    made = [ts.make_replicates(sample_of("two stages"), kind, replicates=50, seed=seed) for seed in (7, 7, 8)]
    one, two, other = (estimate(each, "mean", ["y", "z"], by="region") for each in made)
    assert one.to_polars().equals(two.to_polars())
    assert column(one, "std_error") != column(other, "std_error")
    shuffled = people().sample(fraction=1.0, shuffle=True, seed=3)
    again = ts.make_replicates(sample_of("two stages", shuffled), kind, replicates=50, seed=7)
    same_numbers(estimate(again, "mean", ["y", "z"], by="region"), one, rtol=1e-11)


@pytest.mark.parametrize("kind", ["JK1", "bootstrap"])
def test_persons_drawn_directly_are_the_units(kind: Any) -> None:
    by_row = ts.make_replicates(sample_of("persons"), kind, replicates=30, seed=2)
    by_id = ts.make_replicates(
        sample_of(ts.SurveyDesign(weight="w", psu="person")), kind, replicates=30, seed=2
    )
    one, two = (estimate(each, "mean", ["y", "z"], by="region", margins=True) for each in (by_row, by_id))
    same_numbers(one, two, rtol=1e-11)


def test_replicates_are_factors_of_units_and_not_of_rows() -> None:
    made = ts.make_replicates(sample_of("strata"), "JKn").replicates
    assert made is not None
    assert made.multipliers.shape == (9, 9)  # type: ignore[union-attr]


def test_successive_differences_follow_the_order_of_the_list() -> None:
    frame = people().with_columns(place_in_list=-pl.col("district"), zigzag=(pl.col("district") * 7) % 5)
    sample = sample_of(ts.SurveyDesign(weight="w", psu="district"), frame)
    forward, backward, other = (
        column(estimate(ts.make_replicates(sample, "sdr", order=order), "total", "y"), "std_error")[0]
        for order in (None, "place_in_list", "zigzag")
    )
    close(backward, forward)
    assert abs(other / forward - 1) > 1e-3
    z = frame.group_by("district").agg((pl.col("w") * pl.col("y")).sum()).sort("district")["w"].to_numpy()
    close(forward, np.sqrt(np.sum((z - np.roll(z, -1)) ** 2) / 2))


def test_squares_about_the_full_estimate_are_larger() -> None:
    errors = [
        column(
            estimate(ts.make_replicates(sample_of("strata"), "JKn", mse=mse), "ratio", "y", "x"), "std_error"
        )[0]
        for mse in (False, True)
    ]
    assert errors[0] < errors[1] < 1.2 * errors[0]


def test_degrees_of_freedom_are_the_rank_of_the_replicates_less_one() -> None:
    assert column(estimate(ts.make_replicates(pairs(), "BRR"), "mean", "y"), "df") == [3]
    for design, kind in (("clusters", "JK1"), ("strata", "JKn"), ("persons, strata and fpc", "JKn")):
        sample = ts.make_replicates(sample_of(design), kind)  # type: ignore[arg-type]
        assert isinstance(sample.replicates, UnitReplicates)
        rank = np.linalg.matrix_rank(sample.replicates.multipliers)
        assert column(estimate(sample, "mean", "y"), "df") == [rank - 1]


def test_a_complete_stratum_has_no_degrees_of_freedom() -> None:
    complete = people().with_columns(fpc_1=pl.when(pl.col("stratum") == "s0").then(3).otherwise("fpc_1"))
    sample = ts.make_replicates(sample_of("strata and fpc", complete), "JKn")
    assert column(estimate(sample, "mean", "y"), "df") == [6 - 2]


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("bootstrap", {"replicates": 50}, "seed"),
        ("bootstrap", {"seed": 1}, "replicates"),
        ("bootstrap", {"replicates": 50, "seed": -1}, "at least 0"),
        ("bootstrap", {"replicates": 1, "seed": 1}, "replicates"),
        ("bootstrap", {"replicates": 100_000_000, "seed": 1}, "too many factors"),
        ("BRR", {}, "JKn"),
        ("Fay", {"rho": 1.5}, "rho"),
        ("JKN", {}, "Did you mean `JKn`?"),
        ("sdr", {"order": "distrct"}, "Did you mean `district`?"),
        ("sdr", {"order": "school"}, "`school` differs within a sampling unit"),
    ],
)
def test_replicates_that_cannot_be_made_are_refused(kind: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        ts.make_replicates(sample_of("strata"), kind, **options)
    assert told in str(caught.value)
    assert "to do:" in str(caught.value) or "expected:" in str(caught.value)


@pytest.mark.parametrize("kind", ["JKn", "bootstrap"])
def test_a_lonely_unit_cannot_be_left_out(kind: Any) -> None:
    frame = people().filter((pl.col("stratum") != "s1") | (pl.col("district") == 10))
    with pytest.raises(LonelyPsuError, match=r"(?s)1 stratum.*`stratum` s1, `district` 10"):
        ts.make_replicates(sample_of("strata", frame), kind, replicates=10, seed=1)


def test_a_lonely_unit_of_the_second_stage_matters_to_the_bootstrap_of_stages_alone() -> None:
    frame = people().filter((pl.col("district") != 21) | (pl.col("school") == 210))
    sample = sample_of("two stages", frame)
    with pytest.raises(LonelyPsuError, match=r"(?s)1 stratum.*at stage 2.*`district` 21"):
        ts.make_replicates(sample, "mrbbootstrap", replicates=10, seed=1)
    assert column(estimate(ts.make_replicates(sample, "JKn"), "mean", "y"), "df") == [6]


@pytest.mark.parametrize(
    ("design", "kind", "told"),
    [("strata and fpc", "sdr", True), ("strata and fpc", "JKn", False), ("strata", "sdr", False)],
)
def test_replicates_that_ignore_population_sizes_say_so(design: str, kind: Any, told: bool) -> None:
    shown = repr(ts.make_replicates(sample_of(design), kind))
    assert f"{kind} replicates" in shown
    assert ("without fpc" in shown) is told
