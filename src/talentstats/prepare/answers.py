"""The answers in the columns of one question, and what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from talentstats.codebooks.model import MissingKind, Question
from talentstats.prepare.answer_codes import AnswerCodes
from talentstats.prepare.survey_columns import plain

_NAMED = 3
#: What a code looks like; anything else that stands in a column of codes may be about a person.
_LIKE_A_CODE = re.compile(r"-?\d{1,3}(?:\.0)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where answers stand, for the lines about problems.

    Attributes
    ----------
    first_row : int
        Number of the first record in the words of the file.
    """

    question: Question
    first_row: int

    def line(self, series: pl.Series, wrong: pl.Series, what: str) -> str:
        """Say what is wrong, in how many records, and which is the first."""
        rows = wrong.fill_null(value=False).arg_true()
        count = "1 record" if len(rows) == 1 else f"{len(rows)} records"
        return f"`{plain(series.name)}`: {what} in {count}, first row {self.first_row + int(rows[0])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedAnswers:
    """A column of codes, and what each of its values stands for.

    Attributes
    ----------
    codes : mapping of value to code
        Values that are answers.
    kinds : mapping of value to kind
        Values that say why there is no answer.
    """

    series: pl.Series
    codes: Mapping[object, object]
    kinds: Mapping[object, MissingKind]
    problems: tuple[str, ...] = ()

    def values(self, by_code: Mapping[Any, Any], dtype: type[pl.DataType]) -> pl.Series:
        """Replace each value by what its code becomes; null where there is no answer."""
        return replaced(self.series, {value: by_code[code] for value, code in self.codes.items()}, dtype)

    def missing(self) -> pl.Series:
        """Say why there is no answer; null where the file does not say."""
        return replaced(self.series, self.kinds, pl.String)


def replaced(series: pl.Series, old_new: Mapping[Any, Any], dtype: type[pl.DataType]) -> pl.Series:
    """Replace the values that are known; others become null."""
    if not old_new:
        return pl.repeat(None, len(series), dtype=dtype, eager=True).alias(series.name)
    old = pl.Series(list(old_new), dtype=series.dtype)
    return series.replace_strict(old, pl.Series(list(old_new.values()), dtype=dtype), default=None)


def read_codes(series: pl.Series, answers: AnswerCodes, place: Place) -> CodedAnswers:
    """Find out what each value of a column of codes stands for.

    Only the distinct values are looked at one by one.
    """
    distinct = _distinct(series)
    found = {value: answers.find(value) for value in distinct}
    known = {value: code for value, code in found.items() if code is not None}
    unknown = [value for value, code in found.items() if code is None and not _blank(value)]
    return CodedAnswers(
        series=series,
        codes={value: code for value, code in known.items() if code in answers.codes},
        kinds={value: answers.missing[code] for value, code in known.items() if code in answers.missing},
        problems=(_unknown_line(series, unknown, place),) if unknown else (),
    )


def _distinct(series: pl.Series) -> Sequence[object]:
    return sorted(series.drop_nulls().unique().to_list())


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _unknown_line(series: pl.Series, unknown: Sequence[object], place: Place) -> str:
    wrong = series.is_in(pl.Series(unknown, dtype=series.dtype).implode())
    shown = [_written(value) for value in unknown[:_NAMED]]
    codes = "a code" if len(unknown) == 1 else f"{len(unknown)} codes"
    if place.question.sensitivity == "public" and all(shown):
        named = ", ".join(f"`{value}`" for value in shown) + (", ..." if len(unknown) > _NAMED else "")
        codes = f"{codes} ({named})"
    return place.line(series, wrong, f"{codes} that the codebook does not have")


def _written(value: object) -> str:
    text = str(value).strip().removesuffix(".0")
    return text if _LIKE_A_CODE.fullmatch(text) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainAnswers:
    """A column of numbers, texts or dates with the reasons for the answers that are not there."""

    values: pl.Series
    missing: pl.Series
    problems: tuple[str, ...] = ()


def read_numbers(series: pl.Series, place: Place) -> PlainAnswers:
    """Read a column of numbers."""
    filled = _without_blanks(series)
    numbers = filled.cast(pl.Float64, strict=False)
    wrong = filled.is_not_null() & (numbers.is_null() | ~numbers.is_finite())
    problems = (place.line(series, wrong, "no number"),) if wrong.any() else ()
    kinds = {float(one.code): one.kind for one in place.question.missing}
    missing = replaced(numbers, kinds, pl.String)
    return PlainAnswers(values=_unless(missing, numbers), missing=missing, problems=problems)


def read_texts(series: pl.Series, place: Place) -> PlainAnswers:
    """Read a column of texts; whole numbers are written without decimals."""
    texts = _without_blanks(series)
    if texts.dtype == pl.Float64 and (texts.drop_nulls() == texts.drop_nulls().round()).all():
        texts = texts.cast(pl.Int64, strict=False)
    texts = texts.cast(pl.String)
    missing = replaced(texts, {str(one.code): one.kind for one in place.question.missing}, pl.String)
    return PlainAnswers(values=_unless(missing, texts), missing=missing)


def read_dates(series: pl.Series, place: Place) -> PlainAnswers:
    """Read a column of dates, or of texts such as `2025-10-02`."""
    filled = _without_blanks(series)
    if filled.dtype == pl.String:
        dates = filled.str.to_date("%Y-%m-%d", strict=False)
    elif filled.dtype in (pl.Date, pl.Datetime):
        dates = filled.cast(pl.Date)
    else:
        dates = pl.repeat(None, len(filled), dtype=pl.Date, eager=True)
    wrong = filled.is_not_null() & dates.is_null()
    problems = (place.line(series, wrong, "no date"),) if wrong.any() else ()
    return PlainAnswers(values=dates, missing=replaced(filled, {}, pl.String), problems=problems)


def _without_blanks(series: pl.Series) -> pl.Series:
    """Make nulls of texts with nothing in them."""
    if series.dtype != pl.String:
        return series
    stripped = series.str.strip_chars()
    return stripped.set(stripped == "", None)


def _unless(missing: pl.Series, values: pl.Series) -> pl.Series:
    if missing.null_count() == len(missing):
        return values
    return values.set(missing.is_not_null(), None)
