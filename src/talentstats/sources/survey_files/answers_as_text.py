"""Columns that arrive as text: which of them are numbers or dates, and which stay text."""

from collections.abc import Iterator, Mapping
from typing import Literal

import polars as pl

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_names import shown

#: What a column of texts can be, in the order of preference.
Kind = Literal["integer", "point", "comma", "iso_date", "day_first", "minutes", "seconds", "text"]
_WHOLE = r"-?(?:0|[1-9]\d{0,14})"
_PATTERNS: Mapping[Kind, str] = {
    "integer": r"^-?(?:0|[1-9]\d{0,17})$",
    "point": rf"^{_WHOLE}(?:\.\d+)?(?:[eE][+-]\d{{1,3}})?$",
    "comma": rf"^{_WHOLE}(?:,\d+)?(?:[eE][+-]\d{{1,3}})?$",
    "iso_date": r"^\d{4}-\d\d-\d\d$",
    "day_first": r"^\d\d-\d\d-\d{4}$",
    "minutes": r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d$",
    "seconds": r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?$",
}
_MOMENTS: Mapping[Kind, str] = {
    "iso_date": "%Y-%m-%d",
    "day_first": "%d-%m-%Y",
    "minutes": "%Y-%m-%d %H:%M",
    "seconds": "%Y-%m-%d %H:%M:%S%.f",
}
_TYPES: Mapping[Kind, pl.DataType] = {
    "integer": pl.Int64(),
    "point": pl.Float64(),
    "comma": pl.Float64(),
    "iso_date": pl.Date(),
    "day_first": pl.Date(),
    "minutes": pl.Datetime("us"),
    "seconds": pl.Datetime("us"),
    "text": pl.String(),
}


def find_kinds(blocks: Iterator[pl.DataFrame], *, decimal: str | None) -> dict[str, Kind]:
    """Say what each column is, from all its values: a number only if every value is one.

    A value with a leading zero (`0546`) makes the column text, as does anything that no number looks like.

    Parameters
    ----------
    blocks : iterator of polars.DataFrame
        Columns of text, blanks null.
    decimal : {".", ","}, optional
        The decimal mark; None: the one that the columns have.

    Raises
    ------
    InputError
        If some columns have numbers with a comma and others with a point, and nobody said which is right.
    """
    possible: dict[str, frozenset[Kind]] = {}
    filled: set[str] = set()
    for block in blocks:
        for series in block:
            values = series.drop_nulls()
            if values.is_empty():
                possible.setdefault(series.name, frozenset(_PATTERNS))
                continue
            filled.add(series.name)
            possible[series.name] = _still_possible(values, possible.get(series.name, frozenset(_PATTERNS)))
    kinds = {name: _choose(left if name in filled else frozenset()) for name, left in possible.items()}
    return _with_one_mark(kinds, decimal=decimal)


def _still_possible(values: pl.Series, kinds: frozenset[Kind]) -> frozenset[Kind]:
    if "integer" in kinds and values.str.contains(_PATTERNS["integer"]).all():
        longest = values.str.len_chars().max()
        short = isinstance(longest, int) and longest <= 15
        return kinds & ({"integer", "point", "comma"} if short else {"integer"})
    return frozenset(kind for kind in kinds - {"integer"} if _all_are(values, kind))


def _all_are(values: pl.Series, kind: Kind) -> bool:
    if not values.str.contains(_PATTERNS[kind]).all():
        return False
    return kind not in _MOMENTS or _as_moment(values, kind, strict=False).null_count() == 0


def _choose(left: frozenset[Kind]) -> Kind:
    return next((kind for kind in _PATTERNS if kind in left), "text")


def _with_one_mark(kinds: dict[str, Kind], *, decimal: str | None) -> dict[str, Kind]:
    if decimal is not None:
        other: Kind = "comma" if decimal == "." else "point"
        return {name: "text" if kind == other else kind for name, kind in kinds.items()}
    with_comma = [name for name, kind in kinds.items() if kind == "comma"]
    with_point = [name for name, kind in kinds.items() if kind == "point"]
    if with_comma and with_point:
        raise InputError(
            "Some columns have numbers with a decimal comma and others with a decimal point.",
            expected="one decimal mark in a file",
            got=f"a comma in column {shown(with_comma[0])}, a point in column {shown(with_point[0])}",
            remedy="Say which it is with `--decimal ,` or `--decimal .`; columns with the other stay text.",
        )
    return kinds


def type_of(kind: Kind) -> pl.DataType:
    """Return the type of a column of this kind."""
    return _TYPES[kind]


def convert(block: pl.DataFrame, kinds: Mapping[str, Kind]) -> pl.DataFrame:
    """Turn columns of text into what they are."""
    return pl.DataFrame([_converted(series, kinds[series.name]) for series in block])


def _converted(values: pl.Series, kind: Kind) -> pl.Series:
    if kind in _MOMENTS:
        return _as_moment(values, kind, strict=True)
    if kind == "comma":
        values = values.str.replace(",", ".", literal=True)
    return values.cast(_TYPES[kind])


def _as_moment(values: pl.Series, kind: Kind, *, strict: bool) -> pl.Series:
    text = values.str.replace("T", " ", literal=True)
    if isinstance(_TYPES[kind], pl.Date):
        return text.str.to_date(_MOMENTS[kind], strict=strict)
    return text.str.to_datetime(_MOMENTS[kind], time_unit="us", strict=strict)
