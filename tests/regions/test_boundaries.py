import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talentstats.errors import InputError
from talentstats.regions.boundaries import Boundaries, project, read_boundaries, signed_area
from talentstats.regions.municipalities import Municipalities, read_municipalities

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "recorded" / "boundaries" / "gemeente_2025.geojson"

SQUARE = [[4.4, 52.1], [4.4, 52.2], [4.6, 52.2], [4.6, 52.1], [4.4, 52.1]]
HOLE = [[4.45, 52.12], [4.55, 52.12], [4.55, 52.18], [4.45, 52.18], [4.45, 52.12]]


@pytest.fixture(scope="module")
def municipalities() -> Municipalities:
    return read_municipalities(ROOT / "data" / "reference")


@pytest.fixture(scope="module")
def boundaries(municipalities: Municipalities) -> Boundaries:
    return read_boundaries(FILE, municipalities=municipalities)


def make_feature(code: str = "GM0546", *, year: int = 2025, rings: Any = None, kind: str = "Polygon") -> Any:
    properties = {"statcode": code, "jrstatcode": f"{year}{code}", "statnaam": "Leiden"}
    coordinates = rings or [SQUARE]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def write(path: Path, *features: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_every_municipality_of_the_year_has_its_outline(
    boundaries: Boundaries, municipalities: Municipalities
) -> None:
    assert boundaries.year == 2025
    assert set(boundaries.outlines) == municipalities.valid_in(2025)
    assert boundaries.names["GM0546"] == "Leiden"
    boundaries.require(boundaries.outlines)


def test_areas_are_true(boundaries: Boundaries) -> None:
    area = {code: sum(signed_area(ring) for ring in outline) for code, outline in boundaries.outlines.items()}
    assert min(area.values()) > 0
    # In square kilometres; the country has 33,500 of land, and 41,500 with the sea and the large lakes.
    assert area["GM0546"] == pytest.approx(23, abs=1.5)
    assert 33_500 < sum(area.values()) < 37_500


def test_a_degree_east_shrinks_to_the_north_and_one_north_does_not() -> None:
    at = {latitude: project(6.387, latitude) for latitude in (51.0, 53.0)}
    assert at[51.0][0] == pytest.approx(69.98, abs=0.01)
    assert at[53.0][0] == pytest.approx(66.92, abs=0.01)
    assert at[53.0][1] - at[51.0][1] == pytest.approx(2 * 111.195, abs=0.01)


@pytest.mark.parametrize("rings", [[SQUARE, HOLE], [SQUARE[::-1], HOLE[::-1]]], ids=["one way", "the other"])
def test_holes_run_against_the_outline_whatever_the_file_does(
    tmp_path: Path, municipalities: Municipalities, rings: Any
) -> None:
    found = read_boundaries(
        write(tmp_path / "a.json", make_feature(rings=rings)), municipalities=municipalities
    )
    edge, hole = (signed_area(ring) for ring in found.outlines["GM0546"])
    assert edge > 0 > hole


def test_islands_are_parts_of_one_outline(tmp_path: Path, municipalities: Municipalities) -> None:
    feature = make_feature(rings=[[SQUARE], [HOLE]], kind="MultiPolygon")
    found = read_boundaries(write(tmp_path / "a.json", feature), municipalities=municipalities)
    assert [signed_area(ring) > 0 for ring in found.outlines["GM0546"]] == [True, True]


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        (["GM0576"], r"2025(.|\n)*`GM0576` Noordwijkerhout until 2018-12-31(.|\n)*became `GM0575` Noordwijk"),
        (["GM0575", "GM1980"], None),
        (["GM9999"], "Unknown municipality `GM9999`"),
    ],
    ids=["abolished", "of the year", "never existed"],
)
def test_codes_of_another_year_are_refused_with_their_successor(
    boundaries: Boundaries, codes: list[str], named: str | None
) -> None:
    if named is None:
        boundaries.require(codes)
        return
    with pytest.raises(InputError, match=named):
        boundaries.require(codes)


def test_a_code_of_a_later_year_is_refused_with_its_first_day(
    tmp_path: Path, municipalities: Municipalities
) -> None:
    earlier = read_boundaries(
        write(tmp_path / "a.json", make_feature(year=2018)), municipalities=municipalities
    )
    with pytest.raises(InputError, match=r"2018(.|\n)*`GM1969` Westerkwartier from 2019-01-01"):
        earlier.require(["GM1969"])


def test_a_municipality_that_the_file_leaves_out_is_named(
    tmp_path: Path, municipalities: Municipalities
) -> None:
    found = read_boundaries(write(tmp_path / "a.json", make_feature()), municipalities=municipalities)
    with pytest.raises(InputError, match=r"not complete(.|\n)*`GM0547` Leiderdorp"):
        found.require(["GM0546", "GM0547"])


def _without(key: str) -> Any:
    feature = make_feature()
    del feature["properties"][key]
    return feature


UNUSABLE: dict[str, Callable[[Path], object]] = {
    "no JSON": lambda path: path.write_text("<html>"),
    "not UTF-8": lambda path: path.write_bytes(b"\xff{}"),
    "no features": write,
    "not a collection": lambda path: path.write_text("[]"),
    "no code": lambda path: write(path, _without("statcode")),
    "no year": lambda path: write(path, _without("jrstatcode")),
    "two years": lambda path: write(path, make_feature(), make_feature("GM0547", year=2024)),
    "a code twice": lambda path: write(path, make_feature(), make_feature()),
    "metres": lambda path: write(path, make_feature(rings=[[[93000, 463000]] * 5])),
    "a ring that is open": lambda path: write(path, make_feature(rings=[SQUARE[:-1]])),
    "an empty ring": lambda path: write(path, make_feature(rings=[[]])),
    "a point": lambda path: write(path, make_feature(kind="Point", rings=[4.5, 52.1])),
    "no such file": lambda _path: None,
}


@pytest.mark.parametrize("spoil", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_file_that_holds_no_boundaries_is_refused_by_name(
    tmp_path: Path, municipalities: Municipalities, spoil: Callable[[Path], object]
) -> None:
    path = tmp_path / "boundaries.geojson"
    spoil(path)
    with pytest.raises(InputError, match=r"boundaries cannot be read(.|\n)*fetch boundaries") as caught:
        read_boundaries(path, municipalities=municipalities)
    assert path.name in str(caught.value)
