"""What the files of a synthetic wave say of themselves: labels from the codebook, and that nobody exists."""

from collections.abc import Iterator, Mapping

from talentstats.codebooks.model import Codebook, Question
from talentstats.codebooks.words import kind_label
from talentstats.synthetic.questionnaire import Questionnaire
from talentstats.synthetic.respondents import SYNTHETIC, WAVE
from talentstats.synthetic.sav_dictionary import Answer, SavColumn, SavFile, SavSet

_TICKED: Mapping[Answer, str] = {0: "Nee", 1: "Ja"}
_CODE_WIDTH = 8
# Bytes of the texts of a file, by harmonised name; remarks are the widest.
_WIDTHS = {"respondent_id": 16, "panel_id": 16, "municipality": 8, "stratum": 24, "psu": 24}
_OTHER_WIDTH = 96
_DECIMALS = {"design_weight": 4}

DOCUMENT = (
    "SYNTHETIC DATA. Nobody in this file exists.",
    "SYNTHETISCHE GEGEVENS. Niemand in dit bestand bestaat.",
    "Made by talentstats synthesise from a population model; see README.txt.",
)


def sav_file(questionnaire: Questionnaire, rows: int) -> SavFile:
    """Describe a wave as an SPSS file, with Dutch labels, as a bureau would deliver it."""
    codebook = questionnaire.codebook
    return SavFile(
        label=f"SYNTHETIC survey of internationals {codebook.wave}",
        created=f"31 Dec {codebook.wave % 100:02}",
        columns=tuple(_columns(questionnaire)),
        sets=tuple(_sets(codebook)),
        document=DOCUMENT,
        rows=rows,
    )


def _columns(questionnaire: Questionnaire) -> Iterator[SavColumn]:
    names = {column: name for name, column in questionnaire.design.items()}
    asked = {one.question.name for one in questionnaire.asked}
    for question in questionnaire.codebook.questions:
        if question.type == "multiple":
            yield from _options(question)
        else:
            yield _column(question, names.get(question.name), question.name in asked)
    yield SavColumn(name=WAVE, label="Meting")
    yield SavColumn(
        name=SYNTHETIC, label="Synthetisch: niemand in dit bestand bestaat", value_labels={1: "Ja"}
    )


def _options(question: Question) -> Iterator[SavColumn]:
    for option in question.options:
        yield SavColumn(
            name=option.column,
            label=f"{option.label.nl} - {question.text.nl}",
            value_labels={**_TICKED, **_reasons(question)},
            missing=tuple(one.code for one in question.missing),
        )


def _column(question: Question, design: str | None, asked: bool) -> SavColumn:
    labels: dict[Answer, str] = {one.code: one.label.nl for one in question.codes}
    if question.scale is not None:
        labels = {
            question.scale.low: question.scale.low_label.nl,
            question.scale.high: question.scale.high_label.nl,
        }
    text = question.type == "text" or any(isinstance(code, str) for code in labels)
    width = (_CODE_WIDTH if asked else _WIDTHS.get(design or "", _OTHER_WIDTH)) if text else 0
    return SavColumn(
        name=question.name,
        label=question.text.nl,
        width=width,
        decimals=_DECIMALS.get(design or "", 0),
        date=question.type == "date",
        measure={"scale": "ordinal", "number": "scale"}.get(question.type, "nominal"),  # type: ignore[arg-type]
        value_labels={**labels, **_reasons(question)},
        missing=tuple(one.code for one in question.missing),
    )


def _reasons(question: Question) -> dict[Answer, str]:
    return {one.code: kind_label(one.kind).nl for one in question.missing}


def _sets(codebook: Codebook) -> Iterator[SavSet]:
    for question in codebook.questions:
        if question.type == "multiple":
            yield SavSet(
                name=question.name,
                label=question.text.nl,
                columns=tuple(one.column for one in question.options),
            )
