"""The columns of sums a request needs, and which of them belong to which estimate."""

from dataclasses import dataclass
from typing import Any

from talentstats.estimate.request import Request
from talentstats.estimate.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One variable (or one level of one) and the names of its columns of sums.

    Attributes
    ----------
    variable : str
    level : object
        None when the statistic has no levels.
    rows, weight : str
        Columns of the number of rows with an answer and of their weights.
    basis : tuple of str
        Columns of weighted sums the estimate is a function of, besides `weight`.
    squares : tuple of str
        Columns of weighted squares for the design effect.
    centres : tuple of float
        What was subtracted before summing, for each variable in the basis.
    """

    variable: str
    level: Any = None
    rows: str = "n"
    weight: str = "w"
    basis: tuple[str, ...]
    squares: tuple[str, ...] = ()
    centres: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows with an answer: to one variable, to a pair, or to all.

    Attributes
    ----------
    columns : tuple of str
        The columns that must have an answer.
    rows, weight : str
        Where their number and weights are summed.
    """

    columns: tuple[str, ...]
    rows: str
    weight: str


def make_items(request: Request, scan: Scan) -> tuple[tuple[Item, ...], tuple[Source, ...]]:
    """List what is estimated, and the sets of rows it is estimated from."""
    if request.statistic == "count" and not request.variables:
        return (Item(variable="count", basis=("w",), squares=("w",), centres=(0.0,)),), ()
    sources = _sources(request, scan)
    if request.is_categorical:
        items = _levels(request, scan, sources)
    else:
        items = tuple(_number(request, i, scan, sources[i]) for i in range(len(request.variables)))
    return items, tuple(dict.fromkeys(source for source in sources if source.rows != "n"))


def _sources(request: Request, scan: Scan) -> list[Source]:
    if request.missing == "listwise":
        shared = _source(request.answers, scan, 0)
        return [shared] * len(request.variables)
    pairs = zip(request.variables, request.denominators or request.variables, strict=True)
    return [_source(tuple(dict.fromkeys(pair)), scan, i) for i, pair in enumerate(pairs)]


def _source(columns: tuple[str, ...], scan: Scan, number: int) -> Source:
    if scan.gaps.keys().isdisjoint(columns):
        return Source(columns=columns, rows="n", weight="w")
    return Source(columns=columns, rows=f"n_{number}", weight=f"w_{number}")


def _number(request: Request, i: int, scan: Scan, source: Source) -> Item:
    variable = request.variables[i]
    basis: tuple[str, ...] = (f"t_{i}",)
    squares: tuple[str, ...] = (f"q_{i}",)
    centres = [scan.centres[variable]]
    if request.statistic == "ratio":
        centres.append(scan.centres[request.denominators[i]])
        basis, squares = (f"t_{i}", f"d_{i}"), (f"q_{i}", f"c_{i}", f"e_{i}")
        variable = f"{variable}/{request.denominators[i]}"
    if request.statistic == "variance":
        basis, squares = (f"t_{i}", f"q_{i}"), ()
    return Item(
        variable=variable,
        rows=source.rows,
        weight=source.weight,
        basis=basis,
        squares=squares,
        centres=tuple(centres),
    )


def _levels(request: Request, scan: Scan, sources: list[Source]) -> tuple[Item, ...]:
    return tuple(
        Item(
            variable=variable,
            level=level,
            rows=sources[i].rows,
            weight=sources[i].weight,
            basis=(f"t_{i}_{j}",),
            squares=(f"t_{i}_{j}",),  # the square of a yes-or-no is itself
            centres=(0.0,),
        )
        for i, variable in enumerate(request.variables)
        for j, level in enumerate(scan.levels[variable])
    )


def weighted_names(items: tuple[Item, ...]) -> list[str]:
    """List the columns of weighted sums, the weight first."""
    return list(
        dict.fromkeys(["w", *(item.weight for item in items), *(n for item in items for n in item.basis)])
    )
