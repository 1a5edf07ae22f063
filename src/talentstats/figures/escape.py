"""Making any text harmless in Markdown and in spreadsheets."""

import re

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^@\"'])")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def escape_markdown(text: str) -> str:
    r"""Return text that Pandoc's Markdown shows literally, on one line.

    >>> escape_markdown("a|b $x$ <b>")
    'a\\|b \\$x\\$ \\<b\\>'
    """
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split()))


def escape_formula(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula.

    >>> escape_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_START) else text
