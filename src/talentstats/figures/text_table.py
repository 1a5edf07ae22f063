"""The table that says what a figure shows, for readers who cannot see it."""

import html
from dataclasses import dataclass

from talentstats.tables import escape_markdown, pipe_table


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A small table of formatted text.

    Attributes
    ----------
    header : tuple of str
    rows : tuple of tuples of str
        As wide as the header.
    numeric : tuple of bool
        Whether a column holds numbers, which are aligned right.
    note : str
        What the signs in the table mean.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str

    def to_markdown(self) -> str:
        """Return a Markdown pipe table; every cell is shown literally."""
        table = pipe_table(self.header, self.rows, right=self.numeric)
        return f"{table}\n\n{escape_markdown(self.note)}\n"

    def to_html(self, *, caption: str) -> str:
        """Return an HTML table with a caption and header cells; every cell is shown literally."""
        kinds = ["number" if numeric else "word" for numeric in self.numeric]
        head = "".join(
            f'<th scope="col" class="{kind}">{html.escape(cell)}</th>'
            for kind, cell in zip(kinds, self.header, strict=True)
        )
        body = "\n".join(_html_row(row, kinds) for row in self.rows)
        return (
            f"<table>\n<caption>{html.escape(caption)}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
            f'<p class="note">{html.escape(self.note)}</p>'
        )


def _html_row(row: tuple[str, ...], kinds: list[str]) -> str:
    first = f'<th scope="row" class="{kinds[0]}">{html.escape(row[0])}</th>'
    rest = "".join(
        f'<td class="{kind}">{html.escape(cell)}</td>' for kind, cell in zip(kinds[1:], row[1:], strict=True)
    )
    return f"<tr>{first}{rest}</tr>"
