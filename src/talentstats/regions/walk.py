"""Shares of municipalities carried from day to day of changes, forwards or back in time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType

from talentstats.regions.boundary_changes import BoundaryChange, Successor, Weight
from talentstats.regions.day_shares import Counts, DayShares, Doubt, Rule, day_shares

#: Counts by municipality on 1 January, by year.
Base = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where each municipality of a year lies in another, and the doubtful changes it met on the way.

    Attributes
    ----------
    ways : mapping of code to mapping of code to share
    doubts : mapping of code to list of Doubt
    """

    ways: dict[str, dict[str, float]]
    doubts: dict[str, list[Doubt]]


def walked(
    changes: Iterable[BoundaryChange],
    codes: Iterable[str],
    *,
    days: tuple[date, date],
    by: Weight = "inhabitants",
    base: Base = MappingProxyType({}),
    rule: Rule = "stays",
) -> Walk:
    """Return the shares of municipalities of the first day in those of the second.

    Parameters
    ----------
    changes : iterable of BoundaryChange
        In order of their days.
    codes : iterable of str
        Municipalities of the first day.
    days : tuple of date
        From which day to which; the second may be the earlier. Changes of the earlier one have been made.
    by, base, rule
        As `crosswalk` has them.
    """
    first, last = sorted(days)
    backwards = days[1] < days[0]
    window = [change for change in changes if first < change.on <= last]
    steps = [(on, tuple(moves)) for on, moves in groupby(window, key=lambda change: change.on)]
    walk = Walk(ways={code: {code: 1.0} for code in codes}, doubts=defaultdict(list))
    for on, moves in reversed(steps) if backwards else steps:
        if own := _touching(moves, {part for way in walk.ways.values() for part in way}):
            day = day_shares(own, by=by, counts=_counts(base, on), rule=rule, backwards=backwards)
            _step(walk, day)
    return walk


def destinations(
    changes: Iterable[BoundaryChange], codes: Iterable[str], *, after: date, until: date
) -> dict[str, tuple[Successor, ...]]:
    """Return where the inhabitants of municipalities went, the largest share first; shares sum to one.

    A border change of a municipality that goes on moves no share when the number who stayed is not known:
    CBS says how many moved, not how many were left. `redrawn` lists those.

    Parameters
    ----------
    changes : iterable of BoundaryChange
        In order of their days.
    codes : iterable of str
    after, until : date
        Changes later than `after`, up to and including `until`.
    """
    ways = walked(changes, codes, days=(after, until)).ways
    return {code: largest_first(way) for code, way in ways.items()}


def largest_first(way: Mapping[str, float]) -> tuple[Successor, ...]:
    """Return shares as successors, the largest first; of equal ones the lowest code."""
    ordered = sorted(way.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Successor(code=code, share=share) for code, share in ordered)


def onward(way: Mapping[str, float], shares: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the shares of a municipality after one step more; what has no step stays where it is."""
    result: dict[str, float] = defaultdict(float)
    for code, share in way.items():
        for end, part in shares.get(code, {code: 1.0}).items():
            result[end] += share * part
    return dict(result)


def _touching(moves: tuple[BoundaryChange, ...], codes: set[str]) -> tuple[BoundaryChange, ...]:
    starts = {move.from_code for move in moves if move.from_code in codes or move.to_code in codes}
    # Of a municipality that is touched all moves count: they say how it was divided.
    return tuple(move for move in moves if move.from_code in starts or move.to_code in codes)


def _step(walk: Walk, day: DayShares) -> None:
    for code, way in walk.ways.items():
        if day.shares.keys().isdisjoint(way):
            continue
        if met := [day.doubts[part] for part in way if part in day.doubts]:
            walk.doubts[code].extend(met)
        walk.ways[code] = onward(way, day.shares)


def _counts(base: Base, on: date) -> Counts:
    # The last 1 January before the change: on that of the change itself the counts are those after it.
    return base.get((on - timedelta(days=1)).year, {}).get
