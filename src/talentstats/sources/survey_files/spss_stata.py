"""Read SPSS and Stata files: codes as they stand, labels, user-missing codes, multiple-response sets."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_names import check_names, check_readable, shown
from talentstats.sources.survey_files.column_types import canonical
from talentstats.sources.survey_files.dictionary import all_texts, describe_column, multiple_response_sets
from talentstats.sources.survey_files.request import Parsed, Request
from talentstats.sources.survey_files.stata_missing import as_number
from talentstats.sources.survey_files.text_encoding import known_encoding

_CELLS_AT_ONCE = 10_000_000
_STATA_TAG, _STATA_END = b"<stata_dta>", b"</stata_dta>"
#: Formats of SPSS whose seconds since 14 October 1582 are a day, or a moment.
_SPSS_DAYS = ("DATE", "ADATE", "EDATE", "SDATE", "JDATE")
_SPSS_MOMENTS = ("DATETIME", "YMDHMS")
_SPSS_EPOCH = -12_219_379_200
_STATA_EPOCH_DAYS = -3_653
_SECONDS_A_DAY = 86_400
#: 1 January of the year 1 and of the year 10000, in seconds since 1970.
_CALENDAR = (-62_135_596_800, 253_402_300_800)

_TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "spss_day": pl.Date(),
    "stata_day": pl.Date(),
    "spss_moment": pl.Datetime("us"),
    "stata_moment": pl.Datetime("us"),
}


def parse_spss_stata(request: Request) -> Parsed:
    """Read the dictionary of an SPSS or Stata file and give its records block by block.

    Raises
    ------
    InputError
        If the file is damaged or shorter than it says, its encoding is another than it says, or its
        dictionary is unusable.
    """
    read = _reader(request)
    _check_end(Path(request.path), request.format)
    _, about = read(metadataonly=True)
    names = [name or "" for name in about.column_names]
    check_names(names)
    check_readable(all_texts(about), what="The labels", encoding=about.file_encoding or request.encoding)
    kinds = {name: _kind(about, name, stata=request.format == "dta") for name in names}
    letters: dict[str, set[str]] = {name: set() for name in names}
    return Parsed(
        schema={name: _TYPES[kind] for name, kind in kinds.items()},
        blocks=_blocks(read, kinds, letters, rows=about.number_rows),
        describe=lambda: tuple(describe_column(about, name, letters[name]) for name in names),
        multiple_response=multiple_response_sets(about),
        encoding=request.encoding or about.file_encoding,
        rows=about.number_rows,
    )


def _reader(request: Request) -> Callable[..., tuple[Any, Any]]:
    read = pyreadstat.read_dta if request.format == "dta" else pyreadstat.read_sav
    encoding = None if request.encoding is None else known_encoding(request.encoding)

    def read_part(**part: Any) -> tuple[Any, Any]:
        try:
            return read(
                Path(request.path),
                user_missing=True,
                disable_datetime_conversion=True,
                output_format="dict",
                encoding=encoding,
                **part,
            )
        except UnicodeError as error:
            raise _wrong_encoding() from error
        except pyreadstat.ReadstatError as error:
            raise _wrong_encoding() if "convert" in str(error) else _damaged() from error

    return read_part


def _check_end(path: Path, kind: str) -> None:
    """Refuse a Stata file of version 13 or newer without its closing tag: its labels come last."""
    with path.open("rb") as stream:
        tagged = stream.read(len(_STATA_TAG)) == _STATA_TAG
        stream.seek(-min(path.stat().st_size, len(_STATA_END)), os.SEEK_END)
        if kind == "dta" and tagged and stream.read() != _STATA_END:
            raise _damaged()


def _blocks(
    read: Callable[..., tuple[Any, Any]],
    kinds: Mapping[str, str],
    letters: Mapping[str, set[str]],
    *,
    rows: int | None,
) -> Iterator[pl.DataFrame]:
    """Give the records block by block, and note the extended missing values of Stata that they hold."""
    at_once = max(1_000, _CELLS_AT_ONCE // len(kinds))
    offset = 0
    while True:
        values, about = read(row_offset=offset, row_limit=at_once)
        for name, found in about.missing_user_values.items():
            letters[name].update(found)
        block = canonical(pl.DataFrame([_series(name, values[name], kind) for name, kind in kinds.items()]))
        yield block
        offset += block.height
        if block.height < at_once or offset == rows:
            return


def _kind(about: Any, name: str, *, stata: bool) -> str:
    if about.readstat_variable_types[name] == "string":
        return "text"
    written = about.original_variable_types[name] or ""
    if stata:
        return "stata_day" if written.startswith(("%td", "%d", "%-td", "%-d")) else _stata_moment(written)
    spelled = written.rstrip("0123456789.")
    return "spss_day" if spelled in _SPSS_DAYS else "spss_moment" if spelled in _SPSS_MOMENTS else "number"


def _stata_moment(written: str) -> str:
    return "stata_moment" if written.startswith(("%tc", "%-tc", "%tC", "%-tC")) else "number"


def _series(name: str, values: list[Any], kind: str) -> pl.Series:
    if kind == "text":
        return pl.Series(name, values, dtype=pl.String)
    if any(isinstance(value, str) for value in values):
        values = [as_number(value) for value in values]
    numbers = pl.Series(name, values, dtype=pl.Float64)
    if kind == "number":
        return numbers
    return _moments(_seconds(numbers, kind), name).cast(_TYPES[kind])


def _seconds(numbers: pl.Series, kind: str) -> pl.Series:
    """Bring a date of SPSS or Stata to seconds since 1970."""
    if kind == "stata_day":
        return (numbers + _STATA_EPOCH_DAYS) * _SECONDS_A_DAY
    if kind == "stata_moment":
        return numbers / 1_000 + _STATA_EPOCH_DAYS * _SECONDS_A_DAY
    return numbers + _SPSS_EPOCH


def _moments(seconds: pl.Series, name: str) -> pl.Series:
    outside = ~seconds.is_between(*_CALENDAR, closed="left")
    if outside.any():
        raise InputError(
            "A date column holds values that are no dates.",
            where=f"column {shown(name)}",
            expected="days of the years 1 to 9999",
            got=f"{outside.sum():,} that are none",
            remedy="Make these dates blank or the column a number; the file may be damaged.",
        )
    return (seconds * 1_000_000).round().cast(pl.Int64).cast(pl.Datetime("us"))


def _wrong_encoding() -> InputError:
    return InputError(
        "The texts of the file are in another encoding than it says.",
        expected="labels and answers in the encoding that the file declares",
        got="bytes that are no characters in it",
        remedy="Name the encoding the file was written in with `--encoding`, such as `utf-8` or `cp1252`.",
    )


def _damaged() -> InputError:
    return InputError(
        "The file is damaged or not complete.",
        expected="a whole SPSS or Stata file",
        got="one that stops or contradicts itself",
        remedy="Ask for the file again, or open it in SPSS or Stata and save it anew.",
    )
