"""The differences between two codebooks as text for a terminal or as Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from talentstats.codebooks.diff import CodebookDiff
from talentstats.codebooks.words import word
from talentstats.schemas.schema import Text
from talentstats.terms import Language

_MARKDOWN = re.compile(r"([\\`*_<>\[\]|#])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How a kind of text marks its parts; `{}` is the part."""

    title: str
    heading: str
    item: str
    name: str
    escaped: bool

    def plain(self, text: str) -> str:
        return _MARKDOWN.sub(r"\\\1", text) if self.escaped else text


_TERMINAL = _Style(title="{}", heading="{}", item="  - {}", name="{}", escaped=False)
_PAGE = _Style(title="## {}", heading="### {}", item="- {}", name="`{}`", escaped=True)


def diff_as_text(found: CodebookDiff, *, language: Language) -> str:
    """Write the differences as plain text for a terminal.

    Parameters
    ----------
    found : CodebookDiff
    language : {"nl", "en"}
    """
    return _written(found, language, _TERMINAL)


def diff_as_markdown(found: CodebookDiff, *, language: Language) -> str:
    """Write the differences as Markdown: a heading for each question, an item for each change.

    Parameters
    ----------
    found : CodebookDiff
    language : {"nl", "en"}
    """
    return _written(found, language, _PAGE)


def _written(found: CodebookDiff, language: Language, style: _Style) -> str:
    waves = {"first": found.first.wave, "second": found.second.wave}
    title = word("diff.title" if found.questions else "diff.nothing", count=len(found.questions), **waves)
    blocks = [style.title.format(title.in_language(language))]
    for question in found.questions:
        heading = f"{style.name.format(question.name)}: {style.plain(question.text.in_language(language))}"
        blocks.append(_block(heading, [("", one.detail) for one in question.changes], language, style))
    if found.incomparable:
        reasons = [(f"{style.name.format(one.name)}: ", reason) for one, reason in found.incomparable]
        heading = word("diff.incomparable", **waves).in_language(language)
        blocks.append(_block(heading, reasons, language, style))
    return "\n\n".join(blocks) + "\n"


def _block(heading: str, items: Sequence[tuple[str, Text]], language: Language, style: _Style) -> str:
    lines = [style.item.format(f"{name}{style.plain(text.in_language(language))}") for name, text in items]
    return "\n".join([style.heading.format(heading), *lines])
