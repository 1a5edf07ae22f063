"""Transcribed figures -> canonical observations: one row a published value."""

import io
from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from talentstats.errors import InputError, TalentStatsError, closest, join_options
from talentstats.provenance import Snapshot
from talentstats.regions import Regions
from talentstats.terms import ADJUSTMENTS, CERTAINTIES, METHODS, STATUSES, Period, Vintage

COLUMNS = (
    "period",
    "measure",
    "region",
    "value",
    "unit",
    "adjustment",
    "method",
    "published",
    "status",
    "certainty",
    "source",
)
UNITS: Mapping[str, str] = {
    "x1000": "thousand",
    "x 1 000": "thousand",
    "%": "percent",
    "vacancies per 100 unemployed": "vacancies per 100 unemployed",
    "unemployed per vacancy": "unemployed per vacancy",
    "ratio": "ratio",
    "persons": "persons",
    "students": "students",
    "class": "class",
    "regions": "regions",
}
ROW_LIMIT = 5_000_000
_NUMBER = r"^-?\d+(\.\d+)?$"


def read_transcription(snapshot: Snapshot, regions: Regions) -> pl.DataFrame:
    """Read a transcription into canonical observations.

    Parameters
    ----------
    snapshot : Snapshot
        A snapshot of kind `transcription`.
    regions : Regions
        Names are replaced by the codes of these regions.

    Returns
    -------
    polars.DataFrame
        One row a figure, with the columns of `talentstats.schemas`; `row` is the line in the file.

    Raises
    ------
    InputError
        Naming file, line, column and value of the first cell that cannot be used.
    """
    text = _read_text(snapshot)
    frame = _strings(text, snapshot)
    where = str(snapshot.path)
    _refuse_non_numbers(frame, where)
    period = _mapped(frame, "period", where, lambda code: str(Period.parse(code)))
    region = _mapped(frame, "region", where, regions.code_of)
    unit = _mapped(frame, "unit", where, partial(_choice, kind="unit", options=UNITS))
    vintage = _mapped(frame, "published", where, lambda text: str(Vintage.parse(text)))
    for column, allowed in (
        ("adjustment", ADJUSTMENTS),
        ("method", METHODS),
        ("status", STATUSES),
        ("certainty", CERTAINTIES),
    ):
        options = {name: name for name in allowed}
        _mapped(frame, column, where, partial(_choice, kind=column, options=options))
    known = {name: Vintage.parse(name) for name in vintage.unique()}
    decimals = pl.col("value").str.split_exact(".", 1).struct.field("field_1").str.len_chars().fill_null(0)
    return frame.select(
        dataset=pl.lit(snapshot.origin.dataset),
        row="row",
        measure="measure",
        region=region,
        period=period,
        adjustment="adjustment",
        method="method",
        vintage=vintage.replace_strict(
            list(known), [v.known_from for v in known.values()], return_dtype=pl.Date
        ),
        vintage_precision=vintage.replace_strict(list(known), [v.precision for v in known.values()]),
        value=pl.col("value").cast(pl.Float64),
        unit=unit,
        resolution=pl.lit(10.0).pow(-decimals.cast(pl.Float64)).round(12),
        status="status",
        certainty="certainty",
        source_url="source",
    )


def _read_text(snapshot: Snapshot) -> str:
    data = snapshot.path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "A raw data file is not in UTF-8.",
            where=f"{snapshot.path}, line {line}",
            expected="text in UTF-8",
            got=f"byte 0x{data[error.start]:02x}",
            remedy="Save the file as UTF-8 (in Excel: `CSV UTF-8`).",
        ) from error
    if not text.strip():
        raise InputError(
            "A raw data file is empty.",
            where=str(snapshot.path),
            expected="a header and at least one row",
            got="nothing",
            remedy="Restore the file.",
        )
    return text


def _strings(text: str, snapshot: Snapshot) -> pl.DataFrame:
    """Split the text into columns of strings, with the line number of each row."""
    where = str(snapshot.path)
    try:
        frame = pl.read_csv(io.StringIO(text), infer_schema=False, n_rows=ROW_LIMIT + 1)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise InputError(
            "A raw data file is not a table.",
            where=where,
            expected="rows of equally many cells, separated by commas",
            got=str(error).splitlines()[0],
            remedy="Correct the row.",
        ) from error
    for column in COLUMNS:
        if column not in frame.columns:
            near = closest(column, set(frame.columns) - set(COLUMNS))
            raise InputError(
                f"Column `{column}` is missing.",
                where=where,
                expected=join_options(COLUMNS, last="and"),
                got=join_options(frame.columns, last="and"),
                remedy=f"Rename `{near}` to `{column}`." if near else f"Add the column `{column}`.",
            )
    if not 0 < frame.height <= ROW_LIMIT:
        raise InputError(
            "A raw data file has no rows." if frame.height == 0 else "A raw data file has too many rows.",
            where=where,
            expected=f"1 to {ROW_LIMIT:,} rows",
            got="none" if frame.height == 0 else f"more than {ROW_LIMIT:,}",
            remedy="Restore the file, or take a part of the table.",
        )
    return (
        frame.with_columns(pl.col(COLUMNS).str.strip_chars())
        .with_row_index("row", offset=2)
        .cast({"row": pl.Int64})
    )


def _refuse_non_numbers(frame: pl.DataFrame, where: str) -> None:
    wrong = frame.filter(~pl.col("value").fill_null("").str.contains(_NUMBER))
    if wrong.height:
        first = wrong.row(0, named=True)
        raise InputError(
            "A value is not a number.",
            where=f"{where}, line {first['row']}, column `value`"
            + (f" (and {wrong.height - 1} more)" if wrong.height > 1 else ""),
            expected="digits, with a point before the decimals, such as `110.5`; no NaN or infinity",
            got=f"`{first['value'] or ''}`",
            remedy="Correct the cell; leave out a row that was not published.",
        )


def _mapped(frame: pl.DataFrame, column: str, where: str, read: Callable[[str], str]) -> pl.Series:
    """Apply `read` to each distinct text of a column; an error says where the text stands first."""
    values: dict[str, str] = {}
    for text in frame[column].fill_null("").unique(maintain_order=True):
        try:
            values[text] = read(text)
        except TalentStatsError as error:
            line = frame.filter(pl.col(column).fill_null("") == text)["row"][0]
            raise InputError(
                error.problem,
                where=f"{where}, line {line}, column `{column}`",
                expected=error.expected,
                got=f"`{text}`",
                remedy=error.remedy,
            ) from error
    return (
        frame[column]
        .fill_null("")
        .replace_strict(list(values), list(values.values()), return_dtype=pl.String)
    )


def _choice(name: str, *, kind: str, options: Mapping[str, str]) -> str:
    if name in options:
        return options[name]
    near = closest(name, options)
    raise InputError(
        f"Unknown {kind} `{name}`.",
        expected=join_options(options),
        remedy=f"Did you mean `{near}`?" if near else "Use one of the names listed.",
    )
