import json
from pathlib import Path

import pytest

from talentstats import processing
from talentstats.errors import InputError, ValidationError
from talentstats.store import read_processed, replace_folder
from talentstats.workspace import Workspace, find_workspace
from tests_support import rewrite_raw


def test_a_table_is_made_when_it_is_first_read_and_not_again(
    own_project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_processed("region", workspace=own_project)
    assert first.frame.height > 100

    def fail(*_: object) -> None:
        raise AssertionError("made again although nothing changed")

    monkeypatch.setattr(processing, "validate_table", fail)
    again = read_processed("region", workspace=own_project)
    assert again.frame.equals(first.frame)
    assert again.origins == first.origins


def test_a_changed_input_makes_the_table_anew(own_project: Workspace) -> None:
    before = read_processed("region", workspace=own_project)
    rewrite_raw(own_project.raw / "leiden/residents/2023/residents.csv", "16643", "16644")
    after = read_processed("region", workspace=own_project)
    assert 16644.0 in after.frame["value"]
    assert before.fingerprint != after.fingerprint


def test_data_that_break_a_critical_rule_leave_the_last_good_table(own_project: Workspace) -> None:
    good = read_processed("region", workspace=own_project)
    stored = (own_project.processed / "region" / "data.parquet").read_bytes()
    rewrite_raw(own_project.raw / "leiden/residents/2023/residents.csv", "16643", "-5")
    with pytest.raises(ValidationError, match="-5") as caught:
        read_processed("region", workspace=own_project)
    assert "residents.csv" in str(caught.value)
    assert (own_project.processed / "region" / "data.parquet").read_bytes() == stored
    assert good.frame.height


def test_a_damaged_table_is_refused(own_project: Workspace) -> None:
    read_processed("region", workspace=own_project)
    path = own_project.processed / "region" / "data.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="damaged"):
        read_processed("region", workspace=own_project)
    (own_project.processed / "region" / "metadata.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_processed("region", workspace=own_project)


def test_processed_bytes_are_the_same_twice(own_project: Workspace, project: Workspace) -> None:
    for home in (own_project, project):
        read_processed("region", workspace=home)
    one, other = (
        {p.name: p.read_bytes() for p in (home.processed / "region").iterdir()}
        for home in (own_project, project)
    )
    assert one == other
    assert json.loads(one["metadata.json"])["rows"] == 130


def test_an_unknown_table_is_refused(project: Workspace) -> None:
    with pytest.raises(InputError, match="Did you mean `labour`"):
        read_processed("labor", workspace=project)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, made = tmp_path / "target", tmp_path / "made"
    for folder, text in ((target, "old"), (made, "new")):
        folder.mkdir()
        (folder / "file").write_text(text)
    rename = Path.rename

    def fails_on_the_new_one(self: Path, other: Path) -> Path:
        if self == made:
            raise OSError("disk full")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", fails_on_the_new_one)
    with pytest.raises(OSError, match="disk full"):
        replace_folder(made, target)
    assert (target / "file").read_text() == "old"
    monkeypatch.undo()
    replace_folder(made, target)
    assert (target / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_the_project_is_found_from_a_folder_inside_it_or_by_its_name(
    project: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_workspace(project.raw / "cbs") == project
    monkeypatch.setenv("TALENTSTATS_HOME", str(project.root))
    assert find_workspace(tmp_path) == project
    monkeypatch.setenv("TALENTSTATS_HOME", str(tmp_path))
    with pytest.raises(InputError, match="TALENTSTATS_HOME"):
        find_workspace()
