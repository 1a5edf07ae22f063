"""Incomes in ascending order within domains: running sums, weighted quantiles, densities; arrays only."""

from dataclasses import dataclass

import numpy as np

from talentstats.variance.groups import FloatArray, IntArray, group_counts, group_sums

# A running share this close to the share that is asked is equal to it but for rounding.
_TIE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankedIncomes:
    """The members of each domain, sorted by domain and income.

    Weights are given for members in this order, one column for each set of weights (full or replicate).

    Attributes
    ----------
    income : (members,) float
    domain : (members,) int
        Ascending, 0 to `n_domains - 1`.
    order : (members,) int
        Where each stood in the arrays it came from.
    n_domains : int
        Domains may be empty.
    """

    income: FloatArray
    domain: IntArray
    order: IntArray
    n_domains: int

    @property
    def counts(self) -> IntArray:
        """Members of each domain."""
        return group_counts(self.domain, n_groups=self.n_domains)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum over the members of each domain: (members, sets) to (domains, sets)."""
        return group_sums(self.domain, values, n_groups=self.n_domains)

    def running(self, values: FloatArray) -> FloatArray:
        """Sum over each member and those of its domain before it, (members, sets)."""
        counts = self.counts[self.counts > 0]
        starts = np.cumsum(counts) - counts
        steps = values.astype(np.float64)
        # Each domain starts by taking the one before off again, so that no rounding piles up over domains.
        steps[starts[1:]] -= np.add.reduceat(values, starts, axis=0)[:-1]
        return np.asarray(np.cumsum(steps, axis=0))

    def quantiles(self, weight: FloatArray, share: float) -> FloatArray:
        """Give the income at which the share of the weights is passed, (domains, sets).

        Parameters
        ----------
        weight : (members, sets) float
            Zero for members that do not count.
        share : float
            At least 0 and below 1.

        Returns
        -------
        (domains, sets) float
            The lowest income such that more than `share` of the weights are at or below it; NaN for a domain
            without weight.
        """
        total = self.sums(weight)
        passed = self.running(weight) <= (share + _TIE) * total[self.domain]
        first = np.cumsum(self.counts) - self.counts
        place = first[:, None] + self.sums(passed.astype(np.float64)).astype(np.int64)
        known = total > 0
        found = np.append(self.income, np.nan)[np.where(known, place, self.income.size)]
        return np.asarray(found)

    def densities(self, weight: FloatArray, points: FloatArray) -> FloatArray:
        """Give the density of each domain's incomes at its point, (domains,).

        Parameters
        ----------
        weight : (members,) float
        points : (domains,) float
            NaN where the domain has no density: at 0 and below.

        Notes
        -----
        Gaussian kernel on the logarithms of the incomes above 0, which are much less skewed than the incomes:
        on these themselves it flattens the density so far that variances come out too large. Graf & Tillé
        (2014); width: `_widths`.
        """
        above = self.income > 0
        logs = np.log(np.where(above, self.income, 1.0))
        positive = np.where(above, weight, 0.0)
        width = self._widths(positive, logs)
        at = np.log(np.where(points > 0, points, np.nan))
        bell = np.exp(-0.5 * ((logs - at[self.domain]) / width[self.domain]) ** 2) / np.sqrt(2 * np.pi)
        persons = self.sums(weight[:, None])[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.sums((positive * bell)[:, None])[:, 0] / (width * points * persons)

    def _widths(self, weight: FloatArray, logs: FloatArray) -> FloatArray:
        r"""Give the width of each domain's kernel, (domains,); NaN where all have one income.

        Notes
        -----
        :math:`h = 0.79\,(q_{0.75} - q_{0.25})\,n^{-1/5}` of the logarithms, or
        :math:`1.06\,\hat\sigma\,n^{-1/5}` where half have one income. Silverman (1986), section 3.4.2.
        """
        column = weight[:, None]
        persons = self.sums(np.column_stack([column > 0, column]))
        with np.errstate(divide="ignore", invalid="ignore"):
            lower, upper = (np.log(self.quantiles(column, share)[:, 0]) for share in (0.25, 0.75))
            mean = self.sums(column * logs[:, None])[:, 0] / persons[:, 1]
            away = self.sums(column * (logs - mean[self.domain])[:, None] ** 2)[:, 0] / persons[:, 1]
            spread = np.where(upper > lower, 0.79 * (upper - lower), 1.06 * np.sqrt(away))
            width = spread * persons[:, 0] ** -0.2
        return np.where(width > 0, width, np.nan)


def rank_incomes(income: FloatArray, domain: IntArray, *, n_domains: int) -> RankedIncomes:
    """Sort persons by domain and income.

    Parameters
    ----------
    income : (rows,) float
    domain : (rows,) int
        From 0 to `n_domains - 1`; -1 for a row that is in none.
    n_domains : int

    Examples
    --------
    >>> ranked = rank_incomes(np.array([30.0, 10.0, 20.0]), np.array([0, 0, 0]), n_domains=1)
    >>> ranked.quantiles(np.ones((3, 1)), 0.5).item()
    20.0
    """
    members = np.flatnonzero(domain >= 0)
    order = members[np.lexsort((income[members], domain[members]))]
    return RankedIncomes(income=income[order], domain=domain[order], order=order, n_domains=n_domains)
