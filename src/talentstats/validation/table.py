"""Check a table against its schema."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from narwhals.typing import IntoFrame

from talentstats.errors import InputError
from talentstats.progress import say
from talentstats.schemas import AcceptedDeviation, TableSchema
from talentstats.validation.accepted import judge
from talentstats.validation.condense import run_condensed
from talentstats.validation.conditions import Expectation, Observed
from talentstats.validation.findings import Checked, Sources, outcomes_of, snapshot_counts
from talentstats.validation.intake import Intake, take_in
from talentstats.validation.outcome import ValidationResult
from talentstats.validation.plan import plan_header, plan_relations, plan_rows

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Suite:
    """Expectations and the frame they are held against, which has the columns `dataset` and `row`."""

    name: str
    frame: pl.DataFrame
    expectations: tuple[Expectation, ...]

    def with_observed(self, observed: Sequence[Observed]) -> list[Checked]:
        """Put what was observed beside each expectation."""
        return [
            Checked(expectation=expectation, observed=found, frame=self.frame)
            for expectation, found in zip(self.expectations, observed, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedTable:
    """A table with the result of its validation; made only by `validate`.

    Attributes
    ----------
    frame : polars.DataFrame
        The declared columns in the declared types; what could not be read is null.
    schema : TableSchema
        What it was checked against.
    result : ValidationResult
        What was found; call `result.raise_if_critical()` before building on the frame.

    Raises
    ------
    InputError
        If it is made by hand.
    """

    frame: pl.DataFrame = field(repr=False)
    schema: TableSchema
    result: ValidationResult
    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise InputError(
                "A `ValidatedTable` cannot be made by hand.",
                expected="a table that was checked",
                got="a call of `ValidatedTable(...)`",
                remedy="Call `validate(frame, schema)`.",
            )


def validate(
    frame: IntoFrame,
    schema: TableSchema,
    *,
    snapshots: Mapping[str, Path] | None = None,
    accepted: Iterable[AcceptedDeviation] = (),
) -> ValidatedTable:
    """Check a table against its schema: every column, the key, and every relation between rows.

    Parameters
    ----------
    frame : frame of any library narwhals knows
        pandas, polars (eager or lazy), pyarrow, DuckDB or PySpark.
    schema : TableSchema
        Such as `talentstats.schemas.LABOUR`.
    snapshots : mapping of str to Path, optional
        Raw file of each dataset, so that a failure can name it.
    accepted : iterable of AcceptedDeviation
        Known departures from a rule, with reasons; those of datasets not in the frame are ignored.

    Returns
    -------
    ValidatedTable
        Also when rules are broken: `result` says which.

    Raises
    ------
    InputError
        If the frame is empty, lacks a column, or an accepted deviation cannot be understood.

    Examples
    --------
    >>> from talentstats.schemas import LABOUR
    >>> validate(frame, LABOUR).result.verdict  # doctest: +SKIP
    'passed'
    """
    intake = take_in(frame, schema)
    relations = Suite(
        name="relations",
        frame=judge(intake.frame, schema, accepted=tuple(accepted)),
        expectations=plan_relations(schema),
    )
    return check(intake, schema, suites=(relations,), snapshots=snapshots or {})


def check(
    intake: Intake, schema: TableSchema, *, suites: Sequence[Suite], snapshots: Mapping[str, Path]
) -> ValidatedTable:
    """Run the rules of a schema on columns, rows and key of a table, and further suites after them.

    Parameters
    ----------
    intake : Intake
        The table as it was understood.
    suites : sequence of Suite
        What else is to be judged, such as relations between rows; each frame has `dataset` and `row`.
    snapshots : mapping of str to Path
        Raw file of each dataset.

    Returns
    -------
    ValidatedTable
    """
    header = Suite(name="columns", frame=intake.header, expectations=plan_header(schema))
    rows = Suite(name="rows", frame=intake.checked, expectations=plan_rows(schema))
    checked = _run(schema, header, (rows, *suites))
    sources = Sources(files=snapshots)
    result = ValidationResult(
        table=schema.name,
        title=schema.title,
        n_rows=intake.frame.height,
        outcomes=outcomes_of(schema, checked, sources=sources),
        snapshots=snapshot_counts(intake.frame, checked, sources=sources),
    )
    return ValidatedTable(frame=intake.frame, schema=schema, result=result, seal=_SEAL)


def _run(schema: TableSchema, header: Suite, suites: Sequence[Suite]) -> list[Checked]:
    # The engine takes seconds to load, so it is loaded only here, when something is validated.
    from talentstats.validation import engine_gx  # noqa: PLC0415

    checked = header.with_observed(engine_gx.run(header.frame, header.expectations))
    for suite in suites:
        say(f"validating {schema.name}: {suite.name} ({len(suite.expectations)} expectations)")
        checked += suite.with_observed(
            run_condensed(engine_gx.run, frame=suite.frame, expectations=suite.expectations)
        )
    return checked
