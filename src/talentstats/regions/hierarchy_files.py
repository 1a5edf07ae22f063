"""The lists in `data/reference` that say in which larger region each region lies."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from talentstats.regions.municipality_files import parsed_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRegion:
    """A code of a labour-market region that is no longer used.

    Attributes
    ----------
    successor : str or None
        The code in use now; None for a code that is no region.
    """

    code: str
    name: str
    successor: str | None


#: The COROP areas of a municipality, with the day from which it lay there; None from 1995 or its first day.
CoropHistory = tuple[tuple[date | None, str], ...]


def read_parents(reference: Path) -> dict[str, str]:
    """Read in which province each COROP area lies, in which country part each province, and so on."""
    return dict(parsed_rows(reference / "hierarchy.csv", lambda row: (row["region"], row["parent"])))


def read_corop_areas(reference: Path) -> dict[str, CoropHistory]:
    """Read the COROP areas of every municipality since 1995, the latest first."""
    rows = parsed_rows(
        reference / "corop_areas.csv",
        lambda row: (
            row["municipality"],
            date.fromisoformat(row["from"]) if row["from"] else None,
            row["corop"],
        ),
    )
    histories: dict[str, list[tuple[date | None, str]]] = defaultdict(list)
    for code, day, corop in rows:
        histories[code].insert(0, (day, corop))
    return {code: tuple(history) for code, history in histories.items()}


def read_labour_market_areas(reference: Path) -> dict[int, dict[str, str]]:
    """Read the labour-market region of every municipality, for each year that is recorded."""
    rows = parsed_rows(
        reference / "labour_market_areas.csv",
        lambda row: (int(row["year"]), row["municipality"], row["area"]),
    )
    areas: dict[int, dict[str, str]] = defaultdict(dict)
    for year, municipality, area in rows:
        areas[year][municipality] = area
    return dict(areas)


def read_area_tables(reference: Path) -> dict[int, str]:
    """Read which table of CBS lists the areas of the Netherlands, by year."""
    return dict(parsed_rows(reference / "area_tables.csv", lambda row: (int(row["year"]), row["table"])))


def read_former_regions(reference: Path) -> dict[str, FormerRegion]:
    """Read the codes of labour-market regions that are no longer used."""
    former = parsed_rows(
        reference / "former_regions.csv",
        lambda row: FormerRegion(code=row["code"], name=row["name"], successor=row["successor"] or None),
    )
    return {region.code: region for region in former}
