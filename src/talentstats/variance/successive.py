"""Successive differences: replicates for units drawn systematically from an ordered list."""

import numpy as np

from talentstats.variance.groups import IntArray
from talentstats.variance.hadamard import hadamard_matrix, next_hadamard_order
from talentstats.variance.multipliers import Multipliers
from talentstats.variance.stages import StageUnits


def successive_differences(units: StageUnits, *, replicates: int | None, order: IntArray) -> Multipliers:
    """Make multipliers 1 + 2^(-3/2) (a_i - a_(i+1)) from the Hadamard rows a of neighbouring units.

    Parameters
    ----------
    units : StageUnits
        First-stage units.
    replicates : int or None
        At least so many; the next Hadamard order is taken. None: enough for a row per unit.
    order : IntArray, shape (units,)
        Place of each unit in the list it was drawn from; compared within its stratum only.

    Returns
    -------
    Multipliers
        Scale 4 / R.

    Notes
    -----
    The last unit of a stratum is the neighbour of the first, so that with a row per unit the variance of a
    total is half the sum of the squared differences around that circle. With fewer replicates rows are used
    again, each time in another sequence. The expectation stays the same, but for a last unit that meets the
    row of its first (some in ten thousand); it then keeps multiplier 1. Fay & Train (1995); Ash (2014).
    The finite population correction is not used.
    """
    in_list = np.lexsort((order, units.group))
    in_list = in_list[~units.complete[units.group[in_list]]]
    size = next_hadamard_order(in_list.size + 1 if replicates is None else max(replicates, 4))
    signs = hadamard_matrix(size)[_rows(in_list.size, available=size - 1)]
    stratum = units.group[in_list]
    starts = np.flatnonzero(np.r_[True, stratum[1:] != stratum[:-1]])
    neighbour = np.arange(1, in_list.size + 1)
    neighbour[np.r_[starts[1:], in_list.size] - 1] = starts
    values = np.ones((units.group.size, size))
    values[in_list] += 2**-1.5 * (signs - signs[neighbour])
    return Multipliers(values=values, scale=4 / size, rscales=np.ones(size))


def _rows(places: int, *, available: int) -> IntArray:
    """Give every place a row, never the row of ones; each round pairs neighbouring rows differently."""
    # Steps that share no divisor with the rows reach them all; those past half give the same pairs reversed.
    steps = np.flatnonzero(np.gcd(np.arange(available // 2 + 1), available) == 1)
    place = np.arange(places)
    step = steps[(place // available) % steps.size]
    return 1 + (place * step) % available
