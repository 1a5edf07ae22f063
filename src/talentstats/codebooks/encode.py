"""The way back: harmonised answers as the codes of a wave's file."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING, Answer, Codebook, Question, Variable
from talentstats.errors import InputError

#: Suffix of the column that says which of several codes a respondent gave.
RAW = "__raw"
_TICKED = {"yes": 1, "no": 0}


def encode(frame: pl.DataFrame, codebook: Codebook, harmonised: Harmonised) -> pl.DataFrame:
    """Write harmonised answers as the columns and codes of one wave's file.

    Harmonising the result gives the same answers back.

    Parameters
    ----------
    frame : polars.DataFrame
        Harmonised columns of that wave. Where several codes of the file become one category,
        `<variable>__raw` can say which it was; otherwise it is the first of them. Questions that no
        variable uses, such as an e-mail address, are taken from a column with the question's name, if any.
    codebook : Codebook
    harmonised : Harmonised

    Returns
    -------
    polars.DataFrame
        One column for each column of the codebook, in its order; `not_shown` is null.

    Raises
    ------
    InputError
        If a column is missing, holds a value that is no category, gives a reason for which the codebook has
        no code, or a raw code contradicts its category.
    """
    variables = harmonised.in_wave(codebook.wave)
    _refuse_missing(frame, variables, codebook.wave)
    columns: list[pl.Series] = []
    for question in codebook.questions:
        feeding = [one for one in variables if one.waves[codebook.wave].question == question.name]
        if not feeding:
            columns.append(_unused(frame, question))
        elif question.type == "multiple":
            columns += _ticks(frame, question, feeding[0], codebook.wave)
        else:
            columns.append(_column(frame, question, feeding, codebook.wave))
    return pl.DataFrame(columns)


def _refuse_missing(frame: pl.DataFrame, variables: Sequence[Variable], wave: int) -> None:
    needed = [column for variable in variables for column in variable.columns_in(wave)]
    absent = [column for column in needed if column not in frame.columns]
    if absent:
        raise InputError(
            f"Harmonised columns of wave {wave} are not there.",
            expected=f"{len(needed)} columns",
            got="without " + ", ".join(f"`{name}`" for name in absent),
        )


def _unused(frame: pl.DataFrame, question: Question) -> pl.Series:
    if question.name in frame.columns:
        return frame[question.name]
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias(question.name)


def _column(frame: pl.DataFrame, question: Question, feeding: Sequence[Variable], wave: int) -> pl.Series:
    """Write one column, from the variable that tells most of its codes apart."""
    finest = max(feeding, key=lambda one: len(set(one.waves[wave].codes.values())))
    mapping = finest.waves[wave]
    values = frame[finest.name]
    if finest.type == "category":
        values = _codes(values, mapping.codes, question)
        raw = next((f"{one.name}{RAW}" for one in feeding if f"{one.name}{RAW}" in frame.columns), None)
        if raw is not None:
            values = _with_raw(frame, values, raw, question, mapping.codes)
    elif mapping.reversed and question.scale is not None:
        values = question.scale.low + question.scale.high - values
    reasons = _reasons(frame, finest, question)
    return (values if reasons is None else _filled(values, reasons)).alias(question.name)


def _filled(values: pl.Series, reasons: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(values, reasons.cast(values.dtype))).to_series()


def _codes(values: pl.Series, codes: Mapping[Answer, str], question: Question) -> pl.Series:
    return _replaced(values, _first_codes(codes), question)


def _first_codes(codes: Mapping[Answer, str]) -> dict[str, Answer]:
    first: dict[str, Answer] = {}
    for code, category in codes.items():
        first.setdefault(category, code)
    return first


def _replaced(values: pl.Series, old_new: Mapping[str, Answer], question: Question) -> pl.Series:
    """Replace every value; one that is not in the mapping is an error, null stays null."""
    dtype = pl.String if any(isinstance(code, str) for code in old_new.values()) else pl.Int64
    old, new = pl.Series(list(old_new), dtype=pl.String), pl.Series(list(old_new.values()), dtype=dtype)
    found = values.cast(pl.String).replace_strict(old, new, default=None, return_dtype=dtype)
    unknown = found.null_count() - values.null_count()
    if unknown:
        raise InputError(
            f"`{values.name}` holds values that question `{question.name}` has no code for.",
            expected=", ".join(f"`{name}`" for name in old_new) or "nulls only",
            got=f"others in {unknown} rows",
        )
    return found


def _with_raw(
    frame: pl.DataFrame, values: pl.Series, raw: str, question: Question, codes: Mapping[Answer, str]
) -> pl.Series:
    """Take the code that was given, where it becomes the same category."""
    given = frame[raw].cast(values.dtype)
    first = _first_codes(codes)
    again = given.replace_strict(
        list(codes), [first[category] for category in codes.values()], default=None, return_dtype=values.dtype
    )
    wrong = (given.is_not_null() & ~again.eq_missing(values)).sum()
    if wrong:
        raise InputError(
            f"`{raw}` contradicts the category in {wrong} rows.",
            expected=f"a code of `{question.name}` that becomes the category beside it, or null",
        )
    return pl.select(pl.coalesce(given, values)).to_series()


def _reasons(frame: pl.DataFrame, variable: Variable, question: Question) -> pl.Series | None:
    """Give the code for why there is no answer, null where there is one or the question was not shown."""
    name = f"{variable.name}{MISSING}"
    if name not in frame.columns or frame[name].null_count() == frame.height:
        return None
    codes: dict[str, Answer] = {}
    for one in question.missing:
        codes.setdefault(one.kind, one.code)
    shown = frame.select(pl.when(pl.col(name) != "not_shown").then(pl.col(name)).alias(name)).to_series()
    return _replaced(shown, codes, question)


def _ticks(frame: pl.DataFrame, question: Question, variable: Variable, wave: int) -> Iterator[pl.Series]:
    reasons = _reasons(frame, variable, question)
    categories = variable.waves[wave].codes
    for option in question.options:
        answers = frame[variable.option_column(categories[option.name])]
        ticked = _replaced(answers, _TICKED, question)
        yield (ticked if reasons is None else _filled(ticked, reasons)).alias(option.column)
