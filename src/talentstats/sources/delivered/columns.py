"""The columns of a delivered table: there, under their names, and of their types."""

from collections.abc import Sequence

import polars as pl

from talentstats.errors import InputError, closest, join_options
from talentstats.sources.delivered.layout import COLUMNS, EXAMPLE, NUMBERS
from talentstats.sources.delivered.places import ROW, Fault, Place, refuse_rows, shown
from talentstats.sources.survey_files.survey_file import SurveyFile

_NUMBER = r"^-?\d+(?:\.\d+)?$"
_COMMA = r"^-?\d+,\d+$"
_OPTIONAL = ("count", "low", "high", "note", "group", "group_level")


def typed_table(file: SurveyFile, *, place: Place) -> pl.DataFrame:
    """Return the filled rows of a delivered file: codes as text, figures as numbers, and each row's number.

    Raises
    ------
    InputError
        If columns are missing, unknown or double, an example row was left in, or a figure is no number.
    """
    _check_header(file, place=place)
    frame = file.frame.select(
        pl.int_range(file.first_row, pl.len() + file.first_row, dtype=pl.Int64).alias(ROW),
        *(
            _as_text(name) if name in file.frame.columns else pl.lit(None, pl.String).alias(name)
            for name in COLUMNS
        ),
    ).filter(pl.any_horizontal(pl.col(COLUMNS).is_not_null()))
    _refuse_example(frame, place=place)
    for name in ("wave", *NUMBERS):
        _check_numbers(frame, name, place=place)
    if frame.is_empty():
        raise InputError(
            "The table has no rows.",
            where=place.of(),
            expected="one row a region, wave, group and answer",
            got="none",
            remedy="Fill in the table, or check that it is the right file.",
        )
    return frame.with_columns(pl.col("wave", *NUMBERS).cast(pl.Float64))


def _as_text(name: str) -> pl.Expr:
    """Return a column as text, blanks as null; a code `1` that arrives as 1.0 is `1` again."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text.str.replace(r"^(-?\d+)\.0+$", "$1")).alias(name)


def _check_header(file: SurveyFile, *, place: Place) -> None:
    names = file.frame.columns
    missing = [name for name in COLUMNS if name not in names and name not in _OPTIONAL]
    unknown = [name for name in names if name not in COLUMNS]
    if not missing and not unknown:
        return
    near = closest(unknown[0], COLUMNS) if unknown else None
    raise InputError(
        "The column names of the table are not those of the template.",
        where=place.of([file.first_row - 1]),
        expected=join_options(COLUMNS, last="and"),
        got=_differences(missing, unknown),
        remedy=f"Rename {shown(unknown[0])} to `{near}`."
        if near in missing
        else "Put the column names in the first row, with nothing above them, and remove other columns.",
    )


def _differences(missing: Sequence[str], unknown: Sequence[str]) -> str:
    parts = [f"no {join_options(missing, last='and')}"] if missing else []
    if unknown:
        more = f" and {len(unknown) - 3} others" if len(unknown) > 3 else ""
        parts.append(f"also {', '.join(shown(name) for name in unknown[:3])}{more}")
    return "; ".join(parts)


def _refuse_example(frame: pl.DataFrame, *, place: Place) -> None:
    refuse_rows(
        frame.filter(pl.col("note").str.starts_with(EXAMPLE)),
        Fault(
            problem="An example row of the template was left in the table.",
            expected="rows of the survey only",
            remedy="Remove the example rows; their figures are made up.",
            column="note",
        ),
        place=place,
        got="a made-up row",
    )


def _check_numbers(frame: pl.DataFrame, name: str, *, place: Place) -> None:
    wrong = frame.filter(~pl.col(name).str.contains(_NUMBER))
    comma = wrong.filter(pl.col(name).str.contains(_COMMA))
    refuse_rows(
        comma,
        Fault(
            problem="A figure is written as text, with a decimal comma.",
            expected="a number",
            remedy="Turn the column into numbers: Data, Text to Columns (Gegevens, Tekst naar kolommen).",
            column=name,
        ),
        place=place,
    )
    refuse_rows(
        wrong,
        Fault(
            problem="A cell that should hold a figure holds a text.",
            expected="a number, without a percent sign or other words; an empty cell where there is none",
            remedy="Enter the figure alone, and remarks in the column `note`.",
            column=name,
        ),
        place=place,
    )
