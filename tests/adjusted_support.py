"""Adjusted samples for the tests, and the scores of their estimates worked out without the package."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import talentstats as ts
from survey_support import people, rows_of, sample_of
from survey_textbook import covariance

Floats = NDArray[np.float64]
Adjust = Callable[[ts.SurveySample], ts.SurveySample]
SIZE = 1500.0


@cache
def drawn(seed: int = 1) -> pl.DataFrame:
    """The persons of `people`, with who answered and in which wave; each sex and region has both."""
    draw = np.random.default_rng(100 + seed)
    frame = people(seed)
    chance = 0.55 + 0.25 * (frame["sex"] == "f").to_numpy()
    answered = (draw.random(frame.height) < chance).astype(int)
    return frame.with_columns(pl.Series("answered", answered), wave=2023 + 2 * (pl.col("person") % 2))


@cache
def few() -> pl.DataFrame:
    """Some of them: two of the three strata."""
    return drawn().filter(pl.col("stratum") != "s2")


def margin(column: str, frame: pl.DataFrame | None = None, *, tilt: float = 0.2) -> dict[Any, float]:
    """Give totals of the categories of a column that differ from the sample's, and add up to `SIZE`."""
    frame = drawn() if frame is None else frame
    sums = frame.group_by(column).agg(pl.col("w").sum()).sort(column)
    tilted = sums["w"].to_numpy() * (1 + tilt * (np.arange(sums.height) % 2))
    return dict(zip(sums[column].to_list(), (SIZE * tilted / tilted.sum()).tolist(), strict=True))


def two_margins(**options: Any) -> dict[Any, dict[Any, float]]:
    return {"sex": margin("sex", **options), "region": margin("region", **options)}


def weights_of(sample: ts.SurveySample) -> Floats:
    return np.asarray(sample.frame[sample.design.weight].to_numpy(), dtype=np.float64)


def dummies(frame: pl.DataFrame, *columns: str) -> Floats:
    """Give a column of ones and zeros for each category of each of the columns."""
    parts = [
        (frame[name] == level).to_numpy().astype(float)[:, None]
        for name in columns
        for level in frame[name].unique().sort()
    ]
    return np.hstack(parts)


def residuals(scores: Floats, x: Floats, before: Floats, after: Floats) -> Floats:
    """Take the regression on the auxiliaries, with the weights before the adjustment, out of scores."""
    root = np.sqrt(before)
    about = np.divide(scores, after, out=np.zeros_like(scores), where=after != 0)
    coefficients = np.linalg.lstsq(root[:, None] * x, root * about, rcond=None)[0]
    return np.asarray(scores - after * (x @ coefficients))


def influences(adjust: Adjust, estimate: Callable[[Floats], Floats], persons: list[int]) -> Floats:
    """Give the influence of some of the `few`, (persons, estimates), by the infinitesimal jackknife.

    The weight of one person is moved a little, everything that was done to the weights is done again, and
    the estimates move with it: nothing here knows of residuals.
    """
    frame, step = few(), 1e-4
    made = []
    for k in persons:
        ends = []
        for sign in (1, -1):
            moved = frame["w"].to_numpy().copy()
            moved[k] *= 1 + sign * step
            sample = sample_of("strata", frame.with_columns(w=pl.Series(moved)))
            ends.append(estimate(weights_of(adjust(sample))))
        made.append((ends[0] - ends[1]) / (2 * step))
    return np.array(made)


def variance(sample: ts.SurveySample, scores: Floats) -> float:
    """Give the variance of a sum of scores by the formulas of sections 5 and 6, in plain loops."""
    return covariance(rows_of(sample), sample.design, scores.tolist(), scores.tolist())


def std_errors(found: ts.Estimates) -> list[float]:
    return found.to_polars()["std_error"].to_list()
