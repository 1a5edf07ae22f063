"""`ts.revisions`: what a publisher changed between two stored vintages of a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from talentstats.provenance import Origin
from talentstats.regions import read_regions
from talentstats.sources import find_snapshots
from talentstats.vintages.cells import read_cells
from talentstats.vintages.changes import Counts, compare_cells
from talentstats.vintages.find import choose_two, find_dataset, vintages_by_dataset
from talentstats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from talentstats.figures import Figure
    from talentstats.provenance import Snapshot
    from talentstats.regions import Regions
    from talentstats.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TableRevisions:
    """What changed between two vintages of a dataset.

    Attributes
    ----------
    before, after : Origin
        The two vintages.
    keys : tuple of str
        The columns that tell a cell from others.
    changes : polars.DataFrame
        A row a changed cell; see `talentstats.vintages.changes.Comparison`.
    summary : Counts
    periods : polars.DataFrame
        By period the cells compared, revised, and revised although they were definitive.
    whole : bool
        Whether both vintages are whole. A cell that only one of two transcriptions has was not removed or
        added: it was not transcribed.
    synthetic : bool
    """

    before: Origin
    after: Origin
    keys: tuple[str, ...]
    changes: pl.DataFrame = field(repr=False)
    summary: Counts
    periods: pl.DataFrame = field(repr=False)
    whole: bool = True
    synthetic: bool = False

    def __repr__(self) -> str:
        counts = self.summary
        return (
            f"<TableRevisions {self.dataset} {self.editions[0]} to {self.editions[1]}: "
            f"{counts.compared} cells compared, {counts.kinds['revised']} revised, "
            f"{counts.definitive['revised']} of them definitive>"
        )

    @property
    def dataset(self) -> str:
        """Name of the dataset, such as `cbs/83599NED`."""
        return self.after.dataset.rpartition("/")[0]

    @property
    def editions(self) -> tuple[str, str]:
        """Names of the two vintages: the last parts of their folders."""
        return self.before.dataset.rpartition("/")[2], self.after.dataset.rpartition("/")[2]

    def largest(self) -> pl.DataFrame:
        """Return the largest revision in each unit, whichever way it went."""
        size = pl.col("difference").abs()
        return (
            self._revised()
            .sort(size, descending=True, maintain_order=True)
            .unique("unit", keep="first", maintain_order=True)
            .sort("unit")
        )

    def largest_relative(self) -> Mapping[str, Any] | None:
        """Return the cell that was revised most for its size, or None when none was."""
        sized = self._revised().filter(pl.col("relative").is_not_null())
        found = sized.sort(pl.col("relative").abs(), descending=True, maintain_order=True)
        return found.row(0, named=True) if found.height else None

    def top(self, n: int = 10) -> pl.DataFrame:
        """Return the `n` revisions that are largest for their size."""
        size = pl.col("relative").abs()
        return self._revised().sort(size, descending=True, nulls_last=True, maintain_order=True).head(n)

    def figure(self, *, title: Mapping[str, str] | None = None) -> "Figure":
        """Draw how many cells of each period were revised, and how far in the measures revised most.

        Parameters
        ----------
        title : {"nl": str, "en": str}, optional
            The finding; how many cells were revised when left out.

        Raises
        ------
        NotPublishedError
            If no cell was revised: there is nothing to draw.
        """
        from talentstats.vintages.drawn import revisions_figure  # noqa: PLC0415 -- only when drawn

        return revisions_figure(self, title=title)

    def table(self) -> "Table":
        """Return how many cells changed, by what happened to them."""
        from talentstats.vintages.tables import summary_table  # noqa: PLC0415 -- only when shown

        return summary_table(self)

    def _revised(self) -> pl.DataFrame:
        return self.changes.filter(pl.col("kind") == "revised")


def revisions(
    table: str,
    *,
    before: str | None = None,
    after: str | None = None,
    workspace: Workspace | None = None,
) -> TableRevisions:
    """Tell what changed between two stored vintages of a dataset.

    Parameters
    ----------
    table : str
        Id of the table or name of the dataset, capitals aside: `83599NED`, `cbs/83599ned`.
    before, after : str, optional
        The two vintages, such as `2023-08`; the last two when left out.
    workspace : Workspace, optional
        The project folder; found from the current folder when left out.

    Raises
    ------
    InputError
        If the dataset is not there, has one vintage only, or the two cannot be compared.

    Examples
    --------
    >>> revisions("84545NED", before="2020-06-26", after="2024-05-15")
    <TableRevisions cbs/84545NED 2020-06-26 to 2024-05-15: 0 cells compared, 0 revised, 0 of them definitive>
    """
    home = workspace or find_workspace()
    vintages = find_dataset(table, vintages_by_dataset(find_snapshots(home.raw)))
    return compare_snapshots(
        *choose_two(vintages, before=before, after=after), regions=read_regions(home.reference)
    )


def compare_snapshots(before: "Snapshot", after: "Snapshot", *, regions: "Regions") -> TableRevisions:
    """Compare two snapshots of one dataset, the older one first."""
    first, second = (read_cells(snapshot, regions) for snapshot in (before, after))
    found = compare_cells(first, second)
    return TableRevisions(
        before=first.origin,
        after=second.origin,
        keys=first.keys,
        changes=found.changes,
        summary=found.counts,
        periods=found.periods,
        whole=first.whole and second.whole,
        synthetic=first.synthetic or second.synthetic,
    )
