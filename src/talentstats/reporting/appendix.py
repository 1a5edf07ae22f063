"""The appendix with every number and its witness."""

from collections.abc import Iterable

from talentstats.language import Bilingual
from talentstats.reporting.cells import day_cell, header, period_cell, plain, unique, with_unit
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.tables import Table

HASH_DIGITS = 12


def numbers_table(store: NumberStore, ids: Iterable[str]) -> Table:
    """List numbers: id, value, period, day, table and hash of the file, method."""
    numbers = [store[name] for name in sorted(set(ids))]
    return Table(
        columns=(
            header("number", width=31),
            header("value", align="right", width=20),
            header("period", width=12),
            header("known_since", width=14),
            header("source_hash", width=21),
            header("method", width=34),
        ),
        rows=tuple(_row(number) for number in numbers),
    )


def _row(number: Number) -> tuple[Bilingual, ...]:
    witness = number.witness
    return (
        plain(_breakable(number.id)),
        with_unit(number),
        period_cell(witness.period),
        day_cell(witness.vintage),
        plain("; ".join(_sources(number)) or "\N{EN DASH}"),
        witness.method,
    )


def _sources(number: Number) -> list[str]:
    return unique(
        f"{source.origin.table_id} ({source.origin.sha256[:HASH_DIGITS]})" for source in number.witness.sources
    )


def _breakable(name: str) -> str:
    """Let a long id break after its points and underscores."""
    return name.replace(".", ".\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}")
