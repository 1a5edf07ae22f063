from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from statistics import correlation

import pytest

from talentstats.errors import InputError
from talentstats.regions import read_regions
from talentstats.regions.boundaries import Boundaries, read_boundaries, signed_area
from talentstats.regions.municipalities import Municipalities, read_municipalities
from talentstats.regions.tile_grids import Tile, read_grids, tile_grid

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "data" / "reference"
BOUNDARIES = ROOT / "tests" / "recorded" / "boundaries" / "gemeente_2025.geojson"
SIZES = {"provinces": 12, "labour_market": 35, "corop": 40}
# COROP areas divide provinces and are numbered province by province: the last number in each.
LAST_AREA = {3: 20, 6: 21, 9: 22, 12: 23, 16: 25, 17: 26, 24: 27, 30: 28, 32: 29, 36: 30, 39: 31, 40: 24}

Place = tuple[float, float]


@pytest.fixture(scope="module")
def municipalities() -> Municipalities:
    return read_municipalities(REFERENCE)


@pytest.fixture(scope="module")
def boundaries(municipalities: Municipalities) -> Boundaries:
    return read_boundaries(BOUNDARIES, municipalities=municipalities)


def province_of(corop: str) -> str:
    return f"PV{LAST_AREA[min(last for last in LAST_AREA if int(corop[2:]) <= last)]}"


def region_by_municipality(name: str, municipalities: Municipalities, codes: list[str]) -> Mapping[str, str]:
    areas = {code: municipalities.municipalities[code].corop or "" for code in codes}
    return areas if name == "corop" else {code: province_of(area) for code, area in areas.items()}


def real_neighbours(boundaries: Boundaries, region_of: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return regions that share a stretch of border: neighbours in the file have the same corners."""
    sides = defaultdict(set)
    for code, outline in boundaries.outlines.items():
        for ring in outline:
            for stretch in pairwise(ring):
                sides[frozenset(stretch)].add(region_of[code])
    return {tuple(sorted(regions)) for regions in sides.values() if len(regions) == 2}  # type: ignore[misc]


def centroids(boundaries: Boundaries, region_of: Mapping[str, str]) -> dict[str, Place]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for code, outline in boundaries.outlines.items():
        for ring in outline:
            area, middle = signed_area(ring), [sum(part) / len(ring) for part in zip(*ring, strict=True)]
            for at, part in enumerate((area, area * middle[0], area * middle[1])):
                sums[region_of[code]][at] += part
    return {code: (east / area, north / area) for code, (area, east, north) in sums.items()}


def touch(one: Tile, other: Tile) -> bool:
    return max(abs(one.row - other.row), abs(one.column - other.column)) <= 1


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_every_region_has_one_tile_of_its_own(name: str, size: int) -> None:
    tiles = tile_grid(name)

    assert len(tiles) == size
    for unique in ({t.code for t in tiles}, {t.label for t in tiles}, {(t.row, t.column) for t in tiles}):
        assert len(unique) == size


@pytest.mark.parametrize("name", ["provinces", "labour_market"])
def test_tiles_have_the_codes_and_names_of_the_code_list(name: str) -> None:
    names = read_regions(REFERENCE).names
    prefix = {"provinces": "PV", "labour_market": "AM"}[name]
    known = {
        code: texts[0].removesuffix(" (AM)")
        for code, texts in names.items()
        if code.startswith(prefix) and code not in {"AM04", "AM16", "AM31", "AM99"}
    }

    assert {tile.code: tile.name for tile in tile_grid(name)} == known


@pytest.mark.parametrize(("name", "least"), [("provinces", 0.90), ("corop", 0.92)])
def test_regions_that_border_each_other_lie_within_a_move_of_a_king(
    name: str, least: float, boundaries: Boundaries, municipalities: Municipalities
) -> None:
    region_of = region_by_municipality(name, municipalities, list(boundaries.outlines))
    tiles = {tile.code: tile for tile in tile_grid(name)}
    pairs = real_neighbours(boundaries, region_of)
    kept = sum(touch(tiles[one], tiles[other]) for one, other in pairs)

    assert len(pairs) > 1.8 * len(tiles)
    assert kept / len(pairs) >= least


@pytest.mark.parametrize("name", SIZES)
def test_rows_and_columns_follow_the_compass(
    name: str, boundaries: Boundaries, municipalities: Municipalities
) -> None:
    tiles = tile_grid(name)
    if name == "labour_market":
        seats = centroids(boundaries, {code: code for code in boundaries.outlines})
        real = {tile.code: seats[tile.seat or ""] for tile in tiles}
    else:
        region_of = region_by_municipality(name, municipalities, list(boundaries.outlines))
        real = centroids(boundaries, region_of)

    east, north = ([real[tile.code][side] for tile in tiles] for side in (0, 1))
    assert correlation([tile.column for tile in tiles], east) > 0.9
    assert correlation([-tile.row for tile in tiles], north) > 0.9


LAYOUT = (
    '[a]\nlayout = ["X1 X2"]\n[a.regions]\nX1 = {label = "a", name = "A"}\nX2 = {label = "b", name = "B"}\n'
)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda text: text.replace("X1 X2", "X1 X1"), "`X1` and `X2`"),
        (lambda text: text.replace("X1 X2", "X1 X2 X3"), "`X3`"),
        (lambda text: text.replace('"b"', '"a"'), "`a`"),
        (lambda text: text.replace("label", "tag"), "KeyError"),
        (lambda text: text.replace("[a]", "[a"), "TOMLDecodeError"),
    ],
    ids=["twice", "without a name", "one label for two", "without a label", "not TOML"],
)
def test_a_map_that_is_not_consistent_is_refused(
    tmp_path: Path, spoil: Callable[[str], str], named: str
) -> None:
    path = tmp_path / "grids.toml"
    path.write_text(LAYOUT)
    assert len(read_grids(path)["a"]) == 2

    path.write_text(spoil(LAYOUT))
    with pytest.raises(InputError, match=named):
        read_grids(path)


def test_an_unknown_map_is_refused_with_the_closest() -> None:
    with pytest.raises(InputError, match="provinces"):
        tile_grid("province")
