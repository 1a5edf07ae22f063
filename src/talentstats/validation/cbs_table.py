"""Check a table of CBS against what CBS itself says of it, and against what holds for every table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import polars as pl

from talentstats.prepare.cbs.metadata import CbsDimension, CbsTable
from talentstats.prepare.cbs.periods import OTHER, STATUSES
from talentstats.prepare.cbs_table import column_of, read_metadata, tidy_cbs
from talentstats.provenance import Snapshot
from talentstats.schemas import Column, Severity, TableSchema, Text
from talentstats.sources.answers import Answers, read_answers
from talentstats.terms import Frequency
from talentstats.validation.conditions import KEY_JOIN, Expectation, between
from talentstats.validation.intake import Intake, take_in
from talentstats.validation.table import Suite, ValidatedTable, check
from talentstats.validation.texts import phrase

MISSING = ("impossible", "confidential", "not_available")
#: What binary fractions leave behind: in the last decimal, and in proportion to the figure.
_NOISE, _RELATIVE_NOISE = 1e-6, 1e-12


def validate_cbs(snapshot: Snapshot) -> ValidatedTable:
    """Check the stored answers of a table of CBS.

    Parameters
    ----------
    snapshot : Snapshot
        Of kind `answers`, from CBS.

    Returns
    -------
    ValidatedTable
        The tidy frame with `dataset` and `row` before it, also when rules are broken: `result` says which.

    Raises
    ------
    InputError
        If the answers cannot be read, or the table has no observations.

    Examples
    --------
    >>> from talentstats.sources import read_snapshot
    >>> from talentstats.workspace import find_workspace
    >>> raw = find_workspace().raw
    >>> validate_cbs(read_snapshot(raw / "cbs/85224NED/2026-04-30", raw=raw)).result.verdict
    'passed'
    """
    answers = read_answers(snapshot.path)
    schema = cbs_schema(answers, title=snapshot.origin.title)
    frame = tidy_cbs(answers).with_row_index("row", offset=1)
    placed = frame.select(pl.lit(snapshot.origin.dataset).alias("dataset"), pl.all())
    # A table without texts has no such column, and is held to the same schema.
    intake = take_in(placed if "text" in placed.columns else placed.with_columns(text=None), schema)
    snapshots: Mapping[str, Path] = {snapshot.origin.dataset: snapshot.path}
    return check(intake, schema, suites=(_cells(intake),), snapshots=snapshots)


def cbs_schema(answers: Answers, *, title: str = "") -> TableSchema:
    """Return what a stored table of CBS must look like, from its own metadata.

    Parameters
    ----------
    answers : Answers
    title : str
        As CBS calls the table; its id when left out.

    Raises
    ------
    InputError
        If the metadata cannot be read.
    """
    table = read_metadata(answers)
    return TableSchema(
        name=answers.table_id,
        title=Text(nl=title or answers.table_id, en=title or answers.table_id),
        columns=(
            *_place_columns(),
            *_measure_columns(table),
            *(column for one in table.dimensions for column in _dimension_columns(one)),
            *_figure_columns(dated=table.time is not None),
        ),
        key=("measure", *(column_of(one) for one in table.dimensions)),
    )


def _place_columns() -> tuple[Column, ...]:
    return (
        _column("dataset", nl="map van de bron onder data/raw", en="folder of the source below data/raw"),
        Column(
            name="row",
            dtype="integer",
            minimum=1,
            meaning=Text(nl="plaats van de waarneming bij het CBS", en="place of the observation at CBS"),
        ),
    )


def _column(name: str, *, nl: str, en: str, allowed: tuple[str, ...] = (), nullable: bool = False) -> Column:
    return Column(name=name, dtype="text", allowed=allowed, nullable=nullable, meaning=Text(nl=nl, en=en))


def _measure_columns(table: CbsTable) -> tuple[Column, ...]:
    codes = tuple(measure.code for measure in table.measures)
    return (
        _column("measure", allowed=codes, nl="code van het onderwerp", en="code of the measure"),
        _column("measure_title", nl="onderwerp", en="measure"),
        _column("unit", nl="eenheid", en="unit"),
        Column(
            name="decimals",
            dtype="integer",
            minimum=0,
            nullable=True,
            meaning=Text(nl="aantal decimalen", en="number of decimals"),
        ),
    )


def _dimension_columns(dimension: CbsDimension) -> Iterator[Column]:
    name, codes = dimension.name, tuple(dimension.titles)
    yield _column(column_of(dimension), allowed=codes, nl=f"code van {name}", en=f"code of {name}")
    yield _column(f"{name}_title", nl=name, en=name)


def _figure_columns(*, dated: bool) -> tuple[Column, ...]:
    frequencies = (*get_args(Frequency), OTHER)
    return (
        _column("period", nullable=not dated, nl="verslagperiode", en="reference period"),
        _column(
            "frequency", allowed=frequencies, nullable=not dated, nl="soort periode", en="kind of period"
        ),
        Column(name="value", dtype="number", nullable=True, meaning=Text(nl="cijfer", en="figure")),
        _column(
            "text", nullable=True, nl="tekst in plaats van een cijfer", en="text in the place of a figure"
        ),
        _column("status", allowed=STATUSES, nl="status van de periode", en="status of the period"),
        _column(
            "missing",
            allowed=MISSING,
            nullable=True,
            nl="reden waarom er geen cijfer is",
            en="reason why there is no figure",
        ),
    )


def _cells(intake: Intake) -> Suite:
    """Judge each cell: a figure or a reason, and not more decimals than were announced."""
    has_figure = pl.col("value").is_not_null() | pl.col("text").is_not_null()
    scaled = pl.col("value") * pl.lit(10.0).pow(pl.col("decimals"))
    verdicts = {
        "__reason": has_figure == pl.col("missing").is_not_null(),
        "__decimals": (scaled - scaled.round()).abs() > _NOISE + _RELATIVE_NOISE * scaled.abs(),
    }
    return Suite(
        name="cells",
        frame=intake.frame.with_columns(
            broken.cast(pl.Int8).alias(name) for name, broken in verdicts.items()
        ),
        expectations=(
            _expectation("figure-or-reason", ("value", "missing"), "__reason", severity="critical"),
            _expectation("decimals-fit", ("value",), "__decimals", severity="warning"),
        ),
    )


def _expectation(rule: str, columns: tuple[str, ...], verdict: str, *, severity: Severity) -> Expectation:
    return Expectation(
        rule=rule,
        severity=severity,
        column=KEY_JOIN.join(columns),
        condition=between(None, 0, expected=phrase(f"rules.{rule}.expected")),
        subject=verdict,
        shown=columns[0],
    )
