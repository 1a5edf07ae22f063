"""Municipality codes against the year they should be of: what is wrong with them, and what to use."""

from collections.abc import Iterable, Mapping
from datetime import date

from talentstats.errors import InputError
from talentstats.regions.boundary_changes import Redrawn, Split
from talentstats.regions.municipality_files import Municipality

#: Years of which `municipalities.csv` holds every municipality.
FIRST_YEAR, LAST_YEAR = 1988, 2026


def new_year(year: int) -> date:
    """Return 1 January of a year of the list.

    Raises
    ------
    InputError
        If the list does not hold that year.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(
            f"The municipalities of {year} are not known.",
            expected=f"a year from {FIRST_YEAR} to {LAST_YEAR}",
            got=str(year),
            remedy="Use a year of the list, or extend `data/reference/municipalities.csv`.",
        )
    return date(year, 1, 1)


def refuse_backwards(from_year: int, to_year: int) -> None:
    """Refuse a target year before the year the codes are of."""
    if to_year < from_year:
        raise InputError(
            "Municipality codes cannot be carried back in time.",
            expected=f"a year from {from_year} on",
            got=str(to_year),
            remedy="Carry the earlier wave to the later year; only counts can be divided, by a crosswalk.",
        )


def unknown_codes(count: int, year: int, *, where: str | None) -> InputError:
    """Make the error for values that are in no list; it counts them and never shows one."""
    return InputError(
        "Values that are no municipality code.",
        where=where,
        expected=f"codes of CBS in {year}, such as `GM0546`",
        # The values themselves are not named: anything can stand in a respondent's answer.
        got=f"{count} rows with another value",
        remedy="Correct the column or the codebook's mapping of it.",
    )


def not_of_year(
    became: Mapping[str, tuple[str, ...]],
    formed: Mapping[str, tuple[str, ...]],
    year: int,
    *,
    known: Mapping[str, Municipality],
    where: str | None,
) -> InputError:
    """Make the error for codes of the list that were not valid that year.

    The codes are named, without rows or counts: they come from a public list, and the successor is what a
    reader needs.

    Parameters
    ----------
    became : mapping of code to codes
        Codes that had ended, with those that hold their inhabitants that year.
    formed : mapping of code to codes
        Codes that did not exist yet, with those they were formed from.
    """
    problems = [f"`{code}` {known[code].name} until {known[code].valid_to}" for code in became]
    problems += [f"`{code}` {known[code].name} from {known[code].valid_from}" for code in formed]
    remedies = [f"`{code}` became {_listed(parts, known)}" for code, parts in became.items()]
    remedies += [
        f"`{code}` was formed from {_listed(parts, known)}" for code, parts in formed.items() if parts
    ]
    return InputError(
        f"Municipality codes that were not valid on 1 January {year}.",
        where=where,
        expected=f"codes valid on 1 January {year}",
        got=", ".join(problems),
        remedy=". ".join([*remedies, "Name the year that the codes are of, or correct them."]),
    )


def _listed(codes: Iterable[str], known: Mapping[str, Municipality]) -> str:
    return ", ".join(f"`{code}` {known[code].name}" for code in codes)


def refuse_divided(
    splits: Iterable[Split],
    moved: Iterable[Redrawn],
    *,
    known: Mapping[str, Municipality],
    years: tuple[int, int],
) -> None:
    """Refuse municipalities of which not all inhabitants are known to have gone to one."""
    codes = [split.code for split in splits] + [way.code for way in moved if way.lost != 0]
    if codes:
        raise InputError(
            f"Inhabitants of these municipalities went to several between {years[0]} and {years[1]}.",
            expected="municipalities that went whole to one",
            got=", ".join(f"`{code}` {known[code].name}" for code in dict.fromkeys(codes)),
            remedy='Carry with rule="largest", which counts them where most inhabitants went and lists them.',
        )
