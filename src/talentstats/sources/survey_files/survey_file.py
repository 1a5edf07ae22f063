"""A survey file as it was read: codes as they stand, with the labels the file gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

FileFormat = Literal["sav", "zsav", "dta", "csv", "xlsx", "parquet"]
Answer = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVariable:
    """What a file says of one of its columns.

    Attributes
    ----------
    label : str or None
        The variable label.
    value_labels : mapping of code to label
    missing_codes : tuple
        Codes declared user-missing; they stay in the frame as values.
    missing_ranges : tuple of (low, high)
        Ranges declared user-missing, ends included.
    """

    name: str
    label: str | None = None
    value_labels: Mapping[Answer, str] = field(default_factory=dict)
    missing_codes: tuple[Answer, ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleResponseSet:
    """Columns that together hold the answers to one question.

    Attributes
    ----------
    counted : str, float or None
        The value that means ticked; None for a set of category columns.
    """

    name: str
    label: str | None
    columns: tuple[str, ...]
    counted: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurveyFile:
    """One survey file, read whole.

    Attributes
    ----------
    frame : polars.DataFrame
        One row a respondent, columns in the file's order: Float64 or Int64, String, Date or Datetime.
        User-missing codes are values; a blank is null.
    first_row : int
        Number of the first record in the words of the file: 2 where a header line comes first, else 1.
    encoding : str or None
        Character encoding of the texts in the file.
    synthetic : bool
        Whether the file says that its respondents do not exist (a column `synthetic` that is 1 everywhere).
    """

    path: Path
    format: FileFormat
    frame: pl.DataFrame
    variables: Mapping[str, FileVariable]
    multiple_response: tuple[MultipleResponseSet, ...] = ()
    first_row: int = 1
    encoding: str | None = None
    synthetic: bool = False

    def __repr__(self) -> str:
        """Say what it is without showing an answer."""
        return f"<SurveyFile {self.format}: {self.frame.height} respondents, {self.frame.width} columns>"
