from itertools import product
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from scipy import stats

import talentstats as ts
from survey_support import close, matches, people, rows_of, sample_of
from survey_textbook import covariance, domain_df, row_weights
from talentstats.errors import InputError
from talentstats.estimate.testing.chi_square import ChiSquareStatistic, chi_square_test
from talentstats.estimate.testing.result import TestResult as Result
from talentstats.survey.make_replicates import make_replicates
from talentstats.variance.groups import FloatArray

STATISTICS: tuple[ChiSquareStatistic, ...] = get_args(ChiSquareStatistic)
ROLES, REGIONS = ["partner", "student", "worker"], ["north", "south", "west"]
CELLS = list(product(ROLES, REGIONS))


def shares_by_hand(sample: ts.SurveySample) -> tuple[FloatArray, FloatArray]:
    """Give the shares of the cells of role and region, and their covariance, person by person."""
    rows = rows_of(sample)
    weights = row_weights(rows, sample.design)
    known = [row["role"] is not None for row in rows]
    size = sum(w for w, ok in zip(weights, known, strict=True) if ok)
    shares, scores = [], []
    for role, region in CELLS:
        there = [row["role"] == role and row["region"] == region for row in rows]
        share = sum(w for w, ok in zip(weights, there, strict=True) if ok) / size
        shares.append(share)
        scores.append(
            [w * (t - share) / size if ok else 0.0 for w, t, ok in zip(weights, there, known, strict=True)]
        )
    table = [[covariance(rows, sample.design, one, other) for other in scores] for one in scores]
    return np.array(shares), np.array(table)


def interaction_form(shares: FloatArray, middle: FloatArray) -> FloatArray:
    """Give C' D^-1 M D^-1 C for the interactions C of a 3 x 3 table."""
    contrast = np.array([[1.0, 0], [0, 1.0], [-1, -1]])
    basis = np.kron(contrast, contrast) / shares[:, None]
    return np.asarray(basis.T @ middle @ basis, dtype=np.float64)


@pytest.mark.parametrize("design", ["persons", "strata", "strata and fpc", "two stages"])
def test_rao_and_scott_by_hand(design: str) -> None:
    sample = sample_of(design)
    shares, spread = shares_by_hand(sample)
    n = people().height
    table = n * shares.reshape(3, 3)
    pearson = 0.0
    for row, column in product(range(3), range(3)):
        expected = table[row].sum() * table[:, column].sum() / n
        pearson += (table[row, column] - expected) ** 2 / expected
    simple = interaction_form(shares, np.diag(shares) / n)
    effects = np.linalg.eigvals(np.linalg.solve(simple, interaction_form(shares, spread))).real
    df = effects.sum() ** 2 / (effects**2).sum()
    nu = domain_df(rows_of(sample), sample.design, [True] * n)
    found = chi_square_test(sample, "role", "region")
    close([found.statistic, *found.parameter], [pearson / effects.sum(), df, df * nu], rtol=1e-9)
    close([found.p_value], [stats.f.sf(pearson / effects.sum(), df, df * nu)], rtol=1e-9)
    first = chi_square_test(sample, "role", "region", statistic="Chisq")
    close([first.statistic, *first.parameter], [pearson, 4], rtol=1e-9)
    close([first.p_value], [stats.chi2.sf(pearson / effects.mean(), 4)], rtol=1e-9)
    assert found.observed is not None
    assert found.observed["role"].to_list() == ROLES
    close(found.observed.select(REGIONS).to_numpy(), table, rtol=1e-9)
    assert (found.n_obs, found.n_missing) == (
        n - people()["role"].null_count(),
        people()["role"].null_count(),
    )


def test_the_exact_tail_is_that_of_draws() -> None:
    sample = sample_of("strata and fpc")
    shares, spread = shares_by_hand(sample)
    n = people().height
    simple = interaction_form(shares, np.diag(shares) / n)
    effects = np.linalg.eigvals(np.linalg.solve(simple, interaction_form(shares, spread))).real
    denominator = effects.sum() ** 2 / (effects**2).sum() * 6
    draw = np.random.default_rng(2)
    sums = (draw.chisquare(1, (400_000, 4)) * effects).sum(axis=1)
    found = chi_square_test(sample, "role", "region", statistic="exact")
    ratios = sums / (draw.chisquare(denominator, 400_000) / denominator)
    assert found.p_value == pytest.approx((ratios > found.statistic).mean(), abs=0.004)
    assert found.parameter == ()


@pytest.mark.parametrize("design", ["persons", "persons, strata and fpc"])
def test_wald_by_hand(design: str) -> None:
    sample = sample_of(design)
    rows = rows_of(sample)
    known = [row["role"] is not None for row in rows]
    weights = [w if ok else 0.0 for w, ok in zip(row_weights(rows, sample.design), known, strict=True)]
    size = sum(weights)

    def total(**wanted: str) -> float:
        there = matches(wanted)
        return sum(w for w, row in zip(weights, rows, strict=True) if there(row))

    away, scores = [], []
    for role, region in product(ROLES[1:], REGIONS[1:]):
        of_role, of_region = total(role=role), total(region=region)
        away.append(total(role=role, region=region) - of_role * of_region / size)
        score = []
        for w, row in zip(weights, rows, strict=True):
            in_role, in_region = float(row["role"] == role), float(row["region"] == region)
            both = in_role * in_region - in_role * of_region / size - in_region * of_role / size
            score.append(w * (both + of_role * of_region / size**2))
        scores.append(score)
    spread = np.array([[covariance(rows, sample.design, a, b) for b in scores] for a in scores])
    wald = float(np.array(away) @ np.linalg.solve(spread, np.array(away)))
    nu = domain_df(rows, sample.design, [True] * len(rows))
    found = chi_square_test(sample, "role", "region", statistic="Wald")
    close([found.statistic, *found.parameter], [wald / 4, 4, nu], rtol=1e-9)
    close([found.p_value], [stats.f.sf(wald / 4, 4, nu)], rtol=1e-9)
    adjusted = chi_square_test(sample, "role", "region", statistic="adjWald")
    value = wald * (nu - 3) / (4 * nu)
    close([adjusted.statistic, *adjusted.parameter], [value, 4, nu - 3], rtol=1e-9)
    close([adjusted.p_value], [stats.f.sf(value, 4, nu - 3)], rtol=1e-9)


def numbers(found: Result) -> list[float]:
    return [found.statistic, found.p_value, *found.parameter]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_rows_and_columns_can_be_exchanged_and_weights_scaled(statistic: ChiSquareStatistic) -> None:
    sample = sample_of("persons")
    known = numbers(chi_square_test(sample, "role", "region", statistic=statistic))
    close(numbers(chi_square_test(sample, "region", "role", statistic=statistic)), known, rtol=1e-9)
    heavier = sample_of("persons", people().with_columns(pl.col("w") * 1000))
    close(numbers(chi_square_test(heavier, "role", "region", statistic=statistic)), known, rtol=1e-9)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_levels_nobody_has_change_nothing(statistic: ChiSquareStatistic) -> None:
    levels = pl.Enum(["nobody", *ROLES, "no one"])
    wider = people().with_columns(pl.col("role").cast(levels))
    for columns in (("role", "region"), ("region", "role")):
        known = chi_square_test(sample_of("persons"), *columns, statistic=statistic)
        found = chi_square_test(sample_of("persons", wider), *columns, statistic=statistic)
        close(numbers(found), numbers(known), rtol=1e-12)
        assert found.observed is not None
        assert known.observed is not None
        assert found.observed.equals(known.observed)


@pytest.mark.parametrize("kind", [None, "JKn"])
def test_in_a_table_of_two_by_two_all_corrections_are_one(kind: Any) -> None:
    sample = sample_of("strata and fpc")
    sample = sample if kind is None else make_replicates(sample, kind)
    second = chi_square_test(sample, "sex", "yes")
    own = chi_square_test(sample, "sex", "yes", statistic="exact" if kind is None else "Chisq")
    same = second.p_value if kind is None else stats.chi2.sf(second.statistic, 1)
    assert second.parameter[0] == pytest.approx(1)
    assert own.p_value == pytest.approx(same, rel=1e-10)


def test_lincom_is_the_saddlepoint_and_near_the_exact_tail() -> None:
    sample = sample_of("persons")
    found = {name: chi_square_test(sample, "role", "region", statistic=name).p_value for name in STATISTICS}
    assert found["lincom"] == found["saddlepoint"]
    assert found["saddlepoint"] != found["exact"]
    assert found["saddlepoint"] == pytest.approx(found["exact"], rel=0.05)


@pytest.mark.parametrize(("kind", "options"), [("JKn", {}), ("bootstrap", {"replicates": 40, "seed": 2})])
def test_replicates_give_the_covariance_of_the_shares(kind: Any, options: dict[str, Any]) -> None:
    frame = people().with_columns(both=pl.concat_str("role", "region", separator=" "))
    sample = make_replicates(sample_of("strata", frame), kind, **options)
    joint = ts.estimate_proportion(sample, "both")
    shares, n = joint.to_polars()["estimate"].to_numpy(), frame.height
    simple = interaction_form(shares, np.diag(shares) / n)
    both = np.linalg.solve(simple, interaction_form(shares, joint.covariance()))
    effects = np.linalg.eigvals(both).real
    found = chi_square_test(sample, "role", "region")
    df = effects.sum() ** 2 / (effects**2).sum()
    close(found.parameter, [df, 6 * df], rtol=1e-8)
    part = chi_square_test(sample, "sex", "region", where={"stratum": ["s0", "s2"]})
    assert part.parameter[1] / part.parameter[0] == pytest.approx(5)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (("role", "role"), {}, "same variable"),
        (("role", "constant"), {}, "no two levels"),
        (("constant", "role"), {}, "no two levels"),
        (("role", "region"), {"where": {"role": "student"}}, "no two levels"),
        (("role", "nothing"), {}, "no answers"),
        (("role", "region"), {"statistic": "G"}, "Unknown statistic"),
        (("role", "school"), {"statistic": "Wald"}, "vary freely"),
        (("role", "region"), {"statistic": "Wald", "where": {"stratum": "s1"}}, "vary freely"),
        (("sex", "yes"), {"where": {"district": 0}}, "standard error"),
        (("rol", "region"), {}, "Did you mean `role`"),
    ],
)
def test_what_cannot_be_tested_is_refused(
    columns: tuple[str, str], options: dict[str, Any], message: str
) -> None:
    frame = people().with_columns(constant=pl.lit("a"), nothing=pl.lit(None, dtype=pl.String))
    with pytest.raises(InputError, match=message):
        chi_square_test(sample_of("strata", frame), *columns, **options)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_statistic_takes_every_kind_of_design(statistic: ChiSquareStatistic) -> None:
    for design in (
        "persons, weights from fpc",
        "clusters, probabilities",
        "three stages",
        "ultimate clusters",
    ):
        found = chi_square_test(sample_of(design), "sex", "yes", statistic=statistic)
        assert 0 < found.p_value < 1
        assert found.statistic > 0
        assert "`sex` by `yes`" in repr(found)
