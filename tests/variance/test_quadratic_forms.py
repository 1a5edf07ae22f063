import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from talentstats.errors import InputError
from talentstats.variance.quadratic_forms import TailMethod, tail_probability

METHODS: tuple[TailMethod, ...] = get_args(TailMethod)
UNEQUAL = np.array([3.0, 1.0, 0.7, 0.2, 1e-5])


def exact(statistic: float, weights: Sequence[float], df: float = math.inf) -> float:
    return tail_probability(statistic, np.array(weights), method="exact", denominator_df=df)


@pytest.mark.parametrize("terms", [1, 2, 7])
@pytest.mark.parametrize("statistic", [1e-6, 0.4, 5.0, 60.0])
@pytest.mark.parametrize("df", [0.5, 3.7, 40.0, math.inf])
def test_equal_weights_give_the_chi_square_and_f_distributions(
    terms: int, statistic: float, df: float
) -> None:
    known = (
        stats.chi2.sf(statistic / 2, terms)
        if math.isinf(df)
        else stats.f.sf(statistic / 2 / terms, terms, df)
    )
    for method in ("exact", "satterthwaite"):
        found = tail_probability(statistic, np.full(terms, 2.0), method=method, denominator_df=df)
        assert found == pytest.approx(known, rel=1e-11)


@pytest.mark.parametrize("statistic", [1e-3, 1.0, 30.0, 400.0])
def test_pairs_of_weights_give_a_sum_of_exponentials(statistic: float) -> None:
    rates = [1 / (2 * weight) for weight in (5.0, 1.0, 0.01)]
    known = 0.0
    for rate in rates:
        others = [other for other in rates if other != rate]
        known += math.exp(-rate * statistic) * math.prod(other / (other - rate) for other in others)
    assert exact(statistic, [5, 5, 1, 1, 0.01, 0.01]) == pytest.approx(known, rel=1e-11)


@pytest.mark.parametrize("statistic", [0.5, 4.0, 25.0])
def test_two_unequal_weights_give_the_convolution_of_two_chi_squares(statistic: float) -> None:
    def of_angle(angle: float) -> float:
        # Two normal values in polar coordinates: the radius is beyond an ellipse.
        weight = 3 * math.cos(angle) ** 2 + 0.4 * math.sin(angle) ** 2
        return math.exp(-statistic / (2 * weight)) / (2 * math.pi)

    known = integrate.quad(of_angle, 0, 2 * math.pi, epsabs=1e-15, epsrel=1e-13)[0]
    assert exact(statistic, [3, 0.4]) == pytest.approx(known, rel=1e-11)


@pytest.mark.parametrize("df", [2.0, 11.7])
def test_a_denominator_mixes_the_tails_over_its_own_distribution(df: float) -> None:
    def mixed(value: float) -> float:
        return exact(6 * value / df, UNEQUAL.tolist()) * float(stats.chi2.pdf(value, df))

    known = integrate.quad(mixed, 0, np.inf, epsabs=1e-11, epsrel=1e-10)[0]
    assert exact(6, UNEQUAL.tolist(), df) == pytest.approx(known, rel=1e-9)


def saddlepoint_by_hand(statistic: float, terms: list[float]) -> float:
    """Give the formula of Kuonen (1999), every chi-square a term of its own."""
    largest = max(terms)
    terms, statistic = [term / largest for term in terms], statistic / largest

    def cumulant(at: float, order: int) -> float:
        if order == 0:
            return -sum(math.log(1 - 2 * at * term) for term in terms) / 2
        return sum(order * (term / (1 - 2 * at * term)) ** order for term in terms)

    low = max([1 / (2 * term) for term in terms if term < 0], default=-len(terms) / (2 * statistic or 1.0))
    point = optimize.brentq(
        lambda at: cumulant(at, 1) - statistic, low * 0.9999999, 0.5 * 0.9999999, xtol=1e-15
    )
    root = math.copysign(math.sqrt(2 * (point * statistic - cumulant(point, 0))), point)
    width = point * math.sqrt(cumulant(point, 2))
    return float(stats.norm.sf(root + math.log(width / root) / root))


@pytest.mark.parametrize("statistic", [1.0, 9.0, 30.0])
@pytest.mark.parametrize("df", [0.6, 7.0, 36.9, math.inf])
def test_the_saddlepoint_repeats_the_denominator_a_whole_number_of_times(statistic: float, df: float) -> None:
    found = tail_probability(statistic, UNEQUAL, method="saddlepoint", denominator_df=df)
    if math.isinf(df):
        known = saddlepoint_by_hand(statistic, UNEQUAL.tolist())
    else:
        known = saddlepoint_by_hand(0.0, [*UNEQUAL.tolist(), *[-statistic / df] * max(1, int(df))])
    assert found == pytest.approx(known, rel=1e-9)


def test_at_the_mean_the_saddlepoint_gives_way_to_satterthwaite() -> None:
    near, mean = UNEQUAL.sum() * (1 + 1e-7), UNEQUAL.sum()
    for statistic in (near, mean):
        found, other = (
            tail_probability(float(statistic), UNEQUAL, method=method)
            for method in ("saddlepoint", "satterthwaite")
        )
        assert found == other


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("df", [25.0, math.inf])
def test_a_tail_falls_with_the_statistic_and_does_not_know_the_scale(method: TailMethod, df: float) -> None:
    tails = [
        tail_probability(at, UNEQUAL, method=method, denominator_df=df) for at in (0.1, 2.0, 7.0, 19.0, 40.0)
    ]
    assert all(0 < later < former < 1 for former, later in pairwise(tails))
    scaled = tail_probability(700.0, 100 * UNEQUAL, method=method, denominator_df=df)
    assert scaled == pytest.approx(tails[2], rel=1e-12)


def test_the_approximations_are_near_the_exact_tail() -> None:
    for statistic in (10.0, 20.0, 40.0):
        known = exact(statistic, UNEQUAL.tolist(), 30.0)
        close = tail_probability(statistic, UNEQUAL, method="saddlepoint", denominator_df=30.0)
        rough = tail_probability(statistic, UNEQUAL, method="satterthwaite", denominator_df=30.0)
        assert close == pytest.approx(known, rel=0.1)
        assert rough == pytest.approx(known, rel=0.6)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_beyond_infinity_and_everything_beyond_zero(method: TailMethod) -> None:
    assert tail_probability(0.0, UNEQUAL, method=method) == 1.0
    assert tail_probability(1e9, UNEQUAL, method=method) == 0.0
    assert exact(1e9, [1.0], 1.0) == pytest.approx(stats.f.sf(1e9, 1, 1), rel=1e-10)


def test_a_weight_of_zero_adds_nothing_to_the_exact_tail() -> None:
    assert exact(5.0, [2.0, 1.0, 0.0]) == pytest.approx(exact(5.0, [2.0, 1.0]), rel=1e-13)


@pytest.mark.parametrize(
    ("statistic", "weights", "options"),
    [
        (1.0, [1.0, -1.0], {}),
        (1.0, [0.0, 0.0], {}),
        (1.0, [], {}),
        (1.0, [math.nan], {}),
        (math.nan, [1.0], {}),
        (1.0, [1.0], {"denominator_df": 0.0}),
        (1.0, [1.0], {"method": "davies"}),
    ],
)
def test_what_cannot_be_computed_is_refused(
    statistic: float, weights: list[float], options: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        tail_probability(statistic, np.array(weights), **{"method": "exact", **options})
