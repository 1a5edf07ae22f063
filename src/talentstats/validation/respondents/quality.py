"""How respondents filled in the questionnaire: flags for each of them, and what that does to a wave."""

from math import sqrt

import polars as pl

from talentstats.schemas.respondents import COMBINATIONS, Combination, WaveCheck
from talentstats.validation.conditions import KEY_JOIN
from talentstats.validation.respondents.answers import rarely_said
from talentstats.validation.respondents.duplicates import look_alike
from talentstats.validation.respondents.routing import LAST_SHOWN, last_question
from talentstats.validation.respondents.rules import WaveRule, deviations
from talentstats.validation.respondents.wave import Wave

GRID = (
    "sat_housing",
    "sat_healthcare",
    "sat_schools",
    "sat_transport",
    "sat_social_life",
    "sat_information",
)
#: A speeder took less than this share of the median duration in the same mode.
_TOO_FAST = 0.3

#: Standard errors that a share may be off by chance.
_CHANCE = 3.0

_ARITHMETIC = 1e-9
_FEWEST_ASKED = 20
_ENOUGH_TO_VARY = 100


def flags(frame: pl.DataFrame) -> pl.DataFrame:
    """Flag respondents to look at; flags are no reason to delete anybody.

    Parameters
    ----------
    frame : polars.DataFrame
        A harmonised wave.

    Returns
    -------
    polars.DataFrame
        `dataset`, `row`, and true or false for `straight_liner` (the same answer in the whole grid of
        satisfaction), `speeder` (under 30 % of the median duration in the same mode) and `look_alike`
        (someone of the same looks in the same sampling unit answered in another mode).

    Examples
    --------
    >>> from talentstats.synthetic.frame import synthetic_frame
    >>> from talentstats.workspace import find_workspace
    >>> frame = synthetic_frame(2025, n=2000, seed=1, reference=find_workspace().reference)
    >>> flags(frame)["speeder"].mean() < 0.05
    True
    """
    return frame.select(
        "dataset",
        "row",
        _straight(frame).alias("straight_liner"),
        _fast().alias("speeder"),
        look_alike(frame).alias("look_alike"),
    )


def straight_lining(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of those who answered the whole grid that gave one answer throughout."""
    if not set(GRID) <= set(wave.frame.columns):
        return deviations([])
    whole = pl.all_horizontal(pl.col(GRID).is_not_null())
    return _percent(wave.frame, _straight(wave.frame).filter(whole), GRID[0], check)


def speeding(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of the respondents who were done in less than 30 % of the median time."""
    return _percent(wave.frame, _fast(), check.column, check)


def breaking_off(wave: Wave, check: WaveCheck) -> pl.DataFrame:
    """Percent of the respondents who stopped before the last question that everybody is asked."""
    return _percent(wave.frame, pl.col(LAST_SHOWN) < last_question(wave), check.column, check)


def answers_present(wave: Wave, _check: WaveCheck) -> pl.DataFrame:
    """1 for every question that was shown and that nobody answered."""
    enough = wave.summary.missing.group_by("variable", maintain_order=True).agg(
        ((pl.col("n").first() >= _FEWEST_ASKED) & (pl.col("rate").sum() > 1 - _ARITHMETIC)).alias("empty")
    )
    return deviations((name, None, float(empty), 0.0) for name, empty in enough.iter_rows())


def answers_vary(wave: Wave, _check: WaveCheck) -> pl.DataFrame:
    """1 for every question to which all gave the same answer."""
    names = [one.name for one in wave.answers if one.type != "multiple"]
    same = wave.frame.select(
        ((pl.col(name).count() >= _ENOUGH_TO_VARY) & (pl.col(name).min() == pl.col(name).max())).alias(name)
        for name in names
    )
    return deviations((name, None, float(found or 0), 0.0) for name, found in same.row(0, named=True).items())


def rare_combinations(wave: Wave) -> list[WaveRule]:
    """Find how often answers come together that rarely should."""
    return [
        WaveRule(
            rule=one.rule,
            severity=one.severity,
            column=KEY_JOIN.join(one.columns),
            deviations=_share_of(wave, one),
        )
        for one in COMBINATIONS
        if one.tolerated and set(one.columns) <= set(wave.frame.columns)
    ]


def _share_of(wave: Wave, combination: Combination) -> pl.DataFrame:
    said = rarely_said(combination, wave=wave.codebook.wave)
    share, n = wave.frame.select(said.mean().alias("share"), said.len().alias("n")).row(0)
    if not n:
        return deviations([])
    tolerated = combination.tolerated
    # Of few people, chance alone makes it a larger share.
    limit = tolerated + _CHANCE * sqrt(tolerated * (1 - tolerated) / n)
    return deviations([(KEY_JOIN.join(combination.columns), None, 100 * share, 100 * limit)])


def _straight(frame: pl.DataFrame) -> pl.Expr:
    if not set(GRID) <= set(frame.columns):
        return pl.lit(value=False)
    same = pl.min_horizontal(*GRID) == pl.max_horizontal(*GRID)
    return (same & pl.all_horizontal(pl.col(GRID).is_not_null())).fill_null(value=False)


def _fast() -> pl.Expr:
    duration = pl.col("duration_seconds")
    return (duration < _TOO_FAST * duration.median().over("mode")).fill_null(value=False)


def _share(frame: pl.DataFrame, there: pl.Expr) -> float | None:
    found = frame.select(there.mean()).item()
    return None if found is None else float(found)


def _percent(frame: pl.DataFrame, there: pl.Expr, column: str, check: WaveCheck) -> pl.DataFrame:
    share = _share(frame, there)
    return deviations([] if share is None else [(column, None, 100 * share, check.limit)])
