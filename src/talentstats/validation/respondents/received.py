"""Whether the file that was received, and its labels, are of this wave."""

from collections.abc import Iterator

import polars as pl

from talentstats.codebooks.model import Question
from talentstats.schemas.respondents import WaveCheck
from talentstats.sources.survey_files.survey_file import Answer, FileVariable
from talentstats.validation.respondents.rules import deviations
from talentstats.validation.respondents.wave import Wave


def wave_agrees(wave: Wave, _check: WaveCheck) -> pl.DataFrame:
    """Rows of the file that say they are of another wave, or of another version of the code lists."""
    if wave.file is None:
        return deviations([])
    said = {"wave": str(wave.codebook.wave), "codebook_version": wave.codebook.version}
    names = {name.lower(): name for name in wave.file.frame.columns}
    return deviations(
        (column, None, float((_as_code_text(wave.file.frame[names[column]]) != wanted).sum()), 0.0)
        for column, wanted in said.items()
        if column in names
    )


def labels_agree(wave: Wave, _check: WaveCheck) -> pl.DataFrame:
    """Codes to which the file gives the label of another code, or that the codebook does not have."""
    return deviations(
        (question.name, _named(code, label), float(_belongs_elsewhere(question, code, label)), 0.0)
        for question, code, label in _labels(wave)
    )


def labels_known(wave: Wave, _check: WaveCheck) -> pl.DataFrame:
    """Codes of answers to which the file gives a label that the codebook does not give to any code."""
    return deviations(
        (question.name, _named(code, label), float(not _known_labels(question, label)), 0.0)
        for question, code, label in _labels(wave)
        if _code_text(code) not in {_code_text(one.code) for one in question.missing}
    )


def _labels(wave: Wave) -> Iterator[tuple[Question, Answer, str]]:
    """Yield the labels of the file for the codes of questions with one column."""
    if wave.file is None:
        return
    given = {name.lower(): one for name, one in wave.file.variables.items()}
    for question in wave.codebook.questions:
        variable = given.get(question.name.lower(), FileVariable(name=question.name))
        if question.codes:
            yield from ((question, code, label) for code, label in variable.value_labels.items())


def _belongs_elsewhere(question: Question, code: Answer, label: str) -> bool:
    answers = {_code_text(one.code) for one in question.codes}
    known = answers | {_code_text(one.code) for one in question.missing}
    meant = _known_labels(question, label)
    return _code_text(code) not in known or bool(meant and _code_text(code) not in meant)


def _known_labels(question: Question, label: str) -> set[str]:
    """Return the codes to which the codebook gives a label; those of missing answers have none of ours."""
    if _plain(label) == "":
        return set()
    return {
        _code_text(one.code)
        for one in question.codes
        if _plain(label) in (_plain(one.label.nl), _plain(one.label.en))
    }


def _plain(label: str) -> str:
    return " ".join(label.split()).casefold()


def _code_text(code: Answer) -> str:
    return str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)


def _as_code_text(values: pl.Series) -> pl.Series:
    whole = values.cast(pl.Int64, strict=False) if values.dtype.is_float() else values
    return whole.cast(pl.String).str.strip_chars().fill_null("")


def _named(code: Answer, label: str) -> str:
    return f"{_code_text(code)} = {label}"
