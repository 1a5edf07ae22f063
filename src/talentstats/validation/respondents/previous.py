"""Whether a wave differs from the previous one by more than people change in two years."""

import polars as pl

from talentstats.schemas.respondents import WaveCheck
from talentstats.validation.respondents.rules import DEVIATIONS, deviations
from talentstats.validation.respondents.wave import Wave

#: Standard errors of a simple sample that clusters, weights and chance may account for.
_CHANCE = 4.0


def nonresponse_high(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of those who were asked that did not know or refused."""
    rates = (
        wave.summary.missing.filter(pl.col("kind").is_in(("dont_know", "refused")), pl.col("n") > 0)
        .group_by("variable", maintain_order=True)
        .agg(
            (100 * pl.col("rate").sum()).alias("residual"),
            (50 * _CHANCE / pl.col("n").first().sqrt()).alias("chance"),
        )
    )
    return _as_deviations(rates.with_columns(pl.lit(None, dtype=pl.String).alias("value")), check)


def nonresponse_jump(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percentage points by which a reason for giving no answer became more or less frequent."""
    return _jumps(wave, check, what="missing", level="kind", share="rate")


def share_jump(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percentage points by which the share of an answer rose or fell."""
    return _jumps(wave, check, what="shares", level="level", share="share")


def mean_jump(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Change of a mean, in percent of the standard deviation of the answers."""
    if wave.previous is None:
        return deviations([])
    spread = pl.max_horizontal("spread", "spread_before")
    both = _beside(wave, wave.summary.means, wave.previous.means, on=["variable"]).filter(spread > 0)
    changes = both.with_columns(
        pl.lit(None, dtype=pl.String).alias("value"),
        (100 * (pl.col("mean") - pl.col("mean_before")) / spread).alias("residual"),
        (100 * _CHANCE * (1 / pl.col("n") + 1 / pl.col("n_before")).sqrt()).alias("chance"),
    )
    return _as_deviations(changes, check)


def _jumps(wave: Wave, check: WaveCheck, *, what: str, level: str, share: str) -> pl.DataFrame:
    if wave.previous is None:
        return deviations([])
    now, before = getattr(wave.summary, what), getattr(wave.previous, what)
    both = _beside(wave, now, before, on=["variable", level])
    between = (pl.col(share) + pl.col(f"{share}_before")) / 2
    error = (between * (1 - between) * (1 / pl.col("n") + 1 / pl.col("n_before"))).sqrt()
    changes = both.with_columns(
        pl.col(level).alias("value"),
        (100 * (pl.col(share) - pl.col(f"{share}_before"))).alias("residual"),
        (100 * _CHANCE * error).alias("chance"),
    )
    return _as_deviations(changes, check)


def _beside(wave: Wave, now: pl.DataFrame, before: pl.DataFrame, *, on: list[str]) -> pl.DataFrame:
    """Put the figures of two waves side by side, of what may be compared."""
    joined = now.join(before, on=on, how="inner", suffix="_before", maintain_order="left")
    comparable = [name for name in joined["variable"].unique() if _is_comparable(wave, name)]
    return joined.filter(pl.col("variable").is_in(comparable), pl.col("n") > 0, pl.col("n_before") > 0)


def _is_comparable(wave: Wave, name: str) -> bool:
    earlier = wave.codebook.wave if wave.previous is None else wave.previous.wave
    return wave.harmonised.comparable(name, earlier, wave.codebook.wave) is None


def _as_deviations(changes: pl.DataFrame, check: WaveCheck) -> pl.DataFrame:
    return changes.select(
        pl.col("variable").alias("column"),
        "value",
        pl.lit(None, dtype=pl.Int64).alias("row"),
        "residual",
        (pl.lit(check.limit) + pl.col("chance")).alias("tolerance"),
    ).select(DEVIATIONS.names())
