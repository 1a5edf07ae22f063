"""The numbers of the chapter on revisions, apart from those of tightness."""

from collections.abc import Iterator, Sequence

from talentstats.labour.tightness import FIRST_PERIOD
from talentstats.language import Bilingual, format_number
from talentstats.provenance import Origin
from talentstats.reporting.biennial.revised import Republished, Revised
from talentstats.reporting.cells import said
from talentstats.reporting.derived import counted, described, words
from talentstats.reporting.numbers import Number, Source, Witness, decimals_of
from talentstats.terms import Language, Period
from talentstats.vintages.changes import Counts
from talentstats.vintages.published import Checked
from talentstats.vintages.table_revisions import TableRevisions
from talentstats.vintages.words import finding

#: What is counted of a table or a statistic, in the order of the columns.
COUNTED = ("compared", "revised", "definitive")


def revision_numbers(revised: Revised) -> Iterator[Number]:
    """Give every number on vintages of tables and on figures that were published more than once."""
    sources = _sources([origin for one in revised.tables for origin in (one.before, one.after)])
    compared = sum(one.summary.compared for one in revised.tables)
    yield counted("revised.tables", len(revised.tables), sources=sources)
    yield counted("revised.compared", compared, sources=sources)
    yield words("revised.finding", _finding(revised.tables), sources=sources)
    for table in revised.tables:
        yield from _counts(table_id(table), table.summary, sources=_sources([table.before, table.after]))
    yield from _republished(revised.republished)


def table_id(table: TableRevisions) -> str:
    """Return the start of the ids of the numbers about a table."""
    return f"revised.{table.dataset.rpartition('/')[2]}"


def statistic_id(statistic: Republished) -> str:
    """Return the start of the ids of the numbers about a statistic."""
    return f"republished.{statistic.name}"


def published_numbers(checked: Sequence[Checked]) -> Iterator[Number]:
    """Give what became of the figures of earlier editions."""
    figures = sum(one.checked for one in checked)
    changed = sum(mismatch.printed for one in checked for mismatch in one.mismatches)
    yield counted("published.editions", len(checked))
    yield counted("published.checked", figures)
    yield counted("published.changed", changed)
    key = {0: "same", 1: "one"}.get(changed, "changed") if checked else "none"
    said_so = Bilingual(
        nl=_counted_words(key, figures, changed, "nl"), en=_counted_words(key, figures, changed, "en")
    )
    yield words("published.finding", said_so, sources=())


def _counted_words(key: str, checked: int, changed: int, language: Language) -> str:
    written = {
        name: format_number(count, decimals=0, language=language)
        for name, count in (("checked", checked), ("changed", changed))
    }
    return said(f"published_{key}", **written).in_language(language)


def _finding(tables: Sequence[TableRevisions]) -> Bilingual:
    """Say how many figures of all tables together were revised."""
    compared = sum(one.summary.compared for one in tables)
    if not compared:
        return said("vintages_none_common")
    return finding(_together([one.summary for one in tables]))


def _together(counts: Sequence[Counts]) -> Counts:
    kinds = counts[0].kinds
    return Counts(
        before=sum(one.before for one in counts),
        after=sum(one.after for one in counts),
        common=sum(one.common for one in counts),
        compared=sum(one.compared for one in counts),
        kinds={kind: sum(one.kinds[kind] for one in counts) for kind in kinds},
        definitive={kind: sum(one.definitive[kind] for one in counts) for kind in kinds},
        status_changed=sum(one.status_changed for one in counts),
        status_lost=sum(one.status_lost for one in counts),
    )


def _counts(start: str, counts: Counts, *, sources: tuple[Source, ...]) -> Iterator[Number]:
    values = (counts.compared, counts.kinds["revised"], counts.definitive["revised"])
    for name, value in zip(COUNTED, values, strict=True):
        yield counted(f"{start}.{name}", value, sources=sources)


def _republished(statistics: Sequence[Republished]) -> Iterator[Number]:
    sources = _sources([origin for one in statistics for origin in one.origins])
    since = Period.parse(FIRST_PERIOD)
    witness = Witness(period=since, sources=sources, method=described("method_counted"))
    yield Number(id="republished.since", value=since, form="period", witness=witness)
    yield counted("republished.count", sum(one.counts.compared for one in statistics), sources=sources)
    revised = sum(one.counts.kinds["revised"] for one in statistics)
    yield counted("republished.revised", revised, sources=sources)
    for one in statistics:
        own = _sources(one.origins)
        yield from _counts(statistic_id(one), one.counts, sources=own)
        if one.largest is not None:
            yield Number(
                id=f"{statistic_id(one)}.largest",
                value=one.largest,
                form="change",
                decimals=decimals_of(one.resolution),
                unit=one.unit,
                witness=Witness(sources=own, method=described("method_counted")),
            )


def _sources(origins: Sequence[Origin]) -> tuple[Source, ...]:
    return tuple(Source(origin=origin) for origin in dict.fromkeys(origins))
