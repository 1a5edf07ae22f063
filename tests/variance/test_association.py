import numpy as np
import pytest

from talentstats.errors import InputError
from talentstats.variance.association import (
    generalised_effects,
    independent_table,
    pearson_statistic,
    quadratic_form,
    wald_statistic,
)
from talentstats.variance.groups import FloatArray

TABLE = np.array([[12.0, 7.0, 3.0], [5.0, 9.0, 14.0], [2.0, 8.0, 6.0]])


def multinomial(shares: FloatArray, n: int) -> FloatArray:
    flat = shares.ravel()
    return np.asarray((np.diag(flat) - np.outer(flat, flat)) / n, dtype=np.float64)


def some_covariance(size: int) -> FloatArray:
    root = np.random.default_rng(3).normal(size=(size, 3 * size))
    return np.asarray(root @ root.T, dtype=np.float64)


def test_pearson_adds_the_squares_over_what_is_expected() -> None:
    known = 0.0
    for row in range(3):
        for column in range(3):
            expected = TABLE[row].sum() * TABLE[:, column].sum() / TABLE.sum()
            assert independent_table(TABLE)[row, column] == pytest.approx(expected)
            known += (TABLE[row, column] - expected) ** 2 / expected
    assert pearson_statistic(TABLE) == pytest.approx(known)


def test_a_simple_random_sample_has_effects_of_one() -> None:
    shares = independent_table(TABLE) / TABLE.sum()
    effects = generalised_effects(shares, multinomial(shares, 66), n=66)
    np.testing.assert_allclose(effects, np.ones(4), rtol=1e-12)


def test_effects_are_those_of_any_basis_of_the_interactions() -> None:
    shares, covariance = TABLE / TABLE.sum(), some_covariance(9)
    main = np.column_stack([np.kron(np.eye(3), np.ones((3, 1))), np.kron(np.ones((3, 1)), np.eye(3))])
    full = np.random.default_rng(8).normal(size=(9, 4))
    basis = full - main @ np.linalg.pinv(main) @ full
    inverse = np.diag(1 / shares.ravel())
    product = np.linalg.solve(
        basis.T @ inverse @ basis / 66, basis.T @ inverse @ covariance @ inverse @ basis
    )
    known = np.sort(np.linalg.eigvals(product).real)[::-1]
    np.testing.assert_allclose(generalised_effects(shares, covariance, n=66), known, rtol=1e-10)


def test_an_empty_cell_is_allowed_and_too_many_are_refused() -> None:
    shares = np.array([[0.3, 0.0], [0.2, 0.5]])
    assert generalised_effects(shares, multinomial(shares, 10), n=10).shape == (1,)
    sparse = np.array([[0.3, 0.0, 0.0], [0.0, 0.4, 0.3], [0.0, 0.0, 0.0]])
    with pytest.raises(InputError, match="empty"):
        generalised_effects(sparse, multinomial(sparse, 10), n=10)


def test_wald_takes_the_covariance_of_the_differences_by_their_derivatives() -> None:
    covariance = some_covariance(9)

    def differences(flat: FloatArray) -> FloatArray:
        table = flat.reshape(3, 3)
        return (table - independent_table(table))[1:, 1:].ravel()

    jacobian = np.zeros((4, 9))
    for place in range(9):
        step = np.zeros(9)
        step[place] = 1e-4
        ahead, behind = differences(TABLE.ravel() + step), differences(TABLE.ravel() - step)
        jacobian[:, place] = (ahead - behind) / 2e-4
    away = differences(TABLE.ravel())
    known = away @ np.linalg.solve(jacobian @ covariance @ jacobian.T, away)
    assert wald_statistic(TABLE, covariance) == pytest.approx(known, rel=1e-7)


def test_wald_does_not_depend_on_which_row_and_column_are_left_out() -> None:
    covariance, order = some_covariance(9), np.arange(9).reshape(3, 3)[::-1, ::-1].ravel()
    turned = wald_statistic(TABLE[::-1, ::-1], covariance[np.ix_(order, order)])
    assert turned == pytest.approx(wald_statistic(TABLE, covariance), rel=1e-10)


@pytest.mark.parametrize("covariance", [np.ones((2, 2)), np.zeros((2, 2)), np.full((2, 2), np.nan)])
def test_a_singular_covariance_is_refused(covariance: FloatArray) -> None:
    with pytest.raises(InputError, match="vary freely"):
        quadratic_form(np.array([1.0, 2.0]), covariance)
