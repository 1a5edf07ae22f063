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
    source_name,
    with_unit,
)
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.tables import Table

HASH_DIGITS = 8
# A number that rests on more files than this refers to the table of sources.
MOST_SOURCES = 4


def numbers_table(store: NumberStore, ids: Iterable[str]) -> Table:
    """List numbers: id, value, period, day, table and hash of the file, method.

    A facet, such as the period of a number, is covered by the row of its number.
    """
    numbers = [store.numbers[name] for name in sorted({store.parent(name) for name in ids})]
    return Table(
        columns=(
            header("number", width=27),
            header("value", align="right", width=15),
            header("period", width=13),
            header("known_since", width=17),
            header("source_hash", width=26),
            header("method", width=44),
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
    named = _named_sources(number)
    if not number.witness.synthetic:
        return named
    mark = said("synthetic_mark")
    return Bilingual(nl=f"{named.nl}; {mark.nl}", en=f"{named.en}; {mark.en}")


def _named_sources(number: Number) -> Bilingual:
    origins = list(dict.fromkeys(source.origin for source in number.witness.sources))
    if not origins:
        return NOTHING
    if len(origins) > MOST_SOURCES:
        return said("many_sources", count=str(len(origins)))
    named = [(source_name(origin), origin.sha256[:HASH_DIGITS]) for origin in origins]
    return Bilingual(
        nl="; ".join(f"{name.nl} ({sha})" for name, sha in named),
        en="; ".join(f"{name.en} ({sha})" for name, sha in named),
    )


def _breakable(name: str) -> str:
    """Let a long id break after its points and underscores."""
    return name.replace(".", ".\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}")
