"""A survey file as the harmonised frame of its wave: one row a respondent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, Codebook, Question, Variable
from talentstats.errors import InputError
from talentstats.prepare.answer_codes import codes_of
from talentstats.prepare.answers import (
    CodedAnswers,
    Place,
    PlainAnswers,
    read_codes,
    read_dates,
    read_numbers,
    read_texts,
)
from talentstats.prepare.boxes import BoxAnswers, read_boxes
from talentstats.prepare.file_labels import contradictions, counted_otherwise
from talentstats.prepare.survey_columns import MatchedColumns, match_columns, plain
from talentstats.sources.survey_files.survey_file import FileVariable, SurveyFile

_LINES = 10
_READERS = {"number": read_numbers, "text": read_texts, "date": read_dates}

Answers = CodedAnswers | PlainAnswers | BoxAnswers


def harmonise(file: SurveyFile, codebook: Codebook, harmonised: Harmonised, *, dataset: str) -> pl.DataFrame:
    """Turn the codes of a survey file into the harmonised variables of its wave.

    Codes may be numbers or texts, or be replaced by their labels where those cannot be mistaken. A blank is
    `not_shown`; the codes for no answer keep their own reasons. Columns that no variable uses, such as an
    e-mail address, do not enter the frame.

    Parameters
    ----------
    file : SurveyFile
    codebook : Codebook
        The questionnaire of the file's wave.
    harmonised : Harmonised
    dataset : str
        Folder of the snapshot, for the column `dataset`.

    Returns
    -------
    polars.DataFrame
        `dataset`, `row` (the record's number in the file) and `harmonised.columns(codebook.wave)`.

    Raises
    ------
    InputError
        If the file is of another wave, or columns, codes, labels or values do not fit the codebook: all that
        is wrong in one error, without any value of a personal or quasi-identifying column.
    """
    harmonised.check(codebook)
    matched = match_columns(file, codebook, harmonised)
    reader = _Reader(file=file, matched=matched)
    variables = harmonised.in_wave(codebook.wave)
    used = {variable.waves[codebook.wave].question for variable in variables}
    read = {
        question.name: answers
        for question in codebook.questions
        if question.name in used and (answers := reader.read(question)) is not None
    }
    problems = [
        *matched.problems,
        *reader.contradictions(codebook),
        *(line for answers in read.values() for line in answers.problems),
    ]
    if problems:
        raise _unfit(problems, file, codebook)
    rows = pl.int_range(file.first_row, file.first_row + file.frame.height, eager=True)
    columns = [pl.repeat(dataset, file.frame.height, eager=True).alias("dataset"), rows.alias("row")]
    for variable in variables:
        mapping = variable.waves[codebook.wave]
        columns += _columns(
            variable, codebook.question(mapping.question), read[mapping.question], codebook.wave
        )
    return pl.DataFrame(columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the questions of a file whose columns have been found."""

    file: SurveyFile
    matched: MatchedColumns

    def read(self, question: Question) -> Answers | None:
        """Read the answers to a question, or None when its columns are not there."""
        if any(column not in self.matched.names for column in question.columns):
            return None
        place = Place(question=question, first_row=self.file.first_row)
        if question.type in _READERS:
            return _READERS[question.type](self._series(question.name), place)
        if question.type != "multiple":
            codes = codes_of(question, self._says(question.name).value_labels)
            return read_codes(self._series(question.name), codes, place)
        boxes = {
            option.name: read_codes(
                self._series(option.column),
                codes_of(question, self._says(option.column).value_labels, option),
                place,
            )
            for option in question.options
        }
        return read_boxes(boxes, place)

    def contradictions(self, codebook: Codebook) -> Iterator[str]:
        """Say where labels and missing codes of the file contradict the codebook."""
        for question in codebook.questions:
            for column in question.columns:
                if column in self.matched.names:
                    yield from contradictions(question, self._says(column))
        for answers in self.file.multiple_response:
            if set(answers.columns) & set(self.matched.names.values()):
                yield from counted_otherwise(answers)

    def _series(self, column: str) -> pl.Series:
        series = self.file.frame[self.matched.names[column]]
        # Parquet may hold a number that is none where other formats leave the cell blank.
        return series.fill_nan(None) if series.dtype.is_float() else series

    def _says(self, column: str) -> FileVariable:
        name = self.matched.names[column]
        return self.file.variables.get(name) or FileVariable(name=name)


def _columns(variable: Variable, question: Question, answers: Answers, wave: int) -> Iterator[pl.Series]:
    """Give the columns of one variable, and why there is no answer."""
    values, missing = _values(variable, question, answers, wave)
    yield from values
    if variable.role == "answer":
        yield _reasons(values[0], missing).alias(f"{variable.name}{MISSING}")


def _values(
    variable: Variable, question: Question, answers: Answers, wave: int
) -> tuple[list[pl.Series], pl.Series]:
    mapping = variable.waves[wave]
    if isinstance(answers, PlainAnswers):
        return [answers.values.alias(variable.name)], answers.missing
    if isinstance(answers, BoxAnswers):
        chosen = {mapping.codes[option]: values for option, values in answers.values.items()}
        offered = [one.code for one in variable.categories if one.code in chosen]
        return [chosen[code].alias(variable.option_column(code)) for code in offered], answers.missing
    by_code: Mapping[Any, Any] = mapping.codes
    if question.scale is not None:
        low, high = question.scale.low, question.scale.high
        by_code = {code: low + high - code if mapping.reversed else code for code in range(low, high + 1)}
    dtype = pl.Int64 if question.scale is not None else pl.String
    return [answers.values(by_code, dtype).alias(variable.name)], answers.missing()


def _reasons(values: pl.Series, missing: pl.Series) -> pl.Series:
    """Say why a value is null: the reason the file gives, or that the question was not shown."""
    if values.null_count() == 0:
        return pl.repeat(None, len(values), dtype=pl.String, eager=True)
    blank = pl.when(values.is_null()).then(pl.coalesce(missing, pl.lit("not_shown")))
    return pl.select(blank).to_series()


def _unfit(problems: list[str], file: SurveyFile, codebook: Codebook) -> InputError:
    more = len(problems) - _LINES
    shown = problems if more <= 0 else [*problems[: _LINES - 1], f"and {more + 1} more"]
    count = "one place" if len(problems) == 1 else f"{len(problems)} places"
    return InputError(
        f"The file contradicts the codebook of wave {codebook.wave} in {count}.",
        where=plain(file.path.name),
        expected=f"columns, codes and labels of codebook version {codebook.version}",
        got="".join(f"\n    - {line}" for line in shown),
        remedy="Ask the bureau for a corrected file, or correct the codebook if that is what is wrong.",
    )
