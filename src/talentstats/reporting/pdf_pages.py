"""On which page of a PDF a text stands."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from talentstats.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTexts:
    """The letters and digits of a PDF, page after page, without what typesetting adds or takes.

    Attributes
    ----------
    text : str
        Of all pages, one after the other.
    starts : tuple of int
        Where each page begins in it.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...]

    @classmethod
    def of(cls, pages: Sequence[str]) -> "PageTexts":
        r"""Take the texts of pages together.

        >>> PageTexts.of(["De arbeids-\nmarkt is", "krap."]).pages_of("arbeidsmarkt is krap")
        (1,)
        """
        squashed = [squash(page) for page in pages]
        starts = tuple(accumulate((len(page) for page in squashed[:-1]), initial=0))
        return cls(text="".join(squashed), starts=starts)

    def pages_of(self, words: str) -> tuple[int, ...]:
        """Return the pages, from 1, on which a text begins; empty when it is nowhere."""
        wanted = squash(words)
        found, place = [], self.text.find(wanted) if wanted else -1
        while place >= 0:
            found.append(bisect_right(self.starts, place))
            place = self.text.find(wanted, place + 1)
        return tuple(dict.fromkeys(found))


def squash(words: str) -> str:
    r"""Return the letters and digits of a text: hyphens, line breaks and ligatures make no difference.

    >>> squash("133 vaca-\ntures")
    '133vacatures'
    """
    return "".join(letter for letter in unicodedata.normalize("NFKC", words).casefold() if letter.isalnum())


def read_pages(path: Path) -> PageTexts:
    """Read the texts of a PDF.

    Raises
    ------
    InputError
        If the file is missing or is no PDF.
    """
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 -- only when an edition is published

    try:
        with PdfDocument(path) as document:
            return PageTexts.of([page.get_textpage().get_text_bounded() for page in document])
    except (OSError, PdfiumError) as error:
        raise InputError(
            "The PDF of the report cannot be read.",
            where=str(path),
            expected="a PDF that `talentstats build` made",
            got=type(error).__name__,
            remedy="Build the report again, with `pdf` among its formats.",
        ) from error
