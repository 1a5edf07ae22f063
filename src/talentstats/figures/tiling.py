"""Panels of one scale side by side: several plots as one, so that renderers draw them as any other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import (
    Areas,
    Axis,
    Band,
    Bars,
    KeyEntry,
    Label,
    Line,
    Mark,
    Plot,
    Points,
    Ranges,
    Rule,
    Tick,
)
from talentstats.figures.placement import LINE_HEIGHT, text_width
from talentstats.figures.rows import break_label

# In points: between columns, around titles, and below panels for the labels of the horizontal axis.
BETWEEN_COLUMNS, AROUND_TITLE, BELOW = 16.0, 6.0, 16.0
HAIRLINE = 0.7

Move = Callable[[float], float]
# A line above a panel, and whether it is bold.
TitleLine = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A plot with its title, and a line below that; panels beside each other have the same vertical axis."""

    title: str
    plot: Plot
    subtitle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How panels stand: in how many columns, and the width and height of each in points."""

    columns: int
    width: float
    height: float


def panel_width(columns: int, room: float) -> float:
    """Return the width of a panel when so many share a room, in points."""
    return (room - BETWEEN_COLUMNS * (columns - 1)) / columns


def fit_columns(most: int, room: float, titles: Sequence[str]) -> int:
    """Return how many columns fit in a room, at most `most`, without cutting a word of a title."""
    longest = max((text_width(word) for title in titles for word in title.split()), default=0.0)
    return next((count for count in range(most, 1, -1) if panel_width(count, room) >= longest), 1)


def tile(panels: Sequence[Panel], grid: Grid, key: tuple[KeyEntry, ...] = ()) -> Plot:
    """Return one plot with the panels in rows from the top left, its axes in points.

    Parameters
    ----------
    panels : sequence of Panel
    grid : Grid
    key : tuple of KeyEntry
        Of all panels together.
    """
    titles = [_title_lines(panel, grid.width) for panel in panels]
    heights = [
        grid.height + 2 * AROUND_TITLE + LINE_HEIGHT * max(map(len, row))
        for row in _rows_of(titles, grid.columns)
    ]
    marks: list[Mark] = []
    ticks: list[Tick] = []
    for number, (panel, lines) in enumerate(zip(panels, titles, strict=True)):
        row, column = divmod(number, grid.columns)
        left = column * (grid.width + BETWEEN_COLUMNS)
        bottom = BELOW + sum(heights[row + 1 :])
        across = _mover(panel.plot.x, left, grid.width)
        up = _mover(panel.plot.y, bottom, grid.height)
        marks.extend(_frame(panel.plot, across, up))
        marks.extend(move(mark, across, up, panel.plot) for mark in panel.plot.marks)
        marks.extend(_title(lines, left, bottom + grid.height))
        if number + grid.columns >= len(panels):
            marks.extend(_tick_labels(panel.plot.x, across, bottom))
        if column == 0:
            ticks.extend(replace(tick, at=up(tick.at)) for tick in panel.plot.y.ticks)
    width = grid.columns * (grid.width + BETWEEN_COLUMNS) - BETWEEN_COLUMNS
    height = BELOW + sum(heights)
    return Plot(
        marks=tuple(marks),
        x=Axis(low=0.0, high=width, ticks=(), grid=False, line=False),
        y=Axis(low=0.0, high=height, ticks=tuple(ticks), grid=False),
        key=key,
        height_cm=height / POINTS_PER_CM,
    )


def _title_lines(panel: Panel, width: float) -> list[TitleLine]:
    """Return the lines above a panel, and which of them are bold."""
    title = ((line, True) for line in break_label(panel.title, width=width).split("\n"))
    subtitle = break_label(panel.subtitle, width=width).split("\n") if panel.subtitle else []
    return [*title, *((line, False) for line in subtitle)]


def _rows_of(titles: Sequence[Sequence[TitleLine]], columns: int) -> list[Sequence[Sequence[TitleLine]]]:
    return [titles[start : start + columns] for start in range(0, len(titles), columns)]


def move(mark: Mark, across: Move, up: Move, plot: Plot) -> Mark:
    """Return a mark of a panel at its place in the whole; a rule ends where its panel does."""
    if isinstance(mark, Label):
        return replace(mark, x=across(mark.x), y=up(mark.y))
    if isinstance(mark, Rule):
        return _rule(mark, across, up, plot)
    if isinstance(mark, Line):
        heights = tuple(None if y is None else up(y) for y in mark.y)
        return replace(mark, x=tuple(map(across, mark.x)), y=heights)
    if isinstance(mark, Points):
        return replace(mark, x=tuple(map(across, mark.x)), y=tuple(map(up, mark.y)))
    if isinstance(mark, Areas):
        return _move_areas(mark, across, up)
    return _move_stretch(mark, across, up)


def _move_areas(areas: Areas, across: Move, up: Move) -> Areas:
    outlines = (
        tuple(tuple((across(x), up(y)) for x, y in ring) for ring in outline) for outline in areas.outlines
    )
    return replace(areas, outlines=tuple(outlines))


def _move_stretch(mark: Band | Bars | Ranges, across: Move, up: Move) -> Mark:
    if isinstance(mark, Band):
        left, right = across(mark.left), across(mark.right)
        return replace(mark, left=left, right=right, bottom=up(mark.bottom), top=up(mark.top))
    along, aside = (across, up) if isinstance(mark, Bars) or mark.horizontal else (up, across)
    at, low, high = (tuple(map(aside, mark.at)), tuple(map(along, mark.low)), tuple(map(along, mark.high)))
    if isinstance(mark, Bars):
        return replace(mark, at=at, low=low, high=high, thickness=up(mark.thickness) - up(0.0))
    return replace(mark, at=at, low=low, high=high)


def _mover(axis: Axis, start: float, length: float) -> Move:
    return lambda value: start + (value - axis.low) / (axis.high - axis.low) * length


def _rule(rule: Rule, across: Move, up: Move, plot: Plot) -> Line:
    ends = (plot.y.low, plot.y.high) if rule.vertical else (plot.x.low, plot.x.high)
    x = (across(rule.at),) * 2 if rule.vertical else (across(ends[0]), across(ends[1]))
    y = (up(ends[0]), up(ends[1])) if rule.vertical else (up(rule.at),) * 2
    return Line(x=x, y=y, color=rule.color, dashed=True, hover=("", ""), thin=True)


def _frame(plot: Plot, across: Move, up: Move) -> Iterator[Mark]:
    """Draw the grid of a panel, as hairlines behind everything, and the line along its horizontal axis."""
    left, right, bottom, top = across(plot.x.low), across(plot.x.high), up(plot.y.low), up(plot.y.high)
    half = HAIRLINE / 2
    for tick in plot.x.ticks if plot.x.grid else ():
        at = across(tick.at)
        yield Band(left=at - half, right=at + half, bottom=bottom, top=top, color="grey-line")
    for tick in plot.y.ticks if plot.y.grid else ():
        at = up(tick.at)
        yield Band(left=left, right=right, bottom=at - half, top=at + half, color="grey-line")
    if plot.x.line:
        yield Line(x=(left, right), y=(bottom, bottom), color="grey", dashed=False, hover=("", ""), thin=True)


def _title(lines: Sequence[TitleLine], left: float, top: float) -> Iterator[Label]:
    for number, (line, is_bold) in enumerate(reversed(lines)):
        y = top + AROUND_TITLE + (number + 0.5) * LINE_HEIGHT
        yield Label(x=left, y=y, text=line, color="foreground", bold=is_bold)


def _tick_labels(axis: Axis, across: Move, bottom: float) -> Iterator[Label]:
    for tick in axis.ticks:
        yield Label(
            x=across(tick.at),
            y=bottom,
            text=tick.text,
            color="grey-dark",
            align="center",
            dy=-LINE_HEIGHT + 1,
        )
