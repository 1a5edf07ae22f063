from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.weighting.margins import Margins

DAY = date(2025, 1, 1)
REGION = {"Leiden": 1200, "Delft": 800}
SEX = {"v": 1050, "m": 950}
CELLS = pl.DataFrame({"region": ["Leiden", "Leiden", "Delft"], "sex": ["v", "m", "v"], "age": [30, 40, 50]})


def totals_of(margins: Margins, place: int = 0) -> dict[Any, float]:
    margin = margins.categories[place]
    keys = margin.levels.rows() if len(margin.columns) > 1 else margin.levels.to_series().to_list()
    return dict(zip(keys, margin.totals.tolist(), strict=True))


@pytest.mark.parametrize(
    "totals",
    [
        REGION,
        pl.DataFrame({"region": list(REGION), "persons": list(REGION.values())}),
        pd.DataFrame({"Freq": list(REGION.values()), "region": list(REGION)}),
    ],
)
def test_totals_may_be_a_mapping_or_a_frame(totals: object) -> None:
    margins = Margins.of({"region": totals}, reference_date=DAY)

    assert totals_of(margins) == REGION
    assert margins.size == 2000
    assert (margins.columns, margins.reference_date) == (("region",), DAY)


def test_a_margin_may_combine_columns() -> None:
    joint = {("Leiden", "v"): 600, ("Leiden", "m"): 600, ("Delft", "v"): 450, ("Delft", "m"): 350}

    margins = Margins.of({("region", "sex"): joint})

    assert totals_of(margins) == joint
    assert margins.categories[0].name == "`region` by `sex`"


def test_a_number_is_the_total_of_a_column_with_numbers() -> None:
    margins = Margins.of({"age": 84_000, "sex": SEX})

    assert margins.numbers == {"age": 84_000.0}
    assert margins.columns == ("sex",)
    assert Margins.of({"age": 84_000}, population=2000).size == 2000


def test_categories_are_given_as_the_sample_writes_them_in_its_order() -> None:
    cells = pl.DataFrame({"group": [2.0, 1.0, 2.0, 3.0]})
    totals = {"3": 30, 1: 10, "2": 20, "4": 0}

    matched = Margins.of({"group": totals}).check_against(cells)

    assert totals_of(matched) == {1.0: 10.0, 2.0: 20.0, 3.0: 30.0}
    assert matched.categories[0].levels.schema == {"group": pl.Float64}


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("sex", ["v", "m"]),
        pl.Series("sex", ["v", "m"], dtype=pl.Categorical),
        pl.Series("sex", ["v", "m"], dtype=pl.Enum(["x", "m", "v"])),
    ],
)
def test_every_type_of_category_is_matched(column: pl.Series) -> None:
    assert totals_of(Margins.of({"sex": SEX}).check_against(column.to_frame())) == SEX


def test_categories_that_differ_are_all_named_with_the_likely_spelling() -> None:
    cells = pl.DataFrame({"region": ["Leyden", "Delft", "Gouda"]})

    with pytest.raises(InputError) as caught:
        Margins.of({"region": REGION}).check_against(cells)

    message = str(caught.value)
    assert "The margin `region` and the data do not have the same categories" in message
    assert "in the data without a population total: `Gouda` and `Leyden`" in message
    assert "in the margin with nobody in the data: `Leiden`" in message


def test_a_likely_spelling_is_offered() -> None:
    cells = pl.DataFrame({"region": ["Leyden", "Delft"]})

    with pytest.raises(InputError, match="Is `Leyden` in the data `Leiden` in the margin"):
        Margins.of({"region": REGION}).check_against(cells)


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (["Leiden"], "in the margin with nobody in the data: `Delft`"),
        (["Leiden", "Delft", "Gouda"], "without a population total: `Gouda`"),
        (["Leiden", "Delft", None], "without a population total: `None`"),
    ],
)
def test_a_category_on_one_side_only_is_refused(regions: list[str | None], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Margins.of({"region": REGION}).check_against(pl.DataFrame({"region": regions}))


def test_a_category_in_the_data_with_a_total_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="without a population total: `Gouda`"):
        Margins.of({"region": REGION | {"Gouda": 0}}).check_against(
            pl.DataFrame({"region": ["Leiden", "Delft", "Gouda"]})
        )


def test_margins_of_unequal_size_are_refused_with_both_sizes_and_the_difference() -> None:
    with pytest.raises(InputError) as caught:
        Margins.of({"region": REGION, "sex": SEX | {"v": 1150}})

    message = str(caught.value)
    assert "2,000, the size of the margin `region`" in message
    assert "2,100 in the margin `sex`: a difference of +100 (+5 %)" in message
    assert "scale_to" in message


def test_a_population_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="1,900, the size of `population`"):
        Margins.of({"region": REGION}, population=1900)


def test_rounded_margins_are_made_exactly_equal() -> None:
    margins = Margins.of({"region": {"a": 1e6, "b": 2e6}, "sex": {"v": 1e6 + 1, "m": 2e6}})

    assert margins.categories[1].size == pytest.approx(3e6, rel=1e-15)


def test_margins_are_scaled_to_the_one_asked_for() -> None:
    margins = Margins.of({"region": REGION, "sex": {"v": 60, "m": 40}}, scale_to="sex")

    assert totals_of(margins) == pytest.approx({"Leiden": 60.0, "Delft": 40.0})
    with pytest.raises(InputError, match=r"Unknown margin `sexe`.*"):
        Margins.of({"sex": SEX}, scale_to="sexe")


def test_margins_that_share_a_column_must_agree_on_it() -> None:
    joint = {("Leiden", "v"): 600, ("Leiden", "m"): 500, ("Delft", "v"): 450, ("Delft", "m"): 450}

    with pytest.raises(InputError) as caught:
        Margins.of({"region": REGION, ("region", "sex"): joint})

    assert "The margins `region` and `region` by `sex` contradict each other" in str(caught.value)
    assert "1,200 in `Leiden`, as in `region`" in str(caught.value) or "800 in `Delft`" in str(caught.value)
    fitting = joint | {("Leiden", "m"): 600, ("Delft", "m"): 350}
    assert len(Margins.of({"region": REGION, ("region", "sex"): fitting}).categories) == 2


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ({}, "There are no margins"),
        ({"sex": {}}, "has nobody in it"),
        ({"sex": {"v": 0}}, "has nobody in it"),
        ({"sex": {"v": -1, "m": 2}}, "-1 for `v`"),
        ({"sex": {"v": float("nan"), "m": 2}}, "not a number"),
        ({"sex": {"v": "many"}}, "not a number"),
        ({"sex": {"v": True}}, "not a number"),
        ({"sex": {None: 1, "m": 2}}, "category without a name"),
        ({"sex": {"1": 1, 1: 2}}, "more than once: `1`"),
        ({"sex": {("v", "w"): 1}}, "does not have a value for each column"),
        ({("sex", "age"): {"v": 1}}, "does not have a value for each column"),
        ({"sex": ["v", "m"]}, "cannot be read"),
        ({"age": float("inf")}, "not a number"),
        ({"sex": pl.DataFrame({"sex": ["v", "v"], "n": [1, 2]})}, "more than once: `v`"),
        ({"sex": pl.DataFrame({"sex": ["v", "m"], "n": [1, None]})}, "no number of persons"),
        ({"sex": pl.DataFrame({"sexe": ["v"], "n": [1]})}, "has other columns"),
        ({"sex": pl.DataFrame({"sex": ["v"], "n": [1], "m": [1]})}, "has other columns"),
        ({"sex": pl.DataFrame({"sex": ["v"], "n": ["1"]})}, "has other columns"),
    ],
)
def test_totals_that_cannot_be_are_refused(totals: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Margins.of(totals)
