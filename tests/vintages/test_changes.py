from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.provenance import Origin
from talentstats.sources import find_snapshots
from talentstats.vintages.cells import Cells
from talentstats.vintages.changes import KINDS, compare_cells

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "measure": pl.String,
    "region": pl.String,
    "period": pl.String,
    "measure_title": pl.String,
    "frequency": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "resolution": pl.Float64,
    "status": pl.String,
    "missing": pl.String,
}
Cell = dict[str, Any]


@pytest.fixture(scope="module")
def origin() -> Origin:
    return find_snapshots(ROOT / "data" / "raw")[0].origin


@pytest.fixture
def cells(origin: Origin) -> Callable[..., Cells]:
    def make(*rows: Cell, edition: str = "2026-04-30", **fields: Any) -> Cells:
        frame = pl.DataFrame([cell(**row) for row in rows], schema=COLUMNS)
        return Cells(
            origin=replace(origin, dataset=f"cbs/example/{edition}"),
            keys=("measure", "region", "period"),
            frame=frame,
            **fields,
        )

    return make


def cell(**fields: Any) -> Cell:
    usual = {
        "measure": "unemployed",
        "region": "NL01",
        "period": "2026Q1",
        "measure_title": "Werklozen",
        "frequency": "quarter",
        "value": 413.0,
        "unit": "x 1 000",
        "resolution": 1.0,
        "status": "provisional",
        "missing": None,
    }
    return {**usual, **fields}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({}, {}, None),
        ({}, {"value": 414.0}, "revised"),
        ({"value": 413.0}, {"value": 413.0 + 1e-12}, None),
        ({"value": 0.1 + 0.2}, {"value": 0.3}, None),
        # Printed with a decimal more: 413 may be anything from 412.5 to 413.5.
        ({}, {"value": 413.4, "resolution": 0.1}, "rounding"),
        ({}, {"value": 413.5, "resolution": 0.1}, "rounding"),
        ({}, {"value": 413.6, "resolution": 0.1}, "revised"),
        ({"value": 412.6, "resolution": 0.1}, {}, "rounding"),
        # As many decimals: the last digit counts.
        ({"value": 4.0, "resolution": 0.1}, {"value": 4.1, "resolution": 0.1}, "revised"),
        ({"resolution": None}, {"value": 413.4, "resolution": None}, "revised"),
        ({}, {"value": 413_000.0, "unit": "aantal"}, "unit"),
        ({"value": None, "missing": "confidential"}, {}, "became_available"),
        ({}, {"value": None, "missing": "confidential"}, "became_missing"),
        ({"value": None, "missing": "impossible"}, {"value": None, "missing": "confidential"}, "reason"),
        ({"value": None, "missing": "impossible"}, {"value": None, "missing": "impossible"}, None),
        ({}, {"status": "definitive"}, "status"),
        ({"status": "definitive"}, {"status": "definitive", "value": 414.0}, "revised"),
        ({"value": 0.0}, {"value": 1.0}, "revised"),
    ],
)
def test_what_happened_to_a_cell(cells: Callable[..., Cells], old: Cell, new: Cell, kind: str | None) -> None:
    found = compare_cells(cells(old), cells(new))

    assert found.changes["kind"].to_list() == ([] if kind is None else [kind])
    assert {name: count for name, count in found.counts.kinds.items() if count} == ({kind: 1} if kind else {})


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([], [{"period": "2026Q2"}], "new_period"),
        ([], [{"period": "2025Q4"}], "added"),
        ([], [{"region": "PV28"}], "added"),
        # No year was there before, so the first one is an addition, not the next of its kind.
        ([], [{"period": "2026", "frequency": "year"}], "added"),
        ([{"period": "2025Q4"}], [], "removed"),
    ],
)
def test_a_cell_that_only_one_vintage_has(
    cells: Callable[..., Cells], before: list[Cell], after: list[Cell], kind: str
) -> None:
    found = compare_cells(cells({}, *before), cells({}, *after))

    assert found.changes["kind"].to_list() == [kind]
    assert (found.counts.common, found.counts.compared) == (1, 1)


def test_a_cell_that_was_not_transcribed_was_neither_added_nor_removed(cells: Callable[..., Cells]) -> None:
    before = cells({}, {"period": "2025Q4"}, whole=False)
    after = cells({}, {"period": "2025Q3"}, {"period": "2026Q2"}, whole=False)

    kinds = dict(compare_cells(before, after).changes.select("period", "kind").iter_rows())

    assert kinds == {"2025Q4": "only_before", "2025Q3": "only_after", "2026Q2": "new_period"}


def test_definitive_is_not_frozen_and_counted_apart(cells: Callable[..., Cells]) -> None:
    before = cells({"status": "definitive"}, {"region": "PV28"}, {"region": "PV27", "status": "definitive"})
    after = cells(
        {"status": "definitive", "value": 400.0},
        {"region": "PV28", "value": 400.0},
        {"region": "PV27", "status": "provisional"},
    )

    counts = compare_cells(before, after).counts

    assert (counts.kinds["revised"], counts.definitive["revised"]) == (2, 1)
    assert (counts.kinds["status"], counts.status_changed, counts.status_lost) == (1, 1, 1)


def test_a_status_that_changed_with_the_value_is_counted_too(cells: Callable[..., Cells]) -> None:
    counts = compare_cells(cells({}), cells({"value": 414.0, "status": "definitive"})).counts

    assert (counts.kinds["revised"], counts.kinds["status"]) == (1, 0)
    assert (counts.status_changed, counts.status_lost) == (1, 0)


def test_a_change_has_its_size_in_the_unit_and_relative_to_the_old_value(cells: Callable[..., Cells]) -> None:
    row = compare_cells(cells({"value": -4.1}), cells({"value": -4.3})).changes.row(0, named=True)

    assert (row["old"], row["new"], row["difference"]) == (-4.1, -4.3, -0.2)
    assert row["relative"] == pytest.approx(-0.2 / 4.1)
    assert row["was_definitive"] is False


def test_a_revision_from_nothing_and_another_unit_have_no_relative_size(cells: Callable[..., Cells]) -> None:
    before = cells({"value": 0.0}, {"region": "PV28"})
    after = cells({"value": 2.0}, {"region": "PV28", "value": 414.0, "unit": "%"})

    found = compare_cells(before, after).changes

    assert found["relative"].to_list() == [None, None]
    assert found["difference"].to_list() == [2.0, None]


def test_every_period_says_how_many_of_its_cells_were_revised(cells: Callable[..., Cells]) -> None:
    before = cells(
        {"status": "definitive"}, {"region": "PV28"}, {"period": "2025Q4"}, {"region": "X", "value": None}
    )
    after = cells(
        {"status": "definitive", "value": 1.0},
        {"region": "PV28"},
        {"period": "2025Q4", "value": 2.0},
        {"region": "X"},
    )

    rows = compare_cells(before, after).periods.rows()

    assert rows == [("quarter", "2025Q4", 1, 1, 0), ("quarter", "2026Q1", 2, 1, 1)]


def test_changes_come_in_one_order_whatever_the_order_of_the_rows(cells: Callable[..., Cells]) -> None:
    rows = [{"region": region, "period": period} for region in "ABC" for period in ("2025Q4", "2026Q1")]
    before, after = cells(*rows), cells(*({**row, "value": 1.0} for row in rows))
    turned = replace(after, frame=after.frame.reverse())

    assert compare_cells(before, after).changes.equals(compare_cells(before, turned).changes)


def test_the_newest_title_is_shown(cells: Callable[..., Cells]) -> None:
    found = compare_cells(cells({}), cells({"value": 1.0, "measure_title": "Werkloze beroepsbevolking"}))

    assert found.changes["measure_title"].to_list() == ["Werkloze beroepsbevolking"]


def test_slices_that_differ_are_refused_and_both_named(cells: Callable[..., Cells]) -> None:
    before = cells({}, where={"RegioS": ("GM0546",)})
    after = cells({}, edition="2026-07-30", where={"RegioS": ("GM0546", "GM0547")})

    with pytest.raises(InputError, match=r"different slices[\s\S]*2026-04-30 and [\s\S]*2026-07-30") as error:
        compare_cells(before, after)

    assert "RegioS = GM0546" in str(error.value.expected)
    assert "RegioS = GM0546, GM0547" in str(error.value.got)


def test_the_order_of_the_codes_of_a_slice_does_not_matter(cells: Callable[..., Cells]) -> None:
    before = cells({}, where={"RegioS": ("GM0546", "GM0547")})
    after = cells({}, where={"RegioS": ("GM0547", "GM0546")})

    assert compare_cells(before, after).counts.compared == 1


def test_other_dimensions_are_refused(cells: Callable[..., Cells]) -> None:
    after = replace(cells({}), keys=("measure", "period"))

    with pytest.raises(InputError, match="do not have the same dimensions"):
        compare_cells(cells({}), after)


def test_a_cell_that_occurs_twice_is_refused_with_its_vintage(cells: Callable[..., Cells]) -> None:
    with pytest.raises(InputError, match=r"occurs twice[\s\S]*2026-07-30"):
        compare_cells(cells({}), cells({}, {}, edition="2026-07-30"))


def test_every_kind_of_change_is_counted_even_when_there_is_none(cells: Callable[..., Cells]) -> None:
    assert tuple(compare_cells(cells({}), cells({})).counts.kinds) == KINDS
