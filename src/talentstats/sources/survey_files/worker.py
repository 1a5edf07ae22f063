"""The process that parses one file and does nothing else."""

from pathlib import Path

from talentstats.errors import InputError
from talentstats.sources.survey_files.exchange import write_refusal, write_result
from talentstats.sources.survey_files.limits import confine
from talentstats.sources.survey_files.request import Parsed, Request, read_request

REFUSED = 3


def main(folder: Path) -> int:
    """Bind this process to its limits and parse the file that the request in a folder names.

    An error that is not foreseen ends the process; the one that waits makes one clear error of it.
    """
    request = read_request(folder)
    confine(request.limits)
    return work(request, folder)


def work(request: Request, folder: Path) -> int:
    """Parse a file, leave the result or the refusal in the folder, and return the exit code."""
    try:
        write_result(_parse(request), folder)
    except InputError as error:
        write_refusal(error, folder)
        return REFUSED
    except MemoryError:
        write_refusal(_out_of_memory(request), folder)
        return REFUSED
    return 0


def _parse(request: Request) -> Parsed:
    """Read with the library of that format; only that one is loaded."""
    match request.format:
        case "sav" | "zsav" | "dta":
            from talentstats.sources.survey_files.spss_stata import parse_spss_stata as parse  # noqa: PLC0415
        case "csv":
            from talentstats.sources.survey_files.csv_file import parse_csv as parse  # noqa: PLC0415
        case "xlsx":
            from talentstats.sources.survey_files.workbook import parse_workbook as parse  # noqa: PLC0415
        case "parquet":
            from talentstats.sources.survey_files.parquet_file import parse_parquet as parse  # noqa: PLC0415
    return parse(request)


def _out_of_memory(request: Request) -> InputError:
    return InputError(
        "The file needs more memory than it may use.",
        expected=f"at most {request.limits.memory_mb:,} MB",
        got="more",
        remedy="Check that it is the right file; if it is, save it as .parquet, which is read in parts.",
    )
