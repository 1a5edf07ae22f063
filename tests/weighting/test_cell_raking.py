import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.variance.groups import FloatArray, IntArray
from talentstats.weighting.cell_raking import rake_cells


def make_table(seed: int, levels: tuple[int, ...], replicates: int) -> tuple[FloatArray, IntArray]:
    """Make every combination of the levels a cell, with random weights."""
    random = np.random.default_rng(seed)
    codes = np.array([code.ravel() for code in np.indices(levels)])
    return random.gamma(2.0, 10.0, (codes.shape[1], replicates)), codes


def make_targets(seed: int, levels: tuple[int, ...], size: float = 1000.0) -> tuple[FloatArray, ...]:
    random = np.random.default_rng(seed + 1)
    return tuple(size * random.dirichlet(np.full(count, 5.0)) for count in levels)


def rake_by_hand(
    weights: FloatArray, codes: IntArray, targets: tuple[FloatArray, ...], *, rounds: int
) -> list[float]:
    """Rake one set of weights in plain loops."""
    raked: list[float] = weights.tolist()
    for _ in range(rounds):
        for code, target in zip(codes.tolist(), targets, strict=True):
            sums = [0.0] * len(target)
            for cell, level in enumerate(code):
                sums[level] += raked[cell]
            for cell, level in enumerate(code):
                raked[cell] *= target[level] / sums[level]
    return raked


def test_raking_agrees_with_plain_loops_for_every_replicate() -> None:
    levels = (3, 2, 4)
    weights, codes = make_table(1, levels, replicates=4)
    targets = make_targets(1, levels)

    raked = rake_cells(weights, codes, targets)

    for replicate in range(4):
        expected = rake_by_hand(weights[:, replicate], codes, targets, rounds=100)
        assert weights[:, replicate] * raked.factors[:, replicate] == pytest.approx(expected, rel=1e-11)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), levels=st.lists(st.integers(2, 5), min_size=2, max_size=4))
def test_every_margin_of_every_replicate_is_met(seed: int, levels: list[int]) -> None:
    weights, codes = make_table(seed, tuple(levels), replicates=3)
    targets = make_targets(seed, tuple(levels))

    raked = rake_cells(weights, codes, targets)

    assert raked.converged.all()
    assert (raked.worst <= 1e-10).all()
    for code, target in zip(codes, targets, strict=True):
        for replicate in (weights * raked.factors).T:
            assert np.bincount(code, weights=replicate) == pytest.approx(target, rel=1e-10)


def test_raking_to_one_margin_is_post_stratification() -> None:
    weights, codes = make_table(2, (3, 4), replicates=1)
    target = np.array([100.0, 200.0, 50.0])

    raked = rake_cells(weights, codes[:1], (target,))

    sums = np.bincount(codes[0], weights=weights[:, 0])
    assert raked.factors[:, 0] == pytest.approx((target / sums)[codes[0]], rel=1e-14)


def test_raking_again_changes_nothing() -> None:
    weights, codes = make_table(3, (3, 4), replicates=2)
    targets = make_targets(3, (3, 4))
    once = weights * rake_cells(weights, codes, targets).factors

    assert rake_cells(once, codes, targets).factors == pytest.approx(np.ones_like(once), abs=1e-11)


def test_raked_weights_do_not_depend_on_the_scale_of_the_weights_and_scale_with_the_targets() -> None:
    weights, codes = make_table(4, (3, 4), replicates=1)
    targets = make_targets(4, (3, 4))
    raked = weights * rake_cells(weights, codes, targets).factors

    scaled = 7 * weights * rake_cells(7 * weights, codes, targets).factors
    larger = weights * rake_cells(weights, codes, tuple(10 * target for target in targets)).factors

    assert scaled == pytest.approx(raked, rel=1e-11)
    assert larger == pytest.approx(10 * raked, rel=1e-11)


def test_a_factor_is_a_product_of_factors_of_the_levels() -> None:
    weights, codes = make_table(5, (3, 4), replicates=1)
    table = rake_cells(weights, codes, make_targets(5, (3, 4))).factors[:, 0].reshape(3, 4)

    assert np.linalg.svd(np.log(table) - np.log(table[:1]) - np.log(table[:, :1]) + np.log(table[0, 0]))[
        1
    ] == pytest.approx(0.0, abs=1e-11)


def test_a_cell_without_weight_in_a_replicate_does_not_stop_it() -> None:
    weights, codes = make_table(6, (3, 3), replicates=2)
    weights[4, 1] = 0.0

    raked = rake_cells(weights, codes, make_targets(6, (3, 3)))

    assert raked.converged.all()
    assert np.isfinite(raked.factors).all()


def test_a_level_without_weight_in_a_replicate_is_not_met_in_that_replicate_alone() -> None:
    weights, codes = make_table(7, (3, 3), replicates=2)
    weights[codes[0] == 1, 1] = 0.0

    raked = rake_cells(weights, codes, make_targets(7, (3, 3)), max_iterations=50)

    assert raked.converged.tolist() == [True, False]
    assert raked.worst[0] > 0.1
    assert (raked.factors > 0).all()


def test_margins_that_contradict_each_other_do_not_converge_and_say_how_far_off_they_stay() -> None:
    weights = np.array([[10.0], [10.0]])
    codes = np.array([[0, 1], [0, 1]])

    raked = rake_cells(weights, codes, (np.array([30.0, 10.0]), np.array([20.0, 20.0])), max_iterations=20)

    assert not raked.converged.any()
    assert raked.iterations == 20
    assert raked.worst == pytest.approx([1.0, 0.0])


def test_a_level_the_population_does_not_have_loses_its_weight() -> None:
    raked = rake_cells(np.array([[10.0], [5.0]]), np.array([[0, 1]]), (np.array([20.0, 0.0]),))

    assert raked.factors[:, 0].tolist() == [2.0, 0.0]
    assert raked.converged.all()
