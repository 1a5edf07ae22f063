"""Turn a schema into expectations: which rule holds for which column of which rows."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from talentstats.schemas import Column, Measure, TableSchema
from talentstats.terms import Frequency
from talentstats.validation.accepted import EXCESS, STALE_RULE
from talentstats.validation.conditions import (
    KEY_JOIN,
    Condition,
    Expectation,
    between,
    empty,
    filled,
    in_set,
    matching,
    only_columns,
    unique_together,
)
from talentstats.validation.intake import NOT_FINITE, UNREADABLE
from talentstats.validation.outcome import EVERY_COLUMN
from talentstats.validation.relations import column_of
from talentstats.validation.texts import phrase

Declared = TypeVar("Declared", bound=tuple[object, ...])

_PERIOD_FORMS: dict[Frequency, tuple[str, str]] = {
    "year": (r"\d{4}", "2022"),
    "quarter": (r"\d{4}Q[1-4]", "2022Q1"),
    "month": (r"\d{4}M\d{2}", "2022M03"),
    "day": (r"\d{4}-\d{2}-\d{2}", "2022-01-01"),
}


def plan_header(schema: TableSchema) -> tuple[Expectation, ...]:
    """Return the expectation on the names of the columns."""
    return (
        Expectation(
            rule="columns",
            severity="critical",
            column=EVERY_COLUMN,
            condition=only_columns(schema.names),
        ),
    )


def plan_rows(schema: TableSchema) -> tuple[Expectation, ...]:
    """Return the expectations on the single rows and on the key of a table."""
    return (
        *(expectation for column in schema.columns for expectation in _of_column(column)),
        Expectation(
            rule="key-unique",
            severity="critical",
            column=KEY_JOIN.join(schema.key),
            condition=unique_together(schema.key),
        ),
        *_of_measures(schema.measures),
    )


def plan_relations(schema: TableSchema) -> tuple[Expectation, ...]:
    """Return the expectations on the evidence of the table checks: no deviation beyond what is allowed."""
    if not schema.checks:
        return ()
    declared = [(check.rule, check.severity, column_of(check)) for check in schema.checks]
    return tuple(
        Expectation(
            rule=rule,
            severity=severity,
            column=column,
            condition=between(None, 0),
            subject=EXCESS,
            only=("rule", (rule,)),
        )
        for rule, severity, column in (*declared, (STALE_RULE, "critical", EVERY_COLUMN))
    )


def _of_column(column: Column) -> Iterator[Expectation]:
    for rule, condition, suffix in _conditions(column):
        yield Expectation(
            rule=rule,
            severity=column.severity,
            column=column.name,
            condition=condition,
            subject=column.name + suffix,
        )


def _conditions(column: Column) -> Iterator[tuple[str, Condition, str]]:
    if column.dtype != "text":
        yield "type", empty(phrase(f"expected.{column.dtype}")), UNREADABLE
    if column.dtype == "number":
        yield "finite", empty(phrase("expected.finite")), NOT_FINITE
    if not column.nullable:
        yield "required", filled(), ""
    if column.allowed:
        yield "allowed", in_set(column.allowed), ""
    if column.pattern:
        yield "pattern", matching(column.pattern, example=column.example), ""
    if column.minimum is not None or column.maximum is not None:
        yield "range", between(column.minimum, column.maximum), ""


def _of_measures(measures: tuple[Measure, ...]) -> Iterator[Expectation]:
    for units, names in _grouped({one.name: (one.unit,) for one in measures}):
        yield _of_some("measure-unit", "unit", in_set(units), names)
    for methods, names in _grouped({one.name: one.methods for one in measures}):
        yield _of_some("measure-method", "method", in_set(methods), names)
    for adjustments, names in _grouped({one.name: one.adjustments for one in measures}):
        yield _of_some("measure-adjustment", "adjustment", in_set(adjustments), names)
    for frequencies, names in _grouped({one.name: one.frequencies for one in measures}):
        forms, examples = zip(*(_PERIOD_FORMS[frequency] for frequency in frequencies), strict=True)
        form = matching("|".join(forms), example=", ".join(examples))
        yield _of_some("measure-period", "period", form, names)
    for (low, high), names in _grouped({one.name: (one.minimum, one.maximum) for one in measures}):
        yield _of_some("measure-range", "value", between(low, high), names)


def _of_some(rule: str, column: str, condition: Condition, measures: tuple[str, ...]) -> Expectation:
    return Expectation(
        rule=rule, severity="critical", column=column, condition=condition, only=("measure", measures)
    )


def _grouped(declared: Mapping[str, Declared]) -> Iterator[tuple[Declared, tuple[str, ...]]]:
    """Group measures that declare the same, so that they share one expectation."""
    groups: dict[Declared, list[str]] = {}
    for name, value in declared.items():
        groups.setdefault(value, []).append(name)
    for value, names in groups.items():
        yield value, tuple(names)
