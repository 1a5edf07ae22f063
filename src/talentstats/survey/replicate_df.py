"""Degrees of freedom of supplied replicate weights: their rank less one."""

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.sample import Reading
from talentstats.variance.replicate_variance import gram_rank

_CHUNK = 50_000


def with_df(
    reading: Reading, replicates: ReplicateWeights | UnitReplicates | None
) -> ReplicateWeights | UnitReplicates | None:
    """Fill in the degrees of freedom of replicate weights that came without.

    Raises
    ------
    InputError
        As `rank_df`.
    """
    if not isinstance(replicates, ReplicateWeights) or replicates.df is not None:
        return replicates
    return replace(replicates, df=rank_df(reading, replicates))


def rank_df(reading: Reading, replicates: ReplicateWeights) -> int:
    """Count the degrees of freedom of replicate weights: their rank less one.

    Raises
    ------
    InputError
        If the frame is not in memory: the rank would take a pass for every pair of replicates.
    """
    native = reading.rows.to_native()
    if not isinstance(native, pl.LazyFrame) or reading.engine != "in-memory":
        raise InputError(
            "The degrees of freedom of these replicate weights are not known.",
            expected="`df` in `ReplicateWeights`, for a frame that is not in memory",
            got="none",
            remedy="Take it from the file's documentation; often the number of sampling units less strata.",
        )
    columns = [nw.col(name).cast(nw.Float64) for name in replicates.columns]
    return rank_of(reading.collect(reading.rows.select(*columns))) - 1


def rank_of(weights: pl.DataFrame) -> int:
    """Give the rank of replicate weights, a column each."""
    gram = np.zeros((weights.width, weights.width))
    for start in range(0, weights.height, _CHUNK):
        part = weights.slice(start, _CHUNK).to_numpy()
        gram += part.T @ part
    return gram_rank(gram)
