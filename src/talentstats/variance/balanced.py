"""Balanced replication: half samples chosen with the rows of a Hadamard matrix."""

import numpy as np

from talentstats.errors import InputError
from talentstats.variance.groups import IntArray
from talentstats.variance.hadamard import hadamard_matrix, next_hadamard_order
from talentstats.variance.multipliers import Multipliers
from talentstats.variance.stages import StageUnits


def balanced_halves(units: StageUnits, *, rho: float = 0.0) -> Multipliers:
    """Make BRR multipliers (`rho` 0: one unit of each stratum doubled, the other dropped) or Fay's.

    Parameters
    ----------
    units : StageUnits
        First-stage units, two in each stratum that is not completely in the sample.
    rho : float
        Weight that the half left out keeps; the other half gets 2 - rho.

    Returns
    -------
    Multipliers
        R replicates, the smallest Hadamard order above the number of strata; scale 1 / (R (1 - rho)^2).

    Raises
    ------
    InputError
        If a stratum has another number of units than two.

    Notes
    -----
    Every stratum has its own row, and none has the row of ones: the replicates balance each pair of strata
    and average to the full sample. Wolter (2007), chapter 3; Fay's method section 3.
    The finite population correction is not used.
    """
    varying = ~units.complete
    _require_pairs(units.sampled[varying])
    n_strata = int(varying.sum())
    signs = hadamard_matrix(next_hadamard_order(n_strata + 1))[1 : n_strata + 1]
    by_stratum = np.argsort(units.group, kind="stable")
    pairs = by_stratum[varying[units.group[by_stratum]]].reshape(n_strata, 2)
    replicates = signs.shape[1]
    values = np.ones((units.group.size, replicates))
    values[pairs[:, 0]] = np.where(signs > 0, 2 - rho, rho)
    values[pairs[:, 1]] = np.where(signs > 0, rho, 2 - rho)
    return Multipliers(values=values, scale=1 / (replicates * (1 - rho) ** 2), rscales=np.ones(replicates))


def _require_pairs(sampled: IntArray) -> None:
    unpaired = sampled[sampled != 2]
    if unpaired.size:
        raise InputError(
            f"{unpaired.size} of {sampled.size} strata do not have two sampling units.",
            expected="two units in every stratum, as balanced replication needs",
            got=f"strata with {unpaired.min()} to {unpaired.max()} units",
            remedy="Use `JKn`, or form pairs of units in the design.",
        )
