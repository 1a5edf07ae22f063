"""Words, numbers and periods in Dutch and in English."""

from talentstats.language.catalog import Bilingual, catalog, check_language, has_text, text
from talentstats.language.formats import (
    NOT_AVAILABLE,
    format_change,
    format_date,
    format_number,
    format_period,
    format_range,
)

__all__ = [
    "NOT_AVAILABLE",
    "Bilingual",
    "catalog",
    "check_language",
    "format_change",
    "format_date",
    "format_number",
    "format_period",
    "format_range",
    "has_text",
    "text",
]
