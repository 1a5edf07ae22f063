"""Where the numbers of a document are printed: the words around each, and the captions of tables."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from talentstats.reporting.claims import claim_id
from talentstats.reporting.editions import Report
from talentstats.reporting.pdf_pages import PageTexts, squash
from talentstats.reporting.prose import CALL

# So many letters on either side tell a place from others; with one side only, at least so many are asked for.
AROUND, ENOUGH = 30, 12
# Where the words of the document are not those of the page, such as the number of a figure.
_CUT = "\x00"
_FENCED = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_TABLE_CELL = re.compile(
    r"""^#\|\s*tbl-cap:\s*(["'])(.*)\1\s*$.*?report\.table\(\s*["']([^"']+)["']""", re.MULTILINE | re.DOTALL
)
_TABLE_BLOCK = re.compile(r"""^report\.table_block\(\s*["']([^"']+)["'],\s*(["'])(.*)\2\)$""", re.MULTILINE)
_ARGUMENT = re.compile(r"""["']([^"']+)["']""")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_NOT_PRINTED = re.compile(r"\{[^{}]*\}|^[#:>*+-]+\s|^\s*\d+\.\s", re.MULTILINE)
_REFERENCE = re.compile(r"@(?:fig|tbl|sec)-[\w-]+|\[\^[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A number in a paragraph, with the letters before and after it."""

    id: str
    before: str
    number: str
    after: str

    def pages(self, texts: PageTexts) -> tuple[int, ...]:
        """Return on which pages it stands; a page may end in its midst, so one side is enough."""
        both = texts.pages_of(self.before + self.number + self.after)
        if both:
            return both
        sides = ((self.before, self.before + self.number), (self.after, self.number + self.after))
        found = (texts.pages_of(words) for side, words in sides if len(side) >= ENOUGH)
        return next((pages for pages in found if pages), ())


def find_numbers(document: Path, report: Report, texts: PageTexts) -> Mapping[str, tuple[int, ...]]:
    """Find the pages on which the numbers of a document stand, in its sentences and in its tables.

    Parameters
    ----------
    document : Path
        The Quarto document of the report in its language.
    report : Report
    texts : PageTexts
        Of the PDF made of it.

    Returns
    -------
    mapping of id to tuple of int
        A number that was not found anywhere is left out.
    """
    source = document.read_text(encoding="utf-8")
    found: dict[str, set[int]] = {}
    for place in places_in(source, lambda kind, names: _said(report, kind, names)):
        found.setdefault(place.id, set()).update(place.pages(texts))
    for caption, table in _captions(source):
        for name in report.contents.tables[table].cites:
            found.setdefault(name, set()).update(texts.pages_of(caption))
    return {name: tuple(sorted(pages)) for name, pages in sorted(found.items()) if pages}


def places_in(source: str, say: Callable[[str, tuple[str, ...]], str]) -> Iterator[Place]:
    """Give every number and claim in the sentences of a document.

    Parameters
    ----------
    source : str
        The document.
    say : callable
        `say(function, arguments)` gives what the document shows for a call of `n`, `rel` or `claim`.
    """
    for paragraph in re.split(r"\n\s*\n", _FENCED.sub("\n\n", source)):
        shown, spans = "", []
        end = 0
        for call in CALL.finditer(paragraph):
            shown += _printed(paragraph[end : call.start()])
            names = tuple(_ARGUMENT.findall(call[2]))
            said = say(call[1], names)
            # A relation is words between two numbers, not a number.
            if call[1] != "rel":
                spans.append((claim_id(names[0]) if call[1] == "claim" else names[0], len(shown), said))
            shown += said
            end = call.end()
        shown += _printed(paragraph[end:])
        for name, start, said in spans:
            before = squash(shown[:start].rpartition(_CUT)[2])
            after = squash(shown[start + len(said) :].partition(_CUT)[0])
            yield Place(id=name, before=before[-AROUND:], number=squash(said), after=after[:AROUND])


def _printed(words: str) -> str:
    """Return words of a document as a page shows them, as far as letters and digits go."""
    return _REFERENCE.sub(_CUT, _NOT_PRINTED.sub(" ", _LINK.sub(r"\1", words)))


def _said(report: Report, kind: str, names: tuple[str, ...]) -> str:
    if kind == "rel":
        return str(report.relation(*names))
    return str(report.claim(*names) if kind == "claim" else report.number(*names))


def _captions(source: str) -> Iterator[tuple[str, str]]:
    """Give the caption and the id of each table that has one."""
    for block in _FENCED.finditer(source):
        if cell := _TABLE_CELL.search(block[0]):
            yield cell[2], cell[3]
        elif cell := _TABLE_BLOCK.search(block[0]):
            yield cell[3], cell[1]
