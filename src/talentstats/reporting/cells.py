"""Cells of a report's tables, made of numbers and words."""

from collections.abc import Iterable
from datetime import date

from talentstats.language import Bilingual, format_date, format_period, has_text, text
from talentstats.provenance import Licence, Origin
from talentstats.reporting.numbers import Number
from talentstats.tables import Column
from talentstats.tables.pipe import Align
from talentstats.terms import Language, Period, Vintage

NOTHING = Bilingual(nl="\N{EN DASH}", en="\N{EN DASH}")


def header(key: str, *, align: Align = "left", width: int | None = None) -> Column:
    """Return a column headed by a text of the catalog's `report` section."""
    return Column(header=said(key), align=align, width=width)


def said(key: str, **values: str) -> Bilingual:
    """Return a text of the catalog's `report` section in both languages."""
    return Bilingual(nl=text(f"report.{key}", "nl", **values), en=text(f"report.{key}", "en", **values))


def plain(words: str) -> Bilingual:
    """Return a text that is the same in both languages, such as a code."""
    return Bilingual(nl=words, en=words)


def shown(number: Number) -> Bilingual:
    """Return a number as a cell; a provisional one carries an asterisk, as in Dutch official tables."""
    mark = "*" if number.witness.status == "provisional" and number.form == "number" else ""
    return Bilingual(nl=number.text("nl") + mark, en=number.text("en") + mark)


def with_unit(number: Number) -> Bilingual:
    """Return a number followed by its unit, where the unit does not go without saying."""
    cell, key = shown(number), f"with_unit.{number.unit}"
    if not has_text(key):
        return cell
    return Bilingual(nl=text(key, "nl", figure=cell.nl), en=text(key, "en", figure=cell.en))


def period_cell(period: Period | None) -> Bilingual:
    """Return a period as a cell."""
    if period is None:
        return NOTHING
    if period.frequency == "day":
        return day_cell(period.start)
    return Bilingual(nl=format_period(period, language="nl"), en=format_period(period, language="en"))


def day_cell(day: Vintage | date | None) -> Bilingual:
    """Return a day as a cell, short and on one line."""
    if day is None:
        return NOTHING
    return Bilingual(nl=_short_day(day, "nl"), en=_short_day(day, "en"))


def _short_day(day: Vintage | date, language: Language) -> str:
    return format_date(day, language=language, style="short").replace(" ", "\N{NO-BREAK SPACE}")


def source_name(origin: Origin) -> Bilingual:
    """Return how a source is called in a table: the id of a published table, or words for the others."""
    key = f"source_name.{origin.table_id}"
    return Bilingual(nl=text(key, "nl"), en=text(key, "en")) if has_text(key) else plain(origin.table_id)


def licence_name(licence: Licence) -> Bilingual:
    """Return the name of a licence, or the terms of use in words."""
    key = f"licence.{licence.name}"
    return Bilingual(nl=text(key, "nl"), en=text(key, "en")) if has_text(key) else plain(licence.name)


def sources_cell(number: Number) -> Bilingual:
    """Return the sources a number rests on, each once."""
    names = [source_name(source.origin) for source in number.witness.sources]
    if not names:
        return NOTHING
    return Bilingual(nl=", ".join(unique(n.nl for n in names)), en=", ".join(unique(n.en for n in names)))


def unique(names: Iterable[str]) -> list[str]:
    """Return names once each, in their order."""
    return list(dict.fromkeys(names))
