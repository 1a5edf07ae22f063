"""What cannot be estimated is refused with the column and what to do, or has a stated answer; never NaN."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import narwhals as nw
import polars as pl
import pytest

import talentstats as ts
from survey_support import DESIGNS, close, column, estimate, people, sample_of, values
from talentstats.errors import InputError, LonelyPsuError

NAN, INF = float("nan"), float("inf")
UNITS, PERSONS = DESIGNS["strata"], DESIGNS["persons"]


def with_one(**cells: Any) -> pl.DataFrame:
    """Give the fourth person another value in some columns."""
    fourth = pl.col("person") == 3
    return people().with_columns(
        **{name: pl.when(fourth).then(pl.lit(value)).otherwise(pl.col(name)) for name, value in cells.items()}
    )


def mean(design: ts.SurveyDesign = UNITS, frame: pl.DataFrame | None = None, **options: Any) -> ts.Estimates:
    return estimate(sample_of(design, frame), "mean", options.pop("variables", "y"), **options)


def refused(call: Callable[[], Any], *told: str, kind: type[InputError] = InputError) -> None:
    """Expect an error that says all of this, with what to do."""
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    for text in told:
        assert text in message
    assert "to do:" in message


@pytest.mark.parametrize("bad", [-1.0, 0.0, NAN, None, INF, -INF])
@pytest.mark.parametrize("design", [UNITS, PERSONS], ids=["units", "persons"])
def test_a_weight_that_is_not_positive_is_refused(design: ts.SurveyDesign, bad: float | None) -> None:
    sample = sample_of(design, with_one(w=bad))
    told = ("`w`", "1 row(s)", str(bad), "larger than 0")
    refused(lambda: estimate(sample, "mean", "y"), *told)
    refused(lambda: estimate(sample, "count"), *told)


@pytest.mark.parametrize("bad", [-0.1, 0.0, NAN, None, INF, 1.5])
def test_a_probability_outside_0_to_1_is_refused(bad: float | None) -> None:
    refused(
        lambda: mean(ts.SurveyDesign(probability="p"), with_one(p=bad)),
        "`p`",
        "probabilities",
        "1 row(s)",
        str(bad),
    )


@pytest.mark.parametrize(
    "design",
    [
        ts.SurveyDesign(weight="sex"),
        ts.SurveyDesign(probability="sex"),
        ts.SurveyDesign(weight="w", psu="district", fpc="sex"),
    ],
    ids=["weight", "probability", "fpc"],
)
def test_text_where_the_design_needs_numbers_is_refused(design: ts.SurveyDesign) -> None:
    refused(lambda: mean(design), "`sex`", "String")


def test_a_text_as_variable_is_refused_and_points_at_proportions() -> None:
    refused(lambda: mean(variables="role"), "`role`", "estimate_proportion")


def test_a_unit_in_two_strata_is_refused_and_points_at_nested() -> None:
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district_in_stratum")
    refused(lambda: mean(design), "`district_in_stratum` 0", "s0, s1, s2", "nested=True")


SIZES: dict[str, tuple[str, pl.DataFrame, tuple[str, ...]]] = {
    "units smaller than the sample": (
        "strata and fpc",
        people().with_columns(fpc_1=pl.lit(2)),
        ("`fpc_1`", "smaller", "`stratum` s0", "at least 3"),
    ),
    "persons smaller than the sample": (
        "persons, strata and fpc",
        people().with_columns(fpc_person=pl.lit(5)),
        ("`fpc_person`", "smaller", "`stratum` s0"),
    ),
    "second stage smaller": (
        "two stages",
        people().with_columns(fpc_2=pl.when(pl.col("district") == 20).then(3).otherwise(pl.col("fpc_2"))),
        ("`fpc_2`", "smaller", "`district` 20", "at least 4"),
    ),
    "differs in a stratum": (
        "strata and fpc",
        with_one(fpc_1=50),
        ("`fpc_1`", "differs", "5 and 50", "`stratum` s0"),
    ),
    "differs in a unit": ("two stages", with_one(fpc_2=50), ("`fpc_2`", "differs", "`district` 0")),
    "sizes and fractions": (
        "strata and fpc",
        people().with_columns(fpc_1=pl.when(pl.col("stratum") == "s0").then(0.5).otherwise(pl.col("fpc_1"))),
        ("`fpc_1`", "fractions", "0.5"),
    ),
    "zero": ("strata and fpc", people().with_columns(fpc_1=pl.lit(0)), ("`fpc_1`", "0 to 0")),
    "missing": ("strata and fpc", with_one(fpc_1=None), ("`fpc_1`", "missing in 1 row(s)")),
}


@pytest.mark.parametrize("name", SIZES)
def test_population_sizes_that_cannot_be_are_refused(name: str) -> None:
    design, frame, told = SIZES[name]
    refused(lambda: mean(DESIGNS[design], frame), *told)


@pytest.mark.parametrize(
    ("bad", "told"),
    [(-3.0, "neither population sizes nor sampling fractions"), (NAN, "missing in 75 row(s)")],
)
@pytest.mark.parametrize("design", ["strata and fpc", "persons, strata and fpc"])
def test_a_population_size_that_is_no_size_is_called_so(design: str, bad: float, told: str) -> None:
    frame = people().with_columns(fpc_1=pl.lit(bad), fpc_person=pl.lit(bad))
    refused(lambda: mean(DESIGNS[design], frame), "fpc_", told)


@pytest.mark.parametrize(("bad", "told"), [(-3.0, "-3"), (0, "0 to"), (NAN, "without a number")])
def test_replicates_are_not_made_of_units_without_a_population_size(bad: float, told: str) -> None:
    sample = sample_of("strata and fpc", with_one(fpc_1=bad))
    refused(lambda: ts.make_replicates(sample, "JKn"), "`fpc_1`", "neither population sizes", told)


@pytest.mark.parametrize("name", ["stratum", "district"])
def test_a_gap_in_the_design_is_refused(name: str) -> None:
    refused(lambda: mean(UNITS, with_one(**{name: None})), f"`{name}`", "missing in 1 row(s)")


LONELY: dict[str, tuple[ts.SurveyDesign, pl.Expr, tuple[str, ...]]] = {
    "first stage": (
        UNITS,
        pl.col("district").is_in([0, 10, 20, 21]),
        ("2 stratum(s)", "`stratum` s0", "`stratum` s1"),
    ),
    "persons": (
        DESIGNS["persons, strata and fpc"],
        (pl.col("stratum") != "s0") | (pl.col("person") == 0),
        ("1 stratum(s)", "`stratum` s0"),
    ),
    "second stage": (
        DESIGNS["two stages"],
        (pl.col("district") != 21) | (pl.col("school") == 210),
        ("stage 2", "`stratum` s2, `district` 21"),
    ),
    "no strata": (
        ts.SurveyDesign(weight="w", psu="district"),
        pl.col("district") == 0,
        ("the whole sample",),
    ),
    "one person": (PERSONS, pl.col("person") == 0, ("the whole sample",)),
}


@pytest.mark.parametrize("name", LONELY)
def test_a_lonely_unit_is_refused_and_its_stratum_named(name: str) -> None:
    design, kept, told = LONELY[name]
    refused(lambda: mean(design, people().filter(kept)), *told, "lonely_psu", "adjust", kind=LonelyPsuError)


def test_a_lonely_unit_outside_the_subpopulation_does_no_harm() -> None:
    frame = people().filter((pl.col("district") != 21) | (pl.col("school") == 210))
    made = mean(DESIGNS["two stages"], frame, where={"stratum": "s0"})
    assert column(made, "std_error")[0] > 0


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: mean(where={"region": "atlantis"}), id="value"),
        pytest.param(lambda: mean(where={"region": []}), id="no value"),
        pytest.param(lambda: mean(where=nw.col("y") > 1e9), id="expression"),
        pytest.param(lambda: mean(where={"region": "west", "stratum": "s2"}), id="two columns"),
        pytest.param(lambda: mean(frame=people().with_columns(g=pl.lit(None, pl.String)), by="g"), id="by"),
    ],
)
def test_an_empty_subpopulation_is_refused(call: Callable[[], Any]) -> None:
    refused(call, "No row of the sample is in the subpopulation", "`where`")


WRONG_TYPE: dict[str, Any] = {"region": 3, "sex": [3, 4], "district": "three"}


@pytest.mark.parametrize("column", WRONG_TYPE)
def test_a_value_of_another_type_in_where_is_refused(column: str) -> None:
    refused(lambda: mean(where={column: WRONG_TYPE[column]}), f"`{column}`")


WRONG_WHERE: dict[str, Any] = {
    "an expression of an unknown column": nw.col("regoin") == "north",
    "an expression that is no condition": nw.col("y"),
    "text": "region == 'north'",
    "a function": len,
    "an expression of polars": pl.col("y") > 3,
}


@pytest.mark.parametrize("name", WRONG_WHERE)
def test_a_where_that_is_no_condition_is_refused(name: str) -> None:
    refused(lambda: mean(where=WRONG_WHERE[name]), "where")


UNKNOWN: dict[str, tuple[Callable[[], Any], str]] = {
    "variable": (lambda: mean(variables="yy"), "`y`"),
    "one of several": (lambda: mean(variables=["y", "zz"]), "`z`"),
    "denominator": (lambda: ts.estimate_ratio(sample_of("strata"), "y", "fpc_11"), "`fpc_1`"),
    "by": (lambda: mean(by="regoin"), "`region`"),
    "where": (lambda: mean(where={"regoin": "north"}), "`region`"),
    "weight": (lambda: mean(ts.SurveyDesign(weight="ww")), "`w`"),
    "strata": (lambda: mean(ts.SurveyDesign(weight="w", strata="stratm")), "`stratum`"),
    "psu": (lambda: mean(ts.SurveyDesign(weight="w", psu="distict")), "`district`"),
    "fpc": (lambda: mean(ts.SurveyDesign(weight="w", psu="district", fpc="fpc1")), "`fpc_1`"),
    "wave": (lambda: mean(ts.SurveyDesign(weight="w", wave="regoin")), "`region`"),
    "replicate weight": (
        lambda: ts.SurveySample(
            people(), PERSONS, replicates=ts.ReplicateWeights(columns=["w", "yy"], type="bootstrap")
        ),
        "`y`",
    ),
    "order": (lambda: ts.make_replicates(sample_of("strata"), "sdr", order="plce"), "`place`"),
    "statistic": (lambda: ts.partial(sample_of("strata"), "meen", "y"), "`mean`"),  # type: ignore[arg-type]
    "interval": (lambda: ts.estimate_proportion(sample_of("strata"), "sex", interval="logti"), "`logit`"),  # type: ignore[arg-type]
    "missing": (lambda: mean(missing="list"), "`listwise`"),
    "level": (lambda: ts.estimate_proportion(sample_of("strata"), "role", levels=["workr"]), "`worker`"),
    "lonely rule": (lambda: ts.SurveyDesign(weight="w", lonely_psu="averag"), "`average`"),  # type: ignore[arg-type]
    "replicate type": (lambda: ts.make_replicates(sample_of("strata"), "jkn"), "`JKn`"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_is_refused_and_the_closest_offered(name: str) -> None:
    call, offered = UNKNOWN[name]
    refused(call, f"Did you mean {offered}?")


OPTIONS: dict[str, tuple[Callable[[], Any], str]] = {
    "interval of another statistic": (lambda: mean(interval="beta"), "`t` or `normal`"),
    "degrees of freedom": (lambda: mean(df="mine"), "`domain` or `design`"),
    "reference": (lambda: mean(srs="mine"), "`without_replacement`"),
    "confidence level of 95": (lambda: mean(conf_level=95), "conf_level=0.95"),
    "confidence level of 0": (lambda: mean(conf_level=0), "conf_level=0.95"),
    "no variable": (lambda: mean(variables=[]), "of a variable"),
    "variable twice": (lambda: mean(variables=["y", "y"]), "twice"),
    "by twice": (lambda: mean(by=["sex", "sex"]), "twice"),
    "by twice in a ratio": (
        lambda: ts.estimate_ratio(sample_of("strata"), "y", "x", by=["sex", "sex"]),
        "twice",
    ),
    "ratio twice": (lambda: ts.estimate_ratio(sample_of("strata"), ["y", "y"], ["x", "x"]), "y/x"),
    "by a column with a name of ours": (
        lambda: mean(frame=people().rename({"sex": "estimate"}), by="estimate"),
        "Rename",
    ),
    "no levels": (lambda: ts.estimate_proportion(sample_of("strata"), "role", levels=[]), "`levels`"),
    "a design that is none": (lambda: ts.SurveySample(people(), {"weight": "w"}), "SurveyDesign"),  # type: ignore[arg-type]
    "where nothing is known": (lambda: mean(where={"role": ["worker", None]}), ".is_null()"),
    "where is not a number": (lambda: mean(where={"y": NAN}), ".is_null()"),
    "one denominator of two": (
        lambda: ts.estimate_ratio(sample_of("strata"), ["y", "z"], "x"),
        "denominator",
    ),
    "one wave against itself": (
        lambda: ts.change(sample_of(replace(UNITS, wave="sex")), "mean", "y", from_wave="m"),
        "two different values",
    ),
    "weights and probabilities": (lambda: ts.SurveyDesign(weight="w", probability="p"), "not both"),
    "no weights": (lambda: ts.SurveyDesign(psu="district"), "weight"),
    "more strata than stages": (lambda: ts.SurveyDesign(weight="w", strata=["stratum", "type"]), "stages"),
    "no frame": (lambda: ts.SurveySample({"w": [1.0]}, PERSONS), "dict"),
    "a list": (lambda: ts.SurveySample([1.0], PERSONS), "list"),
    "a column": (lambda: ts.SurveySample(people()["w"], PERSONS), "Series"),
    "capitals": (lambda: ts.SurveySample(people().with_columns(Y=pl.col("y")), PERSONS), "`y` and `Y`"),
    "no rows": (lambda: mean(PERSONS, people().head(0)), "no rows"),
    "a thousand levels": (
        lambda: ts.estimate_proportion(
            sample_of("persons", pl.concat([people().with_columns(pl.col("y") + i) for i in range(20)])), "y"
        ),
        "1500 different values",
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_cannot_be_is_refused(name: str) -> None:
    call, told = OPTIONS[name]
    refused(call, told)


@pytest.mark.parametrize("bad", [INF, -INF])
@pytest.mark.parametrize("statistic", ["mean", "total", "variance", "ratio"])
def test_infinite_answers_are_refused(statistic: str, bad: float) -> None:
    sample = sample_of("strata", with_one(y=bad))
    asked = ("x", "y") if statistic == "ratio" else ("y",)
    refused(lambda: estimate(sample, statistic, *asked), "`y` has infinite values", "1 row(s)", "missing")


def test_infinite_answers_of_both_signs_and_a_gap_are_refused() -> None:
    frame = people().with_columns(
        y=pl.when(pl.col("person") == 3).then(INF).when(pl.col("person") == 4).then(-INF)
        .when(pl.col("person") == 5).then(NAN).otherwise(pl.col("y"))
    )  # fmt: skip
    refused(lambda: mean(frame=frame), "`y` has infinite values", "2 row(s)")


@pytest.mark.parametrize("design", ["strata", "persons", "two stages"])
def test_a_constant_has_no_error_and_says_so(design: str) -> None:
    frame = people().with_columns(c=pl.lit(3.7), d=pl.lit(1.7))
    sample = sample_of(design, frame)
    for statistic, asked in {"mean": ("c",), "ratio": ("c", "d"), "variance": ("c",)}.items():
        made = estimate(sample, statistic, *asked)
        assert column(made, "std_error") == [0.0]
        assert column(made, "design_effect") == [None]
        assert "the standard error is 0" in column(made, "note")[0]
        assert "no design effect" in column(made, "note")[0]


def test_the_cv_of_an_estimate_of_zero_is_empty() -> None:
    made = mean(frame=people().with_columns(y=pl.lit(0.0)))
    assert (column(made, "estimate"), column(made, "cv")) == ([0.0], [None])


EMPTY = ["mean", "total", "ratio", "variance"]


@pytest.mark.parametrize(
    ("design", "statistic"),
    [(d, s) for d in ("strata", "two stages", "persons") for s in EMPTY],
)
def test_nobody_answered_in_a_domain_or_anywhere(design: str, statistic: str) -> None:
    north = pl.when(pl.col("region") == "north").then(pl.col("y"))
    sample = sample_of(design, people().with_columns(none=pl.lit(None, pl.Float64), north=north))
    below = ("x",) if statistic == "ratio" else ()
    nowhere = estimate(sample, statistic, "none", *below)
    somewhere = estimate(sample, statistic, "north", *below, by="region")
    for row in [
        *nowhere.to_polars().to_dicts(),
        *somewhere.filter(region=["south", "west"]).to_polars().to_dicts(),
    ]:
        assert row["estimate"] == (0.0 if statistic == "total" else None)
        assert (row["std_error"], row["n_obs"], row["df"]) == (None, 0, 0.0)
        assert "no answers in this domain" in row["note"]
    assert nowhere.missing == {"none": people().height}
    assert column(somewhere.filter(region="north"), "std_error")[0] > 0


@pytest.mark.parametrize("statistic", ["proportion", "count"])
def test_levels_of_a_column_without_answers(statistic: str) -> None:
    frame = people().with_columns(none=pl.lit(None, pl.String))
    refused(lambda: estimate(sample_of("strata", frame), statistic, "none"), "`none`")


@pytest.mark.parametrize(
    ("design", "below"),
    [
        ("strata", pl.lit(0.0)),
        ("persons", pl.lit(0.0)),
        ("strata", pl.when(pl.col("region") == "north").then(0.0).otherwise(1.0)),
    ],
    ids=["everywhere", "everywhere, persons", "in a domain"],
)
def test_a_ratio_to_nothing_is_undefined_and_says_so(design: str, below: pl.Expr) -> None:
    sample = sample_of(design, people().with_columns(below=below))
    made = estimate(sample, "ratio", "y", "below", by="region").filter(region="north")
    for name in ("estimate", "std_error", "conf_low", "conf_high", "cv", "design_effect"):
        assert column(made, name) == [None]
    assert re.search("denominator", column(made, "note")[0])


@pytest.mark.parametrize("rule", ["remove", "adjust", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total", "proportion"])
def test_one_person_has_an_estimate_and_reasons(statistic: str, rule: Any) -> None:
    sample = sample_of(replace(PERSONS, lonely_psu=rule), people().head(1))
    made = estimate(sample, statistic, "sex" if statistic == "proportion" else "y")
    assert column(made, "n_obs") == [1]
    assert column(made, "df") == [0.0]
    assert "one answer" in column(made, "note")[0]
    assert column(made, "std_error") == [None if rule == "average" else 0.0]


@pytest.mark.parametrize("design", [UNITS, PERSONS], ids=["units", "persons"])
def test_the_variance_of_one_person_is_undefined(design: ts.SurveyDesign) -> None:
    """Whatever rounding makes of n / (n - 1) times nothing."""
    frame = people().with_columns(pl.col("y") * 0.1, w=pl.col("w") * 0.7, group=pl.col("person") // 2)
    frame = frame.filter((pl.col("group") > 20) | (pl.col("person") % 2 == 0))
    made = estimate(sample_of(design, frame), "variance", "y", by="group")
    alone = made.filter(group=list(range(21)))
    assert column(alone, "estimate") == [None] * 21
    assert all(column(alone, "note"))


@pytest.mark.parametrize("design", ["persons", "strata"])
def test_a_ratio_of_two_proportional_answers_has_no_error(design: str) -> None:
    sample = sample_of(design, people().with_columns(three=3.3 * pl.col("x")))
    close(values(estimate(sample, "ratio", "three", "x"), "std_error"), [[0.0]], atol=1e-7)


def test_a_domain_of_one_person_has_an_interval_that_says_why_not() -> None:
    made = mean(UNITS, people(), by="person")
    assert set(column(made, "conf_low")) == {None}
    assert all("no degrees of freedom" in note and "one answer" in note for note in column(made, "note"))


def test_a_total_too_large_for_a_float_is_refused() -> None:
    frame = people().with_columns(y=pl.lit(1e308))
    refused(lambda: estimate(sample_of("strata", frame), "total", "y"), "`y`")


def test_a_group_without_a_number_is_no_group() -> None:
    group = pl.when(pl.col("place") == 0).then(NAN).otherwise(1.0)
    made = mean(frame=people().with_columns(g=group), by="g")
    assert column(made, "g") == [1.0]
    assert made.missing == {"g": people().filter(pl.col("place") == 0).height}


def test_one_ratio_with_two_denominators_is_two_ratios() -> None:
    made = estimate(sample_of("strata"), "ratio", ["y", "y"], ["x", "w"])
    assert column(made, "variable") == ["y/x", "y/w"]


def test_a_text_for_levels_is_one_level() -> None:
    made = estimate(sample_of("strata"), "proportion", "role", levels="worker")
    assert column(made, "level") == ["worker"]


def test_a_thousand_levels_can_be_reported_by_naming_some() -> None:
    frame = pl.concat([people().with_columns(u=pl.col("person") + 100 * i) for i in range(20)])
    made = estimate(sample_of("persons", frame), "proportion", "u", levels=[5])
    assert column(made, "level") == ["5"]
