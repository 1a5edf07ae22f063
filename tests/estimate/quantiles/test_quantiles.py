"""Quantiles in domains: intervals and errors by hand, what cannot be estimated, and what must not matter."""

import math
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from scipy import stats

import talentstats as ts
from survey_support import checked, close, column, matches, people, rows_of, same_numbers, sample_of, values
from survey_textbook import domain_df, everyone, row_weights, textbook
from talentstats.errors import InputError, LonelyPsuError

DESIGNS = ["persons, strata and fpc", "clusters", "strata and fpc", "two stages", "three stages"]
Q = [0.2, 0.5, 0.8]


def quantile(sample: ts.SurveySample, *arguments: Any, **options: Any) -> ts.Estimates:
    """Estimate, and look at every cell of the result; an interval may have one end."""
    found = ts.estimate_quantile(sample, *arguments, **options)
    both = pl.col("conf_low", "conf_high").is_not_null()
    ends = pl.when(pl.all_horizontal(both)).then(pl.col("conf_low", "conf_high"))
    checked(replace(found, table=found.table.with_columns(ends)))
    return found


def left_inverse(pairs: list[tuple[float, float]], share: float) -> float:
    """Give the smallest value that at least the share of the weights does not exceed."""
    total, running = sum(w for _, w in pairs), 0.0
    for value, weight in sorted(pairs):
        running += weight
        if running >= (share - 1e-12) * total:
            return value
    return max(value for value, _ in pairs)


@pytest.mark.parametrize("design", DESIGNS)
def test_woodruffs_interval_is_that_of_the_share_below_read_back(design: str) -> None:
    sample = sample_of(design)
    rows, drawn = rows_of(sample), sample.design
    weights = row_weights(rows, drawn)
    found = quantile(sample, "z", Q, by="sex", margins=True)
    for row in found.to_polars().iter_rows(named=True):
        inside = matches({"sex": row["sex"]})
        pairs = [(r["z"], w) for r, w in zip(rows, weights, strict=True) if inside(r) and r["z"] is not None]
        estimate = left_inverse(pairs, float(row["level"]))
        told = [{**r, "below": None if r["z"] is None else float(r["z"] <= estimate)} for r in rows]
        share = textbook(told, drawn, "mean", "below", member=inside)
        reach = stats.t.ppf(0.975, share.df) * math.sqrt(share.variance)
        low, high = (
            left_inverse(pairs, share.estimate + side * reach)
            if 0 <= share.estimate + side * reach <= 1
            else math.nan
            for side in (-1, 1)
        )
        error = (high - low) / (2 * stats.t.ppf(0.975, share.df))
        close([row["estimate"], row["conf_low"], row["conf_high"]], [estimate, low, high])
        close([row["std_error"], row["df"]], [error, share.df], rtol=1e-9)
        close(
            [row["n_obs"], row["n_missing"], row["sum_weights"]],
            [share.n_obs, share.n_missing, share.sum_weights],
        )
        if row["design_effect"] is not None:
            close(row["design_effect"], share.design_effect, rtol=1e-8)


@pytest.mark.parametrize("interval", ["beta", "xlogit", "asin"])
def test_other_intervals_of_the_share_are_those_of_a_proportion(interval: Any) -> None:
    sample = sample_of("strata and fpc")
    found = quantile(sample, "y", Q, interval=interval)
    for row in found.to_polars().iter_rows(named=True):
        below = people().with_columns(below=(pl.col("y") <= row["estimate"]).cast(pl.Int64))
        share = ts.estimate_proportion(
            sample_of("strata and fpc", below), "below", levels=[1], interval=interval
        ).to_polars()
        pairs = list(zip(people()["y"], people()["w"], strict=True))
        ends = [left_inverse(pairs, share[name].item()) for name in ("conf_low", "conf_high")]
        close([row["conf_low"], row["conf_high"]], ends)


def test_the_score_interval_holds_the_values_that_a_test_does_not_reject() -> None:
    frame = people().with_columns(w=pl.lit(10.0))
    sample = sample_of("clusters", frame)
    row = quantile(sample, "y", interval="score").to_polars().row(0, named=True)
    critical = stats.t.ppf(0.975, row["df"])

    def score(value: float) -> float:
        told = [{**r, "below": float(r["y"] <= value)} for r in rows_of(sample)]
        share = textbook(told, sample.design, "mean", "below")
        return (0.5 - share.estimate) / math.sqrt(share.variance)

    inner = [v for v in frame["y"].sort() if row["conf_low"] < v < row["conf_high"]]
    assert inner
    assert all(abs(score(v)) <= critical for v in inner[1:-1])
    assert score(row["conf_low"] - 1) > critical
    assert score(row["conf_high"] + 1) < -critical
    close(row["std_error"], (row["conf_high"] - row["conf_low"]) / (2 * critical))


@pytest.mark.parametrize("design", ["strata and fpc", "two stages", "persons, strata and fpc"])
def test_quantiles_vary_together_as_the_shares_below_them(design: str) -> None:
    sample = sample_of(design)
    found = quantile(sample, ["y", "x"], [0.4, 0.6], missing="listwise")
    covariance = found.covariance()
    close(np.sqrt(np.diag(covariance)), values(found, "std_error")[:, 0])
    told = people().with_columns(
        (pl.col(row["variable"]) <= row["estimate"]).cast(pl.Float64).alias(f"below_{k}")
        for k, row in enumerate(found.to_polars().iter_rows(named=True))
    )
    shares = ts.estimate_mean(sample_of(design, told), [f"below_{k}" for k in range(4)])
    density = values(shares, "std_error")[:, 0] / values(found, "std_error")[:, 0]
    close(covariance, shares.covariance() / np.outer(density, density), rtol=1e-9, atol=1e-12)


def test_domains_are_compared_with_the_covariance_of_one_sample() -> None:
    found = quantile(sample_of("clusters"), "y", by="sex")
    first, second = found.filter(sex="f"), found.filter(sex="m")
    made = ts.compare(first, second).to_polars().row(0, named=True)
    matrix = found.covariance()
    close(made["estimate"], column(first, "estimate")[0] - column(second, "estimate")[0])
    close(made["std_error"], math.sqrt(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1]))


def replicated(kind: Any, **options: Any) -> ts.SurveySample:
    return ts.make_replicates(sample_of("strata and fpc"), kind, **options)


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("interval", ["mean", "quantile"])
def test_replicates_spread_as_the_estimates_made_one_by_one(interval: str, mse: bool) -> None:
    sample = replicated("bootstrap", replicates=25, seed=3, mse=mse)
    found = quantile(sample, "z", Q, by="sex", interval=interval)
    assert sample.replicates is not None
    assert not isinstance(sample.replicates, ts.ReplicateWeights)
    factors = sample.replicates.multipliers
    unit = people()["district"].rank("dense").to_numpy() - 1
    known = people()["z"].is_not_null().to_numpy()
    z, w = people()["z"].fill_null(0).to_numpy(), people()["w"].to_numpy()
    for k, row in enumerate(found.to_polars().iter_rows(named=True)):
        inside = known & (people()["sex"] == row["sex"]).to_numpy()
        made = []
        for r in range(25):
            weight = (w * factors[unit, r])[inside]
            if interval == "quantile":
                pairs = [p for p in zip(z[inside].tolist(), weight.tolist(), strict=True) if p[1] > 0]
                made.append(left_inverse(pairs, float(row["level"])))
            else:
                made.append(float(weight @ (z[inside] <= row["estimate"]) / weight.sum()))
        full = row["estimate"]
        if interval == "mean":
            full = float(w[inside] @ (z[inside] <= row["estimate"]) / w[inside].sum())
        centre = full if mse else sum(made) / 25
        rule = sample.replicates.rule
        error = math.sqrt(rule.scale * sum((one - centre) ** 2 for one in made))
        if interval == "quantile":
            close(row["std_error"], error)
            close(row["conf_high"], row["estimate"] + stats.t.ppf(0.975, row["df"]) * error)
        else:
            pairs = list(zip(z[inside].tolist(), w[inside].tolist(), strict=True))
            low = full - stats.t.ppf(0.975, row["df"]) * error
            close(row["conf_low"], left_inverse(pairs, low) if low >= 0 else math.nan)
        if row["std_error"] is not None:
            close(found.covariance()[k, k], row["std_error"] ** 2)


def test_a_jackknife_of_quantiles_is_pointed_out() -> None:
    assert "jackknife" in column(quantile(replicated("JKn"), "y", interval="quantile"), "note")[0]
    assert not any(column(quantile(replicated("JKn"), "y"), "note"))


def test_replicates_without_a_domain_are_left_out_and_counted() -> None:
    frame = people().with_columns(
        rare=pl.when(pl.col("district") == 0).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    sample = ts.make_replicates(sample_of("clusters", frame), "JK1")
    for interval in ("mean", "quantile"):
        found = ts.estimate_quantile(sample, "y", by="rare", interval=interval)
        assert "1 replicate(s) without this domain left out" in column(found, "note")[0]


@pytest.mark.parametrize("rule", ["math", "hf7"])
def test_another_unit_of_the_variable_changes_the_unit_of_everything(rule: Any) -> None:
    moved = people().with_columns(y=1000 + 3 * pl.col("y"))
    one, other = (
        quantile(sample_of("two stages", f), "y", Q, by="sex", rule=rule) for f in (people(), moved)
    )
    close(values(other, "estimate"), 1000 + 3 * values(one, "estimate"))
    close(values(other, "conf_low", "conf_high"), 1000 + 3 * values(one, "conf_low", "conf_high"))
    close(values(other, "std_error"), 3 * values(one, "std_error"), rtol=1e-8)


@pytest.mark.parametrize("rule", ["math", "school", "hf4", "hf6", "hf7"])
def test_weights_count_relative_to_one_another(rule: Any) -> None:
    scaled = people().with_columns(w=pl.col("w") * 7.3)
    one, other = (quantile(sample_of("strata", f), "y", Q, rule=rule) for f in (people(), scaled))
    close(values(other, "estimate", "std_error"), values(one, "estimate", "std_error"))


def test_the_order_of_rows_and_the_kind_of_frame_do_not_matter() -> None:
    shuffled = people().sample(fraction=1, shuffle=True, seed=5)
    one, other = (
        quantile(sample_of("two stages", f), ["y", "z"], Q, by="region") for f in (people(), shuffled)
    )
    same_numbers(other, one)
    frame = people().with_columns(districts=pl.lit(20)).to_pandas()
    same_numbers(
        quantile(ts.SurveySample(frame, sample_of("two stages").design), ["y", "z"], Q, by="region"), one
    )


def test_a_domain_is_a_subpopulation_and_never_a_smaller_file() -> None:
    sample = sample_of("strata and fpc")
    by, margin = (quantile(sample, "z", Q, by="region", margins=many) for many in (False, True))
    for region in ("north", "south", "west"):
        for where in ({"region": region}, nw.col("region") == region):
            same_numbers(quantile(sample, "z", Q, where=where), by.filter(region=region))
    same_numbers(margin.filter(region=None), quantile(sample, "z", Q))


def test_missing_answers_are_left_out_of_one_variable_or_of_all() -> None:
    sample = sample_of("clusters")
    apart = quantile(sample, ["y", "z"], 0.5)
    together = quantile(sample, ["y", "z"], 0.5, missing="listwise")
    complete = quantile(sample, "y", 0.5, where=~nw.col("z").is_null())
    same_numbers(apart.filter(variable="y"), quantile(sample, "y"))
    close(
        values(together.filter(variable="y"), "estimate", "std_error"),
        values(complete, "estimate", "std_error"),
    )
    assert column(together, "n_missing") == [people()["z"].null_count()] * 2
    assert apart.missing == {"z": people()["z"].null_count()}


def test_the_degrees_of_freedom_are_those_of_the_domain_or_the_design() -> None:
    sample = sample_of("strata")
    own, whole = (quantile(sample, "y", by="region", df=rule) for rule in ("domain", "design"))
    expected = [
        domain_df(rows_of(sample), sample.design, [row["region"] == region for row in rows_of(sample)])
        for region in ("north", "south", "west")
    ]
    assert column(own, "df") == expected
    assert column(whole, "df") == [6, 6, 6]
    assert own.domain_df.tolist() == whole.domain_df.tolist() == expected


def of(values_: list[float | None], **columns: Any) -> ts.SurveySample:
    return ts.SurveySample(pl.DataFrame({"w": 10.0, "v": values_, **columns}), ts.SurveyDesign(weight="w"))


def test_a_domain_of_one_person_or_of_one_answer_says_what_it_lacks() -> None:
    kind = ["one", "alike", "alike", "alike", "none", "none", *["rest"] * 9]
    numbers = [4.0, 7.0, 7.0, 7.0, None, None, *map(float, range(9))]
    units = [0, 1, 1, 1, *range(2, 13)]
    frame = pl.DataFrame({"w": 10.0, "v": numbers, "kind": kind, "unit": units})
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w", psu="unit"))
    table = quantile(sample, "v", by="kind").to_polars()
    rows = {row["kind"]: row for row in table.iter_rows(named=True)}
    assert rows["one"]["estimate"] == 4
    assert rows["one"]["std_error"] is None
    assert rows["one"]["note"] == "no interval: there is one answer"
    assert [rows["alike"][n] for n in ("estimate", "std_error", "conf_low", "conf_high")] == [7, 0, 7, 7]
    assert rows["alike"]["note"] == "all answers are the same"
    assert rows["none"]["estimate"] is None
    assert rows["none"]["note"] == "no answers in this domain"
    assert rows["rest"]["estimate"] == 4
    assert rows["rest"]["note"] == ""


@pytest.mark.parametrize(
    ("share", "note", "ends"),
    [
        (0.05, "no lower end", [None, True]),
        (0.9, "no upper end", [True, None]),
        (0.99, "nobody is above the estimate", [True, True]),
    ],
)
def test_an_interval_that_leaves_the_answers_says_so(share: float, note: str, ends: list[Any]) -> None:
    row = quantile(of([float(v) for v in range(15)]), "v", share).to_polars().row(0, named=True)
    assert note in row["note"]
    assert [row[name] is not None for name in ("conf_low", "conf_high")] == [end is not None for end in ends]
    assert (
        quantile(of([float(v) for v in range(15)]), "v", share, interval="beta").to_polars()["note"][0]
        is not None
    )


def test_a_score_that_never_tells_a_value_apart_gives_no_interval() -> None:
    row = quantile(of([1.0, 2, 3, 4]), "v", interval="score").to_polars().row(0, named=True)
    assert row["conf_low"] is None
    assert "no interval: the score" in row["note"]


def test_adjusted_weights_have_the_errors_of_their_residuals() -> None:
    totals = {"f": 700.0, "m": 800.0}
    sample = ts.poststratify(sample_of("strata and fpc"), "sex", totals)
    found = quantile(sample, "y", [0.3, 0.6], by="role")
    close(np.sqrt(np.diag(found.covariance())), values(found, "std_error")[:, 0])
    for row in found.to_polars().iter_rows(named=True):
        below = people().with_columns(below=(pl.col("y") <= row["estimate"]).cast(pl.Float64))
        told = ts.poststratify(sample_of("strata and fpc", below), "sex", totals)
        share = ts.estimate_mean(told, "below", by="role").filter(role=row["role"])
        if row["design_effect"] is not None:
            close(row["design_effect"], column(share, "design_effect")[0])
        if row["conf_low"] is not None and row["conf_high"] is not None:
            members = told.frame.filter(pl.col("role") == row["role"])
            pairs = list(zip(members["y"], members[told.design.weight], strict=True))
            ends = [left_inverse(pairs, share.to_polars()[name].item()) for name in ("conf_low", "conf_high")]
            close([row["conf_low"], row["conf_high"]], ends)


def test_a_lonely_unit_is_an_error_unless_the_design_says_what_it_adds() -> None:
    frame = people().filter((pl.col("stratum") != "s1") | (pl.col("district") == 10))
    with pytest.raises(LonelyPsuError):
        ts.estimate_quantile(sample_of("strata", frame), "y")
    for rule in ("remove", "adjust", "average"):
        design = ts.SurveyDesign(weight="w", strata="stratum", psu="district", lonely_psu=rule)
        sample = sample_of(design, frame)
        row = quantile(sample, "y").to_polars().row(0, named=True)
        told = [{**r, "below": float(r["y"] <= row["estimate"])} for r in rows_of(sample)]
        share = textbook(told, design, "mean", "below", member=everyone)
        reach = stats.t.ppf(0.975, share.df) * math.sqrt(share.variance)
        pairs = list(zip(frame["y"], frame["w"], strict=True))
        close(row["conf_high"], left_inverse(pairs, share.estimate + reach))


def test_a_level_is_the_quantile_as_text() -> None:
    found = quantile(sample_of("clusters"), ["y", "x"], [0.025, 0.5])
    assert column(found, "level") == ["0.025", "0.5", "0.025", "0.5"]
    assert column(found, "variable") == ["y", "y", "x", "x"]
    assert found.filter(level=0.5, variable="x").to_polars().height == 1
    assert found.method.statistic == "quantile"
    assert found.method.interval == "mean"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"quantiles": 50}, "share of the population"),
        ({"quantiles": [0.5, 1]}, "share of the population"),
        ({"quantiles": []}, "share of the population"),
        ({"quantiles": [0.5, 0.5]}, "named twice"),
        ({"quantiles": "median"}, "share of the population"),
        ({"rule": "maths"}, "Did you mean `math`"),
        ({"interval": "means"}, "Did you mean `mean`"),
        ({"interval": "quantile"}, "the sample has none"),
        ({"df": "domains"}, "Did you mean `domain`"),
        ({"conf_level": 95}, "between 0 and 1"),
        ({"tie_tolerance": 0.5}, "very small share"),
        ({"variables": "role"}, "not numbers"),
        ({"variables": "yy"}, "has no column"),
        ({"by": "regio"}, "Did you mean `region`"),
        ({"where": {"region": "nowhere"}}, "No row of the sample"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ts.estimate_quantile(sample_of("clusters"), **{"variables": "y", **options})


def test_a_score_interval_of_replicates_is_refused_as_in_r() -> None:
    with pytest.raises(InputError, match="not defined for replicates"):
        ts.estimate_quantile(replicated("JKn"), "y", interval="score")


def test_replicates_with_negative_weights_have_no_quantiles() -> None:
    frame = people().with_columns(r1=pl.col("w"), r2=-pl.col("w"))
    sample = ts.SurveySample(
        frame, ts.SurveyDesign(weight="w"), replicates=ts.ReplicateWeights(columns=["r1", "r2"], scale=1.0)
    )
    with pytest.raises(InputError, match="negative"):
        ts.estimate_quantile(sample, "y", interval="quantile")
