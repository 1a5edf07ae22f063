"""Texts of others made harmless: in Markdown every character is shown, in a spreadsheet none is run."""

_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~^$@!'\""})
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def escape_markdown(text: str) -> str:
    r"""Write a text so that Markdown shows every character of it, on one line.

    >>> print(escape_markdown("<b>a|b</b>"))
    \<b\>a\|b\</b\>
    """
    return " ".join(text.translate(_MARKDOWN).split())


def escape_formula(text: str) -> str:
    """Write a text so that a spreadsheet does not take it for a formula.

    >>> escape_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_START) else text
