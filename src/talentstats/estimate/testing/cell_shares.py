"""Cell shares of a two-way table: totals of the cells over the total of all of them."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from talentstats.estimate.dispersion import Dispersion, ReplicateEstimates
from talentstats.estimate.estimates import COLUMNS, Estimates
from talentstats.estimate.from_replicates import replicate_variation
from talentstats.estimate.notes import INTERVAL_NOTES
from talentstats.estimate.presentation import IntervalKind, Presentation
from talentstats.estimate.request import Where
from talentstats.estimate.statistics import estimate_count
from talentstats.estimate.testing.table_cells import in_words, only_whole, share_dispersion
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.intervals import Interval, proportion_interval, symmetric_interval

# A share this near to 1 is 1 but for the order in which the totals were added.
_ROUNDING = 1e-12


def cell_shares(
    sample: SurveySample,
    rows: str,
    columns: str,
    *,
    by: tuple[str, ...],
    where: Where,
    shown: Presentation,
) -> Estimates:
    """Estimate cell shares; parameters as `two_way_table`, which checks them."""
    interval = shown.interval or "logit"
    counted = estimate_count(sample, columns, by=(*by, rows), margins=True, where=where, df=shown.df)
    counts = only_whole(counted, by)
    layout = _layout(counts.table, rows, columns, by, margins=shown.margins)
    totals = counts.table["estimate"].fill_null(0.0).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (layout.parts @ totals) / (layout.wholes @ totals)
        dispersion = share_dispersion(counts.dispersion, totals, layout.parts, layout.wholes)
    shares = np.where(np.abs(shares - 1) < _ROUNDING, 1.0, shares)
    base = counts.table[layout.base.tolist()]
    numbers = _numbers(shares, dispersion, base, totals=layout.wholes @ totals)
    ends = _interval(numbers, dispersion, base, interval=interval, conf_level=shown.conf_level)
    table = layout.labels.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in numbers.items()),
        pl.Series("conf_low", ends.low).fill_nan(None),
        pl.Series("conf_high", ends.high).fill_nan(None),
        pl.Series("note", _notes(numbers, ends, _dropped(dispersion, shares))),
        *(base[name] for name in ("n_obs", "n_missing")),
        pl.lit(None, dtype=pl.String).alias("level"),
        pl.lit(f"{rows} and {columns}").alias("variable"),
    )
    return replace(
        counts,
        table=table.select(*by, rows, columns, *COLUMNS),
        by=(*by, rows, columns),
        method=replace(counts.method, statistic="proportion", interval=interval, conf_level=shown.conf_level),
        dispersion=dispersion,
        domain_df=counts.domain_df[layout.base],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Layout:
    """Which totals make which share.

    Attributes
    ----------
    labels : polars.DataFrame
        The columns of `by`, of the rows and of the columns in words, one row a share.
    parts, wholes : (shares, totals) float
        1 for the totals that make the numerator, and the denominator.
    base : (shares,) int
        A total of the denominator: the domain that a share is of.
    """

    labels: pl.DataFrame
    parts: FloatArray
    wholes: FloatArray
    base: IntArray


def _layout(counts: pl.DataFrame, rows: str, columns: str, by: tuple[str, ...], *, margins: bool) -> _Layout:
    """Lay out the cells, then the margins of the rows; those of the columns are among the totals."""
    labels = counts.select(
        *by, pl.Series(rows, in_words(counts[rows]), dtype=pl.String), pl.col("level").alias(columns)
    )
    domain = _codes(labels, by)
    of_all = labels[rows].is_null().to_numpy()
    wholes = (domain[:, None] == domain) & of_all
    base = np.argmax(wholes, axis=1)
    kept = np.arange(domain.size) if margins else np.flatnonzero(~of_all)
    parts = np.eye(domain.size)[kept]
    if margins:
        row = _codes(labels, (*by, rows))
        first = np.flatnonzero(~of_all & (labels[columns] == labels[columns][0]).to_numpy())
        parts = np.vstack([parts, row[first][:, None] == row])
        kept = np.concatenate([kept, first])
        whole_row = np.arange(kept.size) >= domain.size
        labels = labels[kept.tolist()].with_columns(
            pl.when(~pl.Series(whole_row)).then(pl.col(columns)).alias(columns)
        )
    else:
        labels = labels[kept.tolist()]
    return _Layout(labels=labels, parts=parts, wholes=wholes[kept].astype(np.float64), base=base[kept])


def _codes(table: pl.DataFrame, columns: tuple[str, ...]) -> IntArray:
    """Give numbers to the distinct combinations of columns."""
    if not columns:
        return np.zeros(table.height, dtype=np.int64)
    distinct = table.select(columns).unique(maintain_order=True).with_row_index("place of a combination")
    joined = table.select(columns).join(
        distinct, on=list(columns), how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["place of a combination"].to_numpy().astype(np.int64)


def _numbers(
    shares: FloatArray, dispersion: Dispersion, base: pl.DataFrame, *, totals: FloatArray
) -> dict[str, FloatArray]:
    """Give estimate, error, cv, df, sum of weights and design effect; NaN where not defined."""
    variance = np.maximum(np.diag(dispersion.covariance()), 0.0)
    error = np.where((shares == 0) | (shares == 1), 0.0, np.sqrt(variance))
    error = np.where(np.isnan(shares), np.nan, error)
    n = base["n_obs"].to_numpy().astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        simple = shares * (1 - shares) / (n - 1) * (totals - n) / totals
        return {
            "estimate": shares,
            "std_error": error,
            "cv": np.where(shares > 0, error / shares, np.nan),
            "df": base["df"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            "sum_weights": totals,
            "design_effect": np.where(simple > 0, error**2 / simple, np.nan),
        }


def _interval(
    numbers: dict[str, FloatArray],
    dispersion: Dispersion,
    base: pl.DataFrame,
    *,
    interval: IntervalKind,
    conf_level: float,
) -> Interval:
    share, error, df = (numbers[name] for name in ("estimate", "std_error", "df"))
    if interval in ("t", "normal"):
        freedom = df if interval == "t" else np.full_like(df, np.inf)
        return symmetric_interval(share, error, df=freedom, conf_level=conf_level)
    partly = (share > 0) & (share < 1)
    if interval in ("logit", "likelihood") and isinstance(dispersion, ReplicateEstimates):
        # Replicates measure the error of the logit itself, as in `estimate_proportion`.
        rule = dispersion.replicates.rule
        logit = replicate_variation(dispersion.values, share, rule, proportions=True).logit_variance
        error = error if logit is None else np.where(partly, np.sqrt(logit) * share * (1 - share), error)
    persons = base["n_obs"] + (base["n_missing"] if interval == "beta" else 0)
    counted = np.where(partly, persons.to_numpy(), base["n_obs"].to_numpy())
    return proportion_interval(
        interval,  # type: ignore[arg-type]  # "t" has been dealt with
        share,
        error,
        n=counted,
        df=df,
        conf_level=conf_level,
    )


def _dropped(dispersion: Dispersion, shares: FloatArray) -> IntArray:
    """Count for each share the replicates in which nobody is in its domain; 0 when there never is anybody."""
    if not isinstance(dispersion, ReplicateEstimates):
        return np.zeros(shares.size, dtype=np.int64)
    empty = np.isnan(dispersion.values).sum(axis=0)
    return np.where(np.isnan(shares), 0, empty).astype(np.int64)


def _notes(numbers: dict[str, FloatArray], ends: Interval, dropped: IntArray) -> list[str]:
    """Say why a value is missing, or an interval is another than was asked for."""
    shares, alike = numbers["estimate"], np.isin(numbers["estimate"], (0.0, 1.0))
    no_effect = np.isnan(numbers["design_effect"]) & ~np.isnan(shares)
    notes = []
    for place, end in enumerate(ends.note.tolist()):
        said = [INTERVAL_NOTES[end]] if end else []
        if np.isnan(shares[place]):
            said.append("no answers in this domain")
        if no_effect[place] and alike[place]:
            said.append("no design effect: all answers are the same")
        elif no_effect[place]:
            said.append("no design effect: the weights add up to no more than the number of answers")
        if dropped[place]:
            said.append(f"{dropped[place]} replicate(s) without this domain left out")
        notes.append("; ".join(filter(None, said)))
    return notes
