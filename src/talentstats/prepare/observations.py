"""Several snapshots -> one canonical frame of observations."""

from collections.abc import Iterable

import polars as pl

from talentstats.errors import InputError
from talentstats.prepare.corrections import Corrections, exclude
from talentstats.prepare.readable import Readable
from talentstats.provenance import Snapshot
from talentstats.terms import CERTAINTIES

KEY = ("measure", "region", "period", "adjustment", "method", "vintage")


def prepare_observations(
    snapshots: Iterable[Snapshot], *, readable: Readable, corrections: Corrections, where: str
) -> pl.DataFrame:
    """Read snapshots, leave out what is declared unusable, and keep one row for each published figure.

    Parameters
    ----------
    snapshots : iterable of Snapshot
    readable : Readable
        What is declared of stored files.
    corrections : Corrections
        Only exclusions of datasets among `snapshots` are applied.
    where : str
        The file of the corrections, named in errors.

    Returns
    -------
    polars.DataFrame
        Sorted by measure, region, adjustment, method, period and vintage.
    """
    chosen = tuple(snapshots)
    datasets = {snapshot.origin.dataset for snapshot in chosen}
    frame = pl.concat([readable.read(snapshot) for snapshot in chosen])
    applicable = tuple(entry for entry in corrections.exclusions if entry.dataset in datasets)
    frame = exclude(frame, applicable, where=where)
    return _one_row_per_figure(frame).sort(
        "measure", "region", "adjustment", "method", "period", "vintage", "dataset", "row"
    )


def _one_row_per_figure(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the best witness of a figure that several sources give, and refuse sources that disagree."""
    frame = _drop_vaguer_dates(frame)
    spread = frame.group_by(KEY).agg(
        rows=pl.len(),
        spread=pl.col("value").max() - pl.col("value").min(),
        resolution=pl.col("resolution").max(),
        places=pl.format("{} line {}", "dataset", "row"),
        values=pl.col("value"),
    )
    clash = spread.filter(pl.col("spread") > pl.col("resolution") / 2 + 1e-9)
    if clash.height:
        first = clash.sort(KEY).row(0, named=True)
        raise InputError(
            f"Two sources of one publication disagree about `{first['measure']}` in {first['period']}.",
            where=" and ".join(first["places"]),
            expected="the same figure, up to its rounding",
            got=" and ".join(str(value) for value in first["values"]),
            remedy="Find out which is right; declare the other in `data/reference/corrections.toml`.",
        )
    rank = {name: number for number, name in enumerate(CERTAINTIES)}
    return (
        frame.with_columns(rank=pl.col("certainty").replace_strict(rank, return_dtype=pl.Int8))
        .sort("rank", "resolution", "dataset", "row")
        .unique(KEY, keep="first", maintain_order=True)
        .drop("rank")
    )


def _drop_vaguer_dates(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out a figure dated to the month when the same figure is also dated to a day of that month."""
    same = [column for column in KEY if column != "vintage"] + ["value"]
    month = pl.col("vintage").dt.truncate("1mo").alias("month")
    exact = frame.filter(pl.col("vintage_precision") == "day").select(*same, month).unique()
    vague = frame.filter(pl.col("vintage_precision") == "month").with_columns(month)
    return pl.concat(
        [
            frame.filter(pl.col("vintage_precision") != "month"),
            vague.join(exact, on=[*same, "month"], how="anti").drop("month"),
        ]
    )
