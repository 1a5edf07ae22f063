"""How small multiples are drawn: panels of interval dots or of lines over waves, on one scale."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import polars as pl

from talentstats.figures.catalogue.interval_dots_marks import (
    GROUP_STYLES,
    clip,
    dot_marks,
    places_of,
    row_name,
    shares_axis,
    widen,
)
from talentstats.figures.catalogue.slope_lines import NOT_TESTED, RISE, STYLES, SlopeLine
from talentstats.figures.catalogue.slope_marks import line_marks
from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.figure import Figure
from talentstats.figures.layout import GAP, MARGIN, POINTS_PER_CM
from talentstats.figures.marks import Axis, KeyEntry, Label, Mark, Plot, Points, Ranges, Rule, Tick
from talentstats.figures.placement import Area, text_width
from talentstats.figures.rows import Rows, stack_rows
from talentstats.figures.tiling import Grid, Panel, fit_columns, panel_width, tile
from talentstats.figures.waves import Waves
from talentstats.language import text
from talentstats.terms import Language

MULTIPLE, REFERENCE = "multiple", "reference"
REFERENCE_COLOR = "grey"
ROW_CM, LINE_PANEL_CM = 0.74, 3.2
# The reference stands this far below the estimate of its row, and this far beside that of its wave.
BELOW_CM, ASIDE = 0.24, 5.0
BESIDE = 7.0
NARROW_LABELS = 110.0


def plot_panels(subject: Subject, waves: Waves | None, columns: int, figure: Figure) -> Plot:
    """Return all panels as one plot, with at most so many columns."""
    if waves is None:
        return _dot_panels(subject, columns, figure)
    return _line_panels(subject, waves, columns, figure)


def panels_of(figure: Figure) -> list[tuple[str, pl.DataFrame]]:
    """Return the title and rows of each panel."""
    own = figure.data.filter(pl.col("role") == MULTIPLE)
    parts = own.partition_by("panel", maintain_order=True)
    return [(str(part[f"panel_{figure.language}"][0]), part) for part in parts]


def reference_of(figure: Figure) -> pl.DataFrame:
    """Return the rows of the reference, none when there is none."""
    return figure.data.filter(pl.col("role") == REFERENCE)


def _dot_panels(subject: Subject, most: int, figure: Figure) -> Plot:
    language = figure.language
    first = panels_of(figure)[0][1]
    rows = stack_rows(
        first[f"category_{language}"].to_list(), least_cm=ROW_CM, above_cm=0.1, width=NARROW_LABELS
    )
    room = figure.spec.width_cm * POINTS_PER_CM - rows.label_width()
    columns = fit_columns(most, room, [title for title, _ in panels_of(figure)])
    width = panel_width(columns, room)
    axis = _sparse(shares_axis(figure.data, subject, language), width)
    own = figure.data.filter(pl.col("role") == MULTIPLE)
    x = widen(axis, own, subject, language, width)
    panels = [
        Panel(title=title, plot=_dot_panel(part, rows, x, subject, figure))
        for title, part in panels_of(figure)
    ]
    grid = Grid(columns=columns, width=width, height=rows.height * POINTS_PER_CM)
    return tile(panels, grid, tuple(_key(subject, figure, is_flat=True)))


def _dot_panel(part: pl.DataFrame, rows: Rows, x: Axis, subject: Subject, figure: Figure) -> Plot:
    places = places_of(part, rows)
    marks = [
        *_reference_dots(reference_of(figure), rows, part, subject, figure.language),
        *dot_marks(part, subject, places, x, figure.language),
    ]
    return Plot(marks=tuple(marks), x=x, y=rows.axis())


def _reference_dots(
    reference: pl.DataFrame, rows: Rows, part: pl.DataFrame, subject: Subject, language: Language
) -> Iterator[Mark]:
    places = places_of(part, rows)
    for row in reference.iter_rows(named=True):
        if row["estimate"] is None:
            continue
        at = places[row["category"]] - BELOW_CM
        low, high = clip(row, subject)
        if low is not None and high is not None:
            yield Ranges(
                at=(at,), low=(low,), high=(high,), horizontal=True, color=REFERENCE_COLOR, width=1.2
            )
        yield Points(
            x=(row["estimate"],),
            y=(at,),
            color=REFERENCE_COLOR,
            filled=False,
            shape="diamond",
            size=4.2,
            hover=(subject.tooltip(row, panel_row_name(row, language), language),),
        )


def panel_row_name(row: Row, language: Language) -> str:
    """Return who an estimate is about: its panel and its row."""
    return f"{row[f'panel_{language}']}, {row_name(row, language)}"


def _sparse(axis: Axis, width: float) -> Axis:
    """Return the axis with every second label when they would touch."""
    widest = max((text_width(tick.text) for tick in axis.ticks), default=0.0) + 6
    step = 1
    while len(axis.ticks[::step]) > 2 and len(axis.ticks[::step]) * widest > width:
        step += 1
    return replace(axis, ticks=axis.ticks[::step])


def _line_panels(subject: Subject, waves: Waves, most: int, figure: Figure) -> Plot:
    language = figure.language
    y = shares_axis(figure.data, subject, language)
    beside = max(text_width(tick.text) for tick in y.ticks) + GAP + 2 * MARGIN
    room = figure.spec.width_cm * POINTS_PER_CM - beside
    columns = fit_columns(most, room, [title for title, _ in panels_of(figure)])
    width = panel_width(columns, room)
    height = LINE_PANEL_CM * POINTS_PER_CM
    area = Area(x=_wave_axis(waves, subject, figure, width), y=y, width=width, height=height)
    # All steps are drawn alike: nothing was tested here.
    whole = replace(waves, compared=(waves.years[0], waves.years[-1]))
    panels = [
        Panel(title=title, plot=_line_panel(part, title, whole, area, subject, figure))
        for title, part in panels_of(figure)
    ]
    grid = Grid(columns=columns, width=width, height=height)
    return tile(panels, grid, tuple(_key(subject, figure, is_flat=False)))


def _wave_axis(waves: Waves, subject: Subject, figure: Figure, width: float) -> Axis:
    """Return an axis over the waves with room for the last value; only the ends labelled if need be."""
    right = (
        BESIDE
        + ASIDE
        + max(text_width(subject.label(row, figure.language)) for row in figure.data.to_dicts())
    )
    left = max(text_width("2025") / 2, 2 * ASIDE)
    first, last = waves.years[0], waves.years[-1]
    scale = (last - first) / (width - left - right)
    room = min(after - before for before, after in pairwise(waves.years)) / scale
    shown = waves.years if room > text_width("2025") + 4 else (first, last)
    ticks = tuple(Tick(at=float(year), text=str(year)) for year in shown)
    return Axis(low=first - left * scale, high=last + right * scale, ticks=ticks, grid=False)


def _line_panel(
    part: pl.DataFrame, title: str, waves: Waves, area: Area, subject: Subject, figure: Figure
) -> Plot:
    language = figure.language
    reference = reference_of(figure)
    lines = [_line(part, title, RISE, waves)]
    if not reference.is_empty():
        name = str(reference[f"panel_{language}"][0])
        other = _line(reference, name, NOT_TESTED, waves)
        lines.insert(0, replace(other, aside=-ASIDE))
    marks: list[Mark] = [
        *(
            Rule(at=(before + after) / 2, vertical=True, color="grey")
            for before, after in sorted(waves.breaks)
        ),
        *(mark for line in lines for mark in line_marks(line, subject, waves, area, language)),
        *_last_value(lines[-1], subject, language),
    ]
    return Plot(marks=tuple(marks), x=area.x, y=area.y)


def _line(part: pl.DataFrame, name: str, outcome: str, waves: Waves) -> SlopeLine:
    by_wave = {int(row["category"]): {**row, "wave": int(row["category"])} for row in part.to_dicts()}
    return SlopeLine(
        rows=tuple(by_wave.get(year) for year in waves.years), name=name, style=STYLES[outcome], aside=0.0
    )


def _last_value(line: SlopeLine, subject: Subject, language: Language) -> Iterator[Label]:
    """Write the value of the last wave beside its point, or that it is not shown."""
    row = line.rows[-1]
    known = line.known()
    if row is None or not known:
        return
    yield Label(
        x=float(row["wave"]),
        y=known[-1]["estimate"] if row["estimate"] is None else row["estimate"],
        text=subject.label(row, language),
        color="foreground",
        dx=BESIDE,
    )


def _key(subject: Subject, figure: Figure, *, is_flat: bool) -> Iterator[KeyEntry]:
    language = figure.language
    yield KeyEntry(symbol="filled", color=GROUP_STYLES[0].color, text=text("figure.key_estimate", language))
    if figure.data["conf_low"].is_not_null().any():
        entry = replace(subject.interval_key(language), color=GROUP_STYLES[0].color)
        yield entry if is_flat else replace(entry, symbol="range_upright")
    reference = reference_of(figure)
    if not reference.is_empty():
        words = text("figure.key_reference", language, name=str(reference[f"panel_{language}"][0]))
        yield KeyEntry(symbol="diamond", color=REFERENCE_COLOR, text=words)
