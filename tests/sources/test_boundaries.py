"""Fetching boundaries, against a server on loopback that gives the recorded file of 2025."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local_server import Query, Reply, answering
from talentstats.errors import FetchError, InputError
from talentstats.sources.boundaries import fetch_boundaries
from talentstats.sources.http import HttpSettings
from talentstats.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "recorded" / "boundaries" / "gemeente_2025.geojson"
QUICK = HttpSettings(pause=0.0, backoff=0.0, attempts=2)
TODAY = date(2026, 11, 23)

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    return Workspace(tmp_path)


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORDED.read_bytes())
    return found


def reply(found: object) -> Callable[[str, Query], Reply]:
    return lambda _path, _query: (200, "application/json", json.dumps(found).encode())


def test_the_file_is_stored_as_it_came_under_its_year(workspace: Workspace) -> None:
    body = RECORDED.read_bytes()
    with answering(lambda _path, _query: (200, "application/geo+json", body)) as server:
        snapshot = fetch_boundaries(
            2025, workspace=workspace, base_url=server.base_url, settings=QUICK, accessed=TODAY
        )
    path, query = server.requests[0]
    assert path == "/2025/wfs/v1_0"
    assert query["typeNames"] == ["gebiedsindelingen:gemeente_gegeneraliseerd"]
    assert query["srsName"] == ["EPSG:4326"]
    assert snapshot.path.read_bytes() == body
    assert (snapshot.kind, snapshot.origin.dataset) == ("boundaries", "cbs/gebiedsindelingen-gemeente/2025")
    assert snapshot.origin.licence.name == "CC BY 4.0"


def test_the_same_areas_with_another_time_of_asking_are_stored_once(workspace: Workspace) -> None:
    for moment in ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"):
        with answering(reply({**recorded(), "timeStamp": moment})) as server:
            fetch_boundaries(2025, workspace=workspace, base_url=server.base_url, settings=QUICK)
    assert len(list(workspace.raw.rglob("snapshot.toml"))) == 1


def without_one(found: dict[str, Any]) -> Any:
    return {**found, "features": [one for one in found["features"] if one["id"] != "GM0546"]}


def twice(found: dict[str, Any]) -> Any:
    return {**found, "features": [*found["features"], found["features"][0]]}


def swapped(found: dict[str, Any]) -> Any:
    found["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[[53.2, 6.7], [53.3, 6.7]]]}
    return found


def in_metres(found: dict[str, Any]) -> Any:
    found["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[[233000.0, 581000.0]]]}
    return found


def other_code(found: dict[str, Any]) -> Any:
    found["features"][0]["properties"]["statcode"] = "PV20"
    return found


def without_code(found: dict[str, Any]) -> Any:
    del found["features"][0]["properties"]["statcode"]
    return found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_one, "they differ in `GM0546`"),
        (twice, "other codes"),
        (swapped, "coordinates outside the Netherlands"),
        (in_metres, "coordinates outside the Netherlands"),
        (other_code, "other codes"),
        (without_code, "KeyError: 'statcode'"),
        (lambda _found: {"type": "Topology", "objects": {}}, "`objects` and `type`"),
        (lambda found: found["features"], "a list"),
    ],
)
def test_boundaries_that_are_not_all_of_that_year_in_degrees_are_refused(
    workspace: Workspace, change: Change, message: str
) -> None:
    with answering(reply(change(recorded()))) as server, pytest.raises(FetchError) as caught:
        fetch_boundaries(2025, workspace=workspace, base_url=server.base_url, settings=QUICK)
    assert message in str(caught.value.got)
    assert not list(workspace.raw.rglob("snapshot.toml"))


def test_boundaries_of_another_year_are_found_out(workspace: Workspace) -> None:
    with answering(reply(recorded())) as server, pytest.raises(FetchError, match="345"):
        fetch_boundaries(2022, workspace=workspace, base_url=server.base_url, settings=QUICK)


@pytest.mark.parametrize(("year", "kind"), [(2025, "buurt"), (1900, "gemeente")])
def test_an_unknown_kind_or_year_is_refused_before_anything_is_asked(
    workspace: Workspace, year: int, kind: str
) -> None:
    with answering(reply({})) as server, pytest.raises(InputError):
        fetch_boundaries(year, kind=kind, workspace=workspace, base_url=server.base_url, settings=QUICK)
    assert server.requests == []
