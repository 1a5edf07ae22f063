"""The ids of CBS's tables: capitals count, and which are right differs from table to table."""

import re

from talentstats.errors import InputError

_ID = re.compile(r"(\d{4,6})([A-Za-z]{0,6})", re.ASCII)


def spellings(table: str) -> tuple[str, ...]:
    """Return the ways in which CBS may write the id of a table, the one that was given first.

    Parameters
    ----------
    table : str
        Digits, and mostly `ned` or `eng` in small letters or capitals; without letters both are tried.

    Raises
    ------
    InputError
        If it is no id of a table of CBS.

    Examples
    --------
    >>> spellings("80590NED")
    ('80590NED', '80590ned')
    >>> spellings("85224")
    ('85224', '85224NED', '85224ned', '85224ENG', '85224eng')
    """
    match = _ID.fullmatch(table.strip())
    if match is None:
        raise InputError(
            "This is no id of a table of CBS.",
            expected="digits and a few letters, such as `85224NED` or `80590ned`",
            got=f"`{table}`",
            remedy="The id stands in the address of the table on StatLine.",
        )
    digits, language = match.groups()
    tried = [table.strip()]
    for one in (language,) if language else ("ned", "eng"):
        tried += [f"{digits}{one.upper()}", f"{digits}{one.lower()}"]
    return tuple(dict.fromkeys(tried))
