"""The words an engine adds to a document, as Quarto's own language files have them."""

from collections.abc import Mapping
from types import MappingProxyType

from talentstats.terms import Language

_DUTCH = {
    "fig": "Figuur",
    "tbl": "Tabel",
    "sec": "Paragraaf",
    "toc": "Inhoudsopgave",
    "abstract": "Samenvatting",
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
