"""The figures of a downloaded file, read by its declared layout; a cell that does not fit is named."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl

from talentstats.errors import InputError, TalentStatsError, closest, join_options
from talentstats.regions import Regions
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.sources.uwv.layout import FigureColumn, Layout
from talentstats.terms import Period


def read_figures(path: Path, layout: Layout, regions: Regions) -> pl.DataFrame:
    """Read the figures of a file, one a row; cells without a figure are left out.

    Parameters
    ----------
    path : Path
        A workbook or a text file with a delimiter.
    layout : Layout
    regions : Regions
        Names are replaced by the codes of these regions.

    Returns
    -------
    polars.DataFrame
        Columns `row` (line in the file or sheet), `region`, `period`, `measure`, `value`, `unit` and
        `resolution`.

    Raises
    ------
    InputError
        Naming file, row and column of the first cell that does not fit, or the column that is missing.
    """
    found = read_survey_file(path, decimal=layout.decimal, sheet=layout.sheet, header=layout.columns)
    _refuse_missing_columns(found, layout)
    frame = found.frame.with_row_index("row", offset=found.first_row).cast({"row": pl.Int64})
    kept = _chosen(frame, found, layout)
    place = _mapped(kept, layout.region, found, lambda name: _region(name, layout, regions))
    when = _mapped(kept, layout.period, found, lambda text: str(Period.parse(text)))
    key = kept.select("row", region=place, period=when)
    parts = [_figures(kept, key, figure, found, layout) for figure in layout.figures]
    figures = pl.concat(parts).drop_nulls("value").sort("row", maintain_order=True)
    _refuse_repeated(figures, found)
    return figures


def _refuse_missing_columns(found: SurveyFile, layout: Layout) -> None:
    for column in layout.columns:
        if column not in found.frame.columns:
            near = closest(column, found.frame.columns)
            raise InputError(
                f"Column `{column}` of layout `{layout.name}` is missing.",
                where=str(found.path),
                expected=join_options(layout.columns, last="and"),
                got=join_options(found.frame.columns[:20], last="and"),
                remedy=(f"Is it `{near}` now? " if near else "")
                + "Declare what the file looks like in `data/reference/uwv.toml`.",
            )


def _chosen(frame: pl.DataFrame, found: SurveyFile, layout: Layout) -> pl.DataFrame:
    for column, texts in layout.only.items():
        kept = frame.filter(pl.col(column).cast(pl.String).str.strip_chars().is_in(texts))
        if kept.is_empty():
            raise InputError(
                f"No row has one of the texts that are read in column `{column}`.",
                where=str(found.path),
                expected=join_options(texts),
                got=join_options(frame[column].cast(pl.String).drop_nulls().unique().sort()[:10], last="and"),
                remedy=f"Correct `[{layout.name}.only]` in `data/reference/uwv.toml`.",
            )
        frame = kept
    return frame


def _region(name: str, layout: Layout, regions: Regions) -> str:
    if name in layout.regions:
        return layout.regions[name]
    if name in regions.names:
        return name
    suffixed = name if name.endswith(layout.region_suffix) else f"{name}{layout.region_suffix}"
    return regions.code_of(suffixed)


def _mapped(frame: pl.DataFrame, column: str, found: SurveyFile, read: Callable[[str], str]) -> pl.Series:
    """Apply `read` to each distinct text of a column; an error says in which row the text stands first."""
    texts = frame[column].cast(pl.String).fill_null("").str.strip_chars()
    values: dict[str, str] = {}
    for text in texts.unique(maintain_order=True):
        try:
            values[text] = read(text)
        except TalentStatsError as error:
            row = frame.filter(texts == text)["row"][0]
            raise InputError(
                error.problem,
                where=f"{found.path}, row {row}, column `{column}`",
                expected=error.expected,
                got=f"`{text}`",
                remedy=error.remedy,
            ) from error
    return texts.replace_strict(list(values), list(values.values()), return_dtype=pl.String)


def _figures(
    frame: pl.DataFrame, key: pl.DataFrame, figure: FigureColumn, found: SurveyFile, layout: Layout
) -> pl.DataFrame:
    value = _numbers(frame, figure, found, layout)
    return key.with_columns(
        measure=pl.lit(figure.measure),
        value=(value * figure.scale).round(12),
        unit=pl.lit(figure.unit),
        resolution=pl.lit(figure.resolution),
    )


def _numbers(frame: pl.DataFrame, figure: FigureColumn, found: SurveyFile, layout: Layout) -> pl.Series:
    """Return the numbers of a column; null where it says that there is none."""
    column = frame[figure.column]
    if column.dtype.is_numeric() and not figure.values:
        return column.cast(pl.Float64)
    texts = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    known = texts.filter(texts.is_not_null() & (texts != "") & ~texts.is_in(_lower(layout.missing)))
    values = figure.values or _read_numbers(known.unique(), layout, is_workbook=found.format == "xlsx")
    stray = [text for text in known.unique(maintain_order=True) if text not in values]
    if stray:
        row = frame.filter(texts == stray[0])["row"][0]
        raise InputError(
            "A cell holds no figure.",
            where=f"{found.path}, row {row}, column `{figure.column}`",
            expected=join_options(figure.values)
            if figure.values
            else f"a number with `{layout.decimal}` for its decimals, that can be read in one way",
            got=f"`{stray[0]}`" + (f" (and {len(stray) - 1} other texts)" if len(stray) > 1 else ""),
            remedy="Declare the text under `missing` in `data/reference/uwv.toml` if it means there is none.",
        )
    return texts.replace_strict(list(values), list(values.values()), default=None, return_dtype=pl.Float64)


def _lower(texts: tuple[str, ...]) -> list[str]:
    return [text.lower() for text in texts]


def _read_numbers(texts: pl.Series, layout: Layout, *, is_workbook: bool) -> dict[str, float]:
    """Return the number that each text writes; a text that writes none, or could be two, is left out.

    A workbook hands over a number among texts as it computes with it, `3.8`, whatever mark people see; then
    `1.234` is a number or a thousand and more, and nothing tells which.
    """
    mark, group = re.escape(layout.decimal), re.escape("." if layout.decimal == "," else ",")
    written = rf"^-?(\d+|\d{{1,3}}({group}\d{{3}})+)({mark}\d+)?$"
    computed = r"^-?\d+\.\d+$" if is_workbook else "^$"
    digits = texts.str.replace_all(group, "").str.replace(mark, ".")
    is_written, is_computed = texts.str.contains(written), texts.str.contains(computed)
    numbers = pl.select(
        pl.when(is_written & ~is_computed)
        .then(digits)
        .when(is_computed & ~(is_written & (digits != texts)))
        .then(texts)
        .cast(pl.Float64, strict=False)
    ).to_series()
    known = numbers.is_not_null()
    return dict(zip(texts.filter(known), numbers.filter(known), strict=True))


def _refuse_repeated(figures: pl.DataFrame, found: SurveyFile) -> None:
    key = ["measure", "region", "period"]
    repeated = figures.filter(pl.struct(key).is_duplicated())
    if not repeated.is_empty():
        first = repeated.row(0, named=True)
        rows = repeated.filter(pl.all_horizontal(pl.col(name) == first[name] for name in key))["row"]
        raise InputError(
            "A file gives one figure in several rows.",
            where=f"{found.path}, rows {join_options(rows.to_list()[:5], last='and')}",
            expected="one row for a region and period, once the rows that are read have been chosen",
            got=f"`{first['measure']}` of {first['region']} in {first['period']} {len(rows)} times",
            remedy="Declare under `only` in `data/reference/uwv.toml` which rows are meant.",
        )
