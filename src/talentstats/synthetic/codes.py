"""Which codes of a question stand for what people of the model are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from talentstats.codebooks.model import Answer, Question, Variable
from talentstats.errors import InputError
from talentstats.synthetic.chances import Chances, FloatArray, IntArray
from talentstats.synthetic.population import PopulationModel

COUNTRY = "country_of_birth"
ARRIVAL_YEAR = "arrival_year"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Codes:
    """Which codes of a question stand for each category of the model.

    Attributes
    ----------
    answers : tuple
        Codes of the file; those that mean no answer come last.
    first, count : (categories,) int
        Where the codes of a category begin in `places`, and how many there are.
    places : (any,) int
        Places in `answers`.
    """

    answers: tuple[Answer, ...]
    first: IntArray
    count: IntArray
    places: npt.NDArray[np.uint8]

    def shares(self, wanted: tuple[Answer, ...]) -> FloatArray:
        """Return the share of each category that gives one of these codes."""
        inside = np.array([self.answers[place] in wanted for place in self.places], dtype=np.float64)
        spans = zip(self.first, self.count, strict=True)
        return np.array([inside[start : start + size].mean() if size else 0.0 for start, size in spans])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asking:
    """A wave that asks people of the model, with the chances of what they are and think."""

    model: PopulationModel
    wave: int
    chances: Mapping[str, Chances]


def codes_of(
    asking: Asking, question: Question, variables: tuple[Variable, ...], source: str
) -> Codes | None:
    """Find the codes that become each category of the model, in every variable made from the question.

    Parameters
    ----------
    asking : Asking
    question : Question
    variables : tuple of Variable
        The harmonised variables that are made from it.
    source : str
        The variable of the model that answers it.

    Returns
    -------
    Codes or None
        None for numbers and questions with several answers: they have no codes to find.

    Raises
    ------
    InputError
        If there is no code for something that people of the model can be.
    """
    found: list[list[Answer]]
    if question.type in ("number", "multiple"):
        return None
    if source == COUNTRY:
        found = [[code] for code in country_codes(asking.model)]
    elif question.type == "scale":
        found = [[value] for value in _scale_values(asking, question, variables[0])]
    else:
        found = _category_codes(asking, question, variables, source)
    answers = list(dict.fromkeys(code for codes in found for code in codes))
    return Codes(
        answers=(*answers, *(one.code for one in question.missing)),
        first=np.cumsum([0, *(len(codes) for codes in found[:-1])]),
        count=np.array([len(codes) for codes in found]),
        places=np.array([answers.index(code) for codes in found for code in codes], dtype=np.uint8),
    )


def _category_codes(
    asking: Asking, question: Question, variables: tuple[Variable, ...], source: str
) -> list[list[Answer]]:
    model, wave = asking.model, asking.wave
    said = model.asked_as.get((wave, source), {})
    categories = model.variable(source).categories
    found = [
        list(_candidates(asking, question, variables, (source, said.get(one, one)))) for one in categories
    ]
    possible = asking.chances[source].values.reshape(-1, len(categories)).max(0) > 0
    for category, codes, can_be in zip(categories, found, possible, strict=True):
        if can_be and not codes:
            raise InputError(
                f"Question `{question.name}` of {wave} has no code for `{category}` of `{source}`.",
                where=str(model.path),
                remedy=f"Say in `[asked_as.{wave}]` what these people answered.",
            )
    return found


def _candidates(
    asking: Asking, question: Question, variables: tuple[Variable, ...], answer: tuple[str, str]
) -> Iterator[Answer]:
    """Give the codes that say the same as a (variable, category) of the model, whatever is made of them."""
    source, category = answer
    derived = asking.model.derived
    wanted = {
        one.name: category if one.name == source else derived[one.name].values[category] for one in variables
    }
    for code in question.codes:
        if all(one.waves[asking.wave].codes[code.code] == wanted[one.name] for one in variables):
            yield code.code


def _scale_values(asking: Asking, question: Question, variable: Variable) -> list[int]:
    """Return the code of each point of a scale; points that were not offered become its nearest end."""
    scale, own = question.scale, variable.scale
    if scale is None or own is None:
        raise InputError(
            f"Question `{question.name}` has no scale.", where=f"codebook {asking.wave}", expected="`scale`"
        )
    points = range(len(asking.model.variable(variable.name).categories))
    values = [min(max(own.low + point, scale.low), scale.high) for point in points]
    backwards = variable.waves[asking.wave].reversed
    return [scale.low + scale.high - value if backwards else value for value in values]


def country_codes(model: PopulationModel) -> list[str]:
    """Return the countries in which people of the model were born."""
    return sorted({code for codes in model.settings["countries"].values() for code in codes})


def country_chances(model: PopulationModel) -> Chances:
    """Return the chances of countries of birth, by nationality and register."""
    codes = country_codes(model)
    axes = ("nationality_group", "register")
    values = np.zeros([*(len(model.axes[axis]) for axis in axes), len(codes)])
    for i, nationality in enumerate(model.axes["nationality_group"]):
        for j, register in enumerate(model.axes["register"]):
            shares = model.settings["countries"].get(register, model.settings["countries"][nationality])
            values[i, j] = [shares.get(code, 0.0) for code in codes]
    return Chances(axes=axes, values=values / values.sum(-1, keepdims=True))
