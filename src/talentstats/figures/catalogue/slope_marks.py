"""How a slope is drawn: a line for each category between waves, intervals, and names at the ends."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from talentstats.figures.catalogue.interval_dots_marks import clip, shares_axis
from talentstats.figures.catalogue.slope_labels import ABOVE_POINTS, end_labels, name_lines
from talentstats.figures.catalogue.slope_lines import (
    OUTCOMES,
    STYLES,
    SlopeLine,
    reach_of,
    slope_lines,
    years_of,
)
from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.figure import Figure
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import (
    Axis,
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
from talentstats.figures.placement import LINE_HEIGHT, Area, text_width
from talentstats.figures.waves import Waves
from talentstats.language import text
from talentstats.terms import Language

RULE_COLOR = "grey"
LEAST_HEIGHT_CM, VALUE_AXIS_WIDTH = 7.0, 40.0
DOT_SIZE = 5.4


def plot_slope(subject: Subject, waves: Waves, figure: Figure) -> Plot:
    """Return the marks, axes and key of a slope."""
    area = _area(subject, waves, figure)
    lines = slope_lines(figure, waves)
    back_to_front = sorted(lines, key=lambda line: not line.style.thin)
    marks: list[Mark] = [
        *_break_marks(waves, area, figure),
        *end_labels(lines, subject, waves, area, figure),
        *(mark for line in back_to_front for mark in line_marks(line, subject, waves, area, figure.language)),
    ]
    return Plot(
        marks=tuple(marks),
        x=area.x,
        y=area.y,
        key=tuple(_key(subject, figure)),
        height_cm=area.height / POINTS_PER_CM,
    )


def _area(subject: Subject, waves: Waves, figure: Figure) -> Area:
    """Return the plot area, with room on both sides of the waves for labels."""
    language = figure.language
    names = figure.data[f"category_{language}"].unique(maintain_order=True)
    widest = max((subject.value(row, language) for row in figure.data.to_dicts()), key=text_width)
    broken = [name_lines(widest, name) for name in names]
    height = max(LEAST_HEIGHT_CM * POINTS_PER_CM, sum(map(len, broken)) * LINE_HEIGHT * 1.1 + ABOVE_POINTS)
    width = figure.spec.width_cm * POINTS_PER_CM - VALUE_AXIS_WIDTH
    left = reach_of(figure) + text_width(widest)
    right = reach_of(figure) + max(text_width(line) for lines in broken for line in lines)
    first, last = waves.years[0], waves.years[-1]
    years_per_point = (last - first) / (width - left - right)
    ticks = tuple(Tick(at=float(year), text=str(year)) for year in waves.years)
    x = Axis(low=first - left * years_per_point, high=last + right * years_per_point, ticks=ticks, grid=False)
    y = shares_axis(figure.data, subject, language)
    # Room above the highest value for what is written over a break.
    above = (y.high - y.low) * ABOVE_POINTS / height if waves.breaks else 0.0
    return Area(x=x, y=replace(y, high=y.high + above), width=width, height=height)


def _break_marks(waves: Waves, area: Area, figure: Figure) -> Iterator[Mark]:
    for before, after in sorted(waves.breaks):
        at = (before + after) / 2
        yield Rule(at=at, vertical=True, color=RULE_COLOR)
        words = text("figure.not_comparable", figure.language)
        yield Label(x=at, y=area.y.high, text=words, color="grey-dark", align="center", dy=-LINE_HEIGHT / 2)


def line_marks(
    line: SlopeLine, subject: Subject, waves: Waves, area: Area, language: Language
) -> Iterator[Mark]:
    """Draw one category: steps between waves that can be compared, intervals, and points."""
    for (before, one), (after, other) in pairwise(zip(waves.years, line.rows, strict=True)):
        if waves.is_broken(before, after) or one is None or other is None:
            continue
        if one["estimate"] is None or other["estimate"] is None:
            continue
        tested = waves.is_tested(before, after)
        yield Line(
            x=(before + years_of(line.aside, area), after + years_of(line.aside, area)),
            y=(one["estimate"], other["estimate"]),
            color=line.style.color if tested else "grey",
            dashed=line.style.dashed,
            hover=("", ""),
            thin=line.style.thin or not tested,
        )
    for row in line.known():
        yield from _point_marks(row, line, subject, area, language)


def _point_marks(
    row: Row, line: SlopeLine, subject: Subject, area: Area, language: Language
) -> Iterator[Mark]:
    at = row["wave"] + years_of(line.aside, area)
    low, high = clip(row, subject)
    if low is not None and high is not None:
        yield Ranges(
            at=(at,),
            low=(low,),
            high=(high,),
            horizontal=False,
            color=line.style.color,
            width=0.9 if line.style.thin else 1.8,
        )
    yield Points(
        x=(at,),
        y=(row["estimate"],),
        color=line.style.color,
        filled=line.style.filled,
        shape=line.style.shape,
        size=DOT_SIZE,
        hover=(subject.tooltip(row, f"{line.name}, {row['wave']}", language),),
    )


def _key(subject: Subject, figure: Figure) -> Iterator[KeyEntry]:
    language, present = figure.language, set(figure.data["outcome"])
    for outcome in OUTCOMES:
        if outcome in present:
            style = STYLES[outcome]
            yield KeyEntry(
                symbol=style.symbol, color=style.color, text=text(f"figure.key_{outcome}", language)
            )
    if figure.data["conf_low"].is_not_null().any():
        yield replace(subject.interval_key(language), symbol="range_upright")
