"""What figures of shares say in words: counts beside bars, largest shares, and the table."""

from collections.abc import Iterator, Sequence

import polars as pl

from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject
from talentstats.figures.figure import Figure
from talentstats.figures.text_table import TextTable
from talentstats.language import format_number, text
from talentstats.terms import Language

# The rows of one category: a share for each level.
Bar = Sequence[Row]


def bars_of(data: pl.DataFrame) -> list[Bar]:
    """Return the rows of each category together."""
    return [part.to_dicts() for part in data.partition_by("category", maintain_order=True)]


def count_labels(bars: Sequence[Bar], language: Language) -> list[str]:
    """Return the number of answers of each bar, empty where it is not known or shares are hidden."""
    return [
        ""
        if bar[0]["n_obs"] is None or bar[0]["estimate"] is None
        else f"n = {format_number(bar[0]['n_obs'], decimals=0, language=language)}"
        for bar in bars
    ]


def largest_shares(bars: Sequence[Bar], subject: Subject, language: Language) -> Iterator[str]:
    """Say of each bar which level is the largest, and which bars are not shown."""
    hidden = [str(bar[0][f"category_{language}"]) for bar in bars if bar[0]["estimate"] is None]
    largest = []
    for bar in bars:
        if bar[0]["estimate"] is not None:
            row = max(bar, key=lambda one: float(one["estimate"]))
            share = subject.value_and_interval(row, language)
            largest.append(f"{row[f'category_{language}']}: {row[f'level_{language}']}, {share}")
    if largest:
        yield text("alt.largest_shares", language, shares="; ".join(largest))
    if hidden:
        yield text("alt.too_few", language, names="; ".join(hidden))


def shares_table(subject: Subject, figure: Figure) -> TextTable:
    """Return every share with its interval and the number of answers of its bar."""
    language = figure.language
    keys = ("category", "level")
    return TextTable(
        header=(
            *(subject.columns[key].in_language(language) for key in keys),
            *subject.headers(language),
        ),
        rows=tuple(
            (*(str(row[f"{key}_{language}"]) for key in keys), *subject.cells(row, language))
            for row in figure.data.iter_rows(named=True)
        ),
        numeric=(False, False, True, True, True),
        note=text("table.estimates_note", language),
    )
