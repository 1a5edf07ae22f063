"""Models of a survey outcome: design-based errors in plain loops, invariants, and what is refused."""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest

import talentstats as ts
from model_support import DESIGN, design_covariance, people, persons, sample
from talentstats.errors import InputError, LonelyPsuError
from talentstats.estimate.models.model import ModelFit, fit_model, two_sided_p

FAMILIES = {"gaussian": "rent", "binomial": "stays", "poisson": "jobs"}


def close(found: Any, expected: Any, *, rtol: float = 1e-9, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=rtol, atol=atol)


def estimates(fit: ModelFit) -> dict[str, float]:
    return dict(fit.table.select("term", "estimate").iter_rows())


def sandwich_in_loops(fit: ModelFit, frame: pl.DataFrame, outcome: str, family: str) -> list[list[float]]:
    """Covariance of `outcome ~ age + role`, from the estimates: scores by person, summed by the design."""
    beta = fit.table["estimate"].to_list()
    means: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
        "gaussian": (lambda eta: eta, lambda _eta: 1.0),
        "binomial": (
            lambda eta: 1 / (1 + math.exp(-eta)),
            lambda eta: 1 / (2 + math.exp(eta) + math.exp(-eta)),
        ),
        "poisson": (math.exp, math.exp),
    }
    mean, slope = means[family]
    rows, information, terms = persons(frame), np.zeros((4, 4)), []
    for row in rows:
        x = np.array([1.0, row["age"], row["role"] == "partner", row["role"] == "student"])
        eta = float(x @ beta)
        information += row["weight"] * slope(eta) * np.outer(x, x)
        terms.append(row["weight"] * (row[outcome] - mean(eta)) * x)
    inverse = np.linalg.inv(information)
    return design_covariance([list(inverse @ term) for term in terms], frame)


@pytest.mark.parametrize(("family", "outcome"), FAMILIES.items())
def test_errors_are_those_of_the_linearised_scores(family: Any, outcome: str) -> None:
    fit = fit_model(sample(), f"{outcome} ~ age + role", family=family)
    expected = sandwich_in_loops(fit, people(), outcome, family)
    close(fit.covariance(), expected, rtol=1e-6)
    close(fit.table["std_error"], np.sqrt(np.diag(expected)), rtol=1e-6)


@pytest.mark.parametrize(("family", "outcome"), FAMILIES.items())
def test_weighted_scores_add_up_to_zero(family: Any, outcome: str) -> None:
    fit = fit_model(sample(), f"{outcome} ~ age * role + parttime", family=family)
    close(fit.fitted.influence().sum(axis=0) / fit.table["std_error"].to_numpy(), 0, atol=1e-7)


@pytest.mark.parametrize(("family", "outcome"), FAMILIES.items())
def test_scaling_the_weights_changes_nothing(family: Any, outcome: str) -> None:
    thousand = sample(people().with_columns(pl.col("weight") * 1000))
    one, other = (fit_model(s, f"{outcome} ~ age + role", family=family) for s in (sample(), thousand))
    assert one.dispersion is not None
    assert other.dispersion == pytest.approx(one.dispersion, rel=1e-9)
    close(one.table.drop("term"), other.table.drop("term"), rtol=1e-7)


def test_a_model_of_the_intercept_alone_is_the_mean() -> None:
    fit, mean = fit_model(sample(), "rent ~ 1"), ts.estimate_mean(sample(), "rent").to_polars()
    names = ["estimate", "std_error", "conf_low", "conf_high"]
    close(fit.table.select(names), mean.select(names))
    assert fit.df_residual == mean["df"].item() == 8


def test_a_logistic_model_of_one_category_gives_back_the_proportions() -> None:
    fit = estimates(fit_model(sample(), "stays ~ role - 1", family="binomial"))
    means = ts.estimate_mean(sample(), "stays", by="role").to_polars()
    close([1 / (1 + math.exp(-value)) for value in fit.values()], means["estimate"])
    assert list(fit) == ["role[employee]", "role[partner]", "role[student]"]


def test_another_first_level_gives_the_same_model() -> None:
    turned = people().with_columns(pl.col("role").cast(pl.Enum(["student", "partner", "employee"])))
    one, other = (fit_model(sample(frame), "rent ~ role + age") for frame in (people(), turned))
    close(estimates(one)["role[student]"], -estimates(other)["role[employee]"])
    close(one.table["std_error"][-2], other.table["std_error"][-2])


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical])
def test_text_is_compared_with_its_first_value_sorted(kind: Any) -> None:
    shuffled = people().with_columns(pl.col("role").cast(pl.String).cast(kind)).reverse()
    close(
        fit_model(sample(shuffled), "rent ~ role").table.drop("term"),
        fit_model(sample(), "rent ~ role").table.drop("term"),
    )


def test_the_values_of_a_number_can_be_levels() -> None:
    frame = people().with_columns(rooms=(pl.int_range(pl.len()) % 3 + 9).cast(pl.Float64))
    terms = fit_model(sample(frame), "rent ~ C(rooms)").table["term"].to_list()
    assert terms == ["(Intercept)", "rooms[10]", "rooms[11]"]


@pytest.mark.parametrize("words", [["no", "yes"], ["yes", "no"]])
def test_of_two_words_the_second_is_explained(words: list[str]) -> None:
    named = pl.when(pl.col("stays") == 1).then(pl.lit("yes")).otherwise(pl.lit("no")).cast(pl.Enum(words))
    in_words = fit_model(sample(people().with_columns(stays=named)), "stays ~ age", family="binomial")
    sign = 1 if words[1] == "yes" else -1
    close(
        in_words.table["estimate"] * sign,
        fit_model(sample(), "stays ~ age", family="binomial").table["estimate"],
    )


def test_rows_with_a_missing_value_are_left_out_and_counted() -> None:
    frame = people(gaps=True)
    known = frame.select(pl.all_horizontal(pl.col("age", "role").is_not_null())).to_series()
    fit = fit_model(sample(frame), "rent ~ age + role")
    assert (fit.n_obs, fit.n_missing) == (known.sum(), (~known).sum())
    part = fit_model(sample(frame.with_columns(known=known)), "rent ~ age + role", where={"known": True})
    assert part.n_missing == 0
    close(fit.table.drop("term"), part.table.drop("term"))


def test_a_subpopulation_keeps_the_design_and_drops_its_empty_levels() -> None:
    fit = fit_model(sample(), "rent ~ age + role", where=nw.col("role") != "student")
    terms = fit.table["term"].to_list()
    assert terms == ["(Intercept)", "age", "role[partner]"]
    # The persons outside weigh next to nothing instead.
    light = pl.when(pl.col("role") == "student").then(1e-9).otherwise("weight")
    almost = fit_model(sample(people().with_columns(weight=light)), "rent ~ age + role")
    close(fit.covariance(), almost.covariance()[:3, :3], rtol=1e-5)


@pytest.mark.parametrize("kind", ["JKn", "bootstrap"])
def test_with_replicates_the_model_is_fitted_with_the_weights_of_each(kind: Any) -> None:
    options: dict[str, Any] = {"replicates": 20, "seed": 3} if kind == "bootstrap" else {}
    replicated = ts.make_replicates(sample(), kind, **options)
    fit = fit_model(replicated, "stays ~ age + role", family="binomial")
    made: Any = replicated.replicates
    unit = people()["area"].to_numpy()
    spread = np.zeros((4, 4))
    fits = []
    for r in range(made.multipliers.shape[1]):
        weight = people()["weight"].to_numpy() * made.multipliers[unit, r]
        kept = people().with_columns(weight=weight).filter(pl.col("weight") > 0)
        alone = ts.SurveySample(kept, ts.SurveyDesign(weight="weight"))
        fits.append(fit_model(alone, "stays ~ age + role", family="binomial").table["estimate"].to_numpy())
    for factor, one in zip(made.rule.rscales, fits, strict=True):
        spread += (
            made.rule.scale * factor * np.outer(one - np.mean(fits, axis=0), one - np.mean(fits, axis=0))
        )
    close(fit.covariance(), spread, rtol=1e-8)
    assert fit.df_residual == made.rule.df + 1 - 4


def test_replicates_of_a_subpopulation_have_the_rank_of_its_units() -> None:
    replicated = ts.make_replicates(sample(), "JKn")
    assert fit_model(replicated, "rent ~ age", where=nw.col("stratum") < 2).df_residual == 4 + 1 - 2
    columns = [f"r{i}" for i in range(12)]
    made: Any = replicated.replicates
    weights = made.multipliers[people()["area"].to_numpy()] * people()["weight"].to_numpy()[:, None]
    supplied = ts.SurveySample(
        pl.concat([people(), pl.DataFrame(weights, schema=columns)], how="horizontal"),
        ts.SurveyDesign(weight="weight"),
        replicates=ts.ReplicateWeights(columns=columns, type="JKn", rscales=made.rule.rscales.tolist()),
    )
    one, other = (fit_model(s, "rent ~ age", where=nw.col("stratum") < 2) for s in (replicated, supplied))
    close(one.covariance(), other.covariance())
    assert other.df_residual == one.df_residual


def test_replicates_without_a_solution_are_left_out_and_counted() -> None:
    alone = people().with_columns(rare=pl.col("area") == 5)
    fit = fit_model(ts.make_replicates(sample(alone), "JKn"), "rent ~ age + rare")
    assert "1 replicate(s) in which the model has no finite solution" in fit.note
    assert fit.table["std_error"].is_finite().all()


def test_calibrated_weights_take_what_they_explain_out_of_the_errors() -> None:
    totals = {"stratum": dict.fromkeys(range(4), 200), "age": 800 * 40.0}
    calibrated = ts.calibrate(sample(), totals)
    assert fit_model(calibrated, "age ~ 1").table["std_error"].item() < 1e-9
    assert fit_model(calibrated, "rent ~ 1").table["std_error"].item() > 1


def test_without_degrees_of_freedom_there_are_errors_but_no_tests() -> None:
    fit = fit_model(sample(), "rent ~ age * role + parttime * abroad")
    assert fit.df_residual == 8 + 1 - 9
    assert fit.table["p_value"].null_count() == fit.table["conf_low"].null_count() == 9
    assert fit.table["std_error"].null_count() == 0
    assert "no degrees of freedom" in fit.note


def test_statistic_p_value_and_interval_belong_together() -> None:
    fit = fit_model(sample(), "rent ~ age", conf_level=0.9)
    row = fit.table.row(1, named=True)
    edge = abs(row["estimate"]) / row["std_error"]
    assert row["statistic"] == pytest.approx(row["estimate"] / row["std_error"])
    wide = fit_model(sample(), "rent ~ age", conf_level=1 - row["p_value"]).table.row(1, named=True)
    assert min(abs(wide["conf_low"]), abs(wide["conf_high"])) < 1e-6 * abs(row["estimate"])
    assert edge > 0
    assert row["conf_high"] - row["conf_low"] < 2 * 2.5 * row["std_error"]


def test_far_tails_keep_their_digits() -> None:
    # Values of R: 2 * pt(-40, 200), 2 * pt(-1, 3), 2 * pt(-1e-3, 7)
    close(two_sided_p(np.array([40.0]), 200), [2.93614752544318e-98], rtol=1e-10)
    close(two_sided_p(np.array([1.0]), 3), [0.391002218955771], rtol=1e-12)
    assert np.isnan(two_sided_p(np.array([1.0]), 0)).all()


def test_names_are_escaped_in_html() -> None:
    fit = fit_model(sample(people().rename({"age": "age <b>"})), "rent ~ `age <b>`")
    assert "<b>" not in fit._repr_html_()
    assert fit._repr_html_().count("age &lt;b&gt;") == 2


def test_the_result_says_what_it_rests_on() -> None:
    frame = people(gaps=True).with_columns(pl.col("role").cast(pl.String).replace("student", "student <i>"))
    fit = fit_model(sample(frame, synthetic=True), "stays ~ age + role", family="binomial")
    for text in (
        "stays ~ age + role",
        "binomial",
        "logit",
        "left out",
        "degrees of freedom",
        "synthetic data",
    ):
        assert text in repr(fit)
    assert "<i>" not in fit._repr_html_()
    assert "student &lt;i&gt;" in fit._repr_html_()
    assert fit.synthetic
    assert fit.origins == ()
    assert len(fit) == fit.to_pandas().shape[0] == fit.to_polars().height == 4
    with pytest.raises(FrozenInstanceError):
        fit.note = "changed"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("formula", "family", "words"),
    [
        ("rent ~ agee", "gaussian", "Did you mean `age`?"),
        ("rant ~ age", "gaussian", "Did you mean `rent`?"),
        ("rent ~ age", "gausian", "Did you mean `gaussian`?"),
        ("rent ~ moved", "gaussian", "`moved` holds date"),
        ("role ~ age", "gaussian", "not numbers"),
        ("role ~ age", "binomial", "3 levels"),
        ("jobs ~ age", "binomial", "values from 0 to 1"),
        ("debt ~ age", "poisson", "at least 0"),
        ("rent ~ same", "gaussian", "1 level"),
        ("rent ~ C(weight) + age", "gaussian", "more coefficients than there are rows"),
        ("rent ~ empty", "gaussian", "No row of the subpopulation"),
        ("rent ~ age + twice", "gaussian", "`twice` follows from `(Intercept)` and `age`"),
        ("rent ~ role + guest", "gaussian", "`guest[true]` follows from `role[student]`"),
        ("rent ~ role * guest - guest", "gaussian", "`role[employee]:guest[true]` is 0 on every row"),
        ("leaves ~ age + role", "binomial", "exact along `role[partner]`"),
        ("kids ~ age + role", "poisson", "exact along `role[student]`"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_reason(formula: str, family: Any, words: str) -> None:
    row = pl.int_range(pl.len())
    frame = people().with_columns(
        moved=pl.date(2025, 1, 1),
        debt=-pl.col("rent"),
        same=pl.lit("one"),
        empty=pl.lit(None, dtype=pl.Float64),
        twice=2 * pl.col("age") + 1,
        guest=pl.col("role") == "student",
        leaves=pl.when(pl.col("role") == "partner").then(1).otherwise(row % 2),
        kids=pl.when(pl.col("role") == "student").then(0).otherwise(row % 3),
    )
    with pytest.raises(InputError) as refusal:
        fit_model(sample(frame), formula, family=family)
    assert words in str(refusal.value)


def test_a_lonely_stratum_is_an_error_unless_the_design_says_what_to_do() -> None:
    lonely = people().filter((pl.col("stratum") > 0) | (pl.col("area") == 0))
    with pytest.raises(LonelyPsuError):
        fit_model(sample(lonely), "rent ~ age")
    design = ts.SurveyDesign(weight="weight", strata="stratum", psu="area", fpc="areas", lonely_psu="remove")
    assert fit_model(ts.SurveySample(lonely, design), "rent ~ age").table["std_error"].is_finite().all()


def test_a_frame_of_pandas_gives_the_same() -> None:
    pandas = ts.SurveySample(people().to_pandas(), DESIGN)
    close(
        fit_model(pandas, "rent ~ role * age").table.drop("term"),
        fit_model(sample(), "rent ~ role * age").table.drop("term"),
    )
