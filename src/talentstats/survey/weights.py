"""The weight of a row: given, the inverse of its inclusion probability, or from the population sizes."""

from dataclasses import replace
from functools import reduce
from math import isfinite
from operator import mul
from typing import Any

import narwhals as nw

from talentstats.errors import InputError
from talentstats.survey.design import SurveyDesign
from talentstats.survey.sample import Reading, free_name

WEIGHT_OF_ROW = "weight_of_row"


def weight_name(reading: Reading) -> str:
    """Name the column of the weights of the rows; a column of the frame may be called so already."""
    return free_name(WEIGHT_OF_ROW, reading.schema.names())


def with_weight(reading: Reading, design: SurveyDesign) -> Reading:
    """Add the column that `weight_name` names.

    Without weights and probabilities it is the product over the stages of the units in the population over
    the units drawn.
    """
    if design.weight:
        weight = nw.col(design.weight).cast(nw.Float64)
    elif design.probability:
        weight = 1.0 / nw.col(design.probability).cast(nw.Float64)
    else:
        return _from_population(reading, design)
    return replace(reading, rows=reading.rows.with_columns(weight.alias(weight_name(reading))))


def _from_population(reading: Reading, design: SurveyDesign) -> Reading:
    rows = reading.rows
    fractions = _fractions(reading, design.fpc_columns)
    group: list[str] = []
    factors = []
    for stage, fpc in enumerate(design.fpc_columns):
        group += design.strata_columns[stage : stage + 1]
        unit = design.units[stage : stage + 1]
        population = nw.col(fpc).cast(nw.Float64)
        if fractions[stage]:
            factors.append(1.0 / population)
        else:
            drawn = free_name(f"drawn_{stage}", reading.schema.names())
            rows = _with_drawn(rows, drawn, keys=list(dict.fromkeys(group)), unit=unit)
            factors.append(population / nw.col(drawn).cast(nw.Float64))
        group += unit
    return replace(reading, rows=rows.with_columns(reduce(mul, factors).alias(weight_name(reading))))


def _with_drawn(
    rows: "nw.LazyFrame[Any]", drawn: str, *, keys: list[str], unit: tuple[str, ...]
) -> "nw.LazyFrame[Any]":
    """Add how many units were drawn from each group."""
    count = nw.col(*unit).n_unique() if unit else nw.len()
    if not keys:
        return rows.join(rows.select(count.alias(drawn)), how="cross")
    return rows.join(rows.group_by(*keys).agg(count.alias(drawn)), on=keys, how="left")


def _fractions(reading: Reading, columns: tuple[str, ...]) -> list[bool]:
    """Say of each column of population sizes whether it holds sampling fractions."""
    sizes = {i: nw.col(name).cast(nw.Float64) for i, name in enumerate(columns)}
    ends = [column.min().alias(f"least_{i}") for i, column in sizes.items()]
    ends += [column.max().alias(f"most_{i}") for i, column in sizes.items()]
    seen = reading.collect(reading.rows.select(*ends)).row(0, named=True)
    return [is_fraction(seen[f"least_{i}"], seen[f"most_{i}"], name) for i, name in enumerate(columns)]


def is_fraction(least: float, most: float, name: str) -> bool:
    """Say whether a column of population sizes holds sampling fractions; refuse a mixture."""
    if least > 0 and most <= 1:
        return True
    if least >= 1:
        return False
    raise InputError(
        f"`{name}` holds neither population sizes nor sampling fractions.",
        expected="all at least 1 (sizes), or all above 0 and at most 1 (fractions)",
        got=f"values from {least:g} to {most:g}" if isfinite(least) else "rows without a number",
        where=f"column `{name}`",
        remedy="Give one of the two for every row.",
    )
