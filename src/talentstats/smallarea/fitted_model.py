"""The model behind small-area estimates: coefficients, variances, how well it fits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr

from talentstats.variance.groups import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """A small-area model after estimation.

    Attributes
    ----------
    model : {"fay_herriot", "spatial_fay_herriot", "nested_error"}
    method : {"REML", "ML", "FH"}
    coefficients : polars.DataFrame
        `term`, `estimate`, `std_error`, `statistic` (the ratio of the two), `p_value` (two-sided, normal).
    area_variance : float
        Variance of the areas around the regression; 0 at its bound.
    error_variance : float or None
        Variance of persons within areas; None in models of areas.
    spatial_correlation : float or None
    log_likelihood : float
        Of the data at the estimates; in the unit-level model by REML the restricted one.
    n_parameters : int
        Coefficients and variances.
    n_observations : int
        Areas; in the unit-level model persons.
    """

    model: str
    method: str
    coefficients: pl.DataFrame
    area_variance: float
    error_variance: float | None = None
    spatial_correlation: float | None = None
    log_likelihood: float
    n_parameters: int
    n_observations: int

    @property
    def aic(self) -> float:
        """Akaike's criterion: -2 log likelihood + 2 parameters."""
        return -2 * self.log_likelihood + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion: -2 log likelihood + log(observations) parameters."""
        return -2 * self.log_likelihood + float(np.log(self.n_observations)) * self.n_parameters

    @property
    def kic(self) -> float:
        """Kullback's symmetric criterion: -2 log likelihood + 3 parameters; Cavanaugh (1999)."""
        return -2 * self.log_likelihood + 3 * self.n_parameters


def coefficient_table(names: Sequence[str], coefficients: FloatArray, covariance: FloatArray) -> pl.DataFrame:
    """Give coefficients with standard errors and tests against 0.

    Examples
    --------
    >>> import numpy as np
    >>> table = coefficient_table(["a"], np.array([1.96]), np.eye(1))
    >>> round(table["p_value"].item(), 3)
    0.05
    """
    errors = np.sqrt(np.diag(covariance))
    ratio = coefficients / errors
    return pl.DataFrame(
        {
            "term": list(names),
            "estimate": coefficients,
            "std_error": errors,
            "statistic": ratio,
            "p_value": 2 * ndtr(-np.abs(ratio)),
        }
    )
