"""What is asked of the process that parses, and what it hands back to be written."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.survey_file import FileFormat, FileVariable, MultipleResponseSet

REQUEST = "request.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One file to read and what the user said of it.

    Attributes
    ----------
    delimiter, encoding, decimal, sheet : str or None
        None: found out from the file.
    header : tuple of str
        Names of columns by which the header row of a workbook is known; empty for the first row with cells.
    """

    path: str
    format: FileFormat
    limits: Limits
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A file that was recognised: what it says of its columns, and its records block by block.

    Attributes
    ----------
    schema : mapping of column to type
        Columns in the file's order, in the types the blocks have.
    describe : callable
        What the file says of its columns; asked for after the blocks, because a Stata file shows only then
        which extended missing values it uses.
    rows : int or None
        Number of records the file says it has.
    """

    schema: Mapping[str, pl.DataType]
    blocks: Iterator[pl.DataFrame]
    describe: Callable[[], tuple[FileVariable, ...]]
    multiple_response: tuple[MultipleResponseSet, ...] = ()
    first_row: int = 1
    encoding: str | None = None
    rows: int | None = None


def write_request(request: Request, folder: Path) -> None:
    """Write a request where the process that parses finds it."""
    (folder / REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")


def read_request(folder: Path) -> Request:
    """Read the request of a folder."""
    fields = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    typed = {"limits": Limits(**fields["limits"]), "header": tuple(fields["header"])}
    return Request(**{**fields, **typed})
