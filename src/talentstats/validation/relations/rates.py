"""Whether a rate and its count agree from one period to the next."""

import polars as pl

from talentstats.schemas.checks import RateConsistent
from talentstats.validation.relations.evidence import ARITHMETIC, usable

_GROUP = ("dataset", "region", "adjustment", "method", "vintage", "frequency")


def rate_consistent(frame: pl.DataFrame, check: RateConsistent) -> pl.DataFrame:
    """Residual: percent by which the implied totals of two consecutive periods fail to overlap.

    With count c and rate r rounded to units u and v, the total 100 c / r lies between
    100 (c - u/2) / (r + v/2) and 100 (c + u/2) / (r - v/2). Totals that overlap have residual 0.
    """
    keys = [*_GROUP, "ordinal"]
    rows = usable(frame)
    count = rows.filter(pl.col("measure") == check.count).unique(keys, keep="first", maintain_order=True)
    rate = rows.filter(pl.col("measure") == check.rate).unique(keys, keep="first", maintain_order=True)
    implied = rate.join(
        count.select(*keys, pl.col("value").alias("count"), pl.col("resolution").alias("count_unit")),
        on=keys,
        how="inner",
        maintain_order="left",
    ).with_columns(*_interval())
    previous = implied.select(
        *_GROUP,
        pl.col("ordinal") + 1,
        pl.col("low").alias("previous_low"),
        pl.col("high").alias("previous_high"),
    )
    pairs = implied.join(previous, on=keys, how="inner", maintain_order="left")
    apart = pl.max_horizontal(
        pl.col("low") / pl.col("previous_high") - 1, pl.col("previous_low") / pl.col("high") - 1, 0.0
    )
    return pairs.with_columns(
        (100 * apart).alias("residual"), pl.lit(check.max_change + ARITHMETIC).alias("tolerance")
    )


def _interval() -> tuple[pl.Expr, pl.Expr]:
    half_count, half_rate = pl.col("count_unit") / 2, pl.col("resolution") / 2
    lowest_rate = pl.col("value") - half_rate
    low = 100 * (pl.col("count") - half_count) / (pl.col("value") + half_rate)
    high = 100 * (pl.col("count") + half_count) / lowest_rate
    # A rate that may be zero sets no upper bound.
    return low.alias("low"), pl.when(lowest_rate > 0).then(high).otherwise(float("inf")).alias("high")
