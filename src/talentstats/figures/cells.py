"""One figure as text: in a table cell, a label or a tooltip."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from talentstats.language import Bilingual, format_date, format_number, format_period, format_range, text
from talentstats.terms import Language, Precision, Vintage

Row = Mapping[str, Any]
PROVISIONAL_SIGN = "*"


def region_name(row: Row, language: Language) -> str:
    """Return the name of the region of a row."""
    return str(row[f"region_name_{language}"])


def region_label(row: Row, language: Language) -> str:
    """Return the name of the region as it starts a line."""
    name = region_name(row, language)
    return name[:1].upper() + name[1:]


def region_names(row: Row) -> Bilingual:
    """Return the name of the region of a row in both languages."""
    return Bilingual(nl=region_name(row, "nl"), en=region_name(row, "en"))


def value_text(row: Row, *, decimals: int, language: Language) -> str:
    """Return the value of a row; `.` when it was not published."""
    return format_number(row["value"], decimals=decimals, language=language)


def range_text(row: Row, *, decimals: int, language: Language) -> str | None:
    """Return the rounding range of a row, or None when the digits of the value say it already."""
    if range_width(row) <= 10.0**-decimals * 1.001:
        return None
    return format_range(row["low"], row["high"], decimals=decimals, language=language)


def range_width(row: Row) -> float:
    """Return the width of the rounding range of a row, 0 when it has none."""
    if row["value"] is None or row["low"] is None or row["high"] is None:
        return 0.0
    return float(row["high"] - row["low"])


def value_cell(row: Row, *, decimals: int, language: Language) -> str:
    """Return a table cell: the value, a star when it is provisional, its range in brackets."""
    sign = PROVISIONAL_SIGN if is_provisional(row) else ""
    bounds = range_text(row, decimals=decimals, language=language)
    value = value_text(row, decimals=decimals, language=language)
    return f"{value}{sign}" + (f" ({bounds})" if bounds else "")


def published_text(row: Row, language: Language) -> str:
    """Return the day of publication of a row, as precisely as it is known; empty when it is not."""
    vintage = row["vintage"]
    if not isinstance(vintage, date):
        return ""
    return format_date(Vintage(vintage, cast("Precision", row["vintage_precision"])), language=language)


def is_provisional(row: Row) -> bool:
    """Say whether a row holds a figure that may still change."""
    return row["status"] == "provisional" and row["value"] is not None


def tooltip(row: Row, *, decimals: int, language: Language) -> str:
    """Return what a reader sees on hovering over a figure: all that identifies it."""
    period = format_period(row["period"], language=language, style="long")
    published = published_text(row, language)
    parts = [
        f"{region_label(row, language)}, {period}: {value_cell(row, decimals=decimals, language=language)}",
        text(f"method_short.{row['method']}", language),
        text("figure.tooltip_published", language, day=published) if published else "",
        text("status.provisional", language) if is_provisional(row) else "",
    ]
    return "\n".join(part for part in parts if part)
