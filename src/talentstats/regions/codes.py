"""Codes and names of regions, from the code lists in `data/reference`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from talentstats.errors import InputError, closest

PROVINCES = tuple(f"PV{number}" for number in range(20, 32))
NETHERLANDS = "NL01"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionGroup:
    """A named set of municipalities."""

    code: str
    name_nl: str
    name_en: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """The regions a project knows.

    Attributes
    ----------
    names : mapping of code to (Dutch name, English name)
    groups : mapping of group code to RegionGroup
    """

    names: Mapping[str, tuple[str, str]]
    groups: Mapping[str, RegionGroup]

    def code_of(self, name: str, *, where: str | None = None) -> str:
        """Return the code of a region given its Dutch name or its code.

        Raises
        ------
        InputError
            If the name is unknown; the closest known name is offered.
        """
        if name in self.names:
            return name
        by_name = {names[0]: code for code, names in self.names.items()}
        if name in by_name:
            return by_name[name]
        near = closest(name, by_name)
        raise InputError(
            f"Unknown region `{name}`.",
            where=where,
            expected="a name or code from `data/reference/regions.csv`",
            got=f"`{name}`",
            remedy=f"Did you mean `{near}`?" if near else "Add the region to the code list, or correct it.",
        )


def read_regions(reference: Path) -> Regions:
    """Read the code list and the groups of municipalities from `data/reference`."""
    names = {row["code"]: (row["name_nl"], row["name_en"]) for row in _rows(reference / "regions.csv")}
    members: dict[str, list[dict[str, str]]] = {}
    for row in _rows(reference / "region_groups.csv"):
        members.setdefault(row["group"], []).append(row)
    groups = {
        code: RegionGroup(
            code=code,
            name_nl=rows[0]["name_nl"],
            name_en=rows[0]["name_en"],
            members=tuple(row["member"] for row in rows),
        )
        for code, rows in members.items()
    }
    return Regions(names=names, groups=groups)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except FileNotFoundError as error:
        raise InputError(
            "A code list is missing.",
            where=str(path),
            expected="the file",
            got="no such file",
            remedy="Restore `data/reference` from the repository.",
        ) from error
