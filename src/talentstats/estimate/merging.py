"""Adding sums of parts: the same columns, the same centres, then one sum by group."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.items import Item, weighted_names
from talentstats.estimate.sums import PartialSums, second_moment
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.variance.groups import FloatArray

_KEYS = ("by_", "stratum_", "unit_", "all")


def merge(parts: Iterable[PartialSums]) -> PartialSums:
    """Add the sums of parts of a sample, in any order.

    Parameters
    ----------
    parts : iterable of PartialSums
        Of the same request and design; no row may be in two of them.

    Returns
    -------
    PartialSums
        What `partial` of all rows together gives, to rounding.

    Raises
    ------
    InputError
        If the parts are not of one request and one design, or none is given.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2], "w": 10.0, "y": [1, 2, 3, 6]})
    >>> design = ts.SurveyDesign(weight="w", psu="area")
    >>> parts = [ts.partial(ts.SurveySample(people[rows], design), "mean", "y") for rows in ([0, 3], [1, 2])]
    >>> ts.finalize(ts.merge(parts)).to_polars()["estimate"].item()
    3.0
    """
    listed = list(parts)
    if not listed:
        raise InputError("There is nothing to merge.", expected="at least one part", got="none")
    for part in listed[1:]:
        _refuse_unlike(listed[0], part)
    if len(listed) == 1:
        return listed[0]
    items = _common_items(listed)
    moved = [_in_layout(part, items) for part in listed]
    squares = [part.squares for part in moved if part.squares is not None]
    units = [part.units for part in listed if part.units is not None]
    gaps: dict[str, int] = {}
    for part in listed:
        for column, count in part.missing.items():
            gaps[column] = gaps.get(column, 0) + count
    return replace(
        moved[0],
        groups=_added([part.groups for part in moved]),
        squares=_added(squares) if squares else None,
        units=_added(units) if units else None,
        missing=gaps,
        sample=object(),
        origins=tuple(dict.fromkeys(origin for part in listed for origin in part.origins)),
        synthetic=any(part.synthetic for part in listed),
    )


def _refuse_unlike(first: PartialSums, second: PartialSums) -> None:
    for what in ("statistic", "variables", "denominators", "by", "missing", "levels"):
        one, two = getattr(first.request, what), getattr(second.request, what)
        if one != two:
            raise InputError(
                f"The parts are not of one request: `{what}` differs.",
                expected=f"{one}",
                got=f"{two}",
                remedy="Make every part with the same call.",
            )
    if first.subpopulation != second.subpopulation:
        raise InputError(
            "The parts are not of one subpopulation.",
            expected=first.subpopulation or "everyone",
            got=second.subpopulation or "everyone",
            remedy="Make every part with the same `where`.",
        )
    if first.design != second.design or first.form != second.form:
        raise InputError(
            "The parts are not of one design.",
            expected=str(first.design),
            got=str(second.design),
            remedy="Make every part with the same design.",
        )
    if first.design.pairwise is not None and not first.design.units:
        raise InputError(
            "The sampling units of the parts cannot be told apart.",
            expected="`psu` in a design with `pairwise`",
            got="rows that are units, numbered in each part by itself",
            remedy="Name a column that identifies the units in `psu`, or estimate all rows at once.",
        )
    if not _same_replicates(first, second):
        raise InputError(
            "The parts do not have the same replicates.",
            expected="replicate weights in the same columns",
            got="replicates made for each part by itself",
            remedy="Make the parts without replicates, or with replicate weights in the file.",
        )


def _same_replicates(first: PartialSums, second: PartialSums) -> bool:
    one, two = first.replicates, second.replicates
    if isinstance(one, UnitReplicates) or isinstance(two, UnitReplicates):
        return one is two
    if isinstance(one, ReplicateWeights) and isinstance(two, ReplicateWeights):
        return replace(one, df=None) == replace(two, df=None)
    return one is two


def _common_items(parts: Sequence[PartialSums]) -> tuple[Item, ...]:
    """List every variable and level of the parts, each with columns of its own for its respondents."""
    found: dict[tuple[str, object], Item] = {}
    for part in parts:
        for item in part.items:
            found.setdefault((item.variable, item.level), item)
    numbers = {name: i for i, name in enumerate(dict.fromkeys(item.variable for item in found.values()))}
    whole = all(item.rows == "n" for part in parts for item in part.items)
    ordered = sorted(found.values(), key=lambda item: (numbers[item.variable], *_level_key(item.level)))
    return tuple(
        _with_columns(item, numbers[item.variable], place, whole=whole) for place, item in enumerate(ordered)
    )


def _level_key(level: object) -> tuple[str, object]:
    return ("", 0) if level is None else (type(level).__name__, level)


def _with_columns(item: Item, number: int, place: int, *, whole: bool) -> Item:
    """Name the columns so that they cannot mean one thing in one part and another in the next."""
    rows, weight = ("n", "w") if whole else (f"n_{number}", f"w_{number}")
    if item.level is None:
        return replace(item, rows=rows, weight=weight)
    basis = (f"t_{number}_{place}",)
    return replace(item, rows=rows, weight=weight, basis=basis, squares=basis)


def _in_layout(part: PartialSums, items: tuple[Item, ...]) -> PartialSums:
    """Give the part the common columns and centres."""
    own = {(item.variable, item.level): item for item in part.items}
    by_variable = {item.variable: item for item in part.items}
    source: dict[str, str | None] = {"w": "w", "n": "n"}
    shift: dict[str, list[tuple[str, float]]] = {}
    for item in items:
        mine = own.get((item.variable, item.level))
        near = mine or by_variable[item.variable]
        source |= {item.rows: near.rows, item.weight: near.weight}
        for place, name in enumerate(item.basis):
            source[name] = mine.basis[place] if mine else None
        if mine:
            shift |= _shifts(item, mine)
    groups = _moved(part, items, source, shift)
    squares = _moved_squares(part, items, own) if part.squares is not None else None
    return replace(part, items=items, groups=groups, squares=squares)


def _shifts(item: Item, mine: Item) -> dict[str, list[tuple[str, float]]]:
    """Say what a sum gains, per other column, when it is taken about the common centre."""
    moves = [old - new for old, new in zip(mine.centres, item.centres, strict=True)]
    if not any(moves) or item.level is not None:
        return {}
    if len(item.basis) == 2 and item.basis[1].startswith("q"):
        t, q = item.basis
        return {t: [(item.weight, moves[0])], q: [(t, 2 * moves[0]), (item.weight, moves[0] ** 2)]}
    return {name: [(item.weight, move)] for name, move in zip(item.basis, moves, strict=True)}


def _moved(
    part: PartialSums,
    items: tuple[Item, ...],
    source: dict[str, str | None],
    shift: dict[str, list[tuple[str, float]]],
) -> pl.DataFrame:
    names = weighted_names(items)
    table = part.groups
    kept = [name for name in table.columns if name.startswith((*_KEYS, "most_", "least_"))]
    counts = list(dict.fromkeys(["n", *(item.rows for item in items)]))
    change = np.eye(len(names))
    for name, gains in shift.items():
        for other, factor in gains:
            change[names.index(name), names.index(other)] += factor
    columns = {name: table[source[name] or "n"].to_numpy() for name in counts}
    for prefix in _prefixes(part):
        sums = np.column_stack([_column(table, prefix, source[name]) for name in names]) @ change.T
        columns |= {prefix + name: sums[:, i] for i, name in enumerate(names)}
    if part.form == "moments":
        columns |= _moved_moments(table, names, source, change)
    return _side_by_side(table.select(kept), pl.DataFrame(columns))


def _side_by_side(keys: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([keys, columns], how="horizontal") if keys.width else columns


def _prefixes(part: PartialSums) -> list[str]:
    if isinstance(part.replicates, ReplicateWeights):
        return ["", *(f"r{number}_" for number in range(len(part.replicates.columns)))]
    return [""]


def _column(table: pl.DataFrame, prefix: str, name: str | None) -> FloatArray:
    return np.zeros(table.height) if name is None else table[prefix + name].to_numpy()


def _moved_moments(
    table: pl.DataFrame, names: list[str], source: dict[str, str | None], change: FloatArray
) -> dict[str, FloatArray]:
    size = len(names)
    moments = np.zeros((table.height, size, size))
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            one, two = source[first], source[second]
            if one is None or two is None:
                continue
            either = (second_moment(one, two), second_moment(two, one))
            moments[:, i, j] = table[next(name for name in either if name in table.columns)].to_numpy()
    moved = change @ moments @ change.T
    return {second_moment(names[i], names[j]): moved[:, i, j] for i in range(size) for j in range(i, size)}


def _moved_squares(
    part: PartialSums, items: tuple[Item, ...], own: dict[tuple[str, object], Item]
) -> pl.DataFrame:
    """Take the weighted squares of every domain about the common centre."""
    squares = part.squares
    if squares is None:
        raise InputError("These sums have no squares.")
    keys = [name for name in squares.columns if name.startswith(_KEYS)]
    domain = [name for name in keys if name != "all"]
    needed = [pl.col(name).sum() for item in part.items for name in (item.weight, *item.basis)]
    distinct = list({expression.meta.output_name(): expression for expression in needed}.values())
    if domain:
        sums = part.groups.group_by(domain).agg(distinct)
        squares = squares.join(sums, on=domain, how="left", nulls_equal=True)
    else:
        squares = squares.join(part.groups.select(distinct), how="cross")
    made = {}
    for item in items:
        mine = own[item.variable, item.level]
        move = [old - new for old, new in zip(mine.centres, item.centres, strict=True)]
        pairs = [(0, 0)] if len(item.squares) == 1 else [(0, 0), (0, 1), (1, 1)]
        weight = squares[mine.weight].to_numpy()
        sums_of = [squares[name].to_numpy() for name in mine.basis]
        for (a, b), target, name in zip(pairs, item.squares, mine.squares, strict=True):
            made[target] = (
                squares[name].to_numpy()
                + move[a] * sums_of[b]
                + move[b] * sums_of[a]
                + move[a] * move[b] * weight
            )
    return _side_by_side(squares.select(keys), pl.DataFrame(made))


def _added(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Stack the tables and sum them by their keys."""
    stacked = pl.concat(tables, how="diagonal_relaxed")
    groups = [name for name in stacked.columns if name.startswith(_KEYS)]
    rest = [name for name in stacked.columns if name not in groups]
    sums = [
        pl.col(name).min()
        if name.startswith(("fpc_", "least_"))
        else pl.col(name).max()
        if name.startswith("most_")
        else pl.col(name).sum()
        for name in rest
    ]
    return stacked.group_by(groups).agg(sums) if groups else stacked.select(sums)
