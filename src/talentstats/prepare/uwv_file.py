"""A stored file of UWV -> canonical observations: one row a published value."""

from collections.abc import Mapping

import polars as pl

from talentstats.declared import reading
from talentstats.provenance import Snapshot
from talentstats.regions import Regions
from talentstats.sources.snapshots import CARD
from talentstats.sources.uwv.figures import read_figures
from talentstats.sources.uwv.layout import Layout, choose_layout
from talentstats.terms import UWV_INDICATOR


def read_uwv_file(snapshot: Snapshot, regions: Regions, layouts: Mapping[str, Layout]) -> pl.DataFrame:
    """Read a downloaded file of UWV into canonical observations.

    Parameters
    ----------
    snapshot : Snapshot
        Of kind `download`; its card names the layout.
    regions : Regions
    layouts : mapping of name to Layout
        From `talentstats.sources.uwv.layout.read_layouts`.

    Returns
    -------
    polars.DataFrame
        The columns of `talentstats.prepare.transcription.read_transcription`; `row` is that of the sheet or
        file, and status is unknown, because UWV does not say whether figures may still change.

    Raises
    ------
    InputError
        Naming file, row and column of the first cell that does not fit the layout.
    """
    with reading(snapshot.path.with_name(CARD), what="A snapshot card", expected="`schema`") as card:
        layout = choose_layout(layouts, card["schema"])
    origin = snapshot.origin
    return read_figures(snapshot.path, layout, regions).select(
        dataset=pl.lit(origin.dataset),
        row="row",
        measure="measure",
        region="region",
        period="period",
        adjustment=pl.lit("NSA"),
        method=pl.lit(UWV_INDICATOR),
        vintage=pl.lit(origin.published.known_from, dtype=pl.Date),
        vintage_precision=pl.lit(origin.published.precision),
        value="value",
        unit="unit",
        resolution="resolution",
        status=pl.lit("unknown"),
        certainty=pl.lit("official"),
        source_url=pl.lit(origin.url),
    )
