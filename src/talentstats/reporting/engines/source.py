"""The lines of a Quarto document: fences, comments, includes and shortcodes, each with its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from talentstats.errors import DocumentError

Role = Literal["text", "open", "code", "close"]

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
_CODE_SPAN = re.compile(r"(`+)(?:.+?)\1")
_SHORTCODE = re.compile(r"\{\{<\s*(.*?)\s*>\}\}")
_TAG = re.compile(r"(?<!\\)<(/?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?)>")
_RAW_INLINE = re.compile(r"`\{=(\w+)\}")
_OTHER_INLINE = re.compile(r"(?:^|[^`])`\{(\w+)\}(?:[ \t]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a document, with the file and the line number it was read from."""

    text: str
    file: str
    number: int

    @property
    def where(self) -> str:
        """The place to name in an error."""
        return f"{self.file}, line {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lines of a document: its front matter without the fences, and what follows."""

    front: tuple[Line, ...]
    body: tuple[Line, ...]


def refuse(line: Line, problem: str, *, remedy: str, expected: str | None = None) -> DocumentError:
    """Make the error for a construct outside the subset, naming it and its line."""
    return DocumentError(
        problem, expected=expected, got=f"`{line.text.strip()}`", where=line.where, remedy=remedy
    )


def read_source(path: Path, root: Path) -> Source:
    """Read a document as lines, with included files put in and comments taken out.

    Parameters
    ----------
    path : Path
        The document.
    root : Path
        Its project folder; places are named relative to it.

    Raises
    ------
    DocumentError
        If a file is missing or not UTF-8, or a line uses a shortcode or raw HTML outside the subset.
    """
    front, body = _split(_lines(path, root))
    return Source(front=front, body=tuple(_clean(_expanded(body, path, root, seen=(path,)))))


def roles(lines: Sequence[Line]) -> Iterator[tuple[Line, Role]]:
    """Say of each line whether it is text, opens or closes a code fence, or stands in one.

    Raises
    ------
    DocumentError
        If a fence is never closed.
    """
    opened: tuple[Line, str] | None = None
    for line in lines:
        fence = _FENCE.match(line.text)
        if opened is None:
            if fence is None:
                yield line, "text"
            else:
                opened = (line, fence["ticks"])
                yield line, "open"
        elif fence and fence["ticks"].startswith(opened[1]) and not fence["info"].strip():
            opened = None
            yield line, "close"
        else:
            yield line, "code"
    if opened is not None:
        raise refuse(opened[0], "A code block is opened and never closed.", remedy="Close the block.")


def without_code(text: str) -> str:
    """Blank out code spans, so that what is written in them is not taken for markup."""
    return _CODE_SPAN.sub(lambda span: " " * len(span[0]), text)


def shortcodes(text: str) -> list[tuple[str, list[str]]]:
    """List the shortcodes of a line as their full text and their words."""
    visible = without_code(text)
    return [(text[match.start() : match.end()], match[1].split()) for match in _SHORTCODE.finditer(visible)]


def _lines(path: Path, root: Path) -> tuple[Line, ...]:
    shown = path.relative_to(root).as_posix()
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"`{shown}` is not UTF-8 text.", where=f"{shown}, byte {error.start}", remedy="Save it as UTF-8."
        ) from error
    texts = enumerate(content.splitlines(), start=1)
    return tuple(Line(text=text, file=shown, number=number) for number, text in texts)


def _split(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    if not lines or lines[0].text.rstrip() != "---":
        return (), lines
    for index, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() in ("---", "..."):
            return lines[1:index], lines[index + 1 :]
    raise refuse(lines[0], "The front matter is never closed.", remedy="Close it with a line `---`.")


def _expanded(lines: Sequence[Line], path: Path, root: Path, *, seen: tuple[Path, ...]) -> Iterator[Line]:
    for line, role in roles(lines):
        included = _included(line, path, root) if role == "text" else None
        if included is None:
            yield line
        elif included in seen:
            raise refuse(line, "A document includes itself.", remedy="Take the include out.")
        else:
            yield from _expanded(_lines(included, root), included, root, seen=(*seen, included))


def _included(line: Line, path: Path, root: Path) -> Path | None:
    for code, words in shortcodes(line.text):
        if words[:1] != ["include"]:
            continue
        if line.text.strip() != code or len(words) != 2:
            raise refuse(
                line, "`include` stands alone on its line, with one file.", remedy="Rewrite the line."
            )
        name = words[1]
        target = (root / name[1:] if name.startswith("/") else path.parent / name).resolve()
        if not target.is_file() or not target.is_relative_to(root.resolve()):
            raise refuse(
                line, f"Included file `{name}` is not in the project.", remedy="Correct the name of the file."
            )
        return target
    return None


def _clean(lines: Iterator[Line]) -> Iterator[Line]:
    """Take HTML comments out of the text and refuse what the text may not hold."""
    commenting = False
    for line, role in roles(list(lines)):
        if role != "text":
            yield line
            continue
        text, commenting = _without_comments(line.text, commenting=commenting)
        cleaned = replace(line, text=text)
        _check(cleaned)
        yield cleaned


def _without_comments(text: str, *, commenting: bool) -> tuple[str, bool]:
    kept = ""
    while text:
        if commenting:
            _, found, text = text.partition("-->")
            commenting = not found
        else:
            start = without_code(text).find("<!--")
            kept, text = (kept + text, "") if start < 0 else (kept + text[:start], text[start + 4 :])
            commenting = start >= 0
    return kept, commenting


def _check(line: Line) -> None:
    other = _OTHER_INLINE.search(line.text)
    if other and other[1] != "python":
        raise refuse(
            line,
            f"Inline code in the language `{other[1]}` is not supported.",
            remedy="Write inline code as `{python} expression`.",
        )
    raw = _RAW_INLINE.search(line.text)
    if raw:
        raise refuse(line, f"Raw output `{{={raw[1]}}}` is not supported.", remedy="Use markdown.")
    tag = _TAG.search(without_code(line.text))
    if tag:
        raise refuse(
            line,
            f"Raw HTML `<{tag[1]}>` is not supported.",
            remedy="Use markdown, or write `\\<` for the sign itself.",
        )
    for code, words in shortcodes(line.text):
        if words[:1] != ["meta"] or len(words) != 2:
            name = words[0] if words else code
            raise refuse(
                line,
                f"Shortcode `{name}` is not supported.",
                expected="`include` with a file or `meta` with a key",
                remedy="Write the text without this shortcode.",
            )
