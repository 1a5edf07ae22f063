"""Choropleth: regions as they lie, coloured by class, with a map for each period."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from talentstats.errors import unknown_name
from talentstats.figures.classes import Classes
from talentstats.figures.figure import Figure
from talentstats.figures.layout import POINTS_PER_CM
from talentstats.figures.map_figure import make_map
from talentstats.figures.map_frame import MapWords, read_map, regions_of
from talentstats.figures.map_marks import Ground
from talentstats.figures.map_words import MapTexts
from talentstats.figures.marks import Outline, Ring
from talentstats.provenance import Origin, Snapshot

EDGE_WIDTH = 0.3
MOST_HEIGHT = 11.0 * POINTS_PER_CM


class Boundaries(Protocol):
    """Outlines of regions, as `talentstats.regions.boundaries` reads them."""

    @property
    def outlines(self) -> Mapping[str, Outline]:
        """Rings of each region by code, on a flat map."""
        ...

    @property
    def names(self) -> Mapping[str, str]:
        """Names by code."""
        ...

    def require(self, codes: Sequence[str]) -> None:
        """Refuse codes that have no outline, with the year and the successor."""
        ...


def choropleth(
    values: object,
    *,
    boundaries: Boundaries,
    classes: Classes,
    title: Mapping[str, str],
    sources: Sequence[Origin | Snapshot],
    measure: Mapping[str, str] | None = None,
    unit: Mapping[str, str] | None = None,
    decimals: int | None = None,
    shown: Sequence[str] | None = None,
    highlight: str | None = None,
    warnings: Sequence[Mapping[str, str]] = (),
) -> Figure:
    """Draw a value of every municipality on a map of its boundaries, with a map for each period side by side.

    Parameters
    ----------
    values : Series or frame
        What `Series.to_polars()` returns, or any frame with `region`, `period` and `value` and, if known,
        `low`, `high` and `status`. A region without a value is hatched: no figure was published.
    boundaries : Boundaries
        `talentstats.regions.boundaries.read_boundaries(path, municipalities=...)`; all codes are of its year.
    classes : Classes
        The same limits in every period: `fixed_classes` or `quantile_classes`.
    title : {"nl": str, "en": str}
        The finding, as a sentence in each language.
    sources : sequence of Origin or Snapshot
        Of the values and of the boundaries. A synthetic snapshot labels the figure as synthetic.
    measure, unit : {"nl": str, "en": str}, optional
        Of a frame that is not a series.
    decimals : int, optional
        With which values are written; by default those of the unit.
    shown : sequence of str, optional
        Codes of the regions on the map; by default all that have an outline.
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
        If data, words or source cannot be used, or a code is not of the year of the boundaries.
    ComparisonError
        If values have two definitions, or there are more than six periods.

    Examples
    --------
    See `docs/figures.md`.
    """
    boundaries.require([*regions_of(values), *(shown or ())])
    names = {code: boundaries.names[code] for code in shown or sorted(boundaries.outlines)}
    if highlight is not None and highlight not in names:
        raise unknown_name("region", highlight, names)
    words = MapWords(measure=measure, unit=unit, decimals=decimals)
    data, subject = read_map(values, words=words, names=names)
    texts = MapTexts(kind="choropleth", subject=subject, classes=classes, labels={}, highlight=highlight)
    ground = _ground({code: boundaries.outlines[code] for code in names})
    return make_map(texts, ground, data=data, title=title, sources=sources, warnings=warnings)


def _ground(outlines: Mapping[str, Outline]) -> Ground:
    middles = {code: max(map(_gravity, outline))[1:] for code, outline in outlines.items()}
    north = [y for outline in outlines.values() for ring in outline for _, y in ring]
    return Ground(
        outlines=outlines,
        middles=middles,
        corners=middles,
        edge_width=EDGE_WIDTH,
        most_scale=MOST_HEIGHT / (max(north) - min(north)),
    )


def _gravity(ring: Ring) -> tuple[float, float, float]:
    """Return the area of the land within a ring and its centre of gravity."""
    # Measured from a corner: far from the origin the products lose their last digits.
    left, bottom = ring[0]
    doubled = east = north = 0.0
    for (x, y), (next_x, next_y) in pairwise((x - left, y - bottom) for x, y in ring):
        cross = x * next_y - next_x * y
        doubled, east, north = doubled + cross, east + cross * (x + next_x), north + cross * (y + next_y)
    return doubled / 2, left + east / (3 * doubled), bottom + north / (3 * doubled)
