"""Moves of inhabitants and territory between municipalities, and where they lead over the years."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

#: `formation`: the municipality ended in a new one; `addition`: it ended in one that existed;
#: `border`: it went on; `stays`: the part that kept its code beside an addition;
#: `rename`: the same municipality under another code.
ChangeKind = Literal["formation", "addition", "border", "stays", "rename"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryChange:
    """One move of territory from a municipality to another on one day.

    Attributes
    ----------
    hectares, dwellings, inhabitants : int or None
        What moved; None where CBS did not say.
    """

    on: date
    from_code: str
    to_code: str
    hectares: int | None
    dwellings: int | None
    inhabitants: int | None
    kind: ChangeKind


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


def destinations(
    changes: Iterable[BoundaryChange], code: str, *, after: date, until: date
) -> tuple[Successor, ...]:
    """Return where the inhabitants of a municipality went, the largest share first; shares sum to one.

    A border change of a municipality that goes on moves no share when the number who stayed is not known:
    CBS says how many moved, not how many were left. `redrawn` lists those.

    Parameters
    ----------
    changes : iterable of BoundaryChange
        In order of their days.
    after, until : date
        Changes later than `after`, up to and including `until`.
    """
    shares = {code: 1.0}
    window = (change for change in changes if after < change.on <= until)
    for _, moves in groupby(window, key=lambda change: change.on):
        shares = _moved(shares, tuple(moves))
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Successor(code=to_code, share=share) for to_code, share in ordered)


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


def _moved(shares: Mapping[str, float], moves: tuple[BoundaryChange, ...]) -> dict[str, float]:
    result: dict[str, float] = defaultdict(float)
    for code, share in shares.items():
        for to_code, part in _parts(code, moves).items():
            result[to_code] += share * part
    return dict(result)


def _parts(code: str, moves: tuple[BoundaryChange, ...]) -> dict[str, float]:
    own = [move for move in moves if move.from_code == code]
    goes_on = not own or any(move.kind == "border" for move in own)
    if goes_on and not any(move.kind == "stays" for move in own):
        return {code: 1.0}
    if len(own) == 1:
        return {own[0].to_code: 1.0}
    total = sum(move.inhabitants or 0 for move in own)
    return {move.to_code: (move.inhabitants or 0) / total for move in own if move.inhabitants}


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
