import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray
from talentstats.variance.multipliers import REPLICATE_KINDS, Multipliers, ReplicateKind, default_scale
from talentstats.variance.replicate_variance import replicate_covariance, replicate_rank
from talentstats.variance.replication import KINDS_WITHOUT_FPC, make_multipliers
from talentstats.variance.stages import Stage
from talentstats.variance.successive import _rows

FIXTURE = Path(__file__).parent / "fixtures" / "replication.json"
# R survey 4.1-1; the file holds the script that made it.
FROM_R: dict[str, dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]

STRATUM = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
POPULATION = np.array([9, 9, 9, 16, 16, 16, 16, 2, 2.0])
TOTALS = np.array([[12.5, 9.25, 17, 3, 4.5, 8, 2.25, 30, 41, 6], [5, 4, 6, 2, 3, 4, 1, 9, 12, 2.0]]).T


def one_stage(group: Any, population: Any = np.inf) -> tuple[Stage]:
    group = np.asarray(group)
    sizes = np.broadcast_to(np.asarray(population, dtype=float), group.shape).copy()
    return (Stage(group=group, unit=np.arange(group.size), population=sizes),)


def covariance_of_totals(made: Multipliers, totals: FloatArray, *, mse: bool = False) -> FloatArray:
    return replicate_covariance(
        made.values.T @ totals, totals.sum(axis=0), scale=made.scale, rscales=made.rscales, mse=mse
    )


def textbook_covariance(
    stages: tuple[Stage, ...], totals: FloatArray, *, fpc: bool = True, rows: Any = None, share: float = 1.0
) -> FloatArray:
    """Sum (1 - f) n times the covariance of the units' totals over groups and stages, unit by unit."""
    result = np.zeros((totals.shape[1], totals.shape[1]))
    rows = np.arange(len(totals)) if rows is None else rows
    for group in np.unique(stages[0].group[rows]) if stages else []:
        inside = rows[stages[0].group[rows] == group]
        parts = [inside[stages[0].unit[inside] == unit] for unit in np.unique(stages[0].unit[inside])]
        fraction = len(parts) / stages[0].population[inside[0]]
        if fraction < 1:
            sums = np.array([totals[part].sum(axis=0) for part in parts])
            result += share * (1 - fraction if fpc else 1) * len(parts) * np.cov(sums.T)
        for part in parts:
            result += textbook_covariance(stages[1:], totals, rows=part, share=share * fraction)
    return result


R_CASES: dict[str, tuple[ReplicateKind, tuple[Stage], bool]] = {
    "JK1": ("JK1", one_stage(np.zeros(7, dtype=int)), False),
    "JK1_fpc": ("JK1", one_stage(np.zeros(7, dtype=int), 40), False),
    "JK1_mse": ("JK1", one_stage(np.zeros(7, dtype=int)), True),
    "JKn": ("JKn", one_stage(STRATUM), False),
    "JKn_fpc": ("JKn", one_stage(STRATUM, POPULATION), False),
    "JKn_mse": ("JKn", one_stage(STRATUM), True),
    "BRR": ("BRR", one_stage(np.repeat(np.arange(5), 2)), False),
    "Fay": ("Fay", one_stage(np.repeat(np.arange(5), 2)), False),
}


@pytest.mark.parametrize("name", R_CASES)
def test_scales_degrees_of_freedom_and_variances_of_totals_are_those_of_r(name: str) -> None:
    kind, stages, mse = R_CASES[name]
    made = make_multipliers(kind, stages, rho=0.3)
    expected = FROM_R[name]
    assert made.scale == pytest.approx(expected["scale"], rel=1e-14)
    np.testing.assert_allclose(made.rscales, expected["rscales"], rtol=1e-14)
    assert replicate_rank(made.values) - 1 == expected["degf"]
    found = covariance_of_totals(made, TOTALS[: stages[0].unit.size], mse=mse)
    np.testing.assert_allclose(found, expected["total_covariance"], rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in R_CASES if name.startswith("JK")])
def test_jackknife_multipliers_and_variances_of_ratios_are_those_of_r(name: str) -> None:
    kind, stages, mse = R_CASES[name]
    made = make_multipliers(kind, stages)
    np.testing.assert_allclose(made.values, FROM_R[name]["weights"], rtol=1e-14)
    totals = TOTALS[: stages[0].unit.size]
    sums, full = made.values.T @ totals, totals.sum(axis=0)
    found = replicate_covariance(
        sums[:, :1] / sums[:, 1:], full[:1] / full[1:], scale=made.scale, rscales=made.rscales, mse=mse
    )
    assert found.item() == pytest.approx(FROM_R[name]["ratio_variance"], rel=1e-12)


@pytest.mark.parametrize(("kind", "rho"), [("BRR", 0.0), ("Fay", 0.3)])
@pytest.mark.parametrize("n_strata", [1, 3, 4, 13, 40])
def test_half_samples_balance_every_pair_of_strata(kind: ReplicateKind, rho: float, n_strata: int) -> None:
    made = make_multipliers(kind, one_stage(np.repeat(np.arange(n_strata), 2)), rho=rho)
    replicates = made.rscales.size
    assert n_strata < replicates <= n_strata + 4
    assert set(np.unique(made.values)) == {rho, 2 - rho}
    pairs = np.kron(np.eye(n_strata), [[1, -1], [-1, 1]])
    deviations = made.values - 1
    np.testing.assert_allclose(deviations @ deviations.T * made.scale, pairs, atol=1e-12)
    np.testing.assert_allclose(made.values.mean(axis=1), 1)


def test_half_samples_refuse_strata_without_two_units_and_offer_the_jackknife() -> None:
    with pytest.raises(InputError, match=r"(?s)2 of 4 strata do not have two.*3 to 5 units.*`JKn`"):
        make_multipliers("BRR", one_stage([0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3]))


def shuffled_design() -> tuple[Stage]:
    """Strata of 2, 3, 9 and 4 units, the last one complete; several rows a unit, in no order."""
    generator = np.random.default_rng(5)
    group_of_unit = generator.permutation(np.repeat([0, 1, 2, 3], [2, 3, 9, 4]))
    unit = generator.permutation(np.r_[np.arange(18), generator.integers(18, size=20)])
    population = np.array([7.0, np.inf, 12.0, 4.0])
    group = group_of_unit[unit]
    return (Stage(group=group, unit=unit, population=population[group]),)


def three_stage_design() -> tuple[Stage, Stage, Stage]:
    """5 of 10 and 4 of 4 districts in two strata, 1-5 schools in each, 2-4 of 9 classes in those.

    All schools of the first (one school) and the third district (five schools) are in the sample.
    """
    schools = np.array([1, 3, 5, 4, 2, 3, 5, 2, 4])
    classes = np.resize([4, 3, 2], schools.sum())
    school = np.repeat(np.arange(classes.size), classes)
    district = np.repeat(np.arange(schools.size), schools)[school]
    stratum = np.repeat([0, 1], [5, 4])[district]
    rows = school.size
    return (
        Stage(group=stratum, unit=district, population=np.array([10.0, 4.0])[stratum]),
        Stage(group=district, unit=school, population=np.array([1.0, 6, 5, 6, 6, 6, 6, 6, 6])[district]),
        Stage(group=school, unit=np.arange(rows), population=np.full(rows, 9.0)),
    )


def without_most_of_the_mean(values: FloatArray, unit: Any) -> FloatArray:
    """Take nine tenths of the mean of its unit from every row, so that the units hardly differ."""
    return np.asarray(values - 0.9 * (np.bincount(unit, values) / np.bincount(unit))[unit])


@pytest.mark.parametrize("kind", ["bootstrap", "subbootstrap", "mrbbootstrap"])
def test_bootstrap_covariance_of_totals_is_the_textbook_one(kind: ReplicateKind) -> None:
    stages = shuffled_design()
    totals = np.random.default_rng(2).normal(50, 10, size=(stages[0].unit.size, 3))
    made = make_multipliers(kind, stages, replicates=20_000, seed=11)
    expected = textbook_covariance(stages, totals, fpc=kind not in KINDS_WITHOUT_FPC)
    error = covariance_of_totals(made, totals) - expected
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs(error / scale).max() < 0.04  # four times the simulation error, sqrt(2 / 20000)
    np.testing.assert_allclose(made.values.mean(axis=1), 1, atol=0.05)
    assert np.all(made.values[stages[0].group == 3] == 1)
    assert np.all(made.values[stages[0].unit == 0] == made.values[stages[0].unit == 0][0])


@pytest.mark.parametrize("n_stages", [1, 2, 3])
def test_rescaled_bootstrap_adds_the_variance_of_every_stage(n_stages: int) -> None:
    stages = three_stage_design()
    district, school = stages[0].unit, stages[1].unit
    generator = np.random.default_rng(4)
    by_school = without_most_of_the_mean(generator.normal(size=29)[school], district)
    by_class = without_most_of_the_mean(generator.normal(size=school.size), school)
    totals = np.column_stack([generator.normal(size=9)[district], by_school, by_class])
    made = make_multipliers("mrbbootstrap", stages[:n_stages], replicates=20_000, seed=3)
    parts = np.array([np.diag(textbook_covariance(stages[:number], totals)) for number in (1, 2, 3)])
    assert np.all(
        np.diag(np.diff(parts, axis=0, prepend=0)) > 0.5 * parts[2]
    )  # each total is about one stage
    expected = textbook_covariance(stages[:n_stages], totals)
    error = covariance_of_totals(made, totals) - expected
    assert np.abs(error / np.sqrt(np.outer(np.diag(expected), np.diag(expected)))).max() < 0.05


def test_rescaled_bootstrap_draws_within_the_units_it_kept() -> None:
    stages = three_stage_design()
    made = make_multipliers("mrbbootstrap", stages, replicates=400, seed=3)
    left_out = 1 - np.sqrt(2 * (1 - 5 / 10) / 3)
    rows_out = np.isclose(made.values, left_out, rtol=1e-12)
    districts_out = [rows_out[stages[0].unit == district].all(axis=0) for district in range(5)]
    assert np.all(np.sum(districts_out, axis=0) == 3)  # two of five are kept, the others do not vary inside
    only_school = made.values[stages[0].unit == 0][:, ~districts_out[0]]
    assert np.all(np.ptp(only_school, axis=0) > 0.1)


def test_bootstrap_of_equal_strata_is_the_number_of_times_drawn() -> None:
    made = make_multipliers("bootstrap", one_stage(np.repeat(np.arange(4), 15)), replicates=50, seed=1)
    assert np.array_equal(made.values, np.round(made.values))
    assert np.all(np.add.reduceat(made.values, [0, 15, 30, 45]) == 15)
    assert made.scale == pytest.approx(15 / 14 / 49)


@pytest.mark.parametrize("kind", ["bootstrap", "subbootstrap", "mrbbootstrap"])
def test_multipliers_are_never_negative_and_add_up_in_every_stratum(kind: ReplicateKind) -> None:
    (stage,) = shuffled_design()
    made = make_multipliers(kind, one_stage(stage.group, stage.population * 6), replicates=300, seed=8)
    for stratum in range(4):
        at = stage.group == stratum
        np.testing.assert_allclose(made.values[at].sum(axis=0), at.sum(), rtol=1e-12)
    assert made.values.min() >= 0


@pytest.mark.parametrize("kind", ["bootstrap", "subbootstrap", "mrbbootstrap"])
def test_one_seed_gives_the_same_bytes_and_another_does_not(kind: ReplicateKind) -> None:
    def made(seed: int) -> bytes:
        return make_multipliers(kind, three_stage_design(), replicates=20, seed=seed).values.tobytes()

    assert made(7) == made(7)
    assert made(7) != made(8)


def test_successive_differences_are_half_the_squared_steps_around_each_stratum() -> None:
    generator = np.random.default_rng(9)
    group = generator.permutation(np.repeat([0, 1, 2], [2, 7, 12]))
    place = generator.permutation(21)
    unit = generator.permutation(np.resize(np.arange(21), 50))
    stages = (Stage(group=group[unit], unit=unit, population=np.full(50, np.inf)),)
    totals = generator.normal(size=(50, 1))
    of_unit = np.bincount(unit, totals[:, 0])
    made = make_multipliers("sdr", stages, order=place[unit])
    expected = 0.0
    for stratum in range(3):
        at = np.flatnonzero(group == stratum)
        ordered = of_unit[at[np.argsort(place[at])]]
        expected += ((ordered - np.roll(ordered, 1)) ** 2).sum() / 2
    assert covariance_of_totals(made, totals).item() == pytest.approx(expected, rel=1e-12)
    assert made.scale == 4 / made.rscales.size
    assert made.rscales.size == 24
    in_row_order = make_multipliers("sdr", stages)
    assert covariance_of_totals(in_row_order, totals).item() != pytest.approx(expected)


@pytest.mark.parametrize(("replicates", "made_of"), [(2, 4), (16, 16), (20, 20), (22, 24), (80, 80)])
def test_successive_differences_with_few_replicates_keep_the_expectation(
    replicates: int, made_of: int
) -> None:
    made = make_multipliers("sdr", one_stage(np.zeros(500, dtype=int)), replicates=replicates)
    assert made.rscales.size == made_of
    deviations = made.values - 1
    np.testing.assert_allclose(deviations.sum(axis=0), 0, atol=1e-12)  # a constant has no variance
    np.testing.assert_allclose(made.scale * (deviations**2).sum(), 500)  # independent units: their variance
    np.testing.assert_allclose(made.values.mean(axis=1), 1)


def test_rows_used_again_are_used_equally_often_and_never_with_the_same_neighbour() -> None:
    rows = _rows(4 * 15, available=15)  # 15 has four steps: 1, 2, 4 and 7
    assert np.bincount(rows).tolist() == [0] + [4] * 15
    pairs = {
        frozenset(pair) for turn in rows.reshape(4, 15) for pair in zip(turn, np.roll(turn, 1), strict=True)
    }
    assert len(pairs) == 4 * 15


@pytest.mark.parametrize("kind", [kind for kind in REPLICATE_KINDS if kind != "JK1"])
def test_a_complete_stratum_keeps_its_weights(kind: ReplicateKind) -> None:
    stages = one_stage([1, 0, 2, 0, 2, 2], [1, 9, 3, 9, 3, 3])
    made = make_multipliers(kind, stages, replicates=8, seed=1)
    assert np.all(made.values[[0, 2, 4, 5]] == 1)
    assert not np.all(made.values[[1, 3]] == 1)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.integers(2, 6), min_size=1, max_size=5),
    left=st.lists(st.integers(0, 9), min_size=5, max_size=5),
    seed=st.integers(0, 2**20),
)
def test_jackknife_of_any_design_is_the_textbook_variance(
    sizes: list[int], left: list[int], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    group = generator.permutation(np.repeat(np.arange(len(sizes)), sizes))
    population = (np.array(sizes) + np.array([left[0] + 1, *left[1:]])[: len(sizes)])[group]
    stages = one_stage(group, population)
    totals = generator.normal(size=(group.size, 2))
    expected = textbook_covariance(stages, totals)
    for mse in (False, True):
        found = covariance_of_totals(make_multipliers("JKn", stages), totals, mse=mse)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "stages", "options", "message"),
    [
        ("JK2", one_stage([0, 0]), {}, "(?s)Unknown replicate type `JK2`.*Did you mean `JK"),
        ("JK1", one_stage(STRATUM), {}, "(?s)without strata.*3 strata.*`JKn`"),
        (
            "JKn",
            one_stage([0, 0, 1, 2]),
            {},
            "(?s)2 of 3 strata at stage 1 have one sampling unit.*stratum 1",
        ),
        ("bootstrap", one_stage([0, 0, 1]), {"replicates": 9, "seed": 1}, "one sampling unit"),
        ("sdr", one_stage([0, 0, 1]), {}, "one sampling unit"),
        ("JKn", one_stage([0, 0], 2), {}, "(?s)nothing to replicate.*mrbbootstrap"),
        ("bootstrap", one_stage([0, 0]), {"seed": 1}, "number of replicates"),
        ("bootstrap", one_stage([0, 0]), {"replicates": 1, "seed": 1}, "at least 2"),
        ("sdr", one_stage([0, 0]), {"replicates": 1}, "at least 2"),
        ("subbootstrap", one_stage([0, 0]), {"replicates": 9}, "needs a seed"),
        ("mrbbootstrap", one_stage([0, 0]), {"replicates": 9, "seed": -1}, "(?s)needs a seed.*-1"),
        ("Fay", one_stage([0, 0]), {"rho": 1.0}, "rho"),
        ("Fay", one_stage([0, 0]), {"rho": -0.1}, "rho"),
        ("Fay", one_stage([0, 0]), {"rho": np.nan}, "rho"),
        ("sdr", one_stage([0, 0]), {"order": np.arange(3)}, "`order` does not fit"),
    ],
)
def test_a_design_or_option_that_cannot_be_used_is_refused(
    kind: ReplicateKind, stages: tuple[Stage], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        make_multipliers(kind, stages, **options)


def test_one_unit_at_a_later_stage_is_refused_only_where_that_stage_counts() -> None:
    second = Stage(group=np.array([0, 0, 1]), unit=np.arange(3), population=np.full(3, 9.0))
    unit = np.array([0, 0, 1])
    finite = Stage(group=np.zeros(3, dtype=int), unit=unit, population=np.full(3, 9.0))
    infinite = Stage(group=np.zeros(3, dtype=int), unit=unit, population=np.full(3, np.inf))
    with pytest.raises(InputError, match="1 of 2 strata at stage 2"):
        make_multipliers("mrbbootstrap", (finite, second), replicates=9, seed=1)
    assert make_multipliers("mrbbootstrap", (infinite, second), replicates=9, seed=1).values.shape == (3, 9)
    assert make_multipliers("JKn", (finite, second)).values.shape == (3, 2)


@pytest.mark.parametrize(
    ("kind", "scale"),
    [
        ("JK1", 0.9),
        ("JK2", 1.0),
        ("BRR", 0.1),
        ("Fay", 0.4),
        ("sdr", 0.4),
        ("ACS", 0.4),
        ("bootstrap", 1 / 9),
        ("subbootstrap", 1 / 9),
        ("mrbbootstrap", 1 / 9),
    ],
)
def test_supplied_weights_get_the_scale_of_their_type(kind: str, scale: float) -> None:
    found, rscales = default_scale(kind, 10, rho=0.5)
    assert found == pytest.approx(scale)
    assert rscales.tolist() == [1.0] * 10


@pytest.mark.parametrize(
    ("kind", "replicates", "message"),
    [
        ("JKn", 10, "rscales"),
        ("other", 10, "`scale` and `rscales`"),
        ("jk1", 10, "Unknown replicate type"),
        ("BRR", 1, "at least 2"),
    ],
)
def test_supplied_weights_without_a_known_scale_are_refused(kind: str, replicates: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        default_scale(kind, replicates)
