"""The formulas of docs/methods.md, person by person in plain Python, to lay beside the book."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import talentstats as ts

Row = Mapping[str, Any]
Member = Callable[[Row], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One estimate of one domain; `scores` has a value for each row of the sample."""

    estimate: float
    variance: float
    df: int
    n_obs: int
    n_missing: int
    sum_weights: float
    design_effect: float
    scores: list[float]


def everyone(row: Row) -> bool:
    del row
    return True


def is_known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def textbook(
    rows: Sequence[Row],
    design: ts.SurveyDesign,
    statistic: str,
    variable: str | None = None,
    *,
    denominator: str | None = None,
    level: Any = None,
    member: Member = everyone,
    needed: Iterable[str] | None = None,
    srs: str = "without_replacement",
) -> Answer:
    """Estimate, and the variance, by the formulas of sections 2 to 8."""
    if needed is None:
        needed = [name for name in (variable, denominator) if name]
    columns = list(needed)
    weights = row_weights(rows, design)
    inside = [member(row) for row in rows]
    counted = [
        ok and all(is_known(row[name]) for name in columns) for ok, row in zip(inside, rows, strict=True)
    ]
    chosen = [k for k in range(len(rows)) if counted[k]]
    n = len(chosen)
    size = sum(weights[k] for k in chosen)
    y = {k: _answer(rows[k], variable, level) for k in chosen}
    x = {k: float(rows[k][denominator]) if denominator else 1.0 for k in chosen}
    total = sum(weights[k] * y[k] for k in chosen)
    mean = total / size
    spread = sum(weights[k] * (y[k] - mean) ** 2 for k in chosen) / size
    scores = [0.0] * len(rows)
    if statistic in ("total", "count"):
        value = total
        for k in chosen:
            scores[k] = weights[k] * y[k]
    elif statistic in ("mean", "proportion"):
        value = mean
        for k in chosen:
            scores[k] = weights[k] * (y[k] - mean) / size
    elif statistic == "ratio":
        below = sum(weights[k] * x[k] for k in chosen)
        value = total / below
        for k in chosen:
            scores[k] = weights[k] * (y[k] - value * x[k]) / below
    else:
        value = n / (n - 1) * spread
        for k in chosen:
            scores[k] = weights[k] * (n / (n - 1) * (y[k] - mean) ** 2 - value) / size
    variance = covariance(rows, design, scores, scores, present=inside)
    return Answer(
        estimate=value,
        variance=variance,
        df=domain_df(rows, design, counted),
        n_obs=n,
        n_missing=sum(inside) - n,
        sum_weights=size,
        design_effect=variance / _srs_variance(statistic, weights, scores, y, chosen, srs=srs),
        scores=scores,
    )


def _answer(row: Row, variable: str | None, level: Any) -> float:
    if variable is None:
        return 1.0
    if level is not None:
        return 1.0 if str(row[variable]) == level else 0.0
    return float(row[variable])


def _srs_variance(
    statistic: str,
    weights: Sequence[float],
    scores: Sequence[float],
    y: Mapping[int, float],
    chosen: Sequence[int],
    *,
    srs: str,
) -> float:
    """Section 8; NaN where it is not defined."""
    n, size = len(chosen), sum(weights[k] for k in chosen)
    if statistic == "variance" or n < 2:
        return math.nan
    about = {k: scores[k] / weights[k] for k in chosen} if statistic == "ratio" else dict(y)
    mean = sum(weights[k] * about[k] for k in chosen) / size
    squares = sum(weights[k] * (about[k] - mean) ** 2 for k in chosen) / size
    result = n / (n - 1) * squares / n
    if statistic in ("total", "count", "ratio"):
        result *= size**2
    if srs == "without_replacement":
        result *= 1 - n / size
    return result if result > 0 else math.nan


def row_weights(rows: Sequence[Row], design: ts.SurveyDesign) -> list[float]:
    if design.weight:
        return [float(row[design.weight]) for row in rows]
    if design.probability:
        return [1 / float(row[design.probability]) for row in rows]
    weights = [1.0] * len(rows)
    _multiply_by_stage(rows, design, list(range(len(rows))), 0, weights)
    return weights


def _multiply_by_stage(
    rows: Sequence[Row], design: ts.SurveyDesign, members: list[int], stage: int, weights: list[float]
) -> None:
    """Multiply weights by the units in the population over the units drawn, stage by stage."""
    for stratum in _strata(rows, design, members, stage):
        units = _units(rows, design, stratum, stage)
        factor = _population(rows, design, stratum, len(units), stage) / len(units)
        for k in stratum:
            weights[k] *= factor
        if stage + 1 < len(design.units):
            for unit in units:
                _multiply_by_stage(rows, design, unit, stage + 1, weights)


def covariance(
    rows: Sequence[Row],
    design: ts.SurveyDesign,
    first: Sequence[float],
    second: Sequence[float],
    *,
    present: Sequence[bool] | None = None,
) -> float:
    """Sections 5 and 6: the covariance of the sums of two sets of scores.

    `present` says who is in the domain; strata without anybody of it are not among those present.
    """
    touched = [True] * len(rows) if present is None else list(present)
    return _stage(rows, design, list(range(len(rows))), 0, first, second, touched)


def _stage(
    rows: Sequence[Row],
    design: ts.SurveyDesign,
    members: list[int],
    stage: int,
    first: Sequence[float],
    second: Sequence[float],
    touched: Sequence[bool],
) -> float:
    strata = [one for one in _strata(rows, design, members, stage) if any(touched[k] for k in one)]
    units = [_units(rows, design, stratum, stage) for stratum in strata]
    drawn = sum(len(one) for one in units)
    centres = [sum(u[k] for one in units for unit in one for k in unit) / drawn for u in (first, second)]
    known, alone, later = 0.0, 0.0, 0.0
    lonely = 0
    for stratum, parts in zip(strata, units, strict=True):
        n = len(parts)
        fraction = n / _population(rows, design, stratum, n, stage)
        totals = [[sum(u[k] for k in unit) for unit in parts] for u in (first, second)]
        means = [sum(one) / n for one in totals]
        if n > 1:
            products = sum((a - means[0]) * (b - means[1]) for a, b in zip(*totals, strict=True))
            known += (1 - fraction) * n / (n - 1) * products
        elif fraction < 1:
            lonely += 1
            assert design.lonely_psu != "fail"
            if design.lonely_psu == "adjust":
                alone += (1 - fraction) * (totals[0][0] - centres[0]) * (totals[1][0] - centres[1])
        if fraction > 0 and stage + 1 < design.stages_used:
            for unit in parts:
                if any(touched[k] for k in unit):
                    later += fraction * _stage(rows, design, unit, stage + 1, first, second, touched)
    if design.lonely_psu == "average" and lonely:
        known = known * len(strata) / (len(strata) - lonely) if lonely < len(strata) else math.nan
    return known + alone + later


def domain_df(rows: Sequence[Row], design: ts.SurveyDesign, counted: Sequence[bool]) -> int:
    """Section 7: units with a respondent less the strata that have such a unit."""
    strata = _strata(rows, design, list(range(len(rows))), 0)
    units = [unit for stratum in strata for unit in _units(rows, design, stratum, 0)]
    return sum(any(counted[k] for k in unit) for unit in units) - sum(
        any(counted[k] for k in stratum) for stratum in strata
    )


def _strata(rows: Sequence[Row], design: ts.SurveyDesign, members: list[int], stage: int) -> list[list[int]]:
    if stage >= len(design.strata_columns):
        return [members]
    name = design.strata_columns[stage]
    return [[k for k in members if rows[k][name] == value] for value in {rows[k][name] for k in members}]


def _units(rows: Sequence[Row], design: ts.SurveyDesign, members: list[int], stage: int) -> list[list[int]]:
    if not design.units:
        return [[k] for k in members]
    name = design.units[stage]
    return [[k for k in members if rows[k][name] == value] for value in {rows[k][name] for k in members}]


def _population(
    rows: Sequence[Row], design: ts.SurveyDesign, members: list[int], drawn: int, stage: int
) -> float:
    if stage >= len(design.fpc_columns):
        return math.inf
    size = float(rows[members[0]][design.fpc_columns[stage]])
    return drawn / size if size <= 1 else size
