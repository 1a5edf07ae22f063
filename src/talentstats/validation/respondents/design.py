"""Whether the weights and sampling units of a wave can carry its estimates."""

import polars as pl

from talentstats.schemas.respondents import WaveCheck
from talentstats.validation.respondents.rules import DEVIATIONS, deviations
from talentstats.validation.respondents.wave import Wave

_ARITHMETIC = 1e-9


def weights_sum(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent by which the weights add up to more or less than the population."""
    # Without a population the previous wave says of what size it is; it may have grown since.
    known, slack = (
        (wave.population, 1.0)
        if wave.population or wave.previous is None
        else (
            wave.previous.weight_sum,
            2.0,
        )
    )
    if not known:
        return deviations([])
    found = float(wave.frame["design_weight"].sum())
    return deviations([(check.column, None, 100 * (found / known - 1), slack * check.limit)])


def weights_effect(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Kish's design effect of the weights: n times the sum of squares over the square of the sum."""
    weights = wave.frame["design_weight"].drop_nulls()
    total = float(weights.sum())
    effect = len(weights) * float((weights * weights).sum()) / total**2 if total else 0.0
    return deviations([(check.column, None, effect, check.limit)])


def weights_ratio(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Ratio of the largest weight to the median."""
    weights = wave.frame["design_weight"].drop_nulls()
    largest, median = weights.max(), weights.median()
    if not isinstance(largest, float) or not isinstance(median, float) or median <= 0:
        return deviations([])
    return deviations([(check.column, None, largest / median, check.limit)])


def psu_nested(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Strata, beyond the first, in which a sampling unit lies."""
    return _each(wave, by="psu", check=check, residual=pl.col("stratum").n_unique() - 1)


def psu_lonely(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """1 for a stratum of several units of which one was drawn: its variance cannot be known."""
    alone = (pl.col("psu").n_unique() == 1) & (pl.col("n_psu").max() > 1)
    return _each(wave, by="stratum", check=check, residual=alone)


def psu_total_constant(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Numbers of units in the population, beyond the first, that the rows of a stratum give."""
    return _each(wave, by="stratum", check=check, residual=pl.col("n_psu").n_unique() - 1)


def psu_total_enough(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Units of a stratum in the sample beyond those in the population."""
    beyond = pl.col("psu").n_unique().cast(pl.Float64) - pl.col("n_psu").min()
    return _each(wave, by="stratum", check=check, residual=beyond.clip(lower_bound=0.0))


def frame_complete(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """1 for every region or register of the codebook that has no respondent."""
    variable = wave.harmonised.variable(check.column)
    present = set(wave.frame[check.column].drop_nulls().unique())
    offered = dict.fromkeys(variable.waves[wave.codebook.wave].codes.values())
    return deviations((check.column, one, float(one not in present), 0.0) for one in offered)


def rows_complete(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Count the records of the file that are not in the frame; without a file, the missing row numbers."""
    rows = wave.frame["row"].drop_nulls()
    first, last = rows.min(), rows.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return deviations([])
    # The first record is number 1, or 2 below a header.
    wanted = last - min(first, 2) + 1 if wave.file is None else wave.file.frame.height
    return deviations([(check.column, None, float(wanted - rows.n_unique()), 0.0)])


def _each(wave: Wave, *, by: str, check: WaveCheck, residual: pl.Expr) -> pl.DataFrame:
    return (
        wave.frame.lazy()
        .filter(pl.col(by).is_not_null())
        .group_by(by)
        .agg(residual.cast(pl.Float64).alias("residual"), pl.col("row").min())
        .sort(by)
        .select(
            pl.lit(check.column).alias("column"),
            pl.col(by).alias("value"),
            "row",
            "residual",
            pl.lit(_ARITHMETIC).alias("tolerance"),
        )
        .collect()
        .select(DEVIATIONS.names())
    )
