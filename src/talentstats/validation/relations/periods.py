"""Relations of periods: published after they began, and none missing within a series."""

from fnmatch import fnmatchcase

import polars as pl

from talentstats.schemas.checks import ContiguousPeriods, PeriodBegun
from talentstats.validation.relations.evidence import period_after, usable

_SERIES = ("dataset", "measure", "region", "adjustment", "method", "frequency")


def period_begun(frame: pl.DataFrame, _check: PeriodBegun) -> pl.DataFrame:
    """Residual: days by which the publication precedes the first day of the period."""
    dated = usable(frame).filter(pl.col("vintage").is_not_null())
    early = (pl.col("begins") - pl.col("vintage")).dt.total_days().clip(lower_bound=0)
    return dated.with_columns(early.cast(pl.Float64).alias("residual"), pl.lit(0.0).alias("tolerance"))


def periods_contiguous(frame: pl.DataFrame, check: ContiguousPeriods) -> pl.DataFrame:
    """Residual: 1 for every period missing between the first and last of a series, 0 for the others.

    A row with an empty value counts as present: the publisher says that there is no figure.
    """
    rows = usable(frame.with_columns(pl.lit(0.0).alias("value"))).filter(
        ~pl.col("dataset").is_in(_scattered(frame, check.scattered))
    )
    present = rows.unique([*_SERIES, "ordinal"], keep="first", maintain_order=True)
    span = present.group_by(_SERIES, maintain_order=True).agg(
        pl.col("ordinal").min().alias("first"),
        pl.col("ordinal").max().alias("last"),
        pl.col("period").sort_by("ordinal").first().alias("from"),
    )
    wanted = span.with_columns(pl.int_ranges("first", pl.col("last") + 1).alias("ordinal")).explode(
        "ordinal", empty_as_null=True, keep_nulls=True
    )
    joined = wanted.join(present, on=[*_SERIES, "ordinal"], how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("period").is_null().cast(pl.Float64).alias("residual"),
        pl.lit(0.0).alias("tolerance"),
        # The line to look at is that of the next period that is there.
        pl.col("row").backward_fill().over(_SERIES),
        _period_codes(joined),
    )


def _period_codes(joined: pl.DataFrame) -> pl.Series:
    codes = [
        period if period is not None else period_after(start, ordinal - first)
        for period, start, ordinal, first in joined.select("period", "from", "ordinal", "first").iter_rows()
    ]
    return pl.Series("period", codes, dtype=pl.String)


def _scattered(frame: pl.DataFrame, patterns: tuple[str, ...]) -> list[str]:
    datasets = frame["dataset"].drop_nulls().unique().to_list()
    return [name for name in datasets if any(fnmatchcase(name, pattern) for pattern in patterns)]
