"""In which larger region each region lies, year by year, and what is refused."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from talentstats.errors import InputError
from talentstats.regions.hierarchy import Level, read_hierarchy
from talentstats.regions.labour_market import labour_market_areas

HIERARCHY = read_hierarchy(ROOT / "data" / "reference")
VALID = {year: sorted(HIERARCHY.municipalities.valid_in(year)) for year in range(1995, 2027)}
YEARS = st.integers(1995, 2026)
few = settings(deadline=None, max_examples=30, derandomize=True)


@given(st.data(), YEARS)
@few
def test_a_municipality_lies_in_one_region_of_every_level(data: st.DataObject, year: int) -> None:
    code = data.draw(st.sampled_from(VALID[year]))
    above = HIERARCHY.ancestors(code, year=year)
    assert [HIERARCHY.level(region) for region in above] == ["corop", "province", "country_part", "country"]
    for region, parent in pairwise(above):
        assert HIERARCHY.ancestors(region, year=year)[0] == parent
    for region in above[:2]:
        assert code in HIERARCHY.members(region, year=year)


@given(YEARS, st.sampled_from(["CR", "PV", "LD", "NL"]))
@settings(few, max_examples=6)
def test_the_regions_of_a_level_divide_the_municipalities_of_a_year(year: int, level: str) -> None:
    regions = [code for code in HIERARCHY.regions.names if code.startswith(level)]
    members = [code for region in regions for code in HIERARCHY.members(region, year=year)]
    assert sorted(members) == VALID[year]


def test_the_labour_market_regions_divide_the_municipalities_of_2026() -> None:
    regions = [code for code in HIERARCHY.regions.names if code.startswith("AM")]
    assert len(regions) == 35
    members = [code for region in regions for code in HIERARCHY.members(region, year=2026)]
    assert sorted(members) == VALID[2026]


@pytest.mark.parametrize(
    ("code", "to", "year", "expected"),
    [
        ("GM0620", "province", 2001, "PV28"),
        ("GM0620", "province", 2002, "PV26"),
        ("GM0545", "province", 2018, "PV28"),
        ("GM1961", "province", 2019, "PV26"),
        ("GM0645", "corop", 2008, "CR28"),
        ("GM1884", "corop", 2009, "CR25"),
        ("GM0788", "corop", 1995, "CR34"),
        ("GM0788", "corop", 1996, "CR35"),
        ("GM0546", "country_part", 2026, "LD03"),
        ("CR25", "province", 2026, "PV28"),
        ("PV28", "country", 2000, "NL01"),
        ("GM0626", "labour_market_region", 2026, "AM34"),
    ],
)
def test_a_region_lies_where_it_lay_that_year(code: str, to: Level, year: int, expected: str) -> None:
    assert HIERARCHY.parent(code, to=to, year=year) == expected


@pytest.mark.parametrize(
    ("region", "year", "count"),
    [
        ("leiden_six", 2026, 6),
        ("CR25", 2026, 11),
        ("Agglomeratie Leiden en Bollenstreek (CR)", 2026, 11),
        ("CR25", 2018, 12),
        ("AM19", 2026, 12),
        ("holland_rijnland", 2026, 13),
        ("Samenwerkingsverband Holland Rijnland", 2026, 13),
        ("GM0546", 2026, 1),
        ("NL01", 2026, 342),
    ],
)
def test_a_region_has_its_municipalities_of_that_year(region: str, year: int, count: int) -> None:
    assert len(HIERARCHY.members(region, year=year)) == count


def test_the_named_group_of_a_corop_area_is_the_corop_area() -> None:
    listed = HIERARCHY.regions.groups["CR25"].members
    assert HIERARCHY.members("CR25", year=2026) == tuple(sorted(listed))


def test_the_labour_market_region_and_the_co_operation_differ_in_voorschoten() -> None:
    co_operation = set(HIERARCHY.members("holland_rijnland", year=2026))
    assert co_operation - set(HIERARCHY.members("AM19", year=2026)) == {"GM0626"}


def test_a_name_of_three_regions_is_refused_with_each_of_them() -> None:
    with pytest.raises(InputError, match="`Holland Rijnland` is the name of 3 regions") as caught:
        HIERARCHY.members("Holland Rijnland", year=2026)
    assert all(count in str(caught.value) for count in ("13 gemeenten", "12 gemeenten", "11 gemeenten"))
    assert "`holland_rijnland` or `AM19`" in str(caught.value)


@pytest.mark.parametrize(
    ("code", "to", "year", "message"),
    [
        ("GM0576", "province", 2020, "`GM0576` became `GM0575` Noordwijk"),
        ("GM1992", "province", 2020, "was formed from `GM0501` Brielle"),
        ("GM0546", "province", 1994, "The larger regions of 1994 are not known"),
        ("PV28", "country", 1994, "The larger regions of 1994 are not known"),
        ("GM0546", "province", 2030, "of 2030 are not known"),
        ("GM0546", "provinces", 2020, "Did you mean `province`"),
        ("GM546", "province", 2020, "Did you mean `GM0546`"),
        ("PV28", "corop", 2020, "lies in no single region of the level `corop`"),
        ("AM19", "province", 2026, "lies in no single region of the level `province`"),
        ("AM04", "country", 2026, "Use `AM36` Regio Zwolle"),
        ("AM31", "country", 2026, "Use `AM38` FoodValley"),
        ("AM16", "country", 2026, "Use `AM37` Zuid-Kennemerland en IJmond"),
        ("AM99", "country", 2026, "Leave its rows out"),
        ("GM0546", "labour_market_region", 2022, "`talentstats fetch cbs 85067NED`"),
        ("GM0546", "labour_market_region", 2012, "The labour-market regions of 2012 are not known"),
    ],
)
def test_what_cannot_be_answered_is_refused(code: str, to: Level, year: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        HIERARCHY.parent(code, to=to, year=year)


@pytest.mark.parametrize(
    ("region", "year", "message"),
    [
        ("CR99", 2026, "Unknown region `CR99`"),
        ("AM04", 2026, "Use `AM36`"),
        ("leiden_university", 2026, "region with municipalities `leiden_university`"),
        ("holland_rijnland", 2005, "`GM1525` Teylingen from 2006-01-01"),
    ],
)
def test_a_region_without_municipalities_that_year_is_refused(region: str, year: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        HIERARCHY.members(region, year=year)


def test_labour_market_codes_that_are_not_in_use_are_dropped() -> None:
    frame = pl.DataFrame({"region": ["AM04", "AM36", "AM99 ", "NL01"], "value": [1, 2, 3, 4]})
    assert HIERARCHY.without_former(frame)["value"].to_list() == [2, 4]


def test_the_areas_of_a_fetched_table_are_added_for_their_year() -> None:
    table = pl.DataFrame(
        [(f"{code}    ", text) for code in VALID[2022] for text in (f"CR25  {code}", "AM19  ", None)],
        schema={"RegioS": pl.String, "text": pl.String},
        orient="row",
    )
    wider = HIERARCHY.with_labour_market(labour_market_areas(table), year=2022)
    assert wider.parent("GM0546", to="labour_market_region", year=2022) == "AM19"
    with pytest.raises(InputError, match="of 2022 are not known"):
        HIERARCHY.parent("GM0546", to="labour_market_region", year=2022)


def test_areas_that_miss_a_municipality_are_refused() -> None:
    with pytest.raises(InputError, match="none for 344, such as"):
        HIERARCHY.with_labour_market({"GM0546": "AM19"}, year=2022)


def test_a_table_without_texts_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown column `text`"):
        labour_market_areas(pl.DataFrame({"RegioS": ["GM0546"]}))
