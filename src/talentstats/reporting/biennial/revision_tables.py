"""The tables of the chapter on revisions, apart from that of tightness."""

from collections.abc import Mapping, Sequence

from talentstats.language import Bilingual, text
from talentstats.reporting.biennial.revised import Republished, Revised
from talentstats.reporting.biennial.revision_numbers import COUNTED, statistic_id, table_id
from talentstats.reporting.cells import NOTHING, day_cell, header, shown, source_name
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.published_numbers import mismatch_table
from talentstats.tables import Table
from talentstats.terms import Language
from talentstats.vintages.published import Checked
from talentstats.vintages.table_revisions import TableRevisions


def revision_tables(revised: Revised, checked: Sequence[Checked], store: NumberStore) -> Mapping[str, Table]:
    """Make the tables by id."""
    return {
        "revised-tables": _tables(revised.tables, store),
        "republished": _republished(revised.republished, store),
        "published-changes": mismatch_table(checked),
    }


def _tables(tables: Sequence[TableRevisions], store: NumberStore) -> Table:
    names = [f"{table_id(one)}.{part}" for one in tables if one.summary.compared for part in COUNTED]
    rows = [
        (
            source_name(one.after),
            day_cell(one.before.published),
            day_cell(one.after.published),
            *(shown(store[f"{table_id(one)}.{part}"]) for part in COUNTED),
        )
        for one in tables
        if one.summary.compared
    ]
    return Table(
        columns=(
            header("table", width=30),
            header("vintage_older", width=18),
            header("vintage_newer", width=18),
            *(header(f"vintages_{part}", align="right", width=14) for part in COUNTED),
        ),
        rows=tuple(rows),
        cites=tuple(names),
    )


def _republished(statistics: Sequence[Republished], store: NumberStore) -> Table:
    rows, cites = [], []
    for one in statistics:
        names = [f"{statistic_id(one)}.{part}" for part in COUNTED]
        largest = f"{statistic_id(one)}.largest"
        size = NOTHING if one.largest is None else shown(store[largest])
        rows.append((_name(one), _unit(one), *(shown(store[name]) for name in names), size))
        cites += names if one.largest is None else [*names, largest]
    return Table(
        columns=(
            header("statistic", width=44),
            header("unit", width=22),
            *(header(f"vintages_{part}", align="right", width=14) for part in COUNTED),
            header("vintages_largest", align="right", width=16),
        ),
        rows=tuple(rows),
        cites=tuple(cites),
    )


def _name(one: Republished) -> Bilingual:
    def in_words(language: Language) -> str:
        parts = [text(f"measure.{one.measure}", language)]
        if one.adjustment != "none":
            parts.append(text(f"adjustment.{one.adjustment}", language))
        return ", ".join([*parts, text(f"method_short.{one.method}", language)])

    return Bilingual(nl=in_words("nl"), en=in_words("en"))


def _unit(one: Republished) -> Bilingual:
    return Bilingual(nl=text(f"unit.{one.unit}", "nl"), en=text(f"unit.{one.unit}", "en"))
