"""A table of CBS before its figures are asked: its name, its dimensions and codes, its size."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from talentstats.errors import FetchError
from talentstats.provenance import Licence
from talentstats.sources.answers import Api
from talentstats.sources.http import Http
from talentstats.sources.staged_answers import Edition

CC_BY = Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/deed.nl")
_NAME = re.compile(r"\w+", re.ASCII)

#: Give the answer for a role and an address, None when the table has none; asked only if it is not here yet.
Ask = Callable[[str, str], bytes | None]


class UnusableAnswerError(FetchError):
    """CBS answered, but not what was asked or not whole; nothing of it is kept."""


class IncompleteAnswerError(UnusableAnswerError):
    """Rows are missing, or came twice: that may go away by asking everything again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension and its codes, as CBS writes them: in v3 filled up with blanks."""

    name: str
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What CBS says of a table in its first answer.

    Attributes
    ----------
    observations : int or None
        Number of observations of the whole table, where CBS says so.
    """

    table_id: str
    title: str
    edition: Edition
    licence: Licence
    observations: int | None
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CbsTable:
    """A table with its dimensions and measures."""

    head: Head
    dimensions: tuple[Dimension, ...]
    measures: tuple[str, ...]

    @property
    def cells(self) -> int:
        """The most observations there can be: every combination of codes and measures."""
        return math.prod(len(one.codes) for one in self.dimensions) * len(self.measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of observations.

    Attributes
    ----------
    count : int or None
        Number of rows on all pages together, where CBS says so.
    """

    rows: list[dict[str, Any]] = field(repr=False)
    next_url: str | None
    count: int | None = None


class Interface(Protocol):
    """What v4 and v3 have in common."""

    @property
    def api(self) -> Api:
        """Which interface this is."""

    @property
    def key(self) -> str:
        """Name of the column that numbers the rows."""

    @property
    def wide(self) -> bool:
        """Say whether a row has all measures, a column each."""

    def address(self, table_id: str) -> str:
        """Return the address of a table."""

    def head(self, http: Http, table_id: str) -> Head:
        """Ask what and of when a table is."""

    def describe(self, head: Head, ask: Ask) -> CbsTable:
        """Ask for dimensions, measures and codes."""

    def first_page(self, table_id: str, text: str | None) -> str:
        """Return the address of the first page, for a filter."""

    def count(self, http: Http, table_id: str, text: str | None) -> int | None:
        """Ask how many rows there will be; None where the pages say so themselves, or nothing does."""

    def page(self, body: bytes) -> Page:
        """Read a page."""


@contextmanager
def reading_answer(what: str) -> Iterator[None]:
    """Turn whatever is wrong with the form of an answer into one clear error.

    Raises
    ------
    UnusableAnswerError
        If the enclosed work misses something or finds something of another type.
    """
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise UnusableAnswerError(
            "An answer of CBS does not have the form it should have.",
            where=what,
            expected="an answer as CBS documents it",
            got=f"{type(error).__name__}: {error}",
            remedy="Check the address; if it is that of CBS, its interface has changed.",
        ) from error


def values(body: bytes, *, what: str, more: str) -> list[dict[str, Any]]:
    """Return the entries of a list that comes in one answer.

    Parameters
    ----------
    body : bytes
    what : str
        What it lists, for errors.
    more : str
        Name of the entry that points at a following part.

    Raises
    ------
    UnusableAnswerError
        If it is no list, or only a part of one.
    """
    with reading_answer(what):
        answer: Mapping[str, Any] = json.loads(body)
        entries: list[dict[str, Any]] = answer["value"]
        if answer.get(more):
            raise UnusableAnswerError(
                "CBS gives a code list in parts.",
                where=what,
                expected="a whole list in one answer",
                got=f"{len(entries):,} entries and the address of more",
                remedy="Ask with the other interface (`--api v4`), which gives whole lists.",
            )
        return entries


def checked_name(name: str, *, what: str) -> str:
    """Return the name of a dimension, which becomes part of an address and of a file name.

    Raises
    ------
    UnusableAnswerError
        If it has other signs than letters, digits and underscores.
    """
    if not _NAME.fullmatch(name):
        raise UnusableAnswerError(
            "A dimension has an impossible name.",
            where=what,
            expected="letters, digits and underscores",
            got=repr(name[:60]),
            remedy="Check the address; this is not an answer of CBS.",
        )
    return name
