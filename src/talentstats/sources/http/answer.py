"""What a server answered, and whether it can be used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from talentstats.errors import FetchError

OK = 200
# Request time-out, too early, too many requests: the client errors that go away by themselves.
_PASSING = {408, 425, 429}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """One whole answer of a server.

    Attributes
    ----------
    url : str
        The address that answered, after redirects, without credentials.
    status : int
        HTTP status, such as 200.
    content_type : str
        As the server calls it; empty when it does not say.
    body : bytes
        Unpacked, not otherwise changed.
    headers : mapping of name to value
        Names in lower case.
    """

    url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class HttpStatusError(FetchError):
    """A server refused, in a way that only the provider's own module can put into words.

    Attributes
    ----------
    answer : HttpAnswer
        What came.
    """

    def __init__(self, answer: HttpAnswer, *, got: str, remedy: str) -> None:
        super().__init__(
            "A server refuses to answer.",
            where=answer.url,
            expected="an answer with HTTP status 200",
            got=got,
            remedy=remedy,
        )
        self.answer = answer


class UnusableError(Exception):
    """An answer that failed in a way that may go away by asking again; never seen by a user.

    Attributes
    ----------
    reason : str
        What went wrong, in a few words.
    answer : HttpAnswer or None
        What came, when something did.
    """

    def __init__(self, reason: str, *, answer: HttpAnswer | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer


def refuse_status(answer: HttpAnswer) -> None:
    """Let through an answer with status 200.

    Raises
    ------
    HttpStatusError
        If asking again would give the same.
    UnusableError
        If it may not.
    """
    if answer.status == OK:
        return
    if answer.status >= 500 or answer.status in _PASSING:
        raise UnusableError(f"HTTP status {answer.status}", answer=answer)
    remedy = _REMEDIES.get(answer.status, "Check the address and what was asked for.")
    raise HttpStatusError(answer, got=f"HTTP status {answer.status}", remedy=remedy)


_REMEDIES = {
    407: "Your proxy asks for a name and a password: ask who looks after your network how to give them.",
    401: "This server wants a name and a password: `https://NAME:PASSWORD@host/`.",
    404: "Check the spelling of what was asked for, capitals included.",
}


def refuse_web_page(answer: HttpAnswer) -> None:
    """Let through everything but a web page: no provider sends one, a login page in between does.

    Raises
    ------
    UnusableError
        If the answer is a web page.
    """
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if answer.content_type.lower().startswith("text/html") or start.startswith((b"<!doctype html", b"<html")):
        raise UnusableError(
            "a web page in place of data, such as the login page of a proxy or network", answer=answer
        )


def refuse_broken_json(answer: HttpAnswer) -> None:
    """Let through complete JSON.

    Raises
    ------
    UnusableError
        If the text is cut off, or is no JSON.
    """
    try:
        json.loads(answer.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        size = f"{len(answer.body):,} bytes"
        raise UnusableError(f"JSON that is cut off or damaged ({size})", answer=answer) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def asked_wait(answer: HttpAnswer, *, now: datetime) -> float | None:
    """Return the seconds a server asks us to wait (`Retry-After`), or None if it does not say.

    >>> late = HttpAnswer(url="", status=429, content_type="", body=b"", headers={"retry-after": "7"})
    >>> asked_wait(late, now=datetime(2026, 11, 23, tzinfo=UTC))
    7.0
    """
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date in GMT comes back without a zone when the server writes `-0000`.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
