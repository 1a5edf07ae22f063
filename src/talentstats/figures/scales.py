"""From periods and values to positions and ticks on an axis."""

import math
from collections.abc import Sequence
from decimal import Decimal

from talentstats.figures.marks import Axis, Tick
from talentstats.language import format_number, format_period
from talentstats.terms import Language, Period

_YEAR_STEPS = (1, 2, 5, 10, 20, 50)
MOST_PERIOD_LABELS = 9
MOST_YEAR_LABELS = 14
MOST_INTERVALS = 7


def period_position(period: str | Period) -> float:
    """Return where a period stands on an axis: consecutive periods are one apart.

    A day stands at its number in the calendar, because figures for a day are not consecutive.

    >>> period_position("2022Q2") - period_position("2021Q4")
    2.0
    """
    return float(Period.parse(period).ordinal)


def are_consecutive(earlier: str, later: str) -> bool:
    """Say whether no period is missing between two; days are never missing."""
    if Period.parse(earlier).frequency == "day":
        return True
    return period_position(later) - period_position(earlier) == 1


def missing_between(earlier: str, later: str) -> tuple[str, ...]:
    """Return the periods that lie between two and are not there."""
    first, last = Period.parse(earlier), Period.parse(later)
    if first.frequency == "day":
        return ()
    count = round(period_position(last) - period_position(first)) - 1
    return tuple(str(first.next(step)) for step in range(1, count + 1))


def period_axis(periods: Sequence[str], language: Language, *, right_room: float) -> Axis:
    """Return an axis over periods: each one labelled if they fit, else the start of years.

    Parameters
    ----------
    periods : sequence of str
        In order; all of one frequency.
    language : {"nl", "en"}
    right_room : float
        Share of the axis kept free on the right for labels, 0 to 0.5.
    """
    first, last = Period.parse(periods[0]), Period.parse(periods[-1])
    # Half a period on either side; a month for days.
    edge = 30.0 if first.frequency == "day" else 0.5
    low, high = period_position(first) - edge, period_position(last) + edge
    if first.frequency == "day":
        shown = [Period.parse(period) for period in periods[:: math.ceil(len(periods) / MOST_PERIOD_LABELS)]]
        by_year = False
    else:
        shown = [first.next(step) for step in range(round(high - low))]
        by_year = len(shown) > MOST_PERIOD_LABELS
    ticks = tuple(
        Tick(
            at=period_position(period),
            text=str(period.year) if by_year else format_period(period, language=language),
        )
        for period in (_year_starts(shown) if by_year else shown)
    )
    return Axis(low=low, high=low + (high - low) / (1 - right_room), ticks=ticks, grid=False)


def _year_starts(periods: Sequence[Period]) -> list[Period]:
    starts = [period for period in periods if period.number == 1]
    for step in _YEAR_STEPS:
        chosen = [period for period in starts if period.year % step == 0]
        if len(chosen) <= MOST_YEAR_LABELS:
            return chosen
    return starts[:: math.ceil(len(starts) / MOST_YEAR_LABELS)]


def value_axis(low: float, high: float, *, decimals: int, language: Language) -> Axis:
    """Return an axis with round numbers that covers `low` to `high`, and zero when it is near."""
    if 0 < low <= high / 2:
        low = 0.0
    if high < 0 and high >= low / 2:
        high = 0.0
    step = _round_step(low, high, decimals=decimals)
    first, last = _multiples(low, high, step)
    ticks = tuple(
        Tick(
            at=number * step,
            text=format_number(number * step, decimals=written_decimals(step), language=language),
        )
        for number in range(first, last + 1)
    )
    return Axis(low=first * step, high=last * step, ticks=ticks, grid=True)


def _round_step(low: float, high: float, *, decimals: int) -> float:
    """Return the smallest round step that `decimals` digits can write and that needs few ticks."""
    magnitude = 10.0 ** math.floor(math.log10(max(high - low, 10.0**-decimals) / MOST_INTERVALS))
    steps = [factor * scale for scale in (magnitude, 10 * magnitude) for factor in (1, 2, 2.5, 5)]
    for step in steps:
        first, last = _multiples(low, high, step)
        if last - first <= MOST_INTERVALS and written_decimals(step) <= decimals:
            return step
    return 100 * magnitude


def _multiples(low: float, high: float, step: float) -> tuple[int, int]:
    """Return the multiples of a step just below `low` and just above `high`; never the same."""
    first = math.floor(low / step + 1e-9)
    return first, max(math.ceil(high / step - 1e-9), first + 1)


def written_decimals(step: float) -> int:
    """Return how many decimals a round number needs.

    >>> written_decimals(2.5), written_decimals(100.0)
    (1, 0)
    """
    exponent = Decimal(f"{step:.6g}").normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
