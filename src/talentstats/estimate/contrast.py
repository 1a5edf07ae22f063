"""Estimates made from estimates: linear combinations, and functions of them by the delta method."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.derivatives import Traced, traced
from talentstats.estimate.dispersion import Dispersion
from talentstats.estimate.estimates import COLUMNS, Estimates, row_labels
from talentstats.estimate.notes import INTERVAL_NOTES, NEGATIVE_VARIANCE
from talentstats.estimate.presentation import DF_RULES, DfRule
from talentstats.variance.groups import FloatArray
from talentstats.variance.intervals import symmetric_interval

Combination = Mapping[Any, float] | Callable[[Mapping[Any, Any]], Any]


def contrast(
    estimates: Estimates,
    combinations: Mapping[str, Combination],
    *,
    conf_level: float | None = None,
    df: DfRule | None = None,
) -> Estimates:
    r"""Estimate combinations of estimates: differences, averages, ratios, any smooth function.

    Parameters
    ----------
    estimates : Estimates
    combinations : mapping of str to mapping or callable
        For each combination its name, and either the coefficient of each row that takes part, or a function
        of all rows made of arithmetic and numpy's exp, log, sqrt and the like. Rows go by what tells them
        apart, such as `"partner"`, or by their number.
    conf_level : float, optional
        By default that of the estimates.
    df : {"domain", "design"}, optional
        "domain": the smallest of the rows that take part. By default the rule of the estimates.

    Returns
    -------
    Estimates
        One row for each combination; its name is in `variable`.

    Raises
    ------
    InputError
        For a row that is not there, a coefficient that is not a number, or a function that has no value or
        no derivative at these estimates.

    Notes
    -----
    Variance :math:`J \hat V J'` with J the derivatives: Särndal, Swensson & Wretman (1992), section 5.5.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "role": ["a", "b"] * 2, "y": [1, 2, 2, 5]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="area"))
    >>> means = ts.estimate_mean(sample, "y", by="role")
    >>> made = ts.contrast(means, {"b less a": {"b": 1, "a": -1}, "b over a": lambda e: e["b"] / e["a"]})
    >>> made.to_polars()["estimate"].round(4).to_list()
    [2.0, 2.3333]
    """
    labels = list(row_labels(estimates))
    full = estimates.table["estimate"].to_numpy()
    values = np.zeros(len(combinations))
    jacobian = np.zeros((len(combinations), full.size))
    for i, (name, combination) in enumerate(combinations.items()):
        if callable(combination):
            values[i], jacobian[i] = _of_function(name, combination, labels, full)
        else:
            jacobian[i] = _coefficients(name, combination, labels)
            values[i] = jacobian[i, jacobian[i] != 0] @ full[jacobian[i] != 0]
    combined = Combined(
        labels=pl.DataFrame({"variable": list(combinations)}),
        values=values,
        jacobian=jacobian,
        dispersion=estimates.dispersion,
        row_df=_least_df(estimates, jacobian),
    )
    return make_combined(estimates, combined, conf_level=conf_level, df=df)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Combined:
    """Combinations of estimates, before their precision is worked out.

    Attributes
    ----------
    labels : polars.DataFrame
        Columns of `by`, `variable` and perhaps `level`, one row a combination.
    values : (rows,) float
        NaN where not defined.
    jacobian : (rows, estimates) float
        Derivatives by the estimates of `dispersion`.
    dispersion : Dispersion
    row_df : (rows,) float
        Degrees of freedom by the rule for domains.
    by : tuple of str
    note : str
        What is said of every row.
    """

    labels: pl.DataFrame
    values: FloatArray
    jacobian: FloatArray
    dispersion: Dispersion
    row_df: FloatArray
    by: tuple[str, ...] = ()
    note: str = ""


def make_combined(
    estimates: Estimates, combined: Combined, *, conf_level: float | None, df: DfRule | None
) -> Estimates:
    """Make estimates of combinations; `estimates` lend their method, design and origins."""
    values, by = combined.values, combined.by
    method = replace(
        estimates.method,
        statistic=f"comparison of {estimates.method.statistic}s",
        interval="t" if estimates.method.interval != "normal" else "normal",
        conf_level=estimates.method.conf_level if conf_level is None else conf_level,
        df=estimates.method.df if df is None else df,
    )
    if method.df not in DF_RULES:
        raise unknown_name("rule for degrees of freedom", method.df, DF_RULES)
    made = combined.dispersion.linear(np.where(np.isnan(values)[:, None], np.nan, combined.jacobian))
    variance = np.diag(made.covariance())
    negative = (variance < 0) & (estimates.design.pairwise is not None)
    error = np.sqrt(np.maximum(variance, 0.0))
    error = np.where(np.isfinite(values) & ~negative, error, np.nan)
    freedom = np.full(values.size, estimates.design_df)
    if method.df == "domain":
        freedom = combined.row_df
    used = freedom if method.interval == "t" else np.full(values.size, np.inf)
    ends = symmetric_interval(values, error, df=used, conf_level=method.conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(values != 0, error / np.abs(values), np.nan)
    notes = [
        "; ".join(
            filter(None, (combined.note, INTERVAL_NOTES.get(code, ""), NEGATIVE_VARIANCE if below else ""))
        )
        if np.isfinite(value)
        else "not defined for these estimates"
        for value, code, below in zip(values, ends.note.tolist(), negative.tolist(), strict=True)
    ]
    columns = {
        "estimate": values,
        "std_error": error,
        "conf_low": ends.low,
        "conf_high": ends.high,
        "cv": cv,
        "df": freedom,
    }
    table = combined.labels.with_columns(
        *(pl.Series(name, column).fill_nan(None) for name, column in columns.items()),
        pl.Series("note", notes),
        *(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("n_obs", "n_missing")),
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in ("sum_weights", "design_effect")),
    )
    if "level" not in table.columns:
        table = table.with_columns(level=pl.lit(None, dtype=pl.String))
    return replace(
        estimates,
        table=table.select(*by, *COLUMNS),
        by=by,
        method=method,
        dispersion=made,
        domain_df=combined.row_df,
    )


def _least_df(estimates: Estimates, jacobian: FloatArray) -> FloatArray:
    own = estimates.domain_df
    return np.array([np.min(own[row != 0], initial=np.inf) if row.any() else np.nan for row in jacobian])


def _coefficients(name: str, combination: Mapping[Any, float], labels: list[str]) -> FloatArray:
    row = np.zeros(len(labels))
    given: Mapping[Any, Any] = combination
    for key, coefficient in given.items():
        if not isinstance(coefficient, Real) or not np.isfinite(float(coefficient)):
            raise InputError(
                f"The coefficient of `{key}` in `{name}` is not a number.",
                expected="a number",
                got=f"{coefficient!r}",
                remedy="Give every row that takes part its coefficient, such as 1 or -1.",
            )
        row[_position(key, labels)] += float(coefficient)
    if not row.any():
        raise InputError(
            f"No estimate takes part in `{name}`.",
            expected="a coefficient other than 0",
            got="none",
            remedy="Name the rows that take part, each with its coefficient.",
        )
    return row


def _position(key: Any, labels: list[str]) -> int:
    if isinstance(key, int) and not isinstance(key, bool) and str(key) not in labels:
        if 0 <= key < len(labels):
            return key
        raise InputError(
            f"There is no row {key}.",
            expected=f"0 to {len(labels) - 1}",
            got=str(key),
            remedy="Number the rows from 0, or use their names.",
        )
    if str(key) not in labels:
        raise unknown_name("row of these estimates", str(key), labels)
    if labels.count(str(key)) > 1:
        raise InputError(
            f"More than one row is called `{key}`.",
            remedy="Use the rows' numbers, or `filter` the estimates first.",
        )
    return labels.index(str(key))


class _Rows(Mapping[Any, Traced]):
    """The estimates as a function sees them: by name or by number."""

    def __init__(self, labels: list[str], values: list[Traced]) -> None:
        self._labels = labels
        self._values = values

    def __getitem__(self, key: Any) -> Traced:
        return self._values[_position(key, self._labels)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


def _of_function(
    name: str, function: Callable[[Mapping[Any, Any]], Any], labels: list[str], full: FloatArray
) -> tuple[float, FloatArray]:
    """Evaluate the function and its derivatives."""
    try:
        with np.errstate(all="ignore"):
            made = function(_Rows(labels, traced(full)))
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _no_derivative(name, str(error)) from error
    if not isinstance(made, Traced):
        raise _no_derivative(name, f"{made!r}, which does not depend on them")
    undefined = np.isnan(full[made.gradient != 0]).any()
    if not (undefined or (np.isfinite(made.value) and np.isfinite(made.gradient).all())):
        raise InputError(
            f"`{name}` is not defined at these estimates.",
            expected="a number with a derivative",
            got=f"{made.value}",
            remedy="Look for a division by 0, and for the root or the logarithm of 0 or less.",
        )
    return float(made.value), made.gradient


def _no_derivative(name: str, reason: str) -> InputError:
    return InputError(
        f"`{name}` is not a smooth function of the estimates.",
        expected="arithmetic, powers, and numpy's exp, log, sqrt, sin, ...",
        got=reason,
        remedy="Avoid abs, min, max, rounding and conditions; use numpy's functions, not those of `math`.",
    )
