"""Codes and names of regions, from the code lists in `data/reference`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Meaning:
    """One of the regions that a name can mean.

    Attributes
    ----------
    region : str or None
        Its code here; None when its municipalities are not recorded.
    """

    region: str | None
    nl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """The regions a project knows.

    Attributes
    ----------
    names : mapping of code to (Dutch name, English name)
    groups : mapping of group code to RegionGroup
    ambiguous : mapping of name to tuple of Meaning
        Names that several regions have; they are refused.
    """

    names: Mapping[str, tuple[str, str]]
    groups: Mapping[str, RegionGroup]
    ambiguous: Mapping[str, tuple[Meaning, ...]] = field(default_factory=dict)

    def code_of(self, name: str, *, where: str | None = None) -> str:
        """Return the code of a region given its Dutch name or its code.

        Raises
        ------
        InputError
            If the name is unknown, with the closest known name; or if several regions have it, with each.
        """
        if name in self.names:
            return name
        if name in self.ambiguous:
            raise self._several(name, where=where)
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

    def region_or_group(self, name: str) -> str:
        """Return the code of a region or of a named group of municipalities, given its code or Dutch name.

        Raises
        ------
        InputError
            As `code_of`.
        """
        by_name = {group.name_nl: code for code, group in self.groups.items()}
        if name in self.groups or name in by_name:
            return by_name.get(name, name)
        return self.code_of(name)

    def _several(self, name: str, *, where: str | None) -> InputError:
        meanings = self.ambiguous[name]
        codes = [f"`{meaning.region}`" for meaning in meanings if meaning.region]
        return InputError(
            f"`{name}` is the name of {len(meanings)} regions.",
            where=where,
            expected="a name or code that means one region",
            got="; ".join(f"{meaning.en} ({meaning.nl})" for meaning in meanings),
            remedy=f"Say which is meant: {' or '.join(codes)}.",
        )


def read_regions(reference: Path) -> Regions:
    """Read the code list, the groups of municipalities and the ambiguous names from `data/reference`."""
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
    meanings: dict[str, list[Meaning]] = {}
    for row in _rows(reference / "ambiguous_names.csv"):
        meaning = Meaning(region=row["region"] or None, nl=row["meaning_nl"], en=row["meaning_en"])
        meanings.setdefault(row["name"], []).append(meaning)
    ambiguous = {name: tuple(found) for name, found in meanings.items()}
    return Regions(names=names, groups=groups, ambiguous=ambiguous)


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
