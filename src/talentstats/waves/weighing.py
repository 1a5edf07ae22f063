"""The weights of a wave: raked to the totals of its own year, in a way that variances can know of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.provenance import Origin
from talentstats.survey.design import SurveyDesign
from talentstats.survey.sample import SurveySample
from talentstats.weighting.diagnosis import diagnose_weights
from talentstats.weighting.margin import Margin
from talentstats.weighting.margins import Margins
from talentstats.weighting.margins_file import read_margins
from talentstats.weighting.raking import rake

WEIGHT = "weight"
# The region at the time of the wave, to which weights are raked; `region` is that of the figures.
REGION_THEN = "region_at_wave"
# Sampling units count as drawn with replacement: see docs/survey/processing.md, "Variance".
DESIGN = SurveyDesign(weight="design_weight", strata="stratum", psu="psu")


def wave_margins(path: Path, *, wave: int, expected: tuple[tuple[str, ...], ...]) -> Margins:
    """Read the totals a wave is weighted to.

    Parameters
    ----------
    path : Path
        The file with the totals.
    wave : int
    expected : tuple of tuple of str
        The columns there must be totals of.

    Raises
    ------
    InputError
        If there is no such file, its totals are of another year, or it has other columns.
    """
    if not path.is_file():
        raise InputError(
            f"There are no population totals for the wave of {wave}.",
            expected=f"a file of margins with a `reference_date` in {wave}",
            got="no file",
            where=f"data/reference/margins/{path.name}",
            remedy="Write the totals of the register there; a synthetic wave comes with a `margins.toml`.",
        )
    margins = read_margins(path)
    day = margins.reference_date
    if day is None or day.year != wave:
        raise InputError(
            f"The population totals for the wave of {wave} are of another year.",
            expected=f"a `reference_date` in {wave}",
            got=str(day),
            where=path.name,
            remedy="Take the totals of the year of the wave.",
        )
    found = {frozenset(margin.columns) for margin in margins.categories}
    if found != {frozenset(columns) for columns in expected}:
        raise InputError(
            f"The population totals for the wave of {wave} are of other variables than it is weighted by.",
            expected=", ".join(" by ".join(columns) for columns in expected),
            got=", ".join(margin.label for margin in margins.categories),
            where=path.name,
            remedy="Complete the file, or change `margins` in `waves.toml`.",
        )
    return margins


def weighed(frame: pl.DataFrame, margins: Mapping[str, Any], origins: tuple[Origin, ...]) -> SurveySample:
    """Rake the respondents of a wave to its margins; the result knows what was done to its weights.

    Parameters
    ----------
    frame : polars.DataFrame
        With `design_weight`, `stratum`, `psu` and the columns of the margins.
    margins : mapping
        As `described` gives them.
    origins : tuple of Origin
        Where the totals come from.
    """
    return rake(SurveySample(frame, DESIGN), margins_of(margins, origins), name=WEIGHT)


def described(margins: Margins) -> dict[str, Any]:
    """Give margins as JSON can hold them, with the region named as that of the wave."""
    return {
        "reference_date": None if margins.reference_date is None else margins.reference_date.isoformat(),
        "margins": [
            {
                "columns": [_then(column) for column in margin.columns],
                "totals": [
                    [*level, total]
                    for level, total in zip(margin.levels.rows(), margin.totals.tolist(), strict=True)
                ],
            }
            for margin in margins.categories
        ],
    }


def margins_of(described_margins: Mapping[str, Any], origins: tuple[Origin, ...] = ()) -> Margins:
    """Make margins of their description."""
    return Margins(
        categories=tuple(
            Margin(
                levels=pl.DataFrame(
                    [row[:-1] for row in entry["totals"]], schema=entry["columns"], orient="row"
                ),
                totals=np.array([row[-1] for row in entry["totals"]], dtype=np.float64),
            )
            for entry in described_margins["margins"]
        ),
        origins=origins,
    )


def diagnostics(sample: SurveySample) -> dict[str, Any]:
    """Give what weighting did, as JSON can hold it: the spread of the weights, and the margins."""
    found = diagnose_weights(sample)
    return {"weights": found.weights.to_dicts(), "margins": found.margins.to_dicts()}


def _then(column: str) -> str:
    return REGION_THEN if column == "region" else column
