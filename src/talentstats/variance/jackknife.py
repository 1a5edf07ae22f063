"""Jackknife: leave one first-stage unit out at a time."""

import numpy as np

from talentstats.errors import InputError
from talentstats.variance.multipliers import Multipliers
from talentstats.variance.stages import StageUnits


def jackknife_unstratified(units: StageUnits) -> Multipliers:
    """Make the JK1 multipliers: 0 for the unit left out, n / (n - 1) for the others.

    Parameters
    ----------
    units : StageUnits
        First-stage units, in one group.

    Returns
    -------
    Multipliers
        One replicate per unit; scale (1 - f) (n - 1) / n.

    Raises
    ------
    InputError
        If there is more than one stratum.

    Notes
    -----
    Wolter (2007), chapter 4.
    """
    if units.sampled.size > 1:
        raise InputError(
            "JK1 is for designs without strata.",
            expected="one stratum",
            got=f"{units.sampled.size} strata",
            remedy="Use `JKn`.",
        )
    n = int(units.sampled[0])
    values = np.full((n, n), n / (n - 1))
    np.fill_diagonal(values, 0)
    scale = float((1 - units.fraction[0]) * (n - 1) / n)
    return Multipliers(values=values, scale=scale, rscales=np.ones(n))


def jackknife_stratified(units: StageUnits) -> Multipliers:
    """Make the JKn multipliers: 0 for the unit left out, n_h / (n_h - 1) for the others of its stratum.

    Parameters
    ----------
    units : StageUnits
        First-stage units. Strata that are completely in the sample give no replicates.

    Returns
    -------
    Multipliers
        One replicate per unit, stratum by stratum; scale 1, rscales (1 - f_h) (n_h - 1) / n_h.

    Notes
    -----
    Wolter (2007), chapter 4.
    """
    by_stratum = np.argsort(units.group, kind="stable")
    left_out = by_stratum[~units.complete[units.group[by_stratum]]]
    stratum = units.group[left_out]
    n = units.sampled[stratum]
    values = np.where(units.group[:, None] == stratum, n / (n - 1), 1.0)
    values[left_out, np.arange(left_out.size)] = 0
    return Multipliers(values=values, scale=1.0, rscales=(1 - units.fraction[stratum]) * (n - 1) / n)
