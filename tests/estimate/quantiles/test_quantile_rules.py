"""The rules for quantiles against their definitions, number by number, and the search for roots."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import optimize

from survey_support import close
from talentstats.estimate.quantiles.ends import find_roots
from talentstats.estimate.quantiles.rules import (
    QUANTILE_RULES,
    InverseRule,
    QuantileRule,
    RankedAnswers,
    rank_answers,
    replicate_quantiles,
    weighted_quantiles,
)

SHARES = (0.03, 0.1, 0.25, 0.5, 0.62, 0.75, 0.97)
# What a rule takes of the weight itself off a position, and adds of the last weight to the whole.
POSITIONS = {
    "hf4": (0, 0),
    "hf5": (0.5, 0),
    "hf6": (0, 1),
    "hf7": (1, -1),
    "hf8": (1 / 3, 1 / 3),
    "hf9": (0.375, 0.25),
}
TIES = {"math": "lower", "hf1": "lower", "school": "halfway", "hf2": "halfway", "hf3": "even"}


def by_definition(values: Sequence[float], weights: Sequence[float], p: float, rule: str) -> float:
    """Give the quantile of one domain in plain Python; values ascend."""
    total = sum(weights)
    if rule == "hf3":
        distinct = sorted(set(values))
        weights = [sum(w for v, w in zip(values, weights, strict=True) if v == one) for one in distinct]
        values = distinct
    running = [sum(weights[: k + 1]) for k in range(len(values))]
    if rule in TIES:
        k = next(k for k, sum_ in enumerate(running) if sum_ >= (p - 1e-12) * total)
        tied = abs(running[k] - p * total) < 1e-12 * total and k + 1 < len(values)
        if tied and TIES[rule] == "halfway":
            return (values[k] + values[k + 1]) / 2
        return values[k + 1] if tied and TIES[rule] == "even" and (k + 1) % 2 else values[k]
    if rule == "shahvaish":
        n = len(values)
        places = [(s * n / total + 0.5 - w / 2) / (n + 1) for s, w in zip(running, weights, strict=True)]
        order = sorted(range(n), key=places.__getitem__)
        reached = [values[k] for k in order if places[k] <= p]
        return reached[-1] if reached else values[order[0]]
    if len(values) == 1:
        return values[0]
    own, last = POSITIONS[rule]
    places = [(s - own * w) / (total + last * weights[-1]) for s, w in zip(running, weights, strict=True)]
    return float(np.interp(p, places, values))


def ranked(domains: Sequence[tuple[Sequence[float], Sequence[float]]]) -> RankedAnswers:
    """Put domains of values and weights one after the other."""
    values, weights = (np.array([x for one in domains for x in one[k]], dtype=float) for k in (0, 1))
    starts = np.concatenate([[0], np.cumsum([len(one[0]) for one in domains])])
    return rank_answers(values, weights, starts)


def made_domains(*, ties: bool) -> list[tuple[list[float], list[float]]]:
    draw = np.random.default_rng(4)
    domains = []
    for n in (1, 2, 7, 40):
        values = draw.integers(0, 9, n) / 2 if ties else draw.normal(size=n)
        domains.append((sorted(values.tolist()), draw.uniform(0.1, 2, n).tolist()))
    return domains


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_a_rule_is_its_definition_in_every_domain(rule: QuantileRule, ties: bool) -> None:
    domains = made_domains(ties=ties)
    shares = np.tile(SHARES, (len(domains), 1))
    found = weighted_quantiles(ranked(domains), shares, InverseRule(rule=rule))
    close(found, [[by_definition(v, w, p, rule) for p in SHARES] for v, w in domains], rtol=1e-13)


@pytest.mark.parametrize("rule", POSITIONS)
def test_with_equal_weights_a_rule_is_that_of_hyndman_and_fan(rule: QuantileRule) -> None:
    values = np.sort(np.random.default_rng(2).normal(size=23))
    methods = {
        "hf4": "interpolated_inverted_cdf",
        "hf5": "hazen",
        "hf6": "weibull",
        "hf7": "linear",
        "hf8": "median_unbiased",
        "hf9": "normal_unbiased",
    }
    found = weighted_quantiles(
        ranked([(values.tolist(), [3.7] * 23)]), np.array([SHARES]), InverseRule(rule=rule)
    )
    close(found[0], np.quantile(values, SHARES, method=methods[rule]))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("math", 4),
        ("hf1", 4),
        ("school", 4.5),
        ("hf2", 4.5),
        ("hf3", 4),
        ("hf4", 4),
        ("hf5", 4.5),
        ("hf7", 4.6),
    ],
)
def test_a_share_that_is_exactly_reached_is_a_tie(rule: QuantileRule, expected: float) -> None:
    # Sums of 0.1 miss 0.4 by their rounding.
    answers = ranked([(range(1, 11), [0.1] * 10)])
    close(weighted_quantiles(answers, np.array([[0.4]]), InverseRule(rule=rule)), [[expected]])


def test_a_tie_may_miss_on_either_side() -> None:
    # Three times 0.1 is more than 0.3.
    answers = ranked([(range(1, 11), [0.1] * 10)])
    assert weighted_quantiles(answers, np.array([[0.3]]), InverseRule(rule="school")).item() == 3.5


def test_the_tolerance_decides_what_is_a_tie() -> None:
    answers = ranked([([1, 2, 3], [1.0, 1.0, 2.0])])
    share = np.array([[0.5 + 1e-6]])
    assert weighted_quantiles(answers, share, InverseRule()).item() == 3
    assert weighted_quantiles(answers, share, InverseRule(tie_tolerance=1e-5)).item() == 2


def test_of_two_answers_with_an_even_place_the_third_rule_takes_the_first() -> None:
    answers = ranked([([1, 1, 2, 3, 4], [0.5, 0.5, 1, 1, 1])])
    assert weighted_quantiles(answers, np.array([[0.25, 0.5, 0.75]]), InverseRule(rule="hf3")).tolist() == [
        [2, 2, 4]
    ]


@pytest.mark.parametrize("rule", [*TIES, "hf4"])
def test_a_share_less_than_the_first_weight_gives_the_smallest_answer_but_not_in_r(
    rule: QuantileRule,
) -> None:
    answers = ranked([([1, 5, 6], [2.0, 1.0, 1.0])])
    share = np.array([[0.25]])
    assert weighted_quantiles(answers, share, InverseRule(rule=rule)).item() == 1
    close(
        weighted_quantiles(answers, share, InverseRule(rule=rule, as_r=True)),
        [[1 - 4 * 1.0 if rule == "hf4" else 5]],
    )


@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_a_domain_without_answers_has_no_quantile(rule: QuantileRule) -> None:
    answers = ranked([([], []), ([3.0], [2.0]), ([], [])])
    found = weighted_quantiles(
        answers, np.array([[0.5, 0.5], [0.5, np.nan], [0.1, 0.9]]), InverseRule(rule=rule)
    )
    assert found[1, 0] == 3
    assert np.isnan(np.delete(found.ravel(), 2)).all()
    assert np.isnan(weighted_quantiles(ranked([([], [])]), np.array([[0.5]]), InverseRule(rule=rule))).all()


@pytest.mark.parametrize("rule", ["math", "school", "hf3", "hf5", "hf7", "shahvaish"])
def test_a_replicate_is_the_sample_without_its_rows_of_weight_zero(rule: QuantileRule) -> None:
    draw = np.random.default_rng(6)
    domains = made_domains(ties=True)
    answers = ranked(domains)
    weights = answers.weight[:, None] * draw.integers(0, 3, (answers.values.size, 9))
    found = replicate_quantiles(answers, weights, np.array(SHARES), InverseRule(rule=rule))
    for r, d in np.ndindex(9, len(domains)):
        rows = range(answers.starts[d], answers.starts[d + 1])
        kept = [k for k in rows if weights[k, r] > 0]
        numbers, own = answers.values[kept].tolist(), weights[kept, r].tolist()
        expected = [by_definition(numbers, own, p, rule) if kept else math.nan for p in SHARES]
        close(found[r, d], expected, rtol=1e-12)


def test_the_share_up_to_a_value_counts_the_value_itself() -> None:
    answers = ranked([([1, 2, 2, 4], [1, 2, 3, 4]), ([], []), ([5], [2])])
    found = answers.share_up_to(np.array([[2.0, 0.5], [1.0, 1.0], [4.0, 5.0]]))
    close(found, np.array([[0.6, 0], [math.nan, math.nan], [0, 1]]))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x**3 - 2,
        lambda x: np.cos(x) - x,
        lambda x: np.expm1(x) - 0.3,
        lambda x: np.where(x < 0.7, -1.0, 0.4 + x),
    ],
)
def test_roots_are_found_to_the_tolerance(function: Callable[[np.ndarray], np.ndarray]) -> None:
    low, high = np.zeros(3), np.array([1.5, 1.8, 2.0])
    found = find_roots(function, low, high, tolerance=np.array(1e-9))
    expected = [optimize.brentq(lambda x: float(function(np.array(x))), 0, end, xtol=1e-12) for end in high]
    close(found, expected, atol=1e-9)


def test_a_root_at_an_end_is_found_and_equal_signs_have_none() -> None:
    low, high = np.array([1.0, 0.0, 2.0, 0.0]), np.array([3.0, 1.0, 3.0, np.nan])
    found = find_roots(lambda x: x - 1, low, high, tolerance=np.array(1e-9))
    close(found, [1, 1, math.nan, math.nan])


def test_of_a_step_the_side_is_given_at_which_the_function_is_nearer_to_zero() -> None:
    found = find_roots(
        lambda x: np.where(x < 0.5, -3.0, 1.0), np.array([0.0]), np.array([1.0]), tolerance=np.array(1e-6)
    )
    assert 0.5 <= found.item() <= 0.5 + 1e-6
