"""The words around a figure: its subtitle and notes."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from talentstats.figures.cells import Row
from talentstats.language import Bilingual, format_period, text
from talentstats.terms import Language


def subtitle(row: Row, *, place: Bilingual | None = None) -> Bilingual:
    """Return what a figure shows: measure, unit, region or period, and adjustment.

    Parameters
    ----------
    row : Mapping
        A row of the series frame: its measure, unit and adjustment hold for the whole figure.
    place : Bilingual, optional
        The region or period the whole figure is about.
    """
    return Bilingual(nl=_subtitle(row, place, "nl"), en=_subtitle(row, place, "en"))


def _subtitle(row: Row, place: Bilingual | None, language: Language) -> str:
    parts = [text(f"measure.{row['measure']}", language), text(f"unit.{row['unit']}", language)]
    if place is not None:
        parts.append(place.in_language(language))
    return ", ".join([*parts, *_adjustment(row, language)])


def subject(row: Row, language: Language) -> str:
    """Return what a figure shows, as it stands inside a sentence."""
    parts = [text(f"measure_inline.{row['measure']}", language), text(f"unit.{row['unit']}", language)]
    return ", ".join([*parts, *_adjustment(row, language)])


def _adjustment(row: Row, language: Language) -> list[str]:
    return [] if row["adjustment"] == "none" else [text(f"adjustment.{row['adjustment']}", language)]


def list_periods(periods: Iterable[str], language: Language) -> str:
    """Write periods as a list with commas."""
    return ", ".join(format_period(period, language=language) for period in periods)


def method_note(frame: pl.DataFrame, language: Language) -> str:
    """Return the note that names the method of a figure with one method."""
    return text("figure.method_note", language, method=text(f"method.{frame['method'][0]}", language))


def read_warnings(warnings: Sequence[Mapping[str, str] | Bilingual]) -> tuple[Bilingual, ...]:
    """Return warnings as texts in both languages.

    Raises
    ------
    InputError
        If a language is missing.
    """
    return tuple(Bilingual.read(warning, what="warning") for warning in warnings)
