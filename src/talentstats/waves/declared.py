"""Which waves there are and how they are processed, as `data/reference/survey/waves.toml` declares it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.codebooks.model import Category
from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.schemas.schema import Text
from talentstats.terms import Vintage

FOLDER = "survey"
FILE = "waves.toml"
_EXPECTED = "`boundaries`, `margins`, `dropped`, `[[derived]]` and a `[wave.<year>]` for each wave"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """The synthetic wave that stands in for one that was not imported.

    Attributes
    ----------
    n, seed : int
        What it is generated with.
    published : Vintage
        The day from which its figures count as known.
    """

    n: int
    seed: int
    published: Vintage


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A coarse column, made of the years between something and the wave.

    Attributes
    ----------
    source : str
        Harmonised variable with a year.
    starts : tuple of int
        For each category the least number of years.
    """

    name: str
    source: str
    title: Bilingual
    categories: tuple[Category, ...]
    starts: tuple[int, ...]

    def column(self, wave: int) -> pl.Expr:
        """Give the column, for the frame of a wave; null where the year is not known."""
        years = pl.lit(wave) - pl.col(self.source)
        band = pl.lit(None, dtype=pl.String)
        for start, category in zip(self.starts, self.categories, strict=True):
            band = pl.when(years >= start).then(pl.lit(category.code)).otherwise(band)
        return band.alias(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlan:
    """How waves are processed.

    Attributes
    ----------
    waves : tuple of int
        In the order of their years.
    stand_ins : mapping of wave to StandIn
    boundaries : int
        Year whose municipalities make up the regions of the figures.
    margins : tuple of tuple of str
        Columns of the totals a wave is weighted to.
    dropped : tuple of str
        Columns that do not enter a processed table.
    derived : tuple of Derived
    """

    waves: tuple[int, ...]
    stand_ins: Mapping[int, StandIn]
    boundaries: int
    margins: tuple[tuple[str, ...], ...]
    dropped: tuple[str, ...]
    derived: tuple[Derived, ...]

    def require(self, wave: int) -> None:
        """Refuse a year in which there was no survey.

        Raises
        ------
        InputError
            Naming the waves there are.
        """
        if wave not in self.waves:
            raise InputError(
                f"There is no wave of {wave}.",
                expected=", ".join(str(year) for year in self.waves),
                got=str(wave),
                where=f"data/reference/{FOLDER}/{FILE}",
                remedy="Name one of these waves, or declare the new one there.",
            )


def read_plan(reference: Path) -> SurveyPlan:
    """Read how waves are processed.

    Parameters
    ----------
    reference : Path
        The folder `data/reference`.

    Raises
    ------
    InputError
        If the file cannot be read or is not complete.
    """
    path = reference / FOLDER / FILE
    with reading(path, what="The waves of the survey", expected=_EXPECTED) as declared:
        waves = {int(year): entry for year, entry in declared["wave"].items()}
        return SurveyPlan(
            waves=tuple(sorted(waves)),
            stand_ins={year: _stand_in(entry["synthetic"]) for year, entry in waves.items()},
            boundaries=int(declared["boundaries"]),
            margins=tuple(tuple(columns) for columns in declared["margins"]),
            dropped=tuple(declared["dropped"]),
            derived=tuple(_derived(entry) for entry in declared["derived"]),
        )


def _stand_in(entry: Mapping[str, Any]) -> StandIn:
    return StandIn(n=entry["n"], seed=entry["seed"], published=Vintage.parse(entry["published"]))


def _derived(entry: Mapping[str, Any]) -> Derived:
    bands = entry["bands"]
    return Derived(
        name=entry["name"],
        source=entry["source"],
        title=Bilingual.read(entry["title"], what="title"),
        categories=tuple(
            Category(code=band["code"], label=Text(nl=band["nl"], en=band["en"])) for band in bands
        ),
        starts=tuple(band["from"] for band in bands),
    )
