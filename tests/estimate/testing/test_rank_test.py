import math
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from scipy import stats

import talentstats as ts
from survey_support import DESIGNS, close, people, rows_of, sample_of
from survey_textbook import covariance, domain_df, is_known, row_weights
from talentstats.errors import InputError
from talentstats.estimate.testing.rank_test import RankTest, rank_test
from talentstats.estimate.testing.result import TestResult as Result
from talentstats.survey.make_replicates import make_replicates
from talentstats.variance.groups import FloatArray

TESTS: tuple[RankTest, ...] = get_args(RankTest)


def scores_by_hand(sample: ts.SurveySample, variable: str, by: str, test: str) -> list[float | None]:
    """Give the score of every row, None for a row that is not used, row by row."""
    rows, weights = rows_of(sample), row_weights(rows_of(sample), sample.design)
    used = [k for k, row in enumerate(rows) if is_known(row[variable]) and is_known(row[by])]
    size = sum(weights[k] for k in used)
    middle, below = {}, 0.0
    for k in sorted(used, key=lambda k: rows[k][variable]):
        middle[k] = below + weights[k] / 2
        below += weights[k]
    scores: list[float | None] = [None] * len(rows)
    for k in used:
        alike = [middle[j] for j in used if rows[j][variable] == rows[k][variable]]
        rank = sum(alike) / len(alike)
        scores[k] = {
            "wilcoxon": rank / size,
            "KruskalWallis": rank / size,
            "vanderWaerden": float(stats.norm.ppf(rank / size)),
            "median": float(rank > size / 2),
        }[test]
    return scores


def differences_by_hand(
    sample: ts.SurveySample, by: str, scores: list[float | None]
) -> tuple[FloatArray, FloatArray, int]:
    """Give the differences of mean scores from the first group, their covariance, and the df."""
    rows, weights = rows_of(sample), row_weights(rows_of(sample), sample.design)
    groups = sorted({row[by] for row, score in zip(rows, scores, strict=True) if score is not None})
    means, influences = [], []
    for group in groups:
        members = [k for k, row in enumerate(rows) if row[by] == group and scores[k] is not None]
        size = sum(weights[k] for k in members)
        mean = sum(weights[k] * (scores[k] or 0.0) for k in members) / size
        influence = [0.0] * len(rows)
        for k in members:
            influence[k] = weights[k] * ((scores[k] or 0.0) - mean) / size
        means.append(mean)
        influences.append(influence)
    apart = [[b - a for a, b in zip(influences[0], one, strict=True)] for one in influences[1:]]
    spread = [[covariance(rows, sample.design, one, other) for other in apart] for one in apart]
    df = domain_df(rows, sample.design, [score is not None for score in scores])
    return np.array(means[1:]) - means[0], np.array(spread), df


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_two_groups_by_hand(design: str) -> None:
    sample = sample_of(design)
    scores = scores_by_hand(sample, "z", "sex", "wilcoxon")
    difference, spread, df = differences_by_hand(sample, "sex", scores)
    found = rank_test(sample, "z", "sex")
    statistic = float(difference[0]) / math.sqrt(spread[0, 0])
    assert found.estimate is not None
    close([found.estimate, found.statistic], [float(difference[0]), statistic], rtol=1e-9)
    close(found.parameter, [df - 1])
    close([found.p_value], [2 * stats.t.sf(abs(statistic), df - 1)], rtol=1e-9)
    assert (found.n_obs, found.n_missing) == (people()["z"].count(), people()["z"].null_count())


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("design", ["persons", "strata and fpc", "two stages"])
def test_more_groups_by_hand(design: str, test: RankTest) -> None:
    sample = sample_of(design)
    scores = scores_by_hand(sample, "y", "role", test)
    difference, spread, df = differences_by_hand(sample, "role", scores)
    found = rank_test(sample, "y", "role", test=test)
    statistic = float(difference @ np.linalg.solve(spread, difference))
    close([found.statistic, *found.parameter], [statistic, 2, df - 2], rtol=1e-8)
    close([found.p_value], [stats.f.sf(statistic / 2, 2, df - 2)], rtol=1e-8)
    assert found.estimate is None


def test_a_subpopulation_is_ranked_by_itself() -> None:
    sample = sample_of("strata")
    inside = people().with_columns(pl.when(pl.col("region") == "north").then("y").alias("y"))
    known = rank_test(sample_of("strata", inside), "y", "sex")
    found = rank_test(sample, "y", "sex", where={"region": "north"})
    assert (found.statistic, found.parameter) == (known.statistic, known.parameter)
    assert found.n_missing == 0


def outcome(found: Result) -> list[float]:
    return [found.statistic, found.p_value, *found.parameter]


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("by", ["sex", "role"])
def test_only_the_order_of_the_values_counts(test: RankTest, by: str) -> None:
    sample = sample_of("strata and fpc")
    changed = sample_of("strata and fpc", people().with_columns(pl.col("y").exp() - 5))
    close(outcome(rank_test(changed, "y", by, test=test)), outcome(rank_test(sample, "y", by, test=test)))


def test_reversed_values_turn_the_sign() -> None:
    sample = sample_of("strata and fpc")
    turned = sample_of("strata and fpc", people().with_columns(-pl.col("y")))
    one, other = rank_test(sample, "y", "sex"), rank_test(turned, "y", "sex")
    close([one.statistic, one.p_value], [-other.statistic, other.p_value])


def test_a_function_of_the_ranks_is_a_score() -> None:
    sample = sample_of("strata")

    def share(ranks: FloatArray, total: float) -> FloatArray:
        return ranks / total

    found = rank_test(sample, "y", "sex", test=share)
    close(outcome(found), outcome(rank_test(sample, "y", "sex")))
    assert found.method == "Design-based share test"
    assert rank_test(sample, "y", "sex").method == "Design-based Wilcoxon test"


@pytest.mark.parametrize("by", ["sex", "role"])
def test_replicates_total_the_influences_of_the_full_sample(by: str) -> None:
    plain = sample_of("strata")
    sample = make_replicates(plain, "JKn")
    difference, spread, df = differences_by_hand(plain, by, scores_by_hand(plain, "y", by, "wilcoxon"))
    found = rank_test(sample, "y", by)
    # The jackknife of a total is its linearised variance.
    statistic = float(difference @ np.linalg.solve(spread, difference))
    close([abs(found.statistic)], [statistic if by == "role" else math.sqrt(statistic)], rtol=1e-8)
    assert found.parameter[-1] == df - len(difference)


def test_the_degrees_of_freedom_of_supplied_replicates_are_the_rank_of_the_rows_used() -> None:
    frame = people()
    districts = frame["district"].unique().sort().to_list()
    factor = {
        f"r{i}": pl.when(pl.col("district") == d).then(0.0).otherwise(9 / 8) for i, d in enumerate(districts)
    }
    frame = frame.with_columns(**{name: pl.col("w") * column for name, column in factor.items()})
    replicates = ts.ReplicateWeights(columns=list(factor), type="JK1")
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w"), replicates=replicates)
    assert rank_test(sample, "y", "sex").parameter == (7.0,)
    assert rank_test(sample, "y", "sex", where={"stratum": ["s0", "s1"]}).parameter == (3.0,)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (("y", "constant"), {}, "no two groups"),
        (("y", "sex"), {"where": {"sex": "f"}}, "no two groups"),
        (("constant", "sex"), {}, "the same score"),
        (("constant", "role"), {}, "the same score"),
        (("y", "role"), {"where": {"stratum": "s1"}}, "No degrees of freedom"),
        (("y", "sex"), {"test": "sign"}, "Unknown rank test"),
        (("y", "sex"), {"test": lambda ranks, _: ranks[:3]}, "score for each rank"),
        (("y", "sex"), {"test": lambda ranks, _: ranks * np.nan}, "score for each rank"),
        (("sex", "y"), {}, "not numbers"),
        (("y", "sec"), {}, "Did you mean `sex`"),
    ],
)
def test_what_cannot_be_tested_is_refused(
    columns: tuple[str, str], options: dict[str, Any], message: str
) -> None:
    sample = sample_of("strata", people().with_columns(constant=pl.lit(1.5)))
    with pytest.raises(InputError, match=message):
        rank_test(sample, *columns, **options)
