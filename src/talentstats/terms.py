"""The words of the field: periods, vintages, adjustments, methods, measures and units."""

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import total_ordering
from typing import Literal, Self, cast, get_args

from talentstats.errors import InputError

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

Adjustment = Literal["SA", "NSA", "none"]
ADJUSTMENTS: tuple[Adjustment, ...] = ("SA", "NSA", "none")

Certainty = Literal["official", "second_hand", "computed"]
CERTAINTIES: tuple[Certainty, ...] = ("official", "second_hand", "computed")

Status = Literal["definitive", "provisional", "unknown"]
STATUSES: tuple[Status, ...] = ("definitive", "provisional", "unknown")

Frequency = Literal["year", "school_year", "half_year", "quarter", "month", "week", "day"]

EBB_OLD = "ebb_before_2022"
EBB_NEW = "ebb_from_2022"
VACANCY_SURVEY = "vacancy_survey"
UWV_INDICATOR = "uwv_indicator"
REGISTER = "register"
AS_STATED = "as_stated"
EUROSTAT_VACANCIES = "eurostat_vacancies"
EUROSTAT_UNEMPLOYMENT = "eurostat_unemployment"
METHODS = (
    EBB_OLD,
    EBB_NEW,
    VACANCY_SURVEY,
    UWV_INDICATOR,
    REGISTER,
    AS_STATED,
    EUROSTAT_VACANCIES,
    EUROSTAT_UNEMPLOYMENT,
)

_PER_YEAR: dict[Frequency, int] = {"year": 1, "school_year": 1, "half_year": 2, "quarter": 4, "month": 12}
_SCHOOL_BEGINS = 8
_FORMS: dict[Frequency, str] = {
    "year": "{year:04d}",
    "school_year": "{year:04d}/{next_year:02d}",
    "half_year": "{year:04d}H{number}",
    "quarter": "{year:04d}Q{number}",
    "month": "{year:04d}M{number:02d}",
    "week": "{year:04d}W{number:02d}",
}
_PATTERNS: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    ("half_year", re.compile(r"^(\d{4})[- ]?(?:HJ0?|H|S)([12])$", re.IGNORECASE)),
    ("quarter", re.compile(r"^(\d{4})[- ]?(?:KW0?|Q|K)([1-4])$", re.IGNORECASE)),
    ("month", re.compile(r"^(\d{4})(?:MM|M|-)(0[1-9]|1[0-2])$", re.IGNORECASE)),
    ("week", re.compile(r"^(\d{4})[- ]?(?:W1|W)(\d{2})$", re.IGNORECASE)),
    ("year", re.compile(r"^(\d{4})(?:JJ00)?$", re.IGNORECASE)),
    ("school_year", re.compile(r"^(\d{4})(?:SJ00|/'?(\d{2}))$", re.IGNORECASE)),
    ("day", re.compile(r"^(\d{4})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")),
)


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A year, part of a year, week, day or school year to which a figure refers.

    Weeks are those of ISO 8601: from Monday, the first with four days or more in its year. A school year
    runs from 1 August.

    Attributes
    ----------
    frequency : {"year", "school_year", "half_year", "quarter", "month", "week", "day"}
    year : int
        Of a school year, the one in which it begins; of a week, the one it is numbered in.
    number : int
        Half-year 1-2, quarter 1-4, month 1-12, week 1-53, day of the year 1-366; 1 for a year.

    Examples
    --------
    >>> Period.parse("2022KW01") == Period.parse("2022Q1")
    True
    >>> str(Period.parse("2022Q4").next()), str(Period.parse("2022SJ00"))
    ('2023Q1', '2022/23')
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
            if match is not None and _is_possible(frequency, match):
                return cls(frequency, int(match[1]), _number(frequency, match, code))
        raise InputError(
            f"`{code}` is not a period.",
            expected="a quarter `2022Q1`, month `2022M03`, year `2022`, day `2022-03-31`, week `2022W03`, "
            "half-year `2022H1` or school year `2022/23` (or CBS's codes `2022KW01`, `2022MM03`, `2022JJ00`)",
            got=f"`{code}`",
            remedy="Write the period in one of these forms.",
        )

    def __str__(self) -> str:
        if self.frequency == "day":
            return self.start.isoformat()
        return _FORMS[self.frequency].format(
            year=self.year, number=self.number, next_year=(self.year + 1) % 100
        )

    def __lt__(self, other: "Period") -> bool:
        return (self.end, self.start) < (other.end, other.start)

    @property
    def start(self) -> date:
        """First day of the period."""
        if self.frequency == "day":
            return date(self.year, 1, 1) + timedelta(days=self.number - 1)
        if self.frequency == "week":
            return date.fromisocalendar(self.year, self.number, 1)
        if self.frequency == "school_year":
            return date(self.year, _SCHOOL_BEGINS, 1)
        months = 12 // _PER_YEAR[self.frequency]
        return date(self.year, months * (self.number - 1) + 1, 1)

    @property
    def end(self) -> date:
        """Last day of the period."""
        if self.frequency == "day":
            return self.start
        if self.frequency == "week":
            return self.start + timedelta(days=6)
        if self.frequency == "school_year":
            return date(self.year + 1, _SCHOOL_BEGINS, 1) - timedelta(days=1)
        month = 12 // _PER_YEAR[self.frequency] * self.number
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def ordinal(self) -> int:
        """Number of the period among those of its frequency: consecutive ones are one apart.

        >>> Period.parse("2022Q1").ordinal - Period.parse("2021Q4").ordinal
        1
        """
        if self.frequency == "day":
            return self.start.toordinal()
        if self.frequency == "week":
            return self.start.toordinal() // 7
        return self.year * _PER_YEAR[self.frequency] + self.number - 1

    def next(self, steps: int = 1) -> "Period":
        """Return the period `steps` later (negative: earlier)."""
        if self.frequency == "day":
            moved = self.start + timedelta(days=steps)
            return Period("day", moved.year, moved.timetuple().tm_yday)
        if self.frequency == "week":
            year, week, _ = (self.start + timedelta(weeks=steps)).isocalendar()
            return Period("week", year, week)
        size = _PER_YEAR[self.frequency]
        index = self.ordinal + steps
        return Period(self.frequency, index // size, index % size + 1)


def _is_possible(frequency: Frequency, match: re.Match[str]) -> bool:
    """Tell whether the calendar has the year, and the second of a school year comes after the first."""
    year = int(match[1])
    if not MINYEAR <= year < MAXYEAR:
        return False
    return frequency != "school_year" or match[2] is None or int(match[2]) == (year + 1) % 100


def _number(frequency: Frequency, match: re.Match[str], code: str) -> int:
    if frequency in ("year", "school_year"):
        return 1
    try:
        if frequency == "day":
            return date(int(match[1]), int(match[2]), int(match[3])).timetuple().tm_yday
        if frequency == "week":
            date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise InputError(
            f"`{code}` is not a {frequency} of the calendar.",
            expected="a day that exists, `2022-05-17`, or a week that its year has, `2020W53`",
            got=f"`{code}`",
            remedy=f"Correct the {'date' if frequency == 'day' else 'week'}.",
        ) from error
    return int(match[2])


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
        if period.frequency not in get_args(Precision):
            raise InputError(
                f"`{text}` is not a day of publication.",
                expected="`2022-05-17`, `2022-05` or `2022`",
                got=f"`{text}`",
                remedy="Give the day, or the month or year if the day is not known.",
            )
        return cls(period.end, cast("Precision", period.frequency))

    def __str__(self) -> str:
        return self.known_from.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    def __lt__(self, other: "Vintage") -> bool:
        return (self.known_from, self.precision) < (other.known_from, other.precision)


def parse_date(value: str | date) -> date:
    """Read an `as_of` day: a date, `2022-05-17`, or the end of `2022-05` or `2022`."""
    return value if isinstance(value, date) else Vintage.parse(value).known_from
