"""Names and labels that columns of a survey file may have, whatever format it came in."""

import unicodedata
from collections.abc import Iterable, Sequence

from talentstats.errors import InputError

MOST_COLUMNS = 20_000
LONGEST_NAME = 256
_MOJIBAKE_LEADS = ("Ã", "Â", "â€", "Å", "Ð", "Ä")


def printable(text: str) -> str:
    r"""Make a text of a stranger safe to show on one line: control characters are written out.

    >>> printable("q1\x1b[31m")
    'q1\\x1b[31m'
    """
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        else character
        for character in text
    )


def shown(name: str) -> str:
    """Show a column name in a message: on one line and not longer than a name is."""
    text = printable(name)
    return f"`{text[:LONGEST_NAME]}…`" if len(text) > LONGEST_NAME else f"`{text}`"


def clean_label(label: str | None) -> str | None:
    """Put a label on one line; None when nothing is left of it."""
    if label is None:
        return None
    return printable(" ".join(label.split())) or None


def check_names(names: Sequence[str]) -> None:
    """Refuse columns that could be mixed up or cannot be named.

    Raises
    ------
    InputError
        If there are none or too many, one has no name or a hostile one, or two differ in capitals at most.
    """
    if not 0 < len(names) <= MOST_COLUMNS:
        raise InputError(
            "A survey file has no columns." if not names else "A survey file has too many columns.",
            expected=f"1 to {MOST_COLUMNS:,} columns",
            got=f"{len(names):,}",
            remedy="Check that it is the right file, with one row a respondent.",
        )
    seen: dict[str, tuple[int, str]] = {}
    for position, name in enumerate(names, start=1):
        _check_name(name, position)
        key = name.casefold()
        if key in seen:
            first, other = seen[key]
            raise InputError(
                "Two columns have the same name."
                if other == name
                else "Two columns have names that differ in capitals only.",
                where=f"columns {first} and {position}",
                expected="names that differ in more than capitals",
                got=f"{shown(other)} and {shown(name)}",
                remedy="Rename or remove one of them in the file.",
            )
        seen[key] = (position, name)


def _check_name(name: str, position: int) -> None:
    if not name.strip():
        raise InputError(
            "A column has no name.",
            where=f"column {position}",
            expected="a name for every column",
            got="nothing",
            remedy="Give the column a name, or remove it from the file.",
        )
    if printable(name) != name or len(name) > LONGEST_NAME:
        raise InputError(
            "A column has a name that cannot be used.",
            where=f"column {position}",
            expected=f"at most {LONGEST_NAME} characters that can be printed",
            got=shown(name),
            remedy="Rename the column; if the name looks garbled, name the right encoding with `--encoding`.",
        )


def check_readable(texts: Iterable[str | None], *, what: str, encoding: str | None) -> None:
    """Refuse names or labels that were written in one encoding and read in another.

    Raises
    ------
    InputError
        If one holds the replacement character, or spells UTF-8 bytes as Windows-1252 letters.
    """
    for text in texts:
        if text and ("\ufffd" in text or _is_mojibake(text)):
            raise InputError(
                f"{what} are in another encoding than the file says.",
                expected=f"text in {encoding or 'the encoding of the file'}",
                got=shown(text[:60]),
                remedy="Name the encoding the file was written in with `--encoding`, such as `utf-8` or "
                "`cp1252`; if that does not help, ask for the file saved as UTF-8.",
            )


def _is_mojibake(text: str) -> bool:
    if not any(lead in text for lead in _MOJIBAKE_LEADS):
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False
