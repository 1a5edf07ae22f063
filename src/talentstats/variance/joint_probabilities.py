"""Variance when the joint inclusion probability of every pair of units is known."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talentstats.variance.groups import FloatArray, IntArray

# So many numbers of a dense matrix of scores are made at one time.
_BLOCK = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawCovariances:
    """The covariance of every two units being drawn, over the probability that both are.

    Attributes
    ----------
    matrix : (units, units) float
        The variance of the sum of scores z is `z @ matrix @ z`.
    fixed_size : bool
        True when the rows add up to zero, so that only differences between scores count.
    """

    matrix: FloatArray
    fixed_size: bool

    def centred(self, scores: FloatArray) -> FloatArray:
        """Take the mean, which does not count, from the scores of a fixed size: it would cost digits."""
        return scores - scores.mean(axis=0) if self.fixed_size else scores


def draw_covariances(
    joint: FloatArray, *, tolerance: float = 0.0, fixed_size: bool = False
) -> DrawCovariances:
    r"""Derive the matrix of the variance from joint inclusion probabilities.

    Parameters
    ----------
    joint : (units, units) float
        Probabilities that both units are in the sample; on the diagonal that the unit is.
    tolerance : float
        What is closer to zero counts as zero.
    fixed_size : bool
        True for the variance of Yates, Grundy and Sen instead of Horvitz and Thompson's.

    Notes
    -----
    :math:`\check\Delta_{ij} = (\pi_{ij} - \pi_i \pi_j) / \pi_{ij}`; for a fixed size the sum of each column
    is taken from the diagonal, which makes :math:`-\frac12 \sum_{ij} \check\Delta_{ij} (z_i - z_j)^2`.
    Source: Särndal, Swensson & Wretman (1992), results 2.8.1 and 2.8.2.

    Examples
    --------
    >>> import numpy as np
    >>> draw_covariances(np.array([[0.5, 0.2], [0.2, 0.5]])).matrix
    array([[ 0.5 , -0.25],
           [-0.25,  0.5 ]])
    """
    alone = np.diag(joint)
    matrix = (joint - np.outer(alone, alone)) / joint
    matrix[np.abs(matrix) < tolerance] = 0.0
    if fixed_size:
        matrix[np.diag_indices_from(matrix)] -= matrix.sum(axis=0)
    return DrawCovariances(matrix=matrix, fixed_size=fixed_size)


def joint_covariance(scores: FloatArray, draws: DrawCovariances) -> FloatArray:
    """Give the covariance matrix of the sums of the columns of `scores`, (units, estimates)."""
    centred = draws.centred(scores)
    covariance = centred.T @ draws.matrix @ centred
    return np.asarray((covariance + covariance.T) / 2, dtype=np.float64)


def joint_domain_variances(
    domain: IntArray, unit: IntArray, scores: FloatArray, *, n_domains: int, draws: DrawCovariances
) -> FloatArray:
    """Give the variance of the sum of the scores of every domain.

    Parameters
    ----------
    domain, unit : (rows,) int
        A pair occurs once.
    scores : (variables, rows) float
        Units without a row have score zero.
    n_domains : int
    draws : DrawCovariances

    Returns
    -------
    (n_domains, variables) float
        Below zero where the estimate of the variance is.
    """
    n_variables, n_units = scores.shape[0], draws.matrix.shape[0]
    columns = domain * n_variables + np.arange(n_variables)[:, None]
    rows = np.broadcast_to(unit, columns.shape)
    shape = (n_units, n_domains * n_variables)
    whole = sparse.coo_array((scores.ravel(), (rows.ravel(), columns.ravel())), shape=shape).tocsc()
    step = max(1, _BLOCK // n_units)
    variances = np.empty(shape[1])
    for start in range(0, shape[1], step):
        block = draws.centred(whole[:, start : start + step].toarray())
        variances[start : start + step] = np.einsum("ue,ue->e", block, draws.matrix @ block)
    return variances.reshape(n_domains, n_variables)
