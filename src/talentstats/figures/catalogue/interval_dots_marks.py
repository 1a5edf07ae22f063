"""How interval dots are drawn: rows of dots with their intervals, a reference line with its band."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.figure import Figure
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.marks import (
    Align,
    Axis,
    Band,
    KeyEntry,
    Label,
    Mark,
    Plot,
    Points,
    Ranges,
    Rule,
    Shape,
    Symbol,
)
from talentstats.figures.placement import text_width
from talentstats.figures.rows import Rows, stack_rows
from talentstats.figures.scales import value_axis
from talentstats.language import text
from talentstats.terms import Language

HIGHLIGHT_COLOR, REFERENCE_COLOR, BAND_COLOR = "orange", "grey-dark", "grey-line"
DOT_SIZE, INTERVAL_WIDTH, BESIDE_DOT = 6.4, 2.6, 6.0
ROW_CM, GROUP_CM, BETWEEN_GROUPS_CM, ABOVE_CM = 0.56, 0.46, 0.26, 0.6

_BESIDE_RULE: dict[Align, float] = {"left": 4.0, "center": 0.0, "right": -4.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the dots of a group look; the shape tells them apart without the colour."""

    color: str
    shape: Shape
    symbol: Symbol


GROUP_STYLES = (
    Style(color="blue", shape="circle", symbol="filled"),
    Style(color="orange", shape="square", symbol="square"),
    Style(color="teal", shape="triangle", symbol="triangle"),
)


def plot_dots(subject: Subject, figure: Figure) -> Plot:
    """Return the marks, axes and key of interval dots."""
    language = figure.language
    drawn = figure.data.filter(pl.col("role") != "reference")
    reference = next(figure.data.filter(pl.col("role") == "reference").iter_rows(named=True), None)
    rows = dot_rows(drawn, language, above_cm=0.12 if reference is None else ABOVE_CM)
    axis = shares_axis(figure.data, subject, language)
    room = figure.spec.width_cm * POINTS_PER_CM - rows.label_width()
    x = widen(axis, drawn, subject, language, room)
    marks = [
        *([] if reference is None else reference_marks(reference, subject, rows, x, language)),
        *dot_marks(drawn, subject, places_of(drawn, rows), x, language),
    ]
    return Plot(
        marks=tuple(marks),
        x=x,
        y=rows.axis(),
        key=tuple(_key(drawn, reference, subject, language)),
        height_cm=rows.height,
    )


def groups_of(drawn: pl.DataFrame) -> list[str | None]:
    """Return the groups in the order they come; one without a name when there are none."""
    return drawn["group"].unique(maintain_order=True).to_list() if "group" in drawn.columns else [None]


def dot_rows(drawn: pl.DataFrame, language: Language, *, above_cm: float) -> Rows:
    """Place a row for each category, high enough for its groups."""
    first = drawn.unique("category", keep="first", maintain_order=True)
    count = len(groups_of(drawn))
    return stack_rows(
        first[f"category_{language}"].to_list(),
        least_cm=ROW_CM if count == 1 else GROUP_CM * count + BETWEEN_GROUPS_CM,
        above_cm=above_cm,
        bold=(first["role"] == "highlighted").to_list(),
    )


def shares_axis(data: pl.DataFrame, subject: Subject, language: Language) -> Axis:
    """Return an axis that covers estimates and intervals; that of shares stays within 0 and 100."""
    ends = [end for name in ("estimate", "conf_low", "conf_high") for end in data[name].drop_nulls()]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if subject.unit.is_share:
        low, high = max(low, 0.0), min(high, 100.0)
    axis = value_axis(low, high, decimals=subject.unit.decimals, language=language)
    if not subject.unit.is_share:
        return replace(axis, grid=True)
    return replace(axis, ticks=tuple(replace(tick, text=f"{tick.text}%") for tick in axis.ticks))


def widen(axis: Axis, drawn: pl.DataFrame, subject: Subject, language: Language, room: float) -> Axis:
    """Return the axis with room on its right for each value beside its own interval."""
    high = axis.high
    for row in drawn.iter_rows(named=True):
        width = text_width(subject.label(row, language)) + BESIDE_DOT + 4
        end = _end(row, axis, subject)
        high = max(high, axis.low + (end - axis.low) * room / max(room - width, room / 4))
    return replace(axis, high=high)


def _end(row: Row, axis: Axis, subject: Subject) -> float:
    """Return where the mark of a row ends on the right."""
    if row["estimate"] is None:
        return axis.low
    _, high = clip(row, subject)
    return float(row["estimate"] if high is None else high)


def clip(row: Row, subject: Subject) -> tuple[float | None, float | None]:
    """Return the ends of an interval as they are drawn: those of a share stop at 0 and 100."""
    low, high = row["conf_low"], row["conf_high"]
    if low is None or not subject.unit.is_share:
        return low, high
    return max(low, 0.0), min(high, 100.0)


def reference_marks(
    reference: Row, subject: Subject, rows: Rows, x: Axis, language: Language
) -> Iterator[Mark]:
    """Draw the reference as a line with its interval as a band, and its name above."""
    low, high = clip(reference, subject)
    if low is not None and high is not None:
        yield Band(left=low, right=high, bottom=0.0, top=rows.top, color=BAND_COLOR)
    yield Rule(at=reference["estimate"], vertical=True, color=REFERENCE_COLOR)
    share = (reference["estimate"] - x.low) / (x.high - x.low)
    align: Align = "left" if share <= 0.25 else "right" if share >= 0.75 else "center"
    yield Label(
        x=reference["estimate"],
        y=rows.top + ABOVE_CM / 2,
        text=reference_words(reference, subject, language),
        color=REFERENCE_COLOR,
        align=align,
        dx=_BESIDE_RULE[align],
        bold=True,
    )


def reference_words(reference: Row, subject: Subject, language: Language) -> str:
    """Return the name of the reference and its value."""
    name = reference[f"category_{language}"]
    return text("figure.reference_label", language, region=name, value=subject.value(reference, language))


def places_of(drawn: pl.DataFrame, rows: Rows) -> dict[str | None, float]:
    """Return the height of each category."""
    return dict(zip(drawn["category"].unique(maintain_order=True), rows.at, strict=True))


def dot_marks(
    drawn: pl.DataFrame, subject: Subject, places: Mapping[str | None, float], x: Axis, language: Language
) -> Iterator[Mark]:
    """Draw each estimate as a dot on its interval, with its value on the right."""
    groups = groups_of(drawn)
    for row in drawn.iter_rows(named=True):
        number = groups.index(row.get("group"))
        at = places[row["category"]] + ((len(groups) - 1) / 2 - number) * GROUP_CM
        yield from _marks_of_row(row, subject, at, _style(row, number), language)
        yield _value_label(row, subject, at, x, language)


def _style(row: Row, number: int) -> Style:
    style = GROUP_STYLES[number]
    lone = row["role"] == "highlighted" and "group" not in row
    return replace(style, color=HIGHLIGHT_COLOR) if lone else style


def _marks_of_row(row: Row, subject: Subject, at: float, style: Style, language: Language) -> Iterator[Mark]:
    if row["estimate"] is None:
        return
    low, high = clip(row, subject)
    if low is not None and high is not None:
        yield Ranges(
            at=(at,), low=(low,), high=(high,), horizontal=True, color=style.color, width=INTERVAL_WIDTH
        )
    yield Points(
        x=(row["estimate"],),
        y=(at,),
        color=style.color,
        filled=low is not None,
        shape=style.shape,
        size=DOT_SIZE,
        hover=(subject.tooltip(row, row_name(row, language), language),),
    )


def _value_label(row: Row, subject: Subject, at: float, x: Axis, language: Language) -> Label:
    return Label(
        x=_end(row, x, subject),
        y=at,
        text=subject.label(row, language),
        color="foreground" if row["estimate"] is not None else "grey",
        dx=BESIDE_DOT,
        bold=row["role"] == "highlighted" and row["estimate"] is not None,
        # In narrow panels its ground would hide what stands below it.
        inside=subject.is_brief,
    )


def row_name(row: Row, language: Language) -> str:
    """Return who an estimate is about, as a sentence names it."""
    parts = [row[f"category_{language}"], row.get(f"group_{language}")]
    return ", ".join(str(part) for part in parts if part is not None)


def _key(
    drawn: pl.DataFrame, reference: Row | None, subject: Subject, language: Language
) -> Iterator[KeyEntry]:
    groups = groups_of(drawn)
    if "group" in drawn.columns:
        first = drawn.unique("group", keep="first", maintain_order=True)
        for number, words in enumerate(first[f"group_{language}"]):
            style = GROUP_STYLES[number]
            yield KeyEntry(symbol=style.symbol, color=style.color, text=words)
    else:
        yield KeyEntry(
            symbol="filled", color=GROUP_STYLES[0].color, text=text("figure.key_estimate", language)
        )
    with_interval = drawn.filter(pl.col("estimate").is_not_null())["conf_low"]
    if with_interval.is_not_null().any():
        entry = subject.interval_key(language)
        yield entry if len(groups) > 1 else replace(entry, color=GROUP_STYLES[0].color)
    if with_interval.is_null().any():
        yield KeyEntry(
            symbol="open", color=GROUP_STYLES[0].color, text=text("figure.key_no_interval", language)
        )
    if reference is not None and reference["conf_low"] is not None:
        words = text("figure.key_reference_band", language, name=reference[f"category_{language}"])
        yield KeyEntry(symbol="bar", color=BAND_COLOR, text=words)
