from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentstats as ts
from adjusted_support import SIZE, drawn, margin, std_errors, two_margins, weights_of
from survey_support import close, estimate, same_numbers, sample_of
from talentstats.errors import InputError
from talentstats.provenance import Licence, Origin
from talentstats.terms import Vintage

FEW = settings(max_examples=5, deadline=None, derandomize=True)


def sums_of(sample: ts.SurveySample, *columns: str) -> dict[Any, float]:
    """Add up the weights by the combinations of some columns."""
    weights = pl.Series("now", weights_of(sample))
    sums = sample.frame.with_columns(weights).group_by(columns).agg(pl.col("now").sum())
    return {row[:-1] if len(columns) > 1 else row[0]: row[-1] for row in sums.iter_rows()}


def agrees(found: dict[Any, float], wanted: dict[Any, float]) -> None:
    assert set(found) == set(wanted)
    close([found[key] for key in wanted], list(wanted.values()))


# ---- what raking does ----


@FEW
@given(seed=st.integers(0, 10_000))
def test_the_weights_meet_every_margin(seed: int) -> None:
    draw = np.random.default_rng(seed)
    margins: dict[str, dict[Any, float]] = {
        name: dict(
            zip(margin(name), (SIZE * draw.dirichlet(np.full(len(margin(name)), 9.0))).tolist(), strict=True)
        )
        for name in ("sex", "region", "type", "yes")
    }
    made = ts.rake(sample_of("strata", drawn()), margins)
    for name, totals in margins.items():
        agrees(sums_of(made, name), totals)


def test_raking_is_meeting_each_margin_in_turn_until_none_moves() -> None:
    weights = drawn()["w"].to_numpy().copy()
    for _ in range(200):
        for name, totals in two_margins().items():
            for level, total in totals.items():
                inside = (drawn()[name] == level).to_numpy()
                weights[inside] *= total / weights[inside].sum()
    close(weights_of(ts.rake(sample_of("strata", drawn()), two_margins())), weights)


def test_a_margin_can_combine_columns() -> None:
    totals = {("f", "a"): 400.0, ("f", "b"): 300.0, ("m", "a"): 450.0, ("m", "b"): 350.0}
    made = ts.rake(sample_of("strata", drawn()), {("sex", "type"): totals, "region": margin("region")})
    agrees(sums_of(made, "sex", "type"), totals)
    agrees(sums_of(made, "region"), margin("region"))


def test_raking_again_changes_nothing() -> None:
    once = ts.rake(sample_of("strata", drawn()), two_margins())
    again = ts.rake(once, two_margins())
    close(weights_of(again), weights_of(once))
    same_numbers(
        estimate(again, "mean", "y", by="region"), estimate(once, "mean", "y", by="region"), rtol=1e-8
    )


@FEW
@given(factor=st.floats(1e-6, 1e6))
def test_the_size_of_the_weights_before_raking_does_not_matter(factor: float) -> None:
    plain = ts.rake(sample_of("strata", drawn()), two_margins())
    scaled = ts.rake(sample_of("strata", drawn().with_columns(pl.col("w") * factor)), two_margins())
    close(weights_of(scaled), weights_of(plain))
    close(std_errors(ts.estimate_mean(scaled, "y")), std_errors(ts.estimate_mean(plain, "y")), rtol=1e-9)


@FEW
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    shuffled = drawn().sample(fraction=1.0, shuffle=True, seed=seed)
    found = [ts.rake(sample_of("two stages", frame), two_margins()) for frame in (drawn(), shuffled)]
    by_person = [made.frame.sort("person")["raked_weight"] for made in found]
    close(by_person[1], by_person[0])
    same_numbers(*(estimate(made, "mean", "y", by="region") for made in found), rtol=1e-9)


@pytest.mark.parametrize("design", ["persons", "strata", "two stages"])
def test_post_stratification_is_raking_to_one_margin(design: str) -> None:
    sample = sample_of(design, drawn())
    one = ts.poststratify(sample, "region", margin("region"))
    other = ts.rake(sample, {"region": margin("region")})
    close(weights_of(one), weights_of(other))
    for statistic in ("mean", "total"):
        same_numbers(estimate(one, statistic, "y", by="sex"), estimate(other, statistic, "y", by="sex"))


def test_post_strata_of_two_columns_get_their_totals() -> None:
    totals = {("f", "a"): 400.0, ("f", "b"): 300.0, ("m", "a"): 450.0, ("m", "b"): 350.0}
    made = ts.poststratify(sample_of("strata", drawn()), ["sex", "type"], totals)
    agrees(sums_of(made, "sex", "type"), totals)
    within = made.frame.with_columns(factor=pl.col("poststratified_weight") / pl.col("w"))
    assert within.group_by("sex", "type").agg(pl.col("factor").std())["factor"].max() < 1e-12


def test_totals_may_be_margins_made_of_a_frame() -> None:
    sample = sample_of("strata", drawn())
    plain = ts.poststratify(sample, "region", margin("region"))
    table = pl.DataFrame({"region": list(margin("region")), "persons": list(margin("region").values())})
    margins = ts.Margins.of({"region": table})
    close(weights_of(ts.poststratify(sample, "region", margins)), weights_of(plain))


@pytest.mark.parametrize("design", ["persons, weights from fpc", "clusters, probabilities"])
def test_a_design_without_a_column_of_weights_gets_one(design: str) -> None:
    sample = sample_of(design, drawn())
    made = ts.rake(sample, two_margins())
    before = made.adjustments[0].before
    total = ts.estimate_count(sample).to_polars()["estimate"].item()
    close(made.frame[before].sum(), total)
    assert (made.design.weight, made.design.probability) == ("raked_weight", None)
    agrees(sums_of(made, "region"), margin("region"))


@pytest.mark.parametrize("kind", [pl.DataFrame.clone, pl.DataFrame.lazy])
def test_a_category_in_which_nobody_responded_needs_no_total(kind: Callable[[pl.DataFrame], Any]) -> None:
    frame = drawn().with_columns(answered=pl.when(pl.col("region") == "west").then(0).otherwise("answered"))
    sample = ts.adjust_nonresponse(sample_of("strata", kind(frame)), "answered", "sex")
    made = ts.rake(sample, {"region": {"north": 800.0, "south": 700.0}})
    found = ts.estimate_count(made, by="region").to_polars()
    agrees(dict(found.select("region", "estimate").iter_rows()), {"north": 800.0, "south": 700.0})


# ---- what it keeps ----


def origin_of(publisher: str) -> Origin:
    return Origin(
        dataset=f"{publisher}/x/2025",
        publisher=publisher,
        title="t",
        table_id="x",
        url="u",
        published=Vintage.parse("2025"),
        accessed=date(2025, 2, 1),
        licence=Licence(name="CC BY 4.0", url="u"),
        sha256="0" * 64,
    )


def test_the_sample_keeps_what_it_was_and_gains_the_origin_of_the_totals() -> None:
    survey, register = origin_of("survey"), origin_of("register")
    sample = ts.SurveySample(drawn(), ts.SurveyDesign(weight="w"), origins=(survey,), synthetic=True)
    margins = ts.Margins.of(two_margins(), reference_date=date(2025, 1, 1), origins=[register])
    made = ts.rake(sample, margins)
    assert (made.origins, made.synthetic) == ((survey, register), True)
    assert made.adjustments[0].reference_date == date(2025, 1, 1)
    assert made.token is sample.token
    assert sample.frame.columns == drawn().columns
    found = ts.estimate_mean(made, "y")
    assert (found.origins, found.synthetic) == ((survey, register), True)


def test_the_sample_says_what_was_done_to_its_weights() -> None:
    made = ts.rake(ts.poststratify(sample_of("strata", drawn()), "sex", margin("sex")), two_margins())
    assert "weight: raked_weight" in repr(made)
    assert "weights after post-stratification, raking" in repr(made)
    assert made.adjustments[1].settings == {"margins": "`sex`; `region`"}


def test_new_weights_take_a_name_that_is_free() -> None:
    sample = sample_of("strata", drawn().with_columns(Raked_weight=pl.lit(1.0)))
    once = ts.rake(sample, two_margins())
    again = ts.rake(once, two_margins())
    assert (once.design.weight, again.design.weight) == ("raked_weight_", "raked_weight__")
    assert ts.rake(sample, two_margins(), name="final").design.weight == "final"


@pytest.mark.parametrize("name", ["w", "y", "Sex"])
def test_a_name_that_a_column_has_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"has a column `{name}` already"):
        ts.rake(sample_of("strata", drawn()), two_margins(), name=name)


# ---- what cannot be ----

THREE = {"north": 600.0, "south": 550.0, "west": 350.0}
WRONG: dict[str, tuple[dict[Any, Any], list[str]]] = {
    "a category without a total": (
        {"region": {"north": 900.0, "south": 600.0}},
        ["margin `region`", "in the data without a population total: `west`"],
    ),
    "a category that is not in the data": (
        {"region": {**THREE, "west": 250.0, "east": 100.0}},
        ["margin `region`", "with nobody in the data: `east`"],
    ),
    "a category in other words": (
        {"region": {"north": 600.0, "south": 550.0, "West": 350.0}},
        ["Is `west` in the data `West` in the margin?"],
    ),
    "a total of zero for people who are there": (
        {"region": {"north": 900.0, "south": 600.0, "west": 0.0}},
        ["in the data without a population total: `west`"],
    ),
    "margins of another size": (
        {"sex": {"f": 700.0, "m": 800.0}, "region": {**THREE, "west": 450.0}},
        ["1,500, the size of the margin `sex`", "1,600 in the margin `region`", "+100"],
    ),
    "a combination that is empty": (
        {("region", "sex"): {("north", "f"): 700.0, ("north", "m"): 800.0}},
        ["margin `region` by `sex`", "`south, f`"],
    ),
    "a column that is not there": ({"regio": THREE}, ["no auxiliary `regio`", "Did you mean `region`?"]),
    "a column with gaps": (
        {"role": {"partner": 500.0, "student": 500.0, "worker": 500.0}},
        ["`role` is missing in 8 row(s)"],
    ),
    "a negative total": ({"region": {**THREE, "west": -1.0}}, ["-1 for `west`"]),
    "no margins": ({}, ["There are no margins"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_margins_that_do_not_fit_are_refused_with_the_reason(name: str) -> None:
    margins, words = WRONG[name]
    with pytest.raises(InputError) as refusal:
        ts.rake(sample_of("strata", drawn()), margins)
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("margins", [{"sex": margin("sex"), "x": 8000.0}, {"x": 8000.0}])
def test_totals_of_quantities_are_for_calibration(margins: dict[Any, Any]) -> None:
    with pytest.raises(InputError, match="one total of `x`"):
        ts.rake(sample_of("strata", drawn()), margins)


@pytest.mark.parametrize(
    "totals", [ts.Margins.of({"region": margin("region")}), ts.Margins.of(two_margins()), 1500.0]
)
def test_totals_of_other_columns_are_no_post_strata(totals: Any) -> None:
    with pytest.raises(InputError, match="The totals are not those of the post-strata"):
        ts.poststratify(sample_of("strata", drawn()), "sex", totals)


def test_margins_that_contradict_each_other_in_the_sample_are_refused_with_the_distance() -> None:
    twin = pl.when(pl.col("sex") == "f").then(pl.lit("x")).otherwise(pl.lit("y"))
    sample = sample_of("strata", drawn().with_columns(twin=twin))
    with pytest.raises(InputError) as refusal:
        ts.rake(sample, {"sex": {"f": 700, "m": 800}, "twin": {"x": 900, "y": 600}})
    for words in ("`sex` stays away from its totals", "700 in `f` of `sex`", "900 after 1000 rounds"):
        assert words in str(refusal.value)


def test_too_few_rounds_are_no_raking() -> None:
    with pytest.raises(InputError, match="stays away from its totals"):
        ts.rake(sample_of("strata", drawn()), two_margins(), max_iterations=1)


def test_a_replicate_that_has_nobody_of_a_category_is_named() -> None:
    frame = drawn().with_columns(
        place=pl.when(pl.col("district") == 10).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    sample = ts.make_replicates(ts.rake(sample_of("strata", frame), {"place": {"a": 300, "b": 1200}}), "JKn")
    with pytest.raises(InputError, match="in replicate 4"):
        ts.estimate_mean(sample, "y")


def test_an_unknown_rule_for_the_residuals_is_refused() -> None:
    with pytest.raises(InputError, match="Did you mean `unweighted`"):
        ts.rake(sample_of("strata", drawn()), two_margins(), residuals="unweigted")  # type: ignore[arg-type]


# ---- frames ----


def pandas_with_an_odd_index(frame: pl.DataFrame) -> Any:
    table = frame.to_pandas()
    table.index = np.arange(len(table)) * 7 % 5
    return table


FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "pandas": pandas_with_an_odd_index,
    "pyarrow": pl.DataFrame.to_arrow,
    "polars-lazy": pl.DataFrame.lazy,
    "duckdb": lambda frame: duckdb.connect().from_arrow(frame.to_arrow()),
}
ADJUST: dict[str, Callable[[ts.SurveySample], ts.SurveySample]] = {
    "raked": lambda sample: ts.rake(sample, {**two_margins(), "yes": margin("yes")}),
    "post-stratified": lambda sample: ts.poststratify(sample, "region", margin("region")),
    "calibrated": lambda sample: ts.calibrate(sample, two_margins()),
    "classes, raked": lambda sample: ts.rake(ts.adjust_nonresponse(sample, "answered", "sex"), two_margins()),
}


@pytest.mark.parametrize("adjust", ADJUST)
@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_gives_the_same(kind: str, adjust: str) -> None:
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district")
    found = ADJUST[adjust](ts.SurveySample(FRAMES[kind](drawn()), design))
    wanted = ADJUST[adjust](ts.SurveySample(drawn(), design))
    for statistic in ("mean", "total"):
        same_numbers(
            estimate(found, statistic, "y", by="region"),
            estimate(wanted, statistic, "y", by="region"),
            rtol=1e-9,
        )


def test_a_frame_of_pandas_keeps_its_index_and_gains_the_weights() -> None:
    table = pandas_with_an_odd_index(drawn())
    made = ts.rake(ts.SurveySample(table, ts.SurveyDesign(weight="w")), two_margins()).frame
    assert made.index.equals(table.index)
    close(made["raked_weight"], ts.rake(sample_of("persons", drawn()), two_margins()).frame["raked_weight"])


def test_categories_of_a_column_with_types_of_pandas_are_known_by_what_is_written() -> None:
    table = drawn().to_pandas()
    table["yes"] = table["yes"].astype(float)
    made = ts.rake(ts.SurveySample(table, ts.SurveyDesign(weight="w")), {"yes": {0: 900, 1: 600}})
    close(made.frame.groupby("yes")["raked_weight"].sum(), [900, 600])
