import json
import sys
import threading
from datetime import date
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from fetch_support import KEY_FIGURES, folders_with_cards
from talentstats.errors import InputError
from talentstats.provenance import Licence, Snapshot
from talentstats.sources.answers import INDEX, KIND, read_answers
from talentstats.sources.cards import Card
from talentstats.sources.fetched import (
    canonical_where,
    dataset_name,
    newest_fetched,
    staging,
    store_fetched,
)
from talentstats.sources.staged_answers import JOURNAL, Asked, Edition, Stage
from talentstats.workspace import Workspace

ASKED = Asked(api="eurostat", table_id="une_rt_m", source="https://example.org/une_rt_m", where={})
EDITION = Edition(version="1", modified="2026-04-30T11:00:00")
DATASET = "eurostat/une_rt_m"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def store(workspace: Workspace, body: bytes, *, asked: Asked = ASKED, edition: Edition = EDITION) -> Snapshot:
    with staging(workspace, DATASET) as folder:
        stage = Stage(folder, asked, edition)
        stage.keep_page(body, rows=1, next_url=None)
        stage.finish()
        card = Card(
            publisher="Eurostat",
            title="Unemployment",
            table_id="une_rt_m",
            url=asked.source,
            published=edition.day,
            accessed=date(2026, 11, 23),
            kind=KIND,
            file=INDEX,
            licence=Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        )
        return store_fetched(folder, card, workspace=workspace, dataset=DATASET)


def test_the_same_bytes_are_stored_once(workspace: Workspace) -> None:
    first, second = store(workspace, b"{}"), store(workspace, b"{}")
    assert first == second
    assert folders_with_cards(workspace.raw) == [f"{DATASET}/2026-04-30"]


def test_another_answer_of_the_same_day_goes_beside_the_first(workspace: Workspace) -> None:
    bodies = [b'{"a": 1}', b'{"a": 2}', b'{"a": 3}', b'{"a": 2}']
    names = [store(workspace, body).path.parent.name for body in bodies]
    assert names == ["2026-04-30", "2026-04-30.2", "2026-04-30.3", "2026-04-30.2"]


def test_a_folder_without_card_is_left_alone(workspace: Workspace) -> None:
    own = workspace.raw / DATASET / "2026-04-30"
    own.mkdir(parents=True)
    (own / "notes.txt").write_text("mine", encoding="utf-8")
    assert store(workspace, b"{}").path.parent.name == "2026-04-30.2"
    assert (own / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_the_tenth_answer_of_a_day_is_newer_than_the_second(workspace: Workspace) -> None:
    for number in range(11):
        store(workspace, json.dumps(number).encode())
    newest = newest_fetched(workspace, DATASET)
    assert newest is not None
    assert newest.path.parent.name == "2026-04-30.11"


def test_the_newest_is_that_of_the_same_slice(workspace: Workspace) -> None:
    part = Asked(api="eurostat", table_id="une_rt_m", source=ASKED.source, where={"geo": ("NL",)})
    store(workspace, b"1")
    store(workspace, b"2", asked=part, edition=Edition(version="2", modified="2026-05-30"))
    whole, sliced = newest_fetched(workspace, DATASET), newest_fetched(workspace, DATASET, {"geo": ["NL "]})
    assert whole is not None
    assert sliced is not None
    assert (whole.path.parent.name, sliced.path.parent.name) == ("2026-04-30", "2026-05-30")
    assert newest_fetched(workspace, DATASET, {"geo": ["DE"]}) is None


def test_nothing_is_seen_before_it_is_whole(workspace: Workspace) -> None:
    with staging(workspace, DATASET) as folder:
        Stage(folder, ASKED, EDITION).keep_page(b"{}", rows=1, next_url="https://example.org/2")
        assert folders_with_cards(workspace.raw) == []
        assert not (workspace.raw / DATASET).exists()


def test_a_stage_goes_on_where_it_stopped(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ASKED, EDITION)
    stage.keep("properties", b'{"a": 1}')
    stage.keep_page(b"[1]", rows=10, next_url="https://example.org/2")
    again = Stage(tmp_path, ASKED, EDITION)
    assert (again.pages, again.rows, again.next_url) == (1, 10, "https://example.org/2")
    assert again.read("properties") == b'{"a": 1}'
    assert list(again.page_bodies()) == [b"[1]"]


@pytest.mark.parametrize(
    ("asked", "edition"),
    [
        (ASKED, Edition(version="2", modified="2026-04-30T11:00:00")),
        (ASKED, Edition(version="1", modified="2026-05-01T11:00:00")),
        (Asked(api="eurostat", table_id="une_rt_m", source=ASKED.source, where={"geo": ("NL",)}), EDITION),
        (Asked(api="eurostat", table_id="une_rt_m", source="https://example.com/other", where={}), EDITION),
    ],
    ids=["version", "moment", "slice", "server"],
)
def test_a_stage_of_another_question_or_edition_begins_anew(
    tmp_path: Path, asked: Asked, edition: Edition
) -> None:
    Stage(tmp_path, ASKED, EDITION).keep_page(b"[1]", rows=10, next_url=None)
    assert Stage(tmp_path, asked, edition).pages == 0
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]


def test_a_page_that_was_written_half_is_asked_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ASKED, EDITION)
    for number in (1, 2, 3):
        stage.keep_page(f"[{number}]".encode(), rows=1, next_url=f"https://example.org/{number + 1}")
    (tmp_path / "observations-page-2.json").write_bytes(b"[")
    again = Stage(tmp_path, ASKED, EDITION)
    assert (again.pages, again.next_url) == (1, "https://example.org/2")


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_journal_that_was_cut_off_loses_only_its_last_line(tmp_path: Path, cut: int) -> None:
    stage = Stage(tmp_path, ASKED, EDITION)
    stage.keep_page(b"[1]", rows=1, next_url="https://example.org/2")
    whole = (tmp_path / JOURNAL).stat().st_size
    stage.keep_page(b"[2]", rows=1, next_url=None)
    journal = tmp_path / JOURNAL
    journal.write_bytes(journal.read_bytes()[: min(whole + cut, journal.stat().st_size - 2)])
    assert Stage(tmp_path, ASKED, EDITION).pages == 1


def test_two_at_once_do_not_spoil_each_other(workspace: Workspace) -> None:
    with (
        staging(workspace, DATASET),
        pytest.raises(InputError, match="fetched already"),
        staging(workspace, DATASET),
    ):
        pass
    with staging(workspace, DATASET):
        pass


def test_another_thread_waits_for_no_dataset_but_its_own(workspace: Workspace) -> None:
    done: list[str] = []

    def fetch_other() -> None:
        with staging(workspace, "cbs/80590ned"):
            done.append("other")

    with staging(workspace, DATASET):
        thread = threading.Thread(target=fetch_other)
        thread.start()
        thread.join()
    assert done == ["other"]


def test_the_lock_of_a_process_that_died_holds_nobody_up(workspace: Workspace) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from talentstats.sources.fetched import staging\nfrom talentstats.workspace import Workspace\n"
        f"with staging(Workspace(Path(sys.argv[1])), {DATASET!r}):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with Popen([sys.executable, "-c", code, str(workspace.root)], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="fetched already"), staging(workspace, DATASET):
            pass
        process.kill()
        process.wait()
    with staging(workspace, DATASET):
        pass


@pytest.mark.parametrize(
    "name", ["cbs", "../x", "cbs/../x", "/cbs/x", "cbs/x/y", ".staging/x", "cbs/", "c s/x"]
)
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot have that name"):
        dataset_name("cbs", "85224NED", named=name)


def test_the_name_of_a_slice_does_not_depend_on_the_order_of_codes() -> None:
    one = dataset_name("cbs", "85224NED", where={"B": ["2", "1"], "A": ["x"]})
    other = dataset_name("cbs", "85224NED", where={"A": ["x", "x "], "B": ["1", "2"]})
    assert one == other
    assert one != dataset_name("cbs", "85224NED", where={"A": ["x"], "B": ["1"]})
    assert canonical_where(None) == {}


def test_stored_answers_have_the_layout_of_those_that_are_kept(workspace: Workspace) -> None:
    store(workspace, b"{}")
    written = json.loads((workspace.raw / DATASET / "2026-04-30" / INDEX).read_text(encoding="utf-8"))
    kept = json.loads((KEY_FIGURES / INDEX).read_text(encoding="utf-8"))
    assert list(written) == list(kept)
    assert read_answers(workspace.raw / DATASET / "2026-04-30" / INDEX).rows == 1
