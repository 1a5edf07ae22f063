"""Moves of inhabitants and territory between municipalities."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from talentstats.errors import unknown_name

#: `formation`: the municipality ended in a new one; `addition`: it ended in one that existed;
#: `border`: it went on; `stays`: the part that kept its code beside an addition;
#: `rename`: the same municipality under another code;
#: `closed`: the register of persons without an address ended.
ChangeKind = Literal["formation", "addition", "border", "stays", "rename", "closed"]

#: What CBS counted of each move.
Weight = Literal["inhabitants", "dwellings", "hectares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryChange:
    """One move of territory from a municipality to another on one day.

    Attributes
    ----------
    hectares, dwellings, inhabitants : number or None
        What moved; None where CBS did not say.
    """

    on: date
    from_code: str
    to_code: str
    hectares: float | None
    dwellings: int | None
    inhabitants: int | None
    kind: ChangeKind

    def moved(self, by: Weight) -> float | None:
        """Return how many inhabitants, dwellings or hectares moved; None where CBS did not say."""
        return {"inhabitants": self.inhabitants, "dwellings": self.dwellings, "hectares": self.hectares}[by]


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """A municipality in which inhabitants of an earlier one live now, and which share of them."""

    code: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A municipality whose inhabitants went to several; they are all counted in the largest.

    Attributes
    ----------
    to : str
        Where they are counted.
    elsewhere : float
        Share of its inhabitants who live in another municipality, above 0 and below 1.
    """

    code: str
    to: str
    elsewhere: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawn:
    """A municipality that kept its code while inhabitants came or went with the land they live on.

    Attributes
    ----------
    gained, lost : int or None
        Inhabitants; None where CBS did not say how many.
    """

    code: str
    gained: int | None
    lost: int | None


def check_weight(by: str) -> None:
    """Refuse what CBS did not count of the moves.

    Raises
    ------
    InputError
        With the closest of the three.
    """
    if by not in get_args(Weight):
        raise unknown_name("weight", by, get_args(Weight))


def redrawn(
    changes: Iterable[BoundaryChange], codes: Iterable[str], *, after: date, until: date
) -> tuple[Redrawn, ...]:
    """Return which municipalities went on under their code while inhabitants came or left with their land."""
    wanted = frozenset(codes)
    gained: dict[str, list[int | None]] = defaultdict(list)
    lost: dict[str, list[int | None]] = defaultdict(list)
    for change in changes:
        if not after < change.on <= until or change.inhabitants == 0:
            continue
        if change.kind in ("addition", "border") and change.to_code in wanted:
            gained[change.to_code].append(change.inhabitants)
        if change.kind == "border" and change.from_code in wanted:
            lost[change.from_code].append(change.inhabitants)
    return tuple(
        Redrawn(code=code, gained=_total(gained[code]), lost=_total(lost[code]))
        for code in sorted({*gained, *lost})
    )


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
