"""What a slope says in words: the alternative text, the table and the notes."""

from collections.abc import Iterator

from talentstats.figures.catalogue.interval_dots_words import clipped_note
from talentstats.figures.catalogue.slope_lines import FALL, NO_CHANGE, NOT_TESTED, RISE, slope_lines
from talentstats.figures.cells import Row
from talentstats.figures.estimate_subject import Subject, missing_note
from talentstats.figures.figure import Figure
from talentstats.figures.text_table import TextTable
from talentstats.figures.waves import Waves
from talentstats.language import text
from talentstats.terms import Language


def describe_slope(subject: Subject, waves: Waves, figure: Figure) -> str:
    """Say in words what a slope shows: each significant change, the others together, breaks and gaps."""
    language = figure.language
    parts = [
        text(
            "alt.slope",
            language,
            subject=subject.subtitle(language),
            waves=", ".join(map(str, waves.years)),
            count=str(figure.data["category"].n_unique()),
            level=subject.level(language),
        ),
        *_describe_changes(subject, waves, figure),
        *waves.break_notes(language),
    ]
    hidden = [
        f"{row[f'category_{language}']}, {row['wave']}"
        for row in figure.data.iter_rows(named=True)
        if row["estimate"] is None
    ]
    if hidden:
        parts.append(text("alt.too_few", language, names="; ".join(hidden)))
    return " ".join(parts)


def _describe_changes(subject: Subject, waves: Waves, figure: Figure) -> Iterator[str]:
    language = figure.language
    outcomes = dict(zip(figure.data["category"], figure.data["outcome"], strict=True))
    named: dict[str, list[str]] = {RISE: [], FALL: [], NO_CHANGE: [], NOT_TESTED: []}
    for category, line in zip(outcomes, slope_lines(figure, waves), strict=True):
        known = line.known()
        ends = [row for row in known if waves.compared and row["wave"] in waves.compared] or known
        if not ends:
            continue
        key = "alt.slope_line" if len(ends) > 1 else "alt.slope_point"
        named[outcomes[category]].append(
            text(
                key,
                language,
                name=line.name,
                first=subject.value(ends[0], language),
                first_wave=str(ends[0]["wave"]),
                last=subject.value(ends[-1], language),
                last_wave=str(ends[-1]["wave"]),
            )
        )
    for outcome, listed in named.items():
        if listed:
            yield text(f"alt.slope_{outcome}", language, lines="; ".join(listed))


def slope_table(subject: Subject, waves: Waves, figure: Figure) -> TextTable:
    """Return every estimate with its interval and number of answers, and the outcome of its test."""
    language, compared = figure.language, waves.compared
    tested = compared is not None and set(figure.data["outcome"]) != {NOT_TESTED}
    change = (
        [text("table.change_between", language, before=str(compared[0]), after=str(compared[1]))]
        if tested and compared
        else []
    )
    rows = (
        (
            str(row[f"category_{language}"]),
            str(row["wave"]),
            *subject.cells(row, language),
            *([_outcome(row, waves, language)] if tested else []),
        )
        for row in figure.data.iter_rows(named=True)
    )
    keys = (subject.columns[key].in_language(language) for key in ("category", "wave"))
    return TextTable(
        header=(*keys, *subject.headers(language), *change),
        rows=tuple(rows),
        numeric=(False, False, True, True, True, *(False for _ in change)),
        note=text("table.estimates_note", language),
    )


def _outcome(row: Row, waves: Waves, language: Language) -> str:
    """Return the outcome of a test beside the later of the two estimates it is about."""
    last = waves.compared is not None and row["wave"] == waves.compared[1]
    return text(f"figure.key_{row['outcome']}", language) if last else ""


def slope_notes(subject: Subject, waves: Waves, figure: Figure) -> tuple[str, ...]:
    """Return what has to be said under a slope: what was tested, breaks, gaps."""
    language, rows = figure.language, list(figure.data.iter_rows(named=True))
    tested = set(figure.data["outcome"]) != {NOT_TESTED}
    if tested and waves.compared:
        before, after = map(str, waves.compared)
        note = text("figure.tested_note", language, before=before, after=after)
    else:
        note = text("figure.untested_note", language)
    return (
        note,
        *waves.break_notes(language),
        *clipped_note(rows, subject, language),
        *missing_note(rows, language),
    )
