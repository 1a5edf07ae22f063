"""Fetching from Eurostat, against a server on loopback. Every figure here is invented."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local_server import LocalServer, Query, Reply, answering
from talentstats.errors import FetchError, InputError
from talentstats.prepare.eurostat_table import tidy_eurostat
from talentstats.provenance import Snapshot
from talentstats.reading import read_eurostat
from talentstats.sources.answers import read_answers
from talentstats.sources.eurostat.fetch import fetch_eurostat
from talentstats.sources.http import HttpSettings
from talentstats.workspace import Workspace

QUICK = HttpSettings(pause=0.0, backoff=0.0, attempts=3)
TIMES = ["2022-Q1", "2022-Q2", "2022-Q3"]
COUNTRIES = {"NL": "Netherlands", "BE": "Belgium", "TOTAL": "All"}
UPDATED = "2026-03-20T23:00:00+0100"
WHERE = {"geo": ["NL"], "freq": ["Q"]}


def table(query: Query, *, updated: str = UPDATED, first: float = 4.9) -> dict[str, Any]:
    """Return the slice asked for of an invented table; unknown codes are left out, as Eurostat does."""
    times = TIMES[-int(query["lastTimePeriod"][0]) :] if "lastTimePeriod" in query else TIMES
    countries = [code for code in COUNTRIES if code in query.get("geo", COUNTRIES)]
    count = len(times) * len(countries)
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Invented rates",
        "updated": updated,
        "id": ["freq", "geo", "time"],
        "size": [1, len(countries), len(times)],
        "dimension": {
            "freq": {"category": {"index": {"Q": 0}, "label": {"Q": "Quarterly"}}},
            "geo": {"category": {"index": {code: at for at, code in enumerate(countries)}}},
            "time": {"category": {"index": {code: at for at, code in enumerate(times)}}},
        },
        "value": {str(at): round(first + at / 10, 1) for at in range(count)},
        "status": {"0": "p"} if count else {},
    }


def as_json(found: object, status: int = 200) -> Reply:
    return status, "application/json", json.dumps(found).encode()


def notice(label: str, *, status: int, kind: str = "error") -> Reply:
    return as_json({kind: [{"status": status, "id": status, "label": label}]}, status)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    return Workspace(tmp_path)


def fetch(server: LocalServer, workspace: Workspace, **changes: Any) -> Snapshot:
    return fetch_eurostat(
        "inv_q",
        **{
            "where": WHERE,
            "workspace": workspace,
            "base_url": server.base_url,
            "settings": QUICK,
            "accessed": date(2026, 11, 23),
            **changes,
        },
    )


def test_the_answer_is_stored_as_it_came_with_its_own_vintage(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        snapshot = fetch(server, workspace)
    path, query = server.requests[0]
    assert path == "/inv_q"
    assert query == {"format": ["JSON"], "lang": ["EN"], "freq": ["Q"], "geo": ["NL"]}
    origin = snapshot.origin
    assert (origin.publisher, origin.table_id, origin.title) == ("Eurostat", "inv_q", "Invented rates")
    assert (str(origin.published), origin.accessed) == ("2026-03-20", date(2026, 11, 23))
    assert origin.licence.name == "CC BY 4.0"
    answers = read_answers(snapshot.path)
    assert answers.pages[0].read_bytes() == json.dumps(table(query)).encode()
    assert (answers.api, answers.rows, answers.version) == ("eurostat", 3, UPDATED)
    assert answers.where == {"freq": ("Q",), "geo": ("NL",)}
    frame = tidy_eurostat(answers)
    assert frame.select("geo", "period", "value", "status").rows() == [
        ("NL", "2022Q1", 4.9, "provisional"),
        ("NL", "2022Q2", 5.0, "unknown"),
        ("NL", "2022Q3", 5.1, "unknown"),
    ]


def test_the_same_edition_is_stored_once_and_another_beside_it(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        first, again = fetch(server, workspace), fetch(server, workspace)
    with answering(lambda _path, query: as_json(table(query, first=5.0))) as server:
        other = fetch(server, workspace)
    assert first.path == again.path
    assert other.path.parent.name == "2026-03-20.2"


def test_update_asks_one_period_and_keeps_what_did_not_change(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        stored = fetch(server, workspace)
        assert fetch(server, workspace, update=True).path == stored.path
    assert [query.get("lastTimePeriod") for _, query in server.requests] == [None, ["1"]]
    assert "geo" in server.requests[1][1]


def test_update_fetches_what_did_change(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        fetch(server, workspace)
    later = "2026-06-19T11:00:00+0200"
    with answering(lambda _path, query: as_json(table(query, updated=later))) as server:
        assert str(fetch(server, workspace, update=True).origin.published) == "2026-06-19"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("where", "message", "remedy"),
    [
        ({"geo": ["NLD"]}, "has no code `NLD`", "Did you mean `NL`"),
        ({"geo": ["NL", "XX"]}, "has no code `XX`", "data browser"),
        ({"geos": ["NL"]}, "Unknown dimension `geos`", "Did you mean `geo`"),
    ],
)
def test_an_unknown_dimension_or_code_is_named_and_nothing_is_stored(
    workspace: Workspace, where: dict[str, list[str]], message: str, remedy: str
) -> None:
    with (
        answering(lambda _path, query: as_json(table(query))) as server,
        pytest.raises(InputError, match=message) as caught,
    ):
        fetch(server, workspace, where=where)
    assert remedy in str(caught.value.remedy)
    assert not list(workspace.raw.rglob("snapshot.toml"))


def test_a_server_that_ignores_a_filter_is_found_out(workspace: Workspace) -> None:
    with (
        answering(lambda _path, _query: as_json(table({}))) as server,
        pytest.raises(FetchError, match="more codes of `geo`"),
    ):
        fetch(server, workspace)


def test_a_slice_without_figures_is_refused(workspace: Workspace) -> None:
    with (
        answering(lambda _path, query: as_json({**table(query), "value": {}, "status": {}})) as server,
        pytest.raises(InputError, match="no figure for this slice"),
    ):
        fetch(server, workspace)


def test_a_slice_that_is_too_large_names_the_dimension_that_helps(workspace: Workspace) -> None:
    label = (
        "EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 46431889 rows, max authorised is"
        " 5000000, please change your filters to reduce the extraction size"
    )

    def respond(_path: str, query: Query) -> Reply:
        return as_json(table(query)) if "lastTimePeriod" in query else notice(label, status=413)

    with (
        answering(respond) as server,
        pytest.raises(InputError, match="too large") as caught,
    ):
        fetch(server, workspace, where={"freq": ["Q"]})
    assert caught.value.expected == "at most 5,000,000 cells"
    assert caught.value.got == "an estimated 46,431,889"
    assert caught.value.remedy == "Limit `geo`, which has 3 codes: `--where geo=TOTAL`."


def test_a_slice_whose_last_period_is_too_large_as_well_asks_for_more_dimensions(
    workspace: Workspace,
) -> None:
    with (
        answering(lambda _path, _query: notice("EXTRACTION_TOO_BIG: so large", status=413)) as server,
        pytest.raises(InputError, match="too large") as caught,
    ):
        fetch(server, workspace, where={})
    assert "more dimensions" in str(caught.value.remedy)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "not_ready",
    [
        notice("ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously.", status=413),
        as_json({"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE. Try again later."}}),
    ],
    ids=["as an error", "as a warning"],
)
def test_a_table_that_is_being_prepared_is_asked_for_again(workspace: Workspace, not_ready: Reply) -> None:
    replies: list[Reply] = [not_ready, not_ready]
    with answering(lambda _path, query: replies.pop() if replies else as_json(table(query))) as server:
        assert fetch(server, workspace).origin.table_id == "inv_q"
    assert len(server.requests) == 3


def test_a_table_that_does_not_get_ready_is_given_up(workspace: Workspace) -> None:
    with (
        answering(lambda _path, _query: notice("ASYNCHRONOUS_RESPONSE", status=413)) as server,
        pytest.raises(FetchError, match="still preparing"),
    ):
        fetch(server, workspace)
    assert len(server.requests) == QUICK.attempts


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (notice("INVALID_QUERY_DIMENSION: sex", status=400), InputError, "INVALID_QUERY_DIMENSION: sex"),
        ((404, "text/plain", b"gone"), FetchError, "404"),
        (as_json({"class": "collection"}), FetchError, "class `collection`"),
        (as_json([1, 2]), FetchError, "no table"),
        (as_json({**table({"geo": ["NL"]}), "updated": "soon"}), FetchError, "`soon`"),
        ((200, "text/html", b"<html>log in</html>"), FetchError, "a web page"),
    ],
    ids=["refused", "not there", "collection", "list", "no day", "web page"],
)
def test_what_is_no_table_is_one_clear_error(
    workspace: Workspace, reply: Reply, kind: type[Exception], message: str
) -> None:
    with (
        answering(lambda _path, _query: reply) as server,
        pytest.raises(kind, match=message),
    ):
        fetch(server, workspace)
    assert not list(workspace.raw.rglob("snapshot.toml"))


def test_a_notebook_reads_what_is_stored_or_asks_a_server(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        asked = read_eurostat("inv_q", base_url=server.base_url, where=WHERE)
        assert not list(workspace.raw.iterdir())
        fetch(server, workspace)
    assert read_eurostat("inv_q", workspace=workspace).equals(asked)
    with pytest.raises(InputError, match="newest edition only"):
        read_eurostat("inv_q", base_url="http://127.0.0.1", as_of="2022-01-01")
    with pytest.raises(InputError, match="no stored answers") as caught:
        read_eurostat("other_q", workspace=workspace)
    assert "talentstats fetch eurostat other_q" in str(caught.value.remedy)


def test_a_name_of_ones_own_is_the_folder(workspace: Workspace) -> None:
    with answering(lambda _path, query: as_json(table(query))) as server:
        snapshot = fetch(server, workspace, dataset="eurostat/rates", where={"sinceTimePeriod": ["2022-Q1"]})
    assert snapshot.origin.dataset == "eurostat/rates/2026-03-20"
