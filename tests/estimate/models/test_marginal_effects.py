"""Average marginal effects: against plain loops, a jackknife, and estimates that must be the same."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from model_support import DESIGN, people, persons, sample
from talentstats.errors import InputError
from talentstats.estimate.models.marginal_effects import marginal_effects
from talentstats.estimate.models.model import fit_model

FORMULA = "stays ~ age * role + abroad"


def close(found: Any, expected: Any, *, rtol: float = 1e-9, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=rtol, atol=atol)


def predicted(beta: list[float], age: float, role: str, abroad: float) -> float:
    """The probability of staying in the model of FORMULA."""
    partner, student = role == "partner", role == "student"
    x = [1, age, partner, student, abroad, age * partner, age * student]
    return 1 / (1 + math.exp(-sum(b * v for b, v in zip(beta, x, strict=True))))


def effects_in_loops(beta: list[float], frame: pl.DataFrame) -> list[float]:
    """The effects of age, partner, student and abroad: differences of predictions, person by person."""
    totals, weights = [0.0] * 4, 0.0
    for row in persons(frame):
        age, role, abroad = row["age"], row["role"], row["abroad"]
        step = 1e-4
        effects = [
            (predicted(beta, age + step, role, abroad) - predicted(beta, age - step, role, abroad))
            / (2 * step),
            predicted(beta, age, "partner", abroad) - predicted(beta, age, "employee", abroad),
            predicted(beta, age, "student", abroad) - predicted(beta, age, "employee", abroad),
            predicted(beta, age, role, 1) - predicted(beta, age, role, 0),
        ]
        totals = [total + row["weight"] * effect for total, effect in zip(totals, effects, strict=True)]
        weights += row["weight"]
    return [total / weights for total in totals]


def test_effects_are_average_differences_of_predictions() -> None:
    fit = fit_model(sample(), FORMULA, family="binomial")
    found = marginal_effects(fit).to_polars()
    close(found["estimate"], effects_in_loops(fit.table["estimate"].to_list(), people()), rtol=1e-7)
    assert found["variable"].to_list() == ["age", "role", "role", "abroad"]
    assert found["level"].to_list() == [None, "partner", "student", None]
    assert "compared with `employee`" in found["note"][1]


def test_errors_are_near_those_of_a_jackknife_in_loops() -> None:
    frame = people()
    found = marginal_effects(fit_model(sample(), FORMULA, family="binomial"))
    spread = np.zeros((4, 4))
    for stratum in range(4):
        effects = []
        for area in range(3 * stratum, 3 * stratum + 3):
            kept = frame.filter(pl.col("area") != area).with_columns(
                weight=pl.when(pl.col("stratum") == stratum).then(pl.col("weight") * 1.5).otherwise("weight")
            )
            alone = ts.SurveySample(kept, ts.SurveyDesign(weight="weight"))
            beta = fit_model(alone, FORMULA, family="binomial").table["estimate"].to_list()
            effects.append(effects_in_loops(beta, kept))
        about = np.array(effects) - np.mean(effects, axis=0)
        spread += (1 - 3 / 9) * (2 / 3) * about.T @ about
    # The jackknife is another estimator of the same variance, equal to first order.
    close(np.sqrt(np.diag(found.covariance())), np.sqrt(np.diag(spread)), rtol=0.2)
    exact = marginal_effects(fit_model(ts.make_replicates(sample(), "JKn"), FORMULA, family="binomial"))
    centred = np.sqrt(np.diag(exact.covariance()))
    close(centred, np.sqrt(np.diag(spread)), rtol=0.05)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_the_score_is_the_derivative_by_the_weights(family: Any) -> None:
    """A little more weight for one person moves the effect by that person's score."""
    frame = people().with_columns(person=pl.int_range(pl.len()))
    outcome = {"gaussian": "rent", "binomial": "stays", "poisson": "jobs"}[family]
    formula = f"{outcome} ~ age * role + abroad"
    small = 1e-5

    def effects(weight: pl.Expr) -> Any:
        design = ts.SurveyDesign(weight="weight", psu="person")
        changed = ts.SurveySample(frame.with_columns(weight), design)
        return marginal_effects(fit_model(changed, formula, family=family))

    variation: Any = effects(pl.col("weight")).dispersion
    scores = variation.scores()
    for person in (0, 17, 60):
        factor = {s: pl.when(pl.col("person") == person).then(1 + s * small).otherwise(1.0) for s in (1, -1)}
        up, down = (effects(pl.col("weight") * factor[s]).to_polars()["estimate"] for s in (1, -1))
        close(scores[person], (up - down) / (2 * small), rtol=1e-4, atol=1e-9 * np.abs(scores).max())


def test_of_a_category_alone_the_effects_are_differences_of_proportions() -> None:
    found = marginal_effects(fit_model(sample(), "stays ~ role", family="binomial"))
    means = ts.estimate_mean(sample(), "stays", by="role")
    first = means.filter(role="employee")
    for level in ("partner", "student"):
        difference = ts.compare(means.filter(role=level), first).to_polars()
        row = found.filter(level=level).to_polars()
        close(row["estimate"], difference["estimate"])
        close(row["std_error"], difference["std_error"], rtol=1e-6)


def test_of_a_gaussian_model_the_effects_are_the_coefficients() -> None:
    fit = fit_model(sample(), "rent ~ age + role + parttime")
    found = marginal_effects(fit)
    names = ["estimate", "std_error", "conf_low", "conf_high"]
    close(found.to_polars().select(names), fit.table[1:].select(names))
    close(found.covariance(), fit.covariance()[1:, 1:])
    assert found.to_polars()["df"].unique().to_list() == [fit.df_residual]


def test_the_sampling_of_those_averaged_over_counts() -> None:
    """In a linear model with an interaction the effect of age is that of everyone's share of parttime."""
    fit = fit_model(sample(), "rent ~ age * parttime")
    found = marginal_effects(fit, "age").to_polars()
    share = ts.estimate_mean(sample(), "parttime").to_polars()["estimate"].item()
    beta = fit.table["estimate"].to_numpy()
    gradient = np.array([0, 1, 0, share])
    close(found["estimate"].item(), gradient @ beta)
    fixed = math.sqrt(gradient @ fit.covariance() @ gradient)
    assert abs(found["std_error"].item() - fixed) > 1e-6 * fixed


def test_with_replicates_effects_are_computed_with_the_weights_of_each() -> None:
    replicated = ts.make_replicates(sample(), "bootstrap", replicates=12, seed=5)
    found = marginal_effects(fit_model(replicated, FORMULA, family="binomial"))
    made: Any = replicated.replicates
    spread = []
    for r in range(12):
        weight = people()["weight"].to_numpy() * made.multipliers[people()["area"].to_numpy(), r]
        kept = people().with_columns(weight=weight).filter(pl.col("weight") > 0)
        alone = ts.SurveySample(kept, ts.SurveyDesign(weight="weight"))
        beta = fit_model(alone, FORMULA, family="binomial").table["estimate"].to_list()
        spread.append(effects_in_loops(beta, kept))
    about = np.array(spread) - np.mean(spread, axis=0)
    close(found.covariance(), made.rule.scale * about.T @ about, rtol=1e-6)


def test_missing_values_and_the_level_of_confidence_are_those_of_the_fit() -> None:
    fit = fit_model(sample(people(gaps=True)), FORMULA, family="binomial", conf_level=0.8)
    found = marginal_effects(fit, ["role", "abroad"])
    table = found.to_polars()
    assert table["n_obs"].unique().to_list() == [fit.n_obs]
    assert table["n_missing"].unique().to_list() == [fit.n_missing]
    assert found.method.conf_level == 0.8
    narrower = marginal_effects(fit, "abroad", conf_level=0.5).to_polars()
    assert narrower["conf_low"].item() > table["conf_low"][2]
    assert table["design_effect"].null_count() == table.height
    assert all("no design effect" in note for note in table["note"])


def test_effects_can_be_compared() -> None:
    found = marginal_effects(fit_model(sample(), FORMULA, family="binomial"), "role")
    difference = ts.contrast(found, {"partner less student": {"partner": 1, "student": -1}}).to_polars()
    weights = np.array([1.0, -1.0])
    close(difference["std_error"].item(), math.sqrt(weights @ found.covariance() @ weights))


def test_a_variable_that_is_not_in_the_model_is_refused() -> None:
    fit = fit_model(ts.SurveySample(people(), DESIGN), "rent ~ age + role")
    with pytest.raises(InputError, match="Did you mean `role`"):
        marginal_effects(fit, "roles")
