"""Serve recorded answers of statistical offices on this machine, with faults when asked for.

    python tests/replay.py DIR [--port N] [--fault KIND] [--page-size N]

DIR is a recorded table or a folder of those. The address is printed; Ctrl-C ends it. With `--fault` every
third question fails in that way (`changed`: the table changes once, between two pages).
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from replaying.faults import FAULTS, Fault, Faults
from replaying.library import Library
from replaying.server import ReplayServer

__all__ = ["FAULTS", "Fault", "Faults", "ReplayServer", "replaying"]


@contextmanager
def replaying(
    folder: Path, *, page_size: int | None = None, faults: Faults | None = None, cap: int = 10_000
) -> Iterator[ReplayServer]:
    """Serve a folder during the enclosed work; `requests`, `injected` and `rows` tell what happened."""
    server = ReplayServer(Library(folder, page_size=page_size, cap=cap), faults=faults)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Serve recorded answers of statistical offices on this machine."
    )
    parser.add_argument("folder", type=Path, help="a recorded table, or a folder of those")
    parser.add_argument("--port", type=int, default=0, help="0 takes one that is free")
    parser.add_argument("--fault", choices=FAULTS, help="what goes wrong with every third question")
    parser.add_argument("--page-size", type=int, help="observations on one page")
    chosen = parser.parse_args(arguments)
    library = Library(chosen.folder, page_size=chosen.page_size)
    if not library.names:
        parser.error(f"nothing recorded below {chosen.folder}")
    faults = Faults(kinds=(chosen.fault,)) if chosen.fault else None
    with ReplayServer(library, faults=faults, port=chosen.port) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
