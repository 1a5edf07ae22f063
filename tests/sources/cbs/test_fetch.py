import csv
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fetch_support import HURRY, KEY_FIGURES, RECORDED, ROOT, altered, folders_with_cards, rows_of
from replay import ReplayServer, replaying
from talentstats.errors import FetchError, InputError
from talentstats.progress import listening
from talentstats.provenance import Snapshot
from talentstats.sources.answers import read_answers
from talentstats.sources.cbs.fetch import fetch_cbs
from talentstats.sources.cbs.table import UnusableAnswerError
from talentstats.sources.fetched import STAGING
from talentstats.workspace import Workspace

LEIDEN = {
    "Geslacht": ["T001038"],
    "Leeftijd": ["10000"],
    "BurgerlijkeStaat": ["T001019"],
    "Perioden": ["2019JJ00.."],
}
OBSERVATIONS = "observations-page-1.json"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "project")


def fetch(server: ReplayServer, table: str, workspace: Workspace, **options: Any) -> Snapshot:
    return fetch_cbs(
        table,
        workspace=workspace,
        base_url=server.base_url,
        settings=HURRY,
        accessed=date(2026, 11, 23),
        **options,
    )


def recorded_rows(path: Path) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["value"]
    return rows


def test_the_recorded_key_figures_come_back_to_the_last_value(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES, page_size=500) as server:
        snapshot = fetch(server, "85224NED", workspace)
    assert len(rows_of(snapshot)) == 4046
    assert rows_of(snapshot) == recorded_rows(KEY_FIGURES / OBSERVATIONS)
    answers = read_answers(snapshot.path)
    assert (answers.rows, answers.where, answers.version) == (4046, {}, "202604300630")
    assert {"properties", "dimensions", "measure-codes", "codes-Perioden"} <= set(answers.files)


def test_the_card_says_what_the_provider_says(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server:
        origin = fetch(server, "85224NED", workspace).origin
    assert (origin.publisher, origin.table_id, str(origin.published)) == ("CBS", "85224NED", "2026-04-30")
    assert origin.title == "Arbeidsdeelname; kerncijfers seizoengecorrigeerd"
    assert origin.licence.name == "CC BY 4.0"
    assert origin.dataset == "cbs/85224NED/2026-04-30"
    assert origin.accessed == date(2026, 11, 23)
    assert origin.url == f"{server.base_url}/85224NED"


def test_the_leiden_part_of_the_population_is_that_of_the_transcription(workspace: Workspace) -> None:
    with replaying(RECORDED) as server:
        rows = rows_of(fetch(server, "03759ned", workspace, where=LEIDEN))
    fetched = {(row["RegioS"], row["Perioden"]): row["Value"] for row in rows if row["Measure"] == "M000352"}
    codes = recorded_rows(RECORDED / "03759ned/codes-RegioS.json")
    names = {re.sub(r" \((PV|gemeente)\)$", "", row["Title"]): row["Identifier"] for row in codes[::-1]}
    file = ROOT / "data/raw/cbs/03759ned/2026-06-23/population.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        printed = list(csv.DictReader(lines))
    assert len(printed) == 120
    found = [fetched[names[row["region"]], f"{row['period'][:4]}JJ00"] for row in printed]
    assert found == [int(row["value"]) for row in printed]


def test_every_value_of_the_export_comes_by_v3(workspace: Workspace) -> None:
    with replaying(RECORDED, page_size=2000) as server:
        snapshot = fetch(server, "80472ned", workspace, api="v3")
    with next((RECORDED / "80472ned").glob("*untyped*")).open(encoding="utf-8-sig", newline="") as lines:
        exported = [_without_blanks(row) for row in csv.DictReader(lines, delimiter=";")]
    assert [_without_blanks(row) for row in rows_of(snapshot)] == exported
    assert str(snapshot.origin.published) == "2023-08-16"


def _without_blanks(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value).strip() for name, value in row.items()}


def test_v3_is_asked_when_v4_lacks_the_table(workspace: Workspace) -> None:
    with replaying(RECORDED) as server:
        snapshot = fetch(server, "80472ned", workspace, where={"Bedrijfskenmerken": ["T001081"]})
    assert read_answers(snapshot.path).api == "cbs-v3"
    assert {row["Bedrijfskenmerken"].strip() for row in rows_of(snapshot)} == {"T001081"}


def test_a_filter_of_v3_has_the_blanks_of_the_code_list(workspace: Workspace) -> None:
    """Without them CBS answers with nothing, and no error."""
    with replaying(RECORDED) as server:
        lists = server.library.respond(
            ("ODataApi", "odata", "80472ned", "Bedrijfskenmerken"), [], base="", edition=0, accept=""
        )
        keys = [code["Key"] for code in json.loads(lists.body)["value"]]
        where = {"Bedrijfskenmerken": [next(key.strip() for key in keys if key != key.strip())]}
        snapshot = fetch(server, "80472ned", workspace, api="v3", where=where)
    assert len(rows_of(snapshot)) > 0
    assert any("%20'" in line for line in server.requests)


@pytest.mark.parametrize(("asked", "known"), [("85224ned", "85224NED"), ("85224", "85224NED")])
def test_other_capitals_are_found_and_said(asked: str, known: str, workspace: Workspace) -> None:
    said: list[str] = []
    with replaying(KEY_FIGURES) as server, listening(said.append):
        snapshot = fetch(server, asked, workspace)
    assert snapshot.origin.table_id == known
    assert f"CBS writes {known}, not {asked}; going on with that" in said


def test_a_table_that_is_not_there_is_named_with_every_way_it_was_asked(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server, pytest.raises(InputError, match="no table `99999NED`") as raised:
        fetch(server, "99999NED", workspace)
    assert "99999NED, 99999ned" in str(raised.value)


@pytest.mark.parametrize(
    "where",
    [{"Perioden": ["2031KW01"]}, {"Periode": ["2022KW01"]}, {"SeizoenEnWerkdagcorrectie": ["A05090"]}],
)
def test_no_figure_is_asked_with_a_code_that_is_not_there(
    where: dict[str, list[str]], workspace: Workspace
) -> None:
    with replaying(KEY_FIGURES) as server, pytest.raises(InputError):
        fetch(server, "85224NED", workspace, where=where)
    assert not any("Observations" in line for line in server.requests)
    assert folders_with_cards(workspace.raw) == []


def test_search_and_orderby_are_never_asked(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES, page_size=1000) as server:
        fetch(server, "85224NED", workspace, where={"Perioden": ["2022*"]})
    assert not any("$search" in line or "$orderby" in line for line in server.requests)


def test_a_server_that_ignores_the_filter_is_found_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replaying.table_v4.filtered", lambda rows, _options: rows)
    with replaying(KEY_FIGURES) as server, pytest.raises(UnusableAnswerError, match="not asked for"):
        fetch(server, "85224NED", workspace, where={"Perioden": ["2022KW01"]})
    assert folders_with_cards(workspace.raw) == []


def test_a_large_table_is_refused_before_a_figure_is_asked(workspace: Workspace) -> None:
    with replaying(RECORDED) as server, pytest.raises(InputError, match="too large") as raised:
        fetch(server, "03759ned", workspace)
    message = str(raised.value)
    assert "100,741,875" in message
    assert "--where Geslacht=T001038" in message
    assert "--where Leeftijd=10000" in message
    assert not any("Observations" in line for line in server.requests)


def test_the_limit_holds_while_pages_arrive(workspace: Workspace, tmp_path: Path) -> None:
    """A count of the provider that is too low does not let more through."""
    folder = altered(
        KEY_FIGURES, tmp_path / "low", "properties.json", lambda found: {**found, "ObservationCount": 900}
    )
    with replaying(folder, page_size=500) as server, pytest.raises(InputError, match="1,500 and more"):
        fetch(server, "85224NED", workspace, row_limit=1000)
    assert sum("Observations" in line for line in server.requests) == 3


def _without_last(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "value": found["value"][:-1]}


def _with_last_twice(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "value": [*found["value"][:-1], found["value"][0]]}


def _with_cell_twice(found: dict[str, Any]) -> dict[str, Any]:
    last = {**found["value"][0], "Id": found["value"][-1]["Id"]}
    return {**found, "value": [*found["value"][:-1], last]}


def _with_unknown_code(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "value": [*found["value"][:-1], {**found["value"][-1], "Perioden": "2031KW01"}]}


def _without_measure(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "value": [{k: v for k, v in row.items() if k != "Measure"} for row in found["value"]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without_last, "another number of rows than it announced"),
        (_with_last_twice, "same row more than once"),
        (_with_cell_twice, "one row for one cell"),
        (_with_unknown_code, "codes of `Perioden` that are in its code list"),
        (_without_measure, "does not have the form"),
    ],
    ids=["missing", "id twice", "cell twice", "unknown code", "no column"],
)
def test_an_answer_that_cannot_be_right_is_not_stored(
    change: Any, message: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = altered(KEY_FIGURES, tmp_path / "altered", OBSERVATIONS, change)
    with replaying(folder, page_size=1000) as server, pytest.raises(UnusableAnswerError, match=message):
        fetch(server, "85224NED", workspace)
    assert folders_with_cards(workspace.raw) == []
    assert not list((workspace.raw / STAGING / "cbs/85224NED").glob("observations*"))


@pytest.mark.parametrize(
    ("link", "got"),
    [
        ("http://127.0.0.1:9/85224NED/Observations?$skip=500", "127.0.0.1:9"),
        ("{base}/85224NED/Observations?$count=true", "Observations"),
    ],
    ids=["another server", "a circle"],
)
def test_a_next_page_elsewhere_or_asked_before_is_refused(
    link: str, got: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replaying(KEY_FIGURES, page_size=500) as server:
        target = link.format(base=server.base_url)
        monkeypatch.setattr("replaying.table_v4.address", lambda *_parts, **_options: target)
        with pytest.raises(UnusableAnswerError, match="next page cannot be right") as raised:
            fetch(server, "85224NED", workspace)
    assert got in str(raised.value)
    assert folders_with_cards(workspace.raw) == []


def test_the_cap_of_v3_is_said_in_words(workspace: Workspace) -> None:
    with replaying(RECORDED, cap=50) as server, pytest.raises(FetchError, match="that many rows at once"):
        fetch(server, "80472ned", workspace, api="v3")


def test_an_interface_that_does_not_exist_is_refused(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server, pytest.raises(InputError, match="no such interface"):
        fetch(server, "85224NED", workspace, api="v5")


def test_a_second_fetch_of_the_same_edition_stores_nothing(workspace: Workspace) -> None:
    said: list[str] = []
    with replaying(KEY_FIGURES) as server, listening(said.append):
        first, second = fetch(server, "85224NED", workspace), fetch(server, "85224NED", workspace)
    assert first == second
    assert said[-1] == "cbs/85224NED/2026-04-30: already stored"


def test_an_update_asks_one_question_when_nothing_changed(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server:
        first = fetch(server, "85224NED", workspace)
        questions = len(server.requests)
        assert fetch(server, "85224NED", workspace, update=True) == first
        assert len(server.requests) == questions + 1


def test_an_update_fetches_what_changed_as_another_vintage(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server:
        fetch(server, "85224NED", workspace)
        server.edition += 1
        newer = fetch(server, "85224NED", workspace, update=True)
        assert rows_of(newer) == server.rows("85224NED")
    assert folders_with_cards(workspace.raw) == ["cbs/85224NED/2026-04-30", "cbs/85224NED/2026-05-01"]


def test_an_update_of_another_slice_is_fetched(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server:
        fetch(server, "85224NED", workspace, where={"Perioden": ["2022*"]}, dataset="cbs/key")
        fetch(server, "85224NED", workspace, where={"Perioden": ["2023*"]}, dataset="cbs/key", update=True)
    assert folders_with_cards(workspace.raw) == ["cbs/key/2026-04-30", "cbs/key/2026-04-30.2"]


def test_name_and_password_of_a_server_are_written_nowhere(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES, page_size=1000) as server:
        base = server.base_url.replace("://", "://reader:qz7Ru91x@")
        fetch_cbs("85224NED", workspace=workspace, base_url=base, settings=HURRY)
    written = [path.read_bytes() for path in workspace.raw.rglob("*") if path.is_file()]
    assert len(written) > 10
    assert not any(b"qz7Ru91x" in body for body in written)
