from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from adjusted_support import drawn, margin, std_errors, weights_of
from survey_support import checked, close, estimate, same_numbers, sample_of
from survey_textbook import domain_df
from talentstats.errors import InputError


def test_respondents_take_the_weight_of_those_of_their_class_who_did_not_respond() -> None:
    made = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", ["sex", "type"])
    weights = dict.fromkeys(drawn()["person"], 0.0)
    for _, one in drawn().group_by("sex", "type"):
        ratio = sum(one["w"]) / sum(one.filter(answered=1)["w"])
        weights |= {row["person"]: row["w"] * ratio for row in one.filter(answered=1).iter_rows(named=True)}
    close(weights_of(made), [weights[person] for person in drawn()["person"]])


def test_the_sum_of_the_weights_of_a_class_stays() -> None:
    made = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "sex").frame
    sums = made.group_by("sex").agg(pl.col("w", "nonresponse_weight").sum())
    close(sums["nonresponse_weight"], sums["w"])


@pytest.mark.parametrize("kind", [pl.Boolean, pl.Int64, pl.Float64, pl.UInt8])
def test_response_may_be_yes_or_no_or_a_number(kind: Any) -> None:
    frame = drawn().with_columns(pl.col("answered").cast(kind))
    made, plain = (
        ts.adjust_nonresponse(sample_of("strata", one), "answered", "sex") for one in (frame, drawn())
    )
    close(weights_of(made), weights_of(plain))
    same_numbers(estimate(made, "mean", "y", by="sex"), estimate(plain, "mean", "y", by="sex"))


def test_when_all_respond_nothing_changes() -> None:
    frame = drawn().with_columns(answered=pl.lit(1))
    made = ts.adjust_nonresponse(sample_of("two stages", frame), "answered", "sex")
    close(weights_of(made), drawn()["w"])
    plain = sample_of("two stages", drawn())
    for statistic in ("mean", "total"):
        same_numbers(estimate(made, statistic, "y", by="sex"), estimate(plain, statistic, "y", by="sex"))


def test_one_class_estimates_the_mean_of_the_respondents() -> None:
    frame = drawn().with_columns(everyone=pl.lit("all"))
    made = ts.adjust_nonresponse(sample_of("strata", frame), "answered", "everyone")
    found = ts.estimate_mean(made, "y").to_polars()
    plain = ts.estimate_mean(sample_of("strata", drawn()), "y", where={"answered": 1}).to_polars()
    close(found["estimate"], plain["estimate"])
    close(found["std_error"], plain["std_error"])


def test_degrees_of_freedom_count_the_districts_with_a_respondent() -> None:
    frame = drawn().with_columns(answered=pl.when(pl.col("district") == 22).then(0).otherwise("answered"))
    made = ts.adjust_nonresponse(sample_of("strata", frame), "answered", "sex")
    found = checked(ts.estimate_mean(made, "y")).to_polars()
    responded = (frame["answered"] == 1).to_list()
    assert found["df"].item() == domain_df(frame.to_dicts(), made.design, responded)
    assert found["n_obs"].item() == sum(responded)


def test_those_who_did_not_respond_need_no_answers_and_no_later_auxiliaries() -> None:
    silent = pl.col("answered") == 0
    frame = drawn().with_columns(
        pl.when(~silent).then(pl.col(name)).alias(name) for name in ("y", "x", "role", "region")
    )
    frame = frame.with_columns(role=pl.when(~silent).then(pl.col("role").fill_null("worker")))
    made = ts.adjust_nonresponse(sample_of("strata", frame), "answered", "sex")
    raked = ts.rake(made, {"region": margin("region")})
    calibrated = ts.calibrate(raked, {"region": margin("region"), "x": 8000.0})
    close(std_errors(ts.estimate_total(calibrated, "x")), [0.0], atol=1e-8)
    assert np.isfinite(std_errors(ts.estimate_proportion(calibrated, "role", by="sex"))).all()


def test_an_unknown_answer_of_a_respondent_is_refused_by_later_adjustments() -> None:
    frame = drawn().with_columns(region=pl.when(pl.col("person") > 0).then("region"), answered=pl.lit(1))
    made = ts.adjust_nonresponse(sample_of("strata", frame), "answered", "sex")
    with pytest.raises(InputError, match=r"`region` is missing in 1 row\(s\)"):
        ts.rake(made, {"region": margin("region")})


def empty_class() -> pl.DataFrame:
    return drawn().with_columns(answered=pl.when(pl.col("region") == "west").then(0).otherwise("answered"))


REFUSED: dict[str, tuple[pl.DataFrame, str, Any, list[str]]] = {
    "a class without respondents": (
        empty_class(),
        "answered",
        ["region", "sex"],
        ["In 2 class(es) nobody responded", "west, f; west, m"],
    ),
    "an unknown response": (
        drawn().with_columns(answered=pl.when(pl.col("person") > 0).then("answered")),
        "answered",
        "sex",
        ["does not say who responded", "None"],
    ),
    "a response in words": (drawn(), "role", "sex", ["does not say who responded"]),
    "a response of two": (
        drawn().with_columns(pl.col("answered") * 2),
        "answered",
        "sex",
        ["does not say who responded", "2"],
    ),
    "nobody": (drawn().with_columns(answered=pl.lit(0)), "answered", "sex", ["no respondent"]),
    "a class with gaps": (drawn(), "answered", "role", ["`role` is missing in 8 row(s)"]),
    "an unknown column of the response": (drawn(), "answerd", "sex", ["Did you mean `answered`"]),
    "no classes": (drawn(), "answered", [], ["Nothing says who of those that did not respond", "none"]),
    "the response as its own class": (drawn(), "answered", "answered", ["other than `answered`"]),
    "an unknown class": (drawn(), "answered", "sexe", ["Did you mean `sex`"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_adjusted_is_refused_with_the_reason(name: str) -> None:
    frame, responded, classes, words = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        ts.adjust_nonresponse(sample_of("strata", frame), responded, classes)
    for word in words:
        assert word in str(refusal.value)


def test_a_second_adjustment_for_nonresponse_is_refused() -> None:
    made = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "sex")
    with pytest.raises(InputError, match="adjusted for nonresponse already"):
        ts.adjust_by_propensity(made, "answered", "x")


def test_a_replicate_in_which_nobody_of_a_class_responded_is_named() -> None:
    frame = drawn().with_columns(
        answered=((pl.col("sex") == "f") | (pl.col("district") == 20)).cast(pl.Int64)
    )
    sample = ts.adjust_nonresponse(sample_of("strata", frame), "answered", "sex")
    with pytest.raises(InputError, match=r"In 1 class\(es\) nobody responded in replicate 6"):
        ts.estimate_mean(ts.make_replicates(sample, "JKn"), "y")


def test_the_sample_says_that_it_was_adjusted() -> None:
    made = ts.adjust_nonresponse(sample_of("strata", drawn()), "answered", "sex", name="final")
    assert "weights after nonresponse" in repr(made)
    assert made.design.weight == "final"
    assert made.adjustments[0].settings == {"classes": "sex"}
