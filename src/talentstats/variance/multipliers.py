"""Replicate multipliers: what they are, which kinds there are, and how each kind is scaled."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from talentstats.errors import InputError, unknown_name
from talentstats.variance.groups import FloatArray

ReplicateKind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap", "mrbbootstrap", "sdr"]
REPLICATE_KINDS: tuple[ReplicateKind, ...] = get_args(ReplicateKind)

# Replicate weights that come with a file may be of kinds that cannot be made here.
SuppliedKind = ReplicateKind | Literal["JK2", "ACS", "other"]
SUPPLIED_KINDS: tuple[SuppliedKind, ...] = (*REPLICATE_KINDS, "JK2", "ACS", "other")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Multipliers:
    """Factors that turn the full weights into replicate weights, and how replicates become a variance.

    Attributes
    ----------
    values : FloatArray, shape (units, replicates)
        Factor on the weight of everyone in the sampling unit.
    scale : float
        Factor on the whole sum of squares.
    rscales : FloatArray, shape (replicates,)
        Factor on the square of each replicate.
    """

    values: FloatArray
    scale: float
    rscales: FloatArray


def require_rho(rho: float) -> float:
    """Return Fay's rho when it can be used: 0 is balanced replication, at 1 the replicates do not differ."""
    if not 0 <= rho < 1:
        raise InputError(
            "Fay's method cannot use this `rho`.", expected="0 <= rho < 1, often 0.3 or 0.5", got=f"{rho:g}"
        )
    return rho


def default_scale(kind: str, replicates: int, *, rho: float = 0.0) -> tuple[float, FloatArray]:
    """Say how replicate weights that came without scales are scaled.

    Parameters
    ----------
    kind : str
        How the weights were made; one of `SUPPLIED_KINDS`.
    replicates : int
        Number of columns.
    rho : float
        Fay's rho; used by `Fay` only.

    Returns
    -------
    scale : float
    rscales : FloatArray, shape (replicates,)

    Raises
    ------
    InputError
        If the kind is unknown or its scales depend on the design (`JKn`, `other`), if there are fewer than
        two replicates, or if `rho` is outside [0, 1).

    Notes
    -----
    `JK1` (R - 1) / R; `BRR` 1 / R; `Fay` 1 / (R (1 - rho)^2); the bootstraps 1 / (R - 1); `sdr` and `ACS`
    4 / R; `JK2` 1. Wolter (2007), chapters 3-5; Fay & Train (1995).

    Examples
    --------
    >>> default_scale("Fay", 4, rho=0.5)
    (1.0, array([1., 1., 1., 1.]))
    """
    if kind not in SUPPLIED_KINDS:
        raise unknown_name("replicate type", kind, SUPPLIED_KINDS)
    if kind in {"JKn", "other"}:
        raise InputError(
            f"Replicate weights of type `{kind}` need their own scales.",
            expected="`rscales`, one per replicate" if kind == "JKn" else "`scale` and `rscales`",
            got="none",
            remedy="Take them from the documentation of the file with the weights.",
        )
    require_replicates(replicates)
    return _scale_of(kind, replicates, rho), np.ones(replicates)


def require_replicates(replicates: int) -> int:
    """Return the number of replicates when a variance can be made of so many."""
    if replicates < 2:
        raise InputError("Too few replicates for a variance.", expected="at least 2", got=str(replicates))
    return replicates


def _scale_of(kind: str, replicates: int, rho: float) -> float:
    if kind == "Fay":
        return 1 / (replicates * (1 - require_rho(rho)) ** 2)
    return {
        "JK1": (replicates - 1) / replicates,
        "JK2": 1.0,
        "BRR": 1 / replicates,
        "sdr": 4 / replicates,
        "ACS": 4 / replicates,
    }.get(kind, 1 / (replicates - 1))
