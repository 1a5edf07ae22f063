"""Whether each person is in the wave once, and is who the previous wave says."""

from collections.abc import Iterator

import polars as pl

from talentstats.codebooks.model import MISSING
from talentstats.schemas.respondents import WaveCheck
from talentstats.validation.respondents.rules import RowRule, deviations
from talentstats.validation.respondents.summary import FIXED_TRAITS
from talentstats.validation.respondents.wave import Wave

#: Column with a fingerprint of everything a respondent's record says beside its numbers.
LIKENESS = "__likeness"

_NUMBERS = ("dataset", "row", "respondent_id", "panel_id", "mode")
_LOOKS = (
    "psu",
    "sex",
    "birth_year_band",
    "nationality_broad",
    "country_of_birth",
    "arrival_year",
    "municipality",
    "role",
    "education",
    "children",
    "tenure",
    "stay_intention",
)


def with_likeness(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a fingerprint of each record, equal for equal records."""
    said = frame.select(pl.exclude(*_NUMBERS, "^__.*$"))
    return frame.with_columns(said.hash_rows().alias(LIKENESS))


def look_alike(frame: pl.DataFrame) -> pl.Series:
    """Tell of every row whether someone of the same looks in the same unit answered in another mode."""
    looks = [name for name in _LOOKS if name in frame.columns]
    known = pl.all_horizontal(pl.col("country_of_birth", "arrival_year").is_not_null())
    others = (
        frame.lazy()
        .select("mode", *looks)
        .with_row_index("place")
        .filter(known)
        .filter(pl.struct(looks).is_duplicated())
        .with_columns((pl.col("mode").n_unique().over(looks) > 1).alias("alike"))
        .filter("alike")
        .collect()
    )
    return pl.int_range(frame.height, dtype=pl.UInt32, eager=True).is_in(others["place"].implode())


def duplicate_rules(wave: Wave) -> Iterator[RowRule]:
    """Yield: a member of the panel once, in one mode, and no record that repeats another."""
    member = pl.col("panel_id").is_not_null()
    again = (pl.len().over("panel_id", "mode") > 1) & member
    yield RowRule(rule="panel-once", columns=("panel_id",), concerns=member, broken=again)
    yield RowRule(
        rule="mode-once",
        columns=("panel_id", "mode"),
        concerns=member,
        broken=pl.col("mode").n_unique().over("panel_id") > 1,
    )
    answered = [pl.col(one.name + MISSING).ne_missing(pl.lit("not_shown")) for one in wave.answers]
    yield RowRule(
        rule="answers-repeated",
        columns=("respondent_id",),
        concerns=pl.sum_horizontal(*answered) > len(answered) // 3,
        broken=pl.col(LIKENESS).is_duplicated(),
    )


def look_alikes(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of the respondents that look like someone who answered in another mode."""
    share = look_alike(wave.frame).mean()
    return deviations(
        [(check.column, None, 100 * float(share if isinstance(share, float) else 0), check.limit)]
    )


def panel_traits(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of the members of the panel for whom a trait differs from what the previous wave says."""
    if wave.previous is None:
        return deviations([])
    traits = [one for one in FIXED_TRAITS if one in wave.frame and one in wave.previous.panel]
    both = wave.frame.select("panel_id", *traits).join(wave.previous.panel, on="panel_id", suffix="__before")
    shares = both.select((pl.col(one) != pl.col(f"{one}__before")).mean().alias(one) for one in traits)
    return deviations(
        (f"panel_id + {one}", None, 100 * share, check.limit)
        for one, share in shares.row(0, named=True).items()
        if share is not None
    )
