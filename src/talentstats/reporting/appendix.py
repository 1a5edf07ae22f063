"""The appendix with every number and its witness."""

from collections.abc import Iterable

from talentstats.language import Bilingual
from talentstats.reporting.cells import (
    NOTHING,
    day_cell,
    header,
    period_cell,
    plain,
    said,
    shown,
    unique,
    with_unit,
)
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.tables import Table

HASH_DIGITS = 12
# A number that rests on more files than this refers to the table of sources.
MOST_SOURCES = 4


def numbers_table(store: NumberStore, ids: Iterable[str]) -> Table:
    """List numbers: id, value, period, day, table and hash of the file, method.

    A facet, such as the period of a number, is covered by the row of its number.
    """
    numbers = [store.numbers[name] for name in sorted({store.parent(name) for name in ids})]
    return Table(
        columns=(
            header("number", width=29),
            header("value", align="right", width=15),
            header("period", width=16),
            header("known_since", width=17),
            header("source_hash", width=29),
            header("method", width=30),
        ),
        rows=tuple(_row(number) for number in numbers),
    )


def _row(number: Number) -> tuple[Bilingual, ...]:
    witness = number.witness
    return (
        plain(_breakable(number.id)),
        with_unit(number) if number.unit in ("percent", "thousand") else shown(number),
        period_cell(witness.period),
        day_cell(witness.vintage),
        _sources(number),
        witness.method,
    )


def _sources(number: Number) -> Bilingual:
    named = unique(f"{s.origin.table_id} ({s.origin.sha256[:HASH_DIGITS]})" for s in number.witness.sources)
    if len(named) > MOST_SOURCES:
        return said("many_sources", count=str(len(named)))
    return plain("; ".join(named)) if named else NOTHING


def _breakable(name: str) -> str:
    """Let a long id break after its points and underscores."""
    return name.replace(".", ".\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}")
