"""Dots: regions in one period beside a reference, with the rounding range of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.figures.captions import method_note, read_warnings, subject, subtitle
from talentstats.figures.cells import (
    PROVISIONAL_SIGN,
    Row,
    is_provisional,
    range_text,
    region_label,
    region_name,
    tooltip,
    value_cell,
    value_text,
)
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.marks import Axis, KeyEntry, Label, Mark, Plot, Points, Ranges, Rule, Tick
from talentstats.figures.placement import text_width
from talentstats.figures.scales import value_axis
from talentstats.figures.series_frame import check_one_definition, check_unique, read_series
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import WIDTH_CM, FigureSpec, decimals_of, read_title
from talentstats.figures.text_table import TextTable
from talentstats.language import Bilingual, format_period, text
from talentstats.provenance import Origin, Snapshot

HEIGHT_OF_ROW_CM = 0.56
HEIGHT_AROUND_CM = 5.0
COLOR, HIGHLIGHT_COLOR, RANGE_COLOR, REFERENCE_COLOR = "blue", "orange", "blue-mid", "grey-dark"


def dots(
    regions: object,
    *,
    reference: object,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    highlight: str | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw regions in one period, ordered by value, beside a reference such as the nation.

    Parameters
    ----------
    regions : Series or frame
        One row per region, all of one period; what `Series.to_polars()` returns.
    reference : Series or frame
        One row of the same definition: for provinces, the figure of the Netherlands that is not
        seasonally adjusted.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    highlight : str, optional
        Code of the region to draw in the accent colour.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    ComparisonError
        If regions and reference differ in measure, adjustment, unit, period or method.
    InputError
        If data, title or source cannot be used, or the region to highlight is not there.
    """
    data = _read(read_series(regions, what="regions"), read_series(reference, what="reference"), highlight)
    row = data.row(0, named=True)
    origins, synthetic = read_sources(sources)
    period = Bilingual(
        nl=format_period(row["period"], language="nl", style="long"),
        en=format_period(row["period"], language="en", style="long"),
    )
    return Figure(
        kind=DOTS,
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=subtitle(row, place=period),
            unit=row["unit"],
            decimals=decimals_of(row["unit"]),
            width_cm=WIDTH_CM,
            height_cm=HEIGHT_AROUND_CM + HEIGHT_OF_ROW_CM * len(data),
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic,
    )


def _read(regions: pl.DataFrame, reference: pl.DataFrame, highlight: str | None) -> pl.DataFrame:
    check_one_definition([regions, reference], ("measure", "adjustment", "unit", "period", "method"))
    check_unique(regions, ("region",), remedy="Select one vintage of the period.")
    if len(reference) != 1 or reference["value"][0] is None:
        raise InputError(
            "The reference is not one figure.",
            expected="one row with a value",
            got=f"{len(reference)} rows" if len(reference) != 1 else "a row without a value",
            remedy="Select the region and period of the reference.",
        )
    if highlight is not None and highlight not in regions["region"]:
        raise unknown_name("region", highlight, regions["region"])
    is_highlighted = pl.col("region").is_in([] if highlight is None else [highlight])
    role = pl.when(is_highlighted).then(pl.lit("highlighted")).otherwise(pl.lit("region"))
    # Names break ties, so that the order does not depend on the order of the input.
    ordered = regions.with_columns(role=role).sort(
        "value", "region_name_nl", descending=[True, False], nulls_last=True
    )
    return pl.concat([ordered, reference.with_columns(role=pl.lit("reference"))])


def _rows(figure: Figure, *roles: str) -> list[Row]:
    return list(figure.data.filter(pl.col("role").is_in(roles)).iter_rows(named=True))


def _plot(figure: Figure) -> Plot:
    rows, reference = _rows(figure, "region", "highlighted"), _rows(figure, "reference")[0]
    levels = {row["region"]: float(len(rows) - number) for number, row in enumerate(rows)}
    x = _value_axis(figure, rows)
    marks: list[Mark] = [
        Rule(at=reference["value"], vertical=True, color=REFERENCE_COLOR),
        *(mark for row in rows if row["value"] is not None for mark in _row_marks(figure, row, levels)),
        *(_value_label(figure, row, levels[row["region"]], x) for row in rows),
        Label(
            x=reference["value"],
            y=len(rows) + 1.0,
            text=_reference_text(figure, reference),
            color=REFERENCE_COLOR,
            align="center",
            bold=True,
        ),
    ]
    ticks = tuple(
        Tick(
            at=levels[row["region"]],
            text=region_label(row, figure.language),
            bold=row["role"] == "highlighted",
        )
        for row in rows
    )
    y = Axis(low=0.4, high=len(rows) + 1.45, ticks=ticks, grid=True)
    return Plot(marks=tuple(marks), x=x, y=y, key=_key(figure, rows))


def _value_axis(figure: Figure, rows: Sequence[Row]) -> Axis:
    bounds = [bound for name in ("value", "low", "high") for bound in figure.data[name].drop_nulls()]
    axis = value_axis(min(bounds), max(bounds), decimals=figure.spec.decimals, language=figure.language)
    longest = max(text_width(_value_words(figure, row)) for row in rows) + 10
    plot_width = figure.spec.width_cm * 72 / 2.54 - 90
    needed = max(bounds) + (max(bounds) - axis.low) * longest / max(plot_width - longest, 1)
    return replace(axis, high=max(axis.high, needed), grid=False)


def _row_marks(figure: Figure, row: Row, levels: Mapping[str, float]) -> Iterator[Mark]:
    at = levels[row["region"]]
    color = HIGHLIGHT_COLOR if row["role"] == "highlighted" else COLOR
    if _range(figure, row):
        yield Ranges(
            at=(at,),
            low=(row["low"],),
            high=(row["high"],),
            horizontal=True,
            color=HIGHLIGHT_COLOR if row["role"] == "highlighted" else RANGE_COLOR,
            width=3.0,
        )
    yield Points(
        x=(row["value"],),
        y=(at,),
        color=color,
        filled=not is_provisional(row),
        shape="circle",
        size=6.8,
        hover=(tooltip(row, decimals=figure.spec.decimals, language=figure.language),),
    )


def _value_label(figure: Figure, row: Row, level: float, x: Axis) -> Label:
    known = row["value"] is not None
    ends = [row[name] for name in ("value", "high") if row[name] is not None]
    return Label(
        x=max(ends) if known else x.low,
        y=level,
        text=_value_words(figure, row),
        color=HIGHLIGHT_COLOR if row["role"] == "highlighted" else "foreground",
        dx=7,
        bold=row["role"] == "highlighted",
    )


def _value_words(figure: Figure, row: Row) -> str:
    return value_cell(row, decimals=figure.spec.decimals, language=figure.language)


def _range(figure: Figure, row: Row) -> str | None:
    return range_text(row, decimals=figure.spec.decimals, language=figure.language)


def _reference_text(figure: Figure, reference: Row) -> str:
    return text(
        "figure.reference_label",
        figure.language,
        region=region_label(reference, figure.language),
        value=_value_words(figure, reference),
    )


def _key(figure: Figure, rows: Sequence[Row]) -> tuple[KeyEntry, ...]:
    entries = [KeyEntry(symbol="filled", color=COLOR, text=text("figure.key_value", figure.language))]
    if any(is_provisional(row) for row in rows):
        words = text("figure.key_provisional", figure.language)
        entries.append(KeyEntry(symbol="open", color=COLOR, text=words))
    if any(_range(figure, row) for row in rows):
        words = text("figure.key_range", figure.language)
        entries.append(KeyEntry(symbol="range_flat", color=RANGE_COLOR, text=words))
    return tuple(entries) if len(entries) > 1 else ()


def _notes(figure: Figure) -> tuple[str, ...]:
    return (text("figure.order_note", figure.language), method_note(figure.data, figure.language))


def _describe(figure: Figure) -> str:
    language, decimals = figure.language, figure.spec.decimals
    rows, reference = _rows(figure, "region", "highlighted"), _rows(figure, "reference")[0]
    known = [row for row in rows if row["value"] is not None]
    sentences = [
        text(
            "alt.dots",
            language,
            subject=subject(rows[0], language),
            period=format_period(rows[0]["period"], language=language, style="long"),
            count=str(len(rows)),
        ),
        *_describe_spread(figure, known),
        text(
            "alt.dots_reference",
            language,
            region=region_name(reference, language),
            value=value_text(reference, decimals=decimals, language=language),
            adjustment=text(f"adjustment.{reference['adjustment']}", language),
        ),
    ]
    for row in _rows(figure, "highlighted"):
        value = _value_words(figure, row)
        sentences.append(text("alt.dots_highlight", language, region=region_name(row, language), value=value))
    for key, listed in (
        ("alt.dots_missing", [row for row in rows if row["value"] is None]),
        ("alt.provisional_regions", [row for row in rows if is_provisional(row)]),
    ):
        if listed:
            sentences.append(
                text(key, language, regions=", ".join(region_name(row, language) for row in listed))
            )
    return " ".join(sentences)


def _describe_spread(figure: Figure, known: Sequence[Row]) -> Iterator[str]:
    language, decimals = figure.language, figure.spec.decimals
    if not known:
        return
    yield text(
        "alt.dots_extremes",
        language,
        low=value_text(known[-1], decimals=decimals, language=language),
        low_region=region_name(known[-1], language),
        high=value_text(known[0], decimals=decimals, language=language),
        high_region=region_name(known[0], language),
    )
    bounded = [row for row in known if _range(figure, row)]
    if bounded:
        widest = max(bounded, key=lambda row: row["high"] - row["low"])
        yield text(
            "alt.dots_range",
            language,
            region=region_name(widest, language),
            range=_range(figure, widest) or "",
        )


def _table(figure: Figure) -> TextTable:
    language = figure.language
    return TextTable(
        header=tuple(text(f"table.{name}", language) for name in ("region", "value", "range")),
        rows=tuple(
            (
                region_label(row, language),
                value_text(row, decimals=figure.spec.decimals, language=language)
                + (PROVISIONAL_SIGN if is_provisional(row) else ""),
                _range(figure, row) or "",
            )
            for row in _rows(figure, "region", "highlighted", "reference")
        ),
        numeric=(False, True, True),
        note=text("table.footnote", language),
    )


DOTS = Kind(name="dots", plot=_plot, describe=_describe, table=_table, notes=_notes)
