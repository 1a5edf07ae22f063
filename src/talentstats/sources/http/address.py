"""Addresses: built from parts, compared, and shown without the password in them."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

from talentstats.errors import InputError

Params = Mapping[str, str | Sequence[str]]

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Legible in a question to a statistical office, and allowed as they are.
_PLAIN_IN_QUERY = "$,()/:*!;@'"


def url_with(base: str, *parts: str, params: Params | None = None) -> str:
    """Put parts of a path and a query behind a base address; a parameter with several values is repeated.

    >>> url_with("https://example.org/v1/", "85224NED", "Observations", params={"$filter": "Id ge 8"})
    'https://example.org/v1/85224NED/Observations?$filter=Id%20ge%208'
    >>> url_with("https://example.org", "une_rt_m", params={"geo": ["NL", "DE"]})
    'https://example.org/une_rt_m?geo=NL&geo=DE'
    """
    path = "/".join([base.rstrip("/") if parts else base, *(quote(part, safe="$") for part in parts)])
    if not params:
        return path
    query = urlencode(params, doseq=True, safe=_PLAIN_IN_QUERY, quote_via=quote)
    return f"{path}{'&' if '?' in path else '?'}{query}"


def same_origin(one: str, other: str) -> bool:
    """Tell whether two addresses are of the same scheme, host and port.

    >>> same_origin("https://example.org/a", "HTTPS://Example.org:443/b")
    True
    >>> same_origin("https://example.org/a", "http://example.org/a")
    False
    """
    try:
        return origin_of(one) == origin_of(other)
    except ValueError:  # a port that is no number
        return False


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address.

    >>> origin_of("https://example.org/a")
    ('https', 'example.org', 443)
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def without_credentials(url: str) -> str:
    """Return an address without the name and password before its host.

    >>> without_credentials("https://reader:secret@example.org/data")
    'https://example.org/data'
    """
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return f"{scheme}://{rest[:end].rpartition('@')[2]}{rest[end:]}"


def credentials_of(url: str) -> tuple[str, str] | None:
    """Return the name and password that stand before the host of an address.

    >>> credentials_of("https://reader:secret@example.org/data")
    ('reader', 'secret')
    """
    parts = urlsplit(url)
    if parts.username is None:
        return None
    return unquote(parts.username), unquote(parts.password or "")


def checked_address(url: str) -> str:
    """Return an address that can be asked, without fragment.

    Raises
    ------
    InputError
        If it is no address of a web server.

    Examples
    --------
    >>> checked_address("https://example.org/data#part")
    'https://example.org/data'
    """
    if not _can_be_asked(url):
        raise InputError(
            "This is no address of a web server.",
            expected="an address that begins with https:// or http://",
            got=f"`{url.rpartition('@')[2]}`",
        )
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def _can_be_asked(url: str) -> bool:
    if not url.isprintable() or url != url.strip():
        return False
    try:
        scheme, host, port = origin_of(url)
    except ValueError:
        return False
    return scheme in _DEFAULT_PORTS and bool(host) and port != 0
