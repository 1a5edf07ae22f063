"""From what an expectation observed to outcomes that name file, row, column, value and remedy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.schemas import TableSchema, Text
from talentstats.validation.conditions import Expectation, Observed
from talentstats.validation.outcome import Failure, RuleOutcome, SnapshotCount
from talentstats.validation.texts import has_phrase, phrase

MOST_FAILURES = 20

_LONGEST_VALUE = 120
_POSITION = "__position"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Checked:
    """An expectation, what was observed of it, and the frame it ran on (with `dataset` and `row`)."""

    expectation: Expectation
    observed: Observed
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The raw file of each dataset."""

    files: Mapping[str, Path]

    def name_of(self, dataset: str | None) -> str | None:
        """Return `data/raw/<dataset>/<file name>`, the same on every machine; None if not known."""
        if dataset is None or dataset not in self.files:
            return None
        return printable(f"data/raw/{dataset}/{self.files[dataset].name}")


def outcomes_of(
    schema: TableSchema, checked: Sequence[Checked], *, sources: Sources
) -> tuple[RuleOutcome, ...]:
    """Return one outcome per rule and column: all places counted, the first 20 listed.

    Parameters
    ----------
    checked : sequence of Checked
        Expectations of one rule and column next to each other: their places are added up.
    """
    groups = groupby(checked, key=lambda one: (one.expectation.rule, one.expectation.column))
    return tuple(_outcome(schema, list(members), sources) for _, members in groups)


def snapshot_counts(
    frame: pl.DataFrame, checked: Sequence[Checked], *, sources: Sources
) -> tuple[SnapshotCount, ...]:
    """Return per dataset, in alphabetical order, its rows and the places in it that break a rule."""
    broken: Counter[tuple[str, str]] = Counter()
    for one in (one for one in checked if one.observed.n_failed):
        datasets = _counts(one.frame["dataset"].gather(one.observed.positions))
        broken.update({(one.expectation.severity, name): count for name, count in datasets.items()})
    rows = _counts(frame["dataset"])
    return tuple(
        SnapshotCount(
            dataset=printable(name),
            file=sources.name_of(name),
            n_rows=rows[name],
            n_critical=broken["critical", name],
            n_warning=broken["warning", name],
        )
        for name in sorted(rows)
    )


def printable(value: object) -> str:
    r"""Write a value on one line: control and invisible characters as `\uXXXX`, long text cut.

    >>> printable("a\tb")
    'a\\u0009b'
    """
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _counts(names: pl.Series) -> dict[str, int]:
    return dict(names.drop_nulls().value_counts(name="n").iter_rows())


def _outcome(schema: TableSchema, group: Sequence[Checked], sources: Sources) -> RuleOutcome:
    expectation = group[0].expectation
    failing = (one for one in group if one.observed.n_failed)
    failures = (failure for one in failing for failure in _failures(schema, one, sources))
    return RuleOutcome(
        table=schema.name,
        rule=expectation.rule,
        title=phrase(f"rules.{expectation.rule}.title"),
        severity=expectation.severity,
        column=expectation.column,
        n_checked=sum(one.observed.n_checked for one in group),
        n_failed=sum(one.observed.n_failed for one in group),
        failures=tuple(islice(failures, MOST_FAILURES)),
    )


def _failures(schema: TableSchema, checked: Checked, sources: Sources) -> Iterator[Failure]:
    expectation, observed = checked.expectation, checked.observed
    expected = expectation.condition.expected
    fail = partial(
        Failure,
        table=schema.name,
        rule=expectation.rule,
        severity=expectation.severity,
        remedy=phrase(f"rules.{expectation.rule}.remedy"),
    )
    for name in observed.names:
        yield fail(column=printable(name), expected=expected)
    withheld = _is_withheld(schema, expectation)
    for place in _places(checked):
        yield fail(
            column=expectation.column,
            expected=_expected(expectation, place),
            dataset=None if place["dataset"] is None else printable(place["dataset"]),
            file=sources.name_of(place["dataset"]),
            row=place["row"],
            value=None if withheld else _value(expectation, place),
            withheld=withheld,
        )


def _places(checked: Checked) -> Iterator[dict[str, Any]]:
    """Yield the failing rows in the order of the frame; rows that share a key next to each other."""
    positions = checked.observed.positions
    if checked.expectation.condition.whole_table:
        key = checked.frame.select(checked.expectation.columns)[positions]
        positions = key.with_columns(positions.alias(_POSITION)).sort(key.columns, maintain_order=True)[
            _POSITION
        ]
    return checked.frame[positions.head(MOST_FAILURES)].iter_rows(named=True)


def _is_withheld(schema: TableSchema, expectation: Expectation) -> bool:
    """Tell whether one of the columns an expectation is about holds values that may not be shown."""
    return any(one.sensitivity != "public" for one in schema.columns if one.name in expectation.columns)


def _value(expectation: Expectation, place: Mapping[str, Any]) -> str | None:
    if "excess" not in place and len(expectation.columns) > 1:
        return ", ".join(printable(place[name]) for name in expectation.columns)
    shown = "value" if "excess" in place else expectation.shown or expectation.subject or expectation.column
    return None if place[shown] is None else printable(place[shown])


def _expected(expectation: Expectation, place: Mapping[str, Any]) -> Text:
    """Say what was expected; of a relation between rows, with the deviation found and allowed."""
    if "excess" not in place:
        return expectation.condition.expected
    found, limit, accepted = (round(place[name], 2) for name in ("residual", "tolerance", "accepted"))
    fixed = f"rules.{expectation.rule}.expected"
    if has_phrase(fixed):
        return phrase(fixed, found=found, limit=limit)
    unit = phrase(f"rules.{expectation.rule}.unit")
    if accepted:
        return phrase("expected.accepted", found=found, limit=limit, unit=unit, accepted=accepted)
    return phrase("expected.within", found=found, limit=limit, unit=unit)
