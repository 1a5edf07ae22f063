"""Comparing estimates: difference, ratio or relative change, with what they have in common."""

from typing import Any, Literal

import numpy as np
import polars as pl

from talentstats.errors import ComparisonError, InputError, unknown_name
from talentstats.estimate.contrast import Combined, make_combined
from talentstats.estimate.dispersion import Dispersion, MomentScores, UnitScores
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.joint import independent, same_sample, shared_units
from talentstats.estimate.presentation import DfRule
from talentstats.variance.groups import FloatArray, IntArray

Kind = Literal["difference", "ratio", "relative_change"]
KINDS: tuple[Kind, ...] = ("difference", "ratio", "relative_change")
Samples = Literal["independent", "shared"]
SAMPLES: tuple[Samples, ...] = ("independent", "shared")

# Numbers of the rows that are matched; names no column has.
_ROW = "number of the row in the first"
_PARTNER = "number of the row in the second"


def compare(
    first: Estimates,
    second: Estimates,
    *,
    kind: Kind = "difference",
    samples: Samples | None = None,
    conf_level: float | None = None,
    df: DfRule | None = None,
) -> Estimates:
    r"""Estimate how much `first` differs from `second`, and how sure that is.

    Parameters
    ----------
    first, second : Estimates
        Rows are matched on the columns of `by`, the variable and the level that both have; a column in which
        each has one value is what they are compared on. A single row in `second` is compared with each of
        `first`.
    kind : {"difference", "ratio", "relative_change"}
        first - second; first / second; first / second - 1.
    samples : {"independent", "shared"}, optional
        Needed for estimates of two samples: drawn independently, or sharing sampling units (the same
        municipalities, the same respondents), which are matched by stratum and id.
    conf_level : float, optional
        By default that of `first`.
    df : {"domain", "design"}, optional
        "domain": the smaller of the two; for independent samples Satterthwaite's. By default as `first`.

    Returns
    -------
    Estimates
        One row for each matched pair, in the order of `first`.

    Raises
    ------
    ComparisonError
        If it is not known how the two vary together: two samples without `samples`, waves of people who
        were not followed, statistics that differ.

    Notes
    -----
    :math:`V(a - b) = V(a) + V(b) - 2 Cov(a, b)`, the covariance from the scores of the sampling units;
    ratios by the delta method. Särndal, Swensson & Wretman (1992), sections 5.5 and 9.9.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "role": ["a", "b"] * 2, "y": [1, 2, 2, 5]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="area"))
    >>> means = ts.estimate_mean(sample, "y", by="role")
    >>> ts.compare(means.filter(role="b"), means.filter(role="a")).to_polars()["estimate"].item()
    2.0
    """
    if kind not in KINDS:
        raise unknown_name("comparison", kind, KINDS)
    if samples is not None and samples not in SAMPLES:
        raise unknown_name("relation between samples", samples, SAMPLES)
    _refuse_unlike(first, second)
    apart = _apart(first, second)
    rows, partners = _matched(first, second, apart)
    one, two = (part.table["estimate"].to_numpy() for part in (first, second))
    values, by_first, by_second = _combine(kind, one[rows], two[partners])
    dispersion = _dispersion(first, second, samples, apart)
    jacobian = np.zeros((rows.size, one.size + two.size))
    jacobian[np.arange(rows.size), rows] = by_first
    jacobian[np.arange(rows.size), one.size + partners] += by_second
    by = tuple(name for name in first.by if name not in apart)
    labels = first.table[rows.tolist()].select(*by, "variable", "level")
    if "variable" in apart:
        labels = labels.with_columns(
            variable=pl.lit(_name(first, "variable") + " - " + _name(second, "variable"))
        )
    combined = Combined(
        labels=labels,
        values=values,
        jacobian=jacobian,
        dispersion=dispersion,
        row_df=_row_df(first, second, rows, partners, samples, jacobian),
        by=by,
        note="; ".join(f"{name}: {_name(first, name)} against {_name(second, name)}" for name in apart),
    )
    return make_combined(first, combined, conf_level=conf_level, df=df)


def _refuse_unlike(first: Estimates, second: Estimates) -> None:
    if first.method.statistic != second.method.statistic:
        raise ComparisonError(
            "Two different statistics are not compared.",
            expected=f"a {first.method.statistic} and a {first.method.statistic}",
            got=f"a {first.method.statistic} and a {second.method.statistic}",
            remedy="Use `contrast` for a combination of them.",
        )
    if first.unit != second.unit:
        raise ComparisonError(
            "The two are in different units.",
            got=f"{first.unit or 'the unit of the data'} and {second.unit or 'the unit of the data'}",
            remedy="Use `scale` to bring them to one.",
        )


def _apart(first: Estimates, second: Estimates) -> list[str]:
    """List the columns in which each has one value and the two differ."""
    shared = [name for name in first.by if name in second.by]
    return [
        name
        for name in (*shared, "variable", "level")
        if first.table[name].n_unique() == 1
        and second.table[name].n_unique() == 1
        and first.table[name][0] != second.table[name][0]
    ]


def _matched(first: Estimates, second: Estimates, apart: list[str]) -> tuple[IntArray, IntArray]:
    if len(second) == 1:
        rows = np.arange(len(first))
        return rows, np.zeros(rows.size, dtype=np.int64)
    keys = [name for name in (*first.by, "variable", "level") if name not in apart]
    missing = [name for name in keys if name not in second.table.columns]
    if missing:
        raise InputError(
            f"Only the first estimates are by `{missing[0]}`.",
            expected="the same columns of `by`, or a single row to compare with",
            got=f"by {', '.join(first.by) or 'nothing'} and by {', '.join(second.by) or 'nothing'}",
            remedy="`filter` the second to one row, or estimate both by the same columns.",
        )
    one = first.table.select(keys).with_row_index(_ROW)
    two = second.table.select(keys).with_row_index(_PARTNER)
    joined = one.join(two, on=keys, how="inner", nulls_equal=True).sort(_ROW)
    matched = joined[_ROW].n_unique()
    if joined.height < len(first) or matched < joined.height:
        raise InputError(
            "The rows of the two do not match one to one.",
            expected=f"a row of the second for each of the {len(first)} of the first",
            got=f"{matched} matched",
            remedy="`filter` both to the domains they share.",
        )
    return joined[_ROW].to_numpy().astype(np.int64), joined[_PARTNER].to_numpy().astype(np.int64)


def _combine(kind: Kind, one: FloatArray, two: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the values, and their derivatives by the one and by the other."""
    if kind == "difference":
        return one - two, np.ones(one.size), -np.ones(one.size)
    defined = two != 0
    base = np.where(defined, two, 1.0)
    values = np.where(defined, one / base, np.nan)
    shift = 1.0 if kind == "relative_change" else 0.0
    return values - shift, 1 / base, -one / base**2


def _dispersion(first: Estimates, second: Estimates, samples: Samples | None, apart: list[str]) -> Dispersion:
    if first.sample is second.sample:
        _refuse_unfollowed(first, apart, samples)
        if samples == "independent":
            return independent(first.dispersion, second.dispersion)
        return same_sample(first.dispersion, second.dispersion)
    if samples is None:
        raise ComparisonError(
            "The two estimates come from different samples, and nothing says how these are related.",
            expected='samples="independent" or samples="shared"',
            got="neither",
            remedy='Say "shared" when they have sampling units or respondents in common, else "independent".',
        )
    if samples == "independent":
        return independent(first.dispersion, second.dispersion)
    return shared_units(first.dispersion, second.dispersion, first.design)


def _refuse_unfollowed(first: Estimates, apart: list[str], samples: Samples | None) -> None:
    """Refuse waves of a stacked file in which nothing says who took part twice."""
    wave = first.design.wave
    alone = isinstance(first.dispersion, MomentScores | UnitScores) and not first.design.units
    if wave in apart and alone and samples is None:
        raise ComparisonError(
            "Nothing in the design says whether the waves have respondents in common.",
            expected="`case_id` or `psu` in the design",
            got=f"only `wave` = `{wave}`",
            remedy="Name the column that identifies a person in `case_id`; if nobody took part twice, say "
            'samples="independent".',
        )


def _row_df(
    first: Estimates,
    second: Estimates,
    rows: IntArray,
    partners: IntArray,
    samples: Samples | None,
    jacobian: FloatArray,
) -> FloatArray:
    one, two = first.domain_df[rows], second.domain_df[partners]
    if samples != "independent":
        return np.asarray(np.minimum(one, two), dtype=np.float64)
    index = np.arange(rows.size)
    of_first = (jacobian[index, rows] * _column(first, "std_error")[rows]) ** 2
    of_second = (jacobian[index, len(first) + partners] * _column(second, "std_error")[partners]) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        welch = (of_first + of_second) ** 2 / (of_first**2 / one + of_second**2 / two)
    return np.asarray(welch, dtype=np.float64)


def _column(estimates: Estimates, name: str) -> FloatArray:
    return np.asarray(estimates.table[name].fill_null(np.nan).to_numpy(), dtype=np.float64)


def _name(estimates: Estimates, column: str) -> str:
    value: Any = estimates.table[column][0]
    return "all" if value is None else str(value)
