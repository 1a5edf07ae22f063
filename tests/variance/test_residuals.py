import numpy as np
import pytest

from talentstats.variance.groups import FloatArray
from talentstats.variance.residuals import Auxiliaries, ResidualStep

DRAW = np.random.default_rng(4)
ROWS = 60
# Two categories that often go together, so that sweeping takes many rounds.
FIRST = DRAW.integers(0, 2, ROWS)
CODES = (FIRST, np.where(DRAW.random(ROWS) < 0.85, FIRST, 2))
NUMBERS = DRAW.normal(5.0, 2.0, (ROWS, 2))
BEFORE, AFTER = DRAW.uniform(1, 9, ROWS), DRAW.uniform(1, 9, ROWS)
SCORES = AFTER[:, None] * DRAW.normal(0.0, 1.0, (ROWS, 4))


def auxiliaries(numbers: FloatArray = NUMBERS) -> Auxiliaries:
    return Auxiliaries(codes=CODES, sizes=(2, 3), numbers=numbers)


def dense() -> FloatArray:
    return np.hstack([np.eye(2)[CODES[0]], np.eye(3)[CODES[1]], NUMBERS])


def regression(numbers: FloatArray = NUMBERS) -> ResidualStep:
    return ResidualStep(auxiliaries=auxiliaries(numbers), taken=AFTER, seen=BEFORE / AFTER, gram=BEFORE)


def test_the_matrix_has_a_column_for_each_level_and_number() -> None:
    made = auxiliaries()
    np.testing.assert_array_equal(made.matrix.toarray(), dense())
    assert made.columns == 7
    assert made.blocks == [slice(0, 2), slice(2, 5)]


def test_the_regression_is_weighted_least_squares() -> None:
    root = np.sqrt(BEFORE)[:, None]
    slope = np.linalg.lstsq(root * dense(), root * SCORES / AFTER[:, None], rcond=None)[0]
    expected = SCORES - AFTER[:, None] * (dense() @ slope)
    np.testing.assert_allclose(regression().residuals(SCORES), expected, rtol=1e-9, atol=1e-11)


def test_residuals_have_none_of_the_auxiliaries_left_and_stay_what_they_are() -> None:
    left = regression().residuals(SCORES)
    np.testing.assert_allclose(regression().moments(left), 0.0, atol=1e-9)
    np.testing.assert_allclose(regression().residuals(left), left, atol=1e-10)
    np.testing.assert_allclose(regression().residuals(AFTER[:, None] * dense()), 0.0, atol=1e-9)


@pytest.mark.parametrize("unit", [1e-7, 1.0, 1e7])
def test_the_unit_of_a_number_does_not_matter(unit: float) -> None:
    scaled = regression(NUMBERS * unit).residuals(SCORES)
    np.testing.assert_allclose(scaled, regression().residuals(SCORES), rtol=1e-8, atol=1e-10)


def test_unweighted_means_are_swept_out_in_turn_for_ten_rounds() -> None:
    ones = np.ones(ROWS)
    step = ResidualStep(
        auxiliaries=auxiliaries(np.zeros((ROWS, 0))), taken=AFTER, seen=1 / AFTER, gram=ones, sweeps=True
    )
    left = SCORES / AFTER[:, None]
    for _ in range(10):
        for code in CODES:
            for level in np.unique(code):
                left[code == level] -= left[code == level].mean(axis=0)
    np.testing.assert_allclose(step.residuals(SCORES), AFTER[:, None] * left, rtol=1e-10, atol=1e-12)


def test_a_level_that_nobody_has_changes_nothing() -> None:
    more = Auxiliaries(codes=CODES, sizes=(3, 3), numbers=NUMBERS)
    step = ResidualStep(auxiliaries=more, taken=AFTER, seen=BEFORE / AFTER, gram=BEFORE)
    np.testing.assert_allclose(step.residuals(SCORES), regression().residuals(SCORES), rtol=1e-9, atol=1e-11)
