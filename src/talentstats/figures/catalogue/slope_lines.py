"""The lines of a slope: their outcome, how they look, and how far each is moved aside."""

from dataclasses import dataclass

import polars as pl

from talentstats.figures.cells import Row
from talentstats.figures.figure import Figure
from talentstats.figures.marks import Shape, Symbol
from talentstats.figures.placement import Area
from talentstats.figures.waves import Waves

RISE, FALL, NO_CHANGE, NOT_TESTED = "rise", "fall", "no_change", "not_tested"
OUTCOMES = (RISE, FALL, NO_CHANGE, NOT_TESTED)
# Between the marks of neighbouring categories at one wave, and at most for all of them.
STEP, WIDEST = 3.6, 36.0
# Between the last of those marks and the labels.
BESIDE = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the line of a category looks, by the outcome of its test."""

    color: str
    shape: Shape
    filled: bool
    thin: bool
    dashed: bool
    symbol: Symbol


STYLES = {
    RISE: Style(color="blue", shape="circle", filled=True, thin=False, dashed=False, symbol="filled"),
    FALL: Style(color="orange", shape="square", filled=True, thin=False, dashed=False, symbol="square"),
    NO_CHANGE: Style(color="grey", shape="circle", filled=False, thin=True, dashed=False, symbol="open"),
    NOT_TESTED: Style(color="grey", shape="diamond", filled=False, thin=True, dashed=True, symbol="diamond"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeLine:
    """The estimates of one category, a row or None for each wave, and how far it is moved aside."""

    rows: tuple[Row | None, ...]
    name: str
    style: Style
    aside: float

    def known(self) -> list[Row]:
        """Return the rows with an estimate."""
        return [row for row in self.rows if row is not None and row["estimate"] is not None]


def slope_lines(figure: Figure, waves: Waves) -> list[SlopeLine]:
    """Return a line for each category, in the order given."""
    data = figure.data
    categories = data["category"].unique(maintain_order=True).to_list()
    step = step_of(figure)
    lines = []
    for number, category in enumerate(categories):
        own = data.filter(pl.col("category").eq_missing(category))
        by_wave = {row["wave"]: row for row in own.iter_rows(named=True)}
        lines.append(
            SlopeLine(
                rows=tuple(by_wave.get(year) for year in waves.years),
                name=str(own[f"category_{figure.language}"][0]),
                style=STYLES[own["outcome"][0]],
                aside=(number - (len(categories) - 1) / 2) * step,
            )
        )
    return lines


def step_of(figure: Figure) -> float:
    """Return how far apart, in points, the marks of neighbouring categories stand at one wave."""
    return min(STEP, WIDEST / figure.data["category"].n_unique())


def reach_of(figure: Figure) -> float:
    """Return how far from a wave, in points, its labels begin."""
    return step_of(figure) * (figure.data["category"].n_unique() - 1) / 2 + BESIDE


def years_of(points: float, area: Area) -> float:
    """Return a distance along the horizontal axis in years."""
    return points * (area.x.high - area.x.low) / area.width
