"""The data dictionary of a wave: one offline HTML page in one language."""

from dataclasses import dataclass
from importlib import resources

import jinja2

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import Answer, Codebook, Question, Variable
from talentstats.codebooks.question_words import asked_of, bounds_of, scale_of
from talentstats.codebooks.words import section
from talentstats.schemas.schema import Text
from talentstats.terms import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One answer as a line of the page.

    Attributes
    ----------
    code : int, float or str
        Code in the file; of a box, its column.
    becomes : tuple of Text
        The category of each harmonised variable, in their order.
    """

    code: Answer
    label: Text
    becomes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """What changed against another wave: `comparable`, `broken` or `absent`, and why."""

    wave: int
    outcome: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableLines:
    """A harmonised variable and how it compares with the other waves."""

    variable: Variable
    unchanged: tuple[int, ...]
    changed: tuple[WaveLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLines:
    """All that the page says of one question; what the bureau filled in was asked of nobody."""

    question: Question
    asked: Text | None
    range: Text | None
    answers: tuple[AnswerLine, ...]
    variables: tuple[VariableLines, ...]


def render_dictionary(
    codebook: Codebook, harmonised: Harmonised, *, language: Language, synthetic: bool
) -> str:
    """Write the data dictionary of one wave in one language.

    Parameters
    ----------
    codebook : Codebook
    harmonised : Harmonised
    language : {"nl", "en"}
    synthetic : bool
        Whether the answers are synthetic; the page then says so.

    Returns
    -------
    str
        A complete HTML document: everything escaped, nothing loaded from elsewhere. The same codebook gives
        the same text.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.lstrip_blocks = True
    environment.filters["say"] = lambda text: text.in_language(language)
    source = resources.files("talentstats.codebooks").joinpath("page.html.jinja")
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(
        language=language,
        text=section("page", language),
        types=section("type", language),
        sensitivities=section("sensitivity", language),
        kinds=section("kind", language),
        units=section("unit", language),
        codebook=codebook,
        fieldwork=[_day(day.isoformat(), language) for day in codebook.fieldwork],
        questions=[_question_lines(question, codebook, harmonised) for question in codebook.questions],
        synthetic=synthetic,
    )


def _day(written: str, language: Language) -> str:
    """Write a day as readers of the language do: `15-09-2025`, `15/09/2025`."""
    return ("-" if language == "nl" else "/").join(reversed(written.split("-")))


def _question_lines(question: Question, codebook: Codebook, harmonised: Harmonised) -> QuestionLines:
    wave = codebook.wave
    variables = [one for one in harmonised.in_wave(wave) if one.waves[wave].question == question.name]
    conditions = harmonised.routing(variables[0].name, wave) if variables else ()
    filled_in = any(variable.role == "design" for variable in variables)
    return QuestionLines(
        question=question,
        asked=None if filled_in else asked_of(conditions, harmonised),
        range=_range(question),
        answers=_answers(question, variables, wave),
        variables=tuple(_variable_lines(variable, wave, harmonised) for variable in variables),
    )


def _range(question: Question) -> Text | None:
    if question.scale is not None:
        return scale_of(question)
    bounded = question.minimum is not None or question.maximum is not None
    return bounds_of(question) if bounded else None


def _answers(question: Question, variables: list[Variable], wave: int) -> tuple[AnswerLine, ...]:
    def becomes(code: Answer) -> tuple[Text, ...]:
        return tuple(_category(variable, variable.waves[wave].codes[code]) for variable in variables)

    codes = [AnswerLine(code=one.code, label=one.label, becomes=becomes(one.code)) for one in question.codes]
    boxes = [
        AnswerLine(code=one.column, label=one.label, becomes=becomes(one.name)) for one in question.options
    ]
    return (*codes, *boxes)


def _category(variable: Variable, code: str) -> Text:
    return next(category.label for category in variable.categories if category.code == code)


def _variable_lines(variable: Variable, wave: int, harmonised: Harmonised) -> VariableLines:
    lines = {
        other: _wave_line(variable, wave, other, harmonised) for other in harmonised.waves if other != wave
    }
    return VariableLines(
        variable=variable,
        unchanged=tuple(other for other, line in lines.items() if line is None),
        changed=tuple(line for line in lines.values() if line is not None),
    )


def _wave_line(variable: Variable, wave: int, other: int, harmonised: Harmonised) -> WaveLine | None:
    reason = harmonised.comparable(variable.name, wave, other)
    if reason is not None:
        outcome = "broken" if other in variable.waves else "absent"
        return WaveLine(wave=other, outcome=outcome, reason=reason)
    note = variable.waves[other].reason
    return None if note is None else WaveLine(wave=other, outcome="comparable", reason=note)
