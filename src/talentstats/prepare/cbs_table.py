"""A stored table of CBS as one tidy frame: a row for each figure, the same for both interfaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.prepare.cbs import odata3, odata4
from talentstats.prepare.cbs.metadata import CbsDimension, CbsMeasure, CbsTable
from talentstats.prepare.cbs.periods import read_period
from talentstats.sources.answers import Answers

_INTERFACES: Mapping[str, ModuleType] = {"cbs-v4": odata4, "cbs-v3": odata3}
#: Columns that are ours, with the two that validation puts before them; a dimension of that name has its code
#: in `<name>_code`.
OURS = (
    "dataset",
    "row",
    "measure",
    "measure_title",
    "unit",
    "decimals",
    "period",
    "frequency",
    "value",
    "text",
    "status",
    "missing",
)


def tidy_cbs(answers: Answers) -> pl.DataFrame:
    """Return the figures of a stored table of CBS, one a row, in the order of CBS.

    Parameters
    ----------
    answers : Answers
        Of api `cbs-v4` or `cbs-v3`.

    Returns
    -------
    polars.DataFrame
        Columns `measure` (CBS's code), `measure_title` (with its groups before it), `unit`, `decimals`; of
        each dimension its code under the name CBS gives it, and `<name>_title`; `period`, `frequency`,
        `value`, `status` ("definitive", "revised_provisional", "provisional", "unknown") and `missing` (null,
        "impossible", "confidential" or "not_available"). Only where CBS gives texts in the place of figures,
        such as codes of regions, is there a column `text` after `value`.

    Raises
    ------
    InputError
        If the answers are of another provider, cannot be read, or hold a period that is not known.
    """
    table, cells = read_table(answers)
    where = str(answers.pages[0].parent) if answers.pages else answers.table_id
    coded = {one.name: _coded(cells[one.name]) for one in table.dimensions}
    columns = _measure_columns(_coded(cells["measure"]), table.measures)
    for dimension in table.dimensions:
        columns += _dimension_columns(coded[dimension.name], dimension)
    if table.time is None:
        period, frequency, status = _undated(cells.height)
    else:
        period, frequency, status = _dated(coded[table.time.name], table.time, where)
    figures = [cells["value"], *([cells["text"]] if cells["text"].null_count() < cells.height else [])]
    return pl.DataFrame([*columns, period, frequency, *figures, status, cells["missing"]])


def read_table(answers: Answers) -> tuple[CbsTable, pl.DataFrame]:
    """Return the metadata of a table and its cells, with codes as CBS pads them.

    Raises
    ------
    InputError
        As `tidy_cbs`, and when there are more or fewer records than were stored.
    """
    metadata = read_metadata(answers)
    cells: pl.DataFrame = _INTERFACES[answers.api].read_cells(answers, metadata)
    # Of v3 the index counts rows of the table, each with all measures.
    expected = answers.rows * (len(metadata.measures) if answers.api == "cbs-v3" else 1)
    if cells.height != expected:
        raise InputError(
            f"The pages of table {answers.table_id} do not hold what their index says.",
            where=str(answers.pages[0].parent) if answers.pages else answers.table_id,
            expected=f"{expected:,} observations",
            got=f"{cells.height:,}",
            remedy="Fetch the table again.",
        )
    return metadata, cells


def read_metadata(answers: Answers) -> CbsTable:
    """Return the measures and dimensions of a stored table of CBS.

    Raises
    ------
    InputError
        If the answers are of another provider or cannot be read.
    """
    if answers.api not in _INTERFACES:
        raise unknown_name("interface of CBS", answers.api, _INTERFACES)
    metadata: CbsTable = _INTERFACES[answers.api].read_metadata(answers)
    return metadata


def column_of(dimension: CbsDimension) -> str:
    """Return the column that holds the codes of a dimension: its own name, unless that is one of ours."""
    return f"{dimension.name}_code" if dimension.name.lower() in OURS else dimension.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Coded:
    """A column of codes as the different codes and, for each row, which of them it has.

    What is said of a code is looked up once, and then only taken for each row.
    """

    padded: tuple[str, ...]
    at: pl.Series

    @property
    def codes(self) -> list[str]:
        """The different codes without padding."""
        return [code.strip() for code in self.padded]

    def each(self, name: str, values: Iterable[object], dtype: type[pl.DataType] = pl.String) -> pl.Series:
        """Return for each row what was found for its code."""
        return pl.Series(name, list(values), dtype=dtype).gather(self.at)


def _coded(series: pl.Series) -> _Coded:
    padded: list[str] = series.drop_nulls().unique().sort().to_list()
    return _Coded(padded=tuple(padded), at=series.cast(pl.Enum(padded)).to_physical())


def _measure_columns(coded: _Coded, measures: tuple[CbsMeasure, ...]) -> list[pl.Series]:
    known = {one.code: one for one in measures}
    # A code that the list does not have stands as its own title; validation tells of it.
    found = [
        known.get(code, CbsMeasure(code=code, title=code, unit="", decimals=None)) for code in coded.codes
    ]
    return [
        coded.each("measure", (one.code for one in found)),
        coded.each("measure_title", (one.title for one in found)),
        coded.each("unit", (one.unit for one in found)),
        coded.each("decimals", (one.decimals for one in found), pl.Int64),
    ]


def _dimension_columns(coded: _Coded, dimension: CbsDimension) -> list[pl.Series]:
    titles = [dimension.titles.get(code, code) for code in coded.codes]
    return [coded.each(column_of(dimension), coded.codes), coded.each(f"{dimension.name}_title", titles)]


def _dated(coded: _Coded, time: CbsDimension, where: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    read = [read_period(code, where=where) for code in coded.codes]
    return (
        coded.each("period", (period for period, _ in read)),
        coded.each("frequency", (frequency for _, frequency in read)),
        coded.each("status", (time.statuses.get(code, "unknown") for code in coded.codes)),
    )


def _undated(height: int) -> tuple[pl.Series, pl.Series, pl.Series]:
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    unknown = pl.Series(["unknown"]).new_from_index(0, height)
    return empty.alias("period"), empty.alias("frequency"), unknown.alias("status")
