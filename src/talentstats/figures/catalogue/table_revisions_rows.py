"""The rows of a figure on the revisions of a table, and how their numbers are written."""

from typing import Any

import polars as pl

from talentstats.figures.scales import period_position
from talentstats.language import format_change, format_number
from talentstats.terms import Language

#: The panel that counts figures; every other is a measure.
SHARE = ""


def periods_of(data: pl.DataFrame) -> list[str]:
    """Return the periods that were compared, in their order."""
    codes: list[str] = data.filter(pl.col("panel") == SHARE)["period"].to_list()
    return sorted(codes, key=period_position)


def measures_of(data: pl.DataFrame) -> list[str]:
    """Return the measures that have a panel, in the order of the data."""
    codes = data.filter(pl.col("panel") != SHARE)["panel"].unique(maintain_order=True)
    return codes.to_list()


def whole(count: int, language: Language) -> str:
    """Write a number of figures."""
    return format_number(count, decimals=0, language=language)


def signed(value: Any, decimals: Any, language: Language) -> str:
    """Write a revision with its sign."""
    return format_change(float(value), decimals=int(decimals), language=language)
