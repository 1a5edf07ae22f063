"""Formulas and merged cells of a sheet, which its values alone do not show."""

import re
import zipfile
from pathlib import Path

from talentstats.errors import InputError
from talentstats.sources.delivered.places import Place

_PREFIX = rb"(?:\w+:)?"
_FORMULA = re.compile(rb"<" + _PREFIX + rb"c\b[^>]*?\br=\"([A-Z]+\d+)\"[^>]*>\s*<" + _PREFIX + rb"f[\s/>]")
_MERGED = re.compile(rb"<" + _PREFIX + rb"mergeCell\b[^>]*?\bref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_SHEETS = re.compile(rb"<" + _PREFIX + rb"sheet\b[^>]*>")
_RELATIONS = re.compile(rb"<" + _PREFIX + rb"Relationship\b[^>]*>")


def refuse_marks(path: Path, *, place: Place) -> None:
    """Refuse a sheet with formulas or merged cells; the first cell is named.

    The workbook was parsed before, within limits: its parts are known to be whole and of bounded size.

    Raises
    ------
    InputError
        If there is a formula or a merged cell.
    """
    with zipfile.ZipFile(path) as archive:
        content = archive.read(_part_of(archive, place.sheet or ""))
    formula = _FORMULA.search(content)
    if formula:
        raise InputError(
            "The table has a formula.",
            where=f"{place.of()}, cell {formula[1].decode()}",
            expected="figures",
            got=f"{len(_FORMULA.findall(content))} formulas",
            remedy="Copy the table and paste it as values: the outcome of a formula can change.",
        )
    merged = _MERGED.search(content)
    if merged:
        raise InputError(
            "The table has merged cells.",
            where=f"{place.of()}, cells {merged[1].decode()}",
            expected="one value in every cell",
            got=f"{len(_MERGED.findall(content))} merged ranges",
            remedy="Unmerge the cells and repeat the code in every row.",
        )


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part of the archive that holds a sheet."""
    wanted = f'name="{sheet}"'.encode()
    found = [tag for tag in _SHEETS.findall(archive.read("xl/workbook.xml")) if wanted in tag]
    relation = _attribute(found[0], rb"\w+:id") if found else None
    for tag in _RELATIONS.findall(archive.read("xl/_rels/workbook.xml.rels")):
        target = _attribute(tag, rb"Target")
        if relation is not None and _attribute(tag, rb"Id") == relation and target is not None:
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise InputError(
        "The workbook is put together in an unusual way.",
        where=str(archive.filename),
        expected=f"a sheet `{sheet}` as Excel writes it",
        got="a sheet that cannot be found in the archive",
        remedy="Open the workbook in Excel and save it anew.",
    )


def _attribute(tag: bytes, name: bytes) -> str | None:
    found = re.search(rb"\b" + name + rb"=\"([^\"]*)\"", tag)
    return found[1].decode() if found else None
