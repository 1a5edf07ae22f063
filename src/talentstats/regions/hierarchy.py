"""In which larger region each region lies in a year, and of which municipalities a region is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.regions.code_years import LAST_YEAR, new_year
from talentstats.regions.codes import Regions, read_regions
from talentstats.regions.hierarchy_files import (
    CoropHistory,
    FormerRegion,
    read_area_tables,
    read_corop_areas,
    read_former_regions,
    read_labour_market_areas,
    read_parents,
)
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.workspace import find_workspace

#: Levels of regions, from small to large; labour-market regions cross the borders of provinces.
Level = Literal["municipality", "labour_market_region", "corop", "province", "country_part", "country"]

#: The first year of which CBS says in which COROP area, and so in which province, each municipality lay.
FIRST_HIERARCHY_YEAR = 1995

_LEVELS: Mapping[str, Level] = {
    "GM": "municipality",
    "AM": "labour_market_region",
    "CR": "corop",
    "PV": "province",
    "LD": "country_part",
    "NL": "country",
}
_CODE = re.compile(r"(GM\d{4}|(?:AM|CR|PV|LD|NL)\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Which region lies in which, year by year.

    Attributes
    ----------
    municipalities : Municipalities
    regions : Regions
        Names, groups of municipalities, and names that several regions have.
    parents : mapping of code to code
        Of COROP areas, provinces and country parts; these have not changed since 1986.
    corop_areas : mapping of municipality to its COROP areas
    labour_market : mapping of year to mapping of municipality to labour-market region
    area_tables : mapping of year to the table of CBS that lists the areas of that year
    former : mapping of code to FormerRegion
        Codes of labour-market regions that are no longer used.
    """

    municipalities: Municipalities = field(repr=False)
    regions: Regions = field(repr=False)
    parents: Mapping[str, str] = field(repr=False)
    corop_areas: Mapping[str, CoropHistory] = field(repr=False)
    labour_market: Mapping[int, Mapping[str, str]] = field(repr=False)
    area_tables: Mapping[int, str] = field(repr=False)
    former: Mapping[str, FormerRegion] = field(repr=False)

    def level(self, code: str) -> Level:
        """Return of which level a code is.

        Raises
        ------
        InputError
            If it is no code of a region, or one that is no longer used.
        """
        if code in self.former:
            raise self._no_longer(code)
        if code not in self.regions.names and code not in self.municipalities.municipalities:
            known = [*self.regions.names, *self.municipalities.municipalities]
            raise unknown_name(
                "region", code, [name for name in known if name[:2] == code[:2]] or sorted(_LEVELS)
            )
        return _LEVELS[code[:2]]

    def parent(self, code: str, *, to: Level, year: int) -> str:
        """Return the region of a level in which a region lies on 1 January of a year.

        Raises
        ------
        InputError
            If the code is unknown or not of that year, the year is before 1995, the level is not above it, or
            the labour-market regions of that year are not known here.

        Examples
        --------
        >>> hierarchy = read_hierarchy()
        >>> hierarchy.parent("GM0620", to="province", year=2001)
        'PV28'
        >>> hierarchy.parent("GM0620", to="province", year=2002)
        'PV26'
        """
        if to not in get_args(Level):
            raise unknown_name("level", to, get_args(Level))
        above = self.ancestors(code, year=year)
        if to == "labour_market_region" and self.level(code) == "municipality":
            return self._labour_market_region(code, year)
        found = next((region for region in above if _LEVELS[region[:2]] == to), None)
        if found is None:
            raise InputError(
                f"`{code}` lies in no single region of the level `{to}`.",
                expected=f"one of the levels {join_options(_LEVELS[region[:2]] for region in above)}",
                got=f"`{to}`",
                remedy="Ask for a level above that of the region.",
            )
        return found

    def ancestors(self, code: str, *, year: int) -> tuple[str, ...]:
        """Return the COROP area, province, country part and country above a region, as far as they are.

        Raises
        ------
        InputError
            As `parent`.
        """
        level = self.level(code)
        _check_year(year)
        above = []
        if level == "municipality":
            self.municipalities.checked_codes([code], year)
            above.append(self._corop(code, year))
        while (last := above[-1] if above else code) in self.parents:
            above.append(self.parents[last])
        return tuple(above)

    def members(self, region: str, *, year: int) -> tuple[str, ...]:
        """Return the municipalities of a region or named group on 1 January of a year, in order.

        Parameters
        ----------
        region : str
            A code, the Dutch name of a region, or that of a group such as `leiden_six`.

        Raises
        ------
        InputError
            If the region is unknown, several regions have that name, or a year is not known.

        Examples
        --------
        >>> hierarchy = read_hierarchy()
        >>> len(hierarchy.members("CR25", year=2026)), len(hierarchy.members("AM19", year=2026))
        (11, 12)
        """
        if region in self.municipalities.municipalities or region in self.former:
            self.level(region)
            return tuple(self.municipalities.checked_codes([region], year))
        code = self.regions.region_or_group(region)
        if code[:2] not in _LEVELS or not _CODE.fullmatch(code):
            return self._members_of_group(code, year)
        level = self.level(code)
        _check_year(year)
        valid = sorted(self.municipalities.valid_in(year))
        if level == "labour_market_region":
            return tuple(one for one in valid if self._labour_market_region(one, year) == code)
        return tuple(one for one in valid if code in self.ancestors(one, year=year))

    def without_former(self, frame: pl.DataFrame, *, region: str = "region") -> pl.DataFrame:
        """Return the rows of a frame without labour-market codes that are not in use."""
        return frame.filter(~pl.col(region).str.strip_chars().is_in(sorted(self.former)))

    def with_labour_market(self, areas: Mapping[str, str], *, year: int) -> "Hierarchy":
        """Return the hierarchy with the labour-market regions of one year more.

        Parameters
        ----------
        areas : mapping of municipality to labour-market region
            As `labour_market.labour_market_areas` finds them in a fetched table.
        year : int

        Raises
        ------
        InputError
            If a municipality of that year is missing.
        """
        missing = sorted(self.municipalities.valid_in(year) - set(areas))
        if missing:
            raise InputError(
                f"Municipalities of {year} without a labour-market region.",
                expected=f"all {len(self.municipalities.valid_in(year))} municipalities of {year}",
                got=f"none for {len(missing)}, such as {join_options(missing[:3])}",
                remedy=f"Give the areas of {year}: table `{self.area_tables.get(year, '85755NED')}` of CBS.",
            )
        return replace(self, labour_market={**self.labour_market, year: dict(areas)})

    def _members_of_group(self, code: str, year: int) -> tuple[str, ...]:
        if code not in self.regions.groups:
            raise unknown_name("region with municipalities", code, self.regions.groups)
        return tuple(self.municipalities.checked_codes(self.regions.groups[code].members, year))

    def _corop(self, code: str, year: int) -> str:
        day = new_year(year)
        return next(corop for start, corop in self.corop_areas[code] if start is None or start <= day)

    def _labour_market_region(self, code: str, year: int) -> str:
        if year in self.labour_market:
            return self.labour_market[year][code]
        table = self.area_tables.get(year)
        remedy = (
            f"Run `talentstats fetch cbs {table}` and add its areas by `with_labour_market`. "
            if table
            else ""
        )
        raise InputError(
            f"The labour-market regions of {year} are not known here.",
            expected=f"a year of {join_options(map(str, sorted(self.labour_market)))}",
            got=str(year),
            remedy=f"{remedy}Or use a year that is known.",
        )

    def _no_longer(self, code: str) -> InputError:
        region = self.former[code]
        known = self.regions.names.get(region.successor or "")
        return InputError(
            f"`{code}` {region.name} is no labour-market region now.",
            expected="a code in use",
            got=f"`{code}`",
            remedy=f"Use `{region.successor}` {known[0]}."
            if known
            else "Leave its rows out: they are of no region.",
        )


def read_hierarchy(reference: Path | None = None) -> Hierarchy:
    """Read which region lies in which.

    Parameters
    ----------
    reference : Path, optional
        The folder `data/reference`; that of the project when left out.

    Raises
    ------
    InputError
        If a list is missing or cannot be read.

    Examples
    --------
    >>> read_hierarchy().ancestors("GM0546", year=2025)
    ('CR25', 'PV28', 'LD03', 'NL01')
    """
    reference = reference or find_workspace().reference
    return Hierarchy(
        municipalities=read_municipalities(reference),
        regions=read_regions(reference),
        parents=read_parents(reference),
        corop_areas=read_corop_areas(reference),
        labour_market=read_labour_market_areas(reference),
        area_tables=read_area_tables(reference),
        former=read_former_regions(reference),
    )


def _check_year(year: int) -> None:
    new_year(year)
    if year < FIRST_HIERARCHY_YEAR:
        raise InputError(
            f"The larger regions of {year} are not known.",
            expected=f"a year from {FIRST_HIERARCHY_YEAR} to {LAST_YEAR}",
            got=str(year),
            remedy=f"Carry the figures to {FIRST_HIERARCHY_YEAR} or later with a crosswalk first.",
        )
