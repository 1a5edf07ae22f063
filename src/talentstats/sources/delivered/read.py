"""Read a table of shares that a research bureau delivers, whole or not at all."""

from pathlib import Path

import polars as pl

from talentstats.codebooks.harmonised import Harmonised
from talentstats.errors import InputError
from talentstats.regions.municipalities import Municipalities
from talentstats.schemas.delivered import DELIVERED
from talentstats.sources.delivered.codes import check_codes
from talentstats.sources.delivered.columns import typed_table
from talentstats.sources.delivered.figures import check_figures
from talentstats.sources.delivered.layout import SHEET, layout_of
from talentstats.sources.delivered.places import Place
from talentstats.sources.delivered.totals import check_totals
from talentstats.sources.delivered.workbook_marks import refuse_marks
from talentstats.sources.survey_files.file_format import CALLED, find_format
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.survey_file import FileFormat, SurveyFile

#: A table of shares is small; a file that needs more is no such table.
_LIMITS = Limits(seconds=60, memory_mb=4000, file_mb=50, result_mb=500)


def read_delivered(
    path: Path,
    *,
    harmonised: Harmonised,
    wave: int | None = None,
    municipalities: Municipalities | None = None,
    dataset: str = "delivered",
) -> pl.DataFrame:
    """Read a delivered table and check it: codes, figures, and rows against each other.

    Parameters
    ----------
    path : Path
        The template filled in (`.xlsx`), or a `.csv` file with the same columns.
    wave : int, optional
        The only wave that may be in it; any wave when left out.
    municipalities : Municipalities, optional
        Needed for rows about single municipalities.
    dataset : str
        Folder of the snapshot, to name the file in later failures.

    Returns
    -------
    polars.DataFrame
        The columns of `schemas.delivered.DELIVERED`, rows in the order of the file.

    Raises
    ------
    InputError
        If anything is wrong; sheet, row, column and what to do are named.
    """
    path = Path(path)
    form = find_format(path, limits=_LIMITS)
    if form not in ("xlsx", "csv"):
        raise InputError(
            "A delivered table is a workbook or a CSV file.",
            where=str(path),
            expected=".xlsx or .csv",
            got=CALLED[form],
            remedy="Fill in the workbook that `talentstats template` writes. Answers of respondents are "
            "imported with `talentstats import survey`.",
        )
    place = _place(path, form)
    file = read_survey_file(path, limits=_LIMITS, sheet=place.sheet)
    if place.sheet is not None:
        refuse_marks(path, place=place)
    return check_delivered(
        file, harmonised=harmonised, wave=wave, municipalities=municipalities, dataset=dataset
    )


def check_delivered(
    file: SurveyFile,
    *,
    harmonised: Harmonised,
    wave: int | None = None,
    municipalities: Municipalities | None = None,
    dataset: str = "delivered",
) -> pl.DataFrame:
    """Check a delivered table that was read, and return it in its canonical form; see `read_delivered`."""
    place = _place(file.path, file.format)
    layout = layout_of(harmonised, harmonised.waves if wave is None else (wave,))
    frame = typed_table(file, place=place)
    check_codes(frame, layout, place=place, municipalities=municipalities)
    check_figures(frame, place=place)
    check_totals(frame, layout, place=place)
    return frame.with_columns(pl.lit(dataset).alias("dataset"), pl.col("wave", "n").cast(pl.Int64)).select(
        DELIVERED.names
    )


def _place(path: Path, form: FileFormat) -> Place:
    return Place(path=path, sheet=SHEET if form == "xlsx" else None)
