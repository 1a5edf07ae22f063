"""The identity of stocks and flows."""

import polars as pl

from talentstats.schemas.checks import FlowIdentity
from talentstats.validation.relations.evidence import ARITHMETIC, usable

# Vintages, datasets, methods and adjustments are never differenced across.
_GROUP = ("dataset", "region", "adjustment", "method", "vintage", "frequency")


def flow_identity(frame: pl.DataFrame, check: FlowIdentity) -> pl.DataFrame:
    """Residual: stock(t) - stock(t-1) - (inflow(t) - outflow(t)), in the unit of the measures.

    Each of the four terms was rounded, so each may be off by half its resolution.
    """
    rows = usable(frame)
    keys = [*_GROUP, "ordinal"]
    stock = rows.filter(pl.col("measure") == check.stock).unique(keys, keep="first", maintain_order=True)
    previous = _term(stock.with_columns(pl.col("ordinal") + 1), "previous")
    joined = stock.join(previous, on=keys, how="inner", maintain_order="left")
    for measure, name in ((check.inflow, "inflow"), (check.outflow, "outflow")):
        flow = rows.filter(pl.col("measure") == measure).unique(keys, keep="first", maintain_order=True)
        joined = joined.join(_term(flow, name), on=keys, how="inner", maintain_order="left")
    halves = pl.sum_horizontal("resolution", "previous_unit", "inflow_unit", "outflow_unit") / 2
    return joined.with_columns(
        (pl.col("value") - pl.col("previous") - pl.col("inflow") + pl.col("outflow")).alias("residual"),
        (halves + ARITHMETIC).alias("tolerance"),
    )


def _term(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.select(
        *_GROUP, "ordinal", pl.col("value").alias(name), pl.col("resolution").alias(f"{name}_unit")
    )
