"""How records and labels travel from the process that parses to the one that asked."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from pyarrow import ipc

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_types import whole_numbers
from talentstats.sources.survey_files.request import Parsed
from talentstats.sources.survey_files.survey_file import FileVariable, MultipleResponseSet

RECORDS = "records.arrow"
ABOUT = "about.json"
REFUSAL = "refusal.json"
_LAYOUT = pl.CompatLevel.oldest()
_KEPT = (pl.Int64(), pl.Float64(), pl.String(), pl.Date(), pl.Datetime("us"))


class NothingUsableError(Exception):
    """What the process left behind is not a result."""


def write_result(parsed: Parsed, folder: Path) -> None:
    """Write the records block by block, and then what the file says of its columns.

    Raises
    ------
    InputError
        If there are no records, or another number than the file says it has.
    """
    schema = pl.DataFrame(schema=parsed.schema).to_arrow(compat_level=_LAYOUT).schema
    rows = 0
    with ipc.new_file(str(folder / RECORDS), schema) as writer:
        for block in parsed.blocks:
            writer.write_table(block.to_arrow(compat_level=_LAYOUT))
            rows += block.height
    _check_rows(rows, parsed.rows)
    about = {
        "rows": rows,
        "first_row": parsed.first_row,
        "encoding": parsed.encoding,
        "variables": [_variable_fields(variable) for variable in parsed.describe()],
        "sets": [asdict(found) for found in parsed.multiple_response],
    }
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _check_rows(rows: int, said: int | None) -> None:
    if said is not None and said >= 0 and rows != said:
        raise InputError(
            "The file is not complete.",
            expected=f"{said:,} records, as the file says",
            got=f"{rows:,}",
            remedy="Ask for the file again; the transfer may have been cut off.",
        )
    if rows == 0:
        raise InputError(
            "The file has no respondents.",
            expected="at least one record",
            got="columns only",
            remedy="Check that it is the right file.",
        )


def _variable_fields(variable: FileVariable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "label": variable.label,
        "value_labels": list(variable.value_labels.items()),
        "missing_codes": list(variable.missing_codes),
        "missing_ranges": [list(bounds) for bounds in variable.missing_ranges],
    }


def write_refusal(error: InputError, folder: Path) -> None:
    """Write why a file is refused."""
    fields = {name: getattr(error, name) for name in ("problem", "expected", "got", "where", "remedy")}
    (folder / REFUSAL).write_text(json.dumps(fields), encoding="utf-8")


def read_refusal(folder: Path, *, path: Path) -> InputError | None:
    """Return why the file was refused, or None when the process did not say."""
    try:
        fields = json.loads((folder / REFUSAL).read_text(encoding="utf-8"))
        return InputError(
            **{**fields, "where": f"{path}: {fields['where']}" if fields["where"] else str(path)}
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def read_records(folder: Path) -> pl.DataFrame:
    """Read the records into memory, checked to be what a survey file may hold.

    Raises
    ------
    NothingUsableError
        If they are not there, damaged, or of a type that is not kept.
    """
    try:
        with pa.OSFile(str(folder / RECORDS)) as source, ipc.open_file(source) as reader:
            table = reader.read_all()
            table.validate(full=True)
        frame = pl.DataFrame(table)
    except (pa.ArrowException, OSError, pl.exceptions.PolarsError) as error:
        raise NothingUsableError from error
    if any(dtype not in _KEPT for dtype in frame.schema.values()):
        raise NothingUsableError
    return whole_numbers(frame)


def read_about(folder: Path, frame: pl.DataFrame) -> Mapping[str, Any]:
    """Read what the file says of its columns, as fields of a `SurveyFile`.

    Raises
    ------
    NothingUsableError
        If it is not there or does not belong to these records.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        variables = {fields["name"]: _variable(fields) for fields in about["variables"]}
        sets = tuple(_set(fields) for fields in about["sets"])
        if about["rows"] != frame.height or list(variables) != frame.columns:
            raise NothingUsableError
        return {
            "variables": variables,
            "multiple_response": sets,
            "first_row": int(about["first_row"]),
            "encoding": about["encoding"],
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NothingUsableError from error


def _variable(fields: Mapping[str, Any]) -> FileVariable:
    return FileVariable(
        name=fields["name"],
        label=fields["label"],
        value_labels={code: label for code, label in fields["value_labels"]},  # noqa: C416 (pairs of JSON)
        missing_codes=tuple(fields["missing_codes"]),
        missing_ranges=tuple((low, high) for low, high in fields["missing_ranges"]),
    )


def _set(fields: Mapping[str, Any]) -> MultipleResponseSet:
    return MultipleResponseSet(**{**fields, "columns": tuple(fields["columns"])})
