"""Dividing a sample over regions: proportionally, for the total, or for every region alike."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.estimate.planning.earlier_wave import number_above_0
from talentstats.variance.groups import FloatArray, IntArray

AllocationMethod = Literal["proportional", "neyman", "power"]
METHODS: tuple[AllocationMethod, ...] = ("proportional", "neyman", "power")


def allocate(
    total: int,
    population: Mapping[Any, float],
    *,
    method: AllocationMethod = "proportional",
    spread: Mapping[Any, float] | None = None,
    power: float = 0.5,
    minimum: int = 2,
) -> pl.DataFrame:
    r"""Divide a number of respondents over regions.

    Parameters
    ----------
    total : int
        Respondents in all.
    population : mapping of region to number
        Persons in each region; no region gets more.
    method : {"proportional", "neyman", "power"}
        As the population; as population times spread, best for the estimate of all regions together; or as
        the population to a power times the spread, between that and equal precision in every region.
    spread : mapping of region to number, optional
        For "neyman" the standard deviation of a person of the region. For "power" its coefficient of
        variation; by default the same everywhere.
    power : float
        For "power": 1 is for the total, 0 gives every region the same cv; 1/2 is usual.
    minimum : int
        Fewest respondents in a region (the whole population of a smaller one).

    Returns
    -------
    polars.DataFrame
        `region`, `population`, `n` and `sampling_fraction`, in the order of `population`; `n` adds up to
        `total`.

    Raises
    ------
    InputError
        If the total is less than the minima together, or more than the population; for an unknown method, or
        a region without spread.

    Notes
    -----
    :math:`n_h \propto N_h`, :math:`n_h \propto N_h S_h` (Cochran 1977, sections 5.3, 5.5 and 5.8) and
    :math:`n_h \propto N_h^a C_h` (Bankier 1988). With bounds :math:`n_h = \min(N_h, \max(m, \lambda a_h))`,
    which stays best among the allocations within them: Gabler, Ganninger & Münnich (2012). Rounded by
    largest remainders.

    Examples
    --------
    >>> import talentstats as ts
    >>> ts.allocate(100, {"north": 600, "south": 300, "isle": 9}, minimum=5)["n"].to_list()
    [63, 32, 5]
    """
    if method not in METHODS:
        raise unknown_name("allocation", method, METHODS)
    persons = _persons(population)
    whole = _whole(total, "total")
    least = np.minimum(float(_whole(minimum, "minimum")), persons)
    if not least.sum() <= whole <= persons.sum():
        raise InputError(
            "The sample cannot be divided over the regions.",
            expected=f"from {least.sum():,.0f}, the minima together, to {persons.sum():,.0f}, everyone",
            got=f"{whole:,}",
            remedy="Change the total or the minimum.",
        )
    shares = _shares(population, persons, method=method, spread=spread, power=power)
    n = _rounded(_within_bounds(shares, least, persons, total=float(whole)), total=whole, most=persons)
    return pl.DataFrame(
        {
            "region": list(population),
            "population": persons.astype(np.int64),
            "n": n,
            "sampling_fraction": n / persons,
        }
    )


def _shares(
    population: Mapping[Any, float],
    persons: FloatArray,
    *,
    method: AllocationMethod,
    spread: Mapping[Any, float] | None,
    power: float,
) -> FloatArray:
    """Give what the regions are to get in proportion to."""
    if method == "proportional":
        if spread is not None:
            raise InputError(
                "A proportional allocation takes no spread.",
                expected='method="neyman" or method="power"',
                got='method="proportional" with `spread`',
                remedy="Leave `spread` out, or choose another method.",
            )
        return persons
    if method == "power" and not (isinstance(power, (int, float)) and 0 <= power <= 1):
        raise InputError(
            "The power of an allocation lies between 0 and 1.",
            expected="0 (equal precision) to 1 (for the total)",
            got=repr(power),
            remedy="Leave it at 0.5.",
        )
    return np.asarray(
        persons ** (1.0 if method == "neyman" else power) * _spreads(population, method, spread)
    )


def _spreads(
    population: Mapping[Any, float], method: AllocationMethod, spread: Mapping[Any, float] | None
) -> FloatArray:
    if spread is not None:
        missing = [region for region in population if region not in spread]
        if missing:
            raise unknown_name("region in `spread`:", str(missing[0]), [str(region) for region in spread])
        return np.array([number_above_0(spread[region], "spread") for region in population])
    if method == "neyman":
        raise InputError(
            "A Neyman allocation needs the spread of each region.",
            expected="`spread`, the standard deviation of a person in each region",
            got="none",
            remedy="Take the roots of `estimate_variance` of an earlier wave by region.",
        )
    return np.ones(len(population))


def _within_bounds(shares: FloatArray, least: FloatArray, most: FloatArray, *, total: float) -> FloatArray:
    """Give the multiple of the shares, cut off at the bounds, that adds up to the total.

    What the cut multiples add up to rises in straight lines with the factor; the bends are where a region
    leaves its minimum or reaches its population.
    """
    bends = np.unique(np.concatenate([[0.0], least / shares, most / shares]))
    sums = np.clip(bends[:, None] * shares, least, most).sum(axis=1)
    factor = np.interp(total, sums, bends)
    return np.asarray(np.clip(factor * shares, least, most))


def _rounded(exact: FloatArray, *, total: int, most: FloatArray) -> IntArray:
    """Round to whole persons that add up to the total: the largest remainders go up."""
    down = np.floor(exact + 1e-9)
    room = np.where(down < np.floor(most), exact - down, -1.0)
    up = np.argsort(-room, kind="stable")[: total - int(down.sum())]
    down[up] += 1
    return down.astype(np.int64)


def _persons(population: Mapping[Any, float]) -> FloatArray:
    if not isinstance(population, Mapping) or not population:
        raise InputError(
            "There are no regions to divide the sample over.",
            expected='a mapping such as `{"north": 1200, "south": 800}`',
            got=type(population).__name__ if not isinstance(population, Mapping) else "an empty mapping",
            remedy="Give the number of persons of every region.",
        )
    return np.floor([number_above_0(size, "population") for size in population.values()])


def _whole(given: Any, what: str) -> int:
    number = number_above_0(given, what)
    if number != int(number):
        raise InputError(
            f"`{what}` is a number of persons.",
            expected="a whole number",
            got=join_options([given]),
            remedy="Round it.",
        )
    return int(number)
