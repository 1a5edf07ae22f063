import math

import numpy as np
import pytest
from scipy import stats

from talentstats.variance.ranks import RANK_SCORES, estimated_ranks

DRAW = np.random.default_rng(5)
VALUES = DRAW.integers(0, 6, 40).astype(float)
WEIGHTS = DRAW.uniform(1, 9, 40)


def test_equal_values_share_the_mean_of_the_ranks_they_have_in_the_order_of_the_rows() -> None:
    ranks, total = estimated_ranks(VALUES, WEIGHTS)
    assert total == pytest.approx(sum(WEIGHTS))
    for value in set(VALUES):
        below = sum(w for v, w in zip(VALUES, WEIGHTS, strict=True) if v < value)
        middles = []
        for v, w in zip(VALUES, WEIGHTS, strict=True):
            if v == value:
                middles.append(below + w / 2)
                below += w
        np.testing.assert_allclose(ranks[value == VALUES], sum(middles) / len(middles), rtol=1e-13)


def test_equal_weights_give_the_ranks_everyone_knows() -> None:
    ranks, total = estimated_ranks(VALUES, np.full(40, 2.0))
    np.testing.assert_allclose((ranks + 1) / 2, stats.rankdata(VALUES), rtol=1e-14)
    assert total == 80


def test_ranks_know_only_the_order_of_the_values() -> None:
    for changed in (3 * VALUES - 7, np.exp(VALUES)):
        np.testing.assert_array_equal(
            estimated_ranks(changed, WEIGHTS)[0], estimated_ranks(VALUES, WEIGHTS)[0]
        )


@pytest.mark.parametrize("weight", [33.847, 30.97, 0.1])
def test_the_median_score_divides_equal_weights_at_the_middle_row(weight: float) -> None:
    ranks, total = estimated_ranks(np.arange(183.0), np.full(183, weight))
    assert RANK_SCORES["median"](ranks, total)[:91].sum() == 0
    assert RANK_SCORES["median"](ranks, total)[92:].all()


def test_scores_are_functions_of_the_share_below() -> None:
    ranks, total = estimated_ranks(VALUES, WEIGHTS)
    for rank, uniform, normal, median in zip(
        ranks,
        *(RANK_SCORES[name](ranks, total) for name in ("wilcoxon", "vanderWaerden", "median")),
        strict=True,
    ):
        assert uniform == rank / total
        assert normal == pytest.approx(stats.norm.ppf(rank / total))
        assert median == math.ceil(rank / total - 0.5)
    assert RANK_SCORES["KruskalWallis"] is RANK_SCORES["wilcoxon"]
