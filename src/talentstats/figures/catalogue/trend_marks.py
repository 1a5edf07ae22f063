"""How a trend is drawn: lines, open points, breaks, marked vintages and labels."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import polars as pl

from talentstats.figures.cells import (
    Row,
    is_provisional,
    published_text,
    range_text,
    range_width,
    region_label,
    tooltip,
    value_text,
)
from talentstats.figures.figure import Figure
from talentstats.figures.marks import KeyEntry, Line, Mark, Plot, Points, Ranges, Rule, Symbol
from talentstats.figures.placement import Area, Request, place_labels, text_width
from talentstats.figures.scales import are_consecutive, period_axis, period_position, value_axis
from talentstats.figures.segments import Segment, method_breaks, segments_of
from talentstats.language import text

MARKED_COLOR = "orange"
RULE_COLOR = "grey"
# What surrounds the plot area, in points: tick labels beside it; title, key and notes above and below.
BESIDE, AROUND = 34, 120
# Share of the axis kept free above the lines for the labels of marked points.
ROOM_FOR_LABELS = 0.15
# A range of fewer points than this hides behind the line.
SMALLEST_RANGE = 4


def plot_trend(figure: Figure) -> Plot:
    """Return the marks, axes and key of a trend."""
    segments = segments_of(figure.data.filter(pl.col("role") == "line"))
    marked = list(figure.data.filter(pl.col("role") == "marked").iter_rows(named=True))
    area = _area(figure, segments)
    marks: list[Mark] = [
        *(Rule(at=at, vertical=True, color=RULE_COLOR) for at in method_breaks(segments)),
        *_annotation_rules(figure),
        *_back_to_front(mark for segment in reversed(segments) for mark in _segment_marks(figure, segment)),
        *_marked_points(figure, marked),
    ]
    requests = [
        *_break_requests(figure, segments, area),
        *_break_values(figure, segments),
        *_value_requests(figure, segments),
        *_marked_requests(figure, segments, marked),
        *_name_requests(figure, segments),
        *_annotation_requests(figure, area),
    ]
    labels = place_labels(requests, marks, area)
    return Plot(marks=(*marks, *labels), x=area.x, y=area.y, key=_key(figure, marked))


def _area(figure: Figure, segments: Sequence[Segment]) -> Area:
    points_per_cm = 72 / 2.54
    width = figure.spec.width_cm * points_per_cm - BESIDE
    ends = [request.text for request in _value_requests(figure, segments)]
    room = min(0.3, (max((text_width(end) for end in ends), default=0) + 8) / width)
    periods = sorted(figure.data["period"].unique(), key=period_position)
    bounds = [bound for name in ("value", "low", "high") for bound in figure.data[name].drop_nulls()]
    bounds += [note.value for note in figure.spec.annotations if note.value is not None]
    low, high = min(bounds, default=0), max(bounds, default=1)
    if "marked" in figure.data["role"]:
        high += ROOM_FOR_LABELS * (high - low)
    return Area(
        x=period_axis(periods, figure.language, right_room=room),
        y=value_axis(low, high, decimals=figure.spec.decimals, language=figure.language),
        width=width,
        height=figure.spec.height_cm * points_per_cm - AROUND,
    )


def _back_to_front(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks so that no range lies over a line and no line over a point."""
    return sorted(marks, key=lambda mark: (Ranges, Line, Points).index(type(mark)))


def _segment_marks(figure: Figure, segment: Segment) -> Iterator[Mark]:
    rows = list(segment.rows.iter_rows(named=True))
    bounded = [row for row in rows if _has_range(figure, row)]
    if bounded:
        yield Ranges(
            at=tuple(period_position(row["period"]) for row in bounded),
            low=tuple(row["low"] for row in bounded),
            high=tuple(row["high"] for row in bounded),
            horizontal=False,
            color="blue-mid" if segment.color == "blue" else segment.color,
            width=2.5,
        )
    line = _line(figure, segment, rows)
    yield line
    for filled in (True, False):
        shown = [
            row
            for row in rows
            if row["value"] is not None
            and is_provisional(row) != filled
            and (not filled or period_position(row["period"]) in _stressed(figure, segment, line))
        ]
        if shown:
            yield _points(figure, shown, color=segment.color, filled=filled)


def _line(figure: Figure, segment: Segment, rows: Sequence[Row]) -> Line:
    stops: list[tuple[float, float | None, str]] = []
    for number, row in enumerate(rows):
        if number and not are_consecutive(rows[number - 1]["period"], row["period"]):
            stops.append((stops[-1][0] + 1, None, ""))
        stops.append((period_position(row["period"]), row["value"], _tooltip(figure, row)))
    x, y, hover = zip(*stops, strict=True)
    return Line(x=x, y=y, color=segment.color, dashed=not segment.is_current, hover=hover)


def _stressed(figure: Figure, segment: Segment, line: Line) -> set[float]:
    """Return the positions that get a point: the last, those marked, those no line would show."""
    marked = figure.data.filter((pl.col("role") == "marked") & (pl.col("region") == segment.region))
    last = {segment.last, *(period_position(period) for period in marked["period"])}
    return {*(last if segment.is_current else ()), *_standing_alone(line)}


def _standing_alone(line: Line) -> Iterator[float]:
    """Yield the positions of values without a neighbour: a line would not show them."""
    values = (None, *line.y, None)
    for x, (before, value, after) in zip(
        line.x, zip(values, values[1:], values[2:], strict=False), strict=True
    ):
        if value is not None and before is None and after is None:
            yield x


def _points(figure: Figure, rows: Sequence[Row], *, color: str, filled: bool) -> Points:
    return Points(
        x=tuple(period_position(row["period"]) for row in rows),
        y=tuple(row["value"] for row in rows),
        color=color,
        filled=filled,
        shape="circle",
        size=4.6,
        hover=tuple(_tooltip(figure, row) for row in rows),
    )


def _marked_points(figure: Figure, marked: Sequence[Row]) -> Iterator[Points]:
    shown = [row for row in marked if row["value"] is not None]
    if shown:
        yield Points(
            x=tuple(period_position(row["period"]) for row in shown),
            y=tuple(row["value"] for row in shown),
            color=MARKED_COLOR,
            filled=False,
            shape="diamond",
            size=8,
            hover=tuple(_tooltip(figure, row) for row in shown),
        )


def _annotation_rules(figure: Figure) -> Iterator[Rule]:
    for note in figure.spec.annotations:
        if note.value is not None:
            yield Rule(at=note.value, vertical=False, color=RULE_COLOR)
        elif note.period is not None:
            yield Rule(at=period_position(note.period), vertical=True, color=RULE_COLOR)


def _break_requests(figure: Figure, segments: Sequence[Segment], area: Area) -> Iterator[Request]:
    top = area.y.high - 0.06 * (area.y.high - area.y.low)
    for at in method_breaks(segments):
        yield Request(
            text=text("figure.break", figure.language),
            color=RULE_COLOR,
            anchors=((at, top),),
            sides=("left", "right"),
        )


def _break_values(figure: Figure, segments: Sequence[Segment]) -> Iterator[Request]:
    """Ask for the two values beside a break without overlap: the jump that is none."""
    for newer, older in pairwise(segments):
        if newer.region != older.region or newer.first <= older.last:
            continue
        for segment, row, side in (
            (older, older.rows.row(-1, named=True), "left"),
            (newer, newer.rows.row(0, named=True), "below"),
        ):
            if row["value"] is not None:
                value = value_text(row, decimals=figure.spec.decimals, language=figure.language)
                anchor = (period_position(row["period"]), row["value"])
                yield Request(
                    text=value, color=segment.color, anchors=(anchor,), sides=(side, "above", "below")
                )


def _value_requests(figure: Figure, segments: Sequence[Segment]) -> list[Request]:
    requests = []
    for segment in segments:
        known = segment.rows.filter(pl.col("value").is_not_null())
        if not segment.is_current or known.is_empty():
            continue
        row = known.row(-1, named=True)
        value = value_text(row, decimals=figure.spec.decimals, language=figure.language)
        name = f"{region_label(row, figure.language)} " if segment.has_other_regions else ""
        anchor = (period_position(row["period"]), row["value"])
        sides = ("right",) if segment.has_other_regions else ("right", "above")
        requests.append(
            Request(text=name + value, color=segment.color, anchors=(anchor,), bold=True, sides=sides)
        )
    # From high to low, so that labels which do not fit beside their points keep the order of the lines.
    return sorted(requests, key=lambda request: -request.anchors[0][1])


def _marked_requests(figure: Figure, segments: Sequence[Segment], marked: Sequence[Row]) -> Iterator[Request]:
    for row in (row for row in marked if row["value"] is not None):
        at = period_position(row["period"])
        same_figure = [
            other
            for segment in segments
            for other in segment.rows.iter_rows(named=True)
            if segment.is_current
            and (other["region"], other["period"]) == (row["region"], row["period"])
            and other["value"] is not None
        ]
        for shown, color in [*((other, "blue") for other in same_figure), (row, MARKED_COLOR)]:
            value = value_text(shown, decimals=figure.spec.decimals, language=figure.language)
            day = published_text(shown, figure.language)
            words = text("figure.marked_label", figure.language, value=value, day=day) if day else value
            yield Request(
                text=words,
                color=color,
                anchors=((at, shown["value"]),),
                sides=("above", "left", "right", "below"),
            )


def _name_requests(figure: Figure, segments: Sequence[Segment]) -> Iterator[Request]:
    first_region = segments[0].region
    for segment in segments:
        known = segment.rows.filter(pl.col("value").is_not_null())
        if not segment.has_other_methods or segment.region != first_region or known.is_empty():
            continue
        anchors = tuple(
            (period_position(period), value)
            for period, value in zip(reversed(known["period"]), reversed(known["value"]), strict=True)
        )
        yield Request(
            text=text(f"method_short.{segment.method}", figure.language),
            color=segment.color,
            anchors=anchors,
            # Not to the right of an older method, where the newer one is.
            sides=("above", "below", "left", "right") if segment.is_current else ("left", "above", "below"),
        )


def _annotation_requests(figure: Figure, area: Area) -> Iterator[Request]:
    width, height = area.x.high - area.x.low, area.y.high - area.y.low
    for note in figure.spec.annotations:
        words = note.text.in_language(figure.language)
        if note.value is not None:
            anchors = tuple((area.x.low + share * width, note.value) for share in (0.01, 0.25, 0.5, 0.75))
            yield Request(text=words, color=RULE_COLOR, anchors=anchors)
        elif note.period is not None:
            at = period_position(note.period)
            anchors = tuple((at, area.y.high - share * height) for share in (0.06, 0.14, 0.9))
            yield Request(text=words, color=RULE_COLOR, anchors=anchors, sides=("right", "left"))


def _key(figure: Figure, marked: Sequence[Row]) -> tuple[KeyEntry, ...]:
    rows = list(figure.data.iter_rows(named=True))
    entries: tuple[tuple[bool, Symbol, str, str], ...] = (
        (any(is_provisional(row) for row in rows), "open", "blue", "figure.key_provisional"),
        (bool(marked), "diamond", MARKED_COLOR, "figure.key_marked"),
        (shows_ranges(figure), "range_upright", "blue-mid", "figure.key_range"),
    )
    return tuple(
        KeyEntry(symbol=symbol, color=color, text=text(key, figure.language))
        for present, symbol, color, key in entries
        if present
    )


def widest_range(figure: Figure) -> float:
    """Return the width of the widest rounding range that the digits of the values do not say."""
    rows = figure.data.iter_rows(named=True)
    return max((range_width(row) for row in rows if _has_range(figure, row)), default=0.0)


def shows_ranges(figure: Figure) -> bool:
    """Say whether the rounding ranges are wide enough to show beside the line."""
    area = _area(figure, segments_of(figure.data.filter(pl.col("role") == "line")))
    return widest_range(figure) / (area.y.high - area.y.low) * area.height > SMALLEST_RANGE


def _has_range(figure: Figure, row: Row) -> bool:
    return range_text(row, decimals=figure.spec.decimals, language=figure.language) is not None


def _tooltip(figure: Figure, row: Row) -> str:
    return tooltip(row, decimals=figure.spec.decimals, language=figure.language)
