"""Delivered tables that are kept: byte for byte, under our own name, whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.provenance import Snapshot
from talentstats.sources.delivered.store import find_delivered, store_delivered
from talentstats.sources.snapshots import find_snapshots
from talentstats.workspace import Workspace

DAY = date(2025, 11, 3)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    return Workspace(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "Table of J. Jansen.CSV"
    path.write_bytes(b"region;wave\nleiden;2025\n")
    return path


def store(table: Path, workspace: Workspace, *, received: date = DAY, synthetic: bool = True) -> Snapshot:
    return store_delivered(
        table,
        wave=2025,
        workspace=workspace,
        received=received,
        publisher='Bureau "Zicht"',
        synthetic=synthetic,
    )


def test_a_table_is_kept_byte_for_byte_under_our_own_name(table: Path, workspace: Workspace) -> None:
    snapshot = store(table, workspace)
    assert snapshot.path == workspace.raw / "survey" / "delivered_2025" / "2025-11-03" / "table.csv"
    assert snapshot.path.read_bytes() == table.read_bytes()
    assert snapshot.origin.publisher == 'Bureau "Zicht"'
    assert (snapshot.kind, snapshot.synthetic) == ("delivered table", True)
    assert not any("Jansen" in path.read_text(encoding="utf-8") for path in snapshot.path.parent.iterdir())


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_synthetic_table_says_so_in_both_languages(
    table: Path, workspace: Workspace, synthetic: bool
) -> None:
    title = store(table, workspace, synthetic=synthetic).origin.title
    assert ("(synthetisch / synthetic)" in title) == synthetic


def test_the_same_table_is_kept_once(table: Path, workspace: Workspace) -> None:
    first = store(table, workspace)
    assert store(table, workspace, received=date(2025, 12, 1)) == first
    assert find_delivered(2025, workspace) == (first,)
    assert find_delivered(2023, workspace) == ()


def test_another_table_of_the_same_day_is_refused(table: Path, workspace: Workspace) -> None:
    store(table, workspace)
    table.write_bytes(b"region;wave\ntwente;2025\n")
    with pytest.raises(InputError, match="Another table is stored"):
        store(table, workspace)
    later = store(table, workspace, received=date(2025, 12, 1))
    assert find_delivered(2025, workspace)[-1] == later


def test_nothing_is_left_of_a_table_that_cannot_be_stored(table: Path, workspace: Workspace) -> None:
    (workspace.raw / "survey").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be stored"):
        store(table, workspace)
    with pytest.raises(InputError, match="cannot be stored"):
        store(table.with_name("none.csv"), workspace)
    assert [path.name for path in workspace.raw.iterdir()] == ["survey"]


def test_delivered_tables_are_not_among_the_published_figures(table: Path, workspace: Workspace) -> None:
    store(table, workspace)
    with pytest.raises(InputError, match="no raw data"):
        find_snapshots(workspace.raw)
