"""The words around maps: key, notes, alternative text, table and what hovering shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from talentstats.figures.cells import (
    Row,
    is_provisional,
    published_text,
    region_label,
    region_name,
    value_cell,
    value_text,
)
from talentstats.figures.classes import Classes
from talentstats.figures.figure import Figure
from talentstats.figures.map_frame import MapSubject
from talentstats.figures.marks import KeyEntry
from talentstats.figures.text_table import TextTable
from talentstats.language import format_period, text
from talentstats.terms import Language, Period

NOT_PUBLISHED_COLOR, DOUBT_COLOR = "grey", "foreground"
DOUBT_SIGN = "°"
# More names than these are counted in an alternative text; the table has them all.
MOST_NAMES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTexts:
    """What the words of a map are made from.

    Attributes
    ----------
    kind : {"tile_map", "choropleth"}
    labels : mapping of code to abbreviation
        Empty when regions are not labelled.
    highlight : str or None
        Code of the accented region.
    """

    kind: str
    subject: MapSubject
    classes: Classes
    labels: Mapping[str, str]
    highlight: str | None


def panels_of(figure: Figure) -> list[tuple[str, list[Row]]]:
    """Return the rows of each period, in order."""
    parts = figure.data.partition_by("period", maintain_order=True)
    return [(part["period"][0], list(part.iter_rows(named=True))) for part in parts]


def map_tooltip(texts: MapTexts, row: Row, language: Language) -> str:
    """Return what a reader sees on pointing at a region: all that identifies its figure."""
    period = format_period(row["period"], language=language, style="long")
    name = f"{region_label(row, language)}, {period}"
    if row["value"] is None:
        return f"{name}: {text('figure.key_not_published', language)}"
    label = texts.classes.label(texts.classes.number_of(row["value"]), language)
    published = published_text(row, language)
    parts = [
        f"{name}: {value_cell(row, decimals=texts.subject.decimals, language=language)}",
        text("figure.tooltip_class", language, class_name=label),
        text("figure.key_doubtful_class", language) if texts.classes.is_doubtful(row) else "",
        text("figure.tooltip_published", language, day=published) if published else "",
        text("status.provisional", language) if is_provisional(row) else "",
    ]
    return "\n".join(part for part in parts if part)


def map_key(texts: MapTexts, figure: Figure) -> tuple[KeyEntry, ...]:
    """Return the classes from low to high, and the signs that occur in the figure."""
    language, rows = figure.language, list(figure.data.iter_rows(named=True))
    entries = [
        KeyEntry(symbol="bar", color=tint, text=texts.classes.label(number, language))
        for number, tint in enumerate(texts.classes.tints)
    ]
    if any(row["value"] is None for row in rows):
        words = text("figure.key_not_published", language)
        entries.append(KeyEntry(symbol="hatch", color=NOT_PUBLISHED_COLOR, text=words))
    if any(map(texts.classes.is_doubtful, rows)):
        words = text("figure.key_doubtful_class", language)
        entries.append(KeyEntry(symbol="open", color=DOUBT_COLOR, text=words))
    return tuple(entries)


def map_notes(texts: MapTexts, figure: Figure) -> tuple[str, ...]:
    """Return what a reader has to know: classes, seasons, signs, abbreviations and method."""
    language, classes = figure.language, texts.classes
    periods = figure.data["period"].unique().to_list()
    name, reason = (words.in_language(language) for words in (classes.name, classes.reason))
    notes = [text("figure.classes_note", language, name=name, reason=reason)]
    if len(periods) > 1:
        notes[0] += " " + text("figure.classes_same_note", language)
    if texts.subject.unadjusted and len({Period.parse(period).number for period in periods}) > 1:
        notes.append(text("figure.map_season_note", language))
    if texts.labels:
        notes.append(text("figure.tiles_note", language, labels=_abbreviations(texts, figure)))
        if any(map(is_provisional, figure.data.iter_rows(named=True))):
            notes.append(text("figure.map_provisional_note", language))
    notes.extend(
        text("figure.map_highlight_note", language, region=region_name(row, language))
        for row in _accented(texts, figure)
    )
    if texts.subject.method is not None:
        notes.append(texts.subject.method.in_language(language))
    return tuple(notes)


def _abbreviations(texts: MapTexts, figure: Figure) -> str:
    regions = panels_of(figure)[0][1]
    named = sorted((texts.labels[row["region"]], region_name(row, figure.language)) for row in regions)
    return ", ".join(f"{label} = {name}" for label, name in named)


def _accented(texts: MapTexts, figure: Figure) -> list[Row]:
    return [row for row in panels_of(figure)[0][1] if row["region"] == texts.highlight]


def describe_map(texts: MapTexts, figure: Figure) -> str:
    """Say what the maps show: subject, classes, and of each period extremes, counts, gaps and doubts."""
    language, classes = figure.language, texts.classes
    panels = panels_of(figure)
    labels = [classes.label(number, language) for number in range(len(classes.tints))]
    sentences = [
        text(
            f"alt.{texts.kind}",
            language,
            subject=texts.subject.inline.in_language(language),
            count=str(len(panels[0][1])),
            classes=", ".join(labels),
        )
    ]
    for period, rows in panels:
        name = format_period(period, language=language, style="long")
        sentences.extend(_describe_panel(texts, name, rows, language))
    sentences.extend(
        text("alt.map_highlight", language, region=region_name(row, language))
        for row in _accented(texts, figure)
    )
    return " ".join(sentences)


def _describe_panel(texts: MapTexts, period: str, rows: Sequence[Row], language: Language) -> Iterator[str]:
    known = sorted((row for row in rows if row["value"] is not None), key=lambda row: row["value"])
    if not known:
        yield text("alt.map_panel_empty", language, period=period)
        return
    decimals = texts.subject.decimals
    numbers = [texts.classes.number_of(row["value"]) for row in known]
    yield text(
        "alt.map_panel",
        language,
        period=period,
        low=value_text(known[0], decimals=decimals, language=language),
        low_region=region_name(known[0], language),
        high=value_text(known[-1], decimals=decimals, language=language),
        high_region=region_name(known[-1], language),
        counts=", ".join(str(numbers.count(number)) for number in range(len(texts.classes.tints))),
    )
    signs: tuple[tuple[str, Callable[[Row], bool]], ...] = (
        ("alt.map_missing", lambda row: row["value"] is None),
        ("alt.map_doubtful", texts.classes.is_doubtful),
        ("alt.map_provisional", is_provisional),
    )
    for key, has_sign in signs:
        names = [region_name(row, language) for row in rows if has_sign(row)]
        if len(names) > MOST_NAMES:
            names = [text("alt.map_many", language, count=str(len(names)))]
        if names:
            yield text(key, language, period=period, regions=", ".join(names))


def map_table(texts: MapTexts, figure: Figure) -> TextTable:
    """Return a row for each region by name, with its figure and range in each period."""
    language, panels = figure.language, panels_of(figure)
    cells = {period: {row["region"]: _cell(texts, row, language) for row in rows} for period, rows in panels}
    regions = pl.DataFrame(panels[0][1]).sort("region_name_nl", "region").iter_rows(named=True)
    abbreviated = bool(texts.labels)
    return TextTable(
        header=(
            text("table.region", language),
            *((text("table.label", language),) if abbreviated else ()),
            *(format_period(period, language=language) for period in cells),
        ),
        rows=tuple(
            (
                region_label(row, language),
                *((texts.labels[row["region"]],) if abbreviated else ()),
                *(by_region[row["region"]] for by_region in cells.values()),
            )
            for row in regions
        ),
        numeric=(False, *((False,) if abbreviated else ()), *(True for _ in cells)),
        note=text("table.map_note", language),
    )


def _cell(texts: MapTexts, row: Row, language: Language) -> str:
    sign = DOUBT_SIGN if texts.classes.is_doubtful(row) else ""
    return value_cell(row, decimals=texts.subject.decimals, language=language) + sign
