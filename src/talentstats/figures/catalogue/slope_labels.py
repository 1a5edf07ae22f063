"""Labels at the ends of a slope: beside their lines, and moved apart where they would overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from talentstats.figures.catalogue.slope_lines import SlopeLine, reach_of, years_of
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.figure import Figure
from talentstats.figures.marks import Align, Label, Line, Mark
from talentstats.figures.placement import LINE_HEIGHT, Area
from talentstats.figures.rows import break_label
from talentstats.figures.spreading import spread
from talentstats.figures.waves import Waves
from talentstats.terms import Language

NAME_WIDTH = 135.0
# Room above the labels, how far one may move without a line to its point, and where that line begins.
ABOVE_POINTS, LEADER, BESIDE_POINT = 16.0, 3.0, 5.4


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """A label at an end of a line: its words, its value, and whether a point stands there."""

    line: SlopeLine
    words: Sequence[str]
    value: float | None
    has_point: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Where a column of labels stands: left (-1) or right (1) of a wave, `reach` points from it."""

    sign: int
    year: int
    reach: float


def name_lines(value: str, name: str) -> list[str]:
    """Return the lines of the label on the right: the value and the name."""
    return break_label(f"{value} {name}", width=NAME_WIDTH).split("\n")


def end_labels(
    lines: Sequence[SlopeLine], subject: Subject, waves: Waves, area: Area, figure: Figure
) -> Iterator[Mark]:
    """Write the first value on the left, the last with the name on the right, each beside its line."""
    ends = [_end(line, 0, subject, figure.language) for line in lines]
    left = _Side(sign=-1, year=waves.years[0], reach=reach_of(figure))
    yield from _column([end for end in ends if end.has_point], left, area)
    right = _Side(sign=1, year=waves.years[-1], reach=reach_of(figure))
    yield from _column([_end(line, -1, subject, figure.language) for line in lines], right, area)


def _end(line: SlopeLine, at: int, subject: Subject, language: Language) -> _End:
    """Return a label beside its own value, or beside the last known one when that is not shown."""
    row, known = line.rows[at], line.known()
    has_point = row is not None and row["estimate"] is not None
    shown = row if has_point else None
    beside = shown or (known[-1] if known else None)
    value = subject.value(shown or {"estimate": None}, language)
    return _End(
        line=line,
        words=[value] if at == 0 else name_lines(value, line.name),
        value=None if beside is None else float(beside["estimate"]),
        has_point=has_point,
    )


def _column(ends: Sequence[_End], side: _Side, area: Area) -> Iterator[Mark]:
    """Place labels in a column beside a wave, and join those that were moved with their point."""
    heights = [area.to_points(0, area.y.low if end.value is None else end.value)[1] for end in ends]
    sizes = [len(end.words) * LINE_HEIGHT for end in ends]
    places = spread(heights, sizes, low=0.0, high=area.height - ABOVE_POINTS / 2)
    align: Align = "left" if side.sign > 0 else "right"
    for end, height, place in zip(ends, heights, places, strict=True):
        if end.has_point and abs(place - height) > LEADER:
            yield _leader(end.line, height, place, side, area)
        for number, words in enumerate(end.words):
            down = (number - (len(end.words) - 1) / 2) * LINE_HEIGHT
            yield Label(
                x=side.year + years_of(side.sign * side.reach, area),
                y=_value_at(place - down, area),
                text=words,
                color="grey-dark" if end.line.style.thin else end.line.style.color,
                align=align,
                bold=not end.line.style.thin,
            )


def _value_at(height: float, area: Area) -> float:
    """Return the value that stands at a height in points."""
    return area.y.low + height * (area.y.high - area.y.low) / area.height


def _leader(line: SlopeLine, height: float, place: float, side: _Side, area: Area) -> Line:
    start, end = line.aside + side.sign * BESIDE_POINT, side.sign * (side.reach - 2)
    return Line(
        x=(side.year + years_of(start, area), side.year + years_of(end, area)),
        y=(_value_at(height, area), _value_at(place, area)),
        color="grey-line",
        dashed=False,
        hover=("", ""),
        thin=True,
    )
