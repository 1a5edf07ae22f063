"""A fetch that is cut short goes on where it stopped, and ends with the same bytes."""

import signal
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from fetch_support import HURRY, KEY_FIGURES, folders_with_cards, rows_of
from replay import Faults, ReplayServer, replaying
from talentstats.errors import FetchError
from talentstats.progress import listening
from talentstats.sources.cbs.fetch import fetch_cbs
from talentstats.sources.fetched import STAGING
from talentstats.workspace import Workspace

FETCH = (
    "import sys\nfrom datetime import date\nfrom pathlib import Path\n"
    "from talentstats.sources.cbs.fetch import fetch_cbs\nfrom talentstats.sources.http import HttpSettings\n"
    "from talentstats.workspace import Workspace\n"
    "fetch_cbs('85224NED', workspace=Workspace(Path(sys.argv[1])), base_url=sys.argv[2],\n"
    "          settings=HttpSettings(pause=0.03, backoff=0.0), accessed=date(2026, 11, 23))\n"
)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "snapshot.toml"
    }


def pages_asked(server: ReplayServer) -> list[str]:
    return [line for line in server.requests if "Observations" in line]


def test_a_fetch_that_was_killed_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    whole, cut = Workspace(tmp_path / "whole"), Workspace(tmp_path / "cut")
    with replaying(KEY_FIGURES, page_size=100) as server:
        expected = fetch_cbs("85224NED", workspace=whole, base_url=server.base_url, settings=HURRY)
        server.requests.clear()
        command = [sys.executable, "-c", FETCH, str(cut.root), server.base_url]
        with Popen(command, stderr=DEVNULL) as process:
            while len(pages_asked(server)) < 10 and process.poll() is None:
                time.sleep(0.005)
            process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()
        assert folders_with_cards(cut.raw) == []
        server.requests.clear()
        snapshot = fetch_cbs("85224NED", workspace=cut, base_url=server.base_url, settings=HURRY)
        assert 0 < len(pages_asked(server)) < 36
    assert contents(snapshot.path.parent) == contents(expected.path.parent)
    assert len(rows_of(snapshot)) == 4046


def test_a_page_that_does_not_come_keeps_those_before_it(tmp_path: Path) -> None:
    workspace, settings = Workspace(tmp_path), replace(HURRY, attempts=1)
    said: list[str] = []
    with replaying(KEY_FIGURES, page_size=1000, faults=Faults(kinds=("reset",), every=11)) as server:
        with pytest.raises(FetchError):
            fetch_cbs("85224NED", workspace=workspace, base_url=server.base_url, settings=settings)
        assert folders_with_cards(workspace.raw) == []
        with listening(said.append):
            snapshot = fetch_cbs("85224NED", workspace=workspace, base_url=server.base_url, settings=settings)
    assert "85224NED: going on after page 3, 3,000 rows" in said
    assert len(rows_of(snapshot)) == 4046


def test_a_fetch_that_was_cut_short_begins_anew_when_cbs_changed_the_table(tmp_path: Path) -> None:
    workspace, settings = Workspace(tmp_path), replace(HURRY, attempts=1)
    with replaying(KEY_FIGURES, page_size=1000, faults=Faults(kinds=("reset",), every=11)) as server:
        with pytest.raises(FetchError):
            fetch_cbs("85224NED", workspace=workspace, base_url=server.base_url, settings=settings)
        server.edition += 1
        server.injector.faults = None
        snapshot = fetch_cbs("85224NED", workspace=workspace, base_url=server.base_url, settings=settings)
        assert rows_of(snapshot) == server.rows("85224NED")
    assert str(snapshot.origin.published) == "2026-05-01"


def test_a_change_between_two_pages_never_mixes_editions(tmp_path: Path) -> None:
    said: list[str] = []
    with replaying(KEY_FIGURES, page_size=1000, faults=Faults(kinds=("changed",))) as server:
        with listening(said.append):
            snapshot = fetch_cbs(
                "85224NED", workspace=Workspace(tmp_path), base_url=server.base_url, settings=HURRY
            )
        assert rows_of(snapshot) == server.rows("85224NED")
    assert server.edition == 1
    assert "85224NED: CBS changed the table in the meantime; starting again" in said


def test_a_table_that_changes_every_time_is_given_up(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    changing = Faults(kinds=("changed",), changes=100)
    with (
        replaying(KEY_FIGURES, page_size=1000, faults=changing) as server,
        pytest.raises(FetchError, match="while it is being fetched"),
    ):
        fetch_cbs("85224NED", workspace=workspace, base_url=server.base_url, settings=HURRY)
    assert folders_with_cards(workspace.raw) == []
    assert not list((workspace.raw / STAGING / "cbs/85224NED").glob("observations*"))


def test_progress_counts_pages_and_rows(tmp_path: Path) -> None:
    said: list[str] = []
    with replaying(KEY_FIGURES, page_size=1000) as server, listening(said.append):
        fetch_cbs("85224NED", workspace=Workspace(tmp_path), base_url=server.base_url, settings=HURRY)
    assert said[0] == "85224NED: page 1 of about 5, 1,000 rows so far"
    assert said[-1] == "85224NED: page 5, 4,046 rows so far"
    rows = [int(line.split(", ", 1)[1].split(" ")[0].replace(",", "")) for line in said]
    assert all(before < after for before, after in pairwise(rows))
