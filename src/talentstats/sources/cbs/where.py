"""A slice of a table: codes, patterns and ranges of dimensions, made into the words of CBS's interfaces.

A filter on a code that is not there, or that lacks the blanks of v3, gives an empty answer and no error. So
every code is looked up in the code list first, and goes out as CBS writes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from talentstats.errors import InputError, closest, unknown_name
from talentstats.sources.cbs.table import CbsTable, Dimension

#: Column of v4 that says what is measured; it can be sliced like a dimension.
MEASURE = "Measure"
_RANGE = ".."
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The part of a table that is asked for.

    Attributes
    ----------
    chosen : mapping of dimension to codes
        For every dimension, and for `Measure`, the codes that may come, without blanks.
    text : str or None
        The filter in the words of CBS; None for a whole table.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(repr=False)
    text: str | None


def select(table: CbsTable, where: Mapping[str, Sequence[str]], *, wide: bool) -> Selection:
    """Find what a slice means in a table.

    Parameters
    ----------
    table : CbsTable
    where : mapping of dimension to codes
        A code, the beginning of codes (`GM*`), or a range (`2019JJ00..2026JJ00`, `2019JJ00..`). A range holds
        every code that sorts between: `2019JJ00..2020JJ00` has the quarters of 2019 too.
    wide : bool
        Whether measures are columns, as in v3: then they cannot be sliced.

    Raises
    ------
    InputError
        If a dimension or code is not there; with the closest one that is.
    """
    measures = () if wide else (Dimension(name=MEASURE, codes=table.measures),)
    axes = {one.name: one for one in (*table.dimensions, *measures)}
    for name in where:
        if name not in axes:
            raise unknown_name("dimension", name, axes, where=f"table {table.head.table_id}")
    terms: list[str] = []
    chosen: dict[str, tuple[str, ...]] = {}
    for name, axis in axes.items():
        if name not in where:
            chosen[name] = tuple(code.strip() for code in axis.codes)
            continue
        found = [_codes(axis, pattern, table.head.table_id) for pattern in where[name]]
        if not found:
            raise _nothing(axis, "no code", table.head.table_id)
        wanted = {code.strip() for codes in found for code in codes}
        chosen[name] = tuple(code.strip() for code in axis.codes if code.strip() in wanted)
        parts = [_term(name, pattern, codes[0]) for pattern, codes in zip(where[name], found, strict=True)]
        terms.append(parts[0] if len(parts) == 1 else f"({' or '.join(parts)})")
    return Selection(chosen=chosen, text=" and ".join(terms) or None)


def _codes(axis: Dimension, pattern: str, table_id: str) -> list[str]:
    """Return the codes that a pattern stands for, as CBS writes them."""
    first, is_range, last = pattern.partition(_RANGE)
    if is_range:
        found = [code for code in axis.codes if first <= code.strip() and (not last or code.strip() <= last)]
    elif pattern.endswith("*"):
        found = [code for code in axis.codes if code.startswith(pattern[:-1])]
    else:
        found = [code for code in axis.codes if code.strip() == pattern]
    if not found:
        raise _nothing(axis, f"`{pattern}`", table_id)
    return found


def _term(name: str, pattern: str, code: str) -> str:
    """Write one pattern as CBS's interfaces understand it; `code` is the code as CBS writes it.

    >>> _term("RegioS", "NL01", "NL01  ")
    "RegioS eq 'NL01  '"
    >>> _term("RegioS", "GM*", "GM0546")
    "startswith(RegioS,'GM')"
    >>> _term("Perioden", "2019JJ00..2026JJ00", "2019JJ00")
    "(Perioden ge '2019JJ00' and Perioden le '2026JJ00')"
    """
    first, is_range, last = pattern.partition(_RANGE)
    if is_range:
        ends = [f"{name} {word} {_quoted(end)}" for word, end in (("ge", first), ("le", last)) if end]
        return ends[0] if len(ends) == 1 else f"({' and '.join(ends)})"
    if pattern.endswith("*"):
        return f"startswith({name},{_quoted(pattern[:-1])})"
    return f"{name} eq {_quoted(code)}"


def _quoted(text: str) -> str:
    """Write a text as OData does; a quote in it is doubled.

    >>> _quoted("'s-Gravenhage")
    "'''s-Gravenhage'"
    """
    return "'" + text.replace("'", "''") + "'"


def _nothing(axis: Dimension, got: str, table_id: str) -> InputError:
    codes = [code.strip() for code in axis.codes]
    near = closest(got.strip("`").rstrip("*"), codes)
    some = ", ".join(codes[:_SHOWN]) + (", ..." if len(codes) > _SHOWN else "")
    return InputError(
        f"Table {table_id} has no such code in `{axis.name}`.",
        expected=f"one of its {len(codes):,} codes: {some}",
        got=got,
        remedy=f"Did you mean `{near}`?" if near else "Use one of these; `GM*` stands for all that begin so.",
    )
