"""Stages of selection: which units were drawn, in which group, out of how many."""

from dataclasses import dataclass

import numpy as np

from talentstats.errors import InputError
from talentstats.variance.groups import BoolArray, FloatArray, IntArray

# A population size made from a sampling fraction (n / f) misses n by rounding when all are sampled.
_ROUNDING = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StageUnits:
    """The units of one stage, one entry each, and the groups they were drawn in.

    Attributes
    ----------
    group : IntArray, shape (units,)
        Code of the group in which the unit was drawn.
    sampled : IntArray, shape (groups,)
        Number of units drawn in the group, n_h.
    fraction : FloatArray, shape (groups,)
        Sampling fraction f_h = n_h / N_h; 0 with replacement, exactly 1 when every unit is in the sample.
    first_row : IntArray, shape (units,)
        First row of the stage's table that belongs to the unit.
    """

    group: IntArray
    sampled: IntArray
    fraction: FloatArray
    first_row: IntArray

    @property
    def complete(self) -> BoolArray:
        """Groups of which every unit is in the sample, so that they add no variance, shape (groups,)."""
        return self.fraction >= 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """One stage of selection, one row per sampling unit of the last stage.

    Attributes
    ----------
    group : IntArray, shape (rows,)
        Code 0, 1, ... of the group in which selection took place: the stratum; at later stages the stratum
        within the unit of the stage before.
    unit : IntArray, shape (rows,)
        Code 0, 1, ... of the unit of this stage, unique over the design and not only within its group.
    population : FloatArray, shape (rows,)
        Number of units of this stage in the group in the population; inf: drawn with replacement.

    Raises
    ------
    InputError
        If the shapes differ, a code is skipped, a unit is in two groups, a group has two population sizes, or
        a population is smaller than its sample.
    """

    group: IntArray
    unit: IntArray
    population: FloatArray

    def __post_init__(self) -> None:
        shapes = {self.group.shape, self.unit.shape, self.population.shape}
        if len(shapes) > 1 or self.group.ndim != 1 or self.group.size == 0:
            raise InputError(
                "A stage of selection needs three vectors of one length.",
                expected="`group`, `unit` and `population` of shape (rows,), at least one row",
                got=", ".join(str(array.shape) for array in (self.group, self.unit, self.population)),
            )
        _require_dense("group", self.group)
        _require_dense("unit", self.unit)
        self._require_one_value_each()

    def units(self) -> StageUnits:
        """Return the distinct units of this stage, in the order of their codes."""
        last_to_first = np.arange(self.unit.size)[::-1]
        first_row = np.empty(int(self.unit.max()) + 1, dtype=np.int64)
        first_row[self.unit[last_to_first]] = last_to_first  # of rows of one unit, the first is written last
        group = self.group[first_row]
        sampled = np.bincount(group)
        population = np.empty(sampled.size)
        population[self.group] = self.population
        _require_population(population, sampled)
        fraction = sampled / population
        fraction = np.where(fraction > 1 - _ROUNDING, 1.0, fraction)
        return StageUnits(group=group, sampled=sampled, fraction=fraction, first_row=first_row)

    @property
    def sampled(self) -> IntArray:
        """Number of distinct units in each group, shape (groups,)."""
        return self.units().sampled

    def _require_one_value_each(self) -> None:
        group_of_unit = np.empty(int(self.unit.max()) + 1, dtype=np.int64)
        group_of_unit[self.unit] = self.group
        astray = self.unit[group_of_unit[self.unit] != self.group]
        if astray.size:
            raise InputError(
                f"{np.unique(astray).size} sampling units are in more than one group.",
                expected="codes of units that are unique over the design",
                got=f"unit {astray[0]} in two groups",
                remedy="Number the units over the whole design when their ids restart in each group.",
            )
        population_of_group = np.empty(int(self.group.max()) + 1)
        population_of_group[self.group] = self.population
        unlike = self.group[population_of_group[self.group] != self.population]
        if unlike.size:
            raise InputError(
                f"{np.unique(unlike).size} groups have more than one population size.",
                expected="one population size for all units of a group",
                got=f"two sizes in group {unlike[0]}",
            )
        self.units()


def _require_dense(name: str, codes: IntArray) -> None:
    if codes.min() < 0 or not np.bincount(codes).all():
        raise InputError(
            f"The codes of `{name}` are not consecutive.",
            expected="every code from 0 to the largest",
            got=f"{np.unique(codes).size} codes from {codes.min()} to {codes.max()}",
        )


def _require_population(population: FloatArray, sampled: IntArray) -> None:
    short = np.flatnonzero(~(population * (1 + _ROUNDING) >= sampled))
    if short.size:
        first = short[0]
        raise InputError(
            f"{short.size} groups have a population smaller than their sample.",
            expected=f"at least {sampled[first]} units in the population of group {first}",
            got=f"{population[first]:g}",
            remedy="Give the number of units in the population, or infinity for selection with replacement.",
        )
