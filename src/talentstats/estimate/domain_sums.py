"""Sums of each domain, from the sums of cells."""

import numpy as np

from talentstats.estimate.domains import CellSums, GroupingSet
from talentstats.estimate.estimators import Sums
from talentstats.estimate.items import Item, weighted_names
from talentstats.estimate.sums import PartialSums
from talentstats.variance.groups import FloatArray, group_sums

Items = tuple[Item, ...]


def domain_sums(part: PartialSums, cells: CellSums, grouping: GroupingSet) -> Sums:
    """Add the sums of the cells of every domain."""
    counts = ["n", *dict.fromkeys(item.rows for item in part.items if item.rows != "n")]
    names = [*counts, *weighted_names(part.items)]
    totals = group_sums(grouping.domain_of_cell, cells.totals(names), n_groups=grouping.size)
    weight, basis = weight_and_basis(part.items, names, totals)
    return Sums(
        persons=totals[:, 0],
        persons_weight=totals[:, names.index("w")],
        rows=take(totals, names, [item.rows for item in part.items]),
        weight=weight,
        basis=basis,
        centres=np.array([item.centres for item in part.items]),
    )


def weight_and_basis(
    items: Items, names: list[str], totals: FloatArray
) -> tuple[FloatArray, tuple[FloatArray, ...]]:
    """Pick the weight and the basis of every item out of the totals, (..., names)."""
    weight = take(totals, names, [item.weight for item in items])
    return weight, tuple(take(totals, names, list(column)) for column in basis_names(items))


def basis_names(items: Items) -> list[tuple[str, ...]]:
    """Give, for each place in the basis, its column for every item."""
    return list(zip(*(item.basis for item in items), strict=True))


def take(values: FloatArray, names: list[str], wanted: list[str]) -> FloatArray:
    """Pick columns by name along the last axis."""
    place = {name: i for i, name in enumerate(names)}
    return values[..., [place[name] for name in wanted]]


def domain_squares(
    part: PartialSums, cells: CellSums, grouping: GroupingSet, sums: Sums
) -> tuple[FloatArray, ...]:
    """Give the weighted squares of every domain and item, for the design effect."""
    places = list(zip(*(item.squares for item in part.items), strict=True))
    if not places:
        return ()
    if part.squares is None:  # the squares are themselves in the basis
        return sums.basis
    table = part.squares
    if part.by_columns:
        numbered = cells.cells.with_row_index("cell_code")
        table = numbered.join(table, on=part.by_columns, how="left", nulls_equal=True).sort("cell_code")
    names = list(dict.fromkeys(name for column in places for name in column))
    totals = group_sums(
        grouping.domain_of_cell, table.select(names).to_numpy().astype(np.float64), n_groups=grouping.size
    )
    return tuple(take(totals, names, list(column)) for column in places)
