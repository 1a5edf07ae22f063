"""A server on loopback that answers as a test says; for answers that no recording has."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Query = dict[str, list[str]]
Reply = tuple[int, str, bytes]
Respond = Callable[[str, Query], Reply]


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where the server is, and what it was asked: path and query of each request."""

    base_url: str
    requests: list[tuple[str, Query]] = field(default_factory=list)


@contextmanager
def answering(respond: Respond) -> Iterator[LocalServer]:
    """Serve what `respond(path, query)` returns: status, content type and body."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            local.requests.append((parts.path, query))
            status, content_type, body = respond(parts.path, query)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the terminal of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    local = LocalServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
