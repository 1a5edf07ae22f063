"""The changes of one day as shares: which part of each municipality went where, or came from where."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from talentstats.errors import InputError
from talentstats.regions.boundary_changes import BoundaryChange, Weight

#: Kinds of changes by which the code they start from ended.
_ENDED = ("formation", "addition", "rename", "closed")

#: `stays`: what cannot be weighed moves nothing; `equal`: the municipalities that were joined or divided
#: count the same.
Rule = Literal["stays", "equal"]

#: `neglected`: a border moved and the number that stayed is not known; `uncounted`: the source does not say
#: how many moved; `taken_apart`: a municipality was joined to another whose own number is not known.
Reason = Literal["neglected", "uncounted", "taken_apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A change of one day that could not be carried exactly.

    Attributes
    ----------
    on : date
    code : str
        The municipality whose shares are in doubt.
    parts : tuple of (code, number or None)
        The municipalities on the other side of the change, with the inhabitants, dwellings or hectares that
        moved; None where the source does not say.
    reason : {"neglected", "uncounted", "taken_apart"}
    """

    on: date
    code: str
    parts: tuple[tuple[str, float | None], ...]
    reason: Reason

    @property
    def others(self) -> tuple[str, ...]:
        """The municipalities on the other side of the change."""
        return tuple(code for code, _ in self.parts)

    @property
    def moved(self) -> float | None:
        """How many moved together; None where the source does not say of each."""
        known = [count for _, count in self.parts if count is not None]
        return sum(known) if len(known) == len(self.parts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShares:
    """Shares of the municipalities that changed on one day, and what is in doubt about them.

    Attributes
    ----------
    shares : mapping of code to mapping of code to share
        For each municipality that changed; its shares sum to one.
    doubts : mapping of code to Doubt
    """

    shares: Mapping[str, Mapping[str, float]]
    doubts: Mapping[str, Doubt]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    code: str
    weight: float | None
    whole: bool


#: How many inhabitants (or dwellings, hectares) a municipality had before that day; None when unknown.
Counts = Callable[[str], float | None]


def day_shares(
    moves: Iterable[BoundaryChange],
    *,
    by: Weight,
    counts: Counts,
    rule: Rule = "stays",
    backwards: bool = False,
) -> DayShares:
    """Return the shares of every municipality that changed on one day.

    Parameters
    ----------
    moves : iterable of BoundaryChange
        All of one day.
    by : {"inhabitants", "dwellings", "hectares"}
    counts : callable
        Gives the count of a municipality before that day, to know how many stayed.
    rule : {"stays", "equal"}
        What to do where a weight is not known.
    backwards : bool
        Where the parts of a later municipality came from, instead of where those of an earlier one went.
    """
    moves = tuple(moves)
    parts = _parts(moves, by=by, counts=counts, backwards=backwards)
    shares, doubts = {}, {}
    for code, own in parts.items():
        shares[code], reason = _shares(code, own, rule)
        if reason:
            doubts[code] = _doubt(moves[0].on, code, own, reason)
    return DayShares(shares=shares, doubts=doubts)


def _parts(
    moves: tuple[BoundaryChange, ...], *, by: Weight, counts: Counts, backwards: bool
) -> dict[str, list[_Part]]:
    parts: dict[str, list[_Part]] = defaultdict(list)
    leaving = Counter(move.from_code for move in moves)
    for move in moves:
        start, end = (move.to_code, move.from_code) if backwards else (move.from_code, move.to_code)
        weight = move.moved(by)
        if weight is None and move.kind in _ENDED and leaving[move.from_code] == 1:
            weight = counts(move.from_code)
        parts[start].append(_Part(code=end, weight=weight, whole=move.kind not in ("border", "closed")))
    for code, stayed in _stayed(moves, by=by, counts=counts).items():
        if code in parts:
            parts[code] = [part for part in parts[code] if part.code != code]
            parts[code].append(_Part(code=code, weight=stayed, whole=True))
    return parts


def _stayed(moves: tuple[BoundaryChange, ...], *, by: Weight, counts: Counts) -> Mapping[str, float | None]:
    """Return the municipalities that went on under their code, with how many stayed in them."""
    ended = {move.from_code for move in moves if move.kind in _ENDED}
    begun = {move.to_code for move in moves if move.kind in ("formation", "rename")}
    stated = {move.from_code: move.moved(by) for move in moves if move.kind == "stays"}
    touched = {code for move in moves for code in (move.from_code, move.to_code)}
    stayed = {}
    for code in sorted(touched - ended - begun):
        stayed[code] = stated.get(code)
        if stayed[code] is None:
            left = [m.moved(by) for m in moves if m.from_code == code and m.kind == "border"]
            before = counts(code)
            if before is not None and None not in left:
                stayed[code] = _remaining(code, before, sum(count for count in left if count is not None))
    return stayed


def _remaining(code: str, before: float, left: float) -> float:
    if left > before:
        raise InputError(
            f"More moved out of `{code}` than the counts say were there.",
            expected=f"at least {left:,.10g} in `{code}`",
            got=f"{before:,.10g}",
            remedy="Give the counts of the same kind as `by`, on 1 January of the year before the change.",
        )
    return before - left


def _shares(code: str, parts: list[_Part], rule: Rule) -> tuple[dict[str, float], Reason | None]:
    if len(parts) == 1:
        return {parts[0].code: 1.0}, None
    total = sum(part.weight or 0.0 for part in parts)
    own = next((part for part in parts if part.code == code), None)
    if own is not None and own.weight is None and not _uncounted(parts, code) and total == 0:
        return {code: 1.0}, None
    if all(part.weight is not None for part in parts) and total > 0:
        return _weighed(parts, total), None
    return _by_rule(parts, own, rule), _reason(parts, own, code)


def _by_rule(parts: list[_Part], own: _Part | None, rule: Rule) -> dict[str, float]:
    total = sum(part.weight or 0.0 for part in parts)
    if rule == "stays" and own is not None and own.weight is None:
        return {own.code: 1.0}
    if rule == "stays" and total > 0:
        return _weighed(parts, total)
    whole = [part for part in parts if part.whole] or parts
    return {part.code: 1 / len(whole) for part in whole}


def _weighed(parts: list[_Part], total: float) -> dict[str, float]:
    return {part.code: part.weight / total for part in parts if part.weight}


def _uncounted(parts: list[_Part], code: str) -> bool:
    return any(part.weight is None for part in parts if part.code != code)


def _reason(parts: list[_Part], own: _Part | None, code: str) -> Reason:
    if own is not None and own.weight is None and any(part.whole for part in parts if part is not own):
        return "taken_apart"
    return "uncounted" if _uncounted(parts, code) or own is None else "neglected"


def _doubt(on: date, code: str, parts: list[_Part], reason: Reason) -> Doubt:
    others = sorted((part.code, part.weight) for part in parts if part.code != code)
    return Doubt(on=on, code=code, parts=tuple(others), reason=reason)
