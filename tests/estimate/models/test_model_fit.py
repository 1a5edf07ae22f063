"""The kernel that fits models: against plain loops, and where there is no solution."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from talentstats.estimate.models.family import FAMILIES, Family
from talentstats.estimate.models.likelihood import (
    first_coefficients,
    make_basis,
    maximise_likelihood,
    runaway_columns,
)
from talentstats.variance.groups import FloatArray

DRAW = np.random.default_rng(7)
MATRIX = np.column_stack([np.ones(40), DRAW.normal(50, 10, 40), DRAW.integers(0, 2, 40)]).astype(float)
WEIGHT = DRAW.uniform(0.5, 3, 40)
OUTCOMES = {
    "gaussian": 3 + 0.2 * MATRIX[:, 1] + DRAW.normal(size=40),
    "binomial": DRAW.integers(0, 2, 40).astype(float),
    "poisson": DRAW.poisson(3, 40).astype(float),
}
# The mean of an outcome and its derivative by the linear predictor, one number at a time.
MEANS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "gaussian": (lambda eta: eta, lambda _eta: 1.0),
    "binomial": (
        lambda eta: 1 / (1 + math.exp(-eta)),
        lambda eta: math.exp(-eta) / (1 + math.exp(-eta)) ** 2,
    ),
    "poisson": (math.exp, math.exp),
}


def fit(name: str, weights: FloatArray, matrix: FloatArray = MATRIX) -> FloatArray:
    """Coefficients for each column of weights, started from the fit with the first."""
    family, outcome = FAMILIES[name], OUTCOMES[name]
    basis = make_basis(matrix, WEIGHT)
    start = first_coefficients(basis, outcome, WEIGHT, family=family)
    found = maximise_likelihood(basis.values, outcome, weights, family=family, start=start)
    assert found.solved.all()
    return basis.to_columns(found.coefficients)


def newton_in_loops(name: str, weight: FloatArray) -> list[float]:
    """Solve the score equations by Newton's method, in loops, from zero."""
    mean, slope = MEANS[name]
    outcome, columns = OUTCOMES[name], range(3)
    beta = [0.0, 0.0, 0.0]
    for _ in range(60):
        score, information = [0.0] * 3, [[0.0] * 3 for _ in columns]
        for k in range(40):
            eta = sum(MATRIX[k, j] * beta[j] for j in columns)
            for i in columns:
                score[i] += weight[k] * MATRIX[k, i] * (outcome[k] - mean(eta))
                for j in columns:
                    information[i][j] += weight[k] * MATRIX[k, i] * MATRIX[k, j] * slope(eta)
        step = np.linalg.solve(np.array(information), np.array(score))
        length = max(1.0, float(np.abs(step * [1, 50, 1]).max()))
        beta = [b + s / length for b, s in zip(beta, step, strict=True)]
    return beta


@pytest.mark.parametrize("name", FAMILIES)
def test_coefficients_solve_the_weighted_score_equations(name: str) -> None:
    np.testing.assert_allclose(fit(name, WEIGHT[:, None])[:, 0], newton_in_loops(name, WEIGHT), rtol=1e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_many_sets_of_weights_are_fitted_as_each_alone(name: str) -> None:
    sets = WEIGHT[:, None] * np.random.default_rng(3).multinomial(40, [1 / 40] * 40, size=6).T
    together = fit(name, sets)
    alone = np.column_stack([fit(name, sets[:, [r]])[:, 0] for r in range(6)])
    np.testing.assert_allclose(together, alone, rtol=1e-10)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_weight_of_two_counts_as_two_rows(name: str) -> None:
    doubled = WEIGHT.copy()
    doubled[:10] *= 2
    family, twice = FAMILIES[name], np.concatenate([np.arange(40), np.arange(10)])
    basis = make_basis(MATRIX[twice], WEIGHT[twice])
    found = maximise_likelihood(
        basis.values, OUTCOMES[name][twice], WEIGHT[twice][:, None], family=family, start=np.zeros(3)
    )
    np.testing.assert_allclose(
        basis.to_columns(found.coefficients)[:, 0], fit(name, doubled[:, None])[:, 0], rtol=1e-10
    )


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_mean_variance_and_skewness_are_derivatives_of_one_another(family: Family) -> None:
    eta, small = np.array([-3.0, -0.4, 0.0, 1.7]), 1e-5
    for function, derivative in ((family.mean, family.variance), (family.variance, family.skewness)):
        slope = (function(eta + small) - function(eta - small)) / (2 * small)
        np.testing.assert_allclose(derivative(eta), slope, rtol=1e-8, atol=1e-9)
    outcome = family.mean(np.array([0.3]))
    slope = (family.deviance(outcome, eta + small) - family.deviance(outcome, eta - small)) / (2 * small)
    np.testing.assert_allclose(slope, -2 * (outcome - family.mean(eta)), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(family.deviance(outcome, np.array([0.3])), 0, atol=1e-14)


def test_scaling_a_column_scales_its_coefficient() -> None:
    scaled = fit("binomial", WEIGHT[:, None], MATRIX * [1.0, 1e-6, 1e5])
    np.testing.assert_allclose(scaled * [[1.0], [1e-6], [1e5]], fit("binomial", WEIGHT[:, None]), rtol=1e-9)


def test_a_start_far_away_is_left_behind() -> None:
    basis = make_basis(MATRIX, WEIGHT)
    # Overflow, and a full step that would overshoot so far that nothing is left to go by.
    for name, start in (("poisson", np.full(3, 1e4)), ("binomial", basis.triangle @ [6.0, 0.0, 0.0])):
        found = maximise_likelihood(
            basis.values, OUTCOMES[name], WEIGHT[:, None], family=FAMILIES[name], start=start
        )
        assert found.solved.all()
        np.testing.assert_allclose(
            basis.to_columns(found.coefficients), fit(name, WEIGHT[:, None]), rtol=1e-8
        )


@pytest.mark.parametrize(
    ("name", "outcome", "columns"),
    [
        ("binomial", np.where(MATRIX[:, 2] == 1, 1.0, OUTCOMES["binomial"]), [False, False, True]),
        ("binomial", (MATRIX[:, 1] > 50).astype(float), [True, True, False]),
        ("binomial", np.ones(40), [True, False, False]),
        ("poisson", np.where(MATRIX[:, 2] == 1, 0.0, OUTCOMES["poisson"]), [False, False, True]),
        ("poisson", np.zeros(40), [True, False, False]),
    ],
)
def test_an_outcome_a_column_predicts_exactly_has_no_solution(
    name: str, outcome: FloatArray, columns: list[bool]
) -> None:
    family, basis = FAMILIES[name], make_basis(MATRIX, WEIGHT)
    start = first_coefficients(basis, outcome, WEIGHT, family=family)
    found = maximise_likelihood(basis.values, outcome, WEIGHT[:, None], family=family, start=start)
    assert not found.solved.any()
    named = runaway_columns(basis, found.last_step[:, 0])
    assert named.tolist() == columns


def test_only_the_set_of_weights_without_solution_is_marked() -> None:
    sets = np.column_stack([WEIGHT, np.where(MATRIX[:, 2] == 1, 0.0, WEIGHT), np.zeros(40), -WEIGHT])
    basis = make_basis(MATRIX, WEIGHT)
    for name, family in FAMILIES.items():
        found = maximise_likelihood(basis.values, OUTCOMES[name], sets, family=family, start=np.zeros(3))
        assert found.solved.tolist() == [True, False, False, False]


def test_negative_weights_count_as_zero() -> None:
    signed = np.where(np.arange(40) < 5, -1.0, WEIGHT)
    np.testing.assert_array_equal(
        fit("binomial", signed[:, None]), fit("binomial", np.maximum(signed, 0)[:, None])
    )


def test_a_column_that_follows_from_others_is_found() -> None:
    combined = np.column_stack([MATRIX, MATRIX @ [2.0, 1.0, -3.0], np.zeros(40)])
    assert make_basis(combined, WEIGHT).dependent.tolist() == [False, False, False, True, True]
    nearly = MATRIX[:, [0, 1]] + [0, 1e6]
    assert not make_basis(nearly, WEIGHT).dependent.any()
