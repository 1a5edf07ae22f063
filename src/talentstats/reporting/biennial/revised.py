"""What publishers changed after the fact: vintages of one table, and figures published more than once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from talentstats.labour.tightness import FIRST_PERIOD
from talentstats.provenance import Origin
from talentstats.regions import read_regions
from talentstats.sources import find_snapshots
from talentstats.store import ProcessedTable
from talentstats.vintages.cells import Cells
from talentstats.vintages.changes import Counts, compare_cells
from talentstats.vintages.find import vintages_by_dataset
from talentstats.vintages.published import Publication, read_publications
from talentstats.vintages.table_revisions import TableRevisions, compare_snapshots
from talentstats.workspace import Workspace

_SERIES = ("measure", "adjustment", "method")
_KEY = ("measure", "region", "period", "adjustment", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class Republished:
    """A statistic of which figures were published more than once: the first against the last of each.

    Attributes
    ----------
    name : str
        Of its numbers: measure, adjustment and method.
    largest : float or None
        The largest revision, with its sign, in `unit`; None when there was none.
    resolution : float
        With which the coarser figures were printed.
    """

    name: str
    measure: str
    adjustment: str
    method: str
    unit: str
    counts: Counts
    largest: float | None
    resolution: float
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """Everything that the section on revisions tells, apart from tightness itself.

    Attributes
    ----------
    tables : tuple of TableRevisions
        The last two vintages of every dataset of the report that has more than one.
    publications : tuple of Publication
        Of earlier editions of the report.
    """

    tables: tuple[TableRevisions, ...]
    republished: tuple[Republished, ...]
    publications: tuple[Publication, ...]


def gather_revised(
    workspace: Workspace,
    *,
    labour: ProcessedTable,
    regional: ProcessedTable,
    as_of: date,
    report: str,
    edition_date: date,
) -> Revised:
    """Compare what was known on the day of the edition with what had been published before.

    Parameters
    ----------
    workspace : Workspace
    labour, regional : ProcessedTable
        Datasets of which neither holds a figure are left out.
    as_of : date
        Only vintages published by this day count.
    report : str
        Earlier editions of this report are looked up.
    edition_date : date
        Of the edition that is being made; only editions from before that day are earlier.
    """
    used = {*labour.origins, *regional.origins}
    known = [
        snapshot
        for snapshot in find_snapshots(workspace.raw)
        if snapshot.origin.dataset in used and snapshot.origin.published.known_from <= as_of
    ]
    regions = read_regions(workspace.reference)
    pairs = [vintages[-2:] for vintages in vintages_by_dataset(known).values() if len(vintages) > 1]
    return Revised(
        tables=tuple(compare_snapshots(before, after, regions=regions) for before, after in pairs),
        republished=tuple(find_republished(labour, as_of=as_of)),
        publications=tuple(
            one
            for one in read_publications(workspace.reference)
            if one.report == report and one.date < edition_date
        ),
    )


def find_republished(labour: ProcessedTable, *, as_of: date) -> Iterator[Republished]:
    """Give the statistics of which a figure was published more than once, whatever publication it was in.

    Figures from before a break in the vacancy survey are left out: what changed there is not a revision.
    """
    known = labour.frame.filter(pl.col("vintage") <= as_of, pl.col("period") >= FIRST_PERIOD)
    often = known.filter(pl.len().over(_KEY) > 1).sort("vintage", *_KEY, "dataset", "row")
    for key, frame in often.group_by(_SERIES, maintain_order=True):
        measure, adjustment, method = (str(part) for part in key)
        first, last = (frame.unique(_KEY, keep=keep, maintain_order=True) for keep in ("first", "last"))
        origins = tuple(labour.origins[name] for name in sorted(frame["dataset"].unique()))
        found = compare_cells(_cells(first, origins[0]), _cells(last, origins[-1]))
        revised = found.changes.filter(pl.col("kind") == "revised")
        largest = revised.sort(pl.col("difference").abs(), descending=True, maintain_order=True)
        yield Republished(
            name=f"{measure}.{adjustment}.{method}",
            measure=measure,
            adjustment=adjustment,
            method=method,
            unit=frame["unit"][0],
            counts=found.counts,
            largest=largest["difference"][0] if largest.height else None,
            resolution=max(frame["resolution"]),
            origins=origins,
        )


def _cells(frame: pl.DataFrame, origin: Origin) -> Cells:
    return Cells(
        origin=origin,
        keys=_KEY,
        frame=frame.select(
            *_KEY,
            measure_title="measure",
            frequency=pl.lit(""),
            value="value",
            unit="unit",
            resolution="resolution",
            status="status",
            missing=pl.lit(None, dtype=pl.String),
        ),
    )
