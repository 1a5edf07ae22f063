from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

import talentstats as ts
from engine_frames import DESIGNS, LOCAL, assert_same, make_frame, survey
from talentstats.errors import InputError

TABLE = survey()
EVERY = ("polars", *LOCAL)
PLAIN = TABLE.select(
    "area", "school", "stratum", "areas", "schools", "weight", "income", "hours", "role", "stays"
)
OURS = ["w", "n", "t_0", "by_0", "inside", "weight_of_row", "row", "all", "drawn_0", "unit_0"]
NAMES = {name: name for name in PLAIN.columns}
ODD = ["Net income (€)", "a.b", 'O"Brien', "it's", "back`tick", "select", "Größe", "1", " ", "x;--"]


def ask(sample: ts.SurveySample, names: dict[str, str]) -> list[ts.Estimates]:
    """Ask what names every kind of column, by the names these have been given."""
    income, hours, role, stays = (names[old] for old in ("income", "hours", "role", "stays"))
    return [
        ts.estimate_mean(sample, [income, hours], by=role, where={stays: True}, margins=True),
        ts.estimate_proportion(sample, role, by=stays, where=nw.col(income) > 0),
        ts.estimate_ratio(sample, income, hours),
    ]


def designs_of(names: dict[str, str]) -> list[ts.SurveyDesign]:
    units, sizes = [names["area"], names["school"]], [names["areas"], names["schools"]]
    strata = names["stratum"]
    return [
        ts.SurveyDesign(weight=names["weight"], strata=strata, psu=units, fpc=sizes, lonely_psu="certainty"),
        ts.SurveyDesign(strata=strata, psu=units, fpc=sizes, lonely_psu="certainty"),
        ts.SurveyDesign(weight=names["weight"], strata=strata),
    ]


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("given", [OURS, ODD], ids=["our own names", "odd names"])
def test_columns_may_have_any_name(kind: str, given: list[str], tmp_path: Path) -> None:
    names = dict(zip(PLAIN.columns, given, strict=True))
    frame = make_frame(kind, PLAIN.rename(names), tmp_path)
    for own, plain in zip(designs_of(names), designs_of(NAMES), strict=True):
        wanted = ask(ts.SurveySample(PLAIN, plain), NAMES)
        for found, expected in zip(ask(ts.SurveySample(frame, own), names), wanted, strict=True):
            renamed = expected.table["variable"].str.replace_many(names)
            np.testing.assert_allclose(found.table["estimate"], expected.table["estimate"], rtol=1e-12)
            np.testing.assert_allclose(found.table["std_error"], expected.table["std_error"], rtol=1e-12)
            assert found.table["variable"].to_list() == renamed.to_list()


@pytest.mark.parametrize("kind", EVERY)
def test_a_frame_without_rows_is_refused(kind: str, tmp_path: Path) -> None:
    sample = ts.SurveySample(make_frame(kind, PLAIN.clear(), tmp_path), designs_of(NAMES)[0])
    with pytest.raises(InputError, match="no rows"):
        ts.estimate_mean(sample, "income")


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("weight", float("nan"), "`weight` has weights that are missing, zero, negative or infinite"),
        ("weight", -1.0, "`weight` has weights that are missing, zero, negative or infinite"),
        ("weight", None, "`weight` has weights that are missing, zero, negative or infinite"),
        ("income", float("inf"), "`income` has infinite values"),
        ("stratum", None, "`stratum` describes the design but is missing in 1 row"),
        ("areas", float("nan"), "`areas` describes the design but is missing in 1 row"),
    ],
)
def test_values_that_cannot_be_are_refused_in_every_frame(
    kind: str, column: str, value: Any, problem: str, tmp_path: Path
) -> None:
    ill = PLAIN.with_columns(pl.col("areas").cast(pl.Float64)).with_columns(
        pl.when(pl.int_range(pl.len()) == 5).then(value).otherwise(pl.col(column)).alias(column)
    )
    sample = ts.SurveySample(make_frame(kind, ill, tmp_path), designs_of(NAMES)[0])
    with pytest.raises(InputError, match=problem):
        ts.estimate_mean(sample, "income")


def test_ordered_categories_keep_their_order_and_others_are_text() -> None:
    people = pd.DataFrame({"w": 1.0, "y": [1.0, 2, 3, 4], "size": ["big", "small", "big", "small"]})
    design = ts.SurveyDesign(weight="w")
    ordered = people.assign(size=pd.Categorical(people["size"], ["small", "big"], ordered=True))
    loose = people.assign(size=pd.Categorical(people["size"], ["small", "big"]))
    by_order = ts.estimate_mean(ts.SurveySample(ordered, design), "y", by="size").table["size"]
    by_text = ts.estimate_mean(ts.SurveySample(loose, design), "y", by="size").table["size"]
    assert by_order.dtype == pl.Enum(["small", "big"])
    assert by_order.to_list() == ["small", "big"]
    assert by_text.dtype == pl.String
    assert by_text.to_list() == ["big", "small"]
    levels = ts.estimate_proportion(ts.SurveySample(ordered, design), "size").table["level"]
    assert levels.to_list() == ["small", "big"]


def test_intervals_and_periods_of_pandas_are_read_as_text_in_order() -> None:
    people = pd.DataFrame({"w": 1.0, "age": [5, 15, 25, 105, 110, 11], "y": [1.0, 2, 4, 8, 16, 32]})
    people["class"] = pd.cut(people["age"], [0, 10, 20, 100, 200])
    people["month"] = pd.PeriodIndex(
        ["2024-12", "2024-12", "2025-01", "2025-01", "2025-02", "2025-02"], freq="M"
    )
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="age"))
    classes = ts.estimate_mean(sample, "y", by="class").table
    assert classes["class"].to_list() == ["(0, 10]", "(10, 20]", "(20, 100]", "(100, 200]"]
    assert classes["estimate"].to_list() == [1.0, 17.0, 4.0, 12.0]
    months = ts.estimate_mean(sample, "y", by="month", where={"class": ["(0, 10]", "(10, 20]"]}).table
    assert months["month"].to_list() == ["2024-12", "2025-02"]


def test_whole_numbers_with_gaps_have_whole_levels() -> None:
    people = pd.DataFrame({"w": 1.0, "children": [0, 1, 2, None]})
    levels = ts.estimate_proportion(ts.SurveySample(people, ts.SurveyDesign(weight="w")), "children").table
    assert levels["level"].to_list() == ["0", "1", "2"]
    assert levels["estimate"].to_list() == [1 / 3] * 3


def test_not_a_number_is_no_domain() -> None:
    people = pl.DataFrame({"w": 1.0, "y": [1.0, 2, 3, 4], "group": [1.5, float("nan"), 2.5, None]})
    estimates = ts.estimate_mean(ts.SurveySample(people, ts.SurveyDesign(weight="w")), "y", by="group")
    assert estimates.table["group"].to_list() == [1.5, 2.5]
    assert estimates.missing == {"group": 2}


@pytest.mark.parametrize("kind", EVERY)
def test_all_or_none_is_exactly_one_or_zero(kind: str, tmp_path: Path) -> None:
    sample = ts.SurveySample(make_frame(kind, PLAIN, tmp_path), designs_of(NAMES)[0])
    estimates = ts.estimate_mean(sample, "stays", by="stays").table
    assert estimates["estimate"].to_list() == [0.0, 1.0]
    assert estimates["std_error"].to_list() == [0.0, 0.0]


def test_yes_or_no_with_gaps_and_decimals_of_pandas_are_numbers() -> None:
    table = TABLE.select("weight", "stays", "rent")
    frame = table.to_pandas()
    assert frame["stays"].dtype == object
    sample = ts.SurveySample(frame, ts.SurveyDesign(weight="weight"))
    wanted = ts.estimate_mean(ts.SurveySample(table, ts.SurveyDesign(weight="weight")), ["stays", "rent"])
    assert_same(ts.estimate_mean(sample, ["stays", "rent"]), wanted)


def test_a_column_of_mixed_values_is_refused_only_when_it_is_used() -> None:
    people = pd.DataFrame({"w": 1.0, "y": [1.0, 2.0], "remark": pd.Series([1, "one"], dtype=object)})
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    assert ts.estimate_mean(sample, "y").table["estimate"].item() == 1.5
    with pytest.raises(InputError, match="A column mixes kinds of values") as raised:
        ts.estimate_mean(sample, "y", by="remark")
    assert "`remark`" in str(raised.value)


def test_many_levels_without_sampling_units_are_refused_before_they_take_hours() -> None:
    rows = 150
    people = pl.DataFrame({"w": 1.0, "nationality": [f"country {number}" for number in range(rows)]})
    sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    with pytest.raises(InputError, match="150 levels at once are too many"):
        ts.estimate_proportion(sample, "nationality")
    some = ts.estimate_proportion(sample, "nationality", levels=["country 1", "country 7"])
    assert len(some) == 2


def test_a_relation_may_be_a_file_a_query_or_filtered(tmp_path: Path) -> None:
    design = DESIGNS["stratified, clustered"]
    wanted = ts.estimate_mean(
        ts.SurveySample(TABLE.filter(pl.col("wave") == 2025), design), "income", by="role"
    )
    make_frame("duckdb", TABLE, tmp_path)
    connection = duckdb.connect()
    file = connection.read_parquet(str(tmp_path / "*.parquet"))
    file.create_view("people")
    for relation in (file.filter("wave = 2025"), connection.sql("SELECT * FROM people WHERE wave = 2025")):
        assert_same(ts.estimate_mean(ts.SurveySample(relation, design), "income", by="role"), wanted)


def test_names_that_differ_only_in_capitals_are_refused() -> None:
    with pytest.raises(InputError, match="differ only in capitals"):
        ts.SurveySample(pl.DataFrame({"W": [1.0], "w": [1.0]}), ts.SurveyDesign(weight="w"))
