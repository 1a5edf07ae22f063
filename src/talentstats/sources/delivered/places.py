"""Where in a delivered table something is wrong, said as the sender sees it: sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from talentstats.errors import InputError
from talentstats.sources.survey_files.column_names import printable

ROW = "row"
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The table that is being read.

    Attributes
    ----------
    sheet : str or None
        Of a workbook; None for a text file.
    """

    path: Path
    sheet: str | None

    def of(self, rows: Sequence[int] = (), *, column: str | None = None) -> str:
        """Name the sheet, the first row and the column."""
        parts = [str(self.path)]
        if self.sheet is not None:
            parts.append(f"sheet `{self.sheet}`")
        if rows:
            parts.append(f"row {rows[0]}")
        if column is not None:
            parts.append(f"column `{column}`")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with some rows of a delivered table, and what to do."""

    problem: str
    expected: str
    remedy: str
    column: str


def refuse_rows(wrong: pl.DataFrame, fault: Fault, *, place: Place, got: str | None = None) -> None:
    """Refuse a table when there are rows in which something is wrong; the first is named, the others counted.

    Parameters
    ----------
    wrong : polars.DataFrame
        Rows with the fault, with their number in the file.
    got : str, optional
        What stands there; the cell of the first row when left out.

    Raises
    ------
    InputError
        If there is such a row.
    """
    if wrong.is_empty():
        return
    rows = wrong.sort(ROW)[ROW].to_list()
    found = got or shown(wrong.sort(ROW)[fault.column][0])
    others = "1 other row" if len(rows) == 2 else f"{len(rows) - 1} other rows"
    more = f", and the like in {others}" if len(rows) > 1 else ""
    raise InputError(
        fault.problem,
        where=place.of(rows, column=fault.column),
        expected=fault.expected,
        got=f"{found}{more}",
        remedy=fault.remedy,
    )


def shown(value: object) -> str:
    """Show one cell of a table of shares, on one line and not longer than a code is."""
    if value is None:
        return "an empty cell"
    text = printable(str(value))
    return f"`{text[:_LONGEST]}…`" if len(text) > _LONGEST else f"`{text}`"
