"""Domains: `by`, margins, `where`, and what is missing."""

from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import (
    DESIGNS,
    STATISTICS,
    close,
    column,
    estimate,
    matches,
    people,
    rows_of,
    same_numbers,
    sample_of,
    values,
)
from survey_textbook import Member, is_known, textbook

ASKED: dict[str, tuple[Any, ...]] = {
    "mean": (["y", "z"],),
    "total": (["y", "z"],),
    "proportion": ("role",),
    "ratio": ("y", "z"),
    "count": ("role",),
    "variance": (["y", "z"],),
}


@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
@pytest.mark.parametrize("statistic", STATISTICS)
def test_margins_are_what_a_call_without_the_column_gives(statistic: str, design: str) -> None:
    sample = sample_of(design)
    made = estimate(sample, statistic, *ASKED[statistic], by=["region", "sex"], margins=True)
    parts: dict[tuple[str, ...], dict[str, Any]] = {
        ("region", "sex"): {},
        ("region",): {"sex": None},
        ("sex",): {"region": None},
        (): {"region": None, "sex": None},
    }
    for by, all_of in parts.items():
        apart = estimate(sample, statistic, *ASKED[statistic], by=by)
        whole = made.to_polars()
        for name in ("region", "sex"):
            whole = whole.filter(pl.col(name).is_null() if name in all_of else pl.col(name).is_not_null())
        close(whole["estimate"], column(apart, "estimate"), rtol=1e-12)
        close(whole["std_error"], column(apart, "std_error"), rtol=1e-9)
        assert whole.select("df", "n_obs", "n_missing", "note").equals(
            apart.to_polars().select("df", "n_obs", "n_missing", "note")
        )


def test_rows_are_ordered_by_domain_then_variable_then_level_with_margins_last() -> None:
    made = estimate(sample_of("strata"), "proportion", ["yes", "sex"], by=["region", "stratum"], margins=True)
    table = made.to_polars()
    domains = table.select("region", "stratum").unique(maintain_order=True).rows()
    full = sorted((r, s) for r in ("north", "south", "west") for s in ("s0", "s1", "s2"))
    full.remove(("west", "s2"))
    regions: list[tuple[str | None, str | None]] = [("north", None), ("south", None), ("west", None)]
    strata: list[tuple[str | None, str | None]] = [(None, "s0"), (None, "s1"), (None, "s2")]
    assert domains == [*full, *regions, *strata, (None, None)]
    answers = table.select("variable", "level").head(4).rows()
    assert answers == [("yes", "False"), ("yes", "True"), ("sex", "f"), ("sex", "m")]


@pytest.mark.parametrize("kind", [pl.Enum, pl.Categorical], ids=["enum", "categorical"])
def test_levels_and_domains_of_a_category_keep_their_order(kind: Any) -> None:
    order = ["worker", "student", "partner"]
    dtype = kind(order) if kind is pl.Enum else kind()
    frame = pl.concat([pl.DataFrame({"role": order}), people().select("role")]).cast(dtype)[3:]
    sample = sample_of("strata", people().with_columns(frame["role"]))
    levels = estimate(sample, "proportion", "role")
    domains = estimate(sample, "mean", "y", by="role")
    expected = order if kind is pl.Enum else sorted(order)
    assert column(levels, "level") == expected
    assert column(domains, "role") == expected


WHERES: dict[str, tuple[Any, Member]] = {
    "one value": ({"region": "north"}, lambda row: row["region"] == "north"),
    "several values": ({"region": ["north", "west"]}, lambda row: row["region"] in ("north", "west")),
    "two columns": (
        {"region": "north", "yes": True},
        lambda row: row["region"] == "north" and row["yes"],
    ),
    "a column with gaps": ({"role": "worker"}, lambda row: row["role"] == "worker"),
    "an expression": (nw.col("y") > 40, lambda row: row["y"] > 40),
    "an expression with gaps": (nw.col("z") > 5, lambda row: is_known(row["z"]) and row["z"] > 5),
    "those who did not answer": (nw.col("role").is_null(), lambda row: row["role"] is None),
}


@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
@pytest.mark.parametrize("name", WHERES)
def test_where_selects_persons_and_leaves_the_design_whole(name: str, design: str) -> None:
    where, member = WHERES[name]
    sample = sample_of(design)
    made = estimate(sample, "mean", "y", where=where, by="sex", margins=True)
    for row in made.to_polars().iter_rows(named=True):
        in_domain = matches({"sex": row["sex"]})
        answer = textbook(
            rows_of(sample),
            sample.design,
            "mean",
            "y",
            member=lambda one, in_domain=in_domain: in_domain(one) and member(one),  # type: ignore[misc]
        )
        close(row["estimate"], answer.estimate)
        close(row["std_error"], answer.variance**0.5)
        assert (row["df"], row["n_obs"]) == (answer.df, answer.n_obs)


@pytest.mark.parametrize("design", ["persons, strata and fpc", "strata", "two stages"])
@pytest.mark.parametrize("statistic", STATISTICS)
def test_where_gives_the_row_that_by_gives(statistic: str, design: str) -> None:
    sample = sample_of(design)
    selected = estimate(sample, statistic, *ASKED[statistic], where={"region": "south"})
    same_numbers(selected, estimate(sample, statistic, *ASKED[statistic], by="region").filter(region="south"))


def test_where_is_not_the_same_as_fewer_rows() -> None:
    design = DESIGNS["strata"]
    inside = estimate(sample_of(design), "total", "y", where={"sex": "f", "region": "west"})
    kept = people().filter((pl.col("sex") == "f") & (pl.col("region") == "west"))
    dropped = estimate(sample_of(replace(design, lonely_psu="remove"), kept), "total", "y")
    close(column(inside, "estimate"), column(dropped, "estimate"))
    assert column(inside, "std_error")[0] > 1.04 * column(dropped, "std_error")[0]


def test_rows_without_a_domain_are_in_none_and_are_counted() -> None:
    sample = sample_of("strata")
    made = estimate(sample, "mean", "y", by=["role", "sex"], margins=True)
    gaps = people()["role"].null_count()
    assert made.missing == {"role": gaps}
    assert f"role: {gaps}" in repr(made)
    known = {row["role"] for row in rows_of(sample)} - {None}
    assert set(column(made.filter(sex="f"), "role")) == known | {None}
    everyone = made.filter(role=None, sex=None)
    answer = textbook(rows_of(sample), sample.design, "mean", "y", member=lambda row: row["role"] is not None)
    close(column(everyone, "estimate"), [answer.estimate])
    close(column(everyone, "std_error"), [answer.variance**0.5])
    assert column(everyone, "n_obs") == [people().height - gaps]


@pytest.mark.parametrize("missing", ["per_variable", "listwise"])
@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
@pytest.mark.parametrize("statistic", ["mean", "total", "variance", "ratio"])
def test_missing_answers_are_left_out_one_by_one_or_together(
    statistic: str, design: str, missing: Any
) -> None:
    """Gaps are null in `z` and NaN in `x`."""
    frame = people().with_columns(x=pl.when(pl.col("place") == 2).then(float("nan")).otherwise(pl.col("x")))
    sample = sample_of(design, frame)
    variables = ["y", "z", "x"]
    asked = (variables, ["x", "x", "y"]) if statistic == "ratio" else (variables,)
    made = estimate(sample, statistic, *asked, by="sex", missing=missing)
    rows = made.to_polars().to_dicts()
    assert made.missing == {name: sum(not is_known(v) for v in frame[name]) for name in ("z", "x")}
    for row in rows:
        variable, _, denominator = row["variable"].partition("/")
        answer = textbook(
            rows_of(sample),
            sample.design,
            statistic,
            variable,
            denominator=denominator or None,
            member=matches({"sex": row["sex"]}),
            needed=variables if missing == "listwise" else None,
        )
        close(row["estimate"], answer.estimate)
        close(row["std_error"], answer.variance**0.5)
        found = (row["df"], row["n_obs"], row["n_missing"])
        assert found == (answer.df, answer.n_obs, answer.n_missing)
        if statistic != "variance":
            close(row["design_effect"], answer.design_effect)


@pytest.mark.parametrize("missing", ["per_variable", "listwise"])
@pytest.mark.parametrize("statistic", ["proportion", "count"])
def test_missing_levels_are_left_out_one_by_one_or_together(statistic: str, missing: Any) -> None:
    frame = people().with_columns(sex=pl.when(pl.col("place") != 2).then(pl.col("sex")))
    sample = sample_of("two stages", frame)
    made = estimate(sample, statistic, ["role", "sex"], by="region", missing=missing)
    for row in made.to_polars().iter_rows(named=True):
        answer = textbook(
            rows_of(sample),
            sample.design,
            statistic,
            row["variable"],
            level=row["level"],
            member=matches({"region": row["region"]}),
            needed=["role", "sex"] if missing == "listwise" else None,
        )
        close([row["estimate"], row["std_error"]], [answer.estimate, answer.variance**0.5])
        assert (row["n_obs"], row["n_missing"]) == (answer.n_obs, answer.n_missing)


def test_named_levels_are_reported_of_the_same_whole() -> None:
    sample = sample_of("strata")
    some = estimate(sample, "proportion", "role", levels=["worker", "partner"])
    same_numbers(some, estimate(sample, "proportion", "role").filter(level=["partner", "worker"]))
    assert column(some, "level") == ["partner", "worker"]


def test_degrees_of_freedom_are_of_the_domain_or_of_the_design() -> None:
    sample = sample_of("strata")
    domain = estimate(sample, "mean", "y", where={"region": "west"})
    design = estimate(sample, "mean", "y", where={"region": "west"}, df="design")
    assert (column(domain, "df"), column(design, "df")) == ([3], [6])
    assert column(domain, "conf_high")[0] > column(design, "conf_high")[0]


def test_a_normal_interval_does_not_look_at_degrees_of_freedom() -> None:
    made = estimate(sample_of("strata"), "mean", "y", interval="normal", conf_level=0.9)
    low, value, high, error = values(made, "conf_low", "estimate", "conf_high", "std_error")[0]
    close([value - low, high - value], [1.6448536269514722 * error] * 2)


@pytest.mark.parametrize("statistic", ["mean", "proportion", "count", "ratio"])
def test_several_variables_in_one_call_are_the_separate_calls(statistic: str) -> None:
    sample = sample_of("two stages")
    names = ["role", "sex"] if statistic in ("proportion", "count") else ["y", "z"]
    below = [["x", "x"]] if statistic == "ratio" else []
    together = estimate(sample, statistic, names, *below, by="region")
    for name in names:
        apart = estimate(sample, statistic, name, *(["x"] for _ in below), by="region")
        found = together.filter(variable=f"{name}/x" if below else name)
        close(values(found, "estimate", "std_error"), values(apart, "estimate", "std_error"))


@pytest.mark.parametrize("statistic", ["mean", "total", "ratio"])
def test_a_far_offset_costs_no_digits(statistic: str) -> None:
    offset = 2.0**40  # exact in floats, and the fractions of y are kept to 2^-12
    near = people().with_columns(y=(pl.col("y") * 64).round() / 64, x=pl.lit(1.0))
    far = near.with_columns(pl.col("y") + offset)
    for design in ("persons, strata and fpc", "two stages"):
        asked = ("y", "x") if statistic == "ratio" else ("y",)
        one, two = (estimate(sample_of(design, frame), statistic, *asked) for frame in (near, far))
        if statistic != "total":
            close(column(two, "std_error"), column(one, "std_error"), rtol=1e-9)
            close(column(two, "estimate"), np.asarray(column(one, "estimate")) + offset, rtol=1e-15)
            continue
        answer = textbook(rows_of(sample_of(design, far)), DESIGNS[design], "total", "y")
        close(column(two, "std_error"), [answer.variance**0.5], rtol=1e-8)


@pytest.mark.parametrize("rule", ["adjust", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total"])
@pytest.mark.parametrize("design", ["persons, strata and fpc", "strata and fpc"])
def test_the_covariance_counts_lonely_strata_of_the_whole_design(
    design: str, statistic: str, rule: Any
) -> None:
    """The standard error those of the strata a domain is in; where it is in all, the two agree."""
    first = (pl.col("stratum") == "s2") & (pl.col("person") != pl.col("person").max())
    sample = sample_of(replace(DESIGNS[design], lonely_psu=rule), people().filter(~first))
    made = estimate(sample, statistic, "y", by="region", margins=True)
    found = np.sqrt(np.diag(made.covariance()))
    strata = people().filter(~first).group_by("region").agg(pl.col("stratum").n_unique())
    everywhere = set(strata.filter(stratum=3)["region"]) | {None}
    same = np.array([region in everywhere for region in column(made, "region")])
    assert 1 < same.sum() < len(made)
    error = np.asarray(column(made, "std_error"))
    close(found[same], error[same])
    if statistic == "mean" and rule == "adjust":  # scores add up to zero: about the same mean everywhere
        close(found, error)
    else:
        assert (np.abs(found - error)[~same] > 1e-6 * error[~same]).all()


def test_estimates_do_not_depend_on_the_order_of_by() -> None:
    sample = sample_of("strata")
    one = estimate(sample, "mean", "y", by=["region", "sex"]).to_polars()
    two = estimate(sample, "mean", "y", by=["sex", "region"]).to_polars()
    two = two.select(one.columns).sort("region", "sex")
    close(two["std_error"], one["std_error"], rtol=1e-13)
    assert two.select("region", "sex", "n_obs").equals(one.select("region", "sex", "n_obs"))


def test_a_design_without_weights_is_not_confused_by_a_subpopulation() -> None:
    """Weights from population sizes count everybody who was drawn, in the subpopulation or not."""
    sample = sample_of("persons, weights from fpc")
    made = estimate(sample, "count", where={"sex": "f"})
    drawn = {s: people().filter(stratum=s).height for s in ("s0", "s1", "s2")}
    sizes = {"s0": 300, "s1": 150, "s2": 500}
    expected = sum(sizes[s] / drawn[s] * people().filter(stratum=s, sex="f").height for s in sizes)
    close(column(made, "estimate"), [expected])
    assert isinstance(made, ts.Estimates)
