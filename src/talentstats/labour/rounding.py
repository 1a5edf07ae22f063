"""What rounding allows: the range in which a ratio of rounded figures must lie."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of possible values; the bounds are not rounded."""

    low: float
    high: float

    def overlaps(self, other: "Range") -> bool:
        """Tell whether the two could be the same value."""
        return self.low <= other.high and other.low <= self.high


def rounded_half_up(value: float, decimals: int = 0) -> float:
    """Round as statistical offices print: a half goes away from zero.

    A part in 10^9 is added before rounding, so that a binary fraction just below a half counts as a half.

    >>> rounded_half_up(133.5), rounded_half_up(4.3155, 2)
    (134.0, 4.32)
    """
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)


def range_of(value: float, resolution: float) -> Range:
    """Return where a figure printed to `resolution` can lie.

    >>> range_of(6.0, 1.0)
    Range(low=5.5, high=6.5)
    """
    return Range(value - resolution / 2, value + resolution / 2)


def ratio_range(numerator: Range, denominator: Range, *, scale: float = 1.0) -> Range | None:
    """Return where `scale * numerator / denominator` can lie, or None if the denominator may be zero.

    Interval division of positive figures (Moore, Kearfott and Cloud, 2009, section 2.3): the lowest
    value pairs the lowest numerator with the highest denominator.

    >>> ratio_range(Range(9.65, 9.75), Range(5.5, 6.5), scale=100)
    Range(low=148.46153846153845, high=177.27272727272728)
    """
    if denominator.low <= 0:
        return None
    return Range(scale * max(numerator.low, 0.0) / denominator.high, scale * numerator.high / denominator.low)
