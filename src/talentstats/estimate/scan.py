"""A first look at the columns an estimate needs: their missing values, their centre, their levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

import narwhals as nw
import polars as pl

from talentstats.errors import InputError, closest, join_options
from talentstats.estimate.request import Request
from talentstats.survey.adjustment import respondents_column
from talentstats.survey.sample import Reading, SurveySample

_MOST_LEVELS = 1000
_MOST_PAIRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the pass must know beforehand.

    Attributes
    ----------
    rows : int
        Rows of the sample.
    centres : dict of str to float
        About the mean of each numeric column; sums are taken of distances from it, so that a large
        offset does not cost digits.
    gaps : dict of str to int
        Rows without a value, for each column that has such rows.
    levels : dict of str to tuple
        The levels of each categorical column, in order.
    """

    rows: int
    centres: dict[str, float]
    gaps: dict[str, int]
    levels: dict[str, tuple[Any, ...]]


def scan_sample(sample: SurveySample, request: Request) -> Scan:
    """Look at the weights, answers and groups once.

    Raises
    ------
    InputError
        For weights that are missing, zero, negative or infinite; design columns with missing values;
        infinite answers; an empty sample.
    """
    design = sample.design
    numeric = () if request.is_categorical else request.answers
    keys = tuple(dict.fromkeys((*design.strata_columns, *design.units, *design.fpc_columns)))
    groups = tuple(dict.fromkeys((*request.answers, *request.by)))
    weight = design.weight or design.probability
    responded = respondents_column(sample.adjustments)
    data = sample.read((*keys, *groups, *(name for name in (weight, responded) if name)))
    if responded:
        data = replace(data, rows=data.rows.filter(nw.col(responded) == 1))
    looks = _looks(data, tuple(dict.fromkeys((*keys, *groups))), numeric, weight)
    seen = data.collect(data.rows.select(*(look.alias(name) for name, look in looks.items()))).row(
        0, named=True
    )
    if seen["rows"] == 0:
        raise InputError("The sample has no rows.", remedy="Check how the file was read or filtered.")
    gaps = {
        name: seen["rows"] - seen[f"known {name}"] + seen.get(f"nan {name}", 0) for name in (*keys, *groups)
    }
    for name in keys:
        if gaps[name]:
            _refuse_gap(name, gaps[name])
    if weight:
        # Linear calibration without bounds can make a weight negative, and estimates hold all the same.
        least = -inf if sample.adjustments else 0.0
        _check_weights(data, weight, seen, least=least, probability=design.weight is None)
    centres = {name: seen[f"mean {name}"] for name in numeric if f"mean {name}" in seen}
    unclear = [name for name, mean in centres.items() if mean is not None and not isfinite(mean)]
    for name, (mean, nans) in _look_closer(data, unclear).items():
        centres[name] = mean
        gaps[name] += nans
    levels = _levels(data, request) if request.is_categorical else {}
    if not design.units and sample.replicates is None:
        _refuse_many_levels(levels)
    return Scan(
        rows=seen["rows"],
        # A yes or no is summed as it is, so that a domain of all or none comes out as exactly 1 or 0.
        centres={name: centres.get(name) or 0.0 for name in numeric},
        gaps={name: gaps[name] for name in groups if gaps[name]},
        levels=levels,
    )


def _looks(
    data: Reading, names: tuple[str, ...], numeric: tuple[str, ...], weight: str | None
) -> dict[str, nw.Expr]:
    """List what a first scan of the rows must tell."""
    looks = {"rows": nw.len()}
    looks |= {f"known {name}": nw.col(name).count() for name in names}
    looks |= {
        f"mean {name}": as_float(data, name).mean() for name in numeric if data.schema[name] != nw.Boolean
    }
    floats = [name for name in names if name not in numeric and data.schema[name].is_float()]
    looks |= {f"nan {name}": _count(nw.col(name).is_nan()) for name in floats}
    if weight:
        column = as_float(data, weight)
        looks |= {"weights": column.count(), "least": column.min(), "total": column.sum()}
    return looks


def as_float(data: Reading, name: str) -> nw.Expr:
    """Give a numeric or yes/no column as float."""
    column = nw.col(name)
    kind = data.schema[name]
    if kind == nw.Boolean:
        column = column.cast(nw.Int8)
    return column if kind == nw.Float64 else column.cast(nw.Float64)


def without_nan(data: Reading, name: str) -> nw.Expr:
    """Give a column with NaN turned into missing."""
    column = nw.col(name)
    if data.schema[name].is_float():
        return nw.when(~column.is_nan()).then(column)
    return column


def _refuse_gap(name: str, gaps: int) -> None:
    raise InputError(
        f"`{name}` describes the design but is missing in {gaps} row(s).",
        expected="a value in every row",
        where=f"column `{name}`",
        remedy="Complete the column, or remove the rows before making the sample.",
    )


def _check_weights(
    data: Reading, name: str, seen: dict[str, Any], *, least: float, probability: bool
) -> None:
    what = "inclusion probabilities" if probability else "weights"
    expected = "larger than 0, at most 1, in every row" if probability else "larger than 0 in every row"
    if seen["weights"] == seen["rows"] and seen["least"] > least and abs(seen["total"]) < float("inf"):
        if probability:
            _refuse_rows(data, nw.col(name) > 1, f"`{name}` has {what} above 1", name, expected)
        return
    column = as_float(data, name)
    bad = column.is_null() | ~column.is_finite() | (column <= least)
    _refuse_rows(
        data, bad, f"`{name}` has {what} that are missing, zero, negative or infinite", name, expected
    )


def _refuse_rows(
    data: Reading,
    bad: nw.Expr,
    problem: str,
    name: str,
    expected: str,
    *,
    remedy: str = "Correct them; leave persons out with `where`, not with a weight of zero.",
) -> None:
    flag = nw.when(bad).then(nw.lit(1)).otherwise(nw.lit(0))
    rows = data.collect(data.rows.select(flag.sum().alias("bad"))).item()
    if not rows:
        return
    examples = data.collect(data.rows.filter(bad).select(nw.col(name)).head(3))[name].to_list()
    raise InputError(
        f"{problem}.",
        expected=expected,
        got=f"{rows} row(s), such as {', '.join(str(value) for value in examples)}",
        where=f"column `{name}`",
        remedy=remedy,
    )


def _look_closer(data: Reading, names: Sequence[str]) -> dict[str, tuple[float | None, int]]:
    """Give the mean without NaN, and how many NaN there are, of columns whose mean is not finite."""
    looks: list[nw.Expr] = []
    for i, name in enumerate(names):
        column = nw.col(name)
        looks.append(without_nan(data, name).cast(nw.Float64).mean().alias(f"mean_{i}"))
        looks.append(_count(column.is_nan()).alias(f"nan_{i}"))
        looks.append(_count(_infinite(name)).alias(f"infinite_{i}"))
    seen = data.collect(data.rows.select(*looks)).row(0, named=True) if looks else {}
    for i, name in enumerate(names):
        if seen[f"infinite_{i}"]:
            _refuse_rows(
                data,
                _infinite(name),
                f"`{name}` has infinite values",
                name,
                "finite numbers in every row, also outside the subpopulation",
                remedy="Correct them, or make them missing.",
            )
    means = [seen[f"mean_{i}"] for i in range(len(names))]
    # A mean too large to hold is no centre; the sums will say so themselves.
    centres = [mean if mean is not None and isfinite(mean) else None for mean in means]
    return {name: (centres[i], seen[f"nan_{i}"]) for i, name in enumerate(names)}


def _infinite(name: str) -> nw.Expr:
    return ~nw.col(name).is_finite() & ~nw.col(name).is_nan()


def _count(condition: nw.Expr) -> nw.Expr:
    """Count the rows that satisfy a condition."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(nw.Int64)


def _levels(data: Reading, request: Request) -> dict[str, tuple[Any, ...]]:
    """Find the levels of every variable."""
    levels: dict[str, tuple[Any, ...]] = {}
    for name in request.answers:
        kind = data.schema[name]
        if kind == nw.Boolean:
            levels[name] = (False, True)
        if isinstance(kind, nw.Enum):
            levels[name] = tuple(kind.categories)
    sought = [name for name in request.answers if name not in levels]
    queries = [data.rows.select(without_nan(data, name)).unique() for name in sought]
    for name, table in zip(sought, data.collect_all(queries) if queries else [], strict=True):
        levels[name] = _distinct(name, table[name].drop_nulls(), request)
    return {name: _chosen(name, levels[name], request) for name in request.answers}


def _distinct(name: str, values: pl.Series, request: Request) -> tuple[Any, ...]:
    if values.len() > _MOST_LEVELS and request.levels is None:
        raise InputError(
            f"`{name}` has {values.len()} different values; a proportion is of a question with few answers.",
            expected=f"at most {_MOST_LEVELS} levels",
            where=f"column `{name}`",
            remedy="Group the values into classes first, or name the `levels` to report.",
        )
    if values.is_empty() and request.levels is None:
        raise InputError(
            f"`{name}` has no answers, so it has no levels to report.",
            expected="a value in one row at least",
            got="missing values only",
            where=f"column `{name}`",
            remedy="Check how the column was read, or leave it out. In a part of a file, name the `levels`.",
        )
    # Whole numbers with gaps come out of pandas as floats; their levels are written as whole all the same.
    if values.dtype.is_float() and (values == values.round()).all() and values.is_finite().all():
        values = values.cast(pl.Int64, strict=False).drop_nulls()
    return tuple(values.sort().to_list())


def _chosen(name: str, found: tuple[Any, ...], request: Request) -> tuple[Any, ...]:
    if request.levels is None:
        return found
    if not found:
        return request.levels
    for level in request.levels:
        if level in found:
            continue
        match = closest(str(level), [str(value) for value in found])
        raise InputError(
            f"`{name}` has no level `{level}`.",
            expected=join_options(found[:30]),
            got=f"`{level}`",
            remedy=f"Did you mean `{match}`?" if match else "Use a level that occurs.",
        )
    return tuple(level for level in found if level in request.levels)


def _refuse_many_levels(levels: Mapping[str, tuple[Any, ...]]) -> None:
    """Refuse what would take the products of thousands of pairs of levels over all rows."""
    count = sum(len(values) for values in levels.values())
    if count > _MOST_PAIRED:
        raise InputError(
            f"{count} levels at once are too many for a design without sampling units.",
            expected=f"at most {_MOST_PAIRED} levels in one call",
            got=", ".join(f"`{name}`: {len(values)}" for name, values in levels.items()),
            remedy="Ask for fewer variables at once, or name the `levels` to report.",
        )
