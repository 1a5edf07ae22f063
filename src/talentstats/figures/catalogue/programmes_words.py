"""What measures of several programmes say in words: headings, definitions, alternative text and table."""

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from talentstats.figures.captions import list_periods
from talentstats.figures.cells import Row, region_label, value_cell, value_text
from talentstats.figures.figure import Figure
from talentstats.figures.scales import missing_between
from talentstats.figures.spec import decimals_of
from talentstats.figures.text_table import TextTable
from talentstats.language import NOT_AVAILABLE, catalog, format_period, text
from talentstats.terms import Language, Period

_SECTION = "definition."
# More periods than this are counted, not listed.
_MOST_LISTED = 6


def defined_measures() -> list[str]:
    """Return the measures that have a definition in one line."""
    return sorted(key.removeprefix(_SECTION) for key in catalog() if key.startswith(_SECTION))


def heading(row: Row, language: Language) -> str:
    """Return what stands above a panel: measure, unit and adjustment."""
    return ", ".join(text(f"{name}.{row[name]}", language) for name in ("measure", "unit", "adjustment"))


def definition_of(row: Row, language: Language) -> str:
    """Return the definition of the measure of a row, in one line."""
    return text(f"{_SECTION}{row['measure']}", language)


def describe_programmes(figure: Figure) -> str:
    """Say in words what the panels show: of each the definition, the extremes and the latest figure."""
    language = figure.language
    parts = figure.data.partition_by("measure", maintain_order=True)
    place = region_label(figure.data.row(0, named=True), language)
    said = [text("alt.programmes", language, count=str(len(parts)), place=place)]
    for part in parts:
        definition = definition_of(part.row(0, named=True), language)
        said += [_extremes(part, language), text("alt.programme", language, definition=definition)]
    return " ".join([*said, *programmes_notes(figure)])


def _extremes(part: pl.DataFrame, language: Language) -> str:
    known = part.filter(pl.col("value").is_not_null())
    rows = {
        "low": known.row(known["value"].arg_min() or 0, named=True),
        "high": known.row(known["value"].arg_max() or 0, named=True),
        "last": known.row(-1, named=True),
    }
    decimals = decimals_of(part["unit"][0])
    words = {name: value_text(row, decimals=decimals, language=language) for name, row in rows.items()}
    periods = {
        f"{name}_period": format_period(row["period"], language=language, style="long")
        for name, row in rows.items()
    }
    name = text(f"measure.{part['measure'][0]}", language)
    return text("alt.line" if known.height > 1 else "alt.line_one", language, name=name, **words, **periods)


def programmes_table(figure: Figure) -> TextTable:
    """Return every figure: a row for each period, a column for each measure."""
    language = figure.language
    parts = figure.data.partition_by("measure", maintain_order=True)
    cells = [{row["period"]: _cell(row, language) for row in part.iter_rows(named=True)} for part in parts]
    codes = sorted(figure.data["period"].unique(), key=Period.parse)
    names = [heading(part.row(0, named=True), language) for part in parts]
    return TextTable(
        header=(text("table.period", language), *names),
        rows=tuple(
            (format_period(code, language=language), *(found.get(code, NOT_AVAILABLE) for found in cells))
            for code in codes
        ),
        numeric=(False, *(True for _ in parts)),
        note=text("table.footnote", language),
    )


def _cell(row: Row, language: Language) -> str:
    return value_cell(row, decimals=decimals_of(row["unit"]), language=language)


def programmes_notes(figure: Figure) -> tuple[str, ...]:
    """Return what has to be said under the panels: they do not compare, and where figures are missing."""
    return (text("figure.programmes_note", figure.language), *_gaps(figure))


def _gaps(figure: Figure) -> Iterator[str]:
    """Say of which periods between the first and the last there is no figure, or of how many."""
    for part in figure.data.partition_by("measure", maintain_order=True):
        known = part.drop_nulls("value")["period"].to_list()
        missing = [period for pair in pairwise(known) for period in missing_between(*pair)]
        name = text(f"measure.{part['measure'][0]}", figure.language)
        if len(missing) > _MOST_LISTED:
            yield text(
                "figure.programmes_gaps",
                figure.language,
                name=name,
                known=str(len(known)),
                total=str(len(known) + len(missing)),
            )
        elif missing:
            periods = list_periods(missing, figure.language)
            yield text("figure.programmes_missing", figure.language, name=name, periods=periods)
