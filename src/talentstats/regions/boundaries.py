"""Boundaries of municipalities: a GeoJSON file as outlines on a flat map, in kilometres."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from talentstats.errors import InputError
from talentstats.regions.municipalities import Municipalities

# The meridian of the tower of Amersfoort, about the middle of the country.
MIDDLE_LONGITUDE = 5.387
KM_PER_DEGREE = 6371.0 * math.pi / 180
# The Netherlands in Europe, with some room: degrees east and north.
_LONGITUDES, _LATITUDES = (3.0, 7.6), (50.5, 53.9)

REMEDY = "Fetch them again, such as `talentstats fetch boundaries 2025`."

Ring = tuple[tuple[float, float], ...]
Outline = tuple[Ring, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """The outlines of all municipalities on 1 January of a year.

    Attributes
    ----------
    year : int
    outlines : mapping of code to rings
        Closed rings of (east, north) in kilometres on an equal-area map: parts anticlockwise, their holes
        clockwise.
    names : mapping of code to name
    municipalities : Municipalities
        What became of codes of other years.
    """

    year: int
    outlines: Mapping[str, Outline] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    municipalities: Municipalities = field(repr=False)

    def require(self, codes: Iterable[str]) -> None:
        """Check that every code has an outline.

        Raises
        ------
        InputError
            Naming the codes of another year with their successors, or the first code that never existed, or
            those that the file has left out.
        """
        absent = self.municipalities.checked_codes(set(codes) - set(self.outlines), self.year)
        if absent:
            names = (f"`{code}` {self.municipalities.name(code)}" for code in absent)
            raise InputError(
                f"The boundaries of {self.year} are not complete.",
                expected=f"an outline of {', '.join(names)}",
                got=f"outlines of {len(self.outlines)} municipalities",
                remedy=REMEDY,
            )


def read_boundaries(path: Path, *, municipalities: Municipalities) -> Boundaries:
    """Read the boundaries of municipalities from a GeoJSON file of CBS and Kadaster in WGS84.

    Parameters
    ----------
    path : Path
        Features with `statcode`, `jrstatcode` (year and code) and `statnaam`.
    municipalities : Municipalities

    Raises
    ------
    InputError
        If the file is no such GeoJSON, mixes years, or has coordinates that are no degrees in the
        Netherlands.
    """
    features = _features(path)
    try:
        years = {int(feature["properties"]["jrstatcode"][:4]) for feature in features}
        names = {feature["properties"]["statcode"]: feature["properties"]["statnaam"] for feature in features}
        outlines = {
            feature["properties"]["statcode"]: tuple(_rings(feature["geometry"])) for feature in features
        }
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _unusable(path, got=f"{type(error).__name__}: {error}") from error
    if len(years) != 1 or len(outlines) != len(features):
        raise _unusable(path, got=f"{len(features)} features, {len(outlines)} codes, years {sorted(years)}")
    return Boundaries(year=years.pop(), outlines=outlines, names=names, municipalities=municipalities)


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return kilometres east of Amersfoort's meridian and north of the equator, on an equal-area map.

    The sinusoidal projection: each parallel has its true length, so areas are true.

    Examples
    --------
    >>> [round(part) for part in project(4.49, 52.16)]
    [-61, 5800]
    """
    east = (longitude - MIDDLE_LONGITUDE) * math.cos(math.radians(latitude))
    return east * KM_PER_DEGREE, latitude * KM_PER_DEGREE


def signed_area(ring: Sequence[tuple[float, float]]) -> float:
    """Return the area within a closed ring in square kilometres, negative when it runs clockwise."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring)) / 2


def _features(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _unusable(path, got=f"{type(error).__name__}: {error}") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise _unusable(path, got="no list of features")
    return features


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a geometry of type {kind}")
    for polygon in [coordinates] if kind == "Polygon" else coordinates:
        for number, corners in enumerate(polygon):
            ring = tuple(_place(corner) for corner in corners)
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError("a ring that is not closed")
            # The first ring of a polygon is its edge, the others are holes in it.
            runs_right = (signed_area(ring) > 0) == (number == 0)
            yield ring if runs_right else ring[::-1]


def _place(corner: Sequence[float]) -> tuple[float, float]:
    longitude, latitude = float(corner[0]), float(corner[1])
    if not (_LONGITUDES[0] <= longitude <= _LONGITUDES[1] and _LATITUDES[0] <= latitude <= _LATITUDES[1]):
        raise ValueError(f"a point at {longitude:g}, {latitude:g}: not in the Netherlands in degrees")
    return project(longitude, latitude)


def _unusable(path: Path, *, got: str) -> InputError:
    return InputError(
        "The boundaries cannot be read.",
        where=str(path),
        expected="municipalities of one year from CBS and Kadaster: GeoJSON in degrees (WGS84), with "
        "`statcode`, `jrstatcode` and `statnaam`",
        got=got,
        remedy=REMEDY,
    )
