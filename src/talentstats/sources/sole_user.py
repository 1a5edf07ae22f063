"""One process at a time: a lock of the operating system, which ends with the process that held it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from talentstats.errors import InputError

if sys.platform == "win32":
    import msvcrt

    def _lock(stream: BinaryIO) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(stream: BinaryIO) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(stream: BinaryIO) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(stream: BinaryIO) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)


@contextmanager
def sole_user(lock: Path, *, of: str) -> Iterator[None]:
    """Hold a lock as long as the enclosed work takes.

    The file of the lock stays; what counts is who holds it, and a process that died holds nothing.

    Parameters
    ----------
    lock : Path
        The file that is locked; made when it is not there.
    of : str
        What it protects, for the error.

    Raises
    ------
    InputError
        If another process, or another part of this one, holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as stream:
        try:
            _lock(stream)
        except OSError as error:
            raise InputError(
                f"`{of}` is being fetched already.",
                where=str(lock),
                expected="one process at a time for each dataset",
                got="another process that has not ended",
                remedy="Wait until it has ended, or end it; what it received is kept.",
            ) from error
        try:
            yield
        finally:
            _unlock(stream)
