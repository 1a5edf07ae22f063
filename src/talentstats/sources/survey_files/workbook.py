"""Read an Excel workbook: the first sheet with answers, values as they were last computed."""

from pathlib import Path

import fastexcel
import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.sources.survey_files.answers_as_text import convert, find_kinds
from talentstats.sources.survey_files.column_names import check_names, check_readable, printable, shown
from talentstats.sources.survey_files.column_types import canonical
from talentstats.sources.survey_files.request import Parsed, Request
from talentstats.sources.survey_files.survey_file import FileVariable
from talentstats.sources.survey_files.zip_archive import check_archive

_HEADER_WITHIN = 100


def parse_workbook(request: Request) -> Parsed:
    """Read one sheet with a header row and one row a respondent.

    Formulas give the value the workbook keeps; macros are not looked at; a text that begins with `=` is text.

    Raises
    ------
    InputError
        If the archive is damaged or unpacks to too much, no sheet has answers, the header is unusable, or
        cells hold the error of a formula.
    """
    check_archive(Path(request.path), limits=request.limits)
    try:
        workbook = fastexcel.read_excel(request.path)
        sheet, header_row = _find_sheet(workbook, request.sheet, request.header)
        frame = _cells(workbook, sheet, header_row)
    except fastexcel.FastExcelError as error:
        raise InputError(
            "The workbook cannot be read.",
            expected="a workbook of Excel 2007 or newer, without a password",
            got="one that is damaged or of another kind",
            remedy="Open it in Excel and save it as .xlsx, or ask for the file again.",
        ) from error
    frame = _typed(canonical(frame), decimal=request.decimal)
    return Parsed(
        schema=frame.schema,
        blocks=iter((frame,)),
        describe=lambda: tuple(FileVariable(name=name) for name in frame.columns),
        first_row=header_row + 2,
        rows=frame.height,
    )


def _find_sheet(
    workbook: fastexcel.ExcelReader, named: str | None, header: tuple[str, ...]
) -> tuple[str, int]:
    """Return the sheet that is named, else the first visible one with a header; and its header row from 0."""
    if named is not None and named not in workbook.sheet_names:
        raise unknown_name("sheet", printable(named), [printable(name) for name in workbook.sheet_names])
    for name in [named] if named is not None else workbook.sheet_names:
        top = workbook.load_sheet(name, header_row=None, skip_rows=0, n_rows=_HEADER_WITHIN, dtypes="string")
        if named is None and top.visible != "visible":
            continue
        for position, row in enumerate(top.to_polars().iter_rows()):
            if set(header) <= {str(cell or "").strip() for cell in row} if header else any(row):
                return name, position
    raise _no_header(workbook, header)


def _no_header(workbook: fastexcel.ExcelReader, header: tuple[str, ...]) -> InputError:
    count = len(workbook.sheet_names)
    if header:
        return InputError(
            "No sheet of the workbook has a row with all the columns that were declared.",
            expected=f"{join_options(header, last='and')} in one of the first {_HEADER_WITHIN} rows",
            got=f"{count} sheets without such a row",
            remedy="Check that it is the right file, and hold the declared columns against its header.",
        )
    return InputError(
        "No sheet of the workbook has answers.",
        expected=f"a visible sheet with a header in its first {_HEADER_WITHIN} rows",
        got=f"{count} sheets without one",
        remedy="Check that it is the right file, or name the sheet.",
    )


def _cells(workbook: fastexcel.ExcelReader, sheet: str, header_row: int) -> pl.DataFrame:
    header = workbook.load_sheet(sheet, header_row=None, skip_rows=header_row, n_rows=1, dtypes="string")
    names = [str(name or "").strip() for name in header.to_polars().row(0)]
    loaded = workbook.load_sheet(
        sheet, header_row=header_row, schema_sample_rows=None, skip_whitespace_tail_rows=True
    )
    batch, errors = loaded.to_arrow_with_errors()
    frame = pl.DataFrame(batch)
    kept = [position for position, name in enumerate(names) if name or not _is_empty(frame, position)]
    names = [names[position] for position in kept]
    check_names(names)
    check_readable(names, what="The column names", encoding=None)
    _check_cell_errors(errors, names=names, kept=kept, first_row=header_row + 2)
    return pl.DataFrame([frame.to_series(at).alias(name) for at, name in zip(kept, names, strict=True)])


def _is_empty(frame: pl.DataFrame, position: int) -> bool:
    return frame.to_series(position).null_count() == frame.height


def _check_cell_errors(
    errors: fastexcel.CellErrors | None, *, names: list[str], kept: list[int], first_row: int
) -> None:
    found = errors.errors if errors else []
    if found:
        row, column = found[0].offset_position
        raise InputError(
            "A workbook has cells that hold the error of a formula.",
            where=f"row {row + first_row}, column {shown(names[kept.index(column)])}",
            expected="answers",
            got=f"{len(found):,} cells such as #N/A or #DIV/0!",
            remedy="Correct the formulas, or paste the answers as values.",
        )


def _typed(frame: pl.DataFrame, *, decimal: str | None) -> pl.DataFrame:
    """Read numbers and dates that are stored as text, and days that are stored as moments."""
    texts = frame.select(pl.col(pl.String))
    if texts.width:
        frame = frame.with_columns(convert(texts, find_kinds(iter((texts,)), decimal=decimal)))
    return frame.with_columns(
        series.cast(pl.Date)
        for series in frame
        if isinstance(series.dtype, pl.Datetime) and (series == series.dt.truncate("1d")).all()
    )
