"""Read a text file with a delimiter: delimiter, encoding and decimal mark are found out."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from talentstats.errors import InputError, join_options
from talentstats.sources.survey_files.answers_as_text import convert, find_kinds, type_of
from talentstats.sources.survey_files.column_names import check_names, check_readable
from talentstats.sources.survey_files.column_types import canonical
from talentstats.sources.survey_files.request import Parsed, Request
from talentstats.sources.survey_files.survey_file import FileVariable
from talentstats.sources.survey_files.text_encoding import find_encoding

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE_RECORDS = 50
_LONGEST_CELL = 1 << 20
_BLOCK = 1 << 24


def parse_csv(request: Request) -> Parsed:
    """Read a file with a header line and one record a respondent.

    Columns become numbers or dates only when all their values are (see `find_kinds`).

    Raises
    ------
    InputError
        If the encoding or delimiter cannot be found out, the header is unusable, or a record has more or
        fewer cells than the header.
    """
    csv.field_size_limit(_LONGEST_CELL)
    path = Path(request.path)
    encoding = find_encoding(path, given=request.encoding)
    delimiter = _check_delimiter(request.delimiter) or _find_delimiter(path, encoding)
    names = _header(path, encoding, delimiter)
    kinds = find_kinds(_texts(path, encoding, delimiter, names), decimal=request.decimal)
    blocks = (convert(block, kinds) for block in _texts(path, encoding, delimiter, names))
    return Parsed(
        schema={name: type_of(kinds.get(name, "text")) for name in names},
        blocks=blocks,
        describe=lambda: tuple(FileVariable(name=name) for name in names),
        first_row=2,
        encoding=encoding,
    )


def _check_delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise InputError(
            "This cannot be a delimiter.",
            expected="one ASCII character, such as `;` or `,`",
            got=repr(delimiter)[:40],
            remedy="Leave `--delimiter` out: it is found out from the file.",
        )
    return delimiter


@contextmanager
def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Iterator[list[str]]]:
    with path.open(encoding=encoding, newline="") as stream:
        yield _not_blank(stream, delimiter)


def _not_blank(stream: TextIO, delimiter: str) -> Iterator[list[str]]:
    return (record for record in csv.reader(stream, delimiter=delimiter) if record)


def _find_delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter that splits the first records into most cells, the same number in each."""
    widths = {delimiter: _widths(path, encoding, delimiter) for delimiter in DELIMITERS}
    regular = [name for name, found in widths.items() if len(set(found)) == 1]
    best = max(regular or DELIMITERS, key=lambda name: widths[name][0] if widths[name] else 0)
    if not widths[best] or widths[best][0] < 2:
        best = max(DELIMITERS, key=lambda name: widths[name][0] if widths[name] else 0)
    if not widths[best] or widths[best][0] < 2:
        raise InputError(
            "No delimiter splits the header line of the file.",
            where="line 1",
            expected=join_options(("tab" if name == "\t" else name) for name in DELIMITERS),
            got="a line that none of them splits",
            remedy="Name the delimiter with `--delimiter`, and check that this is a data file.",
        )
    return best


def _widths(path: Path, encoding: str, delimiter: str) -> list[int]:
    with _records(path, encoding, delimiter) as records:
        try:
            return [len(record) for record in islice(records, _SAMPLE_RECORDS)]
        except csv.Error:
            return []


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    with _records(path, encoding, delimiter) as records:
        try:
            names = [name.strip() for name in next(records, [])]
        except csv.Error as error:
            raise _unclosed_quote() from error
    check_names(names)
    check_readable(names, what="The column names", encoding=encoding)
    return names


def _texts(path: Path, encoding: str, delimiter: str, names: list[str]) -> Iterator[pl.DataFrame]:
    """Give the records as texts, blanks null, in blocks of some megabytes."""
    try:
        with arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                column_names=names,
                skip_rows_after_names=1,
                encoding="utf8" if encoding in ("utf-8", "utf-8-sig") else encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        ) as reader:
            for batch in reader:
                block = pl.from_arrow(batch)
                yield canonical(block if isinstance(block, pl.DataFrame) else block.to_frame())
    except pa.ArrowInvalid as error:
        raise _ragged(path, encoding, delimiter, len(names)) from error


def _ragged(path: Path, encoding: str, delimiter: str, width: int) -> InputError:
    """Say which line has more or fewer cells than the header, without a word of what is in it."""
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            for record in reader:
                if record and len(record) != width:
                    return InputError(
                        "A line has another number of cells than the header.",
                        where=f"line {reader.line_num}",
                        expected=f"{width} cells",
                        got=f"{len(record)}",
                        remedy="Check the quotes in that line and the delimiter (`--delimiter`).",
                    )
        except csv.Error:
            return _unclosed_quote(reader.line_num)
    return _unclosed_quote()


def _unclosed_quote(line: int = 1) -> InputError:
    return InputError(
        "The quotes in a text file do not match.",
        where=f"line {line} or before it",
        expected='a closing `"` for every opening one, and `""` for a quote inside an answer',
        got="a cell that does not end",
        remedy="Correct the quotes, or ask for the file again.",
    )
