"""Calibration residuals: what an adjustment of the weights to known totals takes out of the scores."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from talentstats.variance.groups import FloatArray, IntArray, indicator

# Directions of the auxiliaries this much shorter than the longest are the same information twice.
_COLLINEAR = 1e-12
_SWEEPS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Auxiliaries:
    """The auxiliary variables of an adjustment: a row for each row of the sample.

    Attributes
    ----------
    codes : tuple of (rows,) int
        Level of each categorical auxiliary; a level is a column.
    sizes : tuple of int
        Number of levels of each.
    numbers : (rows, columns) float
        The continuous ones.
    """

    codes: tuple[IntArray, ...]
    sizes: tuple[int, ...]
    numbers: FloatArray

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return sum(self.sizes) + int(self.numbers.shape[1])

    @property
    def blocks(self) -> list[slice]:
        """The columns of each categorical auxiliary."""
        ends = np.cumsum([0, *self.sizes])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]

    @cached_property
    def matrix(self) -> Any:
        """The columns as one sparse matrix, (rows, columns)."""
        parts = [indicator(code, n_groups=size).T for code, size in zip(self.codes, self.sizes, strict=True)]
        if self.numbers.shape[1]:
            parts.append(sparse.csr_array(self.numbers))
        return sparse.hstack(parts, format="csr")


@dataclass(frozen=True, kw_only=True, eq=False)
class ResidualStep:
    r"""One adjustment, as a projection of scores.

    The scores lose the part that the adjustment holds fixed,
    :math:`u_k \leftarrow u_k - a_k x_k' \left(\sum c_j x_j x_j'\right)^{-1} \sum b_j x_j u_j`.

    Attributes
    ----------
    auxiliaries : Auxiliaries
        :math:`x_k`.
    taken : (rows,) float
        :math:`a_k`: what a row's auxiliaries are multiplied by where they are taken out.
    seen : (rows,) float
        :math:`b_k`: how a row's score counts in the regression.
    gram : (rows,) float
        :math:`c_k`: how a row counts in the moments of the auxiliaries.
    sweeps : bool
        True to take out the unweighted means of the margins one after the other, ten rounds, as R's survey
        does after raking; False for the regression.

    Notes
    -----
    Deville & Särndal (1992), section 3: the variance of a calibrated total is that of its residuals.
    """

    auxiliaries: Auxiliaries
    taken: FloatArray
    seen: FloatArray
    gram: FloatArray
    sweeps: bool = False

    def residuals(self, scores: FloatArray) -> FloatArray:
        """Take the fixed part out of scores, (rows, estimates)."""
        coefficients = self.coefficients(self.moments(scores))
        return np.asarray(scores - self.taken[:, None] * (self.auxiliaries.matrix @ coefficients))

    def moments(self, scores: FloatArray) -> FloatArray:
        """Give the products of auxiliaries and scores, (columns, estimates)."""
        return np.asarray(self.auxiliaries.matrix.T @ (self.seen[:, None] * scores))

    def coefficients(self, moments: FloatArray) -> FloatArray:
        """Give the coefficients of the auxiliaries, (columns, estimates), from their products with scores."""
        return self._swept(moments) if self.sweeps else self._inverse @ moments

    @cached_property
    def cross_products(self) -> FloatArray:
        """Weighted products of the auxiliaries, (columns, columns)."""
        x = self.auxiliaries.matrix
        return np.asarray((x.T @ (x * self.gram[:, None])).todense())

    @cached_property
    def _inverse(self) -> FloatArray:
        length = np.sqrt(np.diag(self.cross_products))
        length = np.where(length > 0, length, 1.0)
        scaled = self.cross_products / np.outer(length, length)
        inverse = np.linalg.pinv(scaled, rcond=_COLLINEAR, hermitian=True)
        return np.asarray(inverse / np.outer(length, length))

    def _swept(self, moments: FloatArray) -> FloatArray:
        """Take out the means of one margin after the other."""
        taken_out = np.zeros_like(moments)
        counts = np.maximum(np.diag(self.cross_products), 1.0)
        for _ in range(_SWEEPS):
            for block in self.auxiliaries.blocks:
                left = moments[block] - self.cross_products[block] @ taken_out
                taken_out[block] += left / counts[block, None]
        return taken_out
