"""Figures by municipality of one year written in the municipalities of another year, totals kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.regions.boundary_changes import Successor, Weight, check_weight
from talentstats.regions.carried_frame import Missing, carried_frame
from talentstats.regions.code_years import new_year
from talentstats.regions.day_shares import Doubt, Rule
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.regions.walk import Base, largest_first, onward, walked
from talentstats.workspace import find_workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """Shares from the municipalities of one year to those of another.

    Attributes
    ----------
    from_year, to_year : int
        The municipalities are those of 1 January.
    by : {"inhabitants", "dwellings", "hectares"}
        What the shares are shares of.
    ways : mapping of code to mapping of code to share
        From each municipality of `from_year` to those of `to_year`; the shares of each sum to one.
    approximations : mapping of code to tuple of Doubt
        The changes that could not be carried exactly, for each municipality of `from_year` that met them.
    optional : frozenset of str
        Codes that are no municipality; figures may lack them.
    """

    from_year: int
    to_year: int
    by: Weight
    ways: Mapping[str, Mapping[str, float]] = field(repr=False)
    approximations: Mapping[str, tuple[Doubt, ...]] = field(repr=False)
    optional: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def frame(self) -> pl.DataFrame:
        """The shares as a frame with `from`, `to` and `share`, in order of the codes."""
        rows = [
            (start, end, share)
            for start, way in sorted(self.ways.items())
            for end, share in sorted(way.items())
        ]
        return pl.DataFrame(
            rows, schema={"from": pl.String, "to": pl.String, "share": pl.Float64}, orient="row"
        )

    def shares(self, code: str) -> tuple[Successor, ...]:
        """Return where a municipality of `from_year` lies in `to_year`, the largest share first.

        Raises
        ------
        InputError
            If the crosswalk has no such municipality.
        """
        if code not in self.ways:
            raise unknown_name(f"municipality of {self.from_year}", code, sorted(self.ways))
        return largest_first(self.ways[code])

    def apply(
        self,
        frame: pl.DataFrame,
        *,
        values: Iterable[str],
        region: str = "region",
        missing: Missing = "refuse",
        whole: bool = False,
    ) -> pl.DataFrame:
        """Return the figures of a frame by the municipalities of `to_year`, with the same totals.

        Parameters
        ----------
        frame : polars.DataFrame
            One row for each municipality, and for each period or other key that the other columns hold.
        values : names of columns
            Counts that can be added; not rates or means.
        region : str
            The column with the codes.
        missing : {"refuse", "gap"}
            What to do when a part of a municipality is not in the frame: refuse, or leave its figure empty.
        whole : bool
            Keep integers whole: what is left by rounding goes to the parts with the largest remainders.

        Raises
        ------
        InputError
            If a code is not one of `from_year`, a column or part is missing, or a total differs by more than
            a billionth.
        """
        absent = self.optional - set(frame[region]) if region in frame.columns else self.optional
        return carried_frame(
            frame,
            self.frame.filter(~pl.col("from").is_in(sorted(absent))),
            year=self.from_year,
            values=tuple(values),
            region=region,
            missing=missing,
            whole=whole,
        )

    def combine(self, other: "Crosswalk") -> "Crosswalk":
        """Return the crosswalk that goes on where this one ends.

        Raises
        ------
        InputError
            If the other starts in another year, weighs by something else, or lacks a municipality.
        """
        if (other.from_year, other.by) != (self.to_year, self.by):
            raise InputError(
                "These crosswalks do not join.",
                expected=f"one from {self.to_year} by {self.by}",
                got=f"one from {other.from_year} by {other.by}",
                remedy="Make both with the same `by`, the second from the year in which the first ends.",
            )
        lacking = sorted({end for way in self.ways.values() for end in way} - set(other.ways))
        if lacking:
            raise InputError(
                "The second crosswalk lacks municipalities of the first.",
                expected=f"every municipality of {self.to_year} that the first leads to",
                got=f"none for {join_options(lacking[:5], last='and')}",
                remedy="Make the second without `codes`, or with these.",
            )
        return Crosswalk(
            from_year=self.from_year,
            to_year=other.to_year,
            by=self.by,
            ways={code: onward(way, other.ways) for code, way in self.ways.items()},
            optional=self.optional,
            approximations={
                code: _ordered(doubts)
                for code, way in self.ways.items()
                if (doubts := [*self.approximations.get(code, ()), *_doubts_of(way, other.approximations)])
            },
        )


def crosswalk(
    from_year: int,
    to_year: int,
    *,
    by: Weight = "inhabitants",
    base: Base | None = None,
    rule: Rule | None = None,
    codes: Iterable[str] | None = None,
    municipalities: Municipalities | None = None,
) -> Crosswalk:
    """Return how the municipalities of one year lie in those of another, forwards or back in time.

    Municipalities that ended are divided by what CBS counted. When a border moved, CBS says how many moved
    but not how many stayed: with `base` that share is exact, without it the change moves nothing and stands
    in `approximations`.

    Parameters
    ----------
    from_year, to_year : int
        Years from 1988 on; the municipalities of 1 January.
    by : {"inhabitants", "dwellings", "hectares"}
        What to weigh by.
    base : mapping of year to mapping of code to count, optional
        Counts of that kind on 1 January of a year; they say how many stayed at a change in that year or on
        1 January of the next.
    rule : {"stays", "equal"}, optional
        What to do with changes whose weights are not known: they move nothing, or the municipalities that
        were joined or divided count the same. Without a rule they are refused.
    codes : iterable of str, optional
        Municipalities of `from_year` to carry; all of them by default.
    municipalities : Municipalities, optional
        Those of the project by default.

    Raises
    ------
    InputError
        If a year or code is unknown, or a change without weights stands in the way and no rule is given.

    Examples
    --------
    >>> way = crosswalk(2018, 2026, codes=["GM0575", "GM0576"])
    >>> way.ways
    {'GM0575': {'GM0575': 1.0}, 'GM0576': {'GM0575': 1.0}}
    >>> [(part.code, round(part.share, 3)) for part in crosswalk(2019, 2018).shares("GM0575")]
    [('GM0575', 0.611), ('GM0576', 0.389)]
    """
    check_weight(by)
    _check_rule(rule)
    known = municipalities or read_municipalities(find_workspace().reference)
    wanted = known.checked_codes(codes, from_year) if codes is not None else sorted(known.areas_in(from_year))
    days = (new_year(from_year), new_year(to_year))
    walk = walked(known.changes, wanted, days=days, by=by, base=base or {}, rule=rule or "stays")
    result = Crosswalk(
        from_year=from_year,
        to_year=to_year,
        by=by,
        ways=walk.ways,
        approximations={code: _ordered(doubts) for code, doubts in walk.doubts.items()},
        optional=known.areas_in(from_year) - known.valid_in(from_year),
    )
    if rule is None:
        _refuse_unweighed(result, known)
    return result


def _doubts_of(way: Mapping[str, float], doubts: Mapping[str, tuple[Doubt, ...]]) -> tuple[Doubt, ...]:
    return tuple(doubt for part in way for doubt in doubts.get(part, ()))


def _ordered(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    return tuple(sorted(set(doubts), key=lambda doubt: (doubt.on, doubt.code)))


def _check_rule(rule: str | None) -> None:
    if rule is not None and rule not in get_args(Rule):
        raise unknown_name("rule", rule, get_args(Rule))


def _refuse_unweighed(result: Crosswalk, known: Municipalities) -> None:
    met = [doubt for own in result.approximations.values() for doubt in own if doubt.reason != "neglected"]
    doubts = _ordered(met)
    if not doubts:
        return
    listed = [
        f"`{doubt.code}` {known.name(doubt.code)} with {join_options(doubt.others, last='and')} on {doubt.on}"
        for doubt in doubts[:5]
    ]
    more = f" and {len(doubts) - 5} more" if len(doubts) > 5 else ""
    raise InputError(
        f"Changes between {result.from_year} and {result.to_year} that cannot be weighed by {result.by}.",
        expected=f"how many {result.by} moved, and how many were there already",
        got="; ".join(listed) + more,
        remedy='Give the counts in `base`, choose rule="stays" or "equal", or name fewer municipalities.',
    )
