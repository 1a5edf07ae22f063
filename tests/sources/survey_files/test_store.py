import hashlib
import stat
import sys
from datetime import date
from pathlib import Path

import pytest

from sources.survey_files.samples import CANARY, write_sample
from talentstats.errors import InputError
from talentstats.provenance import Snapshot
from talentstats.sources.encryption import find_key, make_key
from talentstats.sources.snapshots import CARD
from talentstats.sources.survey_files import store as module
from talentstats.sources.survey_files.store import find_stored, open_stored, store_survey_file, survey_folder
from talentstats.workspace import Workspace

pytestmark = pytest.mark.usefixtures("parsed_here")
DAY = date(2025, 9, 1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "project" / "data" / "raw").mkdir(parents=True)
    return Workspace(tmp_path / "project")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setenv("TALENTSTATS_KEY", make_key())
    return find_key()


def _store(path: Path, workspace: Workspace, *, received: date = DAY, key: bytes | None = None) -> Snapshot:
    return store_survey_file(
        path,
        wave=2025,
        workspace=workspace,
        received=received,
        publisher='Bureau "Test" BV',
        synthetic=True,
        key=key,
    )


def _everything(workspace: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(workspace.root.rglob("*")) if path.is_file())


@pytest.mark.parametrize("name", ["sav", "csv", "xlsx", "parquet"])
def test_a_file_is_kept_byte_for_byte_under_a_name_of_ours(
    name: str, tmp_path: Path, workspace: Workspace
) -> None:
    path = write_sample(tmp_path / f"sample.{name}").rename(tmp_path / f"Respondenten Jansen.{name}")
    snapshot = _store(path, workspace)
    assert snapshot.path == workspace.raw / "survey/internationals_2025/2025-09-01" / f"answers.{name}"
    assert snapshot.path.read_bytes() == path.read_bytes()
    assert snapshot.kind == "survey microdata"
    assert snapshot.synthetic
    assert snapshot.origin.dataset == "survey/internationals_2025/2025-09-01"
    assert snapshot.origin.publisher == 'Bureau "Test" BV'
    assert snapshot.origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert b"Jansen" not in _everything(workspace)
    assert find_stored(2025, workspace) == (snapshot,)
    assert find_stored(2023, workspace) == ()


def test_a_stored_file_reads_as_the_one_that_arrived(tmp_path: Path, workspace: Workspace) -> None:
    snapshot = _store(write_sample(tmp_path / "sample.sav"), workspace)
    file = open_stored(snapshot)
    assert (file.path, file.format, file.frame.height) == (snapshot.path, "sav", 30)


def test_what_had_to_be_said_to_read_a_file_is_kept_with_it(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes("a^b\n1,5^2.5é\n".encode("cp850"))
    options = {"delimiter": "^", "encoding": "cp850", "decimal": ","}
    snapshot = store_survey_file(
        path, wave=2025, workspace=workspace, received=DAY, publisher="x", synthetic=True, options=options
    )
    assert open_stored(snapshot).frame.rows() == [(1.5, "2.5é")]


def test_the_same_file_is_stored_once(tmp_path: Path, workspace: Workspace) -> None:
    path = write_sample(tmp_path / "sample.csv")
    first = _store(path, workspace)
    assert _store(path, workspace, received=date(2025, 9, 2)) == first
    assert len(find_stored(2025, workspace)) == 1


def test_another_file_for_the_same_wave_and_day_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    first = _store(write_sample(tmp_path / "sample.csv"), workspace)
    other = tmp_path / "other.csv"
    other.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="Another file is stored for this wave and this day"):
        _store(other, workspace)
    assert find_stored(2025, workspace) == (first,)
    assert len(_store(other, workspace, received=date(2025, 9, 2)).origin.sha256) == 64
    assert [one.path.parent.name for one in find_stored(2025, workspace)] == ["2025-09-01", "2025-09-02"]


def test_an_encrypted_file_shows_no_answer_on_the_disk_and_reads_back(
    tmp_path: Path, workspace: Workspace, key: bytes
) -> None:
    path = write_sample(tmp_path / "sample.csv")
    snapshot = _store(path, workspace, key=key)
    assert snapshot.path.name == "answers.csv.encrypted"
    assert CANARY.encode() not in _everything(workspace)
    assert key not in _everything(workspace)
    for opened in (open_stored(snapshot, key=key), open_stored(snapshot)):
        assert opened.frame.height == 30
        assert opened.path == snapshot.path
    assert _store(path, workspace, key=key) == snapshot


def test_an_encrypted_file_needs_its_key(
    tmp_path: Path, workspace: Workspace, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = _store(write_sample(tmp_path / "sample.csv"), workspace, key=key)
    with pytest.raises(InputError, match="another key"):
        open_stored(snapshot, key=bytes(32))
    monkeypatch.delenv("TALENTSTATS_KEY")
    with pytest.raises(InputError):
        open_stored(snapshot)


def test_a_file_that_lies_there_unencrypted_is_not_passed_off_as_encrypted(
    tmp_path: Path, workspace: Workspace, key: bytes
) -> None:
    path = write_sample(tmp_path / "sample.csv")
    _store(path, workspace)
    with pytest.raises(InputError, match="not encrypted"):
        _store(path, workspace, key=key)


@pytest.mark.parametrize("fails", ["_copy", "write_card"])
def test_a_file_is_stored_whole_or_not_at_all(
    fails: str, tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, fails, full)
    with pytest.raises(InputError, match="cannot be stored") as caught:
        _store(write_sample(tmp_path / "sample.csv"), workspace)
    assert caught.value.got == "No space left on device"
    assert list(survey_folder(2025, workspace).iterdir()) == []


def test_a_file_that_changes_while_it_is_copied_is_not_stored(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_sample(tmp_path / "sample.csv")
    monkeypatch.setattr("shutil.copyfile", lambda _, target: target.write_bytes(b"a;b\n"))
    with pytest.raises(InputError, match="changed while it was being stored"):
        _store(path, workspace)
    assert list(survey_folder(2025, workspace).iterdir()) == []


def test_a_file_that_no_card_can_describe_is_refused_first(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE_LIMIT", 100)
    with pytest.raises(InputError, match="too large to be stored"):
        _store(write_sample(tmp_path / "sample.csv"), workspace)


def test_a_stored_file_that_was_changed_is_noticed(tmp_path: Path, workspace: Workspace) -> None:
    snapshot = _store(write_sample(tmp_path / "sample.csv"), workspace)
    snapshot.path.write_bytes(snapshot.path.read_bytes() + b"x")
    with pytest.raises(InputError, match="not the one that was stored"):
        find_stored(2025, workspace)


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_a_stored_file_can_be_read_by_its_owner_only(tmp_path: Path, workspace: Workspace) -> None:
    snapshot = _store(write_sample(tmp_path / "sample.csv"), workspace)
    assert stat.S_IMODE(snapshot.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(snapshot.path.parent.stat().st_mode) == 0o700


def test_the_card_reads_as_the_cards_of_published_files_do(tmp_path: Path, workspace: Workspace) -> None:
    snapshot = _store(write_sample(tmp_path / "sample.csv"), workspace)
    text = (snapshot.path.parent / CARD).read_text(encoding="utf-8")
    assert 'title = "Enquête onder internationals 2025 (synthetisch / synthetic)"' in text
    assert 'published = "2025-09-01"' in text
    assert "encrypted = false" in text
