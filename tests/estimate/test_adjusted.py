from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from adjusted_support import (
    SIZE,
    Adjust,
    Floats,
    drawn,
    dummies,
    few,
    influences,
    margin,
    residuals,
    std_errors,
    two_margins,
    variance,
    weights_of,
)
from survey_support import (
    STATISTICS,
    checked,
    close,
    estimate,
    matches,
    rows_of,
    same_numbers,
    sample_of,
    values,
)
from survey_textbook import covariance, textbook
from talentstats.estimate.rows import read_rows

NORTH = {"region": "north"}
CELLS = {("f", "a"): 400.0, ("f", "b"): 300.0, ("m", "a"): 450.0, ("m", "b"): 350.0}


def raked(sample: ts.SurveySample, **options: Any) -> ts.SurveySample:
    return ts.rake(sample, two_margins(), **options)


def calibrated(sample: ts.SurveySample) -> ts.SurveySample:
    return ts.calibrate(sample, {"region": margin("region"), "x": 8000.0, "y": 61_000.0})


def poststratified(sample: ts.SurveySample) -> ts.SurveySample:
    return ts.poststratify(sample, ["sex", "type"], CELLS)


def by_classes(sample: ts.SurveySample) -> ts.SurveySample:
    return ts.adjust_nonresponse(sample, "answered", "sex")


def by_propensity(sample: ts.SurveySample, **options: Any) -> ts.SurveySample:
    return ts.adjust_by_propensity(sample, "answered", ["sex", "x"], **options)


def linear(sample: ts.SurveySample) -> ts.SurveySample:
    return ts.calibrate(sample, {"sex": margin("sex"), "x": 8000.0})


def chain(*steps: Adjust) -> Adjust:
    def made(sample: ts.SurveySample) -> ts.SurveySample:
        for step in steps:
            sample = step(sample)
        return sample

    return made


# ---- the scores, against the infinitesimal jackknife ----


def now(sample: ts.SurveySample, column: str) -> dict[str, float]:
    """Give the totals the weights of a sample have already, so that factors stay 1."""
    weights = pl.Series("now", weights_of(sample))
    sums = sample.frame.with_columns(weights).group_by(column).agg(pl.col("now").sum()).sort(column)
    return dict(sums.iter_rows())


def to_present_totals(first: Adjust, adjust: Callable[..., ts.SurveySample], **options: Any) -> Adjust:
    """Adjust to the totals that the weights after `first` have.

    Away from them, a curved distance has another derivative than the regression with the weights before.
    """
    margins = {name: now(first(sample_of("strata", few())), name) for name in ("sex", "region")}
    return chain(first, lambda sample: adjust(sample, margins, **options))


def in_the_north(weights: Floats) -> Floats:
    """Estimate the total and the mean of y, and its ratio to x, in a domain."""
    w = weights * (few()["region"] == "north").to_numpy()
    x, y = (few()[name].to_numpy() for name in ("x", "y"))
    return np.array([w @ y, w @ y / w.sum(), w @ y / (w @ x)])


def scores_in_the_north(weights: Floats) -> Floats:
    """Give the scores of these estimates as if the weights were fixed, (rows, estimates)."""
    w = weights * (few()["region"] == "north").to_numpy()
    x, y = (few()[name].to_numpy() for name in ("x", "y"))
    _, mean, ratio = in_the_north(weights)
    return np.column_stack([w * y, w * (y - mean) / w.sum(), w * (y - ratio * x) / (w @ x)])


CHAINS: dict[str, Adjust] = {
    "post-stratified": poststratified,
    "linear": linear,
    "linear, a quantity and the size": lambda sample: ts.calibrate(sample, {"y": 61_000.0}, population=SIZE),
    "linear, a quantity alone": lambda sample: ts.calibrate(sample, {"y": 61_000.0}),
    "classes": by_classes,
    "classes of two columns": lambda sample: ts.adjust_nonresponse(sample, "answered", ["sex", "type"]),
    "propensity": by_propensity,
    "classes of propensity": lambda sample: by_propensity(sample, classes=2),
    "classes, post-stratified": chain(by_classes, poststratified),
    "propensity, linear": chain(by_propensity, linear),
    "linear, post-stratified": chain(linear, poststratified),
    "classes, linear, post-stratified": chain(by_classes, linear, poststratified),
    "classes, raked": to_present_totals(by_classes, ts.rake),
    "propensity, raked": to_present_totals(by_propensity, ts.rake),
    "raking": to_present_totals(chain(), ts.calibrate, method="raking"),
    "logit": to_present_totals(chain(), ts.calibrate, method="logit", bounds=(0.5, 2.0)),
    "bounded": to_present_totals(chain(), ts.calibrate, bounds=(0.5, 2.0)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_scores_are_the_influence_of_a_person_on_the_estimate_through_all_the_steps(name: str) -> None:
    persons = list(range(0, few().height, 5))
    sample = CHAINS[name](sample_of("strata", few()))
    found = read_rows(sample).residuals(scores_in_the_north(weights_of(sample)))
    expected = influences(CHAINS[name], in_the_north, persons)
    for scores, influence in zip(found[persons].T, expected.T, strict=True):
        close(scores, influence, rtol=1e-5, atol=1e-6 * float(np.abs(influence).max()))


@pytest.mark.parametrize("design", ["strata", "two stages"])
@pytest.mark.parametrize("name", CHAINS)
def test_standard_errors_are_those_of_the_scores_of_the_rows(name: str, design: str) -> None:
    sample = CHAINS[name](sample_of(design, few()))
    scores = read_rows(sample).residuals(scores_in_the_north(weights_of(sample)))
    found = [
        estimate(sample, "total", "y", where=NORTH),
        estimate(sample, "mean", "y", where=NORTH),
        estimate(sample, "ratio", "y", "x", where=NORTH),
    ]
    for one, column in zip(found, scores.T, strict=True):
        close(std_errors(one), variance(sample, column) ** 0.5, rtol=1e-9)


# ---- every statistic, against regression residuals worked out row by row ----

ASKED: dict[str, tuple[Any, ...]] = {
    "mean": ("z",),
    "total": (["y", "z"],),
    "proportion": ("role",),
    "ratio": ("z", "x"),
    "count": ("role",),
    "variance": ("z",),
}
AUXILIARIES: dict[Adjust, Floats] = {
    raked: dummies(drawn(), "sex", "region"),
    calibrated: np.hstack([dummies(drawn(), "region"), drawn().select("x", "y").to_numpy()]),
    poststratified: dummies(drawn().with_columns(cell=pl.col("sex") + pl.col("type")), "cell"),
}
ON_DESIGNS: list[tuple[Adjust, str]] = [
    (raked, "persons, weights from fpc"),
    (raked, "clusters, probabilities"),
    (raked, "three stages"),
    (calibrated, "persons, strata and fpc"),
    (calibrated, "two stages"),
    (poststratified, "strata and fpc"),
]


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(("adjust", "design"), ON_DESIGNS)
def test_every_statistic_in_every_domain_has_the_variance_of_its_residuals(
    adjust: Adjust, design: str, statistic: str
) -> None:
    made = adjust(sample_of(design, drawn()))
    found = estimate(made, statistic, *ASKED[statistic], by="region", margins=True)
    before, after = (made.frame[name].to_numpy() for name in (made.adjustments[0].before, made.design.weight))
    expected = []
    for row in found.to_polars().iter_rows(named=True):
        name, _, denominator = row["variable"].partition("/")
        answer = textbook(
            rows_of(made),
            made.design,
            statistic,
            None if name == "count" else name,
            denominator=denominator or None,
            level=row["level"],
            member=matches({"region": row["region"]}),
        )
        left = residuals(np.array(answer.scores), AUXILIARIES[adjust], before, after)
        counts = (answer.n_obs, answer.n_missing, answer.sum_weights, answer.df)
        expected.append((answer.estimate, variance(made, left) ** 0.5, *counts))
    columns = ("estimate", "std_error", "n_obs", "n_missing", "sum_weights", "df")
    close(values(found, *columns), expected, rtol=1e-9, atol=1e-9 * max(row[0] for row in expected))
    errors = np.array(std_errors(found), dtype=float)
    close(np.diag(found.covariance()), errors**2, rtol=1e-8, atol=1e-12 * float((errors**2).max()))


def test_the_design_effect_compares_with_a_simple_random_sample_of_the_same_weights() -> None:
    made = raked(sample_of("strata", drawn()))
    found = ts.estimate_mean(made, "y").to_polars()
    answer = textbook(rows_of(made), made.design, "mean", "y")
    close(found["design_effect"], answer.design_effect * found["std_error"].item() ** 2 / answer.variance)


def test_residuals_of_raking_can_be_those_of_unweighted_means_as_in_r() -> None:
    made = raked(sample_of("strata", drawn()), residuals="unweighted")
    after = weights_of(made)
    left = drawn()["y"].to_numpy().copy()
    for _ in range(10):
        for name in ("sex", "region"):
            for level in drawn()[name].unique():
                inside = (drawn()[name] == level).to_numpy()
                left[inside] -= left[inside].mean()
    close(std_errors(ts.estimate_total(made, "y")), variance(made, after * left) ** 0.5)


def test_trimming_alone_leaves_the_variance_of_the_weights_it_gives() -> None:
    made = ts.trim_weights(sample_of("strata", drawn()), lower=5.0, upper=25.0)
    as_given = replace(made, adjustments=())
    same_numbers(estimate(made, "mean", "y", by="sex"), estimate(as_given, "mean", "y", by="sex"))


def test_trimming_that_keeps_the_totals_has_the_residuals_of_the_totals() -> None:
    made = ts.trim_weights(raked(sample_of("strata", drawn())), lower=4.0, upper=36.0, keep_totals=True)
    before, after = (made.frame[name].to_numpy() for name in ("raked_weight", made.design.weight))
    assert (before > 36.0).any()
    x = dummies(drawn(), "sex", "region")
    scores = residuals(after * drawn()["y"].to_numpy(), x, before, after)
    scores = residuals(scores, x, drawn()["w"].to_numpy(), before)
    close(std_errors(ts.estimate_total(made, "y")), variance(made, scores) ** 0.5)


# ---- what is known has no error ----


@pytest.mark.parametrize("adjust", [raked, chain(raked, raked), chain(by_classes, raked)])
@pytest.mark.parametrize("design", ["persons", "strata", "two stages"])
def test_the_totals_of_a_margin_have_no_standard_error(adjust: Adjust, design: str) -> None:
    made = adjust(sample_of(design, drawn()))
    found = checked(ts.estimate_count(made, by="region")).to_polars()
    close(found["estimate"], list(margin("region").values()))
    close(found["std_error"], [0.0] * 3, atol=1e-9 * SIZE)


@pytest.mark.parametrize("design", ["persons", "strata", "two stages"])
def test_a_calibrated_total_has_no_standard_error(design: str) -> None:
    found = ts.estimate_total(calibrated(sample_of(design, drawn())), ["x", "y"]).to_polars()
    close(found["estimate"], [8000.0, 61_000.0])
    close(found["std_error"], [0.0, 0.0], atol=1e-8 * 61_000)


# ---- nonrespondents ----


@pytest.mark.parametrize("adjust", [by_classes, by_propensity])
def test_those_who_did_not_respond_count_nowhere_but_in_the_variance(adjust: Adjust) -> None:
    frame = drawn().with_columns(y=pl.when(pl.col("answered") == 1).then("y"))
    found = checked(ts.estimate_mean(adjust(sample_of("strata", frame)), "y", by="sex", margins=True))
    table = found.to_polars()
    expected = [int((frame.filter(sex=sex)["answered"] == 1).sum()) for sex in ("f", "m")]
    assert table["n_obs"].to_list() == [*expected, sum(expected)]
    assert table["n_missing"].to_list() == [0, 0, 0]
    assert found.missing == {}
    complete = ts.estimate_mean(adjust(sample_of("strata", drawn())), "y", by="sex", margins=True)
    same_numbers(found, complete)


# ---- comparisons ----


def test_domains_of_a_raked_sample_are_compared_with_their_covariance() -> None:
    made = raked(sample_of("strata", drawn()))
    found = ts.estimate_mean(made, "y", by="region")
    pair = ts.compare(found.filter(region="north"), found.filter(region="south")).to_polars()
    scores = []
    for region in ("north", "south"):
        answer = textbook(rows_of(made), made.design, "mean", "y", member=matches({"region": region}))
        before = drawn()["w"].to_numpy()
        scores.append(residuals(np.array(answer.scores), AUXILIARIES[raked], before, weights_of(made)))
    close(pair["std_error"], variance(made, scores[0] - scores[1]) ** 0.5)
    both = covariance(rows_of(made), made.design, scores[0].tolist(), scores[1].tolist())
    close(found.covariance()[0][1], both)
    named = ts.contrast(found, {"away": {"north": 1.0, "south": -1.0, "west": 0.0}})
    close(named.to_polars()["std_error"], pair["std_error"])


def test_change_between_waves_of_a_raked_file_is_that_of_its_domains() -> None:
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district", wave="wave")
    made = raked(sample_of(design, drawn()))
    found = ts.change(made, "mean", "y", from_wave=2023, to_wave=2025).to_polars()
    of_waves = ts.estimate_mean(made, "y", by="wave")
    pair = ts.compare(of_waves.filter(wave=2025), of_waves.filter(wave=2023)).to_polars()
    close(found["std_error"], pair["std_error"])
    jacobian = np.array([-1.0, 1.0])
    close(found["std_error"], (jacobian @ of_waves.covariance() @ jacobian) ** 0.5)


# ---- replicates ----


def jackknife_by_hand(adjust: Adjust, found: Callable[[ts.SurveySample], list[float]]) -> Floats:
    """Give the variances by leaving out each district in turn and adjusting what is left through the API."""
    frame = drawn()
    replicated, factors = [], []
    for (stratum,), part in frame.group_by("stratum", maintain_order=True):
        n = part["district"].n_unique()
        for district in part["district"].unique().sort():
            left = frame.filter(pl.col("district") != district)
            same = pl.when(pl.col("stratum") == stratum).then(n / (n - 1)).otherwise(1.0)
            design = ts.SurveyDesign(weight="w", strata="stratum", psu="district", lonely_psu="remove")
            replicated.append(found(adjust(sample_of(design, left.with_columns(w=pl.col("w") * same)))))
            factors.append((n - 1) / n)
    away = np.array(replicated) - np.mean(replicated, axis=0)
    return np.asarray(np.array(factors) @ away**2)


def asked_of(sample: ts.SurveySample) -> list[ts.Estimates]:
    return [estimate(sample, "total", "z"), estimate(sample, "ratio", "y", "x", by="sex")]


def values_of(sample: ts.SurveySample) -> list[float]:
    return [value for one in asked_of(sample) for value in one.to_polars()["estimate"].to_list()]


REPLICATED: dict[str, Adjust] = {
    "raked": raked,
    "post-stratified": poststratified,
    "linear": linear,
    "logit": lambda sample: ts.calibrate(sample, two_margins(), method="logit", bounds=(0.2, 5.0)),
    "classes, raked": chain(by_classes, raked),
    "propensity, raked": chain(by_propensity, raked),
    "raked, trimmed": chain(raked, lambda sample: ts.trim_weights(sample, upper=35.0)),
}


@pytest.mark.parametrize("name", REPLICATED)
def test_replicates_are_adjusted_anew_each_by_itself(name: str) -> None:
    adjust = REPLICATED[name]
    made = adjust(ts.make_replicates(sample_of("strata", drawn()), "JKn"))
    errors = [error for one in asked_of(made) for error in std_errors(one)]
    close(np.square(errors), jackknife_by_hand(adjust, values_of), rtol=1e-8)


@pytest.mark.parametrize("name", ["raked", "logit", "propensity, raked", "raked, trimmed"])
@pytest.mark.parametrize("design", ["persons", "two stages"])
def test_replicates_made_before_or_after_the_adjustment_are_the_same(name: str, design: str) -> None:
    adjust, sample = REPLICATED[name], sample_of(design, drawn())
    options: dict[str, Any] = {"replicates": 15, "seed": 3}
    first = adjust(ts.make_replicates(sample, "bootstrap", **options))
    after = ts.make_replicates(adjust(sample), "bootstrap", **options)
    for statistic in ("mean", "proportion"):
        asked = ASKED[statistic]
        same_numbers(
            estimate(first, statistic, *asked, by="sex"), estimate(after, statistic, *asked, by="sex")
        )


@pytest.mark.parametrize("combined", [True, False])
def test_supplied_replicate_weights_are_adjusted_column_by_column(combined: bool) -> None:
    draw = np.random.default_rng(8)
    columns = [f"r{number}" for number in range(1, 6)]
    # Of rank 3; adjusted weights are of rank 5.
    factors = draw.uniform(0.3, 1.9, (drawn().height, 3)) @ draw.dirichlet(np.ones(3), 5).T
    weights = factors * drawn()["w"].to_numpy()[:, None]
    given = weights if combined else factors
    frame = drawn().with_columns(pl.Series(name, given[:, place]) for place, name in enumerate(columns))
    replicates = ts.ReplicateWeights(columns=columns, type="bootstrap", combined=combined)
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w"), replicates=replicates)
    made = raked(sample)
    assert made.frame.select(columns).equals(frame.select(columns))
    full = ts.estimate_mean(made, "y").to_polars()
    by_hand = [
        ts.estimate_mean(
            raked(sample_of("persons", drawn().with_columns(w=pl.Series(weights[:, place])))), "y"
        )
        for place in range(5)
    ]
    estimates = np.array([one.to_polars()["estimate"].item() for one in by_hand])
    close(full["std_error"], (((estimates - estimates.mean()) ** 2).sum() / 4) ** 0.5, rtol=1e-8)
    assert full["df"].item() == ts.estimate_mean(sample, "y").to_polars()["df"].item() == 2.0
    total = ts.estimate_count(made, by="sex").to_polars()
    close(total["std_error"], [0.0, 0.0], atol=1e-8)
