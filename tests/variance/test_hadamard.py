import numpy as np
import pytest

from talentstats.errors import InputError
from talentstats.variance.hadamard import hadamard_matrix, next_hadamard_order

# Multiples of four up to 400 that neither Sylvester's, nor Paley's constructions nor products of them reach.
BEYOND = {92, 116, 156, 172, 184, 188, 232, 236, 260, 268, 292, 324, 356, 372, 376}
REACHED = [1, 2, *(order for order in range(4, 401, 4) if order not in BEYOND)]


def test_every_order_up_to_400_is_orthogonal_with_a_first_row_of_ones() -> None:
    for order in REACHED:
        matrix = hadamard_matrix(order).astype(float)
        assert matrix.shape == (order, order)
        assert np.array_equal(np.abs(matrix), np.ones((order, order))), order
        assert np.array_equal(matrix @ matrix.T, order * np.eye(order)), order
        assert np.array_equal(matrix[0], np.ones(order)), order


@pytest.mark.parametrize("order", [28, 52, 244], ids=["3^3 + 1", "2 (5^2 + 1)", "3^5 + 1"])
def test_orders_that_need_a_field_of_prime_power_are_reached(order: int) -> None:
    assert next_hadamard_order(order - 3) == order
    matrix = hadamard_matrix(order).astype(float)
    assert np.array_equal(matrix.T @ matrix, order * np.eye(order))


def test_the_next_order_is_the_smallest_that_can_be_built() -> None:
    for minimum in range(1, 401):
        assert next_hadamard_order(minimum) == min(order for order in [*REACHED, 408] if order >= minimum)


@pytest.mark.parametrize(("order", "instead"), [(92, 96), (6, 8), (0, 1)])
def test_an_order_that_cannot_be_built_is_refused_with_the_next_that_can(order: int, instead: int) -> None:
    with pytest.raises(InputError, match=f"Use order {instead}"):
        hadamard_matrix(order)
