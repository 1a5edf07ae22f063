"""Numbers as readers see them: those of a report today, and the published ones that no longer match."""

from collections.abc import Mapping, Sequence

from talentstats.language import Bilingual, text
from talentstats.reporting.cells import NOTHING, header, period_cell, plain
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.tables import Table
from talentstats.terms import LANGUAGES, Language, Period
from talentstats.vintages.published import Checked, Mismatch, PublishedNumber


def published_number(
    numbers: Mapping[Language, Number], *, pages: Mapping[Language, tuple[int, ...]] | None = None
) -> PublishedNumber:
    """Return a number as readers of each language see it."""
    number = next(iter(numbers.values()))
    witness = number.witness
    return PublishedNumber(
        id=number.id,
        value=number.value if isinstance(number.value, float) else None,
        unit=number.unit,
        period=str(witness.period or ""),
        texts={language: one.text(language) for language, one in numbers.items()},
        pages=pages or {},
        sources={source.origin.dataset: source.origin.sha256 for source in witness.sources},
    )


def numbers_today(store: NumberStore) -> Mapping[str, PublishedNumber]:
    """Return every number of a store, and every facet, as readers would see it today."""
    everything = (one for number in store for one in (number, *number.facets.values()))
    return {number.id: published_number(dict.fromkeys(LANGUAGES, number)) for number in everything}


def mismatch_table(checked: Sequence[Checked]) -> Table:
    """List the published figures that a reader would see otherwise today: edition, page, then, now, why."""
    rows = [_mismatch_row(one) for found in checked for one in found.mismatches if one.printed]
    return Table(
        columns=(
            header("published_edition", width=14),
            header("published_page", width=12),
            header("number", width=30),
            header("period", width=14),
            header("published_then", align="right", width=14),
            header("published_now", align="right", width=14),
            header("published_why", width=32),
        ),
        rows=tuple(rows),
    )


def _mismatch_row(one: Mismatch) -> tuple[Bilingual, ...]:
    return (
        plain(one.edition),
        Bilingual(nl=_pages(one, "nl"), en=_pages(one, "en")),
        plain(one.then.id),
        period_cell(Period.parse(one.then.period)),
        Bilingual(nl=one.then.texts["nl"], en=one.then.texts["en"]),
        Bilingual(nl=one.now.texts["nl"], en=one.now.texts["en"]),
        Bilingual(nl=_why(one, "nl"), en=_why(one, "en")),
    )


def _pages(one: Mismatch, language: Language) -> str:
    return ", ".join(str(page) for page in one.then.pages.get(language, ())) or NOTHING.in_language(language)


def _why(one: Mismatch, language: Language) -> str:
    if not one.newer:
        return text("report.published_other_method", language)
    return text("report.published_newer", language, datasets=", ".join(one.newer))
