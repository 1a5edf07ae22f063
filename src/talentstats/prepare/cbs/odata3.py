"""CBS's interface OData v3: one record for all measures of a combination of codes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.errors import InputError
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

_TIME, _GROUP, _MEASURE = "TimeDimension", "TopicGroup", "Topic"
_UNTYPED = "UntypedDataSet"
#: What CBS prints where a figure is unknown or secret; an empty cell cannot occur.
_DOT = "."
_NUMBER = r"^-?\d+(\.\d+)?$"


def read_metadata(answers: Answers) -> CbsTable:
    """Return the measures and dimensions of a table.

    Raises
    ------
    InputError
        If a list is missing or is not what the interface gives.
    """
    path = file_of(answers.files, "data-properties")
    with understanding(path):
        listed = sorted(read_list(path), key=lambda one: int(one["Position"] or 0))
        groups = {one["ID"]: (one["Title"], one.get("ParentID")) for one in listed if one["Type"] == _GROUP}
        measures = [_measure(one, groups) for one in listed if one["Type"] == _MEASURE]
        dimensions = [one for one in listed if one["Type"] not in (_GROUP, _MEASURE)]
        return CbsTable(
            measures=told_apart(measures),
            dimensions=tuple(
                _dimension(answers, one["Key"].strip(), is_time=one["Type"] == _TIME) for one in dimensions
            ),
        )


def _measure(one: Mapping[str, Any], groups: Mapping[Any, tuple[str, Any]]) -> CbsMeasure:
    decimals = one.get("Decimals")
    return CbsMeasure(
        code=one["Key"].strip(),
        title=titled(path_of(one.get("ParentID"), groups), one["Title"]),
        unit=spell_unit(one.get("Unit")),
        decimals=None if decimals is None else int(decimals),
        is_text=one.get("Datatype") == "String",
    )


def _dimension(answers: Answers, name: str, *, is_time: bool) -> CbsDimension:
    path = answers.files.get(f"codes-{name}")
    if path is None:
        return CbsDimension(name=name, is_time=is_time, titles={})
    with understanding(path):
        codes = read_list(path)
        return CbsDimension(
            name=name,
            is_time=is_time,
            titles={one["Key"].strip(): one["Title"].strip() for one in codes},
            statuses={one["Key"].strip(): read_status(one.get("Status")) for one in codes} if is_time else {},
        )


def read_cells(answers: Answers, table: CbsTable) -> pl.DataFrame:
    """Return the observations: `measure`, a column for each dimension, `value`, `text` and `missing`.

    They stand in the order of CBS's rows, and within a row in that of the measures. Of an untyped table a
    point is `not_available` (unknown or secret, CBS does not say which) and an empty cell `impossible`; a
    typed table does not tell the two apart, and every empty cell is `not_available`.

    Raises
    ------
    InputError
        If a page cannot be read, or a cell is not a number where it should be.
    """
    untyped = any(_is_untyped(page) for page in answers.pages)
    names = [dimension.name for dimension in table.dimensions]
    types = {one.code: pl.String if untyped or one.is_text else pl.Float64 for one in table.measures}
    rows = read_pages(answers.pages, {"ID": pl.Int64, **dict.fromkeys(names, pl.String), **types})
    if not rows["ID"].is_sorted():
        rows = rows.sort("ID", maintain_order=True)
    cells = _one_a_row(rows, table, names)
    return _untyped_cells(cells, table, answers) if untyped else _typed_cells(cells)


def _is_untyped(page: Path) -> bool:
    """Tell whether a page holds texts: by its own word for it, or by the first record."""
    with understanding(page):
        head = page.read_bytes()[:10_000].decode("utf-8-sig", errors="ignore")
        if _UNTYPED in head:
            return True
        start = head.find("{", head.index("["))
        first = json.JSONDecoder().raw_decode(head[start:])[0] if start >= 0 else {}
    return any(isinstance(value, str) and value != value.lstrip() for value in first.values())


def _one_a_row(rows: pl.DataFrame, table: CbsTable, names: list[str]) -> pl.DataFrame:
    """Put the measures below each other, those of one row together."""
    codes = [measure.code for measure in table.measures]
    numbers = [code for code in codes if rows.schema[code] == pl.Float64]
    each = pl.int_range(rows.height * len(codes), eager=True)
    measure = pl.Series(codes, dtype=pl.String).gather(each % max(len(codes), 1)).alias("measure")
    long = rows.select(
        *names,
        value=pl.concat_list(pl.col(c) if c in numbers else pl.lit(None, dtype=pl.Float64) for c in codes),
        text=pl.concat_list(pl.lit(None, dtype=pl.String) if c in numbers else pl.col(c) for c in codes),
    ).explode("value", "text")
    return long.insert_column(0, measure)


def _typed_cells(cells: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text").str.strip_chars()
    stripped = cells.with_columns(text=pl.when(text != "").then(text))
    empty = pl.col("value").is_null() & pl.col("text").is_null()
    return stripped.with_columns(missing=pl.when(empty).then(pl.lit("not_available")))


def _untyped_cells(cells: pl.DataFrame, table: CbsTable, answers: Answers) -> pl.DataFrame:
    texts = [measure.code for measure in table.measures if measure.is_text]
    cell = pl.col("text").str.strip_chars()
    is_text = pl.col("measure").is_in(texts)
    known = cells.with_columns(
        missing=pl.when(cell == _DOT)
        .then(pl.lit("not_available"))
        .when(cell.fill_null("") == "")
        .then(pl.lit("impossible"))
    )
    filled = pl.col("missing").is_null()
    wrong = known.filter(filled & ~is_text & ~cell.str.contains(_NUMBER))
    if wrong.height:
        first = wrong.row(0, named=True)
        raise InputError(
            "A cell of CBS is not a number.",
            where=f"{answers.pages[0].parent}, measure `{first['measure']}` ({wrong.height:,} cells)",
            expected="digits, with a point before the decimals; `.` or nothing where there is no figure",
            got=f"`{first['text'].strip()}`",
            remedy="Fetch the table again, or its typed rows.",
        )
    return known.with_columns(
        value=pl.when(filled & ~is_text).then(cell).cast(pl.Float64),
        text=pl.when(filled & is_text).then(cell),
    )
