"""The columns of a model matrix: numbers, and the levels of categories against the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from talentstats.estimate.models.formula import Formula, Term
from talentstats.variance.groups import BoolArray, FloatArray

INTERCEPT = "(Intercept)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictor:
    """A column of the sample as a model uses it.

    Attributes
    ----------
    values : (rows,) float
        The numbers; of a category, positions in `levels`.
    levels : tuple of str
        The levels that occur, the one the others are compared with first; empty for numbers.
    """

    values: FloatArray
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A factor of a column: a number (level None), or whether a category has a level."""

    variable: str
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the model matrix: the product of its parts; 1 without parts."""

    label: str
    parts: tuple[Part, ...]


Predictors = Mapping[str, Predictor]


def make_columns(formula: Formula, predictors: Predictors) -> tuple[Column, ...]:
    """List the columns of the model matrix, in R's order.

    A category has a column for every level but the first when what is left of its term without it is in an
    earlier term; else one for every level. Without intercept the first category has one for every level.

    Notes
    -----
    Chambers & Hastie (1992), *Statistical Models in S*, section 2.3.2; treatment contrasts.

    Examples
    --------
    >>> from talentstats.estimate.models.formula import parse_formula
    >>> roles = {"role": Predictor(values=np.array([0.0, 1.0]), levels=("employee", "partner"))}
    >>> [column.label for column in make_columns(parse_formula("stays ~ role"), roles)]
    ['(Intercept)', 'role[partner]']
    """
    columns = [Column(label=INTERCEPT, parts=())] if formula.intercept else []
    complete = None if formula.intercept else _first_category(formula, predictors)
    for number, term in enumerate(formula.terms):
        choices = []
        for variable in term:
            levels = predictors[variable].levels
            contrasted = _is_contrasted(variable, formula.terms[: number + 1]) and complete != (
                term,
                variable,
            )
            codes = range(int(contrasted), len(levels)) if levels else [None]
            choices.append([Part(variable=variable, level=code) for code in codes])
        # The first variable of an interaction varies fastest.
        combined = [tuple(reversed(parts)) for parts in product(*reversed(choices))]
        columns += [Column(label=_label(parts, predictors), parts=parts) for parts in combined]
    return tuple(columns)


def _first_category(formula: Formula, predictors: Predictors) -> tuple[Term, str] | None:
    named = ((term, name) for term in formula.terms for name in term)
    return next(((term, name) for term, name in named if predictors[name].levels), None)


def _is_contrasted(variable: str, terms: tuple[Term, ...]) -> bool:
    *earlier, term = terms
    rest = set(term) - {variable}
    return not rest or any(rest <= set(other) for other in earlier)


def _label(parts: tuple[Part, ...], predictors: Predictors) -> str:
    return ":".join(
        part.variable
        if part.level is None
        else f"{part.variable}[{predictors[part.variable].levels[part.level]}]"
        for part in parts
    )


def make_matrix(columns: tuple[Column, ...], predictors: Predictors, *, rows: int) -> FloatArray:
    """Fill the model matrix, (rows, columns)."""
    matrix = np.ones((rows, len(columns)))
    for number, column in enumerate(columns):
        for part in column.parts:
            values = predictors[part.variable].values
            matrix[:, number] *= values if part.level is None else values == part.level
    return matrix


def with_value(predictors: Predictors, variable: str, value: float) -> Predictors:
    """Give everyone the same value (of a category: the level at this position) of one column."""
    old = predictors[variable]
    same = Predictor(values=np.full_like(old.values, value), levels=old.levels)
    return {**predictors, variable: same}


def has_variable(columns: tuple[Column, ...], variable: str) -> BoolArray:
    """Tell which columns of the model matrix a variable is part of."""
    return np.array([any(part.variable == variable for part in column.parts) for column in columns])
