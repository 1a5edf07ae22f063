"""Texts in a column that would overlap, moved apart as little as possible."""

from collections.abc import Sequence
from itertools import pairwise


def spread(wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float) -> tuple[float, ...]:
    """Return where texts stand so that none overlaps another, nearest to where they want to be.

    The sum of squared moves is the least possible (pool adjacent violators); texts keep their order. When
    they do not fit between `low` and `high`, they stick out above `high`.

    Parameters
    ----------
    wanted : sequence of float
        The middle of each text.
    sizes : sequence of float
        Its height.
    low, high : float
        The stretch they should stay in.

    Returns
    -------
    tuple of float
        The middles, in the order given.

    Examples
    --------
    >>> spread([50, 52, 90], [10, 10, 10], low=0, high=100)
    (46.0, 56.0, 90.0)
    """
    if not wanted:
        return ()
    order = sorted(range(len(wanted)), key=lambda number: (wanted[number], number))
    # Where each would stand above the first if all touched: without it, order is all that is left.
    stacked = [0.0]
    for below, above in pairwise(order):
        stacked.append(stacked[-1] + (sizes[below] + sizes[above]) / 2)
    free = _pool([wanted[number] - base for number, base in zip(order, stacked, strict=True)])
    least = low + sizes[order[0]] / 2
    most = max(least, high - sizes[order[-1]] / 2 - stacked[-1])
    places = [min(max(place, least), most) + base for place, base in zip(free, stacked, strict=True)]
    return tuple(places[order.index(number)] for number in range(len(wanted)))


def _pool(values: Sequence[float]) -> list[float]:
    """Return the nearest sequence that never falls: neighbours that do are replaced by their mean."""
    pools: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]
