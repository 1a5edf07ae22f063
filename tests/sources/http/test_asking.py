import gzip
import json
import logging
import subprocess
import sys
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from http_support import QUICK, answering, dripping, packed, reply
from talentstats.errors import FetchError, InputError
from talentstats.sources.http import (
    Http,
    HttpSettings,
    HttpStatusError,
    same_origin,
    url_with,
    without_credentials,
)
from talentstats.sources.http.body import read_body
from talentstats.version import __version__

GOOD = reply(b'{"value": [1]}', ETag="7")
SECRET = "s3cret-w0rd"  # noqa: S105 -- invented


def test_an_answer_says_where_it_came_from_and_what_it_is() -> None:
    with answering(GOOD) as server, Http(QUICK) as http:
        answer = http.get_json(f"{server.url}/data", params={"$filter": "Perioden eq '2026JJ00'"})
    assert (answer.status, answer.content_type, answer.headers["etag"]) == (200, "application/json", "7")
    assert answer.body == b'{"value": [1]}'
    assert answer.url == f"{server.url}/data?$filter=Perioden%20eq%20'2026JJ00'"


def test_we_say_who_we_are_what_we_want_and_nothing_else() -> None:
    with answering(GOOD) as server, Http(QUICK) as http:
        http.get_json(server.url, accept="application/vnd.cbs+json")
    names = dict(line.split(": ", 1) for line in server.asked[0].splitlines()[1:])
    assert names.pop("Host") == server.url.removeprefix("http://")
    assert names.pop("Connection") == "keep-alive"
    assert names == {
        "User-Agent": f"talentstats/{__version__}",
        "Accept": "application/vnd.cbs+json",
        "Accept-Encoding": "gzip",
    }


def test_a_packed_answer_is_unpacked() -> None:
    with answering(packed({"value": list(range(1000))})) as server, Http(QUICK) as http:
        assert json.loads(http.get_json(server.url).body)["value"][-1] == 999


@given(st.lists(st.binary(max_size=2000), max_size=4), st.integers(1, 700))
def test_packed_members_come_out_as_they_went_in_however_they_were_cut(parts: list[bytes], size: int) -> None:
    whole = b"".join(map(gzip.compress, parts or [b""]))
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert read_body(chunks, packing="gzip", take=lambda _: None) == b"".join(parts)


class TestRedirects:
    @pytest.mark.parametrize("target", ["/moved", "{url}/moved", "moved"])
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_one_that_stays_with_the_scheme_is_followed(self, target: str, status: int) -> None:
        with (
            answering(GOOD) as there,
            answering(reply(b"", status=status, Location=target.format(url=there.url)), GOOD) as here,
            Http(QUICK) as http,
        ):
            answer = http.get_json(f"{here.url}/data")
        host = there if "url" in target else here
        assert answer.url == f"{host.url}/moved"

    def test_five_are_followed(self) -> None:
        steps = [reply(b"", status=302, Location=f"/{step}") for step in range(5)]
        with answering(*steps, GOOD) as server, Http(QUICK) as http:
            assert http.get_json(server.url).url == f"{server.url}/4"

    def test_one_without_a_target_is_a_refusal(self) -> None:
        with (
            answering(reply(b"", status=302)) as server,
            Http(QUICK) as http,
            pytest.raises(HttpStatusError, match="HTTP status 302"),
        ):
            http.get_json(server.url)


class TestLimits:
    def test_an_answer_that_is_too_large_is_not_read_to_its_end(self) -> None:
        endless = reply(b" " * 10_000_000)
        with (
            answering(endless) as server,
            Http(HttpSettings(answer_limit=100_000)) as http,
            pytest.raises(FetchError, match="more than is allowed") as caught,
        ):
            http.get_json(f"{server.url}/data")
        assert "at most 100,000 bytes for one answer" in str(caught.value)
        assert f"{server.url}/data" in str(caught.value)
        assert len(server.asked) == 1

    def test_a_small_packet_that_unpacks_to_much_stops_at_the_limit(self) -> None:
        bomb = packed(" " * 50_000_000)
        assert len(bomb) < 60_000
        with (
            answering(bomb) as server,
            Http(HttpSettings(answer_limit=1_000_000)) as http,
            pytest.raises(FetchError, match="at most 1,000,000 bytes for one answer"),
        ):
            http.get_json(server.url)

    def test_all_answers_together_have_a_limit(self) -> None:
        with answering(GOOD) as server, Http(HttpSettings(pause=0, total_limit=40)) as http:
            http.get_json(server.url)
            http.get_json(server.url)
            with pytest.raises(FetchError, match="at most 40 bytes for all answers together"):
                http.get_json(server.url)

    def test_the_time_limit_holds_while_an_answer_comes_in(self) -> None:
        with (
            answering(dripping(b"[]" + b" " * 200, pause=0.02)) as server,
            Http(HttpSettings(time_limit=0.3)) as http,
            pytest.raises(FetchError, match="takes too long"),
        ):
            http.get_json(server.url)

    def test_no_question_is_asked_after_the_time(self) -> None:
        with (
            answering(GOOD) as server,
            Http(HttpSettings(time_limit=0)) as http,
            pytest.raises(FetchError, match="takes too long"),
        ):
            http.get_json(server.url)
        assert server.asked == []

    @pytest.mark.parametrize("name", ["attempts", "pause", "answer_limit", "time_limit", "backoff"])
    @pytest.mark.parametrize("value", [-1, float("nan")])
    def test_a_limit_below_nothing_is_refused(self, name: str, value: float) -> None:
        with pytest.raises(InputError, match=f"`{name}` is too small"):
            HttpSettings(**{name: value})  # type: ignore[arg-type]


class TestCredentials:
    def test_they_are_sent_to_their_own_server_only_and_on_every_page(self) -> None:
        with (
            answering(GOOD) as there,
            answering(GOOD, reply(b"", status=302, Location=there.url)) as here,
            Http(QUICK) as http,
        ):
            http.get_json(here.url.replace("://", f"://reader:{SECRET}@"))
            answer = http.get_json(f"{here.url}/next")
        basic = f"Authorization: Basic {b64encode(f'reader:{SECRET}'.encode()).decode()}"
        assert all(basic in head for head in here.asked)
        assert "Authorization" not in there.asked[0]
        assert answer.url in (f"{there.url}/", there.url)

    @pytest.mark.parametrize(
        "script",
        [
            reply(b"", status=500),
            reply(b"", status=404),
            reply(b"{"),
            reply(b"", status=302, Location="https://x/"),
        ],
    )
    def test_no_error_answer_or_log_shows_them(self, script: bytes, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with (
            answering(script) as server,
            Http(HttpSettings(pause=0, attempts=1)) as http,
            pytest.raises(FetchError) as caught,
        ):
            http.get_json(server.url.replace("://", f"://reader:{SECRET}@"))
        assert SECRET not in f"{caught.value}{vars(caught.value)}{caught.value.__cause__!r}{caplog.text}"

    @given(
        st.text("abc:%$!", min_size=1),
        st.sampled_from(["https://h.example", "http://[::1]:8080/a@b", "http://127.0.0.1/?at=@"]),
    )
    def test_an_address_is_shown_without_them(self, credentials: str, url: str) -> None:
        assert without_credentials(url.replace("://", f"://{credentials}@", 1)) == url
        assert without_credentials(url) == url


NO_ADDRESSES = [
    "",
    "85224NED",
    "ftp://example.org/data",
    "file:///etc/passwd",
    "https://",
    "https:///data",
    "https://example.org:port/",
    "https://example.org:99999/",
    "https://[::1/",
    "https://example.org/a\nb",
    " https://example.org",
    f"ftp://reader:{SECRET}@example.org/",
    f"https:/reader:{SECRET}@example.org",
    f"https:///reader:{SECRET}@example.org",
    f"reader:{SECRET}@example.org",
    f"https://reader:{SECRET}@example.org:port/",
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_of_a_web_server_is_refused_before_anything_is_asked(url: str) -> None:
    with Http() as http, pytest.raises(InputError, match="no address of a web server") as caught:
        http.get_json(url)
    assert SECRET not in str(caught.value)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=8), min_size=1, max_size=3))
def test_parameters_arrive_as_they_were_given(params: dict[str, str]) -> None:
    for base in ("https://example.org/data", "https://example.org/data?format=JSON"):
        found = parse_qs(urlsplit(url_with(base, params=params)).query, keep_blank_values=True)
        assert {name: values[-1] for name, values in found.items() if name in params} == params


def test_parts_of_a_path_cannot_leave_it() -> None:
    assert (
        url_with("https://e.example/v1", "a/../b?c", "$count") == "https://e.example/v1/a%2F..%2Fb%3Fc/$count"
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/x", "http://A.example:80/y?z", True),
        ("http://a.example", "http://a.example:8080", False),
        ("http://a.example", "https://a.example", False),
        ("http://a.example", "http://b.example", False),
        ("http://a.example", "http://a.example@b.example", False),
        ("http://a.example", "http://a.example:port", False),
    ],
)
def test_origins_are_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same


def test_httpx_is_not_loaded_before_something_is_asked() -> None:
    code = "import sys, talentstats.sources.http as h; h.Http(); sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
