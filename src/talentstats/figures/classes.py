"""Classes of values on a map: the same limits in every panel, open at both ends."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from talentstats.errors import InputError
from talentstats.figures.cells import Row
from talentstats.figures.palette import ORDERED_TINTS
from talentstats.figures.scales import written_decimals
from talentstats.language import Bilingual, format_number, text
from talentstats.terms import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Limits that divide values, and why they lie there.

    Attributes
    ----------
    limits : tuple of float
        Rising, in the unit of the values; a value on a limit belongs to the class above it.
    name : Bilingual
        What the classes are, such as "steps of 25 around 100".
    reason : Bilingual
        Why they lie there, as a sentence.
    """

    limits: tuple[float, ...]
    name: Bilingual
    reason: Bilingual

    @property
    def tints(self) -> tuple[str, ...]:
        """Colours of the classes, pale for the lowest."""
        return ORDERED_TINTS[len(self.limits) + 1][::-1]

    def number_of(self, value: float) -> int:
        """Return the class of a value, 0 for the lowest."""
        return bisect_right(self.limits, value)

    def is_doubtful(self, row: Row) -> bool:
        """Say whether the rounding range of a row reaches into another class than its value."""
        ends = [row[name] for name in ("low", "high") if row[name] is not None]
        return row["value"] is not None and any(
            self.number_of(end) != self.number_of(row["value"]) for end in ends
        )

    def label(self, number: int, language: Language) -> str:
        """Return what stands in the key for a class: `100 to under 125`."""
        decimals = max(map(written_decimals, self.limits))
        shown = [format_number(limit, decimals=decimals, language=language) for limit in self.limits]
        if number == 0:
            return text("figure.class_lowest", language, high=shown[0])
        if number == len(shown):
            return text("figure.class_highest", language, low=shown[-1])
        return text("figure.class_between", language, low=shown[number - 1], high=shown[number])


def fixed_classes(limits: Sequence[float], *, name: Mapping[str, str], reason: Mapping[str, str]) -> Classes:
    """Return classes with limits that were chosen, with the reason for them.

    Parameters
    ----------
    limits : sequence of float
        One to five, rising, in the unit of the values.
    name, reason : {"nl": str, "en": str}

    Raises
    ------
    InputError
        If there are too few or too many limits, they do not rise, or a text misses.

    Examples
    --------
    >>> classes = fixed_classes(
    ...     [100, 150],
    ...     name={"nl": "drie klassen", "en": "three classes"},
    ...     reason={"nl": "Bij 100 zijn er evenveel.", "en": "At 100 there are as many."},
    ... )
    >>> [classes.label(number, "en") for number in range(3)]
    ['less than 100', '100 to under 150', '150 or more']
    """
    return _classes(
        limits,
        name=Bilingual.read(name, what="name of the classes"),
        reason=Bilingual.read(reason, what="reason for the classes"),
    )


def quantile_classes(values: Iterable[float | None], *, count: int = 5, decimals: int = 0) -> Classes:
    """Return classes that hold about as many values each: those of all periods together.

    Parameters
    ----------
    values : iterable of float or None
        Of all regions and periods that will be drawn; None is left out.
    count : int
        Number of classes, two to six.
    decimals : int
        With which limits are rounded, so that a reader sees the limits that were used.

    Raises
    ------
    InputError
        If the values are too few or too alike to be divided so.

    Examples
    --------
    >>> quantile_classes(range(1, 101), count=4).limits
    (26.0, 51.0, 76.0)
    """
    known = sorted(value for value in values if value is not None)
    if count not in ORDERED_TINTS or len(known) < count:
        raise InputError(
            "The values cannot be divided into so many classes.",
            expected=f"{min(ORDERED_TINTS)} to {max(ORDERED_TINTS)} classes, and at least as many values",
            got=f"{count} classes, {len(known)} values",
            remedy="Ask for fewer classes.",
        )
    limits = [round(known[len(known) * part // count], decimals) for part in range(1, count)]
    name, reason = (
        Bilingual(nl=text(key, "nl", count=str(count)), en=text(key, "en", count=str(count)))
        for key in ("figure.quantiles_name", "figure.quantiles_reason")
    )
    return _classes(limits, name=name, reason=reason)


def _classes(limits: Sequence[float], *, name: Bilingual, reason: Bilingual) -> Classes:
    most = max(ORDERED_TINTS) - 1
    if not 1 <= len(limits) <= most or any(low >= high for low, high in pairwise(limits)):
        raise InputError(
            "Values cannot be divided into these classes.",
            expected=f"one to {most} limits, each higher than the one before",
            got=", ".join(f"{limit:g}" for limit in limits) or "no limits",
            remedy="Give rising limits, or fewer: more colours cannot be told apart.",
        )
    return Classes(limits=tuple(map(float, limits)), name=name, reason=reason)
