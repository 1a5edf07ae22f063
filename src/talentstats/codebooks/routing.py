"""Routing in the words of the harmonised variables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from talentstats.codebooks.model import Codebook, Route, Variable
from talentstats.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A harmonised variable has one of these values."""

    variable: str
    values: tuple[str, ...]


def conditions_for(
    variable: Variable, codebook: Codebook, variables: Sequence[Variable]
) -> tuple[Condition, ...]:
    """Say when a variable's question was shown in a wave; all conditions hold, none means to everyone.

    Raises
    ------
    InputError
        If no harmonised variable tells the codes of a route apart from the others.
    """
    question = codebook.question(variable.waves[codebook.wave].question)
    return tuple(_condition(route, codebook, variables, question.name) for route in question.asked_if)


def _condition(route: Route, codebook: Codebook, variables: Iterable[Variable], question: str) -> Condition:
    for condition in _candidates(route, codebook.wave, variables):
        return condition
    raise InputError(
        f"No harmonised variable tells who was asked `{question}`.",
        where=f"codebook {codebook.wave}, question {question}",
        expected=f"a variable of `{route.question}` that keeps {_listed(route)} apart from its other codes",
        remedy="Give those codes categories of their own in harmonised.toml.",
    )


def _candidates(route: Route, wave: int, variables: Iterable[Variable]) -> Iterator[Condition]:
    for variable in variables:
        mapping = variable.waves.get(wave)
        if mapping is None or mapping.question != route.question:
            continue
        values = {mapping.codes[code] for code in route.codes}
        if {code for code, value in mapping.codes.items() if value in values} == set(route.codes):
            ordered = tuple(one.code for one in variable.categories if one.code in values)
            yield Condition(variable=variable.name, values=ordered)


def _listed(route: Route) -> str:
    return ", ".join(str(code) for code in route.codes)
