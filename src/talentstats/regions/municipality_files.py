"""The lists of municipalities, their changes and the survey's regions that stand in `data/reference`."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar, cast

from talentstats.errors import InputError
from talentstats.regions.boundary_changes import BoundaryChange, ChangeKind

Entry = TypeVar("Entry")

#: `territory`: land under a public body before it was given to municipalities; `register`: persons without an
#: address, who were counted in no municipality.
AreaKind = Literal["municipality", "territory", "register"]

#: Rows of the changes that moved nothing from one municipality to another; each says why in `reason`.
_NO_MOVE = ("repeat", "abroad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """One municipality code and the days on which it was valid.

    Attributes
    ----------
    valid_from : date or None
        First day; None when it is older than 1830.
    valid_to : date or None
        Last day; None when it still exists.
    corop : str or None
        COROP area in 2024; None for a code that had ended by then.
    kind : {"municipality", "territory", "register"}
    """

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None
    corop: str | None
    kind: AreaKind = "municipality"

    def existed_on(self, day: date) -> bool:
        """Say whether the code was valid on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


def read_list(reference: Path) -> dict[str, Municipality]:
    """Read every municipality code and the days on which it was valid."""
    entries = parsed_rows(reference / "municipalities.csv", _municipality)
    return {entry.code: entry for entry in entries}


def read_changes(reference: Path) -> tuple[BoundaryChange, ...]:
    """Read the moves between municipalities, in order of their days.

    Rows of kind `repeat` or `abroad` are left out: they moved nothing between two municipalities.
    """
    changes = parsed_rows(reference / "municipality_changes.csv", _change)
    return tuple(sorted((change for change in changes if change), key=lambda change: change.on))


def read_survey_regions(reference: Path) -> dict[str, str]:
    """Read the region of each municipality in the area of a participating centre."""
    groups = parsed_rows(reference / "region_groups.csv", lambda row: (row["group"], row["member"]))
    leiden = {member: "leiden" for group, member in groups if group == "leiden_six"}
    others = parsed_rows(
        reference / "survey" / "regions.csv", lambda row: (row["municipality"], row["region"])
    )
    return leiden | dict(others)


def _municipality(row: Mapping[str, str]) -> Municipality:
    return Municipality(
        code=row["code"],
        name=row["name"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        corop=row["corop"] or None,
        kind=cast("AreaKind", row["kind"]),
    )


def _change(row: Mapping[str, str]) -> BoundaryChange | None:
    if row["kind"] in _NO_MOVE:
        return None
    return BoundaryChange(
        on=date.fromisoformat(row["date"]),
        from_code=row["from_code"],
        to_code=row["to_code"],
        hectares=float(row["hectares"]) if row["hectares"] else None,
        dwellings=_count(row["dwellings"]),
        inhabitants=_count(row["inhabitants"]),
        kind=cast("ChangeKind", row["kind"]),
    )


def parsed_rows(path: Path, parse: Callable[[Mapping[str, str]], Entry]) -> list[Entry]:
    """Read the rows of a list of `data/reference`; whatever is wrong with it becomes one clear error."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [parse(row) for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError, KeyError, ValueError, TypeError) as error:
        raise InputError(
            "A list of municipalities cannot be read.",
            where=str(path),
            expected="a CSV file in UTF-8 as `data/reference/README.md` describes it",
            got=f"{type(error).__name__}: {error}",
            remedy="Restore `data/reference` from the repository.",
        ) from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _count(text: str) -> int | None:
    return int(text) if text else None
