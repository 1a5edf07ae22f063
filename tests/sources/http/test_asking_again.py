import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from http_support import QUICK, Script, answering, dripping, hang_up, packed, reply, reset
from talentstats.errors import FetchError
from talentstats.progress import listening
from talentstats.sources.http import Http, HttpAnswer, HttpSettings, HttpStatusError
from talentstats.sources.http.answer import asked_wait

GOOD = reply(b'{"value": [1]}')
LOGIN = b"<!DOCTYPE html><title>Sign in</title>"
PASSING: dict[str, tuple[Script, str]] = {
    "a reset in the middle of the body": (reset, "connection broken off"),
    "an end in the middle of the body": (hang_up, "connection broken off"),
    "no answer at all": (socket.socket.close, "connection broken off"),
    "status 500": (reply(b"", status=500), "HTTP status 500"),
    "status 503": (reply(b"", status=503), "HTTP status 503"),
    "status 429": (reply(b"", status=429), "HTTP status 429"),
    "status 408": (reply(b"", status=408), "HTTP status 408"),
    "truncated JSON": (reply(b'{"value": [1'), "JSON that is cut off or damaged (12 bytes)"),
    "an empty body": (reply(b""), "JSON that is cut off"),
    "a number that JSON does not have": (reply(b'{"value": NaN}'), "JSON that is cut off"),
    "JSON without end": (reply(b"[" * 100_000), "JSON that is cut off"),
    "another encoding": (reply('{"value": "é"}'.encode("latin-1")), "JSON that is cut off"),
    "a web page": (reply(LOGIN, kind="text/html"), "a web page in place of data"),
    "a web page that says it is JSON": (reply(b"\xef\xbb\xbf\n" + LOGIN), "a web page in place of data"),
    "damaged gzip": (reply(b"not gzip", Content_Encoding="gzip"), "packed answer that is damaged"),
    "gzip that is cut off": (
        reply(packed({"value": 1}).partition(b"\r\n\r\n")[2][:-9], Content_Encoding="gzip"),
        "packed answer that is cut off",
    ),
    "a packing we did not ask for": (reply(b"x", Content_Encoding="br"), "packed as `br`"),
    "a packing twice": (reply(b"x", Content_Encoding="gzip, gzip"), "packed as `gzip, gzip`"),
    "a redirect to another scheme": (
        reply(b"", status=302, Location="https://login.example/?to=/data"),
        "a redirect to another scheme",
    ),
    "a redirect to nowhere": (reply(b"", status=302, Location="http://[/"), "to an address that is none"),
    "redirects in a circle": (reply(b"", status=302, Location="/data"), "more than 5 redirects"),
}


def at_once(_argument: object) -> None:
    """Do nothing: in place of a wait, and as a server that stays silent."""


def parametrized(cases: dict[str, tuple[Script, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("script", "reason"), cases.values(), ids=cases)


@parametrized({name: case for name, case in PASSING.items() if name != "redirects in a circle"})
def test_what_may_go_away_is_asked_again(script: Script, reason: str) -> None:
    told: list[str] = []
    waits: list[float] = []
    with answering(script, GOOD) as server, Http(QUICK, sleep=waits.append) as http, listening(told.append):
        answer = http.get_json(f"{server.url}/data")
    assert json.loads(answer.body) == {"value": [1]}
    assert len(server.asked) == 2
    assert waits == [1.0]
    assert told[0].startswith("waiting 1 s: ")
    assert reason in told[0]
    assert told[0].endswith("(attempt 2 of 6)")


@parametrized(PASSING)
def test_what_does_not_go_away_is_one_error_with_address_attempts_and_cause(
    script: Script, reason: str
) -> None:
    with (
        answering(script) as server,
        Http(HttpSettings(pause=0, attempts=2), sleep=lambda _: None) as http,
        pytest.raises(FetchError) as caught,
    ):
        http.get_json(f"{server.url}/data")
    text = str(caught.value)
    assert f"{server.url}/data" in text
    assert reason in text
    assert "(attempt 2 of 2)" in text


def test_a_redirect_to_another_scheme_is_refused_with_both_addresses() -> None:
    elsewhere = "https://login.example/?to=/data"
    with answering(reply(b"", status=302, Location=elsewhere)) as server, Http(QUICK, sleep=at_once) as http:
        with pytest.raises(FetchError) as caught:
            http.get_json(f"{server.url}/data")
        assert f"from {server.url}/data to {elsewhere}" in str(caught.value)


def test_waits_double_until_the_limit() -> None:
    waits: list[float] = []
    settings = HttpSettings(pause=0, attempts=7, backoff_limit=5)
    with (
        answering(reply(b"", status=500)) as server,
        Http(settings, sleep=waits.append) as http,
        pytest.raises(HttpStatusError),
    ):
        http.get_json(server.url)
    assert waits == [1, 2, 4, 5, 5, 5]
    assert len(server.asked) == 7


@pytest.mark.parametrize(
    ("said", "waited"), [("0", 0), ("7", 7), ("900", 60), ("soon", 1), ("-3", 1), ("9" * 400, 60)]
)
def test_a_server_says_how_long_to_wait_up_to_the_limit(said: str, waited: float) -> None:
    waits: list[float] = []
    with (
        answering(reply(b"", status=429, Retry_After=said), GOOD) as server,
        Http(QUICK, sleep=waits.append) as http,
    ):
        http.get_json(server.url)
    assert waits == [waited]


def _answer_that_says(wait: str) -> HttpAnswer:
    return HttpAnswer(url="", status=503, content_type="", body=b"", headers={"retry-after": wait})


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0200"])
def test_a_server_says_until_when_to_wait(zone: str) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    until = now + timedelta(hours=2 if zone == "+0200" else 0, seconds=30)
    text = format_datetime(until).replace("+0000", zone)
    assert asked_wait(_answer_that_says(text), now=now) == 30
    assert asked_wait(_answer_that_says(text), now=now + timedelta(days=1)) == 0


@pytest.mark.parametrize("text", ["", "Mon, 99 Nov 2026", "1 Jan 99999999999999999999 00:00:00"])
def test_a_wait_that_makes_no_sense_is_no_wait(text: str) -> None:
    assert asked_wait(_answer_that_says(text), now=datetime(2026, 11, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize("status", [204, 304, 400, 401, 403, 404, 407, 410])
def test_a_refusal_is_not_asked_again_and_carries_the_answer(status: int) -> None:
    body = b"" if status in {204, 304} else b'{"error": "no such table"}'
    with (
        answering(reply(body, status=status)) as server,
        Http(QUICK) as http,
        pytest.raises(HttpStatusError, match=f"HTTP status {status}") as caught,
    ):
        http.get_json(f"{server.url}/85224ned")
    assert caught.value.answer.status == status
    assert caught.value.answer.body == body
    assert len(server.asked) == 1


OVER_THE_CAP = b"The given query is not allowed on this table."


@pytest.mark.parametrize(
    "script",
    [reply(OVER_THE_CAP, status=500), reply(OVER_THE_CAP)],
    ids=["as a server error", "as an answer"],
)
def test_an_answer_the_provider_calls_final_is_not_asked_again(script: bytes) -> None:
    with answering(script) as server, Http(QUICK) as http, pytest.raises(HttpStatusError) as caught:
        http.get_json(server.url, final=lambda answer: b"not allowed" in answer.body)
    assert caught.value.answer.body == OVER_THE_CAP
    assert len(server.asked) == 1


def test_a_connection_stays_open_and_is_opened_anew_after_a_reset() -> None:
    with answering(GOOD, GOOD, reset, GOOD) as server, Http(QUICK, sleep=at_once) as http:
        for opened in (1, 1, 2):
            http.get_json(server.url)
            assert server.connections == opened
    assert len(server.asked) == 4


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    settings = HttpSettings(pause=0, read_timeout=0.1, attempts=2)
    with (
        answering(at_once) as server,
        Http(settings, sleep=at_once) as http,
        pytest.raises(FetchError, match=r"no byte for 0.1 s \(attempt 2 of 2\)"),
    ):
        http.get_json(server.url)


def test_a_server_that_drips_is_given_up_although_it_never_falls_silent() -> None:
    settings = HttpSettings(pause=0, read_timeout=0.2, slowest=1000, attempts=1)
    drip = dripping(b" " * 500, pause=0.02)
    with (
        answering(drip) as server,
        Http(settings) as http,
        pytest.raises(FetchError, match=r"only \d+ bytes in 0.2 s"),
    ):
        http.get_json(server.url)


def test_a_server_that_is_not_there_is_named() -> None:
    with answering(GOOD) as server:
        url = server.url
    with Http(HttpSettings(attempts=1)) as http, pytest.raises(FetchError, match="no connection: ") as caught:
        http.get_json(url)
    assert url in str(caught.value)


def test_waiting_does_not_go_beyond_the_time_limit() -> None:
    waits: list[float] = []
    settings = HttpSettings(pause=0, backoff=10, time_limit=5)
    with (
        answering(reply(b"", status=500)) as server,
        Http(settings, sleep=waits.append) as http,
        pytest.raises(FetchError, match="takes too long") as caught,
    ):
        http.get_json(server.url)
    assert waits == []
    assert "within 5 seconds" in str(caught.value)


def test_a_pause_is_kept_between_questions_to_one_host() -> None:
    waits: list[float] = []
    with (
        answering(GOOD) as one,
        answering(GOOD) as other,
        Http(HttpSettings(pause=9), sleep=waits.append) as http,
    ):
        for url in (one.url, other.url):
            http.get_json(url)
        assert waits == []
        http.get_json(one.url)
    assert 8 < waits[0] <= 9


def test_files_of_any_kind_come_as_they_are_but_no_web_page() -> None:
    table = b"PK\x03\x04 not JSON"
    with (
        answering(reply(table, kind="application/zip"), reply(LOGIN)) as server,
        Http(HttpSettings(pause=0, attempts=1)) as http,
    ):
        assert http.get_bytes(server.url).body == table
        with pytest.raises(FetchError, match="a web page"):
            http.get_bytes(server.url)
