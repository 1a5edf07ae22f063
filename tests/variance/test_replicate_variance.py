import numpy as np
import pytest

from talentstats.errors import InputError
from talentstats.variance.replicate_variance import (
    gram_rank,
    replicate_covariance,
    replicate_rank,
    replicate_variance,
)

GENERATOR = np.random.default_rng(21)
REPLICATES = GENERATOR.normal(100, 3, size=(12, 4))
FULL = REPLICATES.mean(axis=0) + 0.5
RSCALES = np.r_[0.0, GENERATOR.uniform(0.5, 2, size=11)]


@pytest.mark.parametrize("mse", [False, True])
def test_variance_and_covariance_equal_the_definition_written_out(mse: bool) -> None:
    expected = np.zeros((4, 4))
    centre = FULL if mse else REPLICATES[1:].mean(axis=0)  # the replicate with rscale 0 is not in the centre
    for replicate, rscale in zip(REPLICATES, RSCALES, strict=True):
        expected += 0.25 * rscale * np.outer(replicate - centre, replicate - centre)
    joint = replicate_covariance(REPLICATES, FULL, scale=0.25, rscales=RSCALES, mse=mse)
    alone = replicate_variance(REPLICATES, FULL, scale=0.25, rscales=RSCALES, mse=mse)
    np.testing.assert_allclose(joint, expected, rtol=1e-12)
    np.testing.assert_allclose(alone.variance, np.diag(expected), rtol=1e-12)
    assert alone.dropped.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("mse", [False, True])
def test_replicates_without_a_value_are_dropped_and_counted(mse: bool) -> None:
    holes = REPLICATES.copy()
    holes[2, 0] = np.nan
    holes[[4, 5], 1] = np.inf
    alone = replicate_variance(holes, FULL, scale=1, rscales=RSCALES, mse=mse)
    assert alone.dropped.tolist() == [1, 2, 0, 0]
    for estimate, gone in enumerate([[2], [4, 5], [], []]):
        kept = np.delete(np.arange(12), gone)
        one = replicate_variance(
            REPLICATES[kept][:, [estimate]], FULL[[estimate]], scale=1, rscales=RSCALES[kept], mse=mse
        )
        assert alone.variance[estimate] == pytest.approx(one.variance[0], rel=1e-13)
    joint = replicate_covariance(holes, FULL, scale=1, rscales=RSCALES, mse=mse)
    np.testing.assert_allclose(np.diag(joint), alone.variance, rtol=1e-13)
    whole = replicate_covariance(REPLICATES, FULL, scale=1, rscales=RSCALES, mse=mse)
    np.testing.assert_allclose(joint[2:, 2:], whole[2:, 2:], rtol=1e-13)
    assert np.linalg.eigvalsh(joint).min() > -1e-12 * np.trace(joint)


def test_without_any_usable_replicate_the_variance_is_missing_and_all_are_counted() -> None:
    none = np.full((12, 4), np.nan)
    for mse in (False, True):
        alone = replicate_variance(none, FULL, scale=1, rscales=RSCALES, mse=mse)
        assert np.isnan(alone.variance).all()
        assert alone.dropped.tolist() == [12] * 4
        joint = replicate_covariance(none, FULL, scale=1, rscales=RSCALES, mse=mse)
        assert np.isnan(joint).all()


def test_a_large_common_value_costs_no_digits() -> None:
    near = replicate_variance(REPLICATES, FULL, scale=1, rscales=RSCALES, mse=False)
    far = replicate_variance(REPLICATES + 2.0**30, FULL, scale=1, rscales=RSCALES, mse=False)
    np.testing.assert_allclose(far.variance, near.variance, rtol=1e-6)


def test_shapes_that_do_not_fit_are_refused() -> None:
    for function in (replicate_variance, replicate_covariance):
        with pytest.raises(InputError, match=r"(?s)expected: shape \(12, 3\).*\(12, 4\)"):
            function(REPLICATES, FULL[:3], scale=1, rscales=RSCALES, mse=False)


@pytest.mark.parametrize("shape", [(40, 15), (15, 40)])
def test_rank_counts_the_independent_replicates_whatever_their_size(shape: tuple[int, int]) -> None:
    weights = GENERATOR.uniform(1, 2, size=(shape[0], 9)) @ GENERATOR.uniform(1, 2, size=(9, shape[1]))
    weights *= 10.0 ** np.linspace(-4, 4, shape[1])
    assert replicate_rank(weights) == 9
    assert gram_rank(weights.T @ weights) == 9
    weights[:, 3] = 0
    assert replicate_rank(weights) == 9
    assert replicate_rank(weights[:, 4:7]) == 3
    assert gram_rank(np.zeros((3, 3))) == 0
