"""Comparisons in prose: a sentence that compares rests on a test, or is allowed with a reason."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import DocumentError
from talentstats.terms import LANGUAGES

# Expressions of a document that put a comparison in words themselves.
_TESTED = re.compile(r"`\{python\}\s+(?:claim|rel)\([^`]*`")
_NUMBER = re.compile(r"""`\{python\}\s+n\(\s*["']([^"']+)["']\s*\)\s*`""")
# What stands in the place of such an expression, and of any other one, while a sentence is looked at.
_BOUND, _OTHER = "\N{OBJECT REPLACEMENT CHARACTER}", "\N{WHITE SQUARE}"
_END = re.compile(rf"""(?<=[.!?])["')\]]*\s+(?=["'(\[]?[A-Z{_BOUND}{_OTHER}@])""")
_NOT_READ = re.compile(r"`[^`]+`(?:\{[^}]*\})?|\]\([^)]*\)|\{#[^}]*\}|<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(r"^\s*(?:[-*+]\s|\d+\.\s|#|:::|:\s|\||>|$)")
_EXPECTED = "`[[comparison]]` and `[[bound]]` entries, each with a `pattern` and a `reason`"


@dataclass(frozen=True, slots=True)
class ProseLine:
    """A line that a reader reads, with its place in the document."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRules:
    """What `reports/prose.toml` says about sentences that compare.

    Attributes
    ----------
    allowed : tuple of Pattern
        Phrases that compare without a test, each declared with its reason.
    bound : tuple of Pattern
        Ids of numbers that are a comparison themselves, such as a change that was computed.
    """

    allowed: tuple[re.Pattern[str], ...] = ()
    bound: tuple[re.Pattern[str], ...] = ()


def read_rules(path: Path) -> ComparisonRules:
    """Read which comparisons may stand without a claim; none when there is no such file.

    Raises
    ------
    InputError
        If the file cannot be read, or an entry has no pattern or no reason.
    """
    if not path.is_file():
        return ComparisonRules()
    with reading(path, what="The rules for prose", expected=_EXPECTED) as declared:
        return ComparisonRules(
            allowed=tuple(_pattern(entry) for entry in declared.get("comparison", [])),
            bound=tuple(_pattern(entry) for entry in declared.get("bound", [])),
        )


def _pattern(entry: dict[str, Any]) -> re.Pattern[str]:
    if not str(entry["reason"]).strip():
        raise KeyError("reason")
    # A phrase may run on over the end of a line.
    return re.compile(str(entry["pattern"]).replace(" ", r"\s+"), re.IGNORECASE)


def check_comparisons(document: Path, lines: Iterable[ProseLine], rules: ComparisonRules) -> None:
    """Refuse a sentence that compares without a tested comparison in it; a question states nothing.

    Parameters
    ----------
    document : Path
        `report.nl.qmd` or `report.en.qmd`; a document without a language is put to the words of both.
    lines : iterable of ProseLine
        What a reader reads of it.
    rules : ComparisonRules

    Raises
    ------
    DocumentError
        Naming the line and the word.
    """
    words = _words(document)
    for block in _blocks(lines):
        for start, sentence in _sentences(block, rules):
            if _BOUND in sentence or sentence.rstrip().endswith("?"):
                continue
            found = words.search(sentence)
            if found:
                raise DocumentError(
                    f"A sentence compares (`{found[0]}`) without a comparison that was tested.",
                    where=f"{document}, line {_line_of(block, start + found.start())}",
                    expected='a tested comparison in the same sentence, such as `{python} claim("...")`',
                    got=f"`{_short(sentence)}`",
                    remedy="Let a claim say it; a phrase that compares no figures is declared, with its "
                    "reason, as `[[comparison]]` in `prose.toml`.",
                )


def _words(document: Path) -> re.Pattern[str]:
    spoken = document.suffixes[-2][1:] if len(document.suffixes) > 1 else ""
    return comparison_words(spoken if spoken in LANGUAGES else "")


@cache
def comparison_words(language: str) -> re.Pattern[str]:
    """Return what finds a word that compares, in a language or, for an empty name, in any."""
    listed = tomllib.loads(files(__package__).joinpath("comparison_words.toml").read_text("utf-8"))
    chosen = [language] if language else list(LANGUAGES)
    words = [word for name in chosen for group in listed[name].values() for word in group]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)


def _blocks(lines: Iterable[ProseLine]) -> Iterator[tuple[ProseLine, ...]]:
    """Give the lines of each paragraph, item of a list, heading or caption."""
    block: list[ProseLine] = []
    for line in lines:
        if block and (_BLOCK.match(line.text) or line.number != block[-1].number + 1):
            yield tuple(block)
            block = []
        if line.text.strip():
            block.append(line)
    if block:
        yield tuple(block)


def _sentences(block: tuple[ProseLine, ...], rules: ComparisonRules) -> Iterator[tuple[int, str]]:
    """Give each sentence with where it starts in the block; places stay those of the document."""

    def marked(match: re.Match[str]) -> str:
        return _BOUND.ljust(len(match[0]), " ")

    def computed(match: re.Match[str]) -> str:
        is_comparison = any(pattern.search(match[1]) for pattern in rules.bound)
        return (_BOUND if is_comparison else _OTHER).ljust(len(match[0]), " ")

    text = _NUMBER.sub(computed, _TESTED.sub(marked, _joined(block)))
    for pattern in (_NOT_READ, *rules.allowed):
        text = pattern.sub(lambda match: _OTHER.ljust(len(match[0])), text)
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        yield start, text[start:end]
        start = end


def _joined(block: tuple[ProseLine, ...]) -> str:
    return "\n".join(line.text for line in block)


def _line_of(block: tuple[ProseLine, ...], place: int) -> int:
    return block[_joined(block)[:place].count("\n")].number


def _short(sentence: str) -> str:
    words = " ".join(sentence.split())
    return words if len(words) <= 80 else f"{words[:77]}..."
