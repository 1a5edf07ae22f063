"""The columns of a model matrix: R's coding of categories."""

from itertools import product

import numpy as np
import pytest

from talentstats.estimate.models.formula import parse_formula
from talentstats.estimate.models.matrix import Predictor, make_columns, make_matrix

ROWS = list(product(range(2), range(3), (2.0, 5.0)))
PREDICTORS = {
    "a": Predictor(values=np.array([float(row[0]) for row in ROWS]), levels=("a1", "a2")),
    "b": Predictor(values=np.array([float(row[1]) for row in ROWS]), levels=("b1", "b2", "b3")),
    "x": Predictor(values=np.array([row[2] for row in ROWS])),
}


# The labels are those of R's `model.matrix`, with the level between brackets.
@pytest.mark.parametrize(
    ("formula", "labels"),
    [
        ("y ~ a + x", "(Intercept) a[a2] x"),
        ("y ~ a + b - 1", "a[a1] a[a2] b[b2] b[b3]"),
        ("y ~ x + b - 1", "x b[b1] b[b2] b[b3]"),
        ("y ~ a * b", "(Intercept) a[a2] b[b2] b[b3] a[a2]:b[b2] a[a2]:b[b3]"),
        ("y ~ a + a:b", "(Intercept) a[a2] a[a1]:b[b2] a[a2]:b[b2] a[a1]:b[b3] a[a2]:b[b3]"),
        ("y ~ a:x", "(Intercept) a[a1]:x a[a2]:x"),
        ("y ~ x + a:x", "(Intercept) x x:a[a2]"),
        ("y ~ a:b - 1", "a[a1]:b[b1] a[a2]:b[b1] a[a1]:b[b2] a[a2]:b[b2] a[a1]:b[b3] a[a2]:b[b3]"),
        ("y ~ x", "(Intercept) x"),
        ("y ~ 1", "(Intercept)"),
    ],
)
def test_columns_are_those_of_r(formula: str, labels: str) -> None:
    assert [column.label for column in make_columns(parse_formula(formula), PREDICTORS)] == labels.split()


def test_a_column_is_the_product_of_its_parts() -> None:
    columns = make_columns(parse_formula("y ~ a * b * x"), PREDICTORS)
    matrix = make_matrix(columns, PREDICTORS, rows=len(ROWS))
    for j, column in enumerate(columns):
        for i, (a, b, x) in enumerate(ROWS):
            expected = 1.0
            for factor in column.label.split(":"):
                expected *= {
                    "(Intercept)": 1,
                    "a[a2]": a == 1,
                    "b[b2]": b == 1,
                    "b[b3]": b == 2,
                    "x": x,
                }[factor]
            assert matrix[i, j] == expected, column.label
    assert np.linalg.matrix_rank(matrix) == len(columns)
