"""Do groups differ in rank: the Wilcoxon, Kruskal-Wallis, median and van der Waerden tests of a survey."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from scipy.special import fdtrc, stdtr

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.request import Where
from talentstats.estimate.row_scores import df_of_part, replicate_dispersion, score_dispersion
from talentstats.estimate.rows import SampleRows, read_rows
from talentstats.estimate.testing.counted import require_df
from talentstats.estimate.testing.result import TestResult
from talentstats.survey.sample import SurveySample
from talentstats.variance.association import quadratic_form
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_sums
from talentstats.variance.ranks import RANK_SCORES, estimated_ranks

RankTest = Literal["wilcoxon", "vanderWaerden", "median", "KruskalWallis"]
RankScore = Callable[[FloatArray, float], FloatArray]
_NAMES: dict[str, str] = {
    "wilcoxon": "Wilcoxon",
    "vanderWaerden": "van der Waerden",
    "median": "median",
    "KruskalWallis": "Kruskal-Wallis",
}


def rank_test(
    sample: SurveySample,
    variable: str,
    by: str,
    *,
    test: RankTest | RankScore = "wilcoxon",
    where: Where = None,
) -> TestResult:
    r"""Test whether one group tends to have higher values than another, or several do.

    Parameters
    ----------
    sample : SurveySample
    variable : str
        Numeric column; only the order of its values counts.
    by : str
        Column of the groups, two or more among the rows that have an answer.
    test : {"wilcoxon", "KruskalWallis", "vanderWaerden", "median"} or callable
        The score of an estimated population rank r out of N: "wilcoxon" and "KruskalWallis" r / N,
        "vanderWaerden" the normal quantile of that, "median" whether r is above N / 2; or a function of the
        ranks and N.
    where : mapping or narwhals expression, optional
        The subpopulation, as for `estimate_mean`.

    Returns
    -------
    TestResult
        Two groups: t, with the difference in mean score, later level less earlier. More groups: chi-square,
        compared with F after division by its numerator's degrees of freedom.

    Raises
    ------
    InputError
        If there is one group, the variable does not vary, no degrees of freedom are left, or a function
        does not give a score for each rank; and as `estimate_mean`.

    Notes
    -----
    Mean scores are compared as the means of a variable would be, the ranks taken as known: Lumley & Scott
    (2013), as R survey's `svyranktest`. Equal values share the mean of the ranks they would have in the
    order of the file, as in R; where their weights differ, that mean depends on the order.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> frame = {"area": [1, 1, 2, 2, 3, 3], "w": 1.0, "role": ["a", "b"] * 3, "y": [1, 4, 2, 5, 3, 6]}
    >>> sample = ts.SurveySample(pl.DataFrame(frame), ts.SurveyDesign(weight="w"))
    >>> ts.rank_test(sample, "y", "role").estimate
    0.5
    """
    if not callable(test) and test not in get_args(RankTest):
        raise unknown_name("rank test", str(test), get_args(RankTest))
    rows = read_rows(sample, numbers=variable, categories=by, where=where)
    values = rows.numbers(variable)
    groups = _groups_of(rows, by, ~np.isnan(values))
    scores = np.zeros(values.size)
    ranks, total = estimated_ranks(values[groups.used], rows.weight[groups.used])
    scores[groups.used] = _scores(test, ranks, total)
    compared = _compare(rows, groups, scores)
    df = df_of_part(rows, groups.used)
    outcome = _two_groups(compared, df) if compared.differences.size == 1 else _more_groups(compared, df)
    about = f"`{variable}` by `{by}`"
    if compared.differences.size == 1:
        about += f", {groups.levels[1]} less {groups.levels[0]}"
    name = getattr(test, "__name__", "rank") if callable(test) else _NAMES[test]
    return TestResult(
        method=f"Design-based {name} test",
        about=about,
        n_obs=int(groups.used.sum()),
        n_missing=int(rows.inside.sum() - groups.used.sum()),
        missing=rows.gaps,
        origins=rows.origins,
        synthetic=rows.synthetic,
        **outcome,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Groups:
    """Which rows are used, and the group of each: `code` is -1 for a row that is not used."""

    levels: list[Any]
    code: IntArray
    used: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Compared:
    """Mean scores of all groups but the first, less that of the first, and their covariance."""

    differences: FloatArray
    covariance: FloatArray


def _groups_of(rows: SampleRows, by: str, answered: BoolArray) -> _Groups:
    column = rows.values[by]
    used = rows.inside & answered & column.is_not_null().to_numpy()
    levels = column.filter(used).unique().sort()
    if levels.len() < 2:
        raise InputError(
            f"`{by}` has no two groups to compare.",
            expected="two values or more among the rows with an answer",
            got=", ".join(f"`{value}`" for value in levels) or "none",
            where=f"column `{by}`",
            remedy="Look at `where`, and at the rows without a value.",
        )
    numbered = pl.DataFrame({by: levels}).with_row_index("place")
    places = column.to_frame().join(numbered, on=by, how="left", maintain_order="left")["place"]
    code = np.where(used, places.cast(pl.Int64).fill_null(-1).to_numpy(), -1)
    return _Groups(levels=levels.to_list(), code=code, used=used)


def _scores(test: RankTest | RankScore, ranks: FloatArray, total: float) -> FloatArray:
    function = test if callable(test) else RANK_SCORES[test]
    scores = np.asarray(function(ranks, total), dtype=np.float64)
    if scores.shape != ranks.shape or not np.isfinite(scores).all():
        raise InputError(
            "The function in `test` does not give a score for each rank.",
            expected=f"{ranks.size} finite numbers",
            got=f"shape {scores.shape}" if scores.shape != ranks.shape else "values that are not finite",
            remedy="Ranks lie between 0 and the size of the population, the second argument.",
        )
    if (scores == scores[0]).all():
        raise InputError(
            "All rows have the same score, so there is nothing to test.",
            expected="values that differ",
            got=f"{scores.size} scores of {scores[0]:g}",
            remedy="Look at how the column was read, and at `where`.",
        )
    return scores


def _compare(rows: SampleRows, groups: _Groups, scores: FloatArray) -> _Compared:
    """Compare mean scores as the means of a variable, the ranks taken as known."""
    n_groups = len(groups.levels)
    used, code = groups.used, groups.code[groups.used]
    weighted = np.column_stack([rows.weight[used], rows.weight[used] * scores[used]])
    sums = group_sums(code, weighted, n_groups=n_groups)
    means = sums[:, 1] / sums[:, 0]
    influence = np.zeros((used.size, n_groups - 1))
    away = (scores[used] - means[code]) / sums[code, 0]
    influence[used] = np.where(code[:, None] == np.arange(1, n_groups), away[:, None], 0.0)
    influence[used] -= np.where(code == 0, away, 0.0)[:, None]
    if rows.replicates is None:
        covariance = score_dispersion(rows, influence * rows.weight[:, None]).covariance()
    else:
        # The influence values are totalled in every replicate, as in R; they are not ranked anew.
        full = rows.weight @ influence
        covariance = replicate_dispersion(rows, lambda weights: weights.T @ influence, full).covariance()
    return _Compared(differences=means[1:] - means[0], covariance=covariance)


def _two_groups(compared: _Compared, df: float) -> dict[str, Any]:
    difference, error = float(compared.differences[0]), float(np.sqrt(compared.covariance[0, 0]))
    if not error > 1e-13:
        raise InputError(
            "The ranks of the two groups have no standard error to test with.",
            expected="values that differ between sampling units",
            got=f"a standard error of {error:g}",
            remedy="A variable that does not vary, or a census, needs no test.",
        )
    freedom = require_df(df - 1)
    statistic = difference / error
    return {
        "statistic": statistic,
        "statistic_name": "t",
        "parameter": (freedom,),
        "p_value": float(2 * stdtr(freedom, -abs(statistic))),
        "estimate": difference,
        "std_error": error,
        "null_value": 0.0,
    }


def _more_groups(compared: _Compared, df: float) -> dict[str, Any]:
    numerator = float(compared.differences.size)
    denominator = require_df(df - numerator)
    statistic = quadratic_form(compared.differences, compared.covariance)
    return {
        "statistic": statistic,
        "statistic_name": "chi-square",
        "parameter": (numerator, denominator),
        "p_value": float(fdtrc(numerator, denominator, statistic / numerator)),
    }
