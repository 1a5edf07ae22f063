"""What small multiples say in words: the alternative text, the table and the notes."""

from collections.abc import Iterator, Sequence

import polars as pl

from talentstats.figures.catalogue.interval_dots_words import describe_extremes
from talentstats.figures.catalogue.small_multiples_marks import panel_row_name, panels_of, reference_of
from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject, missing_note
from talentstats.figures.figure import Figure
from talentstats.figures.text_table import TextTable
from talentstats.figures.waves import Waves
from talentstats.language import text
from talentstats.terms import Language


def describe_panels(subject: Subject, waves: Waves | None, figure: Figure) -> str:
    """Say in words what small multiples show: the extremes of each panel, the reference, breaks, gaps."""
    language = figure.language
    panels = panels_of(figure)
    key = "alt.panels_dots" if waves is None else "alt.panels_lines"
    parts = [
        text(
            key,
            language,
            subject=subject.subtitle(language),
            count=str(len(panels)),
            rows=str(panels[0][1].height),
            level=subject.level(language),
        )
    ]
    for title, part in panels:
        rows = list(part.iter_rows(named=True))
        if waves is None:
            said = list(describe_extremes(rows, subject, language))
        else:
            said = list(_describe_line(rows, subject, waves, language))
        words = " ".join(said) or text("alt.panel_empty", language)
        parts.append(text("alt.panel", language, title=title, words=words))
    reference = reference_of(figure)
    if not reference.is_empty():
        name = str(reference[f"panel_{language}"][0])
        listed = "; ".join(
            f"{row[f'category_{language}']}, {subject.value_and_interval(row, language)}"
            for row in reference.iter_rows(named=True)
        )
        parts.append(text("alt.panels_reference", language, name=name, values=listed))
    parts.extend(() if waves is None else waves.break_notes(language))
    hidden = [
        panel_row_name(row, language)
        for _, part in panels
        for row in part.to_dicts()
        if row["estimate"] is None
    ]
    if hidden:
        parts.append(text("alt.too_few", language, names="; ".join(hidden)))
    return " ".join(parts)


def _describe_line(rows: Sequence[Row], subject: Subject, waves: Waves, language: Language) -> Iterator[str]:
    """Say the first and last estimate of the waves that can be compared with the last."""
    latest = waves.stretches()[-1]
    known = [row for row in rows if row["estimate"] is not None and int(row["category"]) in latest]
    for row in known[:1] + known[1:][-1:]:
        value = subject.value_and_interval(row, language)
        yield text("alt.wave_value", language, wave=row["category"], value=value)


def panels_table(subject: Subject, figure: Figure) -> TextTable:
    """Return every estimate with its interval and number of answers, the reference last."""
    language = figure.language
    keys = ("panel", "category")
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


def panels_notes(subject: Subject, waves: Waves | None, figure: Figure) -> tuple[str, ...]:
    """Return what has to be said under small multiples: one scale, chance, breaks, gaps."""
    language = figure.language
    rows = figure.data.to_dicts()
    return (
        text("figure.panels_note", language),
        *(() if waves is None else waves.break_notes(language)),
        *_clipped(subject, figure),
        *missing_note(rows, language),
    )


def _clipped(subject: Subject, figure: Figure) -> Iterator[str]:
    beyond = figure.data.filter((pl.col("conf_low") < 0) | (pl.col("conf_high") > 100))
    if subject.unit.is_share and not beyond.is_empty():
        names = "; ".join(panel_row_name(row, figure.language) for row in beyond.to_dicts())
        yield text("figure.clipped_note", figure.language, names=names)
