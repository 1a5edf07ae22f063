"""Indicators against loops over persons and against other estimates; errors against repeated samples."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

import talentstats as ts
from survey_support import checked, close, column, values
from talentstats.errors import InputError, LonelyPsuError
from talentstats.estimate.indicators.indicators import (
    estimate_at_risk_rate,
    estimate_gini,
    estimate_median_gap,
    estimate_pay_gap,
    estimate_quintile_share_ratio,
)
from talentstats.estimate.indicators.ranked_incomes import rank_incomes
from talentstats.estimate.indicators.scores import (
    AtRiskRate,
    Gini,
    Indicator,
    MedianGap,
    PayGap,
    PovertyLine,
    QuintileShareRatio,
    group_and_domain,
)

Pairs = list[tuple[float, float]]
Estimate = Callable[..., ts.Estimates]


# ---- definitions, in loops ----


def loop_quantile(pairs: Pairs, share: float) -> float:
    total, running = sum(weight for _, weight in pairs), 0.0
    for income, weight in sorted(pairs):
        running += weight
        if running > share * total + 1e-9:
            return income
    return math.nan


def loop_gini(pairs: Pairs) -> float:
    apart = sum(one * two * abs(a - b) for a, one in pairs for b, two in pairs)
    return apart / (2 * sum(w for _, w in pairs) * sum(w * y for y, w in pairs))


def loop_share_ratio(pairs: Pairs) -> float:
    low, high = loop_quantile(pairs, 0.2), loop_quantile(pairs, 0.8)
    return sum(w * y for y, w in pairs if y > high) / sum(w * y for y, w in pairs if y <= low)


def loop_rate(pairs: Pairs, threshold: float) -> float:
    return sum(w for y, w in pairs if y < threshold) / sum(w for _, w in pairs)


def loop_gap(pairs: Pairs, threshold: float) -> float:
    poor = [(y, w) for y, w in pairs if y < threshold]
    return (threshold - loop_quantile(poor, 0.5)) / threshold


def loop_pay_gap(men: Pairs, women: Pairs, method: str) -> float:
    def centre(pairs: Pairs) -> float:
        if method == "median":
            return loop_quantile(pairs, 0.5)
        return sum(w * y for y, w in pairs) / sum(w for _, w in pairs)

    return (centre(men) - centre(women)) / centre(men)


# ---- samples ----


@cache
def households(n: int = 240) -> pl.DataFrame:
    """Persons in areas in strata, some with equal incomes, some without an income or a region."""
    draw = np.random.default_rng(3)
    income = np.round(np.exp(draw.normal(7.5, 0.5, n)), -1)
    frame = pl.DataFrame(
        {
            "area": np.arange(n) // 6,
            "stratum": np.arange(n) * 4 // n,
            "size": n // 8,
            "weight": draw.choice([1.0, 2.0, 3.5, 8.25], n),
            "income": income,
            "sex": draw.choice(["woman", "man"], n),
            "region": draw.choice(["north", "east", "west"], n, p=[0.2, 0.3, 0.5]),
            "kind": draw.choice(["a", "b"], n),
        }
    )
    return frame.with_columns(
        income=pl.when(pl.int_range(n) % 17 == 0).then(None).otherwise(pl.col("income")),
        region=pl.when(pl.int_range(n) % 29 == 0).then(None).otherwise(pl.col("region")),
    )


def sample_of(frame: pl.DataFrame, **design: Any) -> ts.SurveySample:
    parts = {"weight": "weight", "psu": "area", "strata": "stratum", "fpc": "size", **design}
    return ts.SurveySample(frame, ts.SurveyDesign(**parts))


def plain(incomes: list[float], weight: float = 1.0, **columns: Any) -> ts.SurveySample:
    frame = pl.DataFrame({"income": incomes, "weight": weight, **columns})
    return ts.SurveySample(frame, ts.SurveyDesign(weight="weight"))


def pairs(frame: pl.DataFrame, **where: Any) -> Pairs:
    known = frame.filter(pl.col("income").is_not_null(), **where)
    return list(zip(known["income"].to_list(), known["weight"].to_list(), strict=True))


def one(estimates: ts.Estimates, name: str = "estimate") -> float:
    return float(estimates.to_polars()[name].item())


MADE: dict[str, Estimate] = {
    "gini": estimate_gini,
    "share_ratio": estimate_quintile_share_ratio,
    "rate": estimate_at_risk_rate,
    "rate_80": lambda s, y, **o: estimate_at_risk_rate(s, y, share=0.8, **o),
    "gap": lambda s, y, **o: estimate_median_gap(s, y, share=0.9, **o),
    "pay_gap": lambda s, y, **o: estimate_pay_gap(s, y, **{"group": "sex", "reference": "man", **o}),
    "median_pay_gap": lambda s, y, **o: estimate_pay_gap(
        s, y, group="sex", reference="man", method="median", **o
    ),
}


def by_loop(name: str, frame: pl.DataFrame, *, everyone: pl.DataFrame | None = None, **where: Any) -> float:
    here = pairs(frame, **where)
    if name == "gini":
        return loop_gini(here)
    if name == "share_ratio":
        return loop_share_ratio(here)
    if "pay_gap" in name:
        men, women = (pairs(frame, sex=sex, **where) for sex in ("man", "woman"))
        return loop_pay_gap(men, women, "median" if "median" in name else "mean")
    share = {"rate": 0.6, "rate_80": 0.8, "gap": 0.9}[name]
    threshold = share * loop_quantile(pairs(frame if everyone is None else everyone), 0.5)
    return loop_gap(here, threshold) if name == "gap" else loop_rate(here, threshold)


# ---- values ----


@pytest.mark.parametrize("name", MADE)
def test_values_follow_the_definition_in_every_domain_and_margin(name: str) -> None:
    frame = households()
    found = checked(MADE[name](sample_of(frame), "income", by=["region", "kind"], margins=True))
    named = frame.filter(pl.col("region").is_not_null())
    for row in found.to_polars().iter_rows(named=True):
        where = {key: row[key] for key in ("region", "kind") if row[key] is not None}
        # The threshold is drawn from everyone; who has no region is in no domain.
        close(row["estimate"], by_loop(name, named, everyone=frame, **where))


def test_counts_say_who_answered() -> None:
    frame = households()
    table = estimate_gini(sample_of(frame), "income", by="region").to_polars()
    for row in table.iter_rows(named=True):
        here = frame.filter(region=row["region"])
        assert row["n_missing"] == here["income"].null_count()
        assert row["n_obs"] == here.height - row["n_missing"]
        close(row["sum_weights"], here.filter(pl.col("income").is_not_null()).select(pl.sum("weight")).item())


@pytest.mark.parametrize(
    ("incomes", "expected"),
    [([5.0] * 9, 0.0), ([1.0, 2, 3, 4, 5], 4 / 15), ([0.0] * 99 + [7.0], 0.99), ([3.0, 9.0], 0.25)],
)
def test_gini_has_its_textbook_values(incomes: list[float], expected: float) -> None:
    close(one(estimate_gini(plain(incomes), "income")), expected, atol=1e-14)


def test_indicators_of_a_lognormal_distribution_have_its_closed_forms() -> None:
    sigma, n = 0.6, 20_001
    incomes = np.exp(sigma * norm.ppf((np.arange(n) + 0.5) / n)).tolist()
    sample = plain(incomes)
    close(one(estimate_gini(sample, "income")), 2 * norm.cdf(sigma / math.sqrt(2)) - 1, rtol=3e-3)
    rate = norm.cdf(math.log(0.6) / sigma)
    close(one(estimate_at_risk_rate(sample, "income")), rate, rtol=3e-3)
    gap = 1 - math.exp(sigma * norm.ppf(rate / 2)) / 0.6
    close(one(estimate_median_gap(sample, "income")), gap, rtol=3e-3)
    top, bottom = 1 - norm.cdf(norm.ppf(0.8) - sigma), norm.cdf(norm.ppf(0.2) - sigma)
    close(one(estimate_quintile_share_ratio(sample, "income")), top / bottom, rtol=3e-3)


@pytest.mark.parametrize("name", MADE)
def test_neither_the_order_of_rows_nor_the_units_of_money_and_weights_matter(name: str) -> None:
    frame = households()
    plain_result = MADE[name](sample_of(frame), "income", by="region")
    changed = frame.sample(fraction=1.0, shuffle=True, seed=1).with_columns(
        pl.col("income") * 7.3, pl.col("weight") * 1234.5
    )
    moved = MADE[name](sample_of(changed), "income", by="region")
    columns = ("estimate", "std_error", "df", "n_obs", "n_missing")
    close(values(moved, *columns), values(plain_result, *columns), rtol=1e-9)


def test_a_tie_at_the_quantile_takes_the_next_income_whatever_the_weights() -> None:
    incomes = [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    for weight in (1.0, 0.1, 1 / 3, 504.569620253164):
        ratio = one(estimate_quintile_share_ratio(plain(incomes, weight), "income"))
        close(ratio, (10) / (1 + 2 + 3))


# ---- against other estimates ----


def test_a_known_threshold_makes_the_rate_a_proportion() -> None:
    frame = households().with_columns(poor=(pl.col("income") < 1500).cast(pl.Float64))
    sample = sample_of(frame)
    rate = estimate_at_risk_rate(sample, "income", threshold=1500.0, by="region", margins=True)
    mean = ts.estimate_mean(sample, "poor", by="region", margins=True)
    columns = ("estimate", "std_error", "conf_low", "conf_high", "df", "n_obs", "n_missing", "design_effect")
    close(values(rate, *columns), values(mean, *columns))
    close(rate.covariance(), mean.covariance(), rtol=1e-8)


def test_a_pay_gap_of_means_is_one_less_their_ratio() -> None:
    sample = sample_of(households())
    gap = estimate_pay_gap(sample, "income", group="sex", reference="man", by="region")
    means = ts.estimate_mean(sample, "income", by=["region", "sex"])
    ratio = ts.compare(means.filter(sex="woman"), means.filter(sex="man"), kind="ratio")
    close(column(gap, "estimate"), 1 - values(ratio, "estimate")[:, 0])
    close(column(gap, "std_error"), column(ratio, "std_error"))
    assert set(column(gap, "level")) == {"woman"}


def test_the_estimated_threshold_is_part_of_the_error() -> None:
    sample = sample_of(households())
    threshold = 0.8 * loop_quantile(pairs(households()), 0.5)
    known = estimate_at_risk_rate(sample, "income", threshold=threshold)
    drawn = estimate_at_risk_rate(sample, "income", share=0.8)
    close(one(known), one(drawn))
    assert abs(one(known, "std_error") / one(drawn, "std_error") - 1) > 0.05


@pytest.mark.parametrize(
    ("name", "kind", "margin"),
    [
        ("gini", "JKn", 0.03),
        ("pay_gap", "JKn", 0.03),
        # A jackknife is no measure of quantiles.
        ("share_ratio", "bootstrap", 0.15),
        ("rate_80", "bootstrap", 0.15),
    ],
)
def test_the_error_is_that_of_replicates(name: str, kind: Any, margin: float) -> None:
    sample = sample_of(households(1440))
    linear = MADE[name](sample, "income")
    options: dict[str, Any] = {} if kind == "JKn" else {"replicates": 400, "seed": 4}
    replicated = MADE[name](ts.make_replicates(sample, kind, **options), "income")
    close(one(replicated), one(linear))
    assert replicated.method.variance.startswith(kind)
    close(one(replicated, "std_error"), one(linear, "std_error"), rtol=margin)


def test_the_influence_on_the_gini_is_its_derivative() -> None:
    people = pairs(households().head(60))
    incomes, weights = (np.array(numbers) for numbers in zip(*people, strict=True))
    kernel = Gini(ranked=rank_incomes(incomes, np.zeros(incomes.size, dtype=np.int64), n_domains=1))
    found = kernel.influence(weights).own
    for i, (income, weight) in enumerate(people):
        step = 1e-4 * weight
        more, less = ([*people[:i], (income, weight + s), *people[i + 1 :]] for s in (step, -step))
        close(found[i], (loop_gini(more) - loop_gini(less)) / (2 * step), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["gini", "rate_80", "gap", "median_pay_gap"])
def test_replicates_estimate_everything_again(name: str) -> None:
    frame = households()
    draw = np.random.default_rng(8)
    factors = draw.choice([0.0, 1.0, 2.0], (frame.height, 6), p=[0.2, 0.6, 0.2])
    weights = {f"r{i}": factors[:, i] * frame["weight"].to_numpy() for i in range(6)}
    replicates = ts.ReplicateWeights(columns=list(weights), type="bootstrap", mse=True)
    sample = ts.SurveySample(
        frame.with_columns(**{key: pl.Series(w) for key, w in weights.items()}),
        ts.SurveyDesign(weight="weight"),
        replicates=replicates,
    )
    found = checked(MADE[name](sample, "income", by="kind"))
    for row in found.to_polars().iter_rows(named=True):
        again = [
            by_loop(name, frame.with_columns(weight=pl.Series(w)), kind=row["kind"]) for w in weights.values()
        ]
        close(row["std_error"], math.sqrt(sum((value - row["estimate"]) ** 2 for value in again) / 5))


def kernel_of(name: str, income: np.ndarray[Any, Any], woman: np.ndarray[Any, Any]) -> Indicator:
    together = np.zeros(income.size, dtype=np.int64)
    ranked = rank_incomes(income, together, n_domains=1)
    line = PovertyLine(pooled=ranked, share=0.6, quantile=0.5, amount=None)
    if name == "median_pay_gap":
        groups = group_and_domain(together, ~woman)
        return PayGap(ranked=rank_incomes(income, groups, n_domains=2), method="median")
    if name == "share_ratio":
        return QuintileShareRatio(ranked=ranked)
    if name == "rate":
        return AtRiskRate(ranked=ranked, line=line)
    return MedianGap(ranked=ranked, line=line)


@pytest.mark.parametrize("name", ["rate", "gap", "share_ratio", "median_pay_gap"])
def test_the_error_is_the_spread_over_repeated_samples(name: str) -> None:
    draw = np.random.default_rng(11)
    size, n = 60_000, 1000
    woman = draw.random(size) < 0.5
    income = np.exp(draw.normal(7.6, 0.55, size)) * np.where(woman, 0.87, 1.0)
    truth = kernel_of(name, income, woman).values(np.ones((size, 1)))[0, 0]
    found = []
    for _ in range(250):
        rows = draw.integers(0, size, n)
        kernel = kernel_of(name, income[rows], woman[rows])
        influence = kernel.influence(np.ones(n)).columns(0, 1)[:, 0]
        found.append((kernel.values(np.ones((n, 1)))[0, 0], math.sqrt(n * influence.var(ddof=1))))
    estimates, errors = np.array(found).T
    # The spread of 250 samples is itself known to 4.5 %.
    close(errors.mean() / estimates.std(ddof=1), 1.0, rtol=0.15)
    assert (np.abs(estimates - truth) < 1.96 * errors).mean() > 0.91


# ---- what is not defined ----


@pytest.mark.parametrize(
    ("name", "incomes", "estimate", "note"),
    [
        ("gini", [0.0, 0.0, 0.0], None, "add up to 0 or less"),
        ("gini", [-5.0, 1.0, 2.0], None, "add up to 0 or less"),
        ("share_ratio", [0.0, 0.0, 0.0, 4.0, 5.0, 9.0], None, "lowest fifth"),
        ("gap", [9.0, 10.0, 11.0], None, "nobody is below"),
        ("rate", [-3.0, -2.0, -2.0, -1.0], 0.75, "to have a density"),
        ("rate", [4.0, 4.0, 4.0], 0.0, "to have a density"),
        ("gini", [4.0], 0.0, "no design effect"),
        ("pay_gap", [4.0, 5.0], None, "one of the groups"),
    ],
)
def test_what_is_not_defined_is_null_with_a_reason(
    name: str, incomes: list[float], estimate: float | None, note: str
) -> None:
    elsewhere = [50.0, 60.0] if name in {"pay_gap", "gini"} else []
    kinds = ["here"] * len(incomes) + ["there"] * len(elsewhere)
    sexes = ["man"] * len(incomes) + ["man", "woman"][: len(elsewhere)]
    sample = plain(incomes + elsewhere, 5.0, kind=kinds, sex=sexes)
    table = checked(MADE[name](sample, "income", by="kind")).to_polars().row(0, named=True)
    assert table["estimate"] == estimate
    assert note in table["note"]


def test_a_domain_without_answers_says_so() -> None:
    sample = plain([1.0, 2.0, None, None], kind=["a", "a", "b", "b"])  # type: ignore[list-item]
    row = checked(estimate_gini(sample, "income", by="kind")).to_polars().row(1, named=True)
    assert (row["n_obs"], row["n_missing"], row["note"]) == (0, 2, "no answers in this domain")


def test_covariances_leave_out_what_is_not_defined() -> None:
    sample = plain([1.0, 2.0, 5.0, 0.0, 0.0], kind=["a", "a", "a", "b", "b"])
    covariance = estimate_gini(sample, "income", by="kind").covariance()
    assert np.isnan(covariance).tolist() == [[False, True], [True, True]]


def test_a_replicate_without_the_domain_is_left_out_and_counted() -> None:
    frame = pl.DataFrame(
        {"income": [1.0, 2, 3, 9], "kind": list("aabb"), "w": 1.0, "r1": [0.0, 0, 2, 2], "r2": 1.0, "r3": 2.0}
    )
    replicates = ts.ReplicateWeights(columns=["r1", "r2", "r3"], type="bootstrap")
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w"), replicates=replicates)
    notes = column(checked(estimate_gini(sample, "income", by="kind")), "note")
    assert "1 replicate(s) in which it is not defined left out" in notes[0]
    assert "replicate" not in notes[1]


def test_a_lonely_unit_is_refused() -> None:
    frame = households().with_columns(stratum=pl.when(pl.col("area") == 0).then(9).otherwise("stratum"))
    with pytest.raises(LonelyPsuError):
        estimate_gini(sample_of(frame, fpc=None), "income")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: estimate_gini(s, "incom"), "`income`"),
        (lambda s: estimate_gini(s, "sex"), "not numbers"),
        (lambda s: estimate_gini(s, "income", by="regio"), "`region`"),
        (lambda s: MADE["gini"](s, "income", interval="logit"), "interval"),
        (lambda s: MADE["gini"](s, "income", df="all"), "degrees of freedom"),
        (lambda s: estimate_gini(s, "income", conf_level=95), "between 0 and 1"),
        (lambda s: estimate_gini(s, "income", where={"region": "south"}), "subpopulation"),
        (lambda s: estimate_at_risk_rate(s, "income", share=0), "`share`"),
        (lambda s: estimate_at_risk_rate(s, "income", quantile=50), "`quantile`"),
        (lambda s: estimate_median_gap(s, "income", threshold=math.nan), "`threshold`"),
        (lambda s: estimate_pay_gap(s, "income", group="sex", reference="men"), "`man`"),
        (lambda s: estimate_pay_gap(s, "income", group="region", reference="west"), "has 3"),
        (lambda s: estimate_pay_gap(s, "income", group="gender", reference="man"), "no column"),
        (lambda s: MADE["pay_gap"](s, "income", method="mode"), "`mean`"),
    ],
)
def test_what_cannot_be_asked_is_refused(call: Callable[[ts.SurveySample], Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        call(sample_of(households()))
    assert said in str(refusal.value)
