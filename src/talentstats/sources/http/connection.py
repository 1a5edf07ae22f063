"""One question and its answer over the network; the only module that knows httpx."""

import httpx

from talentstats.errors import FetchError, InputError
from talentstats.sources.http.address import without_credentials
from talentstats.sources.http.allowance import Allowance
from talentstats.sources.http.answer import HttpAnswer, UnusableError
from talentstats.sources.http.body import PACKING, read_body
from talentstats.sources.http.settings import HttpSettings
from talentstats.sources.http.trust import refuse_certificate, trusted_certificates

Credentials = tuple[str, str]


class Connection:
    """Connections that stay open between questions, through the proxy the environment names.

    Parameters
    ----------
    settings : HttpSettings
        Time-outs, certificates and our name.

    Raises
    ------
    InputError
        If the proxy or the certificates that were named cannot be used.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        trusted = trusted_certificates(settings.ca_file)
        headers = {"User-Agent": settings.user_agent, "Accept-Encoding": PACKING}
        try:
            self._client = httpx.Client(verify=trusted, headers=headers, follow_redirects=False)
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise InputError(
                "The proxy that is set cannot be used.",
                where="HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or the proxy of the system",
                expected="an address such as http://proxy.office.example:8080",
                remedy="Correct the variable, or put the server in NO_PROXY.",
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def get(
        self, url: str, *, accept: str, credentials: Credentials | None, allowance: Allowance
    ) -> HttpAnswer:
        """Ask once, without following redirects.

        Raises
        ------
        UnusableError
            If no whole answer came.
        FetchError
            If asking again is of no use.
        """
        shown = without_credentials(url)
        allowance.begin(shown)
        try:
            with self._client.stream(
                "GET",
                url,
                headers={"Accept": accept},
                auth=credentials or httpx.USE_CLIENT_DEFAULT,
                timeout=self._timeout(allowance),
            ) as response:
                packing = response.headers.get("Content-Encoding", "")
                body = read_body(
                    response.iter_raw(), packing=packing, take=lambda size: allowance.take(size, shown)
                )
                return _answer(shown, response, body)
        except httpx.InvalidURL as error:
            raise InputError("This is no address of a web server.", got=f"`{shown}`") from error
        except httpx.TransportError as error:
            refuse_certificate(error, where=shown)
            raise self._failure(error, shown) from error

    def _timeout(self, allowance: Allowance) -> httpx.Timeout:
        silence = min(self._settings.read_timeout, allowance.seconds)
        return httpx.Timeout(silence, connect=min(self._settings.connect_timeout, allowance.seconds))

    def _failure(self, error: httpx.TransportError, where: str) -> Exception:
        text = str(error) or type(error).__name__
        match error:
            case httpx.ConnectTimeout():
                return UnusableError(f"no connection within {self._settings.connect_timeout:g} s")
            case httpx.TimeoutException():
                return UnusableError(f"no byte for {self._settings.read_timeout:g} s")
            case httpx.ProxyError() if text.startswith("407"):
                return FetchError(
                    "The proxy asks for a name and a password.",
                    where=where,
                    remedy="Set HTTPS_PROXY=http://NAME:PASSWORD@proxy:port, as your network prescribes.",
                )
            case httpx.ProxyError():
                return UnusableError(f"the proxy said: {text}")
            case httpx.ConnectError():
                return UnusableError(f"no connection: {text}")
            case _:
                return UnusableError(f"connection broken off: {text}")


def _answer(url: str, response: httpx.Response, body: bytes) -> HttpAnswer:
    return HttpAnswer(
        url=url,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=body,
        headers=dict(response.headers),
    )
