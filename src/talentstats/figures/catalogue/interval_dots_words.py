"""What interval dots say in words: the alternative text, the table and the notes."""

from collections.abc import Iterator, Sequence

import polars as pl

from talentstats.figures.catalogue.interval_dots_marks import groups_of, row_name
from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject, missing_note
from talentstats.figures.figure import Figure
from talentstats.figures.text_table import TextTable
from talentstats.language import text
from talentstats.terms import Language


def describe_dots(subject: Subject, figure: Figure) -> str:
    """Say in words what interval dots show: extremes with intervals, reference, accent and gaps."""
    language = figure.language
    drawn = figure.data.filter(pl.col("role") != "reference")
    categories, groups = drawn["category"].n_unique(), groups_of(drawn)
    parts = [
        text(
            "alt.interval_dots",
            language,
            subject=subject.subtitle(language),
            count=str(categories),
            level=subject.level(language),
        )
    ]
    if "group" in drawn.columns:
        listed = "; ".join(drawn[f"group_{language}"].unique(maintain_order=True))
        parts.append(text("alt.groups", language, count=str(len(groups)), groups=listed))
    for group in groups:
        rows = drawn if group is None else drawn.filter(pl.col("group") == group)
        parts.extend(describe_extremes(list(rows.iter_rows(named=True)), subject, language))
    for row in figure.data.filter(pl.col("role") == "reference").iter_rows(named=True):
        value = subject.value_and_interval(row, language)
        parts.append(text("alt.reference", language, name=row[f"category_{language}"], value=value))
    shown = pl.col("estimate").is_not_null()
    for row in drawn.filter(shown, pl.col("role") == "highlighted").iter_rows(named=True):
        value = subject.value_and_interval(row, language)
        parts.append(text("alt.dots_highlight", language, region=row_name(row, language), value=value))
    return " ".join([*parts, *describe_missing(drawn.iter_rows(named=True), language)])


def describe_extremes(rows: Sequence[Row], subject: Subject, language: Language) -> Iterator[str]:
    """Say which estimate is the highest and which the lowest."""
    known = sorted((row for row in rows if row["estimate"] is not None), key=lambda row: row["estimate"])
    if len(known) == 1:
        name, value = row_name(known[0], language), subject.value_and_interval(known[0], language)
        yield text("alt.only_estimate", language, name=name, value=value)
    elif known:
        yield text(
            "alt.extremes",
            language,
            high_name=row_name(known[-1], language),
            high=subject.value_and_interval(known[-1], language),
            low_name=row_name(known[0], language),
            low=subject.value_and_interval(known[0], language),
        )


def describe_missing(rows: Iterator[Row], language: Language) -> Iterator[str]:
    """Say whose estimates are not shown."""
    hidden = [row_name(row, language) for row in rows if row["estimate"] is None]
    if hidden:
        yield text("alt.too_few", language, names="; ".join(hidden))


def dots_table(subject: Subject, figure: Figure) -> TextTable:
    """Return every estimate with its interval and number of answers, the reference last."""
    language = figure.language
    keys = list(subject.columns)
    return TextTable(
        header=(
            *(subject.columns[key].in_language(language) for key in keys),
            *subject.headers(language),
        ),
        rows=tuple(
            (*(str(row[f"{key}_{language}"] or "") for key in keys), *subject.cells(row, language))
            for row in figure.data.iter_rows(named=True)
        ),
        numeric=(*(False for _ in keys), True, True, True),
        note=text("table.estimates_note", language),
    )


def dots_notes(subject: Subject, figure: Figure) -> tuple[str, ...]:
    """Return what has to be said under interval dots."""
    language = figure.language
    drawn = list(figure.data.filter(pl.col("role") != "reference").iter_rows(named=True))
    several = len({row["category"] for row in drawn}) > 1
    return (
        *((text("figure.chance_note", language),) if several else ()),
        *clipped_note(list(figure.data.iter_rows(named=True)), subject, language),
        *missing_note(drawn, language),
    )


def clipped_note(rows: Sequence[Row], subject: Subject, language: Language) -> Iterator[str]:
    """Say which intervals of shares are drawn shorter than they are."""
    if not subject.unit.is_share:
        return
    beyond = [
        row_name(row, language)
        for row in rows
        if row["conf_low"] is not None and (row["conf_low"] < 0 or row["conf_high"] > 100)
    ]
    if beyond:
        yield text("figure.clipped_note", language, names="; ".join(beyond))
