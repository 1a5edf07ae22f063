"""What a Likert figure says in words: the alternative text, the table and the notes."""

from talentstats.figures.catalogue.likert_marks import Scale, shares_and_sums
from talentstats.figures.estimate_subject import Subject, missing_note
from talentstats.figures.figure import Figure
from talentstats.figures.text_table import TextTable
from talentstats.language import text


def describe_likert(subject: Subject, scale: Scale, figure: Figure) -> str:
    """Say in words what a Likert figure shows: the share right of the middle of every item."""
    language = figure.language
    bars, positives = shares_and_sums(figure)
    shown = [row for row in positives if row["estimate"] is not None]
    hidden = [str(row[f"category_{language}"]) for row in positives if row["estimate"] is None]
    parts = [
        text(
            "alt.likert",
            language,
            subject=subject.subtitle(language),
            count=str(len(bars)),
            levels="; ".join(str(row[f"level_{language}"]) for row in bars[0]),
        )
    ]
    if shown:
        name = scale.positive.in_language(language)
        listed = "; ".join(
            f"{row[f'category_{language}']}, {subject.value_and_interval(row, language)}" for row in shown
        )
        parts.append(text("alt.likert_positive", language, name=name[:1].upper() + name[1:], shares=listed))
    if hidden:
        parts.append(text("alt.too_few", language, names="; ".join(hidden)))
    return " ".join(parts)


def likert_table(subject: Subject, scale: Scale, figure: Figure) -> TextTable:
    """Return every share with its interval, and of every item the share right of the middle."""
    language = figure.language
    together = text("table.positive", language, name=scale.positive.in_language(language))
    keys = (subject.columns[key].in_language(language) for key in ("category", "level"))
    return TextTable(
        header=(*keys, *subject.headers(language)),
        rows=tuple(
            (
                str(row[f"category_{language}"]),
                together if row["level"] is None else str(row[f"level_{language}"]),
                *subject.cells(row, language),
            )
            for row in figure.data.iter_rows(named=True)
        ),
        numeric=(False, False, True, True, True),
        note=text("table.estimates_note", language),
    )


def likert_notes(scale: Scale, is_sorted: bool, figure: Figure) -> tuple[str, ...]:
    """Return what has to be said under a Likert figure: the middle, the order, the numbers, gaps."""
    language = figure.language
    return (
        text("figure.likert_note" if is_sorted else "figure.likert_given_note", language),
        text("figure.likert_column_note", language, name=scale.positive.in_language(language)),
        *missing_note(figure.data.iter_rows(named=True), language),
    )
