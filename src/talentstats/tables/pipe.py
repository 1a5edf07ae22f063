"""A table as Markdown: the one form that pandoc and Quarto turn into HTML, PDF and DOCX alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from talentstats.errors import InputError
from talentstats.language import Bilingual, text
from talentstats.tables.escape import escape_markdown
from talentstats.terms import Language

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; `width` is its share of a line that is full, by its longest cell when None."""

    header: Bilingual
    align: Align = "left"
    width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose cells are written in both languages.

    Attributes
    ----------
    columns : tuple of Column
    rows : tuple of tuple of Bilingual
        One cell a column.
    cites : tuple of str
        Ids of the numbers in the cells.
    language : {"nl", "en"}
        The language in which a notebook or a report shows it.
    synthetic : bool
        Whether its figures rest on synthetic data; its first header says so.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Bilingual, ...], ...]
    cites: tuple[str, ...] = ()
    language: Language = "nl"
    synthetic: bool = False

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise InputError(
                    "A row of the table does not fit its columns.",
                    where=f"row {number}",
                    expected=f"{len(self.columns)} cells",
                    got=f"{len(row)}",
                    remedy="Give every row one cell a column.",
                )

    def in_language(self, language: Language) -> "Table":
        """Return the same table in another language."""
        return replace(self, language=language)

    def markdown(self) -> str:
        """Write the table as a Markdown pipe table; no text can become mark-up."""
        header = [column.header.in_language(self.language) for column in self.columns]
        if self.synthetic:
            header[0] = f"{header[0]} ({text('table.synthetic', self.language)})"
        return pipe_table(
            header,
            [[cell.in_language(self.language) for cell in row] for row in self.rows],
            right=[column.align == "right" for column in self.columns],
            widths=[column.width for column in self.columns],
        )

    def _repr_markdown_(self) -> str:
        return self.markdown()


def pipe_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[bool],
    widths: Sequence[int | None] | None = None,
) -> str:
    """Write texts as a Markdown pipe table, every character of them shown.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences of str
        Each as long as the header.
    right : sequence of bool
        Which columns are aligned right.
    widths : sequence of int or None, optional
        Share of each column in a line that is full; by its longest cell where None.
    """
    longest = [max(map(len, cells)) for cells in zip(header, *rows, strict=True)]
    shares = [asked or found for asked, found in zip(widths or longest, longest, strict=True)]
    rules = [_rule(share, to_right) for share, to_right in zip(shares, right, strict=True)]
    return "\n".join([_line(header), "|" + "|".join(rules) + "|", *map(_line, rows)])


def _rule(share: int, to_right: bool) -> str:
    """Write the line below a header: pandoc divides a full line by the lengths of its parts."""
    dashes = "-" * max(3, share - 1)
    return f"{dashes}:" if to_right else f":{dashes}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escape_markdown(cell) for cell in cells) + " |"
