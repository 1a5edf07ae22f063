"""What one wave asked of people of the model."""

from collections.abc import Mapping
from dataclasses import dataclass

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Answer, Codebook, Question, Variable
from talentstats.errors import InputError
from talentstats.synthetic.chances import Chances, chances_of
from talentstats.synthetic.codes import ARRIVAL_YEAR, COUNTRY, Asking, Codes, codes_of, country_chances
from talentstats.synthetic.population import PopulationModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AskedQuestion:
    """One question of a wave and the variable of the model that answers it.

    Attributes
    ----------
    variables : tuple of Variable
        The harmonised variables that are made from it.
    source : str
        Variable of the model.
    codes : Codes or None
        None for numbers and for questions with several answers.
    options : tuple of (column, option of the model)
        Of a question with several answers.
    missing : tuple of (code, chance)
        Codes that mean no answer.
    """

    question: Question
    variables: tuple[Variable, ...]
    source: str
    codes: Codes | None
    options: tuple[tuple[str, str], ...]
    missing: tuple[tuple[Answer, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Questionnaire:
    """The questions of one wave, in order.

    Attributes
    ----------
    design : mapping of harmonised name to column
        Columns that describe the sample.
    asked : tuple of AskedQuestion
    chances : mapping of name to Chances
        Of the variables of the model that the wave needs, the core first.
    """

    codebook: Codebook
    harmonised: Harmonised
    model: PopulationModel
    design: Mapping[str, str]
    asked: tuple[AskedQuestion, ...]
    chances: Mapping[str, Chances]

    @property
    def order(self) -> dict[str, int]:
        """Place of every question of the codebook."""
        return {question.name: place for place, question in enumerate(self.codebook.questions)}


def questionnaire_of(model: PopulationModel, harmonised: Harmonised, wave: int) -> Questionnaire:
    """Connect the questions of a wave with the model.

    Raises
    ------
    InputError
        If the model has no variable for a question, or a question no code for what people can be.
    """
    codebook = harmonised.codebooks[wave]
    variables = {**model.core, **model.answers}
    chances = {name: chances_of(variable, model.axes, wave) for name, variable in variables.items()}
    asking = Asking(model=model, wave=wave, chances={**chances, COUNTRY: country_chances(model)})
    asked: list[AskedQuestion] = []
    design: dict[str, str] = {}
    for question in codebook.questions:
        made = [one for one in harmonised.in_wave(wave) if one.waves[wave].question == question.name]
        answers = tuple(one for one in made if one.role == "answer")
        design |= {one.name: question.name for one in made if one.role == "design"}
        if answers:
            asked.append(_asked(asking, question, answers))
    used = {one.source for one in asked} | set(model.core) | {"mode"}
    return Questionnaire(
        codebook=codebook,
        harmonised=harmonised,
        model=model,
        design=design,
        asked=tuple(asked),
        chances={name: table for name, table in asking.chances.items() if name in used},
    )


def _asked(asking: Asking, question: Question, variables: tuple[Variable, ...]) -> AskedQuestion:
    source = _source(asking, question, variables)
    missing = asking.model.settings["missing"]
    rates = missing.get(variables[0].name, missing["default"])
    codes = variables[0].waves[asking.wave].codes
    return AskedQuestion(
        question=question,
        variables=variables,
        source=source,
        codes=codes_of(asking, question, variables, source),
        options=tuple((option.column, codes[option.name]) for option in question.options),
        missing=tuple((one.code, rates[one.kind]) for one in question.missing if one.kind in rates),
    )


def _source(asking: Asking, question: Question, variables: tuple[Variable, ...]) -> str:
    """Return the variable of the model that answers a question: its own, or what that is derived from."""
    model = asking.model
    names = [variable.name for variable in variables]
    own = [name for name in (*model.core, *model.answers, COUNTRY, ARRIVAL_YEAR) if name in names]
    derived = [model.derived[name].source for name in names if name in model.derived]
    if not own and not derived:
        raise InputError(
            f"The population model cannot answer `{question.name}` of {asking.wave}.",
            where=str(model.path),
            expected=f"`[answer.{names[0]}]`",
        )
    return (own or derived)[0]
