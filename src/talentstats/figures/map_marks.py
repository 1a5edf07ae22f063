"""How maps are drawn: a panel for each period, all on one scale, regions coloured by their class."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from talentstats.figures.cells import PROVISIONAL_SIGN, Row, is_provisional, value_text
from talentstats.figures.figure import Figure
from talentstats.figures.layout import GAP, MARGIN, POINTS_PER_CM
from talentstats.figures.map_words import (
    DOUBT_COLOR,
    NOT_PUBLISHED_COLOR,
    MapTexts,
    map_key,
    map_tooltip,
    panels_of,
)
from talentstats.figures.marks import Areas, Axis, Label, Mark, Outline, Plot, Points
from talentstats.figures.palette import ink_on
from talentstats.figures.placement import LINE_HEIGHT, text_width
from talentstats.figures.tiling import Grid, Panel, panel_width, tile
from talentstats.language import format_period
from talentstats.terms import Language

HIGHLIGHT_COLOR, HIGHLIGHT_WIDTH, EDGE_COLOR = "orange", 2.2, "grey"
DOUBT_SIZE = 4.2
MOST_COLUMNS = 3
AROUND_TEXT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The shapes that a map colours.

    Attributes
    ----------
    outlines : mapping of code to outline
        In the order of drawing, in any unit of length.
    middles, corners : mapping of code to point
        Where the text of a region stands, and the sign of doubt.
    edge_width : float
        Of the line around a region, in points.
    most_scale : float
        The longest a unit may be drawn, in points.
    """

    outlines: Mapping[str, Outline]
    middles: Mapping[str, tuple[float, float]]
    corners: Mapping[str, tuple[float, float]]
    edge_width: float
    most_scale: float

    def bounds(self) -> tuple[float, float, float, float]:
        """Return the west, south, east and north ends."""
        points = [point for outline in self.outlines.values() for point in chain(*outline)]
        east, north = zip(*points, strict=True)
        return min(east), min(north), max(east), max(north)


def plot_map(texts: MapTexts, ground: Ground, figure: Figure) -> Plot:
    """Return a map for each period as one plot."""
    panels = panels_of(figure)
    room = figure.spec.width_cm * POINTS_PER_CM - 2 * MARGIN - GAP
    west, south, _, north = ground.bounds()
    columns, scale = _scale(texts, ground, figure, room)
    width = panel_width(columns, room)
    x = Axis(low=west, high=west + width / scale, ticks=(), grid=False, line=False)
    y = Axis(low=south, high=north, ticks=(), grid=False)
    drawn = [
        Panel(
            title=format_period(period, language=figure.language, style="long"),
            plot=Plot(marks=tuple(_marks(texts, ground, rows, figure.language)), x=x, y=y),
        )
        for period, rows in panels
    ]
    grid = Grid(columns=columns, width=width, height=scale * (north - south))
    return replace(tile(drawn, grid, map_key(texts, figure)), same_scale=True)


def _scale(texts: MapTexts, ground: Ground, figure: Figure, room: float) -> tuple[int, float]:
    """Return how many maps stand side by side and the length of a unit in points; texts fit in tiles."""
    west, _, east, _ = ground.bounds()
    rows = list(figure.data.iter_rows(named=True))
    needed = 0.0
    if texts.labels:
        words = [*texts.labels.values(), *(_tile_value(texts, row, figure.language) for row in rows)]
        needed = max(2 * LINE_HEIGHT, *map(text_width, words)) + AROUND_TEXT
    most = min(MOST_COLUMNS, len(panels_of(figure)))
    widths = {columns: panel_width(columns, room) / (east - west) for columns in range(most, 0, -1)}
    columns = next((count for count, width in widths.items() if width >= needed), 1)
    return columns, min(widths[columns], max(ground.most_scale, needed))


def _marks(texts: MapTexts, ground: Ground, rows: Sequence[Row], language: Language) -> Iterator[Mark]:
    by_code = {row["region"]: row for row in rows}
    ordered = [by_code[code] for code in ground.outlines]
    yield from _areas(texts, ground, ordered, language)
    doubtful = [row for row in ordered if texts.classes.is_doubtful(row)]
    if doubtful:
        places = [ground.corners[row["region"]] for row in doubtful]
        yield Points(
            x=tuple(x for x, _ in places),
            y=tuple(y for _, y in places),
            color=DOUBT_COLOR,
            filled=False,
            shape="circle",
            size=DOUBT_SIZE,
            hover=tuple(map_tooltip(texts, row, language) for row in doubtful),
        )
    if texts.labels:
        yield from (label for row in ordered for label in _tile_text(texts, ground, row, language))


def _areas(texts: MapTexts, ground: Ground, rows: Sequence[Row], language: Language) -> Iterator[Areas]:
    """Yield the regions of each class, those without a figure, and the accented one in front."""
    for color in (*texts.classes.tints, NOT_PUBLISHED_COLOR):
        same = [row for row in rows if _color(texts, row) == color]
        if same:
            yield Areas(
                outlines=tuple(ground.outlines[row["region"]] for row in same),
                color=color,
                hatched=color == NOT_PUBLISHED_COLOR,
                edge=EDGE_COLOR,
                edge_width=ground.edge_width,
                hover=tuple(map_tooltip(texts, row, language) for row in same),
            )
    for row in rows:
        if row["region"] == texts.highlight:
            color = _color(texts, row)
            yield Areas(
                outlines=(ground.outlines[row["region"]],),
                color=color,
                hatched=color == NOT_PUBLISHED_COLOR,
                edge=HIGHLIGHT_COLOR,
                edge_width=HIGHLIGHT_WIDTH,
                hover=(map_tooltip(texts, row, language),),
            )


def _color(texts: MapTexts, row: Row) -> str:
    if row["value"] is None:
        return NOT_PUBLISHED_COLOR
    return texts.classes.tints[texts.classes.number_of(row["value"])]


def _tile_value(texts: MapTexts, row: Row, language: Language) -> str:
    sign = PROVISIONAL_SIGN if is_provisional(row) else ""
    return value_text(row, decimals=texts.subject.decimals, language=language) + sign


def _tile_text(texts: MapTexts, ground: Ground, row: Row, language: Language) -> Iterator[Label]:
    x, y = ground.middles[row["region"]]
    known = row["value"] is not None
    for words, step in ((texts.labels[row["region"]], 0.5), (_tile_value(texts, row, language), -0.5)):
        yield Label(
            x=x,
            y=y,
            text=words,
            color=ink_on(_color(texts, row)) if known else "foreground",
            align="center",
            dy=step * LINE_HEIGHT,
            bold=step < 0,
            inside=True,
            grounded=not known,
        )
