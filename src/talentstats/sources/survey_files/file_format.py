"""Which kind of file it is, by its content and by its name; the two must agree."""

from collections.abc import Mapping
from pathlib import Path

from talentstats.errors import InputError
from talentstats.sources.survey_files.limits import MEGABYTE, Limits
from talentstats.sources.survey_files.survey_file import FileFormat

EXTENSIONS: Mapping[str, FileFormat] = {
    ".sav": "sav",
    ".zsav": "zsav",
    ".dta": "dta",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
}
CALLED: Mapping[FileFormat, str] = {
    "sav": "an SPSS file",
    "zsav": "a compressed SPSS file",
    "dta": "a Stata file",
    "csv": "text",
    "xlsx": "an Excel workbook",
    "parquet": "a Parquet file",
}
_ACCEPTED = ".sav, .zsav, .dta, .csv, .xlsx or .parquet"
_FIRST_BYTES: tuple[tuple[bytes, FileFormat], ...] = (
    (b"$FL2", "sav"),
    (b"$FL3", "zsav"),
    (b"<stata_dta>", "dta"),
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "xlsx"),
)
#: Content that is refused by name: first bytes, what it is, what to do.
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel workbook with a password, or one of Excel 2003 or older",
        "Open it in Excel and save it as .xlsx without a password.",
    ),
    (b"PARE", "an encrypted Parquet file", "Ask for the file without encryption inside it."),
    (b"PK\x05\x06", "an empty zip archive", "Ask for the file again."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and import the file in it."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and import the file in it."),
    (b"Rar!", "a RAR archive", "Unpack it and import the file in it."),
    (b"%PDF", "a PDF document", "Ask for the data file itself."),
    (b"ARROW1", "a Feather file", "Save it as .parquet."),
    (b"RDX", "an R workspace", "Save the data frame as .sav, .dta or .parquet."),
    (b"SQLite format 3", "an SQLite database", "Export the table as .csv or .parquet."),
    (b"HEADER RECORD*******", "a SAS transport file", "Save it as .sav, .dta or .parquet."),
    (b"<?xml", "an XML document", "Ask for the data file itself."),
    (b"<!DOCTYPE", "a web page", "Download the file itself, not the page that shows it."),
    (b"<html", "a web page", "Download the file itself, not the page that shows it."),
    (b"\x7fELF", "a program", "Ask for the data file itself."),
    (b"MZ\x90", "a program", "Ask for the data file itself."),
)
_OLD_STATA = range(102, 116)


def find_format(path: Path, *, limits: Limits) -> FileFormat:
    """Say which of the formats that can be read a file has.

    Raises
    ------
    InputError
        If there is no readable file, it is empty or too large, its content is of another kind,
        or its extension says something else than its content.
    """
    start = _first_bytes(path, limits=limits)
    extension = path.suffix.lower()
    if extension not in EXTENSIONS:
        raise InputError(
            "A survey file has an extension that is not known.",
            where=str(path),
            expected=_ACCEPTED,
            got=f"`{extension}`" if extension else "no extension",
            remedy="Import the file as the research bureau delivered it, or save it as one of these.",
        )
    content = _by_content(start, path)
    said = EXTENSIONS[extension]
    if content != said and {content, said} != {"sav", "zsav"}:
        raise InputError(
            f"A survey file is {CALLED[content]}, but its extension says {CALLED[said]}.",
            where=str(path),
            expected=f"{CALLED[said]} in a file with extension `{extension}`",
            got=CALLED[content],
            remedy=f"If the content is right, rename it to `{path.stem}.{content}`; else ask for it again.",
        )
    return content


def _first_bytes(path: Path, *, limits: Limits) -> bytes:
    try:
        if path.is_dir():
            raise _no_file(path, "a folder")
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(64)
    except FileNotFoundError as error:
        raise _no_file(path, "no such file") from error
    except OSError as error:
        raise _no_file(path, f"a file that may not be read ({error.strerror})") from error
    if not start:
        raise InputError(
            "A survey file is empty.",
            where=str(path),
            expected="a file with answers in it",
            got="0 bytes",
            remedy="Ask for the file again; the transfer may have failed.",
        )
    if size > limits.file_mb * MEGABYTE:
        raise InputError(
            "A survey file is too large.",
            where=str(path),
            expected=f"at most {limits.file_mb:,} MB",
            got=f"{size / MEGABYTE:,.0f} MB",
            remedy="Check that it is the right file; else save it as .parquet, which is smaller.",
        )
    return start


def _no_file(path: Path, got: str) -> InputError:
    return InputError(
        "There is no survey file to read.",
        where=str(path),
        expected=f"a file ({_ACCEPTED})",
        got=got,
        remedy="Check the path and the rights on the file.",
    )


def _by_content(start: bytes, path: Path) -> FileFormat:
    for first, called, remedy in _REFUSED:
        if start.startswith(first):
            raise InputError(
                f"A survey file is {called}.",
                where=str(path),
                expected=_ACCEPTED,
                got=called,
                remedy=remedy,
            )
    for first, name in _FIRST_BYTES:
        if start.startswith(first):
            return name
    if len(start) > 2 and start[0] in _OLD_STATA and start[1] in (1, 2) and start[2] == 1:
        return "dta"
    return "csv"
