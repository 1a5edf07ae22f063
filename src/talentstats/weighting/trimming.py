"""Trimming extreme weights: R's rule, and one that keeps the calibration."""

from dataclasses import dataclass

import numpy as np

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray
from talentstats.weighting.calibration_fit import CalibrationFit, fit_calibration
from talentstats.weighting.distance import CalibrationMethod

_MAX_ROUNDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trimming:
    """Trimmed weights, how many were cut, and in how many rounds.

    Attributes
    ----------
    weights : (rows,) float
    cut : int
        Rows whose weight lay outside the bounds.
    rounds : int
        1, or what the strict rule needed.
    """

    weights: FloatArray
    cut: int
    rounds: int


def trim_evenly(
    weights: FloatArray, *, lower: float = -np.inf, upper: float = np.inf, strict: bool = False
) -> Trimming:
    """Cut weights to the bounds and share what was cut equally among the others, as R's `trimWeights`.

    The sum of the weights stays what it was; totals to which they were calibrated do not.

    Parameters
    ----------
    weights : (rows,) float
        Positive weights.
    lower, upper : float
        Smallest and largest weight.
    strict : bool
        Go on until none is outside the bounds; otherwise the shared part may lift weights over them.

    Returns
    -------
    Trimming

    Raises
    ------
    InputError
        If the bounds leave no weight to share among, or cannot hold the sum of the weights.

    References
    ----------
    Lumley, T. (2010), Complex Surveys, chapter 7; Potter, F. J. (1990), Proceedings of the Survey Research
    Methods Section, American Statistical Association.

    Examples
    --------
    >>> import numpy as np
    >>> trim_evenly(np.array([1.0, 2.0, 3.0, 10.0]), upper=7).weights.tolist()
    [2.0, 3.0, 4.0, 7.0]
    """
    outside = (weights < lower) | (weights > upper)
    cut = int(outside.sum())
    if not cut:
        return Trimming(weights=weights, cut=0, rounds=0)
    if strict and not lower * weights.size <= weights.sum() <= upper * weights.size:
        raise _no_room(weights, lower, upper, strict=strict)
    trimmed, rounds = weights, 0
    while outside.any() and (strict or not rounds):
        if rounds == _MAX_ROUNDS or outside.all():
            raise _no_room(weights, lower, upper, strict=strict)
        clipped = np.clip(trimmed, lower, upper)
        share = float((trimmed - clipped).sum()) / int((~outside).sum())
        trimmed = np.where(outside, clipped, trimmed + share)
        outside, rounds = (trimmed < lower) | (trimmed > upper), rounds + 1
    return Trimming(weights=trimmed, cut=cut, rounds=rounds)


def trim_keeping_calibration(
    x: FloatArray,
    weights: FloatArray,
    totals: FloatArray,
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    method: CalibrationMethod = "raking",
) -> CalibrationFit:
    """Bring calibrated weights within bounds so that they still meet their totals.

    Of all weights between `lower` and `upper` that meet the totals these are the nearest to the weights
    given, in the distance of the method: calibration anew, with bounds on the weights themselves. Cutting
    and calibrating in turn would stop at weights that are further away, if it stops.

    Parameters
    ----------
    x : (rows, p) float
        Auxiliaries.
    weights : (rows,) float
        Positive weights, calibrated to the totals.
    totals : (p,) float
    lower, upper : float
        Smallest and largest weight.
    method : {"raking", "linear"}
        Distance between the weights before and after.

    Returns
    -------
    CalibrationFit
        Not converged when no weights within the bounds meet the totals.

    Raises
    ------
    InputError
        If the method cannot cut weights, or the weights are far from the totals.

    References
    ----------
    Deville, J.-C. & Särndal, C.-E. (1992), Journal of the American Statistical Association 87, section 3;
    Folsom, R. E. & Singh, A. C. (2000), Proceedings of the Survey Research Methods Section, American
    Statistical Association.

    Examples
    --------
    >>> import numpy as np
    >>> sex = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> fit = trim_keeping_calibration(sex, np.array([1.0, 2.0, 9.0, 4.0]), np.array([12.0, 4.0]), upper=6)
    >>> (np.array([1.0, 2.0, 9.0, 4.0]) * fit.factors).round(6).tolist()
    [2.0, 4.0, 6.0, 4.0]
    """
    if method == "logit":
        raise InputError(
            "Logit calibration cannot cut weights: its bounds lie around the weight a person has.",
            expected="`raking` or `linear`",
            got="`logit`",
        )
    fit = fit_calibration(x, weights, totals, method=method, bounds=(lower / weights, upper / weights))
    if fit.scale != 1.0:
        raise InputError(
            "The weights to trim are far from the totals they must keep.",
            expected="weights that were calibrated to these totals",
            got=f"totals about {fit.scale:.3g} times what the weights add up to",
            remedy="Calibrate first, then trim.",
        )
    return fit


def _no_room(weights: FloatArray, lower: float, upper: float, *, strict: bool) -> InputError:
    mean = float(weights.mean())
    return InputError(
        "The weights do not fit within these bounds.",
        expected=f"bounds well around the mean weight, {mean:.6g}",
        got=f"lower {lower:.6g}, upper {upper:.6g}",
        remedy="Widen the bounds" + (", or leave `strict` out." if strict else "."),
    )
