"""Indicators of inequality and poverty: their values, and how much each person adds to them; arrays only.

Every indicator has two methods. `values` takes weights, (rows, sets), and gives the indicator in each domain
with each set, (domains, sets). `influence` takes the full weights, (rows,), and gives the derivative of the
indicators by the weight of each row: Deville (1999). NaN where it is not defined.
"""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from talentstats.estimate.indicators.ranked_incomes import RankedIncomes
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_sums

PayGapMethod = Literal["mean", "median"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """How much the weight of a row moves the indicator of each domain: own + shared x slope.

    Attributes
    ----------
    domain : (rows,) int
        -1 for a row that is in none.
    own : (rows,) float
        On the indicator of the row's own domain.
    shared : (rows,) float
        On a threshold that all domains have in common.
    slope : (domains,) float
        How that moves the indicator of each domain.
    """

    domain: IntArray
    own: FloatArray
    shared: FloatArray
    slope: FloatArray

    @property
    def defined(self) -> BoolArray:
        """Whether the influence on each domain's indicator is, (domains,)."""
        unknown = np.unique(self.domain[~np.isfinite(self.own)])
        result = np.isfinite(self.slope)
        result &= bool(np.isfinite(self.shared).all())
        result[unknown] = False
        return result

    def columns(self, first: int, last: int) -> FloatArray:
        """Give the influence on the indicators of some domains, (rows, last - first)."""
        result = np.outer(self.shared, self.slope[first:last])
        here = np.flatnonzero((self.domain >= first) & (self.domain < last))
        result[here, self.domain[here] - first] += self.own[here]
        return result

    def weighted_moments(self, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum the influence and its square with the weights, (domains,) each."""
        here = self.domain >= 0
        own, shared = self.own[here], self.shared[here]
        terms = weight[here, None] * np.column_stack([own, own**2, own * shared])
        sums, squares, products = group_sums(self.domain[here], terms, n_groups=self.slope.size).T
        total, square = weight @ self.shared, weight @ self.shared**2
        return sums + self.slope * total, squares + 2 * self.slope * products + self.slope**2 * square


class Indicator(Protocol):
    """What all indicators can do."""

    @property
    def depends_on_all(self) -> bool:
        """True when rows outside a domain matter to it, by a threshold of all together."""
        ...

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the indicator, (domains, sets), from weights, (rows, sets)."""
        ...

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the influence of each row from weights, (rows,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gini:
    r"""Gini coefficient, from 0 (all alike) to 1.

    Notes
    -----
    With :math:`A = \sum_i \sum_j w_i w_j \max(y_i, y_j)`, :math:`G = A / (\hat N \hat t_y) - 1`. Langel &
    Tillé (2013).
    """

    ranked: RankedIncomes
    depends_on_all: bool = False

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the coefficient, (domains, sets); NaN where incomes add up to 0 or less."""
        ranked = self.ranked
        weight = weight[ranked.order]
        weighted = weight * ranked.income[:, None]
        larger = ranked.sums(weighted * (2 * ranked.running(weight) - weight))
        income = ranked.sums(weighted)
        return _ratio(larger, ranked.sums(weight) * np.where(income > 0, income, np.nan)) - 1

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the exact derivative by each weight."""
        ranked = self.ranked
        column = weight[ranked.order][:, None]
        weighted = column * ranked.income[:, None]
        persons, income = (ranked.sums(values)[:, 0] for values in (column, weighted))
        income = np.where(income > 0, income, np.nan)
        at = ranked.domain
        above = income[at] - ranked.running(weighted)[:, 0]
        larger = 2 * (ranked.income * ranked.running(column)[:, 0] + above)
        level = 1 + self.values(weight[:, None])[at, 0]
        own = (larger - level * (income[at] + persons[at] * ranked.income)) / (persons * income)[at]
        return _of_own_domain(own, ranked, rows=weight.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuintileShareRatio:
    r"""Income of those above the fourth quintile over income of those up to the first: S80/S20.

    Notes
    -----
    The sum up to a quantile has derivative :math:`(y_k - q) 1[y_k \le q] + p q`, in which the density is
    gone. Hulliger & Münnich (2006); Langel & Tillé (2011).
    """

    ranked: RankedIncomes
    depends_on_all: bool = False

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the ratio, (domains, sets); NaN where the lowest incomes add up to 0 or less."""
        _, _, high, low = self._ends(weight[self.ranked.order])
        return _ratio(high, np.where(low > 0, low, np.nan))

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the linearised influence."""
        ranked = self.ranked
        first, fourth, high, low = self._ends(weight[ranked.order][:, None])
        at, income = ranked.domain, ranked.income
        up_to_first = _sum_up_to(income, first[at, 0], share=0.2)
        above_fourth = income - _sum_up_to(income, fourth[at, 0], share=0.8)
        low = np.where(low > 0, low, np.nan)[at, 0]
        own = (above_fourth - high[at, 0] / low * up_to_first) / low
        return _of_own_domain(own, ranked, rows=weight.size)

    def _ends(self, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Give the two quintiles and the incomes above the one and up to the other."""
        ranked = self.ranked
        first, fourth = (ranked.quantiles(weight, share) for share in (0.2, 0.8))
        income = ranked.income[:, None]
        weighted = weight * income
        high = ranked.sums(weighted * (income > fourth[ranked.domain]))
        return first, fourth, high, ranked.sums(weighted * (income <= first[ranked.domain]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PovertyLine:
    """The income below which a person is at risk: a share of a quantile of all together, or an amount.

    Attributes
    ----------
    pooled : RankedIncomes
        All rows, as one domain.
    share, quantile : float
    amount : float or None
        Given from outside; then it has no sampling error.
    """

    pooled: RankedIncomes
    share: float
    quantile: float
    amount: float | None

    def values(self, weight: FloatArray) -> FloatArray:
        """Give the threshold, (sets,)."""
        if self.amount is not None:
            return np.full(weight.shape[1], self.amount)
        found = self.pooled.quantiles(weight[self.pooled.order], self.quantile)[0]
        return np.asarray(self.share * found)

    def influence(self, weight: FloatArray) -> FloatArray:
        """Give the influence of each row on the threshold, (rows,)."""
        influence = np.zeros(weight.size)
        if self.amount is None:
            pooled, ordered = self.pooled, weight[self.pooled.order]
            found = pooled.quantiles(ordered[:, None], self.quantile)[:, 0]
            slope = ordered.sum() * pooled.densities(ordered, found)
            influence[pooled.order] = -self.share * ((pooled.income <= found) - self.quantile) / slope
        return influence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtRiskRate:
    """Share of the persons of a domain with an income below the threshold. Osier (2009)."""

    ranked: RankedIncomes
    line: PovertyLine

    @property
    def depends_on_all(self) -> bool:
        """True when the threshold is estimated."""
        return self.line.amount is None

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the rate, (domains, sets)."""
        below = self.ranked.income[:, None] < self.line.values(weight)
        weight = weight[self.ranked.order]
        return _ratio(self.ranked.sums(weight * below), self.ranked.sums(weight))

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the linearised influence, that of the threshold included."""
        threshold = self.line.values(weight[:, None])
        ranked, ordered = self.ranked, weight[self.ranked.order]
        own = _share_influence(ranked, ordered, below=ranked.income < threshold)
        found = _of_own_domain(own, ranked, rows=weight.size)
        if self.line.amount is not None:
            return found
        slope = ranked.densities(ordered, np.repeat(threshold, ranked.n_domains))
        return replace(found, shared=self.line.influence(weight), slope=slope)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MedianGap:
    """How far the median income of those at risk is below the threshold, as a share of it. Osier (2009)."""

    ranked: RankedIncomes
    line: PovertyLine

    @property
    def depends_on_all(self) -> bool:
        """True when the threshold is estimated."""
        return self.line.amount is None

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the gap, (domains, sets); NaN where nobody is below the threshold."""
        threshold = self.line.values(weight)
        below = self.ranked.income[:, None] < threshold
        median = self.ranked.quantiles(weight[self.ranked.order] * below, 0.5)
        return 1 - _ratio(median, np.where(threshold > 0, threshold, np.nan))

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the linearised influence, that of the threshold included."""
        ranked, ordered = self.ranked, weight[self.ranked.order]
        threshold = self.line.values(weight[:, None])
        below = ranked.income < threshold
        median = ranked.quantiles((ordered * below)[:, None], 0.5)[:, 0]
        # The median of those below is where the distribution reaches half of what it is at the threshold.
        at_risk = _share_influence(ranked, ordered, below=below)
        up_to_median = _share_influence(ranked, ordered, below=ranked.income <= median[ranked.domain])
        at_median = ranked.densities(ordered, median) * threshold
        own = (up_to_median - at_risk / 2) / at_median[ranked.domain]
        found = _of_own_domain(own, ranked, rows=weight.size)
        if self.line.amount is not None:
            return found
        at_threshold = ranked.densities(ordered, np.repeat(threshold, ranked.n_domains))
        slope = median / threshold**2 - at_threshold / (2 * at_median)
        return replace(found, shared=self.line.influence(weight), slope=slope)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PayGap:
    """How much less others earn than the reference group, as a share of what that earns.

    Attributes
    ----------
    ranked : RankedIncomes
        Two domains for each domain of the result: the reference group, then the others.
    method : {"mean", "median"}
    """

    ranked: RankedIncomes
    method: PayGapMethod
    depends_on_all: bool = False

    def values(self, weight: FloatArray) -> FloatArray:
        """Compute the gap, (domains, sets); NaN where one of the groups is missing."""
        centre = self._centres(weight[self.ranked.order])
        return 1 - _ratio(centre[1::2], np.where(centre[::2] > 0, centre[::2], np.nan))

    def influence(self, weight: FloatArray) -> Influence:
        """Compute the linearised influence."""
        ranked, ordered = self.ranked, weight[self.ranked.order]
        at = ranked.domain
        centre = self._centres(ordered[:, None])[:, 0]
        persons = ranked.sums(ordered[:, None])[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.method == "mean":
                own = (ranked.income - centre[at]) / persons[at]
            else:
                slope = persons * ranked.densities(ordered, centre)
                own = (0.5 - (ranked.income <= centre[at])) / slope[at]
            reference, others = centre[::2], centre[1::2]
            by_centre = np.column_stack([others / reference**2, -1 / reference]).ravel()
            own = own * by_centre[at]
        whole = replace(ranked, domain=at // 2, n_domains=reference.size)
        return _of_own_domain(own, whole, rows=weight.size)

    def _centres(self, weight: FloatArray) -> FloatArray:
        ranked = self.ranked
        if self.method == "median":
            return ranked.quantiles(weight, 0.5)
        return _ratio(ranked.sums(weight * ranked.income[:, None]), ranked.sums(weight))


def group_and_domain(domain: IntArray, in_reference: BoolArray) -> IntArray:
    """Give the groups of `PayGap` numbers: the reference of each domain, then its others; -1 stays."""
    return np.where(domain < 0, -1, 2 * domain + ~in_reference)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide; NaN where the denominator is 0."""
    return np.divide(numerator, np.where(denominator == 0, np.nan, denominator))


def _sum_up_to(income: FloatArray, quantile: FloatArray, *, share: float) -> FloatArray:
    """Give the influence of each person on the sum of the incomes up to a quantile."""
    return np.asarray((income - quantile) * (income <= quantile) + share * quantile)


def _share_influence(ranked: RankedIncomes, weight: FloatArray, *, below: BoolArray) -> FloatArray:
    """Give the influence of each member on the share of its domain that is below, (members,)."""
    persons, under = ranked.sums(np.column_stack([weight, weight * below])).T
    return np.asarray((below - _ratio(under, persons)[ranked.domain]) / persons[ranked.domain])


def _of_own_domain(own: FloatArray, ranked: RankedIncomes, *, rows: int) -> Influence:
    """Put the influence of members on their own domain in the order of the rows."""
    domain, placed = np.full(rows, -1, dtype=np.int64), np.zeros(rows)
    domain[ranked.order], placed[ranked.order] = ranked.domain, own
    return Influence(domain=domain, own=placed, shared=np.zeros(rows), slope=np.zeros(ranked.n_domains))
