"""The six facts that decided the design, each on stored or recorded data.

What else rests on them is tested where it lives: `labour/test_published_figures.py` (the formula and the
quarters it misses), `labour/test_compare.py` (what may be compared), `test_shared_facts.py` (every figure of
the fact sheets).
"""

from typing import Any

import polars as pl
import pytest

from cbs_support import edited_edition
from talentstats.errors import ComparisonError
from talentstats.labour import (
    compare,
    province_tightness,
    rank_range,
    read_series,
    tightness,
    uwv_class,
    uwv_tension,
)
from talentstats.store import ProcessedTable, read_processed
from talentstats.workspace import Workspace

OLD, NEW = "ebb_before_2022", "ebb_from_2022"


def test_1_a_figure_has_a_period_and_a_day_of_publication(labour_table: ProcessedTable) -> None:
    tight = tightness(table=labour_table)
    first, latest = tight.at("2022Q1", as_of="2022-05-17"), tight.at("2022Q1")
    assert (first.value, [part.value for part in first.components]) == (133, [451, 338])
    assert (latest.value, [part.value for part in latest.components]) == (134, [452.8, 338])
    assert tight.at("2022Q1", as_of="2023-05-16").value == 134


def test_2_the_two_methods_of_the_labour_force_survey_do_not_join(labour_table: ProcessedTable) -> None:
    before, after = tightness(method=OLD, table=labour_table), tightness(method=NEW, table=labour_table)
    assert before.at("2021Q3", as_of="2021-11-16").value == 126
    assert (after.at("2021Q3").value, after.at("2021Q4").value) == (93, 106)
    with pytest.raises(ComparisonError, match="method"):
        compare(before, after)


@pytest.mark.parametrize(
    ("dataset", "first", "last"),
    [("cbs/85224NED/2026-04-30", "2013Q1", "2026Q1"), ("cbs/80590ned/2026-07-16", "2003Q1", "2026Q2")],
)
def test_2_the_new_method_was_cast_back(
    labour_table: ProcessedTable, dataset: str, first: str, last: str
) -> None:
    series = read_series("unemployed", adjustment="SA", method=NEW, datasets=[dataset], table=labour_table)
    assert (series.periods[0], series.periods[-1]) == (first, last)


def test_3_the_formula_of_cbs_is_reproduced_but_for_two_provisional_quarters(
    labour_table: ProcessedTable,
) -> None:
    """Against CBS's chart of 16 May 2023, from both vintages of 84545NED."""
    tight = tightness(method=NEW, table=labour_table)
    chart = read_series(
        "tightness",
        adjustment="SA",
        method=NEW,
        datasets=["cbs/tightness-chart/2023-05-16"],
        table=labour_table,
    )
    misses, compared = [], 0
    for period in chart.periods:
        computed = tight.at(period)
        if computed.components and computed.components[0].dataset.startswith("cbs/84545NED/"):
            compared += 1
            if computed.value != chart.at(period).value:
                misses.append((period, computed.value, chart.at(period).value))
    assert compared == 22
    assert misses == [("2020Q1", 58, 56), ("2023Q1", 121, 122)]


def test_4_provinces_are_unadjusted_and_compared_with_the_unadjusted_nation(
    labour_table: ProcessedTable,
) -> None:
    nation, unadjusted = tightness(table=labour_table), tightness(adjustment="NSA", table=labour_table)
    zuid_holland = tightness("PV28", table=labour_table)
    assert (nation.at("2024Q1").value, unadjusted.at("2024Q1").value) == (110, 107)
    assert nation.at("2022Q1", as_of="2022-05-17").value == 133
    assert (unadjusted.at("2022Q1").value, zuid_holland.at("2022Q1").value) == (126, 114)
    assert compare(zuid_holland, unadjusted, period="2022Q1").relation == "lower"
    with pytest.raises(ComparisonError, match="adjustment"):
        compare(zuid_holland, nation)


def test_4_a_small_province_is_a_range_and_has_no_certain_rank(labour_table: ProcessedTable) -> None:
    provinces = province_tightness(table=labour_table)
    figures = {code: series.at("2023Q2") for code, series in provinces.items()}
    zeeland = figures["PV29"]
    assert ([part.value for part in zeeland.components], zeeland.value) == ([9.7, 6], 162)
    assert zeeland.range is not None
    assert (round(zeeland.range.low), round(zeeland.range.high)) == (148, 177)
    # The text of CBS calls Groningen lowest; its tables give Flevoland, and their roundings neither.
    assert (figures["PV20"].value, figures["PV24"].value) == (96, 94)
    places = dict(zip(figures, rank_range(list(figures.values())), strict=True))
    assert places["PV20"][1] == places["PV24"][1] == 12


def test_5_the_tension_of_uwv_is_another_ratio(labour_table: ProcessedTable) -> None:
    tension = uwv_tension(table=labour_table)
    figure = tension.at("2023Q1")
    assert ([part.value for part in figure.components], figure.value) == ([432.9, 100.314], 4.32)
    assert uwv_class(figure.value).name_nl == "zeer krap"
    limits = {0.24: 1, 0.25: 2, 0.66: 2, 0.67: 3, 1.49: 3, 1.5: 4, 4.0: 4, 4.01: 5}
    assert {value: uwv_class(value).number for value in limits} == limits
    with pytest.raises(ComparisonError, match="two definitions"):
        compare(tightness(table=labour_table), tension)


def test_5_the_vacancies_of_uwv_are_those_of_cbs_without_adjustment(labour_table: ProcessedTable) -> None:
    uwv = read_series("uwv_vacancies_open", table=labour_table)
    cbs = read_series("vacancies_open", adjustment="NSA", table=labour_table)
    assert [uwv.at(period).value - cbs.at(period).value for period in uwv.periods] == [0, 0, 0]


def test_6_a_definitive_figure_may_still_change(own_project: Workspace) -> None:
    """That CBS once changed 1,103 such cells is known second-hand; here one is changed in a copy."""

    def revise(cells: list[dict[str, Any]]) -> None:
        cell = {"Measure": "3000800_2", "SeizoenEnWerkdagcorrectie": "A050903", "Perioden": "2013KW01"}
        next(one for one in cells if cell.items() <= one.items())["Value"] += 5

    edited_edition(own_project.raw, published="2026-10-29", edit=revise)
    table = read_processed("labour", workspace=own_project)
    series = read_series("unemployed", adjustment="SA", method=NEW, table=table)
    before, after = series.at("2013Q1", as_of="2026-10-28"), series.at("2013Q1")
    assert (before.status, after.status) == ("definitive", "definitive")
    assert after.value == before.value + 5
    assert table.frame.filter(pl.col("dataset") == "cbs/85224NED/2026-10-29").height == 212
