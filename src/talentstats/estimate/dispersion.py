"""Where the covariance of estimates comes from; asked for when it is needed, never kept as a matrix.

Four sources, one interface: `covariance()`, and `linear(jacobian)` for estimates made from these.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from talentstats.estimate.design_covariance import covariance_of
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.units import Units
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_sums
from talentstats.variance.linearisation import LonelyRule
from talentstats.variance.moments import ROUNDING
from talentstats.variance.replicate_variance import replicate_covariance


class Dispersion(Protocol):
    """What estimates know of how they vary together."""

    def covariance(self) -> FloatArray:
        """Give the covariance matrix, (estimates, estimates)."""
        ...

    def linear(self, jacobian: FloatArray) -> "Dispersion":
        """Give the dispersion of `jacobian @ estimates`; a row with NaN makes what is not defined."""
        ...


def _passed_on(jacobian: FloatArray, undefined: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Give the jacobian without NaN, and which of the estimates it makes are not defined."""
    unknown = np.isnan(jacobian)
    touched = ((jacobian != 0) & undefined).any(axis=1)
    return np.where(unknown, 0.0, jacobian), touched | unknown.any(axis=1)


def _emptied(covariance: FloatArray, undefined: BoolArray) -> FloatArray:
    """Put NaN in the rows and columns of what is not defined."""
    return np.where(undefined[:, None] | undefined, np.nan, covariance)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correction:
    """What adjusted weights take out of the scores: `on_unit @ coefficients`, for every unit and estimate.

    Attributes
    ----------
    unit : (rows,) int
        Which unit a row of `on_unit` is about.
    on_unit : sparse (rows, columns)
    coefficients : (columns, estimates) float
    """

    unit: IntArray
    on_unit: Any
    coefficients: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Scores of the estimates of one grouping set: a row for each domain and unit that meet.

    `values[v, row] / denominator[domain[row], v]` belongs to estimate `first + domain[row] * variables + v`;
    `correction` is taken out of all of them.
    """

    domain: IntArray
    unit: IntArray
    values: FloatArray
    denominator: FloatArray
    first: int
    correction: Correction | None = None

    @property
    def size(self) -> int:
        """How many estimates the block is about."""
        return self.denominator.size

    def scores(self, units: int) -> FloatArray:
        """Give the (units, estimates) matrix of scores."""
        return self.some_scores(units, slice(0, self.size))

    def some_scores(self, units: int, chosen: slice) -> FloatArray:
        """Give the columns of some estimates."""
        variables = self.values.shape[0]
        first, last = chosen.start // variables, -(-chosen.stop // variables)
        inside = (self.domain >= first) & (self.domain < last)
        scores = np.zeros((units, (last - first) * variables))
        column = (self.domain[inside] - first) * variables + np.arange(variables)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.values[:, inside] / self.denominator[self.domain[inside]].T
        scores[self.unit[inside], column] = np.nan_to_num(values)
        scores = scores[:, chosen.start - first * variables : chosen.stop - first * variables]
        if self.correction is not None:
            part = self.correction.coefficients[:, chosen]
            scores[self.correction.unit] -= self.correction.on_unit @ part
        return scores

    def moved(self, at: IntArray) -> "Block":
        """Give the block with other positions of its units."""
        correction = self.correction
        if correction is not None:
            correction = replace(correction, unit=at[correction.unit])
        return replace(self, unit=at[self.unit], correction=correction)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitScores:
    """Linearised scores of every sampling unit.

    Attributes
    ----------
    units : Units
    lonely : str
    blocks : tuple of Block
    size : int
        Number of estimates the blocks hold.
    undefined : (estimates,) bool
        Estimates without a variance; the others do not depend on them.
    jacobian : (estimates, size) float or None
        Estimates made from those of the blocks; None: they are the blocks' own.
    """

    units: Units
    lonely: LonelyRule
    blocks: tuple[Block, ...]
    size: int
    undefined: BoolArray
    jacobian: FloatArray | None = None

    def scores(self) -> FloatArray:
        """Give the (units, estimates) matrix, zero for what is not defined."""
        scores = np.zeros((self.units.keys.height, self.size))
        for block in self.blocks:
            scores[:, block.first : block.first + block.size] = block.scores(self.units.keys.height)
        return scores if self.jacobian is None else scores @ self.jacobian.T

    def covariance(self) -> FloatArray:
        """Give the covariance matrix from the design."""
        covariance = covariance_of(self.scores(), self.units, lonely=self.lonely)
        return _emptied(covariance, self.undefined)

    def linear(self, jacobian: FloatArray) -> "UnitScores":
        """Give the scores of `jacobian @ estimates`."""
        known, undefined = _passed_on(jacobian, self.undefined)
        whole = known if self.jacobian is None else known @ self.jacobian
        return replace(self, jacobian=whole, undefined=undefined)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MomentScores:
    """Second moments of the scores of rows that were drawn one by one.

    Attributes
    ----------
    units : Units
    lonely : str
    cell, stratum : (rows,) int
    first : (rows, columns) float
        Sums by cell and stratum.
    second : (rows, columns, columns) float
        Sums of products.
    member : (estimates, cells) bool
        Which cells an estimate is about.
    coefficients : (estimates, columns) float
        How the columns make the estimate's score; zero for what is not defined.
    undefined : (made,) bool
        Estimates without a variance.
    jacobian : (made, estimates) float or None
    """

    units: Units
    lonely: LonelyRule
    cell: IntArray
    stratum: IntArray
    first: FloatArray
    second: FloatArray
    member: FloatArray
    coefficients: FloatArray
    undefined: BoolArray
    jacobian: FloatArray | None = None

    def covariance(self) -> FloatArray:
        """Give the covariance matrix: products within cells, less products of the strata's means."""
        estimates, cells = self.member.shape
        columns = self.coefficients.shape[1]
        spread = (self.member[:, :, None] * self.coefficients[:, None, :]).reshape(estimates, cells * columns)
        wide = sparse.csr_array(spread)
        strata = self.units.strata
        scale = np.where(strata.lonely, 0.0, strata.scale)
        sums = np.zeros((strata.sampled.size, cells * columns))
        sums[self.stratum[:, None], self.cell[:, None] * columns + np.arange(columns)] = self.first
        totals = np.asarray(wide @ sums.T)
        within = np.asarray((wide @ self._products(scale, cells) @ wide.T).toarray())
        covariance = within - (totals * (scale / strata.sampled)) @ totals.T
        size = self._size(scale, cells)
        covariance[np.abs(covariance) <= ROUNDING * np.outer(size, size)] = 0.0
        covariance = (covariance + covariance.T) / 2
        if strata.lonely.any() and self.lonely == "adjust":
            away = totals[:, strata.lonely] - totals.sum(axis=1, keepdims=True) / strata.sampled.sum()
            covariance += (away * strata.scale[strata.lonely]) @ away.T
        if strata.lonely.any() and self.lonely == "average":
            known = strata.sampled.size - int(strata.lonely.sum())
            covariance *= strata.sampled.size / known if known else np.nan
        if self.jacobian is not None:
            covariance = self.jacobian @ covariance @ self.jacobian.T
        return _emptied(covariance, self.undefined)

    def _size(self, scale: FloatArray, cells: int) -> FloatArray:
        """Give how large the scores would be if the columns did not cancel in them."""
        squares = np.einsum("rii->ri", self.second) * scale[self.stratum][:, None]
        lengths = np.sqrt(self.member @ group_sums(self.cell, squares, n_groups=cells))
        return np.asarray((np.abs(self.coefficients) * lengths).sum(axis=1), dtype=np.float64)

    def _products(self, scale: FloatArray, cells: int) -> Any:
        """Give the block diagonal matrix of scaled products, a block for each cell."""
        columns = self.first.shape[1]
        scaled = self.second * scale[self.stratum][:, None, None]
        index = np.arange(columns)
        rows = np.broadcast_to((self.cell[:, None] * columns + index)[:, :, None], scaled.shape)
        across = np.broadcast_to((self.cell[:, None] * columns + index)[:, None, :], scaled.shape)
        size = cells * columns
        return sparse.coo_array((scaled.ravel(), (rows.ravel(), across.ravel())), shape=(size, size)).tocsr()

    def linear(self, jacobian: FloatArray) -> "MomentScores":
        """Give the dispersion of `jacobian @ estimates`."""
        known, undefined = _passed_on(jacobian, self.undefined)
        whole = known if self.jacobian is None else known @ self.jacobian
        return replace(self, jacobian=whole, undefined=undefined)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateEstimates:
    """The estimates of every replicate.

    Attributes
    ----------
    values : (replicates, estimates) float
        NaN where not defined in a replicate.
    full : (estimates,) float
    replicates : ReplicateWeights or UnitReplicates
        What they were made with; estimates of other replicates are not paired with these.
    """

    values: FloatArray
    full: FloatArray
    replicates: ReplicateWeights | UnitReplicates

    def covariance(self) -> FloatArray:
        """Give the covariance matrix over the replicates."""
        rule = self.replicates.rule
        return replicate_covariance(
            self.values, self.full, scale=rule.scale, rscales=rule.rscales, mse=rule.mse
        )

    def linear(self, jacobian: FloatArray) -> "ReplicateEstimates":
        """Give the replicates of `jacobian @ estimates`."""
        made = []
        for values in (self.values, self.full[None, :]):
            gaps = np.isnan(values)
            unknown = gaps.astype(np.float64) @ (jacobian != 0).T > 0
            known, undefined = _passed_on(jacobian, np.zeros(jacobian.shape[1], dtype=bool))
            made.append(np.where(unknown | undefined, np.nan, np.where(gaps, 0.0, values) @ known.T))
        return replace(self, values=made[0], full=made[1][0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownCovariance:
    """A covariance matrix that is already known, such as that of independent samples together."""

    matrix: FloatArray

    def covariance(self) -> FloatArray:
        """Give the matrix."""
        return self.matrix

    def linear(self, jacobian: FloatArray) -> "KnownCovariance":
        """Give `jacobian @ matrix @ jacobian'`."""
        gaps = np.isnan(self.matrix)
        known, undefined = _passed_on(jacobian, np.diag(gaps))
        covariance = known @ np.where(gaps, 0.0, self.matrix) @ known.T
        return KnownCovariance(matrix=_emptied(covariance, undefined))
