"""Proxies and private certificates, as an office network has them."""

import ssl
from pathlib import Path

import pytest
import trustme

from http_support import QUICK, answering, proxying, reply
from talentstats.errors import FetchError, InputError
from talentstats.sources.http import Http, HttpSettings

ONCE = HttpSettings(pause=0.0, attempts=1)
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
SECRET = "s3cret-w0rd"  # noqa: S105 -- invented


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine of the test says about its own network."""
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def office() -> trustme.CA:
    """Return an authority that no operating system knows."""
    return trustme.CA()


@pytest.fixture(scope="module")
def protected(office: trustme.CA) -> ssl.SSLContext:
    """Return the server's side of a connection the office vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    office.issue_cert("127.0.0.1", "cbs.example").configure_cert(context)
    return context


@pytest.fixture
def ca_file(office: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "office.pem"
    office.cert_pem.write_to_path(str(path))
    return path


class TestCertificates:
    def test_one_nobody_vouches_for_is_refused_at_once_with_what_to_do(
        self, protected: ssl.SSLContext
    ) -> None:
        with (
            answering(reply(), tls=protected) as server,
            Http(QUICK) as http,
            pytest.raises(FetchError, match="certificate of a server is not trusted") as caught,
        ):
            http.get_json(f"{server.url}/data")
        assert server.connections == 1
        for text in (f"{server.url}/data", "--ca-file", "SSL_CERT_FILE"):
            assert text in str(caught.value)

    def test_the_one_of_the_office_is_trusted_when_it_is_named(
        self, protected: ssl.SSLContext, ca_file: Path
    ) -> None:
        with answering(reply(), tls=protected) as server, Http(HttpSettings(ca_file=ca_file)) as http:
            assert http.get_json(server.url).status == 200

    def test_the_one_of_the_office_is_trusted_when_the_environment_names_it(
        self, protected: ssl.SSLContext, ca_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
        with answering(reply(), tls=protected) as server, Http(QUICK) as http:
            assert http.get_json(server.url).status == 200

    def test_one_for_another_host_is_refused(self, office: trustme.CA, ca_file: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        office.issue_cert("elsewhere.example").configure_cert(context)
        with (
            answering(reply(), tls=context) as server,
            Http(HttpSettings(ca_file=ca_file)) as http,
            pytest.raises(FetchError, match="not trusted"),
        ):
            http.get_json(server.url)

    @pytest.mark.parametrize("content", [None, "not a certificate"])
    def test_a_file_without_certificates_is_named(self, content: str | None, tmp_path: Path) -> None:
        path = tmp_path / "office.pem"
        if content:
            path.write_text(content, encoding="utf-8")
        with (
            Http(HttpSettings(ca_file=path)) as http,
            pytest.raises(InputError, match="Correct --ca-file") as caught,
        ):
            http.get_json("https://cbs.example")
        assert str(path) in str(caught.value)

    @pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
    def test_a_variable_that_points_nowhere_is_named(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
        with Http() as http, pytest.raises(InputError, match=f"Correct {name}"):
            http.get_json("https://cbs.example")


class TestProxies:
    def test_the_one_of_the_environment_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with proxying() as proxy, Http(QUICK) as http:
            monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
            assert http.get_json("http://cbs.example/data").body == b'{"by": "proxy"}'
        assert proxy.asked[0].startswith("GET http://cbs.example/data HTTP/1.1")

    @pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "cbs.example,127.0.0.1"])
    def test_it_is_passed_by_for_the_hosts_that_are_exempt(
        self, exempt: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with proxying() as proxy, answering(reply()) as server, Http(QUICK) as http:
            monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
            monkeypatch.setenv("NO_PROXY", exempt)
            assert http.get_json(server.url).body == b'{"value": []}'
        assert proxy.asked == []

    def test_a_protected_connection_goes_through_it_untouched(
        self, protected: ssl.SSLContext, ca_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with answering(reply(), tls=protected) as server, proxying(behind=server) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://reader:{SECRET}@{proxy.address}")
            with Http(HttpSettings(ca_file=ca_file)) as http:
                assert http.get_json("https://cbs.example/data").status == 200
        assert proxy.asked[0].startswith("CONNECT cbs.example:443")
        assert "Proxy-Authorization: Basic " in proxy.asked[0]
        assert server.asked[0].startswith("GET /data")
        assert "Proxy-Authorization" not in server.asked[0]

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (407, "proxy asks for a name and a password"),
            (502, r"the proxy said: 502 Said \(attempt 1 of 1\)"),
        ],
    )
    def test_what_it_refuses_is_said_without_its_password(
        self, status: int, message: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with proxying(refusal=reply(b"", status=status)) as proxy, Http(ONCE) as http:
            monkeypatch.setenv("HTTPS_PROXY", f"http://reader:{SECRET}@{proxy.address}")
            with pytest.raises(FetchError, match=message) as caught:
                http.get_json("https://cbs.example/data")
        assert SECRET not in str(caught.value)

    def test_one_that_is_not_there_is_an_error_without_its_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with proxying() as proxy:
            address = proxy.address
        monkeypatch.setenv("HTTP_PROXY", f"http://reader:{SECRET}@{address}")
        with Http(ONCE) as http, pytest.raises(FetchError, match="no connection") as caught:
            http.get_json("http://cbs.example/data")
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize("proxy", ["gopher://{}@proxy.example", "socks5://{}@proxy.example:1"])
    def test_one_that_cannot_be_used_is_refused_without_its_password(
        self, proxy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", proxy.format(f"reader:{SECRET}"))
        with Http() as http, pytest.raises(InputError, match="proxy that is set cannot be used") as caught:
            http.get_json("https://cbs.example")
        assert SECRET not in str(caught.value)
