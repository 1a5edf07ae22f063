"""Which columns of a respondent stay: what figures need, and no more."""

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.codebooks.model import MISSING
from talentstats.regions.municipalities import Carried, Municipalities
from talentstats.waves.declared import SurveyPlan
from talentstats.waves.weighing import REGION_THEN


def on_todays_map(
    frame: pl.DataFrame, municipalities: Municipalities, *, from_year: int, to_year: int
) -> tuple[pl.DataFrame, Carried]:
    """Put respondents in the regions as they are bounded in another year; the region of the wave is kept.

    Parameters
    ----------
    frame : polars.DataFrame
        With `municipality` (codes of `from_year`) and `region`.
    municipalities : Municipalities
    from_year, to_year : int
        Year of the codes, and year of the boundaries.

    Returns
    -------
    (polars.DataFrame, Carried)
        The frame with `region` of `to_year` and `region_at_wave`; and what carrying the codes cost.
    """
    carried = municipalities.carry(frame["municipality"], from_year=from_year, to_year=to_year)
    codes = carried.codes.unique().drop_nulls().sort().to_list()
    region = carried.codes.replace_strict(codes, [municipalities.region_of(code) for code in codes])
    moved = frame.with_columns(
        pl.col("region").alias(REGION_THEN), pl.coalesce(region, pl.col("region")).alias("region")
    )
    return moved, carried


def without_persons(
    frame: pl.DataFrame, plan: SurveyPlan, harmonised: Harmonised, *, wave: int
) -> pl.DataFrame:
    """Drop what identifies a person, after making the coarse columns that take its place.

    Why an answer is missing stays only for variables that stay.
    """
    personal = {
        column
        for variable in harmonised.variables
        if variable.sensitivity == "personal"
        for column in variable.columns
    }
    derived = [one.column(wave) for one in plan.derived if one.source in frame.columns]
    gone = personal | set(plan.dropped)
    gone |= {f"{name}{MISSING}" for name in gone}
    return frame.with_columns(derived).drop(gone & set(frame.columns))
