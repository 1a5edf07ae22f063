from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.sources import find_snapshots, read_snapshot
from talentstats.sources import snapshots as module
from talentstats.workspace import Workspace

FOLDER = "cbs/84545NED/2024-05-15"


def test_every_stored_file_is_the_one_its_card_describes(project: Workspace) -> None:
    found = find_snapshots(project.raw)
    assert {one.origin.dataset for one in found} >= {FOLDER, "cbs/80590ned/2026-07-16"}
    assert all(one.origin.url and one.origin.licence.name and one.origin.accessed for one in found)


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "vacancies.csv").unlink(), "raw data file is missing"),
        (lambda folder: _rewrite(folder / "vacancies.csv", "452.8", "452.9"), "not the one that was stored"),
        (lambda folder: _rewrite(folder / "vacancies.csv", "452.8", "1452.8"), "not the one that was stored"),
        (lambda folder: (folder / "snapshot.toml").unlink(), "card cannot be read"),
        (
            lambda folder: _rewrite(folder / "snapshot.toml", "title =", "titel ="),
            "Rename `titel` to `title`",
        ),
        (lambda folder: _rewrite(folder / "snapshot.toml", 'title = "', "title = "), "cannot be read"),
        (
            lambda folder: _rewrite(folder / "snapshot.toml", '"2024-05-15"', '"2024Q2"'),
            "not a day of publication",
        ),
    ],
)
def test_a_damaged_snapshot_is_refused_naming_the_file(
    own_project: Workspace, damage: object, message: str
) -> None:
    folder = own_project.raw / FOLDER
    damage(folder)  # type: ignore[operator]
    with pytest.raises(InputError, match=message) as caught:
        read_snapshot(folder, raw=own_project.raw)
    if "day of publication" not in message:
        assert "84545NED" in str(caught.value)
        assert caught.value.remedy


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    own_project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 100)
    with pytest.raises(InputError, match="too large"):
        read_snapshot(own_project.raw / FOLDER, raw=own_project.raw)


def test_a_project_without_raw_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no raw data"):
        find_snapshots(tmp_path)
