"""Fetch the boundaries of municipalities or provinces of a year as GeoJSON, and store them as a snapshot."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from talentstats.errors import FetchError, join_options, unknown_name
from talentstats.progress import say
from talentstats.provenance import Licence, Snapshot
from talentstats.regions.codes import PROVINCES
from talentstats.regions.municipalities import read_municipalities
from talentstats.sources.cards import Card
from talentstats.sources.fetched import staging, store_fetched
from talentstats.sources.http import STANDARD, Http, HttpSettings, url_with, without_credentials
from talentstats.sources.snapshots import CARD, read_snapshot
from talentstats.workspace import Workspace, find_workspace

BASE_URL = "https://service.pdok.nl/cbs/gebiedsindelingen"
KIND = "boundaries"
LICENCE = Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/deed.nl")
# In degrees, with room to spare: the European part of the Netherlands.
_LONGITUDES, _LATITUDES = (3.0, 7.5), (50.5, 54.0)
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Areas:
    """One kind of areas: what CBS calls them, and how their codes look."""

    title: str
    pattern: str


_KINDS: Mapping[str, _Areas] = {
    "gemeente": _Areas(title="gemeenten", pattern=r"GM\d{4}"),
    "provincie": _Areas(title="provincies", pattern=r"PV\d{2}"),
}


def fetch_boundaries(
    year: int,
    *,
    kind: str = "gemeente",
    workspace: Workspace | None = None,
    base_url: str | None = None,
    settings: HttpSettings = STANDARD,
    accessed: date | None = None,
) -> Snapshot:
    """Fetch the simplified boundaries of a year as CBS and Kadaster publish them, in degrees (WGS84).

    Parameters
    ----------
    year : int
        Boundaries of 1 January.
    kind : {"gemeente", "provincie"}
    workspace : Workspace, optional
    base_url : str, optional
        Of another server that answers as PDOK does.
    settings : HttpSettings
    accessed : date, optional
        Day of access on the card; today when left out.

    Returns
    -------
    Snapshot
        Of kind `boundaries`, in `data/raw/cbs/gebiedsindelingen-<kind>/<year>`; its vintage is the year,
        because the service tells no day of publication. What is stored already is not stored again.

    Raises
    ------
    InputError
        If the year or kind is unknown.
    FetchError
        If the server cannot be reached, or does not answer with every area of that year in degrees.
    """
    home = workspace or find_workspace()
    if kind not in _KINDS:
        raise unknown_name("kind of area", kind, _KINDS)
    areas = _KINDS[kind]
    expected = _codes_of(kind, year, home)
    dataset = f"cbs/gebiedsindelingen-{kind}"
    url = url_with(base_url or BASE_URL, str(year), "wfs", "v1_0")
    say(f"{dataset}: asking for {year}")
    with Http(settings) as http:
        body = http.get_json(url, params=_params(kind)).body
    features = _features(body, where=without_credentials(url))
    _check_areas(features, expected, areas, where=without_credentials(url))
    stored = _stored(home.raw / dataset / str(year), features, raw=home.raw)
    if stored is not None:
        say(f"{stored.origin.dataset}: already stored")
        return stored
    with staging(home, dataset) as folder:
        card = _card(kind, year, url=without_credentials(url), accessed=accessed)
        (folder / card.file).write_bytes(body)
        return store_fetched(folder, card, workspace=home, dataset=dataset)


def _codes_of(kind: str, year: int, home: Workspace) -> frozenset[str]:
    municipalities = read_municipalities(home.reference).valid_in(year)
    return municipalities if kind == "gemeente" else frozenset(PROVINCES)


def _params(kind: str) -> dict[str, str]:
    return {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": f"gebiedsindelingen:{kind}_gegeneraliseerd",
        "outputFormat": "application/json",
        "srsName": "EPSG:4326",
        "count": str(_MOST),
    }


def _features(body: bytes, *, where: str) -> list[Any]:
    found = json.loads(body)
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise FetchError(
            "The answer holds no boundaries.",
            where=where,
            expected="a GeoJSON object of type `FeatureCollection`",
            got=f"an object with {join_options(sorted(found)[:8], last='and')}"
            if isinstance(found, dict)
            else f"a {type(found).__name__}",
            remedy="Look in a browser what this address answers; PDOK may have moved the service.",
        )
    return features


def _check_areas(features: list[Any], expected: frozenset[str], areas: _Areas, *, where: str) -> None:
    """Check that every area is there once, with a code of its kind and coordinates in degrees."""
    try:
        codes = [str(feature["properties"]["statcode"]) for feature in features]
        is_placed = all(_in_degrees(feature["geometry"]["coordinates"]) for feature in features)
    except (KeyError, TypeError, IndexError) as error:
        raise _unusable(
            where, expected="features with `statcode` and a geometry", got=f"{type(error).__name__}: {error}"
        ) from error
    if any(not re.fullmatch(areas.pattern, code) for code in codes) or len(set(codes)) != len(codes):
        raise _unusable(where, expected=f"codes like `{areas.pattern}`, each once", got="other codes")
    if not is_placed:
        raise _unusable(
            where, expected="degrees, longitude first (WGS84)", got="coordinates outside the Netherlands"
        )
    apart = sorted(expected.symmetric_difference(codes))
    if apart:
        raise _unusable(
            where,
            expected=f"the {len(expected)} {areas.title} of 1 January of that year",
            got=f"{len(codes)}; they differ in {join_options(apart[:10], last='and')}",
        )


def _unusable(where: str, *, expected: str, got: str) -> FetchError:
    return FetchError(
        "The boundaries cannot be used.",
        where=where,
        expected=expected,
        got=got,
        remedy="Check the year, and whether `data/reference/municipalities.csv` holds its municipalities.",
    )


def _in_degrees(coordinates: Any) -> bool:
    return all(
        _LONGITUDES[0] < corner[0] < _LONGITUDES[1] and _LATITUDES[0] < corner[1] < _LATITUDES[1]
        for corner in _corners(coordinates)
    )


def _corners(coordinates: Any) -> Iterator[Any]:
    if isinstance(coordinates[0], int | float):
        yield coordinates
        return
    for part in coordinates:
        yield from _corners(part)


def _stored(folder: Path, features: list[Any], *, raw: Path) -> Snapshot | None:
    """Return the snapshot with the same areas, if there is one: each answer has the time of asking in it."""
    for card in sorted(folder.parent.glob(f"{folder.name}*/{CARD}")):
        snapshot = read_snapshot(card.parent, raw=raw)
        if _features(snapshot.path.read_bytes(), where=str(snapshot.path)) == features:
            return snapshot
    return None


def _card(kind: str, year: int, *, url: str, accessed: date | None) -> Card:
    return Card(
        publisher="CBS",
        title=f"CBS Gebiedsindelingen {year}: {_KINDS[kind].title}, gegeneraliseerd",
        table_id=f"gebiedsindelingen-{kind}-{year}",
        url=url,
        published=str(year),
        accessed=accessed or datetime.now(UTC).date(),
        kind=KIND,
        file=f"{kind}_{year}.geojson",
        licence=LICENCE,
        further={"note": "CBS and Kadaster, through PDOK; EPSG:4326, longitude first."},
    )
