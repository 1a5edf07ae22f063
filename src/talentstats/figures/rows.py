"""Rows of a figure from top to bottom, as high as their labels and marks need; heights in centimetres."""

from collections.abc import Sequence
from dataclasses import dataclass

from talentstats.errors import unknown_name
from talentstats.figures.layout import BODY, GAP, LEADING, MARGIN, POINTS_PER_CM, wrap
from talentstats.figures.marks import Axis, Tick
from talentstats.figures.placement import text_width

# Longer labels of rows are broken; about a third of the page.
LABEL_WIDTH = 150.0
# A compound is not cut unless it is longer than this.
LONGEST_WORD = 220.0
AROUND_ROW_CM = 0.18
LINE_CM = BODY * LEADING / POINTS_PER_CM
BELOW_ROWS_CM = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where rows stand.

    Attributes
    ----------
    at : tuple of float
        The middle of each row above the bottom of the plot.
    top : float
        The top of the highest row.
    height : float
        That with the room above the rows: of the plot.
    ticks : tuple of Tick
        The labels.
    """

    at: tuple[float, ...]
    top: float
    height: float
    ticks: tuple[Tick, ...]

    def axis(self) -> Axis:
        """Return the vertical axis, a unit of which is a centimetre."""
        return Axis(low=0.0, high=self.height, ticks=self.ticks, grid=False)

    def label_width(self) -> float:
        """Return the width in points that the labels take beside the plot."""
        lines = (line for tick in self.ticks for line in tick.text.split("\n"))
        return max(text_width(line) for line in lines) + GAP + 2 * MARGIN


def stack_rows(
    labels: Sequence[str],
    *,
    least_cm: float,
    above_cm: float = 0.0,
    bold: Sequence[bool] = (),
    width: float = LABEL_WIDTH,
) -> Rows:
    """Place rows below each other, the first on top.

    Parameters
    ----------
    labels : sequence of str
        Broken where they are too long.
    least_cm : float
        What the marks of a row need.
    above_cm : float
        Room above the rows.
    bold : sequence of bool, optional
        Which labels are accented.
    width : float
        Of the longest line of a label, in points.
    """
    broken = [break_label(label, width=width) for label in labels]
    heights = [max(least_cm, LINE_CM * text.count("\n") + LINE_CM + AROUND_ROW_CM) for text in broken]
    top = sum(heights) + BELOW_ROWS_CM
    middles = [top - sum(heights[:number]) - height / 2 for number, height in enumerate(heights)]
    accents = bold or [False] * len(broken)
    ticks = (
        Tick(at=at, text=text, bold=accent) for at, text, accent in zip(middles, broken, accents, strict=True)
    )
    return Rows(at=tuple(middles), top=top, height=top + above_cm, ticks=tuple(ticks))


def break_label(label: str, *, width: float = LABEL_WIDTH) -> str:
    """Return a label in lines of at most `width` points, or as wide as its longest word."""
    longest = max(map(text_width, label.split()), default=0.0)
    return "\n".join(wrap(label, max(width, min(longest, LONGEST_WORD)), text_width))


def in_order(values: Sequence[str], order: Sequence[str], *, what: str) -> list[str]:
    """Return the values that occur, in the order asked for; one that it does not name is refused.

    Raises
    ------
    InputError
        If a value is missing from the order.
    """
    for value in values:
        if value not in order:
            raise unknown_name(what, value, order, where="`order`")
    return [value for value in order if value in values]
