"""Tests of what a small-area model supposes."""

import polars as pl
from scipy.special import chdtrc
from scipy.stats import shapiro

_FEWEST = 3


def check_table(areas: pl.DataFrame) -> pl.DataFrame:
    """Test the residuals for normality, and the estimates against the direct ones.

    Parameters
    ----------
    areas : polars.DataFrame
        `direct`, `direct_std_error`, `estimate`, `mse`, `residual`; areas without one of them are left out.
    """
    names = ("check", "statistic", "df", "p_value", "note")
    rows = [_normality(areas["residual"].drop_nulls()), _agreement(areas)]
    return pl.DataFrame(
        [dict(zip(names, row, strict=True)) for row in rows],
        schema={
            "check": pl.String,
            "statistic": pl.Float64,
            "df": pl.Int64,
            "p_value": pl.Float64,
            "note": pl.String,
        },
    )


def _normality(residuals: pl.Series) -> tuple[str, float | None, int | None, float | None, str]:
    name = "normal residuals (Shapiro-Wilk)"
    if residuals.len() < _FEWEST or residuals.n_unique() == 1:
        return name, None, None, None, "no test: fewer than three different residuals"
    found = shapiro(residuals.to_numpy())
    return name, float(found.statistic), None, float(found.pvalue), ""


def _agreement(areas: pl.DataFrame) -> tuple[str, float | None, int | None, float | None, str]:
    name = "agreement with direct estimates (Brown et al.)"
    both = areas.select("direct", "direct_std_error", "estimate", "mse").drop_nulls()
    if both.is_empty():
        return name, None, None, None, "no test: no area has both estimates with their errors"
    distance = (pl.col("direct") - pl.col("estimate")) ** 2 / (
        pl.col("direct_std_error") ** 2 + pl.col("mse")
    )
    statistic = float(both.select(distance.sum()).item())
    return name, statistic, both.height, float(chdtrc(both.height, statistic)), ""
