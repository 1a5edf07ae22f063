import pytest

from talentstats.errors import ComparisonError
from talentstats.labour import (
    Range,
    compare,
    latest_complete_period,
    province_tightness,
    rank_range,
    tightness,
    uwv_class,
    uwv_tension,
)
from talentstats.labour.rounding import range_of, ratio_range, rounded_half_up
from talentstats.store import ProcessedTable


def test_two_definitions_are_refused_and_both_named(labour_table: ProcessedTable) -> None:
    with pytest.raises(ComparisonError, match=r"tightness \(NL01.*uwv_tension \(NL01"):
        compare(tightness(table=labour_table), uwv_tension(table=labour_table))


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"adjustment": "NSA"}, "adjustment"), ({"method": "ebb_before_2022"}, "method")],
)
def test_adjustment_and_method_are_part_of_the_definition(
    labour_table: ProcessedTable, changes: dict[str, str], word: str
) -> None:
    with pytest.raises(ComparisonError, match=word):
        compare(tightness(table=labour_table), tightness(table=labour_table, **changes))


def test_a_province_is_compared_with_the_unadjusted_nation(labour_table: ProcessedTable) -> None:
    nation = tightness(adjustment="NSA", table=labour_table)
    found = compare(tightness("PV28", table=labour_table), nation, period="2022Q1")
    assert (found.first.value, found.second.value, found.relation) == (114, 126, "lower")


def test_ranges_that_overlap_allow_no_statement_and_no_rank(labour_table: ProcessedTable) -> None:
    provinces = province_tightness(table=labour_table)
    period = latest_complete_period(provinces)
    assert period == "2023Q2"
    assert compare(provinces["PV29"], provinces["PV26"], period=period).relation == "not distinguishable"
    places = dict(zip(provinces, rank_range([one.at(period) for one in provinces.values()]), strict=True))
    assert places["PV29"] == (1, 2)
    assert places["PV26"] == (1, 2)
    # CBS's text calls Groningen lowest; its own tables do not allow that.
    assert places["PV20"][1] == places["PV24"][1] == 12


def test_every_possible_set_of_true_values_gives_a_place_within_the_range_of_places(
    labour_table: ProcessedTable,
) -> None:
    found = [one.at("2023Q2") for one in province_tightness(table=labour_table).values()]
    for this, (best, worst) in zip(found, rank_range(found), strict=True):
        others = [other for other in found if other is not this]
        assert this.range is not None
        high = [o for o in others if o.range is not None and o.range.low > this.range.high]
        low = [o for o in others if o.range is not None and o.range.high < this.range.low]
        assert (best, worst) == (len(high) + 1, 12 - len(low))


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, 1), (0.2499, 1), (0.25, 2), (0.67, 3), (1.4999, 3), (1.5, 4), (4.0, 4), (4.0001, 5), (32, 5)],
)
def test_uwv_has_five_classes(value: float, number: int) -> None:
    assert uwv_class(value).number == number


@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_a_tension_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(Exception, match="not negative"):
        uwv_class(value)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [(133.5, 0, 134), (132.5, 0, 133), (-0.5, 0, -1), (2.675, 2, 2.68), (4.3155, 2, 4.32)],
)
def test_halves_are_rounded_away_from_zero(value: float, decimals: int, rounded: float) -> None:
    assert rounded_half_up(value, decimals) == rounded


def test_interval_division_bounds_every_ratio_of_possible_values() -> None:
    top, bottom = range_of(9.7, 0.1), range_of(6.0, 1.0)
    found = ratio_range(top, bottom, scale=100)
    assert found is not None
    corners = [100 * a / b for a in (top.low, top.high) for b in (bottom.low, bottom.high)]
    assert (found.low, found.high) == (min(corners), max(corners))
    assert ratio_range(top, range_of(0.0, 1.0)) is None
    assert Range(1, 2).overlaps(Range(2, 3))
    assert not Range(1, 2).overlaps(Range(2.1, 3))
