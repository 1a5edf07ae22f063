"""Whether the parts of a country add up to it."""

import polars as pl

from talentstats.schemas.checks import RegionalSum
from talentstats.validation.relations.evidence import ARITHMETIC, usable

_GROUP = ("dataset", "measure", "period", "adjustment", "method", "vintage")


def regional_sum(frame: pl.DataFrame, check: RegionalSum) -> pl.DataFrame:
    """Residual: sum of the parts less the whole; checked where every part was published."""
    rows = usable(frame).filter(pl.col("measure") == check.measure)
    keys = [*_GROUP, "region"]
    single = rows.unique(keys, keep="first", maintain_order=True)
    parts = (
        single.filter(pl.col("region").is_in(check.parts))
        .group_by(_GROUP, maintain_order=True)
        .agg(
            pl.len().alias("n_parts"),
            pl.col("value").sum().alias("sum"),
            pl.col("resolution").sum().alias("units"),
        )
        .filter(pl.col("n_parts") == len(check.parts))
    )
    whole = single.filter(pl.col("region") == check.whole)
    joined = whole.join(parts, on=_GROUP, how="inner", maintain_order="left")
    halves = (pl.col("units") + pl.col("resolution")) / 2
    return joined.with_columns(
        (pl.col("sum") - pl.col("value")).alias("residual"),
        (halves + check.slack + ARITHMETIC).alias("tolerance"),
    )
