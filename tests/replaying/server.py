"""The server: HTTP/1.1 on this machine, a thread for each connection, faults where they are asked for."""

import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from replaying.faults import Fault, Faults, Injector
from replaying.filters import FilterError
from replaying.library import Library
from replaying.reply import Reply, refusal, text_reply

_LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>"
)
# Close at once, without the rest: the other side sees a reset.
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ReplayServer(ThreadingHTTPServer):
    """Serves what was recorded, at `base_url`.

    Attributes
    ----------
    requests : list of str
        The line of every question, in order of arrival.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, library: Library, *, faults: Faults | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.library = library
        self.injector = Injector(faults)
        self.requests: list[str] = []
        self.edition = 0
        self._replies: dict[tuple[str, str, int], Reply] = {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def injected(self) -> Counter[str]:
        """How often each kind of fault was injected."""
        return self.injector.injected

    def rows(self, table_id: str) -> list[Mapping[str, Any]]:
        """Return all observations of a table as they stand now."""
        return list(self.library.rows(table_id, self.edition))

    def reply_to(self, target: str, accept: str) -> Reply:
        key = (target, accept, self.edition)
        if key not in self._replies:
            self._replies[key] = self._made(target, accept)
        return self._replies[key]

    def _made(self, target: str, accept: str) -> Reply:
        url = urlsplit(target)
        parts = tuple(unquote(part) for part in url.path.strip("/").split("/") if part)
        options = parse_qsl(url.query, keep_blank_values=True)
        try:
            return self.library.respond(
                parts, options, base=self.base_url, edition=self.edition, accept=accept
            )
        except (FilterError, ValueError, KeyError, TypeError) as error:
            return refusal(400, f"The query is not valid: {error}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hangs up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        server = cast("ReplayServer", self.server)
        server.requests.append(self.requestline)
        options = dict(parse_qsl(urlsplit(self.path).query))
        fault = server.injector.draw(later_page=int(options.get("$skip", "0") or 0) > 0)
        if fault == "changed":
            server.edition += 1
        reply = server.reply_to(self.path, self.headers.get("Accept", "*/*"))
        self._send(reply, fault)

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        reply = _spoiled(reply, fault, self.path, cast("ReplayServer", self.server))
        whole = _head(reply) + reply.body
        if fault == "reset":
            self.connection.sendall(whole[: len(whole) - len(reply.body) // 2 - 1])
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self.connection.close()
            self.close_connection = True
        elif fault == "slow":
            self._drip(whole)
        else:
            self.connection.sendall(whole)

    def _drip(self, whole: bytes) -> None:
        faults = cast("ReplayServer", self.server).injector.faults
        if faults is None:
            return
        size = faults.drip_bytes or max(1, len(whole) // 20)
        for start in range(0, len(whole), size):
            self.connection.sendall(whole[start : start + size])
            time.sleep(faults.drip_pause)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is the library's
        """Say nothing: `requests` has it."""


def _spoiled(reply: Reply, fault: Fault | None, target: str, server: ReplayServer) -> Reply:
    """Return what is sent in place of an answer."""
    elsewhere = f"https://127.0.0.1:{server.server_port}{target}"
    spoiled = {
        "error-500": text_reply("Internal Server Error", status=500),
        "error-429": Reply(body=b"Too many requests", status=429, headers={"Retry-After": "0"}),
        "truncated-json": Reply(body=reply.body[: len(reply.body) // 2], content_type=reply.content_type),
        "wrong-type": text_reply(_LOGIN_PAGE, content_type="text/html; charset=utf-8"),
        "refused-redirect": Reply(body=b"", status=302, headers={"Location": elsewhere}),
        "empty": Reply(body=b""),
    }
    return spoiled.get(fault or "", reply)


def _head(reply: Reply) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} {'OK' if reply.status == 200 else 'Replayed'}",
        f"Content-Type: {reply.content_type}",
        f"Content-Length: {len(reply.body)}",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()
