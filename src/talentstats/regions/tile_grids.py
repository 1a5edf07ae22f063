"""Layouts of tile-grid maps: where each region stands when all are drawn equally large."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError, join_options, unknown_name

FILE = Path(__file__).parent / "tile_grids.toml"
EMPTY = "."
_EXPECTED = "for each map a `layout` of rows of codes, and `regions` with a `label` and a `name` by code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A region on a tile-grid map.

    Attributes
    ----------
    label : str
        Abbreviation that fits in the tile.
    name : str
        The official Dutch name, the same in both languages.
    row, column : int
        From the north-west corner, from 0.
    seat : str or None
        Main municipality, where the map declares it.
    """

    code: str
    label: str
    name: str
    row: int
    column: int
    seat: str | None = None


def tile_grid(name: str) -> tuple[Tile, ...]:
    """Return the tiles of a map: `provinces`, `labour_market` (35 regions) or `corop` (40 areas).

    Raises
    ------
    InputError
        If there is no such map.

    Examples
    --------
    >>> tiles = tile_grid("provinces")
    >>> len(tiles), tiles[0].name, (tiles[0].row, tiles[0].column)
    (12, 'Friesland', (0, 2))
    """
    grids = _read_grids(FILE)
    if name not in grids:
        raise unknown_name("tile map", name, grids)
    return grids[name]


def read_grids(path: Path) -> dict[str, tuple[Tile, ...]]:
    """Read maps from a file as `tile_grids.toml`; tiles from the north-west corner, row by row.

    Raises
    ------
    InputError
        If the file cannot be read, or a region stands nowhere, twice or without a name.
    """
    with reading(path, what="The tile maps", expected=_EXPECTED) as declared:
        return {name: _tiles(name, entry, path) for name, entry in declared.items()}


_read_grids = cache(read_grids)


def _tiles(name: str, entry: Mapping[str, Any], path: Path) -> tuple[Tile, ...]:
    places = list(_places(entry["layout"]))
    regions: Mapping[str, Mapping[str, str]] = entry["regions"]
    placed = [code for code, _, _ in places]
    labels = [region["label"] for region in regions.values()]
    doubtful = {code for code in placed if placed.count(code) > 1} | (set(placed) ^ set(regions))
    doubtful |= {label for label in labels if labels.count(label) > 1}
    if doubtful:
        raise InputError(
            f"The tile map `{name}` is not consistent.",
            where=str(path),
            expected="each region once in the layout and once in the list, with a label of its own",
            got=join_options(sorted(doubtful), last="and"),
            remedy="Correct the layout or the list.",
        )
    return tuple(
        Tile(code=code, row=row, column=column, **dict(regions[code])) for code, row, column in places
    )


def _places(layout: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    for row, line in enumerate(layout):
        for column, code in enumerate(line.split()):
            if code != EMPTY:
                yield code, row, column
