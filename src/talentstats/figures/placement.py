"""Where a label goes so that it hides neither a line nor another label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from talentstats.figures.marks import Align, Axis, Label, Line, Mark, Points, Rule

FONT_SIZE = 8.0
LINE_HEIGHT = 11.0
POINTS_PER_CM = 72 / 2.54
# A label may stick out above the plot by this much.
ROOM_ABOVE = 4.0
# Crossing a rule hides less than crossing data.
WEIGHT_OF_RULE = 0.2
# A generous mean width of a character of the house font, as a share of the font size.
CHARACTER_WIDTH = 0.53


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The plot area: two axes and its expected size in points."""

    x: Axis
    y: Axis
    width: float
    height: float

    def to_points(self, x: float, y: float) -> tuple[float, float]:
        """Return a position in points from the lower left corner."""
        return (
            (x - self.x.low) / (self.x.high - self.x.low) * self.width,
            (y - self.y.low) / (self.y.high - self.y.low) * self.height,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A text that wants to stand beside one of its anchors, the first if there is room."""

    text: str
    color: str
    anchors: tuple[tuple[float, float], ...]
    bold: bool = False
    sides: tuple[str, ...] = ("above", "below", "right", "left")


# Left, bottom, right and top; a place; and a place with how much it matters that it stays visible.
Box = tuple[float, float, float, float]
Spot = tuple[float, float]
Ink = tuple[float, float, float]
Floats = npt.NDArray[np.float64]


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Return the estimated width of a text in points."""
    return len(text) * CHARACTER_WIDTH * size


def place_labels(requests: Sequence[Request], marks: Sequence[Mark], area: Area) -> tuple[Label, ...]:
    """Return one label per request, each at the first of its places that hides least.

    Parameters
    ----------
    requests : sequence of Request
        The most important first: later ones make way.
    marks : sequence of Mark
        What must stay visible.
    area : Area
    """
    obstacles = np.array(list(_ink(marks, area)), dtype=np.float64).reshape(-1, 3)
    taken: list[Box] = []
    labels: list[Label] = []
    for request in requests:
        candidates = list(_candidates(request, area))
        boxes = np.array([box for _, box in candidates])
        label, box = candidates[_cheapest(boxes, obstacles, taken, area)]
        taken.append(box)
        labels.append(label)
    return tuple(labels)


def _candidates(request: Request, area: Area) -> Iterator[tuple[Label, Box]]:
    width = text_width(request.text)
    gap = LINE_HEIGHT
    places: dict[str, tuple[tuple[Align, float, float], ...]] = {
        "above": _stepped(gap),
        "below": _stepped(-gap),
        "right": _stacked("left", 7, gap),
        "left": _stacked("right", -7, gap),
    }
    shift = {"left": 0.0, "center": -0.5, "right": -1.0}
    for x, y in request.anchors:
        left, base = area.to_points(x, y)
        for side in request.sides:
            for align, dx, dy in places[side]:
                start = left + dx + shift[align] * width
                middle = base + dy
                box = (start, middle - LINE_HEIGHT / 2, start + width, middle + LINE_HEIGHT / 2)
                label = Label(
                    x=x, y=y, text=request.text, color=request.color, align=align, bold=request.bold
                )
                yield replace(label, dx=dx, dy=dy), box


def _stacked(align: Align, dx: float, gap: float) -> tuple[tuple[Align, float, float], ...]:
    """Return places beside a point: level with it first, then higher and lower, then farther away."""
    heights = (0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2)
    return tuple((align, far * dx, share * gap) for far in (1, 2) for share in heights)


def _stepped(gap: float) -> tuple[tuple[Align, float, float], ...]:
    """Return places above (or, with a negative gap, below) a point: near first."""
    aligns: tuple[Align, ...] = ("center", "right", "left")
    return tuple((align, 0, steps * gap) for steps in (1, 2, 3) for align in aligns)


def _cheapest(boxes: Floats, obstacles: Floats, taken: Sequence[Box], area: Area) -> int:
    """Return the first of the best places: least outside the plot or over a label, then least hidden ink.

    Parameters
    ----------
    boxes : array (k, 4)
        Left, bottom, right and top of each place, in points.
    obstacles : array (n, 3)
        Position and weight of the ink that should stay visible.
    """
    left, bottom, right, top = (boxes[:, side, np.newaxis] for side in range(4))
    outside = (
        np.maximum(0.0, -left)
        + np.maximum(0.0, right - area.width)
        + np.maximum(0.0, -bottom)
        + np.maximum(0.0, top - area.height - ROOM_ABOVE)
    )[:, 0]
    others = np.array(taken, dtype=np.float64).reshape(-1, 4)
    beside = (
        (left >= others[:, 2]) | (right <= others[:, 0]) | (bottom >= others[:, 3]) | (top <= others[:, 1])
    )
    x, y, weight = obstacles.T
    covered = (left - 3 < x) & (x < right + 3) & (bottom - 2 < y) & (y < top + 2)
    # Rounded, so that two places that hide the same ink in another order of adding are a tie.
    hidden = np.round(covered @ weight, 6)
    return int(np.lexsort((hidden, outside + 1000.0 * (~beside).sum(axis=1)))[0])


def _ink(marks: Sequence[Mark], area: Area) -> Iterator[Ink]:
    """Yield points, at most a few points apart, that the lines and points of a plot cover."""
    for mark in marks:
        if isinstance(mark, Points):
            for x, y in zip(mark.x, mark.y, strict=True):
                yield from ((*spot, 1.0) for spot in _around(area.to_points(x, y), mark.size / 2))
        elif isinstance(mark, Rule):
            yield from ((*spot, WEIGHT_OF_RULE) for spot in _between(*_ends(mark, area)))
        elif isinstance(mark, Line):
            yield from ((*spot, 1.0) for spot in _along(mark, area))


def _along(line: Line, area: Area) -> Iterator[Spot]:
    drawn = [None if y is None else area.to_points(x, y) for x, y in zip(line.x, line.y, strict=True)]
    yield from (spot for spot in drawn if spot is not None)
    for start, end in pairwise(drawn):
        if start is not None and end is not None:
            yield from _between(start, end)


def _around(center: Spot, radius: float) -> Iterator[Spot]:
    for dx, dy in ((0, 0), (radius, 0), (-radius, 0), (0, radius), (0, -radius)):
        yield (center[0] + dx, center[1] + dy)


def _ends(rule: Rule, area: Area) -> tuple[Spot, Spot]:
    if rule.vertical:
        return area.to_points(rule.at, area.y.low), area.to_points(rule.at, area.y.high)
    return area.to_points(area.x.low, rule.at), area.to_points(area.x.high, rule.at)


def _between(start: Spot, end: Spot) -> Iterator[Spot]:
    steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) // 3)
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        yield (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
