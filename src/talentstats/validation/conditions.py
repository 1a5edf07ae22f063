"""Expectations as data: conditions a value is held to, and what was observed of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from talentstats.schemas import Severity, Text
from talentstats.validation.texts import phrase

#: Between the names of columns that a rule looks at together.
KEY_JOIN = " + "


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold, and how a reader is told.

    Attributes
    ----------
    kind : str
        Name of the expectation class.
    arguments : mapping
        Its arguments besides the column.
    expected : Text
        What should have been there.
    whole_table : bool
        True when the expectation is about the table, not about one column.
    """

    kind: str
    arguments: Mapping[str, object] = field(hash=False)
    expected: Text
    whole_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation of a suite, as data.

    Attributes
    ----------
    rule : str
        Rule of ours that it serves.
    column : str
        Declared column it is about: what a reader sees.
    subject : str, optional
        Column of the checked frame that holds the value; `column` if not given.
    only : tuple of (column, values), optional
        Only rows in which that column has one of these values.
    shown : str, optional
        Column whose value a reader of a failure is shown; the subject if not given.
    """

    rule: str
    severity: Severity
    column: str
    condition: Condition
    subject: str | None = None
    only: tuple[str, tuple[str, ...]] | None = None
    shown: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The declared columns it is about, one by one."""
        return tuple(self.column.split(KEY_JOIN))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """What one expectation found.

    Attributes
    ----------
    n_checked : int
        Rows (or columns, for a rule on the table) it looked at; missing values are not looked at.
    positions : polars.Series
        Positions of the failing rows in the frame, ascending.
    names : tuple of str
        Names of columns that should not be there.
    """

    n_checked: int
    positions: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt32))
    names: tuple[str, ...] = ()

    @property
    def n_failed(self) -> int:
        """Number of failing rows or columns."""
        return len(self.positions) + len(self.names)


def in_set(allowed: tuple[str, ...]) -> Condition:
    """Require one of the values listed."""
    return Condition(
        kind="ExpectColumnValuesToBeInSet",
        arguments={"value_set": list(allowed)},
        expected=phrase("expected.one_of", options=", ".join(allowed)),
    )


def matching(pattern: str, *, example: str | None) -> Condition:
    """Require that the whole value has the form of a regular expression; an example tells it to a reader."""
    if example is None:
        expected = phrase("expected.pattern", pattern=pattern)
    else:
        expected = phrase("expected.example", example=example)
    return Condition(
        kind="ExpectColumnValuesToMatchRegex",
        arguments={"regex": rf"^(?:{pattern})\Z"},
        expected=expected,
    )


def between(low: float | None, high: float | None, *, expected: Text | None = None) -> Condition:
    """Require a number within bounds, bounds included; `expected` tells a reader where the bounds do not."""
    return Condition(
        kind="ExpectColumnValuesToBeBetween",
        arguments={"min_value": low, "max_value": high},
        expected=expected or _within(low, high),
    )


def _within(low: float | None, high: float | None) -> Text:
    if low is not None and high is not None:
        return phrase("expected.between", low=low, high=high)
    if low is not None:
        return phrase("expected.at_least", low=low)
    return phrase("expected.at_most", high="" if high is None else high)


def filled() -> Condition:
    """Require a value."""
    return Condition(kind="ExpectColumnValuesToNotBeNull", arguments={}, expected=phrase("expected.required"))


def empty(expected: Text) -> Condition:
    """Require no value: for a column that holds what could not be read."""
    return Condition(kind="ExpectColumnValuesToBeNull", arguments={}, expected=expected)


def unique_together(columns: tuple[str, ...]) -> Condition:
    """Require that no two rows agree in all these columns."""
    if len(columns) == 1:
        return Condition(
            kind="ExpectColumnValuesToBeUnique",
            arguments={},
            expected=phrase("expected.unique", columns=columns[0]),
        )
    return Condition(
        kind="ExpectCompoundColumnsToBeUnique",
        # A missing part of a key is a value like any other: two such rows are still one figure twice.
        arguments={"column_list": list(columns), "ignore_row_if": "never"},
        expected=phrase("expected.unique", columns=", ".join(columns)),
        whole_table=True,
    )


def only_columns(names: tuple[str, ...]) -> Condition:
    """Require a table with exactly these columns."""
    return Condition(
        kind="ExpectTableColumnsToMatchSet",
        arguments={"column_set": list(names), "exact_match": True},
        expected=phrase("expected.columns"),
        whole_table=True,
    )
