"""A series cut where its method changes: the pieces that may be drawn as one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from talentstats.figures.cells import region_label
from talentstats.figures.palette import FORMER_METHOD_COLOR, series_colors
from talentstats.figures.scales import missing_between, period_position
from talentstats.language import text
from talentstats.terms import Language


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """The figures of one region by one method, in order of period.

    Attributes
    ----------
    rows : polars.DataFrame
    color : str
    is_current : bool
        Whether it is the newest method of its region.
    has_other_regions, has_other_methods : bool
        Whether the figure has more regions, and this region more methods: what a name must tell.
    """

    rows: pl.DataFrame
    color: str
    is_current: bool
    has_other_regions: bool
    has_other_methods: bool

    @property
    def region(self) -> str:
        """Code of the region."""
        return str(self.rows["region"][0])

    @property
    def method(self) -> str:
        """Method, as in `terms`."""
        return str(self.rows["method"][0])

    @property
    def first(self) -> float:
        """Position of the first period."""
        return period_position(self.rows["period"][0])

    @property
    def last(self) -> float:
        """Position of the last period."""
        return period_position(self.rows["period"][-1])

    def name(self, language: Language) -> str:
        """Return what tells this segment from the others; the region when there are none."""
        region = region_label(self.rows.row(0, named=True), language)
        method = text(f"method_short.{self.method}", language)
        if not self.has_other_methods:
            return region
        return f"{region}, {method}" if self.has_other_regions else method


def segments_of(lines: pl.DataFrame) -> tuple[Segment, ...]:
    """Cut a frame into segments, regions in the order given, the newest method of each first.

    Raises
    ------
    InputError
        If the regions ask for more colours than can be told apart.
    """
    regions = lines["region"].unique(maintain_order=True).to_list()
    colors = dict(zip(regions, series_colors(len(regions)), strict=True))
    return tuple(
        Segment(
            rows=rows,
            color=colors[region] if rank == 0 or len(regions) > 1 else FORMER_METHOD_COLOR,
            is_current=rank == 0,
            has_other_regions=len(regions) > 1,
            has_other_methods=len(by_method) > 1,
        )
        for region in regions
        for by_method in [_newest_first(lines.filter(pl.col("region") == region))]
        for rank, rows in enumerate(by_method)
    )


def method_breaks(segments: Iterable[Segment]) -> tuple[float, ...]:
    """Return the positions where an older method gives way to a newer one.

    Where both methods exist for some periods, the break stands after the last period of the older.
    """
    by_region: dict[str, list[Segment]] = {}
    for segment in segments:
        by_region.setdefault(segment.region, []).append(segment)
    return tuple(
        sorted(
            {
                (older.last + newer.first) / 2 if newer.first > older.last else older.last + 0.5
                for pieces in by_region.values()
                for newer, older in pairwise(pieces)
            }
        )
    )


def missing_periods(segment: Segment) -> tuple[str, ...]:
    """Return the periods inside a segment without a figure."""
    rows = segment.rows
    unpublished = rows.filter(pl.col("value").is_null())["period"].to_list()
    skipped = [period for pair in pairwise(rows["period"]) for period in missing_between(*pair)]
    return tuple(sorted({*unpublished, *skipped}, key=period_position))


def _newest_first(rows: pl.DataFrame) -> list[pl.DataFrame]:
    pieces = [rows.filter(pl.col("method") == method) for method in rows["method"].unique().sort()]
    return sorted(pieces, key=lambda piece: period_position(piece["period"][-1]), reverse=True)
