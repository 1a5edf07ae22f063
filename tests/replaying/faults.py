"""What can go wrong on the way, and when it does."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Literal, get_args

Fault = Literal[
    "reset",
    "error-500",
    "error-429",
    "slow",
    "truncated-json",
    "changed",
    "wrong-type",
    "refused-redirect",
    "empty",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Which faults happen, and how often.

    Attributes
    ----------
    kinds : tuple of Fault
        One of these is drawn each time. `changed` only happens where a page after the first is asked for.
    every : int
        Every n-th question fails, when there is no rate.
    rate : float, optional
        Chance that a question fails; questions are then drawn with `seed`.
    seed : int
        Of the draws.
    limit : int, optional
        No faults after so many.
    changes : int
        How often a table changes while it is read, at most.
    drip_bytes, drip_pause : int, float
        A slow answer comes in pieces of so many bytes, or else in 20, with so many seconds between them.
    """

    kinds: tuple[Fault, ...]
    every: int = 3
    rate: float | None = None
    seed: int = 0
    limit: int | None = None
    changes: int = 1
    drip_bytes: int | None = None
    drip_pause: float = 0.05


class Injector:
    """Draws the fault of each question, and keeps count."""

    def __init__(self, faults: Faults | None) -> None:
        self.faults = faults
        self.injected: Counter[str] = Counter()
        self._random = Random(faults.seed if faults else 0)  # noqa: S311 -- the same faults every time
        self._questions = 0
        self._lock = Lock()

    def draw(self, *, later_page: bool) -> Fault | None:
        """Return the fault of the next question, or None."""
        faults = self.faults
        if faults is None:
            return None
        with self._lock:
            self._questions += 1
            kind = self._random.choice(faults.kinds)
            if not self._is_due(faults, kind) or (kind == "changed" and not self._may_change(later_page)):
                return None
            self.injected[kind] += 1
            return kind

    def _is_due(self, faults: Faults, kind: Fault) -> bool:
        if faults.limit is not None and self.injected.total() >= faults.limit:
            return False
        if faults.rate is not None:
            return self._random.random() < faults.rate
        return kind == "changed" or self._questions % faults.every == 0

    def _may_change(self, later_page: bool) -> bool:
        return later_page and self.faults is not None and self.injected["changed"] < self.faults.changes
