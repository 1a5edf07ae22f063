"""The stored figures against the team's fact sheets, where those lie beside the checkout."""

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from conftest import SHARED
from talentstats.store import ProcessedTable, read_processed
from talentstats.terms import Period
from talentstats.workspace import Workspace

FACTS = SHARED / "facts"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FACTS.is_dir(), reason="the shared fact sheets are not beside this checkout"),
]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def value(table: ProcessedTable, **wanted: str) -> list[float]:
    frame = table.frame
    for column, text in wanted.items():
        frame = frame.filter(pl.col(column) == text)
    return frame["value"].to_list()


def test_unemployed_and_rates_equal_the_fact_sheet(labour_table: ProcessedTable) -> None:
    count = 0
    for row in rows("unemployed_quarterly_80590ned_vintage20260716.csv"):
        for column, measure, adjustment in (
            ("unemployed_sa_x1000", "unemployed", "SA"),
            ("unemployed_nsa_x1000", "unemployed", "NSA"),
            ("rate_sa_pct", "unemployment_rate", "SA"),
            ("rate_nsa_pct", "unemployment_rate", "NSA"),
        ):
            found = value(
                labour_table,
                dataset="cbs/80590ned/2026-07-16",
                measure=measure,
                adjustment=adjustment,
                period=str(Period.parse(row["period"])),
            )
            assert found == [float(row[column])]
            count += 1
    assert count == 376


def test_population_and_its_sums_equal_the_fact_sheet(project: Workspace) -> None:
    table = read_processed("region", workspace=project)
    for row in rows("leiden_region_population_03759ned.csv"):
        if not row["code"].startswith("SUM"):
            for year in range(2019, 2027):
                found = value(table, measure="population", region=row["code"], period=f"{year}-01-01")
                assert found == [float(row[str(year)])]


def test_vacancies_by_province_equal_the_fact_sheet_except_the_refused_quarter(
    labour_table: ProcessedTable,
) -> None:
    codes = {names[0]: code for code, names in labour_table.regions.items() if code[:2] in ("PV", "LD")}
    codes["NL"] = "NL01"
    refused = 0
    for row in rows("vacancies_province_83599NED_2011_2026.csv"):
        vintage = row["vintage_or_publication"][:10]
        dataset = "cbs/83599NED/2026-07-30" if vintage == "2026-07-30" else "cbs/83599NED/2023-08"
        period = str(Period.parse(row["period"]))
        found = value(
            labour_table,
            dataset=dataset,
            measure="vacancies_open",
            region=codes[row["region"]],
            period=period,
        )
        if period == "2011Q4":
            assert found == []
            refused += 1
        else:
            assert found == [float(row["value"])]
    assert refused == 17


def test_the_formula_reproduces_the_regional_figures_cbs_published(labour_table: ProcessedTable) -> None:
    from talentstats.labour import tightness_from
    from talentstats.labour.stored import read_series

    published = labour_table.frame.filter(
        (pl.col("measure") == "tightness") & pl.col("region").str.starts_with("PV")
    )
    compared = agreed = 0
    for row in published.iter_rows(named=True):
        try:
            computed = tightness_from(
                read_series("vacancies_open", region=row["region"], table=labour_table),
                read_series("unemployed", region=row["region"], method=row["method"], table=labour_table),
            ).at(row["period"])
        except LookupError:
            continue
        compared += 1
        agreed += computed.value == row["value"]
    assert (compared, agreed) == (4, 4)


def test_facts_are_where_they_are_looked_for() -> None:
    assert Path(FACTS / "FACTS.md").is_file()
