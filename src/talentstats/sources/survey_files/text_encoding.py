"""In which encoding a text file was written."""

import codecs
from pathlib import Path

from talentstats.errors import InputError

_BLOCK = 1 << 20
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Tried in this order on a file without a mark.
_TRIED = ("utf-8", "cp1252")


def known_encoding(name: str) -> str:
    """Return the name under which Python knows an encoding.

    Raises
    ------
    InputError
        If there is no such text encoding.

    Examples
    --------
    >>> known_encoding("Windows-1252")
    'cp1252'
    """
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise InputError(
            "There is no such text encoding.",
            expected="a name such as `utf-8`, `utf-16`, `cp1252` or `iso8859-15`",
            got=f"`{name[:40]}`",
            remedy="Leave `--encoding` out: it is found out from the file.",
        ) from error


def find_encoding(path: Path, *, given: str | None) -> str:
    """Return the encoding of a text file: the one given, that of its mark, else UTF-8, else Windows-1252.

    Raises
    ------
    InputError
        If the text cannot be read in that encoding, or holds NUL characters.
    """
    if given is not None:
        return _checked(path, known_encoding(given))
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return _checked(path, name)
    for name in _TRIED:
        if _first_fault(path, name) is None:
            return name
    raise _unreadable(path, _TRIED[-1])


def _checked(path: Path, name: str) -> str:
    if _first_fault(path, name) is not None:
        raise _unreadable(path, name)
    return name


def _first_fault(path: Path, encoding: str) -> int | None:
    """Return the line in which the text stops being readable; None when all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if "\x00" in text:
                raise _nul_characters(line + text[: text.index("\x00")].count("\n"))
            if not block:
                return None
            line += text.count("\n")


def _unreadable(path: Path, encoding: str) -> InputError:
    return InputError(
        "A text file has characters that its encoding does not know.",
        where=f"line {_first_fault(path, encoding) or 1}",
        expected=f"text in {encoding}",
        got="bytes that are no characters in it",
        remedy="Name the encoding the file was written in with `--encoding`, or save it as UTF-8.",
    )


def _nul_characters(line: int) -> InputError:
    return InputError(
        "A text file has NUL characters in it.",
        where=f"line {line}",
        expected="text",
        got="a NUL character",
        remedy="If the file is UTF-16, say `--encoding utf-16`; else it is damaged: ask for it again.",
    )
