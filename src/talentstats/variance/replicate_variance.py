"""Variances from replicate estimates, and the degrees of freedom that replicates carry."""

from dataclasses import dataclass

import numpy as np

from talentstats.errors import InputError
from talentstats.variance.groups import BoolArray, FloatArray, IntArray

# R's tolerance for a column that adds nothing to the columns before it (qr, tol = 1e-5), here as a square.
_NEGLIGIBLE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicateVariance:
    """Variances of several estimates, and how many replicates could not be used for each.

    Attributes
    ----------
    variance : FloatArray, shape (estimates,)
        NaN where no replicate could be used.
    dropped : IntArray, shape (estimates,)
        Replicates without a finite estimate, such as an empty domain.
    """

    variance: FloatArray
    dropped: IntArray


def replicate_variance(
    replicates: FloatArray, full: FloatArray, *, scale: float, rscales: FloatArray, mse: bool
) -> ReplicateVariance:
    """Compute the variance of each estimate on its own.

    Parameters
    ----------
    replicates : FloatArray, shape (replicates, estimates)
        The estimates of each replicate; not finite: that replicate is dropped for that estimate.
    full : FloatArray, shape (estimates,)
        Estimates with the full weights.
    scale : float
    rscales : FloatArray, shape (replicates,)
    mse : bool
        True: squares around the full estimate; False: around the mean of the replicates with rscales > 0.

    Returns
    -------
    ReplicateVariance
        scale * sum over r of rscales_r (theta_r - centre)^2.

    Notes
    -----
    Wolter (2007), sections 3.3, 4.2 and 5.2; the conventions are those of R survey's `svrVar`.

    Examples
    --------
    >>> estimates = np.array([[1.0], [3.0], [np.nan]])
    >>> spread = replicate_variance(estimates, np.array([2.0]), scale=0.5, rscales=np.ones(3), mse=True)
    >>> spread.variance, spread.dropped
    (array([1.]), array([1]))
    """
    _require_shapes(replicates, full, rscales)
    usable = np.isfinite(replicates)
    centre = _centre(replicates, full, rscales, usable=usable, mse=mse)
    deviations = np.where(usable, replicates, 0.0) - np.where(usable, centre, 0.0)  # 0 for one dropped
    variance = scale * np.einsum("r,re,re->e", rscales, deviations, deviations)
    used = usable.sum(axis=0)
    return ReplicateVariance(
        variance=np.where(used > 0, variance, np.nan), dropped=(rscales.size - used).astype(np.int64)
    )


def replicate_covariance(
    replicates: FloatArray, full: FloatArray, *, scale: float, rscales: FloatArray, mse: bool
) -> FloatArray:
    """Compute the covariance matrix of the estimates; parameters as `replicate_variance`.

    A replicate counts for the pairs of estimates that are both finite in it, so that the diagonal holds the
    variances of `replicate_variance` and the matrix stays a covariance matrix.

    Returns
    -------
    FloatArray, shape (estimates, estimates)
        NaN in the row and column of an estimate for which no replicate could be used.
    """
    _require_shapes(replicates, full, rscales)
    usable = np.isfinite(replicates)
    centre = _centre(replicates, full, rscales, usable=usable, mse=mse)
    deviations = np.where(usable, replicates, 0.0) - np.where(usable, centre, 0.0)  # 0 for one dropped
    covariance = scale * (deviations.T @ (deviations * rscales[:, None]))
    unused = np.flatnonzero(usable.sum(axis=0) == 0)
    covariance[unused, :] = np.nan
    covariance[:, unused] = np.nan
    return np.asarray(covariance, dtype=np.float64)


def replicate_rank(weights: FloatArray) -> int:
    """Return the rank of replicate weights or multipliers; the degrees of freedom are one less.

    Parameters
    ----------
    weights : FloatArray, shape (rows, replicates)
        Replicate weights with the full weights in them, or multipliers of the sampling units.

    Examples
    --------
    >>> replicate_rank(np.array([[0.0, 2.0, 1.0], [2.0, 0.0, 1.0]]))
    2
    """
    if weights.shape[0] >= weights.shape[1]:
        return gram_rank(weights.T @ weights)
    length = np.sqrt(np.einsum("ur,ur->r", weights, weights))
    unit_length = weights / np.where(length > 0, length, 1.0)
    return _count_positive(unit_length @ unit_length.T)


def gram_rank(gram: FloatArray) -> int:
    """Return the rank of replicate weights from the sums of their products.

    Parameters
    ----------
    gram : FloatArray, shape (replicates, replicates)
        W'W of the replicate weights W (rows, replicates); sums of parts of the rows may be added up.
    """
    length = np.sqrt(np.diag(gram))
    length = np.where(length > 0, length, 1.0)
    return _count_positive(gram / np.outer(length, length))


def _count_positive(gram: FloatArray) -> int:
    return int((np.linalg.eigvalsh(gram) > _NEGLIGIBLE).sum())


def _centre(
    replicates: FloatArray,
    full: FloatArray,
    rscales: FloatArray,
    *,
    usable: BoolArray,
    mse: bool,
) -> FloatArray:
    if mse:
        return full
    counted = usable & (rscales > 0)[:, None]
    total = np.where(counted, replicates, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(counted.sum(axis=0), 1))


def _require_shapes(replicates: FloatArray, full: FloatArray, rscales: FloatArray) -> None:
    if replicates.shape != (rscales.size, full.size):
        raise InputError(
            "The replicates do not fit their scales and the full estimates.",
            expected=f"shape ({rscales.size}, {full.size})",
            got=str(replicates.shape),
        )
