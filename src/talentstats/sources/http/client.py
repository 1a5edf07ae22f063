"""Asking until an answer is whole, politely and within bounds."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from talentstats.errors import FetchError
from talentstats.progress import say
from talentstats.sources.http.address import (
    Params,
    checked_address,
    credentials_of,
    origin_of,
    url_with,
    without_credentials,
)
from talentstats.sources.http.allowance import Allowance
from talentstats.sources.http.answer import (
    OK,
    HttpAnswer,
    HttpStatusError,
    UnusableError,
    asked_wait,
    refuse_broken_json,
    refuse_status,
    refuse_web_page,
)
from talentstats.sources.http.settings import STANDARD, HttpSettings

if TYPE_CHECKING:
    from talentstats.sources.http.connection import Connection

Final = Callable[[HttpAnswer], bool]

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_LATER = "Try again later, or look in a browser whether this address answers."


def never(_answer: HttpAnswer) -> bool:
    """Return False: no answer is final that may change by asking again."""
    return False


class Http:
    """The talk with servers during one fetch: use it in a `with` block.

    Parameters
    ----------
    settings : HttpSettings
        Time-outs, attempts, limits, certificates.
    sleep : callable
        Waits a number of seconds; a test gives one that does not.
    """

    def __init__(
        self, settings: HttpSettings = STANDARD, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._allowance = Allowance(settings)
        self._connection: Connection | None = None
        self._asked: dict[tuple[str, str, int | None], float] = {}
        self._credentials: dict[tuple[str, str, int | None], tuple[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get_json(
        self,
        url: str,
        *,
        params: Params | None = None,
        accept: str = "application/json",
        final: Final = never,
    ) -> HttpAnswer:
        """Ask for JSON, again where that may help, until it is whole.

        Parameters
        ----------
        url : str
            Address; a name and password in it are sent to that server only, and never shown.
        params : mapping, optional
            Parameters of the query.
        accept : str
            The form that is asked for.
        final : callable
            Given an answer that would be asked for again; True when that is of no use.

        Returns
        -------
        HttpAnswer
            With status 200 and a body that is valid JSON.

        Raises
        ------
        InputError
            If the address, the proxy or the certificates to trust cannot be used.
        HttpStatusError
            If the server refuses, or `final` says so; it carries the answer.
        FetchError
            If no whole answer came within the attempts, the time and the size that are allowed.
        """
        address = self._prepared(url, params)
        return self._ask(address, accept=accept, final=final, checks=(refuse_web_page, refuse_broken_json))

    def get_bytes(
        self, url: str, *, params: Params | None = None, accept: str = "*/*", final: Final = never
    ) -> HttpAnswer:
        """Ask for a file of any kind but a web page; everything else is as with `get_json`."""
        address = self._prepared(url, params)
        return self._ask(address, accept=accept, final=final, checks=(refuse_web_page,))

    def _prepared(self, url: str, params: Params | None) -> str:
        """Check an address, and keep its credentials for its own server, out of every message."""
        address = url_with(checked_address(url), params=params)
        if found := credentials_of(address):
            self._credentials[origin_of(address)] = found
        return without_credentials(address)

    def _ask(
        self, url: str, *, accept: str, final: Final, checks: tuple[Callable[[HttpAnswer], None], ...]
    ) -> HttpAnswer:
        attempt = 1
        while True:
            try:
                answer = self._follow(url, accept)
                for check in (refuse_status, *checks):
                    check(answer)
            except UnusableError as failure:
                self._refuse_last(failure, url, attempt, final)
                attempt += 1
                self._wait(failure, url, attempt)
            else:
                return answer

    def _refuse_last(self, failure: UnusableError, url: str, attempt: int, final: Final) -> None:
        """Give up when the attempts are used up, or when the provider's module says it is of no use."""
        answer = failure.answer
        is_final = answer is not None and final(answer)
        if not is_final and attempt < self._settings.attempts:
            return
        attempts = "" if is_final else f" (attempt {attempt} of {self._settings.attempts})"
        got = failure.reason + attempts
        if answer is not None and (is_final or answer.status != OK):
            raise HttpStatusError(answer, got=got, remedy=_LATER) from failure
        raise FetchError("A server gives no usable answer.", where=url, got=got, remedy=_LATER) from failure

    def _wait(self, failure: UnusableError, url: str, attempt: int) -> None:
        """Wait as long as the server asks, or else twice as long as before."""
        asked = asked_wait(failure.answer, now=datetime.now(UTC)) if failure.answer else None
        wait = self._settings.backoff * 2.0 ** (attempt - 2) if asked is None else asked
        wait = min(wait, self._settings.backoff_limit)
        self._allowance.refuse_beyond(wait, url)
        say(f"waiting {wait:g} s: {failure.reason} (attempt {attempt} of {self._settings.attempts})")
        self._sleep(wait)

    def _follow(self, url: str, accept: str) -> HttpAnswer:
        """Ask, and follow redirects that stay with the scheme."""
        address = url
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(address, accept)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            address = _allowed_target(address, target)
        raise UnusableError(
            f"more than {_MOST_REDIRECTS} redirects, the last to {without_credentials(address)}"
        )

    def _once(self, url: str, accept: str) -> HttpAnswer:
        if self._connection is None:
            from talentstats.sources.http.connection import Connection  # noqa: PLC0415 -- httpx only when it asks

            self._connection = Connection(self._settings)
        origin = origin_of(url)
        since = time.monotonic() - self._asked.get(origin, float("-inf"))
        if since < self._settings.pause:
            self._sleep(self._settings.pause - since)
        try:
            return self._connection.get(
                url, accept=accept, credentials=self._credentials.get(origin), allowance=self._allowance
            )
        finally:
            self._asked[origin] = time.monotonic()


def _allowed_target(url: str, target: str) -> str:
    """Return the address a redirect points at; a change of scheme would drop or feign the protection."""
    try:
        address = without_credentials(urljoin(url, target))
        stays = origin_of(address)[0] == origin_of(url)[0]
    except ValueError as error:
        raise UnusableError(f"a redirect from {url} to an address that is none") from error
    if not stays:
        raise UnusableError(f"a redirect to another scheme, from {url} to {address}, which is not followed")
    return address
