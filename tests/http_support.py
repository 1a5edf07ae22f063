"""Servers and proxies on this machine that answer, byte for byte, what a test tells them to."""

import gzip
import json
import select
import socket
import socketserver
import ssl
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from talentstats.sources.http import HttpSettings

#: No pause, so that tests do not wait; `sleep` is recorded where waits matter.
QUICK = HttpSettings(pause=0.0)

Script = bytes | Callable[[socket.socket], None]
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def reply(
    body: bytes = b'{"value": []}', *, status: int = 200, kind: str = "application/json", **headers: str
) -> bytes:
    """Write an answer; headers are given with underscores for dashes."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def packed(content: object) -> bytes:
    return reply(gzip.compress(json.dumps(content).encode()), Content_Encoding="gzip")


def reset(connection: socket.socket) -> None:
    """Break off in the middle of the body."""
    connection.sendall(reply(b"x" * 100)[:-50])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    connection.close()


def hang_up(connection: socket.socket) -> None:
    """Close in the middle of the body, politely."""
    connection.sendall(reply(b"x" * 100)[:-50])
    connection.close()


def dripping(body: bytes, *, pause: float) -> Callable[[socket.socket], None]:
    """Send a byte at a time."""

    def send(connection: socket.socket) -> None:
        whole = reply(body)
        head = len(whole) - len(body)
        connection.sendall(whole[:head])
        for at in range(head, len(whole)):
            connection.sendall(whole[at : at + 1])
            time.sleep(pause)

    return send


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Gives the scripts in turn, the last one for ever.

    Attributes
    ----------
    asked : list of str
        The head of every question.
    connections : int
        How many were opened.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, scripts: Sequence[Script], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Scripted)
        self.scripts = scripts
        self.tls = tls
        self.asked: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what is tested."""


class _Scripted(socketserver.BaseRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        self.server.connections += 1
        connection = self.request
        if self.server.tls:
            connection = self.server.tls.wrap_socket(connection, server_side=True)
        with connection:
            while head := _head_of(connection):
                self.server.asked.append(head)
                at = min(len(self.server.asked), len(self.server.scripts)) - 1
                script = self.server.scripts[at]
                if callable(script):
                    script(connection)
                else:
                    connection.sendall(script)


class ProxyServer(socketserver.ThreadingTCPServer):
    """A proxy that answers plain questions itself, and passes protected ones on to one server."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, behind: ScriptedServer | None, refusal: bytes | None) -> None:
        super().__init__(("127.0.0.1", 0), _Proxied)
        self.behind = behind
        self.refusal = refusal
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Proxied(socketserver.BaseRequestHandler):
    server: ProxyServer

    def handle(self) -> None:
        head = _head_of(self.request)
        self.server.asked.append(head)
        if self.server.refusal:
            self.request.sendall(self.server.refusal)
        elif self.server.behind and head.startswith("CONNECT"):
            self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self.server.behind.server_address[1])) as onward:
                _pass_on(self.request, onward)
        else:
            self.request.sendall(reply(b'{"by": "proxy"}'))


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    partner = {one: other, other: one}
    while True:
        ready, _, _ = select.select([one, other], [], [], 10)
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            partner[source].sendall(data)
        if not ready:
            return


def _head_of(connection: socket.socket) -> str:
    """Read a question, which has no body; empty when the other side, or a script, has hung up."""
    head = b""
    while connection.fileno() >= 0 and not head.endswith(b"\r\n\r\n"):
        data = connection.recv(65536)
        if not data:
            return ""
        head += data
    return head.decode("latin-1").rstrip()


@contextmanager
def answering(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Run a server that gives these answers."""
    with ScriptedServer(scripts, tls) as server, _running(server):
        yield server


@contextmanager
def proxying(*, behind: ScriptedServer | None = None, refusal: bytes | None = None) -> Iterator[ProxyServer]:
    """Run a proxy."""
    with ProxyServer(behind, refusal) as server, _running(server):
        yield server


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
