"""Figures that CBS and UWV published, reproduced from the stored components."""

import polars as pl
import pytest

from talentstats.errors import NotPublishedError
from talentstats.labour import read_series, tightness, tightness_from, uwv_class, uwv_tension
from talentstats.store import ProcessedTable

OLD, NEW = "ebb_before_2022", "ebb_from_2022"


@pytest.mark.parametrize(
    ("period", "as_of", "method", "value"),
    [
        ("2022Q1", "2022-05-17", NEW, 133),
        ("2022Q1", "2023-05-16", NEW, 134),
        ("2022Q1", None, NEW, 134),
        ("2021Q3", "2021-11-16", OLD, 126),
        ("2021Q3", None, NEW, 93),
        ("2021Q4", "2022-02-15", NEW, 106),
        ("2020Q4", "2021-02-16", OLD, 55),
        ("2020Q4", "2021-05-18", OLD, 57),
        ("2020Q4", None, NEW, 45),
        ("2024Q1", None, NEW, 110),
        ("2024Q4", "2025-02-28", NEW, 108),
        ("2026Q2", None, NEW, 95),
    ],
)
def test_the_national_figure_is_the_one_published_by_that_day(
    labour_table: ProcessedTable, period: str, as_of: str | None, method: str, value: float
) -> None:
    assert tightness(method=method, table=labour_table).at(period, as_of=as_of).value == value


@pytest.mark.parametrize(
    ("region", "adjustment", "period", "value"),
    [
        ("NL01", "SA", "2024Q1", 110),
        ("NL01", "NSA", "2024Q1", 107),
        ("NL01", "NSA", "2022Q1", 126),
        ("PV28", "NSA", "2022Q1", 114),
        ("PV29", "NSA", "2023Q2", 162),
        ("PV20", "NSA", "2023Q2", 96),
        ("PV24", "NSA", "2023Q2", 94),
    ],
)
def test_regional_figures_are_unadjusted(
    labour_table: ProcessedTable, region: str, adjustment: str, period: str, value: float
) -> None:
    series = tightness(region, adjustment=adjustment, table=labour_table)
    assert series.at(period).value == value
    assert series.definition.adjustment == adjustment


def test_a_small_province_has_a_wide_rounding_range(labour_table: ProcessedTable) -> None:
    zeeland = tightness("PV29", table=labour_table).at("2023Q2")
    assert zeeland.range is not None
    assert (round(zeeland.range.low), round(zeeland.range.high)) == (148, 177)
    assert [part.value for part in zeeland.components] == [9.7, 6.0]


def _misses(table: ProcessedTable, vacancies: str) -> tuple[int, list[tuple[str, float, float]]]:
    """Apply the formula to one table's vintage and compare with CBS's own new-method series."""
    chart = read_series(
        "tightness", adjustment="SA", method=NEW, datasets=["cbs/tightness-chart/2023-05-16"], table=table
    )
    unemployed = read_series(
        "unemployed", adjustment="SA", method=NEW, datasets=["cbs/80590ned/2026-07-16"], table=table
    )
    own = tightness_from(
        read_series("vacancies_open", adjustment="SA", datasets=[vacancies], table=table), unemployed
    )
    both = (
        own.to_polars()
        .select("period", "value")
        .join(chart.to_polars().select("period", published="value"), on="period")
    )
    compared = both.drop_nulls()
    return compared.height, compared.filter(pl.col("value") != pl.col("published")).rows()


def test_the_formula_agrees_in_twenty_of_twenty_two_quarters(labour_table: ProcessedTable) -> None:
    found = [_misses(labour_table, f"cbs/84545NED/{vintage}") for vintage in ("2020-06-26", "2024-05-15")]
    assert sum(count for count, _ in found) == 22
    assert [miss for _, misses in found for miss in misses] == [
        ("2020Q1", 58.0, 56.0),
        ("2023Q1", 121.0, 122.0),
    ]


def test_the_two_misses_were_provisional_in_one_vintage(labour_table: ProcessedTable) -> None:
    vacancies = read_series(
        "vacancies_open", adjustment="SA", datasets=["cbs/84545NED/2020-06-26"], table=labour_table
    )
    assert vacancies.at("2020Q1").status == "provisional"
    first = read_series("tightness", adjustment="SA", method=NEW, table=labour_table).at("2023Q1")
    assert first.value == 122


def test_the_formula_agrees_in_every_quarter_with_the_vacancies_of_august_2017(
    labour_table: ProcessedTable,
) -> None:
    count, misses = _misses(labour_table, "cbs/80474ned/2017-08")
    assert (count, misses) == (18, [])


def test_uwv_calls_the_first_quarter_of_2023_very_tight(labour_table: ProcessedTable) -> None:
    tension = uwv_tension(table=labour_table).at("2023Q1")
    assert tension.value == 4.32
    assert uwv_class(tension.value).name_nl == "zeer krap"


def test_a_quarter_that_contradicts_another_table_is_refused_with_the_reason(
    labour_table: ProcessedTable,
) -> None:
    with pytest.raises(NotPublishedError, match="differs from table 80472ned"):
        tightness("PV28", table=labour_table).at("2011Q4")
    with pytest.raises(NotPublishedError, match="not used"):
        read_series("vacancies_open", region="PV28", table=labour_table).at("2011Q4")


def test_both_components_of_a_computed_figure_have_their_own_witness(labour_table: ProcessedTable) -> None:
    figure = tightness(table=labour_table).at("2022Q1")
    assert [(part.value, part.dataset, part.row) for part in figure.components] == [
        (452.8, "cbs/84545NED/2024-05-15", 14),
        (338.0, "cbs/80590ned/2026-07-16", 306),
    ]
    assert [len(origin.sha256) for origin in figure.origins] == [64, 64]


def test_a_figure_that_only_the_publisher_gives_says_so(labour_table: ProcessedTable) -> None:
    figure = tightness(table=labour_table).at("2022Q1", as_of="2023-05-16")
    assert (figure.kind, figure.components, figure.dataset) == (
        "published",
        (),
        "cbs/tightness-chart/2023-05-16",
    )
