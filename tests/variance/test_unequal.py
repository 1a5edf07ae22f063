from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.joint_probabilities import (
    draw_covariances,
    joint_covariance,
    joint_domain_variances,
)
from talentstats.variance.linearisation import LonelyRule, score_covariance
from talentstats.variance.pairwise_terms import (
    PairwiseTerms,
    brewer_terms,
    hartley_rao_terms,
    overton_terms,
    yates_grundy,
)
from talentstats.variance.stages import Stage, StageUnits
from talentstats.variance.unequal import UnequalStages, unequal_covariance, unequal_domain_variances

Rule = Callable[[StageUnits, FloatArray], PairwiseTerms]
# Sums of squared probabilities over the units drawn, of the three groups of `one_stage`.
MEAN_SQUARES = np.array([0.7, 0.5, 0.6])
RULES: dict[str, Rule] = {
    "Brewer": brewer_terms,
    "Overton": overton_terms,
    "Overton, YG": lambda units, p: yates_grundy(overton_terms(units, p)),
    "Hartley-Rao": lambda units, p: hartley_rao_terms(units, p, MEAN_SQUARES[: units.sampled.size]),
    "Hartley-Rao, YG": lambda units, p: yates_grundy(hartley_rao_terms(units, p, MEAN_SQUARES)),
    "Hartley-Rao, estimated": lambda units, p: hartley_rao_terms(units, p, None),
}


def stage_of(group: IntArray, probability: FloatArray) -> Stage:
    population = np.bincount(group, weights=1 / probability).astype(np.float64)
    return Stage(group=group, unit=np.arange(group.size), population=population[group])


def one_stage(seed: int = 1) -> tuple[Stage, FloatArray, FloatArray]:
    """Three groups of 4, 2 and 5 units, and the scores of three estimates far from zero."""
    draw = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2], [4, 2, 5])
    probability = draw.uniform(0.2, 0.95, group.size)
    return stage_of(group, probability), probability, draw.normal(30, 8, (group.size, 3))


def by_pairs(
    name: str,
    group: IntArray,
    p: FloatArray,
    z: FloatArray,
    y: FloatArray,
    *,
    squares: FloatArray = MEAN_SQUARES,
) -> float:
    """Add up over all pairs of units: the joint probability first, then the variance it gives."""
    total = 0.0
    for i in range(p.size):
        for j in range(p.size):
            n = int((group == group[i]).sum())
            if name == "Brewer":
                if i == j:
                    mean_z, mean_y = z[group == group[i]].mean(), y[group == group[i]].mean()
                    total += n / (n - 1) * (1 - p[i]) * (z[i] - mean_z) * (y[i] - mean_y)
                continue
            joint = p[i] if i == j else p[i] * p[j]
            if i != j and group[i] == group[j]:
                if name.startswith("Overton"):
                    joint *= (n - 1) / (n - (p[i] + p[j]) / 2)
                else:
                    square = squares[group[i]]
                    if name.endswith("estimated"):
                        square = float(p[group == group[i]].mean())
                    joint *= (n - 1) / (n - p[i] - p[j] + square)
            delta = (joint - p[i] * p[j]) / joint
            if name.endswith("YG"):
                total += -delta * (z[i] - z[j]) * (y[i] - y[j]) / 2
            else:
                total += delta * z[i] * y[j]
    return total


def covariance(
    stage: Stage, terms: PairwiseTerms, scores: FloatArray, lonely: LonelyRule = "fail"
) -> FloatArray:
    return unequal_covariance(scores, stages=((stage, terms),), lonely=lonely)


def domain_variances(
    stages: UnequalStages,
    scores: FloatArray,
    inside: Any,
    **options: Any,
) -> FloatArray:
    """Give the variances of two domains: everyone, and those inside, who alone have rows."""
    chosen = np.flatnonzero(inside)
    unit = np.concatenate([np.arange(scores.shape[0]), chosen])
    domain = np.repeat([0, 1], [scores.shape[0], chosen.size])
    return unequal_domain_variances(
        domain, unit, scores[unit].T, n_domains=2, stages=stages, **{"lonely": "fail", **options}
    )


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_the_sum_over_all_pairs(name: str) -> None:
    stage, p, scores = one_stage()
    made = covariance(stage, RULES[name](stage.units(), p), scores)
    expected = [[by_pairs(name, stage.group, p, z, y) for y in scores.T] for z in scores.T]
    np.testing.assert_allclose(made, (np.array(expected) + np.array(expected).T) / 2, rtol=1e-11)


@pytest.mark.parametrize("name", RULES)
def test_a_domain_counts_the_units_without_a_row_as_zero(name: str) -> None:
    stage, p, scores = one_stage(2)
    terms = RULES[name](stage.units(), p)
    inside = np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1], dtype=bool)
    found = domain_variances(((stage, terms),), scores, inside)
    for row, kept in zip(found, (np.ones(11), inside), strict=True):
        np.testing.assert_allclose(row, np.diag(covariance(stage, terms, scores * kept[:, None])), rtol=1e-11)


@pytest.mark.parametrize("name", ["Brewer", "Overton", "Overton, YG"])
def test_with_equal_probabilities_it_is_stratified_simple_random_sampling(name: str) -> None:
    stage, _, scores = one_stage(3)
    p = np.array([0.5, 0.25, 0.8])[stage.group]
    equal = Stage(
        group=stage.group,
        unit=stage.unit,
        population=(np.bincount(stage.group) / [0.5, 0.25, 0.8])[stage.group],
    )
    np.testing.assert_allclose(
        covariance(stage, RULES[name](stage.units(), p), scores),
        score_covariance(scores, stages=(equal,), lonely="fail"),
        rtol=1e-11,
    )


def test_hartley_rao_with_estimated_squares_is_brewer_for_a_fixed_size() -> None:
    stage, p, scores = one_stage(4)
    fixed = yates_grundy(hartley_rao_terms(stage.units(), p, None))
    np.testing.assert_allclose(
        covariance(stage, fixed, scores),
        covariance(stage, brewer_terms(stage.units(), p), scores),
        rtol=1e-12,
    )


def test_units_certain_to_be_drawn_add_nothing() -> None:
    stage, p, scores = one_stage(5)
    sure = np.where(stage.group == 2, 1.0, p)
    without = scores * (stage.group != 2)[:, None]
    for rule in (brewer_terms, overton_terms):
        terms = rule(stage.units(), sure)
        np.testing.assert_allclose(
            covariance(stage, terms, scores), covariance(stage, terms, without), rtol=1e-12
        )


def test_a_large_offset_of_scores_that_differ_little_keeps_its_digits() -> None:
    stage, p, scores = one_stage(6)
    terms = RULES["Overton, YG"](stage.units(), p)
    np.testing.assert_allclose(
        covariance(stage, terms, scores + 1e9), covariance(stage, terms, scores), rtol=1e-6
    )
    np.testing.assert_allclose(
        domain_variances(((stage, terms),), scores + 1e9, stage.group < 3)[0],
        np.diag(covariance(stage, terms, scores)),
        rtol=1e-6,
    )


def two_stages(seed: int) -> tuple[tuple[Stage, Stage], tuple[FloatArray, FloatArray], FloatArray]:
    """Five first-stage units in two groups; two to three units in each."""
    draw = np.random.default_rng(seed)
    psu = np.repeat(np.arange(5), [2, 3, 2, 3, 2])
    p = draw.uniform(0.2, 0.9, 5), draw.uniform(0.2, 0.9, psu.size)
    group = np.array([0, 0, 0, 1, 1])
    size = np.bincount(group, weights=1 / p[0])
    first = Stage(group=group[psu], unit=psu, population=size[group[psu]])
    return (first, stage_of(psu, p[1])), p, draw.normal(5, 2, (psu.size, 2))


def test_later_stages_count_with_the_probability_of_the_unit_they_lie_in() -> None:
    stages, p, scores = two_stages(7)
    drawn = tuple((stage, brewer_terms(stage.units(), own)) for stage, own in zip(stages, p, strict=True))
    psu, group = stages[0].unit, np.array([0, 0, 0, 1, 1])
    for column, z in enumerate(scores.T):
        totals = np.array([z[psu == i].sum() for i in range(5)])
        expected = by_pairs("Brewer", group, p[0], totals, totals)
        for i in range(5):
            below = psu == i
            expected += p[0][i] * by_pairs("Brewer", psu[below], p[1][below], z[below], z[below])
        made = unequal_covariance(scores, stages=drawn, lonely="fail")[column, column]
        assert made == pytest.approx(expected, rel=1e-12)


def test_a_domain_of_several_stages_counts_absent_units_as_zero() -> None:
    stages, p, scores = two_stages(8)
    drawn = tuple((stage, brewer_terms(stage.units(), own)) for stage, own in zip(stages, p, strict=True))
    inside = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1], dtype=bool)
    found = domain_variances(drawn, scores, inside)
    for row, kept in zip(found, (np.ones(12), inside), strict=True):
        whole = unequal_covariance(scores * kept[:, None], stages=drawn, lonely="fail")
        np.testing.assert_allclose(row, np.diag(whole), rtol=1e-11)


@pytest.mark.parametrize("name", ["Brewer", "Overton", "Hartley-Rao"])
@pytest.mark.parametrize("rule", ["remove", "certainty", "adjust", "average"])
def test_a_group_of_one_unit_follows_the_rule_for_lonely_units(name: str, rule: LonelyRule) -> None:
    draw = np.random.default_rng(9)
    group = np.array([0, 0, 0, 1, 2, 2])
    p, z = draw.uniform(0.2, 0.9, 6), draw.normal(4, 2, 6)
    stage = stage_of(group, p)
    kept = group != 1
    dense = np.where(group == 2, 1, 0)[kept]
    others = by_pairs(name, dense, p[kept], z[kept], z[kept], squares=MEAN_SQUARES[[0, 2]])
    alone = (1 - p[3]) * (z[3] - z.mean()) ** 2
    expected = {"remove": others, "certainty": others, "adjust": others + alone, "average": 1.5 * others}[
        rule
    ]
    terms = RULES[name](stage.units(), p)
    assert covariance(stage, terms, z[:, None], rule)[0, 0] == pytest.approx(expected, rel=1e-11)
    inside = np.array([1, 1, 0, 0, 1, 1], dtype=bool)
    found = domain_variances(((stage, terms),), z[:, None], inside, lonely=rule)[:, 0]
    outside = covariance(stage, terms, (z * inside)[:, None], rule)[0, 0]
    np.testing.assert_allclose(found, [expected, outside], rtol=1e-11)


def test_the_average_of_lonely_groups_alone_is_undefined() -> None:
    p = np.array([0.3, 0.6])
    stage = stage_of(np.array([0, 1]), p)
    terms = brewer_terms(stage.units(), p)
    assert np.isnan(covariance(stage, terms, np.ones((2, 1)), "average")).all()
    assert np.isnan(
        domain_variances(((stage, terms),), np.ones((2, 1)), [True, True], lonely="average")
    ).all()


def every_sample() -> tuple[FloatArray, list[tuple[int, int, int]], FloatArray]:
    """A population of six, and all its samples of three with the chance of each."""
    draw = np.random.default_rng(10)
    samples = list(combinations(range(6), 3))
    chance = draw.uniform(0.5, 1.5, len(samples))
    return draw.normal(20, 6, 6), samples, np.asarray(chance / chance.sum())


@pytest.mark.parametrize("fixed_size", [False, True])
def test_over_all_samples_the_variance_from_joint_probabilities_is_right_on_average(fixed_size: bool) -> None:
    values, samples, chance = every_sample()
    joint = np.zeros((6, 6))
    for sample, one in zip(samples, chance, strict=True):
        joint[np.ix_(sample, sample)] += one
    totals, variances = [], []
    for sample in samples:
        chosen = list(sample)
        own = joint[np.ix_(chosen, chosen)]
        z = values[chosen] / np.diag(own)
        totals.append(z.sum())
        draws = draw_covariances(own, fixed_size=fixed_size)
        variances.append(joint_covariance(z[:, None], draws)[0, 0])
    true = chance @ (np.array(totals) - values.sum()) ** 2
    assert chance @ np.array(variances) == pytest.approx(true, rel=1e-12)


@pytest.mark.parametrize("fixed_size", [False, True])
def test_domains_of_joint_probabilities_are_the_diagonal_of_the_covariance(
    fixed_size: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("talentstats.variance.joint_probabilities._BLOCK", 12)  # several blocks
    draw = np.random.default_rng(11)
    p = draw.uniform(0.3, 0.8, 6)
    joint = np.outer(p, p) * 0.9
    np.fill_diagonal(joint, p)
    draws = draw_covariances(joint, fixed_size=fixed_size)
    scores = draw.normal(7, 3, (6, 3))
    domain, unit = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 2, 5, 1, 4, 3])
    found = joint_domain_variances(domain, unit, scores[unit].T, n_domains=3, draws=draws)
    for number in range(3):
        inside = np.isin(np.arange(6), unit[domain == number])
        whole = joint_covariance(scores * inside[:, None], draws)
        np.testing.assert_allclose(found[number], np.diag(whole), rtol=1e-11)


def test_equal_scores_have_no_variance_in_a_sample_of_a_fixed_size() -> None:
    joint = np.array([[0.5, 0.1, 0.2], [0.1, 0.4, 0.15], [0.2, 0.15, 0.6]])
    fixed = draw_covariances(joint, fixed_size=True)
    assert joint_covariance(np.full((3, 1), 1e8 / 3), fixed)[0, 0] == 0.0


def test_covariances_below_the_tolerance_count_as_zero() -> None:
    joint = np.array([[0.5, 0.2001], [0.2001, 0.4]])
    assert draw_covariances(joint, tolerance=1e-3).matrix.tolist() == [[0.5, 0.0], [0.0, 0.6]]
    assert draw_covariances(joint).matrix[0, 1] == pytest.approx(1 - 0.2 / 0.2001)
