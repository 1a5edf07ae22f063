"""Side by side: which figures may be compared, and what may be said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from talentstats.errors import ComparisonError
from talentstats.labour.observation import Definition, Observation
from talentstats.labour.series import Series
from talentstats.terms import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourComparison:
    """Two figures of one definition.

    Attributes
    ----------
    first, second : Observation
    difference : float
        first - second, as printed.
    relation : {"higher", "lower", "not distinguishable"}
        What may be said of the first against the second; ranges that overlap allow no statement.
    """

    first: Observation
    second: Observation
    difference: float
    relation: str


def refuse_two_definitions(definitions: Sequence[Definition]) -> None:
    """Raise when figures differ in measure, adjustment, method or unit; the region may differ.

    Raises
    ------
    ComparisonError
        Naming two of the definitions and what sets them apart.
    """
    for other in definitions[1:]:
        first = definitions[0]
        apart = [
            word
            for word in ("measure", "adjustment", "method", "unit")
            if getattr(first, word) != getattr(other, word)
        ]
        if apart:
            raise ComparisonError(
                f"{first} and {other} are two definitions: they differ in {' and '.join(apart)}.",
                expected="figures of one measure, adjustment, method and unit",
                got="; ".join(f"{word} {getattr(first, word)} and {getattr(other, word)}" for word in apart),
                remedy="Show them apart, each with its own definition.",
            )


def compare(
    first: Series, second: Series, *, period: str | Period | None = None, as_of: str | date | None = None
) -> LabourComparison:
    """Tell whether one figure is higher than another, as far as their roundings allow.

    Parameters
    ----------
    first, second : Series
        Of one measure, adjustment and method; the region may differ.
    period : str or Period, optional
        The last period both have when left out.
    as_of : str or date, optional
        What was known on this day.

    Raises
    ------
    ComparisonError
        If the two are different definitions (naming both), or have no period in common.
    """
    refuse_two_definitions((first.definition, second.definition))
    chosen = period or _last_common_period(first, second)
    one, other = (series.at(chosen, as_of=as_of) for series in (first, second))
    return LabourComparison(
        first=one, second=other, difference=one.value - other.value, relation=relation(one, other)
    )


def relation(first: Observation, second: Observation) -> str:
    """Tell what the roundings allow to say of the first figure against the second."""
    if first.range is None or second.range is None or first.range.overlaps(second.range):
        return "not distinguishable"
    return "higher" if first.range.low > second.range.high else "lower"


def rank_range(observations: Sequence[Observation]) -> tuple[tuple[int, int], ...]:
    """Return the highest and lowest place each figure may have, given the roundings; 1 is the largest.

    A place may be stated only where the two are equal.

    Examples
    --------
    >>> from talentstats import labour
    >>> provinces = [labour.tightness(code).at("2023Q2") for code in ("PV29", "PV26", "PV24")]
    >>> rank_range(provinces)
    ((1, 2), (1, 2), (3, 3))
    """
    refuse_two_definitions([observation.definition for observation in observations])
    places = []
    for one in observations:
        others = [other for other in observations if other is not one]
        above = sum(relation(other, one) == "higher" for other in others)
        below = sum(relation(other, one) == "lower" for other in others)
        places.append((above + 1, len(observations) - below))
    return tuple(places)


def _last_common_period(first: Series, second: Series) -> str:
    common = set(first.periods) & set(second.periods)
    if not common:
        raise ComparisonError(
            f"{first.definition} and {second.definition} have no period in common.",
            expected="a period for which both are published",
            got="none",
            remedy="Compare figures of one period.",
        )
    return max(common, key=Period.parse)
