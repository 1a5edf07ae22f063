"""Sort the rows of a column into classes that a condition cannot tell apart, with witnesses of each.

A condition on single values gives one verdict to rows with one value; a condition on presence, to all that
are empty; a condition on bounds, to everything beyond a bound once the value nearest to that bound is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from talentstats.validation.conditions import Condition

#: A value that is judged in the place of all rows of its class; None stands for an empty cell.
Witness = str | float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """The rows of one column by class.

    Attributes
    ----------
    labels : polars.Series
        Class of every row; null for a row that the condition does not look at.
    witnesses : tuple of (label, Witness)
        What to judge: a class is broken when one of its witnesses is.
    """

    labels: pl.Series
    witnesses: tuple[tuple[object, Witness], ...]

    @property
    def n_checked(self) -> int:
        """Number of rows that the condition looks at."""
        return self.labels.len() - self.labels.null_count()

    def rows_of(self, broken: frozenset[Witness]) -> pl.Series:
        """Return the positions of the rows whose class has a broken witness, ascending."""
        labels = [label for label, witness in self.witnesses if witness in broken]
        if not labels:
            return pl.Series(dtype=pl.UInt32)
        return self.labels.is_in(pl.Series(labels, dtype=self.labels.dtype).implode()).arg_true()


def classes_of(values: pl.Series, condition: Condition) -> Classes:
    """Sort the values of a column into the classes of a condition on single values.

    Examples
    --------
    >>> from talentstats.validation.conditions import between
    >>> classes_of(pl.Series([5.0, 7.0, 30.0, 99.0]), between(0, 10)).witnesses
    ((0, 5.0), (0, 7.0), (1, 30.0))
    """
    return _SORTED[condition.kind](values, condition)


def _by_value(values: pl.Series, _condition: Condition) -> Classes:
    distinct = values.drop_nulls().unique().sort().to_list()
    return Classes(labels=values, witnesses=tuple((value, value) for value in distinct))


def _by_presence(values: pl.Series, _condition: Condition) -> Classes:
    present = values.is_not_null()
    first = present.arg_max()
    # Empty or not is all that matters, so no value leaves the column.
    found: list[tuple[object, Witness]] = [(True, "present")] if first is not None and present[first] else []
    if values.null_count():
        found.append((False, None))
    return Classes(labels=present, witnesses=tuple(found))


def _by_bounds(values: pl.Series, condition: Condition) -> Classes:
    low, high = condition.arguments["min_value"], condition.arguments["max_value"]
    smallest: Any = values.min()
    largest: Any = values.max()
    if smallest is None or largest is None:
        return Classes(labels=values, witnesses=())
    if not (_is_below(smallest, low) or _is_below(high, largest)):
        ends = dict.fromkeys((smallest, largest))
        return Classes(labels=values, witnesses=tuple((end, float(end)) for end in ends))
    return _beside_bounds(values, low, high)


def _beside_bounds(values: pl.Series, low: Any, high: Any) -> Classes:
    value = pl.col("value")
    below = pl.lit(value=False) if low is None else value < pl.lit(low)
    above = pl.lit(value=False) if high is None else value > pl.lit(high)
    side = pl.when(below).then(-1).when(above).then(1).otherwise(0).cast(pl.Int8)
    labels = values.alias("value").to_frame().select(pl.when(value.is_not_null()).then(side)).to_series()
    nearest = ((-1, "max"), (0, "min"), (0, "max"), (1, "min"))
    found = [(label, getattr(values.filter(labels == label), end)()) for label, end in nearest]
    kept = dict.fromkeys((label, float(end)) for label, end in found if end is not None)
    return Classes(labels=labels, witnesses=tuple(kept))


def _is_below(first: Any, second: Any) -> bool:
    """Tell whether one number is below another; no bound is never passed."""
    return first is not None and second is not None and bool(first < second)


_SORTED: dict[str, Callable[[pl.Series, Condition], Classes]] = {
    "ExpectColumnValuesToBeInSet": _by_value,
    "ExpectColumnValuesToMatchRegex": _by_value,
    "ExpectColumnValuesToNotBeNull": _by_presence,
    "ExpectColumnValuesToBeNull": _by_presence,
    "ExpectColumnValuesToBeBetween": _by_bounds,
}
