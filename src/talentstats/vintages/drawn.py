"""The revisions between two vintages as a figure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from talentstats.errors import NotPublishedError
from talentstats.figures import Figure
from talentstats.figures.catalogue.table_revisions import MOST_MEASURES, table_revisions
from talentstats.figures.catalogue.table_revisions_rows import SHARE
from talentstats.terms import Frequency
from talentstats.vintages.tables import decimals_of
from talentstats.vintages.words import finding, measure_name, subject, unit_name

if TYPE_CHECKING:
    from talentstats.vintages.table_revisions import TableRevisions

# Periods that an axis can place.
DRAWN: tuple[Frequency, ...] = ("quarter", "month", "year", "day")


def revisions_figure(found: "TableRevisions", *, title: Mapping[str, str] | None) -> Figure:
    """Draw what was revised; see `TableRevisions.figure`."""
    by_frequency = found.periods.filter(pl.col("frequency").is_in(DRAWN)).group_by("frequency")
    totals = by_frequency.agg(pl.col("revised").sum()).sort("revised", "frequency", descending=[True, False])
    if totals.is_empty() or not totals["revised"][0]:
        raise NotPublishedError(
            f"No figure of {found.dataset} was revised between {found.editions[0]} and {found.editions[1]}.",
            expected="at least one revised figure to draw",
            got=f"{found.summary.compared} figures compared, none revised",
            remedy="Compare two other vintages, or say so in words.",
        )
    frequency: Frequency = totals["frequency"][0]
    return table_revisions(
        pl.concat([_shares(found, frequency), _spreads(found, frequency)], how="diagonal_relaxed"),
        subject=subject(found),
        title=title or finding(found.summary),
        sources=(found.before, found.after),
        elsewhere=found.summary.kinds["revised"] - totals["revised"][0],
        synthetic=found.synthetic,
    )


def _shares(found: "TableRevisions", frequency: Frequency) -> pl.DataFrame:
    empty = pl.lit("")
    return found.periods.filter(pl.col("frequency") == frequency).select(
        panel=pl.lit(SHARE),
        panel_nl=empty,
        panel_en=empty,
        unit_nl=empty,
        unit_en=empty,
        decimals=pl.lit(0),
        period="period",
        compared="compared",
        revised="revised",
        definitive="definitive",
        low=pl.lit(None, dtype=pl.Float64),
        median=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
    )


def _spreads(found: "TableRevisions", frequency: Frequency) -> pl.DataFrame:
    """Give the lowest, median and highest revision by period, for the measures with most revisions."""
    revised = found.changes.filter(pl.col("kind") == "revised", pl.col("frequency") == frequency)
    most = (
        revised.group_by("measure").len().sort("len", "measure", descending=[True, False]).head(MOST_MEASURES)
    )
    parts = []
    for measure in most["measure"]:
        rows = revised.filter(pl.col("measure") == measure)
        title, unit = rows["measure_title"][0], rows["unit"][0]
        parts.append(
            rows.group_by("period")
            .agg(
                revised=pl.len(),
                definitive=pl.col("was_definitive").sum(),
                low=pl.col("difference").min(),
                median=pl.col("difference").median(),
                high=pl.col("difference").max(),
            )
            .sort("period")
            .with_columns(
                panel=pl.lit(measure),
                panel_nl=pl.lit(measure_name(measure, title, "nl")),
                panel_en=pl.lit(measure_name(measure, title, "en")),
                unit_nl=pl.lit(unit_name(unit, "nl")),
                unit_en=pl.lit(unit_name(unit, "en")),
                decimals=pl.lit(decimals_of(*rows["difference"])),
                compared=pl.lit(0),
            )
        )
    return pl.concat(parts)
