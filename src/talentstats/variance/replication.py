"""Replication: make the multipliers of a design, by the name of the method."""

import numpy as np

from talentstats.errors import InputError, unknown_name
from talentstats.variance.balanced import balanced_halves
from talentstats.variance.bootstrap import rao_wu_bootstrap, rescaled_bootstrap, subsampled_bootstrap
from talentstats.variance.groups import BoolArray, IntArray
from talentstats.variance.jackknife import jackknife_stratified, jackknife_unstratified
from talentstats.variance.multipliers import (
    REPLICATE_KINDS,
    Multipliers,
    ReplicateKind,
    require_replicates,
    require_rho,
)
from talentstats.variance.stages import Stage
from talentstats.variance.successive import successive_differences

RANDOM_KINDS: frozenset[ReplicateKind] = frozenset({"bootstrap", "subbootstrap", "mrbbootstrap"})

# The textbook forms of these have no finite population correction; their variances are the larger for it.
KINDS_WITHOUT_FPC: frozenset[ReplicateKind] = frozenset({"BRR", "Fay", "subbootstrap", "sdr"})


def make_multipliers(
    kind: ReplicateKind,
    stages: tuple[Stage, ...],
    *,
    replicates: int | None = None,
    rho: float = 0.0,
    seed: int | None = None,
    order: IntArray | None = None,
) -> Multipliers:
    """Make the replicate multipliers of a design.

    Parameters
    ----------
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap", "mrbbootstrap", "sdr"}
        `mrbbootstrap` uses every stage, all others the first stage only.
    stages : tuple of Stage
        From the first to the last, all with the same rows.
    replicates : int, optional
        Number of replicates; the bootstraps need it. `sdr` takes the next Hadamard order (None: exact
        differences). The design fixes the number of the jackknife, BRR and Fay, which do not look at it.
    rho : float
        Fay's rho, 0 <= rho < 1. Only `Fay` looks at it.
    seed : int, optional
        Seed of the bootstraps, which need it.
    order : IntArray, shape (rows,), optional
        Place in the list the sample was drawn from, for `sdr`; the order of the rows when None.

    Returns
    -------
    Multipliers
        One row per row of the stages. A stratum that is completely in the sample keeps multiplier 1.

    Raises
    ------
    InputError
        If the kind is unknown, a stratum has one unit, all units are in the sample, or an option is missing
        or out of range.

    Examples
    --------
    >>> codes = np.arange(3)
    >>> stage = Stage(group=np.zeros(3, dtype=np.int64), unit=codes, population=np.full(3, np.inf))
    >>> make_multipliers("JK1", (stage,)).values
    array([[0. , 1.5, 1.5],
           [1.5, 0. , 1.5],
           [1.5, 1.5, 0. ]])
    """
    if kind not in REPLICATE_KINDS:
        raise unknown_name("replicate type", kind, REPLICATE_KINDS)
    _require_selection(stages if kind == "mrbbootstrap" else stages[:1])
    if kind in RANDOM_KINDS:
        return _random_multipliers(kind, stages, replicates=replicates, seed=seed)
    units = stages[0].units()
    if kind == "JK1":
        made = jackknife_unstratified(units)
    elif kind == "JKn":
        made = jackknife_stratified(units)
    elif kind == "sdr":
        place = np.arange(stages[0].unit.size) if order is None else _require_order(order, stages[0])
        count = None if replicates is None else require_replicates(replicates)
        made = successive_differences(units, replicates=count, order=place[units.first_row])
    else:
        made = balanced_halves(units, rho=require_rho(rho) if kind == "Fay" else 0.0)
    return _by_row(made, stages[0])


def _random_multipliers(
    kind: ReplicateKind, stages: tuple[Stage, ...], *, replicates: int | None, seed: int | None
) -> Multipliers:
    if replicates is None:
        raise InputError(
            f"`{kind}` needs a number of replicates.",
            expected="`replicates`, 500 or more for intervals",
            got="none",
        )
    if seed is None or seed < 0:
        raise InputError(
            f"`{kind}` draws at random and needs a seed to be repeatable.",
            expected="`seed`, a whole number of at least 0",
            got="none" if seed is None else str(seed),
        )
    count = require_replicates(replicates)
    generator = np.random.default_rng(seed)
    if kind == "mrbbootstrap":
        return rescaled_bootstrap(stages, replicates=count, generator=generator)
    draw = rao_wu_bootstrap if kind == "bootstrap" else subsampled_bootstrap
    return _by_row(draw(stages[0].units(), replicates=count, generator=generator), stages[0])


def _by_row(made: Multipliers, stage: Stage) -> Multipliers:
    """Give every row of the stage the multipliers of its unit."""
    return Multipliers(values=made.values[stage.unit], scale=made.scale, rscales=made.rscales)


def _require_selection(stages: tuple[Stage, ...]) -> None:
    """Refuse a stage with one unit in a group, and a design in which nothing was left to chance."""
    chance = False
    earlier_fraction = np.ones(stages[0].unit.size)
    for number, stage in enumerate(stages, start=1):
        units = stage.units()
        counts = np.zeros(units.sampled.size, dtype=np.bool_)
        counts[stage.group[earlier_fraction > 0]] = True  # below a stage with replacement nothing counts
        varies = counts & ~units.complete
        _require_two_units(varies & (units.sampled < 2), number)
        chance = chance or bool(varies.any())
        earlier_fraction = earlier_fraction * units.fraction[stage.group]
    if not chance:
        raise InputError(
            "Every unit of the population is in the sample: there is nothing to replicate.",
            expected="a stratum with more units in the population than in the sample",
            got=f"{units.sampled.size} strata, all of them complete",
            remedy="With complete first stages, make replicates of the later stages with `mrbbootstrap`."
            if len(stages) == 1
            else None,
        )


def _require_two_units(lonely: BoolArray, stage: int) -> None:
    if lonely.any():
        raise InputError(
            f"{lonely.sum()} of {lonely.size} strata at stage {stage} have one sampling unit.",
            expected="at least two units in each stratum that is not completely in the sample",
            got=f"one unit in stratum {np.flatnonzero(lonely)[0]}",
            remedy="Join such a stratum with a similar one, or declare it complete (population 1).",
        )


def _require_order(order: IntArray, stage: Stage) -> IntArray:
    if order.shape != stage.unit.shape:
        raise InputError(
            "`order` does not fit the sampling units.",
            expected=f"one place for each of {stage.unit.size} rows",
            got=str(order.shape),
        )
    return order
