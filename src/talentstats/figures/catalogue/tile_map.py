"""Tile map: regions as tiles of one size that keep their neighbours, coloured by class, in each period."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from talentstats.errors import unknown_name
from talentstats.figures.classes import Classes
from talentstats.figures.figure import Figure
from talentstats.figures.map_figure import make_map
from talentstats.figures.map_frame import MapWords, read_map
from talentstats.figures.map_marks import Ground
from talentstats.figures.map_words import MapTexts
from talentstats.provenance import Origin, Snapshot

# Of the side of a tile, half of what stays free between neighbours, and of what is free around a sign.
BETWEEN, AROUND_SIGN = 0.03, 0.13
EDGE_WIDTH, MOST_TILE = 0.6, 46.0


class Tile(Protocol):
    """A region and its place on the map, as `talentstats.regions.tile_grids` gives them."""

    @property
    def code(self) -> str:
        """Code of the region."""
        ...

    @property
    def label(self) -> str:
        """Abbreviation in the tile."""
        ...

    @property
    def name(self) -> str:
        """Name in both languages."""
        ...

    @property
    def row(self) -> int:
        """From the north, from 0."""
        ...

    @property
    def column(self) -> int:
        """From the west, from 0."""
        ...


def tile_map(
    values: object,
    *,
    grid: Sequence[Tile],
    classes: Classes,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    measure: Mapping[str, str] | None = None,
    unit: Mapping[str, str] | None = None,
    decimals: int | None = None,
    highlight: str | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw a value of every region as a tile, with a map for each period side by side.

    Parameters
    ----------
    values : Series or frame
        What `Series.to_polars()` returns, or any frame with `region`, `period` and `value` and, if known,
        `low`, `high` and `status`. A tile without a value is hatched: no figure was published.
    grid : sequence of Tile
        `talentstats.regions.tile_grids.tile_grid("provinces")`, `"labour_market"` or `"corop"`.
    classes : Classes
        The same limits in every period: `fixed_classes` or `quantile_classes`.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        A synthetic snapshot labels the figure as synthetic.
    measure, unit : {"nl": str, "en": str}, optional
        Of a frame that is not a series.
    decimals : int, optional
        With which values are written; by default those of the unit.
    highlight : str, optional
        Code of the region with an accented edge.
    warnings : sequence of {"nl": str, "en": str}
        Shown under the figure.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If data, words or source cannot be used, or a region is not on the map.
    ComparisonError
        If values have two definitions, or there are more than six periods.

    Examples
    --------
    See `docs/figures.md`.
    """
    names = {tile.code: tile.name for tile in grid}
    if highlight is not None and highlight not in names:
        raise unknown_name("region", highlight, names)
    words = MapWords(measure=measure, unit=unit, decimals=decimals)
    data, subject = read_map(values, words=words, names=names)
    texts = MapTexts(
        kind="tile_map",
        subject=subject,
        classes=classes,
        labels={tile.code: tile.label for tile in grid},
        highlight=highlight,
    )
    return make_map(texts, _ground(grid), data=data, title=title, sources=sources, warnings=warnings)


def _ground(grid: Sequence[Tile]) -> Ground:
    """Return tiles as squares, a unit of which is the distance between two."""
    middles = {tile.code: (float(tile.column), -float(tile.row)) for tile in grid}
    half = 0.5 - BETWEEN
    away = half - AROUND_SIGN
    return Ground(
        outlines={code: (_square(x, y, half),) for code, (x, y) in middles.items()},
        middles=middles,
        corners={code: (x + away, y + away) for code, (x, y) in middles.items()},
        edge_width=EDGE_WIDTH,
        most_scale=MOST_TILE,
    )


def _square(x: float, y: float, half: float) -> tuple[tuple[float, float], ...]:
    west, east, south, north = x - half, x + half, y - half, y + half
    return ((west, south), (east, south), (east, north), (west, north), (west, south))
