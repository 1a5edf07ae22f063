"""Trend: one measure over time, with breaks in method, gaps and vintages in sight."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import polars as pl

from talentstats.errors import InputError
from talentstats.figures.captions import list_periods, method_note, read_warnings, subject, subtitle
from talentstats.figures.catalogue.trend_marks import plot_trend, shows_ranges, widest_range
from talentstats.figures.cells import published_text, region_names, value_cell, value_text
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.scales import missing_between, period_position
from talentstats.figures.segments import Segment, method_breaks, missing_periods, segments_of
from talentstats.figures.series_frame import (
    check_one_definition,
    check_one_frequency,
    check_unique,
    read_series,
)
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import Annotation, FigureSpec, decimals_of, read_title
from talentstats.figures.text_table import TextTable
from talentstats.language import NOT_AVAILABLE, format_number, format_period, text
from talentstats.provenance import Origin, Snapshot


def trend(
    *series: object,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    marked: object | None = None,
    annotations: Sequence[Annotation] = (),
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw how one measure developed; figures by two methods are never joined.

    Parameters
    ----------
    *series : Series or frame
        What `Series.to_polars()` returns; of one measure, adjustment and unit. One line per region
        and method, at most four regions.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    marked : Series or frame, optional
        Figures of the same definition as they were published on other days, drawn as labelled points
        beside the line.
    annotations : sequence of Annotation
        Reference values and periods.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    ComparisonError
        If the series differ in measure, adjustment, unit or length of period.
    InputError
        If data, title, source or annotation cannot be used, or there are too many lines.
    """
    data = _read(series, marked)
    segments = segments_of(data.filter(pl.col("role") == "line"))
    row = data.row(0, named=True)
    origins, synthetic = read_sources(sources)
    return Figure(
        kind=TREND,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=subtitle(row, place=None if segments[0].has_other_regions else region_names(row)),
            unit=row["unit"],
            decimals=decimals_of(row["unit"]),
            annotations=tuple(annotations),
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )


def _read(series: Sequence[object], marked: object | None) -> pl.DataFrame:
    if not series:
        raise InputError(
            "The trend has no series.",
            expected="at least one series",
            got="none",
            remedy="Pass one or more series before `title`.",
        )
    lines = [read_series(one, what=f"series {number}") for number, one in enumerate(series, start=1)]
    points = [] if marked is None else [read_series(marked, what="marked points")]
    check_one_definition([*lines, *points])
    data = pl.concat(
        [part.with_columns(role=pl.lit("line")) for part in lines]
        + [part.with_columns(role=pl.lit("marked")) for part in points]
    )
    check_one_frequency(data)
    check_unique(
        data.filter(pl.col("role") == "line"),
        ("region", "method", "period"),
        remedy="Draw one vintage per period as the line; pass figures of other days as `marked`.",
    )
    return data


def _segments(figure: Figure) -> tuple[Segment, ...]:
    return segments_of(figure.data.filter(pl.col("role") == "line"))


def _notes(figure: Figure) -> tuple[str, ...]:
    language, segments = figure.language, _segments(figure)
    gaps = sorted(
        {period for segment in segments for period in missing_periods(segment)}, key=period_position
    )
    has_break = bool(method_breaks(segments))
    return (
        text("figure.break_note", language) if has_break else method_note(figure.data, language),
        *_range_note(figure),
        *([text("figure.gap_note", language, periods=list_periods(gaps, language))] if gaps else []),
    )


def _range_note(figure: Figure) -> Iterator[str]:
    """Say how wide the rounding ranges are when they are too narrow to be seen."""
    widest = widest_range(figure)
    if widest > 0 and not shows_ranges(figure):
        half = format_number(widest / 2, decimals=1 + figure.spec.decimals, language=figure.language)
        yield text("figure.range_note", figure.language, half=half)


def _describe(figure: Figure) -> str:
    language, segments = figure.language, _segments(figure)
    lines = figure.data.filter(pl.col("role") == "line")
    periods = sorted(lines["period"], key=period_position)
    first, last = (
        format_period(period, language=language, style="long") for period in (periods[0], periods[-1])
    )
    sentences = [
        text(
            "alt.trend",
            language,
            subject=subject(figure.data.row(0, named=True), language),
            span=text("period.span", language, first=first, last=last),
        ),
        *(_describe_line(figure, segment) for segment in segments),
        *_describe_marks(figure),
        *_notes(figure),
    ]
    provisional = lines.filter((pl.col("status") == "provisional") & pl.col("value").is_not_null())
    if not provisional.is_empty():
        codes = sorted(provisional["period"].unique(), key=period_position)
        sentences.append(text("alt.provisional", language, periods=list_periods(codes, language)))
    return " ".join(sentences)


def _describe_line(figure: Figure, segment: Segment) -> str:
    language = figure.language
    known = segment.rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return text("alt.line_none", language, name=segment.name(language))
    rows = {
        "low": known.row(known["value"].arg_min() or 0, named=True),
        "high": known.row(known["value"].arg_max() or 0, named=True),
        "last": known.row(-1, named=True),
    }
    words = {
        name: value_text(row, decimals=figure.spec.decimals, language=language) for name, row in rows.items()
    }
    periods = {
        f"{name}_period": format_period(row["period"], language=language, style="long")
        for name, row in rows.items()
    }
    key = "alt.line" if len(known) > 1 else "alt.line_one"
    return text(key, language, name=segment.name(language), **words, **periods)


def _describe_marks(figure: Figure) -> Iterator[str]:
    language, decimals = figure.language, figure.spec.decimals
    for row in figure.data.filter(pl.col("role") == "marked").iter_rows(named=True):
        yield text(
            "alt.marked",
            language,
            value=value_text(row, decimals=decimals, language=language),
            period=format_period(row["period"], language=language, style="long"),
            day=published_text(row, language) or text("status.unknown", language),
        )
    for note in figure.spec.annotations:
        words = note.text.in_language(language)
        if note.value is not None:
            value = format_number(note.value, decimals=decimals, language=language)
            yield text("alt.reference_value", language, value=value, text=words)
        elif note.period is not None:
            period = format_period(note.period, language=language, style="long")
            yield text("alt.reference_period", language, period=period, text=words)


def _table(figure: Figure) -> TextTable:
    language, segments = figure.language, _segments(figure)
    marked = figure.data.filter(pl.col("role") == "marked")
    columns = [
        *((segment.name(language), _cells(figure, segment.rows, with_day=False)) for segment in segments),
        *([(text("table.marked", language), _cells(figure, marked, with_day=True))] if len(marked) else []),
    ]
    codes = sorted(figure.data["period"].unique(), key=period_position)
    gaps = [period for pair in pairwise(codes) for period in missing_between(*pair)]
    periods = sorted({*codes, *gaps}, key=period_position)
    return TextTable(
        header=(text("table.period", language), *(name for name, _ in columns)),
        rows=tuple(
            (format_period(period, language=language), *(cells.get(period, "") for _, cells in columns))
            for period in periods
        ),
        numeric=(False, *(True for _ in columns)),
        note=text("table.footnote", language),
    )


def _cells(figure: Figure, rows: pl.DataFrame, *, with_day: bool) -> dict[str, str]:
    """Return one cell per period, `.` for a period inside the series without a figure."""
    language = figure.language
    codes = rows["period"].to_list()
    cells = {period: NOT_AVAILABLE for pair in pairwise(codes) for period in missing_between(*pair)}
    for row in rows.iter_rows(named=True):
        value = value_cell(row, decimals=figure.spec.decimals, language=language)
        day = published_text(row, language) if with_day else ""
        earlier = f"{cells[row['period']]}; " if with_day and row["period"] in cells else ""
        cells[row["period"]] = earlier + (f"{value}, {day}" if day else value)
    return cells


TREND = Kind(name="trend", plot=plot_trend, describe=_describe, table=_table, notes=_notes)
