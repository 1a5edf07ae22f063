"""The municipalities of other years whose land lies in a region, and the changes across its border."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from talentstats.regions.boundary_changes import Weight
from talentstats.regions.crosswalk import Crosswalk, crosswalk
from talentstats.regions.day_shares import Doubt, Rule
from talentstats.regions.municipalities import Municipalities
from talentstats.regions.walk import Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """How figures of other years come into the territory that a region has in one year.

    Attributes
    ----------
    members : tuple of str
        The municipalities of the territory.
    year : int
        The year they are of.
    way : callable
        Gives the crosswalk from a year to `year`, with a rule and, if only some are wanted, codes.
    """

    members: tuple[str, ...]
    year: int
    way: Callable[[int, Rule | None, tuple[str, ...] | None], Crosswalk] = field(repr=False)

    def way_in(self, from_year: int, *, rule: Rule | None) -> Crosswalk:
        """Return the crosswalk of a year's municipalities that lie in the territory, in whole or in part.

        Raises
        ------
        InputError
            If a change cannot be weighed and no rule is given.
        """
        every = self._every(from_year)
        sources = tuple(code for code, way in every.ways.items() if not way.keys().isdisjoint(self.members))
        return self.way(from_year, rule, sources)

    def approximations(self, ways: Mapping[int, Crosswalk]) -> tuple[Doubt, ...]:
        """Return what could not be carried exactly and touches the sum over the territory.

        A border that moved between two members changes nothing for their sum.
        """
        doubts = {
            doubt
            for way in ways.values()
            for own in way.approximations.values()
            for doubt in own
            if doubt.reason != "neglected"
        }
        for year in ways:
            doubts |= self._across_the_border(year)
        return tuple(sorted(doubts, key=lambda doubt: (doubt.on, doubt.code)))

    def _across_the_border(self, from_year: int) -> set[Doubt]:
        met = {doubt for own in self._every(from_year).approximations.values() for doubt in own}
        found = set()
        for doubt in met:
            if doubt.reason != "neglected":
                continue
            before = (doubt.on - timedelta(days=1)).year
            # A change on 1 January counts in its own year, a later one from the next.
            after = doubt.on.year if (doubt.on.month, doubt.on.day) == (1, 1) else doubt.on.year + 1
            own, other = (before, after) if from_year < self.year else (after, before)
            inside = self._lies_inside(doubt.code, own)
            crossing = tuple(part for part in doubt.parts if self._lies_inside(part[0], other) != inside)
            if crossing:
                found.add(replace(doubt, parts=crossing))
        return found

    def _lies_inside(self, code: str, year: int) -> bool:
        way = self._every(year).ways.get(code, {})
        return sum(share for end, share in way.items() if end in self.members) > 0.5

    def _every(self, from_year: int) -> Crosswalk:
        return self.way(from_year, "stays", None)


def inflow(
    municipalities: Municipalities, members: tuple[str, ...], *, year: int, by: Weight, base: Base | None
) -> Inflow:
    """Return how figures come into a territory; each crosswalk is made once."""

    @cache
    def way(from_year: int, rule: Rule | None, codes: tuple[str, ...] | None) -> Crosswalk:
        return crosswalk(
            from_year, year, by=by, base=base, rule=rule, codes=codes, municipalities=municipalities
        )

    return Inflow(members=members, year=year, way=way)
