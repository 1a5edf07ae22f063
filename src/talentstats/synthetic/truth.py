"""What is true of the synthetic population: the share of every answer among those who are asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from talentstats.codebooks.model import Answer, Variable
from talentstats.synthetic.chances import FloatArray
from talentstats.synthetic.codes import ARRIVAL_YEAR, Codes
from talentstats.synthetic.joint import PLACE, Table, joint_population, multiplied, table_of
from talentstats.synthetic.questionnaire import AskedQuestion, Questionnaire
from talentstats.synthetic.sample import Sample

_DIGITS = 8
_ANSWER = "answer"
_NOTE = {
    "nl": "Synthetisch: niemand in deze populatie bestaat. Aandelen onder mensen die de vraag krijgen "
    "voorgelegd: verwachte waarden volgens het model, gegeven de vaste aantallen mensen naar stratum, "
    "geslacht, geboortejaar en nationaliteit.",
    "en": "Synthetic: nobody in this population exists. Shares among those who are asked: expectations of "
    "the model, given the fixed numbers of people by stratum, sex, birth year and nationality.",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Truth:
    """How many people there are of each kind, and how many of them give each answer to one question.

    Attributes
    ----------
    people : (regions, registers) float
    asked : (regions, registers) float
        Who is asked.
    categories : (regions, registers, categories) float
        Who is asked and is in each category of the model; of several answers, who ticks each option.
    """

    people: FloatArray
    asked: FloatArray
    categories: FloatArray


def write_truth(path: Path, questionnaire: Questionnaire, sample: Sample) -> None:
    """Write the truth of a wave as JSON."""
    text = json.dumps(truth_of(questionnaire, sample), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def truth_of(questionnaire: Questionnaire, sample: Sample) -> dict[str, Any]:
    """Work out shares and means of all answers, nationally, by region and by register.

    Returns
    -------
    dict
        Under `variables`, for each harmonised variable: its `type`, and `national`, `region` and `register`
        with, in each, `asked` (share of the population), `shares` by category (of a `multiple`, by option; of
        a scale, by point) and `mean` (of scales and numbers). Where nobody is asked there is nothing.
    """
    joint = joint_population(questionnaire, sample)
    variables: dict[str, Any] = {}
    for one in questionnaire.asked:
        truth = (
            _arrival(questionnaire, sample)
            if one.source == ARRIVAL_YEAR
            else _true(questionnaire, one, joint)
        )
        variables |= {
            variable.name: _described(questionnaire, one, variable, truth) for variable in one.variables
        }
    return {
        "synthetic": True,
        "note": _NOTE,
        "wave": sample.plan.wave,
        "population": int(sample.people.counts.sum()),
        "enlarged": sample.plan.factor,
        "variables": variables,
    }


def _true(questionnaire: Questionnaire, one: AskedQuestion, joint: Table) -> _Truth:
    """Count who is asked a question and what they answer."""
    routes = _routes(questionnaire, one)
    core = one.source in questionnaire.model.core
    if core:
        answers = Table(axes=(one.source,), values=np.ones(len(questionnaire.model.axes[one.source])))
    else:
        chances = questionnaire.chances[one.source]
        answers = Table(axes=(*chances.axes, _ANSWER), values=_ticked(questionnaire, one, chances.values))
    needed = {*PLACE, *answers.axes, *(axis for route in routes for axis in route.axes)}
    reached = [joint.summed(needed), *routes]
    return _Truth(
        people=joint.summed(PLACE).values,
        asked=multiplied(reached, PLACE).values,
        categories=multiplied([*reached, answers], (*PLACE, one.source if core else _ANSWER)).values,
    )


def _routes(questionnaire: Questionnaire, one: AskedQuestion) -> list[Table]:
    """Return the chance to be shown a question: a factor for each question on the way to it.

    Given the core, answers do not depend on each other, so the factors can be multiplied.
    """
    by_name = {other.question.name: other for other in questionnaire.asked}
    wanted: dict[str, tuple[Answer, ...]] = {}
    waiting = list(one.question.asked_if)
    while waiting:
        route = waiting.pop()
        known = wanted.get(route.question, route.codes)
        wanted[route.question] = tuple(code for code in route.codes if code in known)
        waiting += by_name[route.question].question.asked_if
    return [_opened(questionnaire, by_name[name], codes) for name, codes in sorted(wanted.items())]


def _opened(questionnaire: Questionnaire, gate: AskedQuestion, wanted: tuple[Answer, ...]) -> Table:
    """Return the chance that the answer to a question opens a route, given the core."""
    shares = gate.codes.shares(wanted) if gate.codes is not None else np.zeros(0)
    opens = Table(axes=(gate.source,), values=shares)
    if gate.source in questionnaire.model.core:
        return opens
    chances = questionnaire.chances[gate.source]
    return multiplied([table_of(gate.source, chances), opens], chances.axes)


def _ticked(questionnaire: Questionnaire, one: AskedQuestion, chances: FloatArray) -> FloatArray:
    """Return the chance that each option offered is ticked; one is also for those who tick nothing else."""
    if not one.options:
        return chances
    variable = questionnaire.model.variable(one.source)
    offered = [option for _, option in one.options]
    found = chances[..., [variable.categories.index(option) for option in offered]]
    if variable.otherwise in offered:
        found[..., offered.index(variable.otherwise)] += np.prod(1 - found, axis=-1)
    return found


def _arrival(questionnaire: Questionnaire, sample: Sample) -> _Truth:
    """Count people by year of arrival, from the first year."""
    people, plan = sample.people, sample.plan
    sizes = [len(questionnaire.model.axes[axis]) for axis in PLACE]
    years = np.zeros([*sizes, people.bands.size])
    years[plan.column("region"), plan.column("register")] = np.einsum(
        "sc,scy->sy", people.counts, people.years
    )
    return _Truth(people=years.sum(-1), asked=years.sum(-1), categories=years)


def _described(
    questionnaire: Questionnaire, one: AskedQuestion, variable: Variable, truth: _Truth
) -> dict[str, Any]:
    """Describe one harmonised variable in every domain."""
    names, numbers, counts = _values(questionnaire, one, variable, truth.categories)
    found: dict[str, Any] = {
        "type": variable.type,
        "national": _domain(names, numbers, counts.sum((0, 1)), (truth.asked.sum(), truth.people.sum())),
    }
    for place, axis in enumerate(PLACE):
        other = 1 - place
        by, asked, people = counts.sum(other), truth.asked.sum(other), truth.people.sum(other)
        found[axis] = {
            name: _domain(names, numbers, by[i], (asked[i], people[i]))
            for i, name in enumerate(questionnaire.model.axes[axis])
            if asked[i] > 0
        }
    return found


def _domain(
    names: Sequence[object], numbers: Sequence[float], counts: FloatArray, sizes: tuple[float, float]
) -> dict[str, Any]:
    """Describe one domain, of which so many are asked, and so many there are."""
    asked, people = sizes
    entry: dict[str, Any] = {"asked": _rounded(asked / people)}
    shares = counts / asked
    if names:
        entry["shares"] = {str(name): _rounded(share) for name, share in zip(names, shares, strict=True)}
    if numbers:
        entry["mean"] = _rounded(shares @ np.array(numbers))
    return entry


def _values(
    questionnaire: Questionnaire, one: AskedQuestion, variable: Variable, counts: FloatArray
) -> tuple[list[object], list[float], FloatArray]:
    """Return the values of a harmonised variable as names, as numbers, and how many have them."""
    if one.options:
        return [option for _, option in one.options], [], counts
    if one.source == ARRIVAL_YEAR:
        return [], [float(questionnaire.codebook.wave - year) for year in range(counts.shape[-1])], counts
    if one.codes is None:
        return [], [(low + high) / 2 for low, high in questionnaire.model.variable(one.source).bands], counts
    harmonised = _harmonised(questionnaire, one, variable, one.codes)
    values = (
        [category.code for category in variable.categories]
        if variable.type == "category"
        else sorted(set(harmonised.values()))
    )
    becomes = [
        one.codes.shares(tuple(code for code, found in harmonised.items() if found == value))
        for value in values
    ]
    numbers = [float(value) for value in values] if variable.type == "scale" else []
    return values, numbers, counts @ np.stack(becomes, axis=1)


def _harmonised(
    questionnaire: Questionnaire, one: AskedQuestion, variable: Variable, codes: Codes
) -> dict[Answer, Any]:
    """Return what each code that is an answer becomes."""
    mapping, scale = variable.waves[questionnaire.codebook.wave], one.question.scale
    answers = codes.answers[: len(codes.answers) - len(one.question.missing)]
    if variable.type == "category":
        return {code: mapping.codes[code] for code in answers}
    if mapping.reversed and scale is not None:
        return {code: scale.low + scale.high - int(code) for code in answers}
    return {code: code for code in answers}


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
