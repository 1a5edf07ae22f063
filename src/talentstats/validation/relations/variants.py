"""Whether a series is of one adjustment and one method."""

from fnmatch import fnmatchcase

import polars as pl

from talentstats.schemas.checks import DeclaredVariant, OneVariant
from talentstats.validation.relations.evidence import usable

_SERIES = ("dataset", "measure")
_VARIANT = ("adjustment", "method")


def one_variant(frame: pl.DataFrame, check: OneVariant) -> pl.DataFrame:
    """Residual: 1 for a row of another adjustment or method than its dataset holds for that measure.

    A dataset that is not declared holds one: that of most of its rows (on a tie, no row is right).
    """
    rows = usable(frame)
    counted = rows.group_by(*_SERIES, *_VARIANT, maintain_order=True).agg(pl.len().alias("n"))
    most = pl.col("n").max().over(_SERIES)
    tied = (pl.col("n") == most).sum().over(_SERIES) > 1
    counted = counted.with_columns(((pl.col("n") == most) & ~tied).alias("main"))
    strange = [not _fits(row, check.variants) for row in counted.iter_rows(named=True)]
    marked = counted.with_columns(pl.Series("residual", strange).cast(pl.Float64)).drop("n", "main")
    joined = rows.join(marked, on=[*_SERIES, *_VARIANT], how="inner", nulls_equal=True, maintain_order="left")
    return joined.with_columns(
        pl.lit(0.0).alias("tolerance"),
        pl.concat_str(_VARIANT, separator=", ", ignore_nulls=True).alias("adjustment"),
    )


def _fits(row: dict[str, object], variants: tuple[DeclaredVariant, ...]) -> bool:
    for declared in variants:
        if fnmatchcase(str(row["dataset"]), declared.dataset) and row["measure"] in declared.measures:
            return row["adjustment"] in declared.adjustments and row["method"] in declared.methods
    return bool(row["main"])
