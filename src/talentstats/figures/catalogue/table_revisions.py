"""Revisions of a whole table: how many figures of each period, and how far."""

from collections.abc import Mapping, Sequence

import polars as pl

from talentstats.errors import InputError, join_options
from talentstats.figures.captions import read_warnings
from talentstats.figures.catalogue.table_revisions_marks import plot_panels
from talentstats.figures.catalogue.table_revisions_rows import SHARE, measures_of, periods_of, signed, whole
from talentstats.figures.figure import Figure, Kind
from talentstats.figures.source_line import read_sources
from talentstats.figures.spec import FigureSpec, read_title
from talentstats.figures.text_table import TextTable
from talentstats.language import Bilingual, format_number, format_period, text
from talentstats.provenance import Origin, Snapshot

COLUMNS = {
    "panel": pl.String,
    "panel_nl": pl.String,
    "panel_en": pl.String,
    "unit_nl": pl.String,
    "unit_en": pl.String,
    "decimals": pl.Int64,
    "period": pl.String,
    "compared": pl.Int64,
    "revised": pl.Int64,
    "definitive": pl.Int64,
    "low": pl.Float64,
    "median": pl.Float64,
    "high": pl.Float64,
}
MOST_MEASURES = 3


def table_revisions(
    rows: pl.DataFrame,
    *,
    subject: Mapping[str, str] | Bilingual,
    title: Mapping[str, str] | Bilingual,
    sources: Sequence[Origin | Snapshot],
    elsewhere: int = 0,
    warnings: Sequence[Mapping[str, str]] = (),
    synthetic: bool = False,
) -> Figure:
    """Draw what share of a table's figures was revised by period, and the spread of the revisions.

    Parameters
    ----------
    rows : polars.DataFrame
        The columns of `COLUMNS`. Where `panel` is empty, a row counts the figures of a period: compared,
        revised, and revised although definitive. Elsewhere `panel` is a measure, and a row gives the lowest,
        median and highest revision of its figures for that period, in its own unit.
    subject : {"nl": str, "en": str}
        The table and its two vintages, for the subtitle.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        Both vintages.
    elsewhere : int
        Figures that were revised for periods of another length, which are not drawn.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.
    synthetic : bool
        Whether the figures rest on synthetic data.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a column is missing, no figure was revised, there are more than three measures, or title or
        source cannot be used.
    """
    data = _read(rows)
    origins, from_synthetic = read_sources(sources)
    return Figure(
        kind=Kind(
            name="table_revisions",
            plot=plot_panels,
            describe=_describe,
            table=_table,
            notes=lambda figure: _notes(figure, elsewhere),
        ),
        data=data,
        spec=FigureSpec(
            title=read_title(title),
            subtitle=Bilingual.read(subject, what="subject"),
            unit="percent",
            decimals=0,
        ),
        sources=origins,
        warnings=read_warnings(warnings),
        synthetic=synthetic or from_synthetic,
    )


def _read(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise InputError(
            "The revisions of a table lack a column.",
            expected=join_options(COLUMNS, last="and"),
            got=f"no {join_options(missing, last='and')}",
            remedy="Draw the result of `ts.revisions(...)` with its method `figure`.",
        )
    data = rows.select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
    if not data.filter(pl.col("panel") == SHARE)["revised"].sum():
        raise InputError(
            "No figure was revised, so there is nothing to draw.",
            expected="at least one period with a revised figure",
            got="none",
            remedy="Say so in words.",
        )
    if len(measures_of(data)) > MOST_MEASURES:
        raise InputError(
            "There are too many measures for one figure.",
            expected=f"at most {MOST_MEASURES}",
            got=f"{len(measures_of(data))}",
            remedy="Draw those with most revisions.",
        )
    return data


def _notes(figure: Figure, elsewhere: int) -> tuple[str, ...]:
    language = figure.language
    return (
        *([text("figure.revised_measures_note", language)] if measures_of(figure.data) else []),
        *(
            [text("figure.revised_frequency_note", language, count=whole(elsewhere, language))]
            if elsewhere
            else []
        ),
    )


def _describe(figure: Figure) -> str:
    language, data = figure.language, figure.data
    shares = data.filter(pl.col("panel") == SHARE)
    periods = periods_of(data)
    highest = shares.sort(pl.col("revised") / pl.col("compared"), descending=True, maintain_order=True)
    top = highest.row(0, named=True)
    long = [format_period(code, language=language, style="long") for code in (periods[0], periods[-1])]
    parts = [
        text(
            "alt.table_revisions",
            language,
            subject=figure.spec.subtitle.in_language(language),
            span=text("period.span", language, first=long[0], last=long[1]),
        ),
        text(
            "alt.table_revisions_count",
            language,
            **{
                name: whole(int(shares[name].sum()), language)
                for name in ("revised", "compared", "definitive")
            },
        ),
        text(
            "alt.table_revisions_highest",
            language,
            share=format_number(100 * top["revised"] / top["compared"], decimals=0, language=language),
            period=format_period(top["period"], language=language, style="long"),
        ),
    ]
    for measure in measures_of(data):
        rows = data.filter(pl.col("panel") == measure)
        first = rows.row(0, named=True)
        low, high = (
            signed(value, first["decimals"], language) for value in (min(rows["low"]), max(rows["high"]))
        )
        named = {"measure": first[f"panel_{language}"], "unit": first[f"unit_{language}"]}
        parts.append(text("alt.table_revisions_measure", language, **named, low=low, high=high))
    return " ".join(parts)


def _table(figure: Figure) -> TextTable:
    language, data = figure.language, figure.data
    cells = {(row["panel"], row["period"]): row for row in data.iter_rows(named=True)}
    measures = measures_of(data)
    named = {row["panel"]: row for row in data.iter_rows(named=True)}
    rows = []
    for period in periods_of(data):
        counts = cells[SHARE, period]
        spans = []
        for measure in measures:
            row = cells.get((measure, period))
            spans.append("\N{EN DASH}" if row is None else _span(row, figure))
        numbers = (whole(counts[name], language) for name in ("compared", "revised", "definitive"))
        rows.append((format_period(period, language=language), *numbers, *spans))
    headers = (
        text(
            "table.revision_span",
            language,
            measure=named[measure][f"panel_{language}"],
            unit=named[measure][f"unit_{language}"],
        )
        for measure in measures
    )
    return TextTable(
        header=(
            *(
                text(f"table.{name}", language)
                for name in ("period", "compared", "revised", "was_definitive")
            ),
            *headers,
        ),
        rows=tuple(rows),
        numeric=(False, *(True,) * (3 + len(measures))),
        note=text("table.revisions_note", language),
    )


def _span(row: Mapping[str, object], figure: Figure) -> str:
    ends = [signed(row[name], row["decimals"], figure.language) for name in ("low", "high")]
    if ends[0] == ends[1]:
        return ends[0]
    return text("range.signed", figure.language, low=ends[0], high=ends[1])
