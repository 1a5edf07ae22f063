"""The words an engine adds to a document, as Quarto's own language files have them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from babel.dates import format_date

from talentstats.terms import Language

_DUTCH = {
    "fig": "Figuur",
    "tbl": "Tabel",
    "sec": "Paragraaf",
    "toc": "Inhoudsopgave",
    "abstract": "Samenvatting",
    "footnotes": "Voetnoten",
    "skip": "Ga naar de hoofdinhoud",
    "page": "Pagina",
    "of": "van",
    "note": "Opmerking",
    "tip": "Tip",
    "warning": "Waarschuwing",
    "important": "Belangrijk",
    "caution": "Opgelet",
}
_ENGLISH = {
    "fig": "Figure",
    "tbl": "Table",
    "sec": "Section",
    "toc": "Table of contents",
    "abstract": "Abstract",
    "footnotes": "Footnotes",
    "skip": "Skip to main content",
    "page": "Page",
    "of": "of",
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
    "important": "Important",
    "caution": "Caution",
}
WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType({"nl": _DUTCH, "en": _ENGLISH})


def long_date(day: date, language: Language) -> str:
    """Write a day in full, as Quarto does for `date` in the front matter.

    >>> long_date(date(2026, 7, 16), "nl")
    '16 juli 2026'
    >>> long_date(date(2026, 7, 16), "en")
    '16 July 2026'
    """
    return format_date(day, format="long", locale={"nl": "nl_NL", "en": "en_GB"}[language])
