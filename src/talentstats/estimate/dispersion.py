"""Where the covariance of estimates comes from; asked for when it is needed, never kept as a matrix.

Four sources, one interface: `covariance()`, and `linear(jacobian)` for estimates made from these.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.linearisation import LonelyRule, score_covariance
from talentstats.variance.moments import ROUNDING
from talentstats.variance.replicate_variance import replicate_covariance


class Dispersion(Protocol):
    """What estimates know of how they vary together."""

    def covariance(self) -> FloatArray:
        """Give the covariance matrix, (estimates, estimates)."""
        ...

    def linear(self, jacobian: FloatArray) -> "Dispersion":
        """Give the dispersion of `jacobian @ estimates`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Scores of the estimates of one grouping set: a row for each domain and unit that meet.

    `values[v, row] / denominator[domain[row], v]` belongs to estimate `first + domain[row] * variables + v`.
    """

    domain: IntArray
    unit: IntArray
    values: FloatArray
    denominator: FloatArray
    first: int


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
    jacobian : (estimates, size) float or None
        Estimates made from those of the blocks; None: they are the blocks' own.
    """

    units: Units
    lonely: LonelyRule
    blocks: tuple[Block, ...]
    size: int
    jacobian: FloatArray | None = None

    def scores(self) -> FloatArray:
        """Give the (units, estimates) matrix."""
        scores = np.zeros((self.units.keys.height, self.size))
        for block in self.blocks:
            variables = block.values.shape[0]
            columns = block.first + block.domain * variables + np.arange(variables)[:, None]
            scores[block.unit, columns] = block.values / block.denominator[block.domain].T
        return scores if self.jacobian is None else scores @ self.jacobian.T

    def covariance(self) -> FloatArray:
        """Give the covariance matrix from the design."""
        return score_covariance(self.scores(), stages=self.units.stages, lonely=self.lonely)

    def linear(self, jacobian: FloatArray) -> "UnitScores":
        """Give the scores of `jacobian @ estimates`."""
        whole = jacobian if self.jacobian is None else jacobian @ self.jacobian
        return UnitScores(
            units=self.units, lonely=self.lonely, blocks=self.blocks, size=self.size, jacobian=whole
        )


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
        How the columns make the estimate's score.
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
        size = np.sqrt(np.diag(within))
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
        return np.asarray(covariance, dtype=np.float64)

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
        whole = jacobian if self.jacobian is None else jacobian @ self.jacobian
        return MomentScores(
            units=self.units,
            lonely=self.lonely,
            cell=self.cell,
            stratum=self.stratum,
            first=self.first,
            second=self.second,
            member=self.member,
            coefficients=self.coefficients,
            jacobian=whole,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateEstimates:
    """The estimates of every replicate.

    Attributes
    ----------
    values : (replicates, estimates) float
    full : (estimates,) float
    scale : float
    rscales : (replicates,) float
    mse : bool
    """

    values: FloatArray
    full: FloatArray
    scale: float
    rscales: FloatArray
    mse: bool

    def covariance(self) -> FloatArray:
        """Give the covariance matrix over the replicates."""
        return replicate_covariance(
            self.values, self.full, scale=self.scale, rscales=self.rscales, mse=self.mse
        )

    def linear(self, jacobian: FloatArray) -> "ReplicateEstimates":
        """Give the replicates of `jacobian @ estimates`."""
        return ReplicateEstimates(
            values=self.values @ jacobian.T,
            full=jacobian @ self.full,
            scale=self.scale,
            rscales=self.rscales,
            mse=self.mse,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownCovariance:
    """A covariance matrix that is already known, such as that of independent samples together."""

    matrix: FloatArray

    def covariance(self) -> FloatArray:
        """Give the matrix."""
        return self.matrix

    def linear(self, jacobian: FloatArray) -> "KnownCovariance":
        """Give `jacobian @ matrix @ jacobian'`."""
        return KnownCovariance(matrix=jacobian @ self.matrix @ jacobian.T)
