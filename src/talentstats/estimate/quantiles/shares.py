"""The share of each domain at or below a value, and how it varies: intervals of quantiles rest on it."""

from dataclasses import dataclass

import numpy as np

from talentstats.estimate.design_covariance import variances_of
from talentstats.estimate.dispersion import Block
from talentstats.estimate.from_units import refuse_lonely
from talentstats.estimate.row_domains import first_stage_df
from talentstats.estimate.row_scores import df_of_part, score_dispersion, units_of
from talentstats.estimate.rows import SampleRows
from talentstats.variance.groups import (
    BoolArray,
    FloatArray,
    IntArray,
    group_sums,
)
from talentstats.variance.linearisation import domain_variances
from talentstats.variance.replicate_variance import replicate_variance

# Scores of rows are made for so many values at once.
_BLOCK = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The answers to one variable, in the domains of one grouping set.

    Attributes
    ----------
    numbers : (rows,) float
    domain : (rows,) int
        -1 for a row that is in no domain or has no answer.
    n_domains : int
    """

    numbers: FloatArray
    domain: IntArray
    n_domains: int

    @property
    def counted(self) -> BoolArray:
        """Rows with an answer in a domain, (rows,)."""
        return self.domain >= 0

    def below(self, thresholds: FloatArray) -> BoolArray:
        """Say of each row whether its answer is at or below the threshold of its domain, (rows,)."""
        return self.counted & (self.numbers <= thresholds[self.domain])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitPairs:
    """The pairs of a domain and a sampling unit that meet, and the rows in which they do.

    Attributes
    ----------
    domain, unit : (pairs,) int
        Sorted.
    of_row : (rows,) int
        The pair of each row; 0 for a row in no domain.
    """

    domain: IntArray
    unit: IntArray
    of_row: IntArray


def unit_pairs(rows: SampleRows, member: IntArray) -> UnitPairs:
    """List the pairs of domains and sampling units; `member` is the domain of each row, -1 for none."""
    n_units = units_of(rows).keys.height
    inside = np.flatnonzero(member >= 0)
    pairs, code = np.unique(member[inside] * n_units + rows.unit[inside], return_inverse=True)
    of_row = np.zeros(member.size, dtype=np.int64)
    of_row[inside] = code.ravel()
    domain, unit = np.divmod(pairs, n_units)
    return UnitPairs(domain=domain, unit=unit, of_row=of_row)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearShares:
    """By linearisation: a share is a ratio, whose score is that of a mean.

    Scores are (several, pairs): a unit has none in a domain it does not meet.
    """

    rows: SampleRows
    pairs: UnitPairs
    n_domains: int

    def scores(self, answers: Answers, thresholds: FloatArray, shares: FloatArray) -> FloatArray:
        """Sum the linearised scores of the shares by domain and unit."""
        weight = np.where(answers.counted, self.rows.weight, 0.0)
        of_pair = self._summed(weight)
        total = weight_sums(self.pairs.domain, of_pair, self.n_domains)[self.pairs.domain]
        found = np.zeros((thresholds.shape[1], of_pair.size))
        with np.errstate(divide="ignore", invalid="ignore"):
            for number, threshold in enumerate(thresholds.T):
                below = self._summed(weight * answers.below(threshold))
                found[number] = (below - shares[self.pairs.domain, number] * of_pair) / total
        return np.nan_to_num(found)

    def _summed(self, weight: FloatArray) -> FloatArray:
        return weight_sums(self.pairs.of_row, weight, self.pairs.domain.size)

    def variances(self, scores: FloatArray) -> FloatArray:
        """Give the variance of each share over all stages of the design."""
        return domain_variances(
            self.pairs.domain,
            self.pairs.unit,
            scores,
            n_domains=self.n_domains,
            stages=units_of(self.rows).stages,
            lonely=self.rows.design.lonely_psu,
        )

    def df(self, answers: Answers) -> FloatArray:
        """Count the first-stage units with an answer less their strata."""
        present = self._summed(answers.counted.astype(np.float64)) > 0
        return first_stage_df(
            self.pairs.domain[present],
            self.pairs.unit[present],
            units_of(self.rows),
            n_domains=self.n_domains,
        )

    def block(self, scores: tuple[FloatArray, ...], slope: FloatArray, *, first: int) -> Block:
        """Give the scores of quantiles: those of shares, by variable, over slopes, (domains, items)."""
        return Block(
            domain=self.pairs.domain,
            unit=self.pairs.unit,
            values=np.concatenate(scores),
            denominator=slope,
            first=first,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DenseShares:
    """By linearisation where every unit has a score: adjusted weights, pairwise inclusion probabilities.

    Scores are (domains, several, units).
    """

    rows: SampleRows
    n_domains: int

    def scores(self, answers: Answers, thresholds: FloatArray, shares: FloatArray) -> FloatArray:
        """Sum the residuals of the linearised scores by unit, for some domains at a time."""
        weight, several = self.rows.weight, thresholds.shape[1]
        counted = answers.counted
        total = weight_sums(answers.domain[counted], weight[counted], self.n_domains)
        step = max(1, _BLOCK // (several * max(1, weight.size)))
        parts = []
        for start in range(0, self.n_domains, step):
            stop = min(start + step, self.n_domains)
            here = np.flatnonzero((answers.domain >= start) & (answers.domain < stop))
            domain = answers.domain[here]
            made = np.zeros((weight.size, stop - start, several))
            below = answers.numbers[here, None] <= thresholds[domain]
            made[here, domain - start] = (below - shares[domain]) * (weight[here] / total[domain])[:, None]
            dense = score_dispersion(self.rows, made.reshape(weight.size, -1)).blocks[0].values
            parts.append(dense.reshape(stop - start, several, -1))
        return np.concatenate(parts)

    def variances(self, scores: FloatArray) -> FloatArray:
        """Give the variance of each share from the design."""
        domains, several, units = scores.shape
        flat = np.ascontiguousarray(scores.reshape(-1, units).T)
        found = variances_of(flat, units_of(self.rows), lonely=self.rows.design.lonely_psu)
        return found.reshape(domains, several)

    def df(self, answers: Answers) -> FloatArray:
        """Count the first-stage units with an answer less their strata."""
        pairs = unit_pairs(self.rows, answers.domain)
        return first_stage_df(pairs.domain, pairs.unit, units_of(self.rows), n_domains=self.n_domains)

    def block(self, scores: tuple[FloatArray, ...], slope: FloatArray, *, first: int) -> Block:
        """Give the scores of quantiles: those of shares, by variable, over slopes, (domains, items)."""
        units = scores[0].shape[2]
        return Block(
            domain=np.zeros(units, dtype=np.int64),
            unit=np.arange(units),
            values=np.concatenate(scores, axis=1).reshape(slope.size, units),
            denominator=slope.reshape(1, -1),
            first=first,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateShares:
    """By replication. Scores are deviations from the full sample, (domains, several, replicates)."""

    rows: SampleRows
    n_domains: int

    def scores(self, answers: Answers, thresholds: FloatArray, shares: FloatArray) -> FloatArray:
        """Estimate the shares in every replicate; NaN where it has no answer of the domain."""
        here = np.flatnonzero(answers.counted)
        below = [np.flatnonzero(answers.below(threshold)) for threshold in thresholds.T]
        parts = []
        for weights in self.rows.replicate_weights():
            sums = [
                group_sums(answers.domain[some], weights[some], n_groups=self.n_domains)
                for some in (here, *below)
            ]
            with np.errstate(divide="ignore", invalid="ignore"):
                parts.append(np.stack(sums[1:], axis=1) / np.where(sums[0] > 0, sums[0], np.nan)[:, None])
        return np.concatenate(parts, axis=2) - shares[:, :, None]

    def variances(self, scores: FloatArray) -> FloatArray:
        """Give the variance over the replicates."""
        return replicate_variances(self.rows, scores, np.zeros(scores.shape[:2]))

    def df(self, answers: Answers) -> FloatArray:
        """Give the degrees of freedom the replicates have in each domain; a rank has to be found for each."""
        return np.array([df_of_part(self.rows, answers.domain == d) for d in range(self.n_domains)])


def replicate_variances(rows: SampleRows, values: FloatArray, full: FloatArray) -> FloatArray:
    """Give variances, (domains, several), of estimates in replicates, (domains, several, replicates)."""
    if rows.replicates is None:
        return np.full(full.shape, np.nan)
    rule = rows.replicates.rule
    flat = values.reshape(full.size, -1).T
    spread = replicate_variance(flat, full.ravel(), scale=rule.scale, rscales=rule.rscales, mse=rule.mse)
    return spread.variance.reshape(full.shape)


Variation = LinearShares | DenseShares | ReplicateShares


def share_variation(rows: SampleRows, member: IntArray, n_domains: int) -> Variation:
    """Choose how shares vary: by replicates when the sample has them, else by linearisation.

    Raises
    ------
    LonelyPsuError
        If a stratum with a single unit has a row in a domain and the design says "fail".
    """
    if rows.replicates is not None:
        return ReplicateShares(rows=rows, n_domains=n_domains)
    if rows.adjustments or rows.design.pairwise is not None:
        return DenseShares(rows=rows, n_domains=n_domains)
    pairs = unit_pairs(rows, member)
    if rows.design.lonely_psu == "fail":
        refuse_lonely(pairs.unit, units_of(rows), rows.design)
    return LinearShares(rows=rows, pairs=pairs, n_domains=n_domains)


def weight_sums(codes: IntArray, weight: FloatArray, size: int) -> FloatArray:
    """Sum weights by code, (size,); one column, for which this is faster than `group_sums`."""
    return np.bincount(codes, weights=weight, minlength=size).astype(np.float64)
