"""The distributions a model can have, each with its canonical link."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit, xlogy

from talentstats.variance.groups import FloatArray

FamilyName = Literal["gaussian", "binomial", "poisson"]
Function = Callable[[FloatArray], FloatArray]
OfOutcome = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    r"""A distribution with its canonical link.

    With b the cumulant function and :math:`\eta` the linear predictor, the log-likelihood of an outcome is
    :math:`y \eta - b(\eta)`, its mean :math:`b'(\eta)` and its variance function :math:`b''(\eta)`:
    McCullagh & Nelder (1989), section 2.2.

    Attributes
    ----------
    name, link : str
    mean, variance, skewness : callable
        The first three derivatives of b, functions of the linear predictor.
    deviance : callable
        Twice the log-likelihood that an outcome, the first argument, loses at a linear predictor.
    start : callable
        A linear predictor to start from, given the outcomes and their weights.
    """

    name: FamilyName
    link: str
    mean: Function
    variance: Function
    skewness: Function
    deviance: OfOutcome
    start: OfOutcome


def _logistic_variance(eta: FloatArray) -> FloatArray:
    return np.asarray(expit(eta) * expit(-eta))


def _logistic_skewness(eta: FloatArray) -> FloatArray:
    return np.asarray(_logistic_variance(eta) * (expit(-eta) - expit(eta)))


def _logistic_deviance(response: FloatArray, eta: FloatArray) -> FloatArray:
    certain = xlogy(response, response) + xlogy(1 - response, 1 - response)
    return np.asarray(2 * (certain + np.logaddexp(0, eta) - response * eta))


def _poisson_deviance(response: FloatArray, eta: FloatArray) -> FloatArray:
    certain = xlogy(response, response) - response
    return np.asarray(2 * (certain + np.exp(eta) - response * eta))


# The starts are those of R's families, so that the steps are the same.
FAMILIES: dict[str, Family] = {
    "gaussian": Family(
        name="gaussian",
        link="identity",
        mean=lambda eta: eta,
        variance=np.ones_like,
        skewness=np.zeros_like,
        deviance=lambda response, eta: (response - eta) ** 2,
        start=lambda response, _weight: response,
    ),
    "binomial": Family(
        name="binomial",
        link="logit",
        mean=lambda eta: np.asarray(expit(eta)),
        variance=_logistic_variance,
        skewness=_logistic_skewness,
        deviance=_logistic_deviance,
        start=lambda response, weight: np.asarray(logit((weight * response + 0.5) / (weight + 1))),
    ),
    "poisson": Family(
        name="poisson",
        link="log",
        mean=np.exp,
        variance=np.exp,
        skewness=np.exp,
        deviance=_poisson_deviance,
        start=lambda response, _weight: np.log(response + 0.1),
    ),
}
