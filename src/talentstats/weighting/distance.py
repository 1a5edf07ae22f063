"""The distance between old and new weights: how a factor follows from the auxiliaries, within its bounds."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from talentstats.variance.groups import FloatArray

CalibrationMethod = Literal["linear", "raking", "logit"]
METHODS: tuple[CalibrationMethod, ...] = ("linear", "raking", "logit")
Bounds = tuple[FloatArray | float, FloatArray | float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Response:
    """Factor, its slope and its integral at some values of the linear predictor; arrays of one shape."""

    factor: FloatArray
    slope: FloatArray
    integral: FloatArray


def respond(u: FloatArray, *, method: CalibrationMethod, low: FloatArray, high: FloatArray) -> Response:
    r"""Give the factor :math:`F(u)` of each row, with :math:`F'(u)` and :math:`\int_0^u F`.

    Parameters
    ----------
    u : (rows,) float
        Linear predictor :math:`x' \lambda`.
    method : {"linear", "raking", "logit"}
        :math:`1 + u`; :math:`e^u`; or the logistic curve from `low` to `high` that has value and slope 1
        at zero. The first two are cut off at the bounds.
    low, high : (rows,) or () float
        Bounds of the factor.

    References
    ----------
    Deville, J.-C. & Särndal, C.-E. (1992), Journal of the American Statistical Association 87, section 2,
    cases 1, 2 and 6; section 3 for the bounds.

    Examples
    --------
    >>> import numpy as np
    >>> u = np.array([-1.0, 0.0, 2.0])
    >>> respond(u, method="linear", low=np.array(0.5), high=np.array(2.0)).factor.tolist()
    [0.5, 1.0, 2.0]
    """
    if method == "logit":
        return _logit(u, low, high)
    if method == "linear":
        inner = np.clip(u, low - 1.0, high - 1.0)
        factor, integral = inner + 1.0, inner * (0.5 * inner + 1.0)
        slope = np.ones_like(u)
    else:
        with np.errstate(divide="ignore"):
            inner = np.clip(u, np.log(np.maximum(low, 0.0)), np.log(high))
        factor = np.exp(inner)
        integral, slope = factor - 1.0, factor.copy()
    slope[inner != u] = 0.0
    return Response(factor=factor, slope=slope, integral=integral + factor * (u - inner))


def _logit(u: FloatArray, low: FloatArray, high: FloatArray) -> Response:
    steep = (high - low) / ((high - 1.0) * (1.0 - low))
    # Written with exp(-|Au|), so that neither end overflows.
    decay = np.exp(-np.abs(steep * u))
    up = u > 0
    weight_low = np.where(up, decay, 1.0) * (high - 1.0)
    weight_high = np.where(up, 1.0, decay) * (1.0 - low)
    both = weight_low + weight_high
    share = weight_high / both
    span = high - low
    integral = low * u + span / steep * (np.log(both / span) + steep * np.maximum(u, 0.0))
    return Response(
        factor=low + span * share, slope=span * steep * share * (weight_low / both), integral=integral
    )
