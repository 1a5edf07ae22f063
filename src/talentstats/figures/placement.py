"""Where a label goes so that it hides neither a line nor another label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from talentstats.figures.marks import Align, Axis, Label, Line, Mark, Points, Rule

FONT_SIZE = 8.0
LINE_HEIGHT = 11.0
POINTS_PER_CM = 72 / 2.54
# A label may stick out above the plot by this much.
ROOM_ABOVE = 4.0
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


Box = tuple[float, float, float, float]


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
    obstacles = tuple(_ink(marks, area))
    taken: list[Box] = []
    labels: list[Label] = []
    for request in requests:
        candidates = list(_candidates(request, area))
        costs = [_cost(box, obstacles, taken, area) for _, box in candidates]
        label, box = candidates[costs.index(min(costs))]
        taken.append(box)
        labels.append(label)
    return tuple(labels)


def _candidates(request: Request, area: Area) -> Iterator[tuple[Label, Box]]:
    width = text_width(request.text)
    gap = LINE_HEIGHT
    places: dict[str, tuple[tuple[Align, float, float], ...]] = {
        "above": (("center", 0, gap), ("center", 0, 2 * gap), ("right", 0, gap), ("left", 0, gap)),
        "below": (("center", 0, -gap), ("center", 0, -2 * gap), ("right", 0, -gap), ("left", 0, -gap)),
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
                where = {"x": x, "y": y, "dx": dx, "dy": dy}
                yield (
                    Label(text=request.text, color=request.color, align=align, bold=request.bold, **where),
                    box,
                )


def _stacked(align: Align, dx: float, gap: float) -> tuple[tuple[Align, float, float], ...]:
    """Return places beside a point: level with it first, then ever higher and lower."""
    return tuple((align, dx, share * gap) for share in (0, 0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2))


def _cost(
    box: Box, obstacles: Sequence[tuple[float, float]], taken: Sequence[Box], area: Area
) -> tuple[float, int]:
    """Return how bad a place is: first what lies outside or over a label, then hidden ink."""
    left, bottom, right, top = box
    outside = (
        max(0.0, -left)
        + max(0.0, right - area.width)
        + max(0.0, -bottom)
        + max(0.0, top - area.height - ROOM_ABOVE)
    )
    overlaps = sum(
        left < other[2] and right > other[0] and bottom < other[3] and top > other[1] for other in taken
    )
    hidden = sum(left - 3 < x < right + 3 and bottom - 2 < y < top + 2 for x, y in obstacles)
    return (outside + 1000.0 * overlaps, hidden)


def _ink(marks: Sequence[Mark], area: Area) -> Iterator[tuple[float, float]]:
    """Yield points, at most a few points apart, that the lines and points of a plot cover."""
    for mark in marks:
        if isinstance(mark, Points):
            for x, y in zip(mark.x, mark.y, strict=True):
                yield from _around(area.to_points(x, y), mark.size / 2)
        elif isinstance(mark, Rule):
            yield from _between(*_ends(mark, area))
        elif isinstance(mark, Line):
            drawn = [None if y is None else area.to_points(x, y) for x, y in zip(mark.x, mark.y, strict=True)]
            yield from (point for point in drawn if point is not None)
            for start, end in pairwise(drawn):
                if start is not None and end is not None:
                    yield from _between(start, end)


def _around(center: tuple[float, float], radius: float) -> Iterator[tuple[float, float]]:
    for dx, dy in ((0, 0), (radius, 0), (-radius, 0), (0, radius), (0, -radius)):
        yield (center[0] + dx, center[1] + dy)


def _ends(rule: Rule, area: Area) -> tuple[tuple[float, float], tuple[float, float]]:
    if rule.vertical:
        return area.to_points(rule.at, area.y.low), area.to_points(rule.at, area.y.high)
    return area.to_points(area.x.low, rule.at), area.to_points(area.x.high, rule.at)


def _between(start: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[float, float]]:
    steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) // 3)
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        yield (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
