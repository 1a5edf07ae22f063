"""Reading JSON-stat 2. Every figure in these cubes is invented."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentstats.errors import InputError
from talentstats.sources.eurostat import long_values
from talentstats.sources.eurostat.jsonstat import Cube, cube_from, parse_cube, read_cube

Cells = dict[tuple[str, ...], tuple[float | None, str | None]]


def invented(**changes: Any) -> dict[str, Any]:
    """Return a cube of two countries by three quarters, with one cell empty."""
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Invented rates",
        "updated": "2026-03-20T23:00:00+0100",
        "id": ["geo", "time"],
        "size": [2, 3],
        "dimension": {
            "geo": {
                "label": "Country",
                "category": {"index": {"NL": 0, "BE": 1}, "label": {"NL": "Netherlands", "BE": "Belgium"}},
            },
            "time": {"category": {"index": ["2022-Q1", "2022-Q2", "2022-Q3"]}},
        },
        "value": [4.9, None, 4.4, 5.1, 4.8, 4.0],
        **changes,
    }


def cells_of(cube: Cube) -> Cells:
    codes = [
        [dimension.categories[at].code for at in cube.categories_of(dimension)]
        for dimension in cube.dimensions
    ]
    places = zip(*codes, strict=True)
    return dict(zip(places, zip(cube.value, cube.status, strict=True), strict=True))


def test_the_last_dimension_runs_fastest_and_an_empty_cell_is_not_there() -> None:
    assert cells_of(cube_from(invented())) == {
        ("NL", "2022-Q1"): (4.9, None),
        ("NL", "2022-Q3"): (4.4, None),
        ("BE", "2022-Q1"): (5.1, None),
        ("BE", "2022-Q2"): (4.8, None),
        ("BE", "2022-Q3"): (4.0, None),
    }


@pytest.mark.parametrize(
    "value",
    [
        [4.9, None, 4.4, 5.1, 4.8, 4.0],
        {"0": 4.9, "2": 4.4, "3": 5.1, "4": 4.8, "5": 4},
        {"5": 4, "4": 4.8, "3": 5.1, "2": 4.4, "0": 4.9, "1": None},
    ],
    ids=["list", "object", "object in another order"],
)
def test_values_as_a_list_and_as_an_object_are_the_same(value: Any) -> None:
    assert cells_of(cube_from(invented(value=value))) == cells_of(cube_from(invented()))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("p", ["p"] * 6),
        (["p"], ["p"] * 6),
        (["p", ":", None, None, "b", None], ["p", ":", None, None, "b", None]),
        ({"1": ":", "4": "b"}, [None, ":", None, None, "b", None]),
    ],
    ids=["text", "list of one", "list", "object"],
)
def test_every_form_of_status_is_read_and_a_status_alone_makes_a_cell(
    status: Any, expected: list[str | None]
) -> None:
    cube = cube_from(invented(status=status))
    assert cube.positions.tolist() == [0, 1, 2, 3, 4, 5]
    assert cube.status.to_list() == expected
    assert cube.value.to_list()[1] is None


@pytest.mark.parametrize(
    "category",
    [
        {"index": ["NL", "BE"]},
        {"index": {"BE": 1, "NL": 0}},
        {"index": {"NL": 0, "BE": 1}, "label": {"NL": "Netherlands"}},
    ],
)
def test_categories_stand_in_their_own_order_and_are_called_by_their_code_without_a_label(
    category: dict[str, Any],
) -> None:
    cube = cube_from(invented(dimension={**invented()["dimension"], "geo": {"category": category}}))
    geo = cube.dimensions[0]
    assert [found.code for found in geo.categories] == ["NL", "BE"]
    assert geo.categories[1].title == "BE"
    assert geo.title == "geo"


def test_a_single_category_needs_no_index() -> None:
    dimension = {**invented()["dimension"], "geo": {"category": {"label": {"NL": "Netherlands"}}}}
    cube = cube_from(invented(dimension=dimension, size=[1, 3], value=[1, 2, 3]))
    assert [category.title for category in cube.dimensions[0].categories] == ["Netherlands"]


def test_parents_units_and_roles_are_kept() -> None:
    found = invented(
        id=["measure", "time"],
        dimension={
            "measure": {
                "category": {
                    "index": ["all", "some"],
                    "child": {"all": ["some"]},
                    "unit": {"all": {"label": "percent", "decimals": 1}},
                }
            },
            "time": invented()["dimension"]["time"],
        },
        role={"metric": ["measure"], "time": ["time"]},
    )
    cube = cube_from(found)
    whole, part = cube.dimensions[0].categories
    assert (whole.unit, whole.decimals, whole.parent) == ("percent", 1, None)
    assert (part.unit, part.decimals, part.parent) == ("", None, "all")
    assert cube.roles == {"metric": ("measure",), "time": ("time",)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class": "collection"}, "class `collection`"),
        ({"size": [2]}, "2 names of dimensions, 1 sizes"),
        ({"size": [2, 2]}, "3 categories of `time` where `size` says 2"),
        ({"id": ["geo", "geo"]}, "2 names of dimensions"),
        ({"value": [1, 2, 3]}, "3 items for 6 cells"),
        ({"value": {"6": 1}}, "beyond the 6 cells"),
        ({"value": {"-1": 1}}, "beyond the 6 cells"),
        ({"value": {"a": 1}}, "whose keys are not the numbers"),
        ({"value": {"1": 1, "01": 2}}, "whose keys are not the numbers"),
        ({"value": {"1": "4.9"}}, "no number"),
        ({"value": {"1": True}}, "no number"),
        ({"value": "4.9"}, "`value` with str"),
        ({"status": {"1": 4}}, "no text"),
        ({"role": {"time": ["period"]}}, "no dimension"),
        ({"dimension": {"geo": {"category": {"index": {"NL": 0, "BE": 2}}}}}, "do not count from 0"),
        ({"dimension": {"geo": {"category": {"index": ["NL", "NL"]}}}}, "a category of `geo` twice"),
        ({"dimension": {"geo": {"category": {"label": {"NL": "a", "BE": "b"}}}}}, "no order"),
        ({"dimension": {}}, "KeyError: 'geo'"),
        ({"id": None}, "TypeError"),
    ],
)
def test_a_cube_that_contradicts_itself_is_refused_with_what_is_wrong(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps(invented(**changes)), encoding="utf-8")
    with pytest.raises(InputError, match="not a JSON-stat dataset") as caught:
        read_cube(path)
    assert message in str(caught.value.got)
    assert caught.value.where == str(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"value": NaN}', '{"value": [1e999]}'])
def test_what_is_no_dataset_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a JSON-stat dataset"):
        parse_cube(text.encode(), where="here")


def long_cube(count: int, **changes: Any) -> dict[str, Any]:
    periods = [f"{1000 + number}" for number in range(count)]
    return {
        "id": ["time"],
        "size": [count],
        "dimension": {"time": {"category": {"index": periods}}},
        "value": {str(number): number / 7 for number in range(0, count, 3)},
        **changes,
    }


@pytest.mark.parametrize(
    ("indent", "extra"), [(None, {}), (1, {}), (None, {"extension": {"value": {"1": 2}}})]
)
def test_a_long_object_is_read_like_a_short_one(
    monkeypatch: pytest.MonkeyPatch, indent: int | None, extra: dict[str, Any]
) -> None:
    found = long_cube(300, **extra)
    data = json.dumps(found, indent=indent).encode()
    monkeypatch.setattr(long_values, "_WORTH_IT", 0)
    cube = parse_cube(data, where="here")
    expected = cube_from(found)
    assert cube.positions.tolist() == expected.positions.tolist()
    assert cube.value.to_list() == expected.value.to_list()
    assert cube.extension == expected.extension


@pytest.mark.parametrize("value", [{"0": 1, "x": 2}, {"0": "a"}, {"0": 1, "300": 2}, {"0": 1, "00": 2}])
def test_a_long_object_with_something_else_in_it_is_refused_like_a_short_one(
    monkeypatch: pytest.MonkeyPatch, value: dict[str, Any]
) -> None:
    monkeypatch.setattr(long_values, "_WORTH_IT", 0)
    with pytest.raises(InputError, match="not a JSON-stat dataset"):
        parse_cube(json.dumps(long_cube(300, value=value)).encode(), where="here")


FINITE = st.floats(allow_nan=False, allow_infinity=False)
CODE = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=4)


@st.composite
def cubes(draw: st.DrawFn) -> tuple[dict[str, Any], Cells]:
    """Draw cells, and an object that says them in one of the forms the format allows."""
    names = draw(st.lists(CODE, min_size=1, max_size=3, unique=True))
    codes = [draw(st.lists(CODE, min_size=1, max_size=4, unique=True)) for _ in names]
    places = list(itertools.product(*codes))
    one = st.tuples(st.none() | FINITE, st.none() | st.sampled_from(["p", "b", ":c"]))
    drawn = draw(st.lists(one, min_size=len(places), max_size=len(places)))
    found: dict[str, Any] = {
        "class": "dataset",
        "id": names,
        "size": [len(chosen) for chosen in codes],
        "dimension": {
            name: {"category": {"index": _index(chosen, draw(st.booleans()))}}
            for name, chosen in zip(names, codes, strict=True)
        },
        "value": _part([value for value, _ in drawn], is_list=draw(st.booleans())),
    }
    statuses = [status for _, status in drawn]
    if any(statuses) and (len(places) > 1):
        found["status"] = _part(statuses, is_list=draw(st.booleans()))
    elif any(statuses):
        found["status"] = statuses[0]
    cells = {place: cell for place, cell in zip(places, drawn, strict=True) if cell != (None, None)}
    return found, cells


def _index(codes: list[str], is_list: bool) -> Any:
    return codes if is_list else {code: at for at, code in reversed(list(enumerate(codes)))}


def _part(contents: list[Any], *, is_list: bool) -> Any:
    return contents if is_list else {str(at): one for at, one in enumerate(contents) if one is not None}


@given(cubes())
def test_any_cube_gives_back_the_cells_it_was_made_of(drawn: tuple[dict[str, Any], Cells]) -> None:
    found, cells = drawn
    cube = parse_cube(json.dumps(found).encode(), where="here")
    assert cells_of(cube) == cells
    assert cube.positions.tolist() == sorted(cube.positions.tolist())


@given(st.dictionaries(st.integers(0, 299), st.none() | FINITE | st.integers(-(10**6), 10**6), max_size=40))
def test_a_long_object_of_any_numbers_keeps_them_exactly(values: dict[int, float | None]) -> None:
    text = json.dumps({"value": {str(at): value for at, value in values.items()}}).encode()
    frame = long_values._as_frame(long_values._VALUES.findall(text)[0])
    if not values:
        return
    assert isinstance(frame, pl.DataFrame)
    assert dict(frame.iter_rows()) == values
    assert all(math.isfinite(value) for value in frame["value"].drop_nulls())
