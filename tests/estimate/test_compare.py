"""Differences, ratios and change, with what the two estimates have in common."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

import talentstats as ts
from survey_support import (
    DESIGNS,
    checked,
    close,
    column,
    estimate,
    people,
    rows_of,
    sample_of,
    values,
)
from survey_textbook import covariance, textbook
from talentstats.errors import ComparisonError, InputError, TalentStatsError

UNITS = DESIGNS["strata"]
WAVES = replace(UNITS, wave="sex")  # any column with two values does for a wave


def in_wave(year: int) -> Callable[[Any], bool]:
    return lambda row: bool(row["year"] == year)


def compare(first: ts.Estimates, second: ts.Estimates, **options: Any) -> ts.Estimates:
    return checked(ts.compare(first, second, **options))


def in_region(region: str) -> Callable[[Any], bool]:
    return lambda row: bool(row["region"] == region)


@pytest.mark.parametrize("design", ["persons, strata and fpc", "strata", "two stages"])
@pytest.mark.parametrize("statistic", ["mean", "total", "ratio", "variance"])
def test_a_difference_of_domains_has_the_variance_of_its_scores(statistic: str, design: str) -> None:
    sample = sample_of(design)
    asked = ("y", "x") if statistic == "ratio" else ("y",)
    made = estimate(sample, statistic, *asked, by="region")
    found = compare(made.filter(region="north"), made.filter(region="south"))
    one, two = (
        textbook(
            rows_of(sample),
            sample.design,
            statistic,
            "y",
            denominator="x" if statistic == "ratio" else None,
            member=in_region(region),
        )
        for region in ("north", "south")
    )
    scores = [a - b for a, b in zip(one.scores, two.scores, strict=True)]
    variance = covariance(rows_of(sample), sample.design, scores, scores)
    df = min(one.df, two.df)
    error = variance**0.5
    value = one.estimate - two.estimate
    margin = float(stats.t.ppf(0.975, df)) * error
    close(
        values(found, "estimate", "std_error", "conf_low", "conf_high", "df"),
        [[value, error, value - margin, value + margin, df]],
    )
    assert column(found, "note") == ["region: north against south"]
    assert found.by == ()


def test_variables_are_compared_domain_by_domain() -> None:
    sample = sample_of("strata")
    made = estimate(sample, "mean", ["y", "x"], by="region")
    found = compare(made.filter(variable="y"), made.filter(variable="x"))
    assert column(found, "variable") == ["y - x"] * 3
    assert column(found, "region") == ["north", "south", "west"]
    differences = sample_of("strata", people().with_columns(d=pl.col("y") - pl.col("x")))
    expected = estimate(differences, "mean", "d", by="region")
    close(values(found, "estimate", "std_error", "df"), values(expected, "estimate", "std_error", "df"))


def test_two_calls_on_one_sample_of_units_are_one_call() -> None:
    sample = sample_of("two stages")
    together = estimate(sample, "mean", ["y", "x"], by="region")
    one, two = estimate(sample, "mean", "y", by="region"), estimate(sample, "mean", "x", by="region")
    found = compare(one, two)
    expected = compare(together.filter(variable="y"), together.filter(variable="x"))
    close(values(found, "estimate", "std_error", "df"), values(expected, "estimate", "std_error", "df"))


def test_each_domain_can_be_compared_with_the_whole() -> None:
    sample = sample_of("strata")
    made = estimate(sample, "mean", "y", by="region", margins=True)
    found = compare(made.filter(region=["north", "south", "west"]), made.filter(region=None))
    close(column(found, "estimate"), np.array(column(made, "estimate")[:3]) - column(made, "estimate")[3])
    joint = made.covariance()
    expected = [joint[i, i] + joint[3, 3] - 2 * joint[i, 3] for i in range(3)]
    close(column(found, "std_error"), np.sqrt(expected))


@pytest.mark.parametrize("kind", ["ratio", "relative_change"])
@pytest.mark.parametrize("design", ["persons, strata and fpc", "strata"])
def test_ratios_follow_the_delta_method(design: str, kind: Any) -> None:
    made = estimate(sample_of(design), "mean", "y", by="region").filter(region=["north", "south"])
    found = compare(made.filter(region="north"), made.filter(region="south"), kind=kind)
    theta = np.array(column(made, "estimate"))

    def function(at: Any) -> float:
        return float(at[0] / at[1] - (kind == "relative_change"))

    steps = np.eye(2) * 1e-4
    gradient = np.array([(function(theta + step) - function(theta - step)) / 2e-4 for step in steps])
    close(column(found, "estimate"), [function(theta)], rtol=1e-12)
    close(column(found, "std_error"), [np.sqrt(gradient @ made.covariance() @ gradient)], rtol=1e-7)


def test_replicates_give_the_covariance_of_a_comparison() -> None:
    made = estimate(ts.make_replicates(sample_of("strata"), "JKn"), "mean", "y", by="region")
    found = compare(made.filter(region="north"), made.filter(region="south"))
    c = made.covariance()
    close(column(found, "std_error"), [np.sqrt(c[0, 0] + c[1, 1] - 2 * c[0, 1])])
    assert column(found, "df") == [column(made, "df")[0]]


def test_independent_samples_add_variances_with_the_degrees_of_freedom_of_satterthwaite() -> None:
    one = estimate(sample_of("strata"), "mean", "y", by="region")
    two = estimate(sample_of("clusters", people(2)), "mean", "y", by="region")
    found = compare(one, two, samples="independent")
    parts = [np.square(column(made, "std_error")) for made in (one, two)]
    freedom = [np.array(column(made, "df")) for made in (one, two)]
    total = parts[0] + parts[1]
    close(column(found, "std_error"), np.sqrt(total))
    df = total**2 / (parts[0] ** 2 / freedom[0] + parts[1] ** 2 / freedom[1])
    close(column(found, "df"), df)
    margin = stats.t.ppf(0.975, df) * np.sqrt(total)
    close(column(found, "conf_high"), np.array(column(found, "estimate")) + margin)


def stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([frame.with_columns(year=pl.lit(year)) for year, frame in enumerate(frames)])


@pytest.mark.parametrize("fpc", [None, "fpc_1"])
@pytest.mark.parametrize("statistic", ["mean", "total", "proportion"])
def test_shared_units_are_the_stacked_file(statistic: str, fpc: str | None) -> None:
    """Some districts are in both waves, some in one."""
    design = replace(UNITS, fpc=fpc)
    sizes = pl.col("stratum").replace_strict({"s0": 9, "s1": 9, "s2": 12}).alias("fpc_1")
    waves = [people().filter(pl.col("district") != 23), people(2).filter(pl.col("district") != 0)]
    waves = [frame.with_columns(sizes) for frame in waves]
    asked = "role" if statistic == "proportion" else "y"
    apart = [estimate(sample_of(design, frame), statistic, asked, by="region") for frame in waves]
    found = compare(apart[1], apart[0], samples="shared")
    whole = sample_of(replace(design, wave="year"), stacked(waves))
    expected = checked(ts.change(whole, statistic, asked, by="region"))  # type: ignore[arg-type]
    close(values(found, "estimate", "std_error"), values(expected, "estimate", "std_error"))
    independent = compare(apart[1], apart[0], samples="independent")
    assert not np.allclose(values(found, "std_error"), values(independent, "std_error"), rtol=1e-3)


@pytest.mark.parametrize("strata", [None, "stratum"])
def test_an_overlapping_panel_is_the_stacked_file_with_the_person_as_unit(strata: str | None) -> None:
    design = ts.SurveyDesign(weight="w", strata=strata, case_id="person", wave="year")
    first = people().filter(pl.col("person") % 5 != 0)
    second = people().filter(pl.col("person") % 5 != 1).with_columns(y=pl.col("y") + 1 + pl.col("x") / 9)
    file = stacked([first, second])
    found = checked(ts.change(sample_of(design, file), "mean", "y"))
    apart = [
        estimate(sample_of(design, f.with_columns(year=pl.lit(0))), "mean", "y") for f in (first, second)
    ]
    shared = compare(apart[1], apart[0], samples="shared")
    close(values(shared, "estimate", "std_error"), values(found, "estimate", "std_error"))
    rows = file.to_dicts()
    scores = [textbook(rows, design, "mean", "y", member=in_wave(year)).scores for year in (1, 0)]
    change = [a - b for a, b in zip(*scores, strict=True)]
    close(column(found, "std_error"), [covariance(rows, design, change, change) ** 0.5])
    apart_error = compare(apart[1], apart[0], samples="independent")
    assert column(found, "std_error")[0] < 0.6 * column(apart_error, "std_error")[0]


CHANGES: dict[str, tuple[Any, ...]] = {
    "mean": ("y",),
    "total": ("y",),
    "proportion": ("role",),
    "ratio": ("y",),
    "count": (),
}


@pytest.mark.parametrize("kind", ["difference", "ratio", "relative_change"])
@pytest.mark.parametrize("statistic", CHANGES)
def test_change_is_the_comparison_of_two_waves_as_domains(statistic: Any, kind: Any) -> None:
    sample = sample_of(WAVES)
    below: dict[str, Any] = {"denominators": "x"} if statistic == "ratio" else {}
    found = checked(ts.change(sample, statistic, *CHANGES[statistic], kind=kind, by="region", **below))
    asked = (*CHANGES[statistic], *below.values())
    made = estimate(sample, statistic, *asked, by=["sex", "region"])
    expected = compare(made.filter(sex="m"), made.filter(sex="f"), kind=kind)
    close(values(found, "estimate", "std_error", "df"), values(expected, "estimate", "std_error", "df"))
    assert column(found, "region")[0] == "north"
    back = checked(ts.change(sample, statistic, *CHANGES[statistic], from_wave="m", to_wave="f", **below))
    forth = checked(ts.change(sample, statistic, *CHANGES[statistic], **below))
    close(column(back, "estimate"), -np.array(column(forth, "estimate")))


def test_change_takes_a_subpopulation() -> None:
    sample = sample_of(WAVES)
    inside = checked(ts.change(sample, "mean", "y", where={"region": "south"}))
    close(
        values(inside, "estimate", "std_error"),
        values(ts.change(sample, "mean", "y", by="region").filter(region="south"), "estimate", "std_error"),
    )


def two_waves() -> tuple[ts.Estimates, ts.Estimates]:
    return tuple(estimate(sample_of("strata", people(seed)), "mean", "y", by="region") for seed in (1, 2))  # type: ignore[return-value]


def persons_twice() -> ts.SurveySample:
    return sample_of(ts.SurveyDesign(weight="w", wave="sex"))


def regions(**options: Any) -> ts.Estimates:
    return estimate(sample_of("strata"), "mean", "y", by="region", **options)


NO_SUCH: Any = "mine"
REFUSED: dict[str, tuple[type[TalentStatsError], str, Callable[[], Any]]] = {
    "two samples, nothing said": (ComparisonError, 'samples="independent"', lambda: ts.compare(*two_waves())),
    "waves of people who were not followed": (
        ComparisonError,
        "case_id",
        lambda: ts.change(persons_twice(), "mean", "y"),
    ),
    "waves as domains, not followed": (
        ComparisonError,
        "case_id",
        lambda: ts.compare(
            (made := estimate(persons_twice(), "mean", "y", by="sex")).filter(sex="m"), made.filter(sex="f")
        ),
    ),
    "two calls on persons": (
        ComparisonError,
        "one call",
        lambda: ts.compare(
            estimate(sample := sample_of("persons"), "mean", "y"), estimate(sample, "mean", "x")
        ),
    ),
    "shared persons without an id": (
        ComparisonError,
        "`psu` or `case_id`",
        lambda: ts.compare(
            *(estimate(sample_of("persons"), "mean", "y") for _ in range(2)), samples="shared"
        ),
    ),
    "shared units of two stages": (
        ComparisonError,
        "`change`",
        lambda: ts.compare(
            *(estimate(sample_of("two stages"), "mean", "y") for _ in range(2)), samples="shared"
        ),
    ),
    "strata in one of two": (
        ComparisonError,
        "strata in both",
        lambda: ts.compare(
            *(estimate(sample_of(design), "mean", "y") for design in ("strata", "clusters")), samples="shared"
        ),
    ),
    "two statistics": (
        ComparisonError,
        "contrast",
        lambda: ts.compare(regions(), estimate(sample_of("strata"), "total", "y", by="region")),
    ),
    "two units": (
        ComparisonError,
        "scale",
        lambda: ts.compare(made := regions(), made.scale(0.1, unit="tens")),
    ),
    "unmatched rows": (
        InputError,
        "2 matched",
        lambda: ts.compare(made := regions(), made.filter(region=["north", "south"])),
    ),
    "by in one of two": (
        InputError,
        "`region`",
        lambda: ts.compare(regions(), estimate(sample_of("strata"), "mean", ["y", "x"])),
    ),
    "kind": (InputError, "`relative_change`", lambda: ts.compare(made := regions(), made, kind=NO_SUCH)),
    "relation": (InputError, "`shared`", lambda: ts.compare(*two_waves(), samples=NO_SUCH)),
    "no wave": (InputError, "`wave`", lambda: ts.change(sample_of("strata"), "mean", "y")),
    "three waves": (
        InputError,
        "north, south, west",
        lambda: ts.change(sample_of(replace(UNITS, wave="region")), "mean", "y"),
    ),
    "a wave that is not there": (
        InputError,
        "`q`",
        lambda: ts.change(sample_of(WAVES), "mean", "y", from_wave="f", to_wave="q"),
    ),
    "statistic that cannot change": (
        InputError,
        "`variance`",
        lambda: ts.change(sample_of(WAVES), "variance", "y"),  # type: ignore[arg-type]
    ),
    "a function with a corner": (
        InputError,
        "smooth",
        lambda: ts.contrast(regions(), {"distance": lambda e: abs(e["south"] - e["north"])}),
    ),
    "a rounded function": (
        InputError,
        "smooth",
        lambda: ts.contrast(regions(), {"whole": lambda e: round(e["south"], 1)}),
    ),
    "steps": (InputError, "smooth", lambda: ts.contrast(regions(), {"a": lambda e: np.floor(e["south"])})),
    "an unknown row": (InputError, "`south`", lambda: ts.contrast(regions(), {"a": {"souht": 1}})),
    "a row too many": (InputError, "0 to 2", lambda: ts.contrast(regions(), {"a": {3: 1}})),
    "confidence level": (InputError, "0.95", lambda: ts.contrast(regions(), {"a": {0: 1}}, conf_level=95)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compared_is_refused(name: str) -> None:
    kind, told, call = REFUSED[name]
    with pytest.raises(kind) as caught:
        call()
    assert told in str(caught.value)
    assert "to do:" in str(caught.value)


def replicated(kind: Any, seed: int | None = None) -> ts.Estimates:
    sample = replace(sample_of("strata", people()), token=TOKEN)
    count = None if seed is None else 20
    return estimate(ts.make_replicates(sample, kind, replicates=count, seed=seed), "mean", "y")


TOKEN = object()
REFUSED_TOO: dict[str, tuple[str, Callable[[], Any]]] = {
    "the larger of two": (
        "smooth",
        lambda: ts.contrast(regions(), {"a": lambda e: max(e["south"], e["north"])}),
    ),
    "numpy's larger of two": (
        "smooth",
        lambda: ts.contrast(regions(), {"a": lambda e: np.maximum(e["south"], e["north"])}),
    ),
    "whole numbers": ("smooth", lambda: ts.contrast(regions(), {"a": lambda e: int(e["south"])})),
    "a root of a negative number": (
        "not defined",
        lambda: ts.contrast(regions(), {"a": lambda e: np.sqrt(-e["south"])}),
    ),
    "division by zero": (
        "not defined",
        lambda: ts.contrast(regions(), {"a": lambda e: e["south"] / (e["north"] - e["north"])}),
    ),
    "an infinite coefficient": (
        "not a number",
        lambda: ts.contrast(regions(), {"a": {"south": float("inf")}}),
    ),
    "a coefficient of text": ("not a number", lambda: ts.contrast(regions(), {"a": {"south": NO_SUCH}})),
    "no coefficients": ("No estimate", lambda: checked(ts.contrast(regions(), {"a": {}}))),
    "a confidence level of 0": ("0.95", lambda: ts.contrast(regions(), {"a": {0: 1}}, conf_level=0)),
    "an unknown rule for df": (
        "`domain` or `design`",
        lambda: ts.contrast(regions(), {"a": {0: 1}}, df=NO_SUCH),
    ),
    "an unknown rule for df of a comparison": (
        "`domain` or `design`",
        lambda: ts.compare(regions(), regions(), samples="independent", df=NO_SUCH),
    ),
    "replicates of two kinds": (
        "different replicates",
        lambda: ts.compare(replicated("JKn"), replicated("bootstrap", 1)),
    ),
    "replicates of two seeds": (
        "different replicates",
        lambda: ts.compare(replicated("bootstrap", 2), replicated("bootstrap", 1)),
    ),
}


@pytest.mark.parametrize("name", REFUSED_TOO)
def test_what_has_no_answer_is_refused(name: str) -> None:
    told, call = REFUSED_TOO[name]
    with pytest.raises(TalentStatsError) as caught:
        call()
    assert told in str(caught.value)
    assert "to do:" in str(caught.value)


def test_one_set_of_replicates_made_twice_is_one() -> None:
    one, two = replicated("bootstrap", 1), replicated("bootstrap", 1)
    assert column(compare(one, two), "std_error") == [0.0]


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "powers": lambda x: x**3 + 2**x + x**x,
    "fractions": lambda x: (1 - x) / (1 + x) + np.reciprocal(x) - (-x) / 3,
    "roots": lambda x: np.sqrt(x) + np.cbrt(x) + np.square(x),
    "exponentials": lambda x: np.exp(x) + np.expm1(x) + np.sinh(x) + np.cosh(x) + np.tanh(x),
    "logarithms": lambda x: np.log(x) + np.log1p(x) + np.log2(x) + np.log10(x),
    "angles": lambda x: np.sin(x) + np.cos(x) + np.tan(x) + np.arcsin(x) + np.arctan(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_exact(name: str) -> None:
    made = estimate(sample_of("strata"), "proportion", "sex", levels=["f"])
    found = checked(ts.contrast(made, {name: lambda e: FUNCTIONS[name](e[0])}))
    at, step = column(made, "estimate")[0], 1e-5
    slope = (FUNCTIONS[name](at + step) - FUNCTIONS[name](at - step)) / (2 * step)
    close(column(found, "estimate"), [FUNCTIONS[name](at)])
    close(column(found, "std_error"), [abs(slope) * column(made, "std_error")[0]], rtol=1e-7)


def test_a_domain_without_answers_leaves_the_other_comparisons_alone() -> None:
    north = pl.when(pl.col("region") != "west").then(pl.col("y"))
    some = estimate(sample_of("strata", people().with_columns(north=north)), "mean", "north", by="region")
    found = compare(some, some.filter(region="south"))
    whole = estimate(sample_of("strata"), "mean", "y", by="region")
    expected = compare(whole, whole.filter(region="south"))
    close(values(found, "std_error")[:2], values(expected, "std_error")[:2])
    assert column(found, "estimate")[2] is None
    single = checked(ts.contrast(some, {"north": {"north": 1}}))
    close(column(single, "std_error"), column(some, "std_error")[:1])


@pytest.mark.parametrize("design", ["strata", "persons"])
@pytest.mark.parametrize("replicates", [False, True])
def test_what_is_not_defined_stays_so_and_leaves_the_rest_alone(design: str, replicates: bool) -> None:
    """Through comparisons of comparisons, linearised and replicated."""
    answers = pl.when(pl.col("region") != "west").then(pl.col("y"))
    sample = sample_of("clusters" if replicates else design, people().with_columns(answers=answers))
    sample = ts.make_replicates(sample, "JK1") if replicates else sample
    made = estimate(sample, "mean", ["answers", "y"], by=["region", "sex"])
    gaps = compare(made.filter(sex="f"), made.filter(sex="m"))
    again = checked(
        ts.contrast(gaps, {"a": {"north answers": 2}, "b": {"north answers": 1, "west answers": 1}})
    )
    direct = estimate(sample, "mean", "y", by=["region", "sex"])
    expected = compare(direct.filter(sex="f", region="north"), direct.filter(sex="m", region="north"))
    close(values(again, "estimate", "std_error")[0], 2 * values(expected, "estimate", "std_error")[0])
    assert np.isnan(values(again, "estimate", "std_error")[1]).all()


def test_a_ratio_to_zero_is_undefined_and_says_so() -> None:
    frame = people().with_columns(zero=pl.lit(0.0))
    made = estimate(sample_of("strata", frame), "mean", ["y", "zero"])
    for kind in ("ratio", "relative_change"):
        found = compare(made.filter(variable="y"), made.filter(variable="zero"), kind=kind)
        assert column(found, "estimate") == [None]
        assert "not defined" in column(found, "note")[0]


@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
def test_a_contrast_is_linear_or_by_the_delta_method(design: str) -> None:
    made = estimate(sample_of(design), "mean", "y", by="region", margins=True)
    weights = np.array([0.5, 0.5, -1.0, 0.0])
    found = checked(
        ts.contrast(
            made,
            {
                "north and south less west": {"north": 0.5, 1: 0.5, "west": -1},
                "the same": lambda e: 0.5 * e["north"] + 0.5 * e["south"] - e["west"],
                "log ratio": lambda e: np.log(e["north"] / e["all"]),
                "odd": lambda e: np.sqrt(e["north"] * e[1]) + e["west"] ** 2 / 50,
            },
        )
    )
    theta, joint = np.array(column(made, "estimate")), made.covariance()
    root = np.sqrt(theta[0] * theta[1])
    gradients = [
        weights,
        weights,
        np.array([1 / theta[0], 0, 0, -1 / theta[3]]),
        np.array([root / theta[0] / 2, root / theta[1] / 2, theta[2] / 25, 0]),
    ]
    close(column(found, "estimate")[:2], [weights @ theta] * 2)
    close(column(found, "std_error"), [np.sqrt(g @ joint @ g) for g in gradients], rtol=1e-8)
    df = np.array(column(made, "df"))
    assert column(found, "df") == [df[:3].min(), df[:3].min(), min(df[0], df[3]), df[:3].min()]
    assert column(found, "variable") == ["north and south less west", "the same", "log ratio", "odd"]


def test_options_of_a_comparison_are_those_of_the_first_unless_given() -> None:
    made = regions(conf_level=0.9, df="design")
    kept = compare(made.filter(region="west"), made.filter(region="south"))
    assert (kept.method.conf_level, column(kept, "df")) == (0.9, [6])
    own = regions()
    changed = compare(own.filter(region="west"), own.filter(region="south"), conf_level=0.99, df="design")
    assert (changed.method.conf_level, column(changed, "df")) == (0.99, [6])
    margin = column(changed, "conf_high")[0] - column(changed, "estimate")[0]
    close(margin, float(stats.t.ppf(0.995, 6)) * column(changed, "std_error")[0])


def test_degrees_of_freedom_of_domains_can_be_asked_of_estimates_that_show_those_of_the_design() -> None:
    made = regions(df="design")
    found = compare(made.filter(region="west"), made.filter(region="south"), df="domain")
    assert column(found, "df") == [3]


def test_a_comparison_can_be_compared_and_combined_again() -> None:
    sample = sample_of("strata")
    made = estimate(sample, "mean", "y", by=["region", "sex"])
    gaps = compare(made.filter(sex="f"), made.filter(sex="m"))
    between = checked(ts.contrast(gaps, {"d": {"north": 1, "south": -1}}))
    direct = checked(ts.contrast(made, {"d": {"north f": 1, "north m": -1, "south f": -1, "south m": 1}}))
    close(values(between, "estimate", "std_error"), values(direct, "estimate", "std_error"))


def test_columns_may_have_the_names_of_our_own_bookkeeping() -> None:
    table = pl.DataFrame(
        {"w": 1.0, "row": ["b", "b", "d", "d"] * 2, "partner": [1, 2] * 4, "y": [1.0, 2, 4, 8, 3, 1, 5, 9]}
    )
    sample = ts.make_replicates(ts.SurveySample(table, ts.SurveyDesign(weight="w", strata="row")), "JKn")
    means = ts.estimate_mean(sample, "y", by=["row", "partner"])
    gap = ts.compare(means.filter(row="b"), means.filter(row="d"))
    assert gap.to_polars()["estimate"].to_list() == [2.0 - 4.5, 1.5 - 8.5]
