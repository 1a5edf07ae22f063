"""How far a figure moved since its previous vintage."""

import polars as pl

from talentstats.schemas.checks import RevisionSize
from talentstats.validation.relations.evidence import ARITHMETIC, usable

_FIGURE = ("measure", "region", "period", "adjustment", "method")


def revision_size(frame: pl.DataFrame, check: RevisionSize) -> pl.DataFrame:
    """Residual: percent change since the previous vintage of the same figure, from whatever dataset.

    Both figures were rounded; half a unit of each, in percent, is added to the limit.
    """
    rows = usable(frame).filter(pl.col("vintage").is_not_null()).sort("vintage", "dataset", "row")
    single = rows.unique([*_FIGURE, "vintage"], keep="last", maintain_order=True)
    pairs = single.with_columns(
        pl.col("value").shift(1).over(_FIGURE).alias("previous"),
        pl.col("resolution").shift(1).over(_FIGURE).alias("previous_unit"),
    ).filter(pl.col("previous") != 0)
    size = pl.col("previous").abs()
    rounding = (pl.col("resolution") + pl.col("previous_unit")) / 2 / size
    return pairs.with_columns(
        (100 * (pl.col("value") - pl.col("previous")) / size).alias("residual"),
        (check.limit + 100 * rounding + ARITHMETIC).alias("tolerance"),
    )
