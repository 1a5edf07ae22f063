"""Numbers, periods, dates and ranges as a Dutch or an English reader writes them."""

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal

from talentstats.errors import InputError
from talentstats.language.catalog import check_language, text
from talentstats.terms import Frequency, Language, Period, Vintage

NOT_AVAILABLE = "."
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"

_LOCALES: dict[Language, str] = {"nl": "nl_NL", "en": "en_GB"}
_LONG_PATTERNS: dict[Frequency, str] = {"quarter": "QQQQ y", "month": "MMMM y", "day": "d MMMM y"}
# Written by the catalogue, from the year and the number.
_NAMED: tuple[Frequency, ...] = ("school_year", "half_year", "week")
_SHORT_PATTERNS: dict[Frequency, str] = {"month": "MMM y", "day": "d MMM y"}


def format_number(value: float | None, *, decimals: int, language: Language) -> str:
    """Write a number with a fixed number of decimals; halves are rounded away from zero.

    Parameters
    ----------
    value : float or None
        None, a figure that was not published, is written `.` as in Dutch official tables.
    decimals : int
        Digits after the decimal sign, 0 or more.
    language : {"nl", "en"}

    Raises
    ------
    InputError
        If the value is not a finite number or `decimals` is negative.

    Examples
    --------
    >>> format_number(1234.55, decimals=1, language="nl")
    '1.234,6'
    >>> format_number(None, decimals=0, language="en")
    '.'
    """
    if value is None:
        return NOT_AVAILABLE
    rounded = round_half_up(value, decimals=decimals)
    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    written = format_decimal(abs(rounded), pattern, locale=_LOCALES[check_language(language)])
    return f"{MINUS}{written}" if rounded < 0 else written


def format_change(value: float, *, decimals: int, language: Language) -> str:
    """Write a change with its sign: a plus, a real minus sign, or nothing for zero.

    >>> format_change(1, decimals=0, language="nl")
    '+1'
    """
    written = format_number(value, decimals=decimals, language=language)
    return f"+{written}" if round_half_up(value, decimals=decimals) > 0 else written


def round_half_up(value: float, *, decimals: int) -> Decimal:
    """Round a number as a table does: halves away from zero, on its shortest decimal form.

    >>> round_half_up(134.5, decimals=0)
    Decimal('135')
    """
    if decimals < 0 or not math.isfinite(value):
        raise InputError(
            "This cannot be written as a number.",
            expected="a finite number with 0 or more decimals",
            got=f"`{value}` with {decimals} decimals",
            remedy="A figure that is not available is given as None.",
        )
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def format_range(low: float | None, high: float | None, *, decimals: int, language: Language) -> str:
    """Write a range with an en dash; with words where a sign would confuse.

    Examples
    --------
    >>> format_range(148.4, 177.3, decimals=0, language="nl").split(EN_DASH)
    ['148', '177']
    >>> format_range(0.9, 1.1, decimals=0, language="en")
    '1'
    """
    if low is None or high is None:
        return NOT_AVAILABLE
    if low > high:
        raise InputError(
            "The range runs backwards.",
            expected="low at most high",
            got=f"`{low}` and `{high}`",
            remedy="Swap the two bounds.",
        )
    first = format_number(low, decimals=decimals, language=language)
    last = format_number(high, decimals=decimals, language=language)
    if first == last:
        return first
    if low < 0:
        return text("range.signed", language, low=first, high=last)
    return f"{first}{EN_DASH}{last}"


def format_period(period: str | Period, *, language: Language, style: str = "short") -> str:
    """Write a period: `2022-K1` or `1e kwartaal 2022`, `2022-Q1` or `1st quarter 2022`.

    Parameters
    ----------
    period : str or Period
    language : {"nl", "en"}
    style : {"short", "long", "prose"}
        Short for axes and tables, long for labels, prose inside a sentence.

    Examples
    --------
    >>> format_period("2022Q1", language="nl", style="long")
    '1e kwartaal 2022'
    >>> format_period("2022Q1", language="nl", style="prose")
    'eerste kwartaal van 2022'
    >>> format_period("2022Q1", language="en")
    '2022-Q1'
    >>> format_period("2022SJ00", language="nl", style="long")
    "schooljaar 2022/'23"
    """
    parsed = Period.parse(period)
    locale = _LOCALES[check_language(language)]
    if parsed.frequency == "year":
        return str(parsed.year)
    if style not in ("short", "long", "prose"):
        raise InputError(
            f"Unknown style `{style}`.",
            expected="`short`, `long` or `prose`",
            got=f"`{style}`",
            remedy="Use `short` for axes and tables, `long` for labels, `prose` inside a sentence.",
        )
    if parsed.frequency in _NAMED:
        return _named(parsed, style, language)
    if style == "prose" and parsed.frequency == "quarter":
        return text(f"quarter.{parsed.number}", language, year=str(parsed.year))
    if style in ("long", "prose"):
        return babel_date(parsed.start, _LONG_PATTERNS[parsed.frequency], locale=locale)
    if parsed.frequency == "quarter":
        return text("period.quarter_short", language, year=str(parsed.year), number=str(parsed.number))
    return babel_date(parsed.start, _SHORT_PATTERNS[parsed.frequency], locale=locale)


def _named(period: Period, style: str, language: Language) -> str:
    """Write a school year, half-year or week."""
    words = {"year": str(period.year), "next": f"{(period.year + 1) % 100:02d}", "number": str(period.number)}
    if period.frequency == "half_year" and style != "short":
        return text(f"half_year.{style}_{period.number}", language, **words)
    return text(f"period.{period.frequency}_{'short' if style == 'short' else 'long'}", language, **words)


def format_date(day: date | Vintage, *, language: Language, style: str = "long") -> str:
    """Write a day, as precisely as it is known: `17 mei 2022`, or `mei 2022` for a month.

    >>> format_date(date(2022, 5, 17), language="nl")
    '17 mei 2022'
    >>> format_date(Vintage.parse("2022-08"), language="en")
    'August 2022'
    """
    code = day.isoformat() if isinstance(day, date) else str(day)
    return format_period(code, language=language, style=style)
