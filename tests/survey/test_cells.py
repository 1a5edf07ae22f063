from typing import Any

import numpy as np
import polars as pl
import pytest

from talentstats.survey.cells import find_cells, places_in

COLUMNS: dict[str, pl.Series] = {
    "text": pl.Series(["b", "a", "b", "c", "a", "b"]),
    "text with gaps": pl.Series(["b", None, "b", "c", None, "b"]),
    "numbers": pl.Series([3, -1, 3, 7, -1, 3]),
    "numbers far apart": pl.Series([3, -1, 3, 10**12, -1, 3]),
    "numbers with gaps": pl.Series([3, None, 3, 7, None, 3]),
    "small numbers": pl.Series([3, 1, 3, 7, 1, 3], dtype=pl.UInt8),
    "decimals": pl.Series([0.5, 0.25, 0.5, 1.0, 0.25, 0.5]),
    "yes or no": pl.Series([True, False, True, True, False, True]),
    "categories": pl.Series(["b", "a", "b", "c", "a", "b"], dtype=pl.Enum(["c", "b", "a", "unused"])),
}
OTHER = pl.Series("other", [1, 2, 2, 1, 1, 1])


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_row_is_in_the_cell_with_its_values(kind: str) -> None:
    frame = pl.DataFrame([COLUMNS[kind].alias("one"), OTHER])
    cells = find_cells(frame, ["one", "other"])
    assert cells.table[cells.code].equals(frame)
    assert cells.table.schema == frame.schema
    assert cells.table.equals(frame.unique().sort("one", "other"))


def test_many_columns_with_many_values_keep_to_the_combinations_that_occur() -> None:
    draw = np.random.default_rng(1)
    frame = pl.DataFrame({f"c{number}": draw.integers(0, 900, 500) for number in range(4)})
    cells = find_cells(frame, frame.columns)
    assert cells.table[cells.code].equals(frame)
    assert cells.table.height == frame.unique().height


def test_without_columns_all_rows_are_one_cell() -> None:
    cells = find_cells(pl.DataFrame({"a": [1, 2]}), [])
    assert cells.code.tolist() == [0, 0]
    assert cells.table.height == 1
    assert places_in(cells.table, cells.table).tolist() == [0]


@pytest.mark.parametrize("kind", COLUMNS)
def test_cells_are_found_in_a_table_in_another_order(kind: str) -> None:
    table = find_cells(pl.DataFrame([COLUMNS[kind].alias("one"), OTHER]), ["one", "other"]).table
    other = table.reverse()
    places: Any = places_in(table, other)
    assert other[places].equals(table)
