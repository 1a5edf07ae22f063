"""A table as Markdown: the one form that pandoc and Quarto turn into HTML, PDF and DOCX alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.terms import Language

Align = Literal["left", "right"]
_ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~^$@!'\""})


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
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Bilingual, ...], ...]
    cites: tuple[str, ...] = ()
    language: Language = "nl"

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
        body = [[cell.in_language(self.language) for cell in row] for row in self.rows]
        longest = [max(map(len, cells)) for cells in zip(header, *body, strict=True)]
        rules = [_rule(column, length) for column, length in zip(self.columns, longest, strict=True)]
        return "\n".join([_line(header), "|" + "|".join(rules) + "|", *map(_line, body)])

    def _repr_markdown_(self) -> str:
        return self.markdown()


def escape_markdown(text: str) -> str:
    r"""Write a text so that Markdown shows every character of it.

    >>> print(escape_markdown("<b>a|b</b>"))
    \<b\>a\|b\</b\>
    """
    return " ".join(text.translate(_ESCAPED).split())


def _rule(column: Column, longest: int) -> str:
    """Write the line below a header: pandoc divides a full line by the lengths of its parts."""
    dashes = "-" * max(3, (column.width or longest) - 1)
    return f"{dashes}:" if column.align == "right" else f":{dashes}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escape_markdown(cell) or "\N{NO-BREAK SPACE}" for cell in cells) + " |"
