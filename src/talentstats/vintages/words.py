"""The words about revisions: which table, what was found, and what measures and units are called."""

from typing import TYPE_CHECKING

from talentstats.language import Bilingual, format_date, format_number, has_text, text
from talentstats.provenance import Origin
from talentstats.terms import Language
from talentstats.vintages.changes import Counts

if TYPE_CHECKING:
    from talentstats.vintages.table_revisions import TableRevisions

_OF_MANY = {0: "none", 1: "one"}


def subject(found: "TableRevisions") -> Bilingual:
    """Return the table and the days of its two vintages."""

    def in_words(language: Language) -> str:
        before, after = (format_date(origin.published, language=language) for origin in origins)
        name = table_name(found.after, language)
        return text(
            "revisions.subject", language, table=f"{name[:1].upper()}{name[1:]}", before=before, after=after
        )

    origins = (found.before, found.after)
    return Bilingual(nl=in_words("nl"), en=in_words("en"))


def table_name(origin: Origin, language: Language) -> str:
    """Return what readers call a source: in our words, or by the id of its table."""
    key = f"source_name.{origin.table_id}"
    if has_text(key):
        return text(key, language)
    return text("source.table", language, table_id=origin.table_id)


def finding(counts: Counts) -> Bilingual:
    """Say how many figures were revised and how many of those had been definitive, without a full stop."""
    return Bilingual(nl=_finding(counts, "nl"), en=_finding(counts, "en"))


def _finding(counts: Counts, language: Language) -> str:
    revised, definitive = counts.kinds["revised"], counts.definitive["revised"]
    if not revised:
        compared = format_number(counts.compared, decimals=0, language=language)
        key = "finding_none" if counts.compared else "finding_nothing_common"
        return text(f"revisions.{key}", language, compared=compared)
    of_one = "it" if definitive else "not"
    of_many = _OF_MANY.get(definitive, "all" if definitive == revised else "many")
    key = of_one if revised == 1 else of_many
    written = {
        name: format_number(count, decimals=0, language=language)
        for name, count in (("revised", revised), ("compared", counts.compared), ("definitive", definitive))
    }
    written["definitive"] = text(f"revisions.definitive_{key}", language, **written)
    return text(f"revisions.finding_{'one' if revised == 1 else 'many'}", language, **written)


def measure_name(code: str, title: str, language: Language) -> str:
    """Return what readers call a measure: ours by our words, another by the publisher's."""
    key = f"measure.{code}"
    return text(key, language) if has_text(key) else title


def unit_name(unit: str, language: Language) -> str:
    """Return what readers call a unit: ours by our words, another by the publisher's."""
    key = f"unit.{unit}"
    return text(key, language) if has_text(key) else unit
