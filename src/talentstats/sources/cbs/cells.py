"""Which cells of a table arrived: nothing outside what was asked, nothing twice, nothing missing."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentstats.sources.cbs.table import IncompleteAnswerError, UnusableAnswerError, reading_answer

_AGAIN = "Fetch the table again; nothing of this answer was stored."


class Cells:
    """The rows that arrived, each as the number of its cell and its own number.

    A cell is a combination of codes; its number is its place among all combinations that may come. So five
    million rows take 80 MB.

    Parameters
    ----------
    chosen : mapping of column to codes
        The codes that may come, without blanks.
    key : str
        Name of the column that numbers the rows.
    where : str
        The table, for errors.
    """

    def __init__(self, chosen: Mapping[str, Sequence[str]], *, key: str, where: str) -> None:
        self._axes = {name: {code: at for at, code in enumerate(codes)} for name, codes in chosen.items()}
        self._key = key
        self._where = where
        self._announced: int | None = None
        self._numbers: list[NDArray[np.int64]] = []
        self._keys: list[NDArray[np.int64]] = []

    @property
    def rows(self) -> int:
        """Number of rows so far."""
        return sum(len(part) for part in self._keys)

    @property
    def announced(self) -> int | None:
        """Number of rows there will be, as far as CBS said so."""
        return self._announced

    def announce(self, rows: int | None) -> None:
        """Note how many rows CBS says there will be; None says nothing."""
        self._announced = self._announced if rows is None else rows

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take in a page.

        Raises
        ------
        UnusableAnswerError
            If a row has a code that was not asked for or is in no code list, or lacks a column; or if there
            are more rows than cells.
        """
        with reading_answer(self._where):
            numbers = np.zeros(len(rows), dtype=np.int64)
            for name, axis in self._axes.items():
                places = np.array([axis.get(row[name].strip(), -1) for row in rows], dtype=np.int64)
                if places.size and places.min() < 0:
                    self._refuse_code(name, rows[int(places.argmin())][name], int((places < 0).sum()))
                numbers = numbers * len(axis) + places
            self._keys.append(np.array([row[self._key] for row in rows], dtype=np.int64))
            self._numbers.append(numbers)
        if self.rows > math.prod(len(axis) for axis in self._axes.values()):
            self._refuse_doubles()

    def refuse_incomplete(self) -> None:
        """Let through rows that are all there, each once.

        Raises
        ------
        IncompleteAnswerError
            If rows are missing, or one came twice.
        UnusableAnswerError
            If there are none at all.
        """
        self._refuse_doubles()
        if self._announced is not None and self.rows != self._announced:
            raise IncompleteAnswerError(
                "CBS gave another number of rows than it announced.",
                where=self._where,
                expected=f"{self._announced:,} rows",
                got=f"{self.rows:,} rows",
                remedy=_AGAIN,
            )
        if not self.rows:
            raise UnusableAnswerError(
                "CBS has no figures for this slice.",
                where=self._where,
                expected="at least one row",
                got="an empty answer",
                remedy="Each code exists, but not this combination of codes: ask for more of them.",
            )

    def _refuse_doubles(self) -> None:
        for parts, what in ((self._keys, f"one `{self._key}`"), (self._numbers, "one cell")):
            twice = self.rows - len(np.unique(np.concatenate(parts))) if parts else 0
            if twice:
                raise IncompleteAnswerError(
                    "CBS gave the same row more than once.",
                    where=self._where,
                    expected=f"one row for {what}",
                    got=f"{twice:,} too many among {self.rows:,} rows",
                    remedy=_AGAIN,
                )

    def _refuse_code(self, name: str, code: object, rows: int) -> None:
        raise UnusableAnswerError(
            "CBS gave rows that were not asked for.",
            where=self._where,
            expected=f"codes of `{name}` that are in its code list and in the slice",
            got=f"{rows:,} rows with others, such as {str(code)[:40]!r}",
            remedy="The server does not apply the filter, or its code list is of another edition.",
        )
