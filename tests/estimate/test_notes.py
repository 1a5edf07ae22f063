"""Why a cell is empty or an interval is another one, in words."""

from typing import Any

import polars as pl
import pytest

import talentstats as ts
from survey_support import checked, close, column, estimate, people, sample_of, values
from talentstats.errors import InputError

EXACT = "everyone or no one: the interval is the exact one for as many persons"


def rare(persons: int) -> pl.DataFrame:
    """Give the first persons a rare answer."""
    return people().with_columns(
        rare=pl.when(pl.col("person") < persons).then(pl.lit("r")).otherwise(pl.lit("c"))
    )


def notes(made: ts.Estimates, **chosen: Any) -> str:
    return "; ".join(column(made.filter(**chosen), "note"))


@pytest.mark.parametrize("interval", ["logit", "beta", "likelihood", "asin", "mean", "xlogit", "wilson"])
def test_a_proportion_of_none_has_the_interval_of_as_many_persons(interval: Any) -> None:
    frame = rare(0).with_columns(
        rare=pl.when(pl.col("region") == "north").then(pl.lit("n")).otherwise(pl.lit("c"))
    )
    made = estimate(sample_of("strata", frame), "proportion", "rare", by="region", interval=interval)
    none = made.filter(region="south", level="n")
    assert EXACT in notes(none)
    assert "all answers are the same" in notes(none)
    assert column(none, "conf_low") == [0.0]
    n = column(none, "n_obs")[0]
    if interval != "wilson":
        close(column(none, "conf_high"), [1 - 0.025 ** (1 / n)])
    everyone = made.filter(region="south", level="c")
    close(column(everyone, "conf_low"), [1 - column(none, "conf_high")[0]])


def test_an_interval_that_reaches_below_zero_says_so() -> None:
    made = estimate(sample_of("strata", rare(1)), "proportion", "rare", levels=["r"], interval="mean")
    assert column(made, "conf_low")[0] < 0
    assert "reaches beyond 0 or 1" in notes(made)
    assert notes(estimate(sample_of("strata", rare(1)), "proportion", "rare", levels=["r"])) == ""


def test_no_degrees_of_freedom_leave_no_interval() -> None:
    made = estimate(sample_of("strata"), "mean", "y", by="school")
    assert {"no interval: no degrees of freedom are left"} <= set("; ".join(column(made, "note")).split("; "))
    assert set(column(made, "conf_low")) == {None}
    design = estimate(sample_of("strata"), "mean", "y", by="school", df="design")
    assert None not in column(design, "conf_low")


@pytest.mark.parametrize(
    ("srs", "told"),
    [("without_replacement", ["no design effect: the weights add up"]), ("with_replacement", [])],
)
def test_weights_that_do_not_add_up_to_a_population_leave_no_design_effect(srs: Any, told: list[str]) -> None:
    sample = sample_of("strata", people().with_columns(w=pl.lit(0.5)))
    made = estimate(sample, "mean", "y", srs=srs)
    assert [column(made, "design_effect") == [None]] == [bool(told)]
    assert all(text in notes(made) for text in told)


def test_weights_that_add_up_to_the_respondents_leave_no_design_effect() -> None:
    made = estimate(sample_of("strata", people().with_columns(w=pl.lit(1.0))), "mean", "y")
    assert column(made, "design_effect") == [None]
    assert "no more than the number of answers" in notes(made)


def test_a_variance_has_no_design_effect() -> None:
    assert "not defined for a variance" in notes(estimate(sample_of("strata"), "variance", "y"))


def test_a_census_has_no_error_and_says_so() -> None:
    frame = people().with_columns(fpc_1=pl.lit(1.0))
    made = estimate(sample_of("strata and fpc", frame), "mean", "y")
    assert column(made, "std_error") == [0.0]
    assert notes(made).startswith("the standard error is 0")


def test_replicates_without_the_domain_are_left_out_and_counted() -> None:
    frame = people().with_columns(
        g=pl.when(pl.col("district").is_in([0, 10])).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    frame = frame.with_columns(g=pl.when(pl.col("district") == 10).then(pl.lit("c")).otherwise(pl.col("g")))
    made = estimate(ts.make_replicates(sample_of("strata", frame), "JKn"), "mean", "y", by="g")
    assert "1 replicate(s) without this domain left out" in notes(made, g="a")
    assert "replicate" not in notes(made, g="b")


def test_regular_estimates_have_no_note() -> None:
    sample = sample_of("two stages")
    for statistic, asked in {
        "mean": ("y",),
        "total": ("y",),
        "proportion": ("role",),
        "ratio": ("y", "x"),
    }.items():
        assert set(column(estimate(sample, statistic, *asked, by="region"), "note")) == {""}


def test_strata_that_are_all_lonely_leave_no_error_under_average() -> None:
    frame = people().filter(pl.col("district").is_in([0, 10, 20]))
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district", lonely_psu="average")
    made = estimate(sample_of(design, frame), "mean", "y")
    assert column(made, "std_error") == [None]
    assert "no standard error" in notes(made)
    assert "all answers are the same" not in notes(made)


@pytest.mark.parametrize(
    ("design", "statistic"),
    [
        ("persons", "mean"),
        ("persons", "proportion"),
        ("persons", "ratio"),
        ("strata", "mean"),
        ("strata", "proportion"),
        ("strata", "ratio"),
    ],
)
def test_domains_of_one_person_are_no_error_but_no_information(statistic: str, design: str) -> None:
    frame = people().with_columns(sex=pl.lit("f"), w=pl.col("w") * 0.7, y=pl.col("y") * 0.1)
    asked = {"mean": ("y",), "proportion": ("sex",), "ratio": ("y", "x")}[statistic]
    made = estimate(sample_of(design, frame), statistic, *asked, by="person")
    close(values(made, "std_error"), 0 * values(made, "estimate"), atol=1e-7)
    assert all("one" in note for note in column(made, "note"))


@pytest.mark.parametrize("design", ["persons", "strata"])
def test_a_domain_in_which_all_answer_the_same_has_no_error(design: str) -> None:
    frame = people().with_columns(
        y=pl.col("region").replace_strict({"north": 0.1, "south": 0.7, "west": 1.3})
    )
    made = estimate(sample_of(design, frame), "mean", "y", by="region")
    close(values(made, "std_error"), [[0.0]] * 3, atol=1e-7)


def test_a_level_that_is_not_in_a_domain_counts_zero_there() -> None:
    frame = people().with_columns(
        kind=pl.when(pl.col("region") == "north").then(pl.lit("n")).otherwise(pl.lit("o"))
    )
    made = checked(ts.estimate_count(sample_of("two stages", frame), "kind", by="region"))
    south = made.filter(region="south", level="n")
    assert values(south, "estimate", "std_error").tolist() == [[0.0, 0.0]]
    assert column(south, "cv") == [None]


def test_the_notes_of_an_enum_level_nobody_chose() -> None:
    kind = pl.Enum(["partner", "student", "worker", "pensioner"])
    made = estimate(
        sample_of("strata", people().with_columns(pl.col("role").cast(kind))), "proportion", "role"
    )
    assert column(made, "level") == kind.categories.to_list()
    assert EXACT in notes(made, level="pensioner")
    with pytest.raises(InputError, match="no level"):
        estimate(sample_of("strata"), "proportion", "role", levels=["pensioner"])
