"""Weighted maximum likelihood of a model, for one set of weights or for many at once: arrays only.

Everything is computed in an orthonormal basis of the columns of the model matrix, found once by QR: there the
normal equations are well conditioned, for the full weights and for replicates, which are near them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from talentstats.estimate.models.family import Family
from talentstats.variance.groups import BoolArray, FloatArray

# A column of which less than this is left beside the columns before it adds nothing (as in R's `lm`).
_NOTHING_LEFT = 1e-7
# The information of a direction beside the largest there was: what is left where predictions became exact.
_SINGULAR = 1e-13
# The search ends when the deviance no longer changes, R's rule with `epsilon=1e-14`, and the step is small;
# or when the step is nothing, or small and no longer shrinking because only rounding is left.
_SAME_DEVIANCE, _SMALL, _NOTHING = 1e-14, 1e-6, 1e-13
_MOST_STEPS, _MOST_HALVINGS = 100, 40
# Linear predictors are made for so many values at once, which stay in the processor's cache.
_BLOCK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """The model matrix in orthonormal columns: `matrix = values @ triangle`, `values' W values = 1`.

    Attributes
    ----------
    values : (rows, columns) float
    triangle : (columns, columns) float
        Upper triangular.
    length : (columns,) float
        Weighted length of each column of the model matrix.
    """

    values: FloatArray
    triangle: FloatArray
    length: FloatArray

    @property
    def dependent(self) -> BoolArray:
        """Columns that are a combination of those before them, or zero."""
        return np.asarray(np.abs(np.diag(self.triangle)) <= _NOTHING_LEFT * self.length)

    def to_columns(self, coefficients: FloatArray) -> FloatArray:
        """Give coefficients of the columns of the model matrix, from those of the basis: (columns, any)."""
        return np.asarray(solve_triangular(self.triangle, coefficients))


def make_basis(matrix: FloatArray, weight: FloatArray) -> Basis:
    """Make the columns of a model matrix orthonormal under the weights; at least as many rows as columns."""
    root = np.sqrt(weight)[:, None]
    weighted = matrix * root
    values, triangle = np.linalg.qr(weighted)
    return Basis(values=values / root, triangle=triangle, length=np.linalg.norm(weighted, axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """Where the likelihood is largest, for every set of weights.

    Attributes
    ----------
    coefficients : (columns, sets) float
        In the basis.
    last_step : (columns, sets) float
        How the last step changed them.
    information : (sets, columns, columns) float
        In the basis, before the last step.
    solved : (sets,) bool
        False where the likelihood has no single finite maximum.
    """

    coefficients: FloatArray
    last_step: FloatArray
    information: FloatArray
    solved: BoolArray


def first_coefficients(
    basis: Basis, response: FloatArray, weight: FloatArray, *, family: Family
) -> FloatArray:
    """Take the first step of Fisher scoring, from a linear predictor near the outcomes: (columns,)."""
    eta = family.start(response, weight)
    working = weight * (family.variance(eta) * eta + response - family.mean(eta))
    information = (basis.values.T * (weight * family.variance(eta))) @ basis.values
    return np.asarray(np.linalg.solve(information, basis.values.T @ working))


def maximise_likelihood(
    values: FloatArray,
    response: FloatArray,
    weights: FloatArray,
    *,
    family: Family,
    start: FloatArray,
) -> Solution:
    r"""Find the coefficients at which the weighted score is zero, by Fisher scoring.

    Parameters
    ----------
    values : (rows, columns) float
        `Basis.values`.
    response : (rows,) float
    weights : (rows, sets) float
        One set of weights or more; those below zero count as zero, as in R.
    family : Family
    start : (columns,) float
        Coefficients to start from.

    Returns
    -------
    Solution

    Notes
    -----
    :math:`\gamma \leftarrow \gamma + s\,(Z' W V Z)^{-1} Z' W (y - \mu)`, with s halved until the deviance
    does not rise: McCullagh & Nelder (1989), section 2.5. The likelihood is concave, so a maximum found is
    the only one.

    Examples
    --------
    >>> from talentstats.estimate.models.family import FAMILIES
    >>> basis = make_basis(np.ones((4, 1)), np.ones(4))
    >>> outcome, once, family = np.array([1.0, 0, 0, 0]), np.ones((4, 1)), FAMILIES["binomial"]
    >>> found = maximise_likelihood(basis.values, outcome, once, family=family, start=np.zeros(1))
    >>> basis.to_columns(found.coefficients).round(4)
    array([[-1.0986]])
    """
    problem = _Problem(
        values=values, response=response[:, None], weights=np.maximum(weights, 0.0), family=family
    )
    scale = problem.length_of_outcomes()
    point = problem.start(start)
    ceiling, before = np.zeros(weights.shape[1]), np.full(weights.shape[1], np.inf)
    taken = np.zeros_like(point.coefficients)
    for _ in range(_MOST_STEPS):
        sizes = np.linalg.eigvalsh(point.information)
        ceiling = np.maximum(ceiling, sizes[:, -1])
        singular = sizes[:, 0] <= _SINGULAR * ceiling
        step = _steps(point, singular)
        last, point = point, problem.climb(point, step)
        taken = np.where(singular, taken, point.coefficients - last.coefficients)
        moved = np.linalg.norm(step, axis=0)
        size = np.linalg.norm(point.coefficients, axis=0) + scale
        same = np.abs(point.deviance - last.deviance) <= _SAME_DEVIANCE * (point.deviance + 0.1)
        settled = (moved <= _SMALL * size) & (same | (moved >= before / 2))
        solved = ~singular & (settled | (moved <= _NOTHING * size))
        if (solved | singular).all():
            break
        before = moved
    return Solution(
        coefficients=point.coefficients,
        last_step=taken,
        information=last.information,
        solved=solved,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """Coefficients, (columns, sets), with what the rows say there, one for each set of weights."""

    coefficients: FloatArray
    deviance: FloatArray
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    """What the coefficients are sought for: the outcomes in one column, the weights in one for each set."""

    values: FloatArray
    response: FloatArray
    weights: FloatArray
    family: Family

    def at(self, coefficients: FloatArray) -> _Point:
        """Sum deviance, score and information over the rows, a block of them at a time."""
        columns, sets = coefficients.shape
        deviance, score, information = np.zeros(sets), np.zeros((columns, sets)), np.zeros((columns**2, sets))
        rows = max(1, _BLOCK // sets)
        for start in range(0, self.values.shape[0], rows):
            part = slice(start, start + rows)
            values, response, weights = self.values[part], self.response[part], self.weights[part]
            products = (values[:, :, None] * values[:, None, :]).reshape(-1, columns**2)
            with np.errstate(over="ignore", invalid="ignore"):  # a step too far, which `climb` takes back
                eta = values @ coefficients
                deviance += (weights * self.family.deviance(response, eta)).sum(axis=0)
                score += values.T @ (weights * (response - self.family.mean(eta)))
                information += products.T @ (weights * self.family.variance(eta))
        return _Point(
            coefficients=coefficients,
            deviance=deviance,
            score=score,
            information=information.T.reshape(sets, columns, columns),
        )

    def start(self, coefficients: FloatArray) -> _Point:
        """Start from the coefficients given; from zeros where the deviance overflows there."""
        point = self.at(np.repeat(coefficients[:, None], self.weights.shape[1], axis=1))
        finite = np.isfinite(point.deviance)
        return point if finite.all() else self.at(np.where(finite, point.coefficients, 0.0))

    def length_of_outcomes(self) -> FloatArray:
        """Give the weighted length of the outcomes on the scale of the linear predictor, (sets,)."""
        eta = self.family.start(self.response, np.ones_like(self.response))
        return np.asarray(np.sqrt((eta**2).T @ self.weights)[0])

    def climb(self, point: _Point, step: FloatArray) -> _Point:
        """Take the step, or as many times half of it as it takes for the deviance not to rise."""
        most = point.deviance + 1e-9 * (point.deviance + 0.1)
        share = np.ones(step.shape[1])
        for _ in range(_MOST_HALVINGS):
            reached = self.at(point.coefficients + share * step)
            risen = ~(reached.deviance <= most)
            if not risen.any():
                break
            share[risen] /= 2
        return reached


def _steps(point: _Point, singular: BoolArray) -> FloatArray:
    """Solve for the step of every set of weights, none where the information is singular: (columns, sets)."""
    solvable = np.where(singular[:, None, None], np.eye(point.score.shape[0]), point.information)
    step = np.linalg.solve(solvable, point.score.T[:, :, None])[:, :, 0].T
    return np.where(singular, 0.0, step)


def runaway_columns(basis: Basis, last_step: FloatArray) -> BoolArray:
    """Tell along which columns a likelihood without maximum goes on rising; `last_step` is (columns,)."""
    share = np.abs(basis.to_columns(last_step)) * basis.length
    return np.asarray(share >= 0.1 * share.max())
