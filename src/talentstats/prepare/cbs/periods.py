"""Periods of CBS: from a code to our period and its length, and what its status says."""

import re
from typing import Literal

from talentstats.errors import InputError
from talentstats.terms import Frequency, Period

#: `other` is a span of CBS's own that only its title explains.
CbsFrequency = Frequency | Literal["other"]
CbsStatus = Literal["definitive", "revised_provisional", "provisional", "unknown"]

OTHER: CbsFrequency = "other"
STATUSES: tuple[CbsStatus, ...] = ("definitive", "revised_provisional", "provisional", "unknown")

_STATUSES: dict[str, CbsStatus] = {
    "definitief": "definitive",
    "nadervoorlopig": "revised_provisional",
    "voorlopig": "provisional",
}
# X: free (`2003X001`, two school years; `1995X000`, the days before week 1); G: a mean of years (`2019G400`,
# of four); W153 in a year of 52 weeks: the days of December after week 52.
_OF_CBS_ALONE = re.compile(r"\d{4}(?:[XG]\d{3}|W153)")


def read_period(code: str, *, where: str) -> tuple[str, CbsFrequency]:
    """Return the period a code stands for, and its frequency.

    Parameters
    ----------
    code : str
        Such as `2022KW01`, `2022MM03`, `2022JJ00`, `2022HJ01`, `2022W103`, `2022SJ00` or `20220131`.
    where : str
        The answer that holds it, for an error.

    Returns
    -------
    period : str
        As `str(Period)` writes it; the code itself where the frequency is `other`.
    frequency : str

    Raises
    ------
    InputError
        If the code is of no kind that is known.

    Examples
    --------
    >>> read_period("2022KW01 ", where="a list"), read_period("2019G400", where="a list")
    (('2022Q1', 'quarter'), ('2019G400', 'other'))
    """
    plain = code.strip()
    try:
        period = Period.parse(plain)
    except InputError as error:
        if _OF_CBS_ALONE.fullmatch(plain):
            return plain, OTHER
        raise InputError(
            f"CBS has a period `{plain}` of a kind that is not known here.",
            where=where,
            expected=error.expected,
            got=f"`{plain}`",
            remedy="Look up its title in the table; take a slice without it until the kind is added to "
            "`prepare/cbs/periods.py`.",
        ) from error
    return str(period), period.frequency


def read_status(text: str | None) -> CbsStatus:
    """Return what CBS says of the figures of a period: final, or how far from it.

    Examples
    --------
    >>> read_status("NaderVoorlopig"), read_status(None)
    ('revised_provisional', 'unknown')
    """
    return _STATUSES.get("".join((text or "").split()).lower(), "unknown")
