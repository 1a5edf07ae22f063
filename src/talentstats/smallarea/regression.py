"""Least squares on whitened rows, by a QR decomposition: covariates may be badly scaled."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from talentstats.variance.groups import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A regression of rows with variance 1 that do not covary.

    Attributes
    ----------
    coefficients : (p,) float
    covariance : (p, p) float
        The inverse of X'X.
    residual : (rows,) float
    leverage : (rows,) float
        Diagonal of the projection on the covariates.
    log_determinant : float
        Of X'X.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residual: FloatArray
    leverage: FloatArray
    log_determinant: float


def regress(y: FloatArray, x: FloatArray) -> Regression:
    """Fit y on the columns of x, which must be independent.

    Parameters
    ----------
    y : (rows,) float
    x : (rows, p) float

    Examples
    --------
    >>> import numpy as np
    >>> regress(np.array([1.0, 2.0, 6.0]), np.ones((3, 1))).coefficients.round(12).tolist()
    [3.0]
    """
    q, r = np.linalg.qr(x)
    projected = q.T @ y
    inverse = solve_triangular(r, np.eye(r.shape[0]))
    return Regression(
        coefficients=solve_triangular(r, projected),
        covariance=inverse @ inverse.T,
        residual=y - q @ projected,
        leverage=(q**2).sum(axis=1),
        log_determinant=2.0 * float(np.log(np.abs(np.diag(r))).sum()),
    )
