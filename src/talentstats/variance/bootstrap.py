"""Bootstrap: sampling units drawn again from the sample, stratum by stratum."""

import numpy as np

from talentstats.variance.groups import BoolArray, FloatArray, IntArray
from talentstats.variance.multipliers import Multipliers
from talentstats.variance.stages import Stage, StageUnits


def rao_wu_bootstrap(units: StageUnits, *, replicates: int, generator: np.random.Generator) -> Multipliers:
    """Make multipliers from n_h units drawn with replacement out of the n_h of each stratum.

    Parameters
    ----------
    units : StageUnits
        First-stage units.
    replicates : int
    generator : numpy.random.Generator

    Returns
    -------
    Multipliers
        Scale c / (R - 1), c the largest n_h / (n_h - 1) of a stratum.

    Notes
    -----
    With t_hi the number of times unit i is drawn, the multiplier is
    1 + sqrt((1 - f_h) n_h / ((n_h - 1) c)) (t_hi - 1): never negative, 1 in expectation, and unbiased for the
    variance of a total in every stratum. Without finite population correction and with equal n_h it is t_hi
    itself and the scale is that of Canty & Davison (1999); they scale unequal strata by an average.
    Rao & Wu (1988); Rao, Wu & Yue (1992).
    """
    n = np.where(units.complete, 2, units.sampled)  # a complete stratum keeps 1, whatever n
    spread = n / (n - 1)
    largest = float(spread[~units.complete].max())
    factor = np.sqrt((1 - units.fraction) * spread / largest)
    drawn = _draw(units, units.sampled, replicates=replicates, generator=generator)
    values = 1 + factor[units.group, None] * (drawn - 1)
    return Multipliers(values=values, scale=largest / (replicates - 1), rscales=np.ones(replicates))


def subsampled_bootstrap(
    units: StageUnits, *, replicates: int, generator: np.random.Generator
) -> Multipliers:
    """Make multipliers from n_h - 1 units drawn with replacement out of the n_h of each stratum.

    Returns
    -------
    Multipliers
        Number of times drawn, times n_h / (n_h - 1); scale 1 / (R - 1).

    Notes
    -----
    Rao & Wu (1988), with m_h = n_h - 1. The finite population correction is not used.
    """
    n = np.where(units.complete, 2, units.sampled)
    drawn = _draw(units, units.sampled - 1, replicates=replicates, generator=generator)
    fixed = units.complete[units.group, None]
    values = np.where(fixed, 1.0, drawn * (n / (n - 1))[units.group, None])
    return Multipliers(values=values, scale=1 / (replicates - 1), rscales=np.ones(replicates))


def rescaled_bootstrap(
    stages: tuple[Stage, ...], *, replicates: int, generator: np.random.Generator
) -> Multipliers:
    """Make multipliers from half of the units at every stage, rescaled with the fractions of all stages.

    Parameters
    ----------
    stages : tuple of Stage
        From the first to the last.
    replicates : int
    generator : numpy.random.Generator

    Returns
    -------
    Multipliers
        One row per unit of the last stage; scale 1 / (R - 1).

    Notes
    -----
    With n' = floor(n / 2) of n units kept in each group (all, where the group is complete), d = 1 for a unit
    kept and 0 otherwise, and lambda_s = sqrt(n'_s (f_1 ... f_(s-1)) (1 - f_s) / (n_s - n'_s)),
    the multiplier is 1 + sum over stages s of
    lambda_s (d_s n_s / n'_s - 1) times the product over earlier stages k of d_k sqrt(n_k / n'_k).
    Preston (2009).
    """
    rows = stages[0].unit.size
    values = np.ones((rows, replicates))
    earlier_kept = np.ones((rows, replicates))
    earlier_fraction = np.ones(rows)
    for stage in stages:
        units = stage.units()
        n = units.sampled
        kept_number = np.where(units.complete, n, n // 2)
        share = n / np.maximum(kept_number, 1)
        left = np.maximum(n - kept_number, 1)
        change = np.sqrt(kept_number * (1 - units.fraction) / left)
        kept = _keep(units, kept_number, replicates=replicates, generator=generator)[stage.unit]
        share_of_row = share[stage.group, None]
        scale_of_row = (change[stage.group] * np.sqrt(earlier_fraction))[:, None]
        values += scale_of_row * (kept * share_of_row - 1) * earlier_kept
        earlier_kept *= kept * np.sqrt(share_of_row)
        earlier_fraction = earlier_fraction * units.fraction[stage.group]
    return Multipliers(values=values, scale=1 / (replicates - 1), rscales=np.ones(replicates))


def _draw(
    units: StageUnits, draws: IntArray, *, replicates: int, generator: np.random.Generator
) -> FloatArray:
    """Draw `draws` units of each group with replacement; count how often each came, (units, replicates)."""
    n_units = units.group.size
    by_group = np.argsort(units.group, kind="stable")
    first = np.cumsum(units.sampled) - units.sampled
    group_of_draw = np.repeat(np.arange(draws.size), draws)
    chosen = generator.integers(units.sampled[group_of_draw], size=(replicates, group_of_draw.size))
    chosen += first[group_of_draw] + n_units * np.arange(replicates)[:, None]
    counts = np.bincount(chosen.ravel(), minlength=n_units * replicates)
    drawn = np.empty((n_units, replicates))
    drawn[by_group] = counts.reshape(replicates, n_units).T
    return drawn


def _keep(
    units: StageUnits, number: IntArray, *, replicates: int, generator: np.random.Generator
) -> BoolArray:
    """Keep `number` units of each group, drawn without replacement: (units, replicates)."""
    by_group = np.argsort(units.group, kind="stable")
    group = units.group[by_group]
    first = np.cumsum(units.sampled) - units.sampled
    kept_places = np.arange(group.size) - first[group] < number[group]
    shuffled = np.argsort(group + generator.random((replicates, group.size)), axis=1)
    kept = np.empty((group.size, replicates), dtype=np.bool_)
    places = np.empty((replicates, group.size), dtype=np.bool_)
    np.put_along_axis(places, shuffled, kept_places[None, :], axis=1)
    kept[by_group] = places.T
    return kept
