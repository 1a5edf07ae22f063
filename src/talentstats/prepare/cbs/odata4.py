"""CBS's interface OData v4: one observation a record."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.prepare.cbs.metadata import (
    CbsDimension,
    CbsMeasure,
    CbsTable,
    file_of,
    path_of,
    read_list,
    titled,
    told_apart,
    understanding,
)
from talentstats.prepare.cbs.pages import read_pages
from talentstats.prepare.cbs.periods import read_status
from talentstats.prepare.cbs.units import spell_unit
from talentstats.sources.answers import Answers

_TIME = "TimeDimension"
_REASONS = {
    "None": None,
    "Impossible": "impossible",
    "Confidential": "confidential",
    "NotAvailable": "not_available",
}
_NO_REASON = "not_available"
_RECORD = {
    "Id": pl.Int64,
    "Measure": pl.String,
    "ValueAttribute": pl.String,
    "Value": pl.Float64,
    "StringValue": pl.String,
}


def read_metadata(answers: Answers) -> CbsTable:
    """Return the measures and dimensions of a table.

    Raises
    ------
    InputError
        If a list is missing or is not what the interface gives.
    """
    path = file_of(answers.files, "dimensions")
    with understanding(path):
        listed = [(str(one["Identifier"]), one["Kind"] == _TIME) for one in read_list(path)]
    return CbsTable(
        measures=_measures(answers),
        dimensions=tuple(_dimension(answers, name, is_time=is_time) for name, is_time in listed),
    )


def _measures(answers: Answers) -> tuple[CbsMeasure, ...]:
    groups: dict[str, tuple[str, object]] = {}
    if "measure-groups" in answers.files:
        path = answers.files["measure-groups"]
        with understanding(path):
            groups = {_group(one): (one["Title"], one.get("ParentId")) for one in read_list(path)}
    path = file_of(answers.files, "measure-codes")
    with understanding(path):
        return told_apart(
            [
                CbsMeasure(
                    code=one["Identifier"].strip(),
                    title=titled(path_of(one.get("MeasureGroupId"), groups), one["Title"]),
                    unit=spell_unit(one.get("Unit")),
                    decimals=one.get("Decimals"),
                    is_text=one.get("DataType") == "String",
                )
                for one in read_list(path)
            ]
        )


def _group(one: Mapping[str, Any]) -> str:
    """Return the code of a group; other lists of the interface call theirs `Identifier`."""
    return str(one["Id"] if "Id" in one else one["Identifier"])


def _dimension(answers: Answers, name: str, *, is_time: bool) -> CbsDimension:
    path = answers.files.get(f"codes-{name}")
    if path is None:
        return CbsDimension(name=name, is_time=is_time, titles={})
    with understanding(path):
        codes = read_list(path)
        return CbsDimension(
            name=name,
            is_time=is_time,
            titles={one["Identifier"].strip(): one["Title"].strip() for one in codes},
            statuses={one["Identifier"].strip(): read_status(one.get("Status")) for one in codes}
            if is_time
            else {},
        )


def read_cells(answers: Answers, table: CbsTable) -> pl.DataFrame:
    """Return the observations: `measure`, a column for each dimension, `value`, `text` and `missing`.

    They stand in the order of their numbers at CBS.

    Raises
    ------
    InputError
        If a page cannot be read, or a value is missing for a reason that is not known.
    """
    names = [dimension.name for dimension in table.dimensions]
    records = read_pages(answers.pages, {**_RECORD, **dict.fromkeys(names, pl.String)})
    if not records["Id"].is_sorted():
        records = records.sort("Id", maintain_order=True)
    _refuse_unknown_reasons(records, answers)
    reason = pl.col("ValueAttribute").replace_strict(_REASONS, default=None, return_dtype=pl.String)
    has_figure = pl.col("missing").is_null()
    empty = has_figure & pl.col("Value").is_null() & pl.col("StringValue").is_null()
    return records.with_columns(missing=reason).select(
        pl.col("Measure").alias("measure"),
        *names,
        pl.when(has_figure).then("Value").alias("value"),
        pl.when(has_figure).then(pl.col("StringValue").str.strip_chars()).alias("text"),
        pl.when(empty).then(pl.lit(_NO_REASON)).otherwise("missing").alias("missing"),
    )


def _refuse_unknown_reasons(records: pl.DataFrame, answers: Answers) -> None:
    found: list[str] = records["ValueAttribute"].drop_nulls().unique().sort().to_list()
    for reason in found:
        if reason not in _REASONS:
            raise unknown_name(
                "reason for a missing value", reason, _REASONS, where=str(answers.pages[0].parent)
            )
    if records["Measure"].null_count():
        raise InputError(
            "An observation of CBS is of no measure.",
            where=str(answers.pages[0].parent),
            expected="a code in `Measure`",
            got=f"none in {records['Measure'].null_count():,} observations",
            remedy="Fetch the table again.",
        )
