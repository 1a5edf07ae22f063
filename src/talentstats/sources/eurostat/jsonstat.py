"""JSON-stat 2: a cube of figures as one object, read into the cells that hold something."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl

from talentstats.errors import InputError
from talentstats.sources.eurostat.long_values import load_object

Positions = npt.NDArray[np.int64]
#: Roles that say what a dimension is about.
TIME, METRIC = "time", "metric"


class _NotJsonStatError(ValueError):
    """What is wrong with an object that should be a JSON-stat dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One value of a dimension.

    Attributes
    ----------
    title : str
        The code when the provider gives no label.
    parent : str or None
        The code of the category it is a part of.
    unit : str
        Of a metric: in what it is measured; empty where the provider does not say.
    decimals : int or None
        Of a metric: how many the provider prints.
    """

    code: str
    title: str
    parent: str | None = None
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One side of a cube, with its categories in the order of its positions."""

    name: str
    title: str
    categories: tuple[Category, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """A JSON-stat dataset; a cell without value and status is not there.

    Attributes
    ----------
    label, updated : str
        What the provider calls the dataset, and when it was last changed; empty where it does not say.
    roles : mapping of role to names of dimensions
        `time`, `geo` and `metric`.
    extension : mapping
        What the provider adds to the format.
    positions : array of int64
        Where each cell stands when the last dimension runs fastest; ascending.
    value : polars.Series of Float64
        Null where there is a status only.
    status : polars.Series of String
        Null where there is none.
    """

    label: str
    updated: str
    dimensions: tuple[Dimension, ...]
    roles: Mapping[str, tuple[str, ...]]
    extension: Mapping[str, Any] = field(repr=False)
    positions: Positions = field(repr=False)
    value: pl.Series = field(repr=False)
    status: pl.Series = field(repr=False)

    def categories_of(self, dimension: Dimension) -> pl.Series:
        """Return for each cell the number of its category in a dimension, from 0."""
        after = self.dimensions[self.dimensions.index(dimension) + 1 :]
        stride = math.prod(len(other.categories) for other in after)
        return pl.Series(self.positions // stride % len(dimension.categories))


def read_cube(path: Path) -> Cube:
    """Read a JSON-stat 2 dataset from a file.

    Raises
    ------
    InputError
        If the file is no JSON, or is not one dataset of the format.
    """
    return parse_cube(path.read_bytes(), where=str(path))


def parse_cube(data: bytes, *, where: str) -> Cube:
    """Read a JSON-stat 2 dataset; `where` names it in the error.

    Raises
    ------
    InputError
        If the bytes are no JSON, or are not one dataset of the format.
    """
    try:
        return cube_from(load_object(data, parse_constant=_refuse_constant))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = str(error) if isinstance(error, _NotJsonStatError) else f"{type(error).__name__}: {error}"
        raise InputError(
            "This is not a JSON-stat dataset.",
            where=where,
            expected="one object of class `dataset`, with `id`, `size`, `dimension` and `value`",
            got=problem,
            remedy="Fetch the table again; a file of another origin is read as what it is.",
        ) from error


def cube_from(found: Mapping[str, Any]) -> Cube:
    """Return the cube that a JSON-stat object describes.

    Raises
    ------
    ValueError
        If the object is not one dataset, or contradicts itself.
    KeyError, TypeError, AttributeError
        If it lacks a part, or has one of another type.

    Examples
    --------
    >>> cube = cube_from(
    ...     {
    ...         "class": "dataset",
    ...         "id": ["geo", "time"],
    ...         "size": [1, 2],
    ...         "dimension": {
    ...             "geo": {"category": {"label": {"NL": "Netherlands"}}},
    ...             "time": {"category": {"index": ["2021", "2022"]}},
    ...         },
    ...         "value": {"1": 4.9},
    ...     }
    ... )
    >>> cube.positions.tolist(), cube.value.to_list()
    ([1], [4.9])
    """
    if found.get("class", "dataset") != "dataset":
        raise _NotJsonStatError(f"an object of class `{found['class']}`")
    names, sizes = list(found["id"]), list(found["size"])
    if len(names) != len(sizes) or len(set(names)) != len(names):
        raise _NotJsonStatError(f"{len(names)} names of dimensions, {len(sizes)} sizes")
    dimensions = tuple(
        _dimension(name, size, found["dimension"][name]) for name, size in zip(names, sizes, strict=True)
    )
    total = math.prod(sizes)
    positions, value, status = _joined(_values(found["value"], total), _statuses(found.get("status"), total))
    return Cube(
        label=str(found.get("label", "")),
        updated=str(found.get("updated", "")),
        dimensions=dimensions,
        roles=_roles(found.get("role") or {}, names),
        extension=found.get("extension") or {},
        positions=positions,
        value=value,
        status=status,
    )


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJsonStatError(f"`{name}`, which is no number in JSON")


def _roles(found: Mapping[str, Any], names: list[str]) -> dict[str, tuple[str, ...]]:
    roles = {role: tuple(chosen) for role, chosen in found.items()}
    stray = sorted({name for chosen in roles.values() for name in chosen} - set(names))
    if stray:
        raise _NotJsonStatError(f"a role for `{stray[0]}`, which is no dimension")
    return roles


def _dimension(name: str, size: int, found: Mapping[str, Any]) -> Dimension:
    category = found["category"]
    labels: Mapping[str, str] = category.get("label") or {}
    codes = _codes(category.get("index"), labels, name)
    if len(codes) != size:
        raise _NotJsonStatError(f"{len(codes)} categories of `{name}` where `size` says {size}")
    parents = {part: whole for whole, parts in (category.get("child") or {}).items() for part in parts}
    units = category.get("unit") or {}
    return Dimension(
        name=name,
        title=str(found.get("label") or name),
        categories=tuple(
            Category(
                code=code,
                title=str(labels.get(code, code)),
                parent=parents.get(code),
                unit=str(units.get(code, {}).get("label", "")),
                decimals=units.get(code, {}).get("decimals"),
            )
            for code in codes
        ),
    )


def _codes(index: Any, labels: Mapping[str, str], name: str) -> list[str]:
    """Return codes in their order: of a list, of positions, or the one label without an index."""
    if index is None:
        if len(labels) != 1:
            raise _NotJsonStatError(f"no order of the {len(labels)} categories of `{name}`")
        return list(labels)
    if not isinstance(index, Mapping):
        codes = [str(code) for code in index]
        if len(set(codes)) != len(codes):
            raise _NotJsonStatError(f"a category of `{name}` twice")
        return codes
    if sorted(index.values()) != list(range(len(index))):
        raise _NotJsonStatError(f"positions of `{name}` that do not count from 0 up")
    return sorted(index, key=lambda code: index[code])


def _values(found: Any, total: int) -> pl.DataFrame:
    """Return the cells with a number: a long object comes as a frame already."""
    if isinstance(found, pl.DataFrame):
        _refuse_stray(found["at"], total, what="value")
        frame = found
    else:
        positions, contents = _cells(found, total, what="value")
        frame = pl.DataFrame({"at": positions, "value": _numbers(contents)})
    known = frame.drop_nulls("value")
    if not known["value"].is_finite().all():
        raise _NotJsonStatError("a `value` too large for a number")
    return known


def _statuses(found: Any, total: int) -> pl.DataFrame:
    """Return the cells with a status: one text, or a list of one text, holds for every cell."""
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, str):
        found = [found] * total
    positions, contents = _cells({} if found is None else found, total, what="status")
    return pl.DataFrame({"at": positions, "status": _texts(contents)}).drop_nulls("status")


def _cells(found: Any, total: int, *, what: str) -> tuple[pl.Series, list[Any]]:
    """Return positions and contents, of a list with one for each cell or an object with those there are."""
    if isinstance(found, Mapping):
        positions = pl.Series(list(found), dtype=pl.String).cast(pl.Int64, strict=False)
        _refuse_stray(positions, total, what=what)
        return positions, list(found.values())
    if not isinstance(found, list) or len(found) != total:
        size = f"{len(found):,} items" if isinstance(found, list) else type(found).__name__
        raise _NotJsonStatError(f"`{what}` with {size} for {total:,} cells")
    return pl.int_range(total, dtype=pl.Int64, eager=True), found


def _refuse_stray(positions: pl.Series, total: int, *, what: str) -> None:
    if positions.null_count() or positions.n_unique() != positions.len():
        raise _NotJsonStatError(f"a `{what}` whose keys are not the numbers of cells")
    if not positions.is_between(0, total - 1).all():
        raise _NotJsonStatError(f"a `{what}` beyond the {total:,} cells")


def _joined(cells: pl.DataFrame, flagged: pl.DataFrame) -> tuple[Positions, pl.Series, pl.Series]:
    joined = cells.join(flagged, on="at", how="full", coalesce=True).sort("at")
    return joined["at"].to_numpy(), joined["value"], joined["status"]


def _numbers(contents: list[Any]) -> pl.Series:
    if not {type(value) for value in contents} <= {int, float, type(None)}:
        raise _NotJsonStatError("a `value` that is no number")
    return pl.Series(contents, dtype=pl.Float64, strict=False)


def _texts(contents: list[Any]) -> pl.Series:
    if not {type(text) for text in contents} <= {str, type(None)}:
        raise _NotJsonStatError("a `status` that is no text")
    return pl.Series(contents, dtype=pl.String)
