"""Estimates made of arrays, for statistics that are not functions of a few sums."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from talentstats.estimate.dispersion import Dispersion
from talentstats.estimate.estimates import COLUMNS, Estimates, EstimationMethod
from talentstats.estimate.row_scores import design_df
from talentstats.estimate.rows import SampleRows
from talentstats.estimate.variance_words import variance_words
from talentstats.variance.groups import FloatArray


def assemble(
    rows: SampleRows,
    *,
    statistic: str,
    by: tuple[str, ...],
    domains: pl.DataFrame,
    variable: Sequence[str],
    level: Sequence[str | None],
    columns: dict[str, FloatArray],
    note: Sequence[str],
    dispersion: Dispersion,
    interval: str,
    conf_level: float,
    df_rule: str,
    domain_df: FloatArray,
) -> Estimates:
    """Put estimates in the table every result has.

    Parameters
    ----------
    rows : SampleRows
        What they were made of.
    statistic : str
    by : tuple of str
    domains : polars.DataFrame
        The columns of `by`, a row for each estimate; null: all together.
    variable, level, note : sequence
        A value for each estimate.
    columns : dict of str to (estimates,) float
        `estimate`, `std_error`, `conf_low`, `conf_high`, `df`, `n_obs`, `n_missing`, `sum_weights` and
        `design_effect`; NaN where undefined.
    dispersion : Dispersion
    interval, conf_level, df_rule
        How the intervals were made.
    domain_df : (estimates,) float
    """
    estimate, error = columns["estimate"], columns["std_error"]
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(estimate != 0, error / np.abs(estimate), np.nan)
    numbers = pl.DataFrame({**columns, "cv": cv}).with_columns(pl.all().fill_nan(None))
    numbers = numbers.with_columns(pl.col("n_obs", "n_missing").cast(pl.Int64))
    labels = pl.DataFrame(
        {"variable": list(variable), "level": list(level), "note": list(note)},
        schema={"variable": pl.String, "level": pl.String, "note": pl.String},
    )
    parts = [domains.select(by), labels, numbers] if by else [labels, numbers]
    return Estimates(
        table=pl.concat(parts, how="horizontal").select(*by, *COLUMNS),
        by=by,
        method=EstimationMethod(
            statistic=statistic,
            variance=variance_words(rows.design, rows.replicates, [one.kind for one in rows.adjustments]),
            interval=interval,
            conf_level=conf_level,
            df=df_rule,
            lonely_psu=rows.design.lonely_psu,
        ),
        dispersion=dispersion,
        design=rows.design,
        design_df=design_df(rows),
        domain_df=domain_df,
        missing=rows.gaps,
        sample=rows.sample,
        origins=rows.origins,
        synthetic=rows.synthetic,
    )
