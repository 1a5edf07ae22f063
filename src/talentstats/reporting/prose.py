"""Checks on the prose of a document: no typed digits or comparisons; both languages show the same numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from talentstats.declared import reading
from talentstats.errors import DocumentError, InputError
from talentstats.reporting.claims import claim_id
from talentstats.reporting.comparisons import ProseLine, check_comparisons, read_rules
from talentstats.reporting.numbers import NumberStore

RULES = "prose.toml"
CALL = re.compile(r"`\{python\}\s+(n|rel|claim)\(([^`]*)\)\s*`")
_LITERAL = re.compile(r"""^\s*(["'])([^"']+)\1\s*(?:,\s*(["'])([^"']+)\3\s*)?$""")
_CLAIM = re.compile(r"""^\s*(["'])([^"']+)\1\s*(?:,\s*form\s*=\s*(["'])([a-z]+)\3\s*)?$""")
_CITED = re.compile(r"""report\.(figure_block|table_block|figure|table)\(\s*["']([^"']+)["']""")
_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)|\{#(sec-[\w-]+)")
_FENCE = re.compile(r"^\s*(```+|~~~+)")
_CAPTION = re.compile(
    r"""^#\|\s*(?:fig-cap|tbl-cap|fig-alt):\s*(.*)$|^report\.(?:figure|table)_block\([^,]*,\s*["'](.*)["']\)$"""
)
_DIGITS = re.compile(r"\S*\d\S*")
_NOT_PROSE = (
    re.compile(r"`[^`]*`(?:\{[^}]*\})?"),
    re.compile(r"\{\{<.*?>\}\}"),
    re.compile(r"\{[^{}]*\}"),
    re.compile(r"\]\([^)]*\)"),
    re.compile(r"<https?://[^>]*>|https?://\S+"),
    re.compile(r"<!--.*?-->"),
    re.compile(r"@(?:fig|tbl|sec)-[\w-]+"),
    re.compile(r"^\s*\d+\.\s"),
)


@dataclass(frozen=True, slots=True)
class _Call:
    """A number or a claim in the text: its line, its id, and the part of it that is shown."""

    line: int
    name: str
    facet: str


def used_ids(document: Path) -> tuple[str, ...]:
    """List the ids of the numbers and claims a document names, once each, in their order.

    Raises
    ------
    DocumentError
        If one is named by anything but its id in quotation marks.
    """
    return tuple(dict.fromkeys(call.name for call in _calls(document)))


def _calls(document: Path) -> Iterator[_Call]:
    """Give every number and claim that a document names."""
    for number, line in enumerate(_read(document), start=1):
        for call in CALL.finditer(line):
            literal = (_CLAIM if call[1] == "claim" else _LITERAL).match(call[2])
            if literal is None:
                raise DocumentError(
                    "A number is not named by its id.",
                    where=f"{document}, line {number}",
                    expected='an id in quotation marks, such as `n("tightness.nl.latest")`',
                    got=f"`{call[0]}`",
                    remedy="Write the id itself, so that the appendix can list it.",
                )
            if call[1] == "claim":
                name = claim_id(literal[2])
                yield _Call(number, name, claim_id(literal[2], literal[4]))
            else:
                yield from (_Call(number, name, name) for name in (literal[2], literal[4]) if name)


def check_prose(document: Path) -> None:
    """Refuse digits typed into the prose of a document, and comparisons that no test stands behind.

    Raises
    ------
    DocumentError
        Naming the line and the digits or the word, if they are not declared in `reports/prose.toml`.
    """
    rules = document.parent / RULES
    _check_digits(document, rules)
    check_comparisons(document, [*_front_matter(document), *_prose(document)], read_rules(rules))


def _check_digits(document: Path, rules: Path) -> None:
    allowed = _allowed(rules)
    for line in _prose(document):
        text = line.text
        for pattern in (*_NOT_PROSE, *allowed):
            text = pattern.sub(" ", text)
        digits = _DIGITS.search(text)
        if digits:
            raise DocumentError(
                "A number is typed into the prose.",
                where=f"{document}, line {line.number}",
                expected='a number from the number store, such as `{python} n("tightness.nl.latest")`',
                got=f"`{digits[0]}`",
                remedy=f"Name the number by its id; digits that are no figure are declared in `{RULES}`.",
            )


def check_same_numbers(first: Path, second: Path) -> None:
    """Refuse two language versions that show different numbers, figures, tables or sections.

    Raises
    ------
    DocumentError
        Naming what one has and the other has not.
    """
    for kind, one, other in (
        ("number", set(used_ids(first)), set(used_ids(second))),
        ("figure or table", _matches(first, _CITED), _matches(second, _CITED)),
        ("label", _matches(first, _LABEL), _matches(second, _LABEL)),
    ):
        for here, there, names in ((first, second, one - other), (second, first, other - one)):
            if names:
                raise DocumentError(
                    f"The two language versions do not show the same {kind}s.",
                    where=str(there),
                    expected=", ".join(f"`{name}`" for name in sorted(names)) + f", as in `{here.name}`",
                    got="nothing of that name",
                    remedy="Show it in both languages, or in neither.",
                )


def check_known(document: Path, store: NumberStore) -> None:
    """Refuse a document that names a number or a claim the store does not have.

    Raises
    ------
    DocumentError
        Naming the line; the closest id is offered.
    """
    for call in _calls(document):
        try:
            _ = store[call.facet]
        except InputError as error:
            raise DocumentError(
                error.problem,
                where=f"{document}, line {call.line}",
                expected=error.expected,
                got=error.got,
                remedy=error.remedy,
            ) from error


def _read(document: Path) -> list[str]:
    try:
        return document.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            "A document cannot be read.",
            where=str(document),
            expected="a Quarto document in UTF-8",
            got=f"{type(error).__name__}: {error}",
            remedy="Restore the document, or save it as UTF-8.",
        ) from error


def _front_matter(document: Path) -> list[ProseLine]:
    """Give the lines with the title and the abstract."""
    lines = _read(document)
    return [ProseLine(number, line) for number, line in enumerate(lines[: _body(lines)], start=1)]


def _body(lines: list[str]) -> int:
    """Return how many lines stand before the text."""
    if not lines or lines[0].strip() != "---":
        return 0
    return next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0) + 1


def _prose(document: Path) -> Iterator[ProseLine]:
    """Give the lines outside front matter and code, and the captions inside cells."""
    lines = _read(document)
    start = _body(lines)
    fence = ""
    for number, line in enumerate(lines[start:], start=start + 1):
        marker = _FENCE.match(line)
        if marker and not fence:
            fence = marker[1]
        elif marker and line.strip().startswith(fence):
            fence = ""
        elif not fence:
            yield ProseLine(number, line)
        elif caption := _CAPTION.match(line):
            yield ProseLine(number, caption[1] or caption[2])


def _matches(document: Path, pattern: re.Pattern[str]) -> set[str]:
    return {
        next(group for group in reversed(match.groups()) if group)
        for line in _read(document)
        for match in pattern.finditer(line)
    }


def _allowed(path: Path) -> tuple[re.Pattern[str], ...]:
    if not path.is_file():
        return ()
    expected = "`[[allow]]` entries with a `pattern` and a `reason`"
    with reading(path, what="The rules for prose", expected=expected) as declared:
        return tuple(re.compile(entry["pattern"]) for entry in declared.get("allow", []))
