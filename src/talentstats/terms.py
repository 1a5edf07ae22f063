"""The words of the field: periods, vintages, adjustments, methods, measures and units."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Literal, Self

from talentstats.errors import InputError

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

Adjustment = Literal["SA", "NSA", "none"]
ADJUSTMENTS: tuple[Adjustment, ...] = ("SA", "NSA", "none")

Certainty = Literal["official", "second_hand", "computed"]
CERTAINTIES: tuple[Certainty, ...] = ("official", "second_hand", "computed")

Status = Literal["definitive", "provisional", "unknown"]
STATUSES: tuple[Status, ...] = ("definitive", "provisional", "unknown")

Frequency = Literal["year", "quarter", "month", "day"]

EBB_OLD = "ebb_before_2022"
EBB_NEW = "ebb_from_2022"
VACANCY_SURVEY = "vacancy_survey"
UWV_INDICATOR = "uwv_indicator"
REGISTER = "register"
AS_STATED = "as_stated"
METHODS = (EBB_OLD, EBB_NEW, VACANCY_SURVEY, UWV_INDICATOR, REGISTER, AS_STATED)

_PATTERNS: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    ("quarter", re.compile(r"^(\d{4})[- ]?(?:KW0?|Q|K)([1-4])$", re.IGNORECASE)),
    ("month", re.compile(r"^(\d{4})(?:MM|M|-)(0[1-9]|1[0-2])$", re.IGNORECASE)),
    ("year", re.compile(r"^(\d{4})(?:JJ00)?$", re.IGNORECASE)),
    ("day", re.compile(r"^(\d{4})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")),
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A year, quarter, month or day to which a figure refers.

    Attributes
    ----------
    frequency : {"year", "quarter", "month", "day"}
    year : int
    number : int
        Quarter 1-4, month 1-12, day of the year 1-366; 1 for a year.

    Examples
    --------
    >>> Period.parse("2022KW01") == Period.parse("2022Q1")
    True
    >>> str(Period.parse("2022Q4").next())
    '2023Q1'
    """

    frequency: Frequency
    year: int
    number: int = 1

    @classmethod
    def parse(cls, code: "str | Period") -> Self:
        """Read a period from CBS's code (`2022KW01`, `2022MM03`, `2022JJ00`) or the short one (`2022Q1`)."""
        if isinstance(code, Period):
            return cls(code.frequency, code.year, code.number)
        for frequency, pattern in _PATTERNS:
            match = pattern.match(code.strip())
            if match is None:
                continue
            year = int(match[1])
            if frequency == "year":
                return cls("year", year)
            if frequency == "day":
                return cls("day", year, _day_of_year(year, int(match[2]), int(match[3]), code))
            return cls(frequency, year, int(match[2]))
        raise InputError(
            f"`{code}` is not a period.",
            expected="a quarter `2022Q1`, month `2022M03`, year `2022` or day `2022-03-31` "
            "(or CBS's codes `2022KW01`, `2022MM03`, `2022JJ00`)",
            got=f"`{code}`",
            remedy="Write the period in one of these forms.",
        )

    def __str__(self) -> str:
        if self.frequency == "quarter":
            return f"{self.year}Q{self.number}"
        if self.frequency == "month":
            return f"{self.year}M{self.number:02d}"
        if self.frequency == "day":
            return self.end.isoformat()
        return str(self.year)

    def __lt__(self, other: "Period") -> bool:
        return (self.end, self.start) < (other.end, other.start)

    @property
    def start(self) -> date:
        """First day of the period."""
        if self.frequency == "day":
            return date.fromordinal(date(self.year, 1, 1).toordinal() + self.number - 1)
        if self.frequency == "year":
            return date(self.year, 1, 1)
        months = 3 if self.frequency == "quarter" else 1
        return date(self.year, months * (self.number - 1) + 1, 1)

    @property
    def end(self) -> date:
        """Last day of the period."""
        if self.frequency == "day":
            return self.start
        if self.frequency == "year":
            return date(self.year, 12, 31)
        month = 3 * self.number if self.frequency == "quarter" else self.number
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def next(self, steps: int = 1) -> "Period":
        """Return the period `steps` later (negative: earlier)."""
        if self.frequency == "day":
            moved = date.fromordinal(self.start.toordinal() + steps)
            return Period("day", moved.year, moved.timetuple().tm_yday)
        size = {"year": 1, "quarter": 4, "month": 12}[self.frequency]
        index = self.year * size + (self.number - 1) + steps
        return Period(self.frequency, index // size, index % size + 1)


def _day_of_year(year: int, month: int, day: int, code: str) -> int:
    try:
        return date(year, month, day).timetuple().tm_yday
    except ValueError as error:
        raise InputError(
            f"`{code}` is not a day of the calendar.",
            expected="a day that exists, such as `2022-05-17`",
            got=f"`{code}`",
            remedy="Correct the date.",
        ) from error


Precision = Literal["day", "month", "year"]


@total_ordering
@dataclass(frozen=True, slots=True)
class Vintage:
    """The day a figure was published, as precisely as it is known.

    A publication known only to the month counts as known from the last day of that month, so
    `as_of` never shows a figure earlier than it can be proved to have existed.

    Examples
    --------
    >>> Vintage.parse("2022-08").known_from.isoformat()
    '2022-08-31'
    >>> str(Vintage.parse("2022-08"))
    '2022-08'
    """

    known_from: date
    precision: Precision = "day"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2022-05-17`, `2022-05` or `2022`."""
        period = Period.parse(text)
        if period.frequency == "quarter":
            raise InputError(
                f"`{text}` is not a day of publication.",
                expected="`2022-05-17`, `2022-05` or `2022`",
                got=f"`{text}`",
                remedy="Give the day, or the month or year if the day is not known.",
            )
        return cls(period.end, period.frequency)

    def __str__(self) -> str:
        return self.known_from.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    def __lt__(self, other: "Vintage") -> bool:
        return (self.known_from, self.precision) < (other.known_from, other.precision)


def parse_date(value: str | date) -> date:
    """Read an `as_of` day: a date, `2022-05-17`, or the end of `2022-05` or `2022`."""
    return value if isinstance(value, date) else Vintage.parse(value).known_from
