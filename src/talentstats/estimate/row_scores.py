"""From scores of rows to covariances: the road of every statistic that is not a function of a few sums."""

from collections.abc import Callable

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.dispersion import Block, Dispersion, ReplicateEstimates, UnitScores
from talentstats.estimate.from_units import refuse_lonely
from talentstats.estimate.rows import SampleRows
from talentstats.survey.adjustment import has_residuals
from talentstats.survey.replicate_df import rank_of
from talentstats.survey.replicates import UnitReplicates
from talentstats.survey.units import Units
from talentstats.variance.groups import BoolArray, FloatArray, group_sums
from talentstats.variance.replicate_variance import replicate_rank


def score_dispersion(rows: SampleRows, scores: FloatArray) -> UnitScores:
    """Give the dispersion of estimates by linearisation.

    Parameters
    ----------
    rows : SampleRows
    scores : (rows, estimates) float
        What a row adds to the estimate, its weight included; zero outside the subpopulation.

    Raises
    ------
    LonelyPsuError
        If a row inside is alone in its stratum and the design says "fail".
    InputError
        If the sample came with replicate weights, which say nothing of sampling units.
    """
    units = units_of(rows)
    if rows.design.lonely_psu == "fail":
        # Residuals of an adjustment are not zero outside the subpopulation.
        touched = (
            np.arange(units.keys.height)
            if has_residuals(rows.adjustments)
            else np.unique(rows.unit[rows.inside])
        )
        refuse_lonely(touched, units, rows.design)
    estimates = scores.shape[1]
    values = group_sums(rows.unit, rows.residuals(scores), n_groups=units.keys.height).T
    block = Block(
        domain=np.zeros(units.keys.height, dtype=np.int64),
        unit=np.arange(units.keys.height),
        values=values,
        denominator=np.ones((1, estimates)),
        first=0,
    )
    return UnitScores(
        units=units,
        lonely=rows.design.lonely_psu,
        blocks=(block,),
        size=estimates,
        undefined=np.zeros(estimates, dtype=bool),
    )


def variances(dispersion: Dispersion) -> FloatArray:
    """Give the variances, (estimates,); NaN for one below zero, which pairs of units can give."""
    variance = np.diag(dispersion.covariance())
    return np.where(variance < 0, np.nan, variance)


def replicate_dispersion(
    rows: SampleRows, estimate: Callable[[FloatArray], FloatArray], full: FloatArray
) -> ReplicateEstimates:
    """Give the dispersion of estimates by replication.

    Parameters
    ----------
    rows : SampleRows
        Of a sample with replicates.
    estimate : callable
        From weights, (rows, some replicates), to estimates, (the same replicates, estimates); NaN where an
        estimate is not defined in a replicate.
    full : (estimates,) float
        With the full weights.
    """
    if rows.replicates is None:
        raise InputError(
            "The sample has no replicates.",
            expected="a sample with replicate weights",
            got="none",
            remedy="Make them with `make_replicates`.",
        )
    values = np.vstack([estimate(weights) for weights in rows.replicate_weights()])
    return ReplicateEstimates(values=values, full=full, replicates=rows.replicates)


def units_of(rows: SampleRows) -> Units:
    """Give the sampling units."""
    if rows.units is None:
        raise InputError(
            "Replicate weights that came with the file say nothing of sampling units.",
            expected="a design with `psu`, or replicates made by `make_replicates`",
            got="supplied replicate weights",
            remedy="Leave the replicate weights out, or ask a statistic that is estimated with them.",
        )
    return rows.units


def degrees_of_freedom(rows: SampleRows, counted: BoolArray) -> float:
    """Count the first-stage units with a row that is counted, less their strata; of replicates their own."""
    if rows.replicates is not None:
        return design_df(rows)
    units = units_of(rows)
    stage = units.stages[0]
    psu = np.unique(stage.unit[rows.unit[counted]])
    return float(psu.size - np.unique(stage.units().group[psu]).size)


def df_of_part(rows: SampleRows, counted: BoolArray) -> float:
    """Give the degrees of freedom that a part of the rows carries.

    Without replicates as `degrees_of_freedom`. With replicates, when only a part of the rows is counted, the
    rank of the replicate weights of that part less one, as R counts them anew after `subset`.
    """
    if rows.replicates is None or counted.all():
        return degrees_of_freedom(rows, counted)
    if isinstance(rows.replicates, UnitReplicates):
        factors = rows.replicates.factors_of(units_of(rows).keys)
        return float(replicate_rank(factors[np.unique(rows.unit[counted])]) - 1)
    if rows.supplied is None:
        return design_df(rows)
    return float(rank_of(rows.supplied.filter(pl.Series(counted))) - 1)


def design_df(rows: SampleRows) -> float:
    """Give the degrees of freedom of the whole design."""
    if rows.replicates is not None:
        df = rows.replicates.rule.df
        return float("nan") if df is None else float(df)
    return float(units_of(rows).design_df)
