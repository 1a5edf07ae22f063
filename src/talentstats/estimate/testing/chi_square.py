"""Are two questions associated: the chi-square tests of a survey."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl
from scipy.special import chdtrc, fdtrc

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.request import Where
from talentstats.estimate.testing.counted import Counted, count_inside, require_df
from talentstats.estimate.testing.result import TestResult
from talentstats.estimate.testing.table_cells import Cells, estimate_cells, share_dispersion
from talentstats.survey.sample import SurveySample, free_name
from talentstats.variance.association import (
    generalised_effects,
    independent_table,
    pearson_statistic,
    wald_statistic,
)
from talentstats.variance.groups import FloatArray
from talentstats.variance.quadratic_forms import tail_probability

ChiSquareStatistic = Literal["F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint", "exact"]
_METHODS: dict[str, str] = {
    "F": "Pearson's chi-square, Rao & Scott's F",
    "Chisq": "Pearson's chi-square, Rao & Scott's first-order correction",
    "Wald": "Design-based Wald test of association",
    "adjWald": "Design-based Wald test of association, adjusted",
    "lincom": "Pearson's chi-square, saddlepoint approximation to its distribution",
    "saddlepoint": "Pearson's chi-square, saddlepoint approximation to its distribution",
    "exact": "Pearson's chi-square, its own distribution",
}
# Design effects below this are what rounding leaves of 0.
_NO_VARIATION = 1e-20


def chi_square_test(
    sample: SurveySample,
    rows: str,
    columns: str,
    *,
    statistic: ChiSquareStatistic = "F",
    where: Where = None,
) -> TestResult:
    r"""Test whether two questions with few answers are associated.

    Parameters
    ----------
    sample : SurveySample
    rows, columns : str
        Columns with few values. Rows without an answer to one of them are left out.
    statistic : {"F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint", "exact"}
        "F" and "Chisq": Pearson's statistic with Rao & Scott's second and first order correction. "exact":
        Pearson's, compared with its own distribution, a sum of chi-squares weighted by the generalised design
        effects; "saddlepoint" approximates that, and "lincom" is the same, as R gives without the package
        CompQuadForm. "Wald", and "adjWald" for few sampling units.
    where : mapping or narwhals expression, optional
        The subpopulation, as for `estimate_mean`.

    Returns
    -------
    TestResult
        With the tables `observed` and `expected`.

    Raises
    ------
    InputError
        If a question has no two levels, too many cells are empty, the sampling units are too few, the option
        is unknown; and as `estimate_count`.

    Notes
    -----
    With :math:`\delta` the generalised design effects and :math:`\nu` the degrees of freedom of the
    subpopulation, F is :math:`X^2 / \sum\delta` on :math:`d = (\sum\delta)^2 / \sum\delta^2` and
    :math:`d\nu`. Rao & Scott (1984); Thomas & Rao (1987). As R survey's `svychisq`, also in that
    :math:`X^2` counts the rows without an answer in n, which changes no p-value; levels nobody has are
    left out.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> frame = pl.DataFrame({"area": [1, 1, 2, 2, 3, 3] * 2, "w": 1.0, "role": ["a", "b"] * 6})
    >>> frame = frame.with_columns(stays=pl.Series(list("yyynyyynnnny")))
    >>> sample = ts.SurveySample(frame, ts.SurveyDesign(weight="w", psu="area"))
    >>> ts.chi_square_test(sample, "role", "stays").parameter
    (1.0, 2.0)
    """
    if statistic not in get_args(ChiSquareStatistic):
        raise unknown_name("statistic of a chi-square test", statistic, get_args(ChiSquareStatistic))
    cells = estimate_cells(sample, rows, columns, where=where)
    inside = count_inside(sample, where)
    observed = cells.totals / cells.totals.sum() * inside.rows
    if statistic in ("Wald", "adjWald"):
        outcome = _wald(cells, inside, adjusted=statistic == "adjWald")
    else:
        outcome = _pearson(cells, inside, statistic, replicated=sample.replicates is not None)
    return TestResult(
        method=_METHODS[statistic],
        about=f"`{rows}` by `{columns}`",
        statistic=outcome.statistic,
        statistic_name=outcome.name,
        parameter=outcome.parameter,
        p_value=outcome.p_value,
        observed=_frame(rows, cells, observed),
        expected=_frame(rows, cells, independent_table(observed)),
        n_obs=cells.n_obs,
        n_missing=inside.rows - cells.n_obs,
        missing=cells.missing,
        origins=sample.origins,
        synthetic=sample.synthetic,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """A statistic with its degrees of freedom and p-value."""

    statistic: float
    name: str
    parameter: tuple[float, ...]
    p_value: float


def _pearson(cells: Cells, inside: Counted, statistic: str, *, replicated: bool) -> _Outcome:
    shares = cells.totals / cells.totals.sum()
    effects = _effects(cells, shares, n=inside.rows)
    pearson = pearson_statistic(shares * inside.rows)
    df = effects.sum() ** 2 / (effects**2).sum()
    if statistic == "Chisq":
        p_value = chdtrc(effects.size, pearson / effects.mean())
        return _Outcome(
            statistic=pearson, name="chi-square", parameter=(float(effects.size),), p_value=float(p_value)
        )
    if statistic == "F":
        denominator = require_df(df * inside.df)
        value = pearson / effects.sum()
        return _Outcome(
            statistic=float(value),
            name="F",
            parameter=(float(df), float(denominator)),
            p_value=float(fdtrc(df, denominator, value)),
        )
    method: Literal["exact", "saddlepoint"] = "exact" if statistic == "exact" else "saddlepoint"
    # R takes the degrees of freedom of replicates as infinite here.
    denominator = np.inf if replicated else require_df(df * inside.df)
    p_value = tail_probability(pearson, effects, method=method, denominator_df=denominator)
    return _Outcome(statistic=pearson, name="chi-square", parameter=(), p_value=p_value)


def _wald(cells: Cells, inside: Counted, *, adjusted: bool) -> _Outcome:
    numerator = (cells.totals.shape[0] - 1) * (cells.totals.shape[1] - 1)
    wald = wald_statistic(cells.totals, cells.dispersion.covariance()) / numerator
    denominator = require_df(inside.df - numerator + 1 if adjusted else inside.df)
    if adjusted:
        wald *= denominator / inside.df
    return _Outcome(
        statistic=wald,
        name="F",
        parameter=(float(numerator), float(denominator)),
        p_value=float(fdtrc(numerator, denominator, wald)),
    )


def _effects(cells: Cells, shares: FloatArray, *, n: int) -> FloatArray:
    """Give the generalised design effects.

    Raises
    ------
    InputError
        If the table does not vary.
    """
    size = shares.size
    dispersion = share_dispersion(cells.dispersion, cells.totals.ravel(), np.eye(size), np.ones((size, size)))
    effects = generalised_effects(shares, dispersion.covariance(), n=n)
    if not effects.max() > _NO_VARIATION:
        raise InputError(
            "The association in the table has no standard error to test with.",
            expected="answers that differ between sampling units",
            got="a standard error of 0",
            remedy="Variables that do not vary, or a census, need no test.",
        )
    return effects


def _frame(rows: str, cells: Cells, table: FloatArray) -> pl.DataFrame:
    """Lay out a table with a column for each level of the columns."""
    heads = pl.DataFrame({free_name(rows, cells.column_levels): [str(level) for level in cells.row_levels]})
    body = pl.DataFrame({level: table[:, place] for place, level in enumerate(cells.column_levels)})
    return pl.concat([heads, body], how="horizontal")
