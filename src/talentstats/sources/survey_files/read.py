"""Read a survey file that nobody has looked at yet."""

import tempfile
from pathlib import Path

import polars as pl

from talentstats.errors import InputError, join_options
from talentstats.sources.survey_files.child import run_child
from talentstats.sources.survey_files.exchange import (
    NothingUsableError,
    read_about,
    read_records,
    read_refusal,
)
from talentstats.sources.survey_files.file_format import find_format
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.request import Request, write_request
from talentstats.sources.survey_files.survey_file import SurveyFile

SYNTHETIC = "synthetic"
_STANDARD = Limits()


def read_survey_file(
    path: Path,
    *,
    limits: Limits = _STANDARD,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    sheet: str | None = None,
    header: tuple[str, ...] = (),
) -> SurveyFile:
    r"""Read an SPSS, Stata, CSV, Excel or Parquet file of respondents, whole or not at all.

    The file is parsed by a process of its own with bounds on time, memory and disk: a file that makes a
    parser crash or hang gives an error, not the end of the program.

    Parameters
    ----------
    path : Path
        A `.sav`, `.zsav`, `.dta`, `.csv`, `.xlsx` or `.parquet` file.
    limits : Limits
    delimiter : str, optional
        Of a text file; found out from the header when left out.
    encoding : str, optional
        Of the texts in a CSV, SPSS or Stata file; found out when left out.
    decimal : {".", ","}, optional
        The decimal mark in texts; found out when left out.
    sheet : str, optional
        Of a workbook; the first visible one with answers when left out.
    header : tuple of str, optional
        Names of columns by which the header row of a workbook is known, where titles may stand above it; the
        first row with cells when left out.

    Raises
    ------
    InputError
        If the file cannot be read, and why.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answers.csv"
    ...     _ = path.write_text("id;hours;place\n1;36,5;0546\n2;40;0547\n", encoding="utf-8")
    ...     read_survey_file(path).frame["hours"].to_list()
    [36.5, 40.0]
    """
    path = Path(path)
    if decimal not in (None, ".", ","):
        raise InputError(
            "This cannot be a decimal mark.",
            expected=join_options((",", ".")),
            got=repr(decimal)[:40],
            remedy="Leave `--decimal` out: it is found out from the file.",
        )
    request = Request(
        path=str(path.resolve()),
        format=find_format(path, limits=limits),
        limits=limits,
        delimiter=delimiter,
        encoding=encoding,
        decimal=decimal,
        sheet=sheet,
        header=header,
    )
    with tempfile.TemporaryDirectory(prefix="talentstats-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_request(request, folder)
        code = run_child(folder, limits)
        if code != 0:
            raise _why(code, folder, path=path, limits=limits)
        return _result(folder, request, path=path)


def _why(code: int | None, folder: Path, *, path: Path, limits: Limits) -> InputError:
    if code is None:
        return InputError(
            "Reading a survey file took too long.",
            where=str(path),
            expected=f"at most {limits.seconds:,} seconds",
            got="more",
            remedy="Check that it is the right file; if it is, save it as .parquet, which is quick to read.",
        )
    return read_refusal(folder, path=path) or _stopped(path)


def _stopped(path: Path) -> InputError:
    return InputError(
        "A survey file cannot be read: the program that parses it stopped.",
        where=str(path),
        expected="a whole file that fits in memory",
        got="one that is damaged, or needs more memory than it may use",
        remedy="Ask for the file again, or open it in the program that made it and save it anew.",
    )


def _result(folder: Path, request: Request, *, path: Path) -> SurveyFile:
    try:
        frame = read_records(folder)
        about = read_about(folder, frame)
    except NothingUsableError as error:
        raise _stopped(path) from error
    return SurveyFile(path=path, format=request.format, frame=frame, synthetic=_is_synthetic(frame), **about)


def _is_synthetic(frame: pl.DataFrame) -> bool:
    if SYNTHETIC not in frame.columns:
        return False
    return bool((frame[SYNTHETIC].cast(pl.String) == "1").fill_null(value=False).all())
