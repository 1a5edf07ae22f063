"""Revisions: the first published figure beside the latest, period by period."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from talentstats.errors import ComparisonError, InputError, join_options
from talentstats.figures.captions import method_note, read_warnings, subject, subtitle
from talentstats.figures.cells import (
    Row,
    published_text,
    range_text,
    region_names,
    tooltip,
    value_cell,
    value_text,
)
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.marks import KeyEntry, Label, Line, Mark, Plot, Points, Ranges
from talentstats.figures.placement import text_width
from talentstats.figures.scales import period_axis, period_position, value_axis
from talentstats.figures.series_frame import (
    check_one_definition,
    check_one_frequency,
    check_unique,
    read_series,
)
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import FigureSpec, decimals_of, read_title
from talentstats.figures.text_table import TextTable
from talentstats.language import format_change, format_period, text
from talentstats.language.formats import round_half_up
from talentstats.provenance import Origin, Snapshot

FIRST_COLOR, LATEST_COLOR = "orange", "blue"
# The two points of a period stand beside each other, so that equal figures both show: this many
# points to the left and right of the middle, or this share of a period when there are many.
OFFSET_POINTS, OFFSET_SHARE = 5.5, 0.22
PLOT_WIDTH = 415

Pair = tuple[Row, Row]


def revisions(
    first: object,
    latest: object,
    *,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw how much the first published figure of each period was revised.

    Parameters
    ----------
    first, latest : Series or frame
        The first release and the latest vintage of one series; what `Series.to_polars()` returns.
        Periods that only one of them has, or that have no value, are left out.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    ComparisonError
        If the two differ in measure, region, adjustment or unit, or a period in method.
    InputError
        If data, title or source cannot be used, or no period has both figures.
    """
    data = _read(read_series(first, what="first releases"), read_series(latest, what="latest figures"))
    row = data.row(0, named=True)
    origins, synthetic = read_sources(sources)
    return Figure(
        kind=REVISIONS,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=subtitle(row, place=region_names(row)),
            unit=row["unit"],
            decimals=decimals_of(row["unit"]),
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )


def _read(first: pl.DataFrame, latest: pl.DataFrame) -> pl.DataFrame:
    check_one_definition([first, latest], ("measure", "region", "adjustment", "unit"))
    known = [frame.filter(pl.col("value").is_not_null()) for frame in (first, latest)]
    for frame in known:
        check_unique(frame, ("period",), remedy="Pass one figure per period: one vintage by one method.")
    shared = set(known[0]["period"]) & set(known[1]["period"])
    if not shared:
        raise InputError(
            "No period has both a first and a latest figure.",
            expected="at least one period with both",
            got=f"{len(known[0])} first and {len(known[1])} latest figures, none of the same period",
            remedy="Pass the first release and the latest vintage of the same series.",
        )
    parts = [
        frame.filter(pl.col("period").is_in(shared)).with_columns(role=pl.lit(role))
        for frame, role in zip(known, ("first", "latest"), strict=True)
    ]
    data = pl.concat(parts)
    check_one_frequency(data)
    _check_methods(_pair(data))
    return data


def _check_methods(pairs: Sequence[Pair]) -> None:
    broken = [(first, latest) for first, latest in pairs if first["method"] != latest["method"]]
    if broken:
        first, latest = broken[0]
        raise ComparisonError(
            "A figure by one method is not a revision of a figure by another: "
            f"`{first['method']}` and `{latest['method']}`.",
            expected="the same method for the first and the latest figure of a period",
            got=f"two methods in {join_options((pair[0]['period'] for pair in broken), last='and')}",
            remedy="Leave these periods out; show the break in method with `trend`.",
        )


def _pair(data: pl.DataFrame) -> list[Pair]:
    rows = list(data.iter_rows(named=True))
    latest = {row["period"]: row for row in rows if row["role"] == "latest"}
    firsts = sorted(
        (row for row in rows if row["role"] == "first"), key=lambda row: period_position(row["period"])
    )
    return [(row, latest[row["period"]]) for row in firsts]


def _plot(figure: Figure) -> Plot:
    pairs = _pair(figure.data)
    bounds = [bound for name in ("value", "low", "high") for bound in figure.data[name].drop_nulls()]
    room = 0.08 * (max(bounds) - min(bounds))
    y = value_axis(min(bounds), max(bounds) + room, decimals=figure.spec.decimals, language=figure.language)
    x = period_axis([first["period"] for first, _ in pairs], figure.language, right_room=0.0)
    marks: list[Mark] = [
        *_connections(pairs),
        *_ranges(figure, pairs, 0),
        *_ranges(figure, pairs, 1),
        _points(figure, pairs, 0),
        _points(figure, pairs, 1),
    ]
    if _writes_changes(figure, pairs):
        marks.extend(_change_label(figure, pair) for pair in pairs)
    key = (
        KeyEntry(symbol="open", color=FIRST_COLOR, text=text("figure.key_first", figure.language)),
        KeyEntry(symbol="filled", color=LATEST_COLOR, text=text("figure.key_latest", figure.language)),
    )
    return Plot(marks=tuple(marks), x=x, y=y, key=key)


def _place(pairs: Sequence[Pair], row: Row, side: int) -> float:
    """Return where the first (side 0) or latest (side 1) figure of a period stands."""
    offset = min(OFFSET_SHARE, OFFSET_POINTS / _slot(pairs))
    return period_position(row["period"]) + (offset if side else -offset)


def _slot(pairs: Sequence[Pair]) -> float:
    """Return the width in points that one period has."""
    first, last = (period_position(pairs[number][0]["period"]) for number in (0, -1))
    return PLOT_WIDTH / (last - first + 1)


def _connections(pairs: Sequence[Pair]) -> Iterator[Line]:
    for pair in pairs:
        yield Line(
            x=tuple(_place(pairs, row, side) for side, row in enumerate(pair)),
            y=tuple(row["value"] for row in pair),
            color="grey",
            dashed=False,
            hover=("", ""),
        )


def _ranges(figure: Figure, pairs: Sequence[Pair], side: int) -> Iterator[Ranges]:
    rows = [
        pair[side]
        for pair in pairs
        if range_text(pair[side], decimals=figure.spec.decimals, language=figure.language)
    ]
    if rows:
        yield Ranges(
            at=tuple(_place(pairs, row, side) for row in rows),
            low=tuple(row["low"] for row in rows),
            high=tuple(row["high"] for row in rows),
            horizontal=False,
            color=(FIRST_COLOR, "blue-mid")[side],
            width=1.4,
        )


def _points(figure: Figure, pairs: Sequence[Pair], side: int) -> Points:
    rows = [pair[side] for pair in pairs]
    return Points(
        x=tuple(_place(pairs, row, side) for row in rows),
        y=tuple(row["value"] for row in rows),
        color=(FIRST_COLOR, LATEST_COLOR)[side],
        filled=bool(side),
        shape="circle",
        size=5.6,
        hover=tuple(tooltip(row, decimals=figure.spec.decimals, language=figure.language) for row in rows),
    )


def _change(figure: Figure, pair: Pair) -> float:
    """Return the revision a reader sees: the difference of the two figures as written."""
    first, latest = (round_half_up(row["value"], decimals=figure.spec.decimals) for row in pair)
    return float(latest - first)


def _change_words(figure: Figure, pair: Pair) -> str:
    return format_change(_change(figure, pair), decimals=figure.spec.decimals, language=figure.language)


def _writes_changes(figure: Figure, pairs: Sequence[Pair]) -> bool:
    """Say whether the revisions fit beside each other above the points."""
    widest = max(text_width(_change_words(figure, pair)) for pair in pairs)
    return widest <= _slot(pairs)


def _change_label(figure: Figure, pair: Pair) -> Label:
    tops = [row[name] for row in pair for name in ("value", "high") if row[name] is not None]
    return Label(
        x=period_position(pair[0]["period"]),
        y=max(tops),
        text=_change_words(figure, pair),
        color="grey-dark",
        align="center",
        dy=11,
    )


def _notes(figure: Figure) -> tuple[str, ...]:
    one_method = figure.data["method"].n_unique() == 1
    written = _writes_changes(figure, _pair(figure.data))
    return (
        *([text("figure.revision_note", figure.language)] if written else []),
        method_note(figure.data, figure.language)
        if one_method
        else text("figure.revision_methods_note", figure.language),
    )


def _describe(figure: Figure) -> str:
    language, pairs = figure.language, _pair(figure.data)
    long = [format_period(first["period"], language=language, style="long") for first, _ in pairs]
    changes = [_change(figure, pair) for pair in pairs]
    largest = max(range(len(pairs)), key=lambda number: abs(changes[number]))
    return " ".join(
        [
            text(
                "alt.revisions",
                language,
                subject=subject(pairs[0][0], language),
                span=text("period.span", language, first=long[0], last=long[-1]),
            ),
            text(
                "alt.revisions_count",
                language,
                count=str(len(pairs)),
                up=str(sum(change > 0 for change in changes)),
                down=str(sum(change < 0 for change in changes)),
                same=str(sum(change == 0 for change in changes)),
            ),
            text(
                "alt.revisions_largest",
                language,
                revision=_change_words(figure, pairs[largest]),
                period=long[largest],
                **_values(figure, pairs[largest]),
            ),
            text("alt.revisions_last", language, period=long[-1], **_values(figure, pairs[-1])),
        ]
    )


def _values(figure: Figure, pair: Pair) -> dict[str, str]:
    first, latest = (value_text(row, decimals=figure.spec.decimals, language=figure.language) for row in pair)
    return {"first": first, "latest": latest}


def _table(figure: Figure) -> TextTable:
    language, decimals = figure.language, figure.spec.decimals
    columns = ("period", "first", "first_day", "latest", "latest_day", "revision")
    return TextTable(
        header=tuple(text(f"table.{name}", language) for name in columns),
        rows=tuple(
            (
                format_period(pair[0]["period"], language=language),
                value_cell(pair[0], decimals=decimals, language=language),
                published_text(pair[0], language),
                value_cell(pair[1], decimals=decimals, language=language),
                published_text(pair[1], language),
                _change_words(figure, pair),
            )
            for pair in _pair(figure.data)
        ),
        numeric=(False, True, False, True, False, True),
        note=text("table.footnote", language),
    )


REVISIONS = Kind(name="revisions", plot=_plot, describe=_describe, table=_table, notes=_notes)
