"""Tables that are too large to fetch whole, refused with the filter that would help."""

import math
from collections.abc import Mapping, Sequence

from talentstats.errors import InputError
from talentstats.sources.cbs.table import CbsTable, Dimension
from talentstats.sources.cbs.where import Selection

# Beginnings of codes of a total, tried in this order: all persons, all ages, the Netherlands, values.
_TOTALS = ("T00", "10000", "NL01", "MW00000")


def expected_observations(table: CbsTable, selection: Selection) -> int:
    """Return the number of observations there can be at most in a selection.

    CBS's own count holds for the whole table; of a slice only the number of combinations is known beforehand.
    """
    if selection.text is None and table.head.observations is not None:
        return table.head.observations
    cells = math.prod(len(codes) for codes in selection.chosen.values())
    if len(selection.chosen) == len(table.dimensions):  # v3: a row has all measures
        cells *= len(table.measures)
    return cells if table.head.observations is None else min(cells, table.head.observations)


def refuse_too_large(
    table: CbsTable, selection: Selection, *, where: Mapping[str, Sequence[str]], limit: int
) -> None:
    """Let through what is within the limit.

    Raises
    ------
    InputError
        If it may be more; with the command that asks for totals only.
    """
    size = expected_observations(table, selection)
    if size > limit:
        raise too_large(table, where=where, size=f"up to {size:,} observations", limit=limit)


def too_large(table: CbsTable, *, where: Mapping[str, Sequence[str]], size: str, limit: int) -> InputError:
    """Make the error for a table or slice with too many observations."""
    dimensions = ", ".join(f"{one.name} ({len(one.codes):,} codes)" for one in table.dimensions)
    command = [f"talentstats fetch cbs {table.head.table_id}"]
    command += [f"--where {name}={','.join(codes)}" for name, codes in where.items()]
    command += [
        f"--where {one.name}={total}"
        for one in table.dimensions
        if one.name not in where and (total := total_code(one)) is not None
    ]
    return InputError(
        f"Table {table.head.table_id} is too large to fetch like this.",
        where=table.head.title,
        expected=f"at most {limit:,} observations",
        got=f"{size}; dimensions: {dimensions}",
        remedy=f"Ask for less: `{' '.join(command)}`. If you need it all, give a higher `--limit`.",
    )


def total_code(dimension: Dimension) -> str | None:
    """Return the code of a dimension that stands for everybody or everything, or None when none is known.

    Examples
    --------
    >>> total_code(Dimension(name="Geslacht", codes=("3000   ", "T001038")))
    'T001038'
    """
    codes = [code.strip() for code in dimension.codes]
    return next((code for start in _TOTALS for code in codes if code.startswith(start)), None)
