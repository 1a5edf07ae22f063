"""Check a zip archive before anything opens it: what it holds, and how much it unpacks to."""

import zipfile
import zlib
from pathlib import Path

from talentstats.errors import InputError
from talentstats.sources.survey_files.limits import MEGABYTE, Limits

_MOST_ENTRIES = 10_000
_SMALL = 100 * MEGABYTE
_HIGHEST_RATIO = 200
_BLOCK = 1 << 20
_PASSWORD_BIT = 0x1
WORKBOOK = "xl/workbook.xml"


def check_archive(path: Path, *, limits: Limits) -> None:
    """Refuse an archive that is damaged, no workbook, under a password, or made to fill the disk.

    Every member is unpacked once, in blocks that are thrown away: sizes in its directory can lie.
    Archives inside the archive are never opened.

    Raises
    ------
    InputError
        If it is any of these.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, size=path.stat().st_size, limits=limits)
            for member in members:
                with archive.open(member) as stream:
                    while stream.read(_BLOCK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise InputError(
            "The workbook is damaged or not complete.",
            expected="a zip archive whose parts are whole",
            got="one that is cut off or changed",
            remedy="Ask for the file again, or open it in Excel and save it anew.",
        ) from error


def _check_directory(members: list[zipfile.ZipInfo], *, size: int, limits: Limits) -> None:
    names = [member.filename for member in members]
    if WORKBOOK not in names:
        raise InputError(
            "The file is a zip archive, but no Excel workbook.",
            expected=f"an archive with `{WORKBOOK}` in it",
            got=f"{len(names):,} other parts",
            remedy="Unpack it and import the file in it, or save the table as .xlsx.",
        )
    if any(member.flag_bits & _PASSWORD_BIT for member in members):
        raise InputError(
            "The workbook has a password.",
            expected="a workbook without a password",
            got="parts that are encrypted",
            remedy="Open it in Excel and save it without a password.",
        )
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    most = limits.result_mb * MEGABYTE
    too_dense = unpacked > _SMALL and unpacked > _HIGHEST_RATIO * max(packed, 1)
    overlap = packed > size or len(set(names)) < len(names)
    if unpacked > most or too_dense or overlap or len(names) > _MOST_ENTRIES:
        raise InputError(
            "The workbook unpacks to far more than a survey (a zip bomb).",
            expected=f"at most {limits.result_mb:,} MB in {_MOST_ENTRIES:,} parts that do not overlap",
            got=f"{unpacked / MEGABYTE:,.0f} MB from {packed / MEGABYTE:,.1f} MB in {len(names):,} parts",
            remedy="Do not open it; ask the sender what it is.",
        )
