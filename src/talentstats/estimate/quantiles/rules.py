"""Quantiles of weighted answers within domains, by each of the rules of R survey; arrays only."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from talentstats.variance.groups import BoolArray, FloatArray, IntArray, segment_sizes

QuantileRule = Literal[
    "math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"
]
# The smallest answer with enough weight up to it, and what a tie with the next one gives.
_STEPS: dict[str, Literal["lower", "average", "even"]] = {
    "math": "lower",
    "hf1": "lower",
    "school": "average",
    "hf2": "average",
    "hf3": "even",
}
# Hyndman & Fan's continuous rules interpolate between positions p_k = (S_k - a w_k) / (S_n + b w_n).
_POSITIONS: dict[str, tuple[float, float]] = {
    "hf4": (0.0, 0.0),
    "hf5": (1 / 2, 0.0),
    "hf6": (0.0, 1.0),
    "hf7": (1.0, -1.0),
    "hf8": (1 / 3, 1 / 3),
    "hf9": (3 / 8, 1 / 4),
}
QUANTILE_RULES: tuple[QuantileRule, ...] = (
    "math",
    "school",
    "shahvaish",
    "hf1",
    "hf2",
    "hf3",
    "hf4",
    "hf5",
    "hf6",
    "hf7",
    "hf8",
    "hf9",
)
# Sums of weights that are equal on paper differ by their rounding, far below this share of the total.
TIE_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class InverseRule:
    """How a share becomes an answer.

    Attributes
    ----------
    rule : str
        One of `QUANTILE_RULES`.
    tie_tolerance : float
        Share of a domain's weight by which the weight up to an answer may miss the wanted share and count as
        equal to it; 0 compares as R survey does.
    as_r : bool
        True: a share that is less than the weight of the smallest answer gives the next answer, by `hf4` an
        extrapolation, as R survey 4.1 has it. False: it gives the smallest answer.
    """

    rule: QuantileRule = "math"
    tie_tolerance: float = TIE_TOLERANCE
    as_r: bool = False

    @property
    def depends_on_ties(self) -> bool:
        """True when the order of equal answers with unequal weights matters."""
        return self.rule not in _STEPS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankedAnswers:
    """The answers of each domain in ascending order.

    Attributes
    ----------
    values, weight : (rows,) float
        Sorted by domain and value; weights are positive.
    starts : (domains + 1,) int
        First row of each domain, and the number of rows; a domain may be empty.
    running : (rows,) float
        Weight of the row and of those of its domain before it.
    """

    values: FloatArray
    weight: FloatArray
    starts: IntArray
    running: FloatArray

    @property
    def first(self) -> IntArray:
        """First row of each domain, (domains, 1)."""
        return self.starts[:-1, None]

    @property
    def count(self) -> IntArray:
        """Answers of each domain, (domains, 1)."""
        return self.starts[1:, None] - self.first

    @property
    def empty(self) -> BoolArray:
        """Domains without an answer, (domains, 1)."""
        return np.asarray(self.count == 0)

    @property
    def last(self) -> IntArray:
        """Last row of each domain, (domains, 1); of an empty one a row that is there."""
        return np.clip(self.starts[1:, None] - 1, self.first, max(0, self.values.size - 1))

    @property
    def total(self) -> FloatArray:
        """Weight of each domain, (domains, 1)."""
        return np.where(self.empty, 0.0, _at(self.running, self.last))

    @property
    def smallest(self) -> FloatArray:
        """Smallest answer of each domain, (domains, 1); NaN without answers."""
        return np.where(self.empty, np.nan, _at(self.values, self.first))

    @property
    def largest(self) -> FloatArray:
        """Largest answer of each domain, (domains, 1); NaN without answers."""
        return np.where(self.empty, np.nan, _at(self.values, self.last))

    def search(self, keys: FloatArray, wanted: FloatArray, *, beyond: bool) -> IntArray:
        """Find in each domain the first row whose key reaches a wanted value, or goes beyond it.

        Parameters
        ----------
        keys : (rows,) float
            Ascending within each domain.
        wanted : (domains, several) float
        beyond : bool

        Returns
        -------
        (domains, several) int
            One past the last row of the domain where none does.
        """
        low = np.broadcast_to(self.first, wanted.shape).copy()
        high = np.broadcast_to(self.starts[1:, None], wanted.shape).copy()
        open_ = low < high
        while open_.any():
            middle = np.where(open_, (low + high) // 2, 0)
            short = keys[middle] <= wanted if beyond else keys[middle] < wanted
            low = np.where(open_ & short, middle + 1, low)
            high = np.where(open_ & ~short, middle, high)
            open_ = low < high
        return low

    def share_up_to(self, thresholds: FloatArray) -> FloatArray:
        """Give the share of the weight of each domain that is at or below thresholds, (domains, several)."""
        passed = self.search(self.values, thresholds, beyond=True)
        up_to = _at(self.running, np.maximum(passed - 1, 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(passed > self.first, up_to, 0.0) / self.total
        return np.where(np.isnan(thresholds), np.nan, share)


def rank_answers(values: FloatArray, weight: FloatArray, starts: IntArray) -> RankedAnswers:
    """Add up the weights of sorted answers; arguments as the attributes of `RankedAnswers`."""
    return RankedAnswers(values=values, weight=weight, starts=starts, running=_running(weight, starts))


def _at(column: FloatArray, rows: IntArray) -> FloatArray:
    """Look up rows, of which one may be past the end; NaN when there are none."""
    return column[np.minimum(rows, column.size - 1)] if column.size else np.full(rows.shape, np.nan)


def _running(weight: FloatArray, starts: IntArray) -> FloatArray:
    # Extended precision where the platform has it: domains far down a long file lose no digits.
    whole = np.cumsum(weight, dtype=np.longdouble)
    if starts.size > 2:
        before = np.where(starts[:-1] > 0, whole[starts[:-1] - 1] if whole.size else 0, 0)
        whole -= np.repeat(before, np.diff(starts))
    return whole.astype(np.float64)


def weighted_quantiles(answers: RankedAnswers, shares: FloatArray, inverse: InverseRule) -> FloatArray:
    r"""Give the answers that the wanted shares of each domain do not exceed.

    Parameters
    ----------
    answers : RankedAnswers
    shares : (domains, several) float
        Between 0 and 1; NaN gives NaN.
    inverse : InverseRule

    Returns
    -------
    (domains, several) float
        NaN for a domain without answers.

    Notes
    -----
    `math` is the left inverse :math:`\min\{y : \hat F(y) \ge p\}`. Hyndman & Fan (1996) for unweighted
    data; with weights as in R survey, see docs/methods/quantiles.md. By every rule a share that is less
    than the weight of the smallest answer gives that answer.

    Examples
    --------
    >>> import numpy as np
    >>> answers = rank_answers(np.array([1.0, 2, 3, 4]), np.ones(4), np.array([0, 4]))
    >>> weighted_quantiles(answers, np.array([[0.5]]), InverseRule(rule="math")).item()
    2.0
    >>> weighted_quantiles(answers, np.array([[0.5]]), InverseRule(rule="hf7")).item()
    2.5
    """
    if not answers.values.size:
        return np.full(shares.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if inverse.rule in _STEPS:
            found = _step(answers, shares, inverse)
        elif inverse.rule in _POSITIONS:
            found = _interpolated(answers, shares, inverse)
        else:
            found = _shah_vaish(answers, shares)
    return np.where(answers.empty | np.isnan(shares), np.nan, found)


def _step(answers: RankedAnswers, shares: FloatArray, inverse: InverseRule) -> FloatArray:
    tie = _STEPS[inverse.rule]
    if tie == "even":
        answers = _distinct(answers)
    tolerance = inverse.tie_tolerance
    passed = answers.search(answers.running, (shares + tolerance) * answers.total, beyond=True)
    row = np.clip(passed - 1, answers.first, answers.last)
    following = np.minimum(np.maximum(passed, row + 1) if inverse.as_r else passed, answers.last)
    lower, upper = answers.values[row], answers.values[following]
    tied = (passed > row) & (np.abs(shares - answers.running[row] / answers.total) <= tolerance)
    if tie == "average":
        return np.where(tied, (lower + upper) / 2, upper)
    if tie == "even":
        tied &= (row - answers.first) % 2 == 1
    return np.where(tied, lower, upper)


def _distinct(answers: RankedAnswers) -> RankedAnswers:
    """Put equal answers of a domain together."""
    domain = np.repeat(np.arange(answers.starts.size - 1), np.diff(answers.starts))
    rows = _changes(domain, answers.values)
    starts = np.searchsorted(rows, answers.starts)
    return RankedAnswers(
        values=answers.values[rows],
        weight=np.add.reduceat(answers.weight, rows),
        starts=starts.astype(np.int64),
        running=answers.running[np.append(rows[1:], answers.values.size) - 1],
    )


def _changes(domain: IntArray, numbers: FloatArray) -> IntArray:
    """Find the rows that differ from the row before, in domain or number."""
    begins = np.ones(domain.size, dtype=bool)
    begins[1:] = (domain[1:] != domain[:-1]) | (numbers[1:] != numbers[:-1])
    return np.flatnonzero(begins)


def _interpolated(answers: RankedAnswers, shares: FloatArray, inverse: InverseRule) -> FloatArray:
    own, beyond = _POSITIONS[inverse.rule]
    whole = answers.total + beyond * answers.weight[answers.last]
    position = (answers.running - own * answers.weight) / np.repeat(whole[:, 0], answers.count[:, 0])
    upper = answers.search(position, shares, beyond=True)
    if inverse.as_r and inverse.rule == "hf4":
        upper = np.maximum(upper, answers.first + 1)
    low = np.clip(upper - 1, answers.first, answers.last)
    high = np.minimum(upper, answers.last)
    gap = position[high] - position[low]
    part = np.where(gap > 0, (shares - position[low]) / gap, 0.0)
    return answers.values[low] + (answers.values[high] - answers.values[low]) * part


def _shah_vaish(answers: RankedAnswers, shares: FloatArray) -> FloatArray:
    """As R survey computes it: half of the weight itself is taken off, not of the weight over its mean.

    Positions can then fall where answers rise, so the answers are put in the order of their positions, and
    those with one position are averaged.
    """
    count = np.diff(answers.starts)
    mean = np.repeat(answers.total[:, 0] / count, count)
    running = _running(answers.weight / mean, answers.starts)
    position = (running + 0.5 - answers.weight / 2) / np.repeat(count + 1, count)
    domain = np.repeat(np.arange(count.size), count)
    order = np.lexsort((position, domain))
    rows = _changes(domain, position[order])
    averaged = RankedAnswers(
        values=np.add.reduceat(answers.values[order], rows) / segment_sizes(rows, order.size),
        weight=answers.weight[order][rows],
        starts=np.searchsorted(rows, answers.starts).astype(np.int64),
        running=position[order][rows],
    )
    row = averaged.search(averaged.running, shares, beyond=True) - 1
    return averaged.values[np.clip(row, averaged.first, averaged.last)]


def replicate_quantiles(
    answers: RankedAnswers, weights: FloatArray, shares: FloatArray, inverse: InverseRule
) -> FloatArray:
    """Give the quantiles of each domain with the weights of every replicate.

    Parameters
    ----------
    answers : RankedAnswers
        With the full weights, which are not used.
    weights : (rows, replicates) float
        In the order of `answers`, zero or more; a row of weight zero is not in the replicate.
    shares : (quantiles,) float
    inverse : InverseRule

    Returns
    -------
    (replicates, domains, quantiles) float
        NaN where a replicate has no answer of the domain.
    """
    rows, replicates = weights.shape
    flat = weights.T.ravel()
    counted = flat > 0
    place = np.concatenate([[0], np.cumsum(counted)])
    starts = place[(np.arange(replicates)[:, None] * rows + answers.starts[:-1]).ravel()]
    every = rank_answers(
        np.tile(answers.values, replicates)[counted], flat[counted], np.append(starts, place[-1])
    )
    wanted = np.broadcast_to(shares, (starts.size, shares.size))
    found = weighted_quantiles(every, wanted, inverse)
    return found.reshape(replicates, answers.starts.size - 1, shares.size)
