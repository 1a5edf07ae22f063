"""Population totals matched with the categories of a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from talentstats.survey.adjustment import Categories
from talentstats.variance.groups import FloatArray
from talentstats.weighting.adjustable import Adjustable
from talentstats.weighting.margin import written
from talentstats.weighting.margins import Margins

AnyMargins = Margins | Mapping[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """The totals of one margin, in the order of the categories of the sample.

    Attributes
    ----------
    categories : Categories
    totals : (levels,) float
    """

    categories: Categories
    totals: FloatArray

    @property
    def columns(self) -> list[str]:
        """Columns that say in which category a person is."""
        return self.categories.columns

    @property
    def name(self) -> str:
        """The columns, as messages write them."""
        return " by ".join(f"`{name}`" for name in self.columns)

    def level(self, place: int) -> str:
        """Name one category."""
        return f"{written(self.categories.levels[place])} of {self.name}"


def as_margins(margins: AnyMargins, *, population: float | None = None) -> Margins:
    """Read margins that were written as a mapping."""
    return margins if isinstance(margins, Margins) else Margins.of(margins, population=population)


def match_targets(margins: Margins, opened: Adjustable) -> tuple[Target, ...]:
    """Match the categories of the margins with those of the sample.

    Raises
    ------
    InputError
        For a category of the sample without a total, or the reverse.
    """
    occupied = opened.frame.filter(pl.Series(opened.rows > 0))
    matched = margins.check_against(occupied).categories
    return tuple(Target(categories=Categories(levels=one.levels), totals=one.totals) for one in matched)


def describe(margins: Margins) -> dict[str, str]:
    """Say in words what the weights were made to meet."""
    said = {"margins": "; ".join(one.name for one in margins.categories)} if margins.categories else {}
    if margins.numbers:
        said["totals"] = ", ".join(f"`{name}`" for name in margins.numbers)
    return said
