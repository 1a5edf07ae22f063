from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import polars as pl
import pytest

import talentstats as ts
from survey_support import (
    DESIGNS,
    STATISTICS,
    close,
    column,
    estimate,
    matches,
    people,
    rows_of,
    same_numbers,
    sample_of,
    values,
)
from survey_textbook import Answer, covariance, textbook

ASKED: dict[str, tuple[Any, ...]] = {
    "mean": (["y", "z"],),
    "total": (["y", "z"],),
    "proportion": (["role", "yes"],),
    "ratio": (["y", "z"], ["x", "x"]),
    "count": ("role",),
    "variance": (["y", "z"],),
}
ELSEWHERE = ("strata and fractions", "strata, nested ids", "ultimate clusters")  # in test_design
NUMBERS = ("estimate", "std_error", "df", "n_obs", "n_missing", "sum_weights")


def by_hand(sample: ts.SurveySample, made: ts.Estimates, **options: Any) -> list[Answer]:
    """Estimate every row of a result from the persons."""
    answers = []
    for row in made.to_polars().iter_rows(named=True):
        variable, _, denominator = row["variable"].partition("/")
        answers.append(
            textbook(
                rows_of(sample),
                sample.design,
                made.method.statistic,
                variable if variable != "count" else None,
                denominator=denominator or None,
                level={"False": "False", "True": "True"}.get(row["level"], row["level"]),
                member=matches({name: row[name] for name in made.by}),
                **options,
            )
        )
    return answers


def expect(made: ts.Estimates, answers: list[Answer]) -> None:
    found = values(made, *NUMBERS)
    expected = [[a.estimate, a.variance**0.5, a.df, a.n_obs, a.n_missing, a.sum_weights] for a in answers]
    close(found, expected, atol=1e-12)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("design", [name for name in DESIGNS if name not in ELSEWHERE])
def test_every_number_is_the_textbooks_for_the_whole_and_for_domains(design: str, statistic: str) -> None:
    sample = sample_of(design)
    made = estimate(sample, statistic, *ASKED[statistic], by=["region", "sex"], margins=True)
    answers = by_hand(sample, made)
    assert len(made) == 12 * made.to_polars().select("variable", "level").n_unique()
    expect(made, answers)
    close(values(made, "design_effect").ravel(), [a.design_effect for a in answers])


@pytest.mark.parametrize("statistic", ["mean", "total", "proportion", "ratio", "count"])
@pytest.mark.parametrize("design", ["persons, strata and fpc", "two stages"])
def test_the_design_effect_can_be_about_a_sample_with_replacement(design: str, statistic: str) -> None:
    sample = sample_of(design)
    made = estimate(sample, statistic, *ASKED[statistic], by="region", srs="with_replacement")
    answers = by_hand(sample, made, srs="with_replacement")
    close(column(made, "design_effect"), [a.design_effect for a in answers])


@pytest.mark.parametrize("design", ["persons", "persons, weights from fpc", "three stages"])
def test_a_plain_count_is_the_sum_of_the_weights(design: str) -> None:
    sample = sample_of(design)
    made = estimate(sample, "count", by="region", margins=True)
    answers = by_hand(sample, made)
    expect(made, answers)
    close(column(made, "estimate"), column(made, "sum_weights"))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("design", ["persons, strata and fpc", "strata", "three stages"])
def test_the_covariance_of_domains_and_variables_is_that_of_their_scores(design: str, statistic: str) -> None:
    sample = sample_of(design)
    made = estimate(sample, statistic, *ASKED[statistic], by="region", margins=True)
    scores = [answer.scores for answer in by_hand(sample, made)]
    rows = rows_of(sample)
    size = len(scores)
    expected = np.zeros((size, size))
    for i, j in combinations_with_replacement(range(size), 2):
        expected[i, j] = expected[j, i] = covariance(rows, sample.design, scores[i], scores[j])
    error = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(made.covariance(), expected, rtol=1e-10, atol=1e-12 * (error**2).max())
    close(np.sqrt(np.diag(made.covariance())), column(made, "std_error"))


def lonely_people() -> pl.DataFrame:
    """Leave one district in the first stratum, and one school in a district of the last."""
    kept = ~((pl.col("stratum") == "s0") & (pl.col("district") > 0))
    kept &= ~((pl.col("district") == 21) & (pl.col("school") > 210))
    return people().filter(kept)


@pytest.mark.parametrize("rule", ["remove", "adjust", "average"])
@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("design", ["strata and fpc", "two stages, strata in both"])
def test_a_lonely_unit_adds_what_its_rule_says(design: str, statistic: str, rule: Any) -> None:
    sample = sample_of(replace(DESIGNS[design], lonely_psu=rule), lonely_people())
    made = estimate(sample, statistic, *ASKED[statistic], by="region", margins=True)
    answers = by_hand(sample, made)
    known = [answer.variance == answer.variance for answer in answers]
    close(values(made, "std_error").ravel(), [answer.variance**0.5 for answer in answers])
    assert sum(known) >= len(known) // 2


def test_certainty_adds_nothing_as_remove() -> None:
    made = [
        estimate(sample_of(replace(DESIGNS["two stages"], lonely_psu=rule), lonely_people()), "total", "y")
        for rule in ("remove", "certainty")
    ]
    same_numbers(*made, rtol=0)


@pytest.mark.parametrize("rule", ["remove", "adjust", "average"])
@pytest.mark.parametrize("statistic", ["mean", "total", "ratio", "variance"])
def test_a_stratum_with_one_person_adds_what_the_rule_says(statistic: str, rule: Any) -> None:
    frame = people().filter(
        (pl.col("stratum") != "s1") | (pl.col("person") == pl.col("person").max().over("stratum"))
    )
    frame = frame.with_columns(role=pl.col("role").fill_null("worker"), z=pl.col("z").fill_null(5.0))
    design = ts.SurveyDesign(weight="w", strata="stratum", fpc="fpc_person", lonely_psu=rule)
    sample = sample_of(design, frame)
    made = estimate(sample, statistic, *ASKED[statistic], by="sex", margins=True)
    expect(made, by_hand(sample, made))
    scores = [answer.scores for answer in by_hand(sample, made)]
    total = len(made) - 1
    expected = [covariance(rows_of(sample), design, scores[total], one) for one in scores]
    found = made.covariance()[total]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10 * float(np.abs(expected).max()))


@pytest.mark.parametrize("rule", ["remove", "adjust", "average"])
def test_lonely_units_enter_covariances_by_the_same_rule(rule: Any) -> None:
    sample = sample_of(replace(DESIGNS["two stages"], lonely_psu=rule), lonely_people())
    made = estimate(sample, "mean", ["y", "x"])
    one, two = (answer.scores for answer in by_hand(sample, made))
    close(made.covariance()[0, 1], covariance(rows_of(sample), sample.design, one, two))


def test_a_unit_that_is_all_there_is_is_not_lonely() -> None:
    frame = lonely_people().with_columns(
        fpc_1=pl.when(pl.col("stratum") == "s0").then(1).otherwise(pl.col("fpc_1"))
    )
    design = ts.SurveyDesign(weight="w", strata="stratum", psu="district", fpc="fpc_1")
    sample = sample_of(design, frame)
    made = estimate(sample, "total", "y")
    expect(made, by_hand(sample, made))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("kind", ["JK1", "JKn"])
def test_the_jackknife_leaves_out_one_unit_at_a_time(kind: Any, statistic: str) -> None:
    sample = sample_of("strata and fpc" if kind == "JKn" else "clusters")
    replicated = ts.make_replicates(sample, kind)
    made = estimate(replicated, statistic, *ASKED[statistic], by="sex", margins=True)
    rows = rows_of(sample)
    districts = sorted({row["district"] for row in rows})
    strata = {row["district"]: row["stratum"] for row in rows}
    replicates, factors = [], []
    for out in districts:
        others = [d for d in districts if kind == "JK1" or strata[d] == strata[out]]
        n = len(others)
        weights = {d: n / (n - 1) if d in others else 1.0 for d in districts} | {out: 0.0}
        left = [{**row, "w": row["w"] * weights[row["district"]]} for row in rows if row["district"] != out]
        answers = by_hand(sample_of(DESIGNS["persons"], pl.DataFrame(left)), made)
        if statistic == "variance":  # n / (n - 1) is that of the whole sample, as in R
            full = column(made, "n_obs")
            factor = [n / (n - 1) * (a.n_obs - 1) / a.n_obs for n, a in zip(full, answers, strict=True)]
        else:
            factor = [1.0] * len(answers)
        replicates.append([f * a.estimate for f, a in zip(factor, answers, strict=True)])
        size = next(row["fpc_1"] for row in rows if row["district"] == out)
        factors.append((1 - n / size if kind == "JKn" else 1.0) * (n - 1) / n)
    expected = []
    for i in range(len(made)):
        mean = sum(one[i] for one in replicates) / len(replicates)
        squares = [f * (one[i] - mean) ** 2 for f, one in zip(factors, replicates, strict=True)]
        expected.append(sum(squares) ** 0.5)
    close(column(made, "std_error"), expected)
