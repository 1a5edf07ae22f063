"""What different programmes say of one labour market, beside each other."""

from dataclasses import replace

import polars as pl
import pytest

from talentstats.errors import ComparisonError, NotPublishedError
from talentstats.labour import compare, programmes
from talentstats.store import ProcessedTable


def test_each_programme_keeps_its_own_definition(labour_table: ProcessedTable) -> None:
    found = programmes(table=labour_table)
    assert list(found) == ["tightness", "job_vacancy_rate", "unemployment_rate"]
    assert [series.definition.unit for series in found.values()] == [
        "vacancies per 100 unemployed",
        "percent",
        "percent",
    ]


def test_eurostats_vacancy_rate_is_that_of_its_releases(labour_table: ProcessedTable) -> None:
    rate = programmes(table=labour_table)["job_vacancy_rate"]
    known = {period: rate.at(period) for period in rate.periods}
    assert {period: one.value for period, one in known.items()} == {
        "2017Q3": 2.5,
        "2018Q1": 2.8,
        "2018Q2": 3.1,
        "2019Q2": 3.4,
        "2021Q1": 3.0,
        "2022Q1": 4.9,
        "2024Q3": 4.3,
        "2024Q4": 4.1,
        "2025Q4": 3.9,
    }
    assert {one.certainty for one in known.values()} == {"official", "second_hand"}
    assert rate.definition.adjustment == "NSA"


def test_two_programmes_are_never_compared(labour_table: ProcessedTable) -> None:
    found = programmes(table=labour_table)
    with pytest.raises(ComparisonError, match="two definitions") as caught:
        compare(found["tightness"], found["job_vacancy_rate"])
    assert "tightness" in str(caught.value)
    assert "job_vacancy_rate" in str(caught.value)


def test_eurostats_own_rate_and_the_adjusted_one_come_first(labour_table: ProcessedTable) -> None:
    source = labour_table.frame.filter(
        (pl.col("measure") == "unemployment_rate") & (pl.col("region") == "NL01")
    )
    invented = source.with_columns(
        measure=pl.lit("eurostat_unemployment_rate"), method=pl.lit("eurostat_unemployment")
    )
    table = replace(labour_table, frame=pl.concat([labour_table.frame, invented]))
    found = programmes(table=table)
    assert list(found)[-1] == "eurostat_unemployment_rate"
    assert found["eurostat_unemployment_rate"].definition.adjustment == "SA"


def test_what_is_not_stored_names_the_command_that_fetches_it(labour_table: ProcessedTable) -> None:
    without = labour_table.frame.filter(pl.col("measure") != "job_vacancy_rate")
    with pytest.raises(NotPublishedError, match="no stored figures of `job_vacancy_rate`") as caught:
        programmes(table=replace(labour_table, frame=without))
    assert "talentstats fetch eurostat jvs_q_nace2" in str(caught.value.remedy)
