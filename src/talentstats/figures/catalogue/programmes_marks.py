"""How measures of several programmes are drawn: a line each, in a panel of its own, over one axis of time."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import polars as pl

from talentstats.figures.catalogue.programmes_words import definition_of, heading
from talentstats.figures.cells import Row, is_provisional, tooltip, value_text
from talentstats.figures.figure import Figure
from talentstats.figures.layout import GAP, MARGIN, POINTS_PER_CM
from talentstats.figures.marks import Axis, KeyEntry, Label, Line, Mark, Plot, Points, Tick
from talentstats.figures.palette import series_colors
from talentstats.figures.placement import text_width
from talentstats.figures.scales import MOST_YEAR_LABELS, are_consecutive, value_axis
from talentstats.figures.spec import decimals_of
from talentstats.figures.tiling import Grid, Panel, tile
from talentstats.language import text
from talentstats.terms import Language, Period

PANEL_CM = 2.9
BESIDE = 7.0
POINT = 4.2


def plot_programmes(figure: Figure) -> Plot:
    """Return all panels as one plot, the first on top."""
    parts = figure.data.partition_by("measure", maintain_order=True)
    y_axes = [_value_axis(part, figure.language) for part in parts]
    beside = max(text_width(tick.text) for axis in y_axes for tick in axis.ticks) + GAP + 2 * MARGIN
    width = figure.spec.width_cm * POINTS_PER_CM - beside
    x = _time_axis(figure.data, width, room=_room_for_values(parts, figure.language))
    panels = [
        Panel(
            title=heading(part.row(0, named=True), figure.language),
            subtitle=definition_of(part.row(0, named=True), figure.language),
            plot=Plot(marks=tuple(_panel_marks(part, color, figure.language)), x=x, y=y),
        )
        for part, y, color in zip(parts, y_axes, series_colors(len(parts)), strict=True)
    ]
    grid = Grid(columns=1, width=width, height=PANEL_CM * POINTS_PER_CM)
    return tile(panels, grid, tuple(_key(figure)))


def day_of(period: str) -> float:
    """Return where a period stands on the axis: the middle of it, in days, whatever its length."""
    parsed = Period.parse(period)
    return (parsed.start.toordinal() + parsed.end.toordinal() + 1) / 2


def _value_axis(part: pl.DataFrame, language: Language) -> Axis:
    """Return an axis from zero: beside other panels a cut one would seem to move more."""
    known = part["value"].drop_nulls().to_list()
    decimals = decimals_of(part["unit"][0])
    return value_axis(min(0.0, *known), max(0.0, *known), decimals=decimals, language=language)


def _room_for_values(parts: Sequence[pl.DataFrame], language: Language) -> float:
    """Return the width in points that the last values need beside their points."""
    return BESIDE + max(text_width(_last_value(part, language)[1]) for part in parts) + MARGIN


def _last_value(part: pl.DataFrame, language: Language) -> tuple[Row, str]:
    row = part.drop_nulls("value").row(-1, named=True)
    return row, value_text(row, decimals=decimals_of(row["unit"]), language=language)


def _time_axis(data: pl.DataFrame, width: float, *, room: float) -> Axis:
    """Return an axis over the days of all periods, with a label where years begin and room on the right."""
    periods = [Period.parse(code) for code in data["period"].unique()]
    low = float(min(period.start for period in periods).toordinal())
    last = float(max(period.end for period in periods).toordinal() + 1)
    high = low + (last - low) / (1 - room / width)
    first, final = min(periods).start.year, max(periods).end.year
    years = range(first, final + 1)
    step = next(size for size in (1, 2, 5, 10, 20, 50) if len(years) / size <= MOST_YEAR_LABELS)
    begins = ((year, Period("year", year).start.toordinal()) for year in years if year % step == 0)
    ticks = tuple(Tick(at=float(at), text=str(year)) for year, at in begins if low <= at < last)
    return Axis(low=low, high=high, ticks=ticks, grid=False)


def _panel_marks(part: pl.DataFrame, color: str, language: Language) -> Iterator[Mark]:
    rows = list(part.iter_rows(named=True))
    yield _line(rows, color, language)
    last, written = _last_value(part, language)
    ends = _ends_of_stretches(rows)
    for filled in (True, False):
        shown = [
            row
            for row in rows
            if row["value"] is not None
            and is_provisional(row) != filled
            and (not filled or row["period"] in ends)
        ]
        if shown:
            yield _points(shown, color, language, filled=filled)
    yield Label(x=day_of(last["period"]), y=last["value"], text=written, color=color, dx=BESIDE, bold=True)


def _line(rows: Sequence[Row], color: str, language: Language) -> Line:
    stops: list[tuple[float, float | None, str]] = []
    for number, row in enumerate(rows):
        if number and not are_consecutive(rows[number - 1]["period"], row["period"]):
            stops.append((stops[-1][0] + 1, None, ""))
        stops.append((day_of(row["period"]), row["value"], _tooltip(row, language)))
    x, y, hover = zip(*stops, strict=True)
    return Line(x=x, y=y, color=color, dashed=False, hover=hover)


def _ends_of_stretches(rows: Sequence[Row]) -> set[str]:
    """Return the last period, and those with a figure beside a gap: a line shows no single figure."""
    periods = [row["period"] for row in rows if row["value"] is not None]
    gaps = [pair for pair in pairwise(periods) if not are_consecutive(*pair)]
    return {periods[-1], *(period for pair in gaps for period in pair)}


def _points(rows: Sequence[Row], color: str, language: Language, *, filled: bool) -> Points:
    return Points(
        x=tuple(day_of(row["period"]) for row in rows),
        y=tuple(row["value"] for row in rows),
        color=color,
        filled=filled,
        shape="circle",
        size=POINT,
        hover=tuple(_tooltip(row, language) for row in rows),
    )


def _tooltip(row: Row, language: Language) -> str:
    return tooltip(row, decimals=decimals_of(row["unit"]), language=language)


def _key(figure: Figure) -> Iterator[KeyEntry]:
    if any(is_provisional(row) for row in figure.data.iter_rows(named=True)):
        yield KeyEntry(symbol="open", color="blue", text=text("figure.key_provisional", figure.language))
