"""Whether the answers of one respondent go together."""

from collections.abc import Iterator
from functools import reduce
from itertools import combinations
from operator import and_, or_

import polars as pl

from talentstats.codebooks.model import MISSING, Variable
from talentstats.schemas.respondents import COMBINATIONS, AtLeast, AtMost, Combination, Is, Since, Term
from talentstats.validation.respondents.rules import RowRule
from talentstats.validation.respondents.wave import Wave

_ALWAYS = pl.lit(value=True)


def answer_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield for every variable: an answer or a reason why there is none, and never both."""
    for variable in wave.answers:
        columns = wave.columns_of(variable)
        complete = pl.all_horizontal(pl.col(column).is_not_null() for column in columns)
        begun = pl.any_horizontal(pl.col(column).is_not_null() for column in columns)
        reason = pl.col(variable.name + MISSING).is_not_null()
        yield RowRule(
            rule="answer-or-reason",
            columns=(columns[0], variable.name + MISSING),
            concerns=_ALWAYS,
            broken=(complete == reason) | (begun & ~complete),
        )


def derived_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield for every two variables that come from one question: together a code of that question."""
    for first, second in combinations(wave.answers, 2):
        if wave.question_of(first) is wave.question_of(second) and first.categories and second.categories:
            yield RowRule(
                rule="derived-agree",
                columns=(first.name, second.name),
                concerns=_ALWAYS,
                broken=_disagree(wave, first, second),
            )


def combination_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield the combinations of answers that cannot be, as far as this wave asked them."""
    for combination in COMBINATIONS:
        if not combination.tolerated and set(combination.columns) <= set(wave.frame.columns):
            yield RowRule(
                rule=combination.rule,
                severity=combination.severity,
                columns=combination.columns,
                concerns=pl.all_horizontal(pl.col(one).is_not_null() for one in combination.columns),
                broken=reduce(and_, (_term(term, wave.codebook.wave) for term in combination.terms)),
            )


def rarely_said(combination: Combination, *, wave: int) -> pl.Expr:
    """Tell of those for whom all terms but the last hold, and no others, whether the last one does."""
    *others, last = combination.terms
    concerned = reduce(and_, (_term(term, wave) for term in others)) & pl.col(last.column).is_not_null()
    return _term(last, wave).filter(concerned)


def _term(term: Term, wave: int) -> pl.Expr:
    match term:
        case Is(column=column, values=values):
            return pl.col(column).is_in(values)
        case AtLeast(column=column, value=value):
            return pl.col(column) >= value
        case AtMost(column=column, value=value):
            return pl.col(column) <= value
        case Since(column=column, years=years):
            return pl.col(column) >= wave - years


def _disagree(wave: Wave, first: Variable, second: Variable) -> pl.Expr:
    of_first = first.waves[wave.codebook.wave].codes
    of_second = second.waves[wave.codebook.wave].codes
    together: dict[str, set[str]] = {}
    for code in of_first.keys() & of_second.keys():
        together.setdefault(of_first[code], set()).add(of_second[code])
    apart = [
        (pl.col(first.name) == one) & ~pl.col(second.name).is_in(sorted(others))
        for one, others in sorted(together.items())
    ]
    reasons = pl.col(first.name + MISSING).ne_missing(pl.col(second.name + MISSING))
    return reduce(or_, apart).fill_null(value=False) | reasons
