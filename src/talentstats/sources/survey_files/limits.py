"""How much time, memory and disk the reading of one file may take."""

import sys
from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on the process that parses a file nobody has looked at yet.

    Attributes
    ----------
    seconds : int
        Wall-clock time for one file.
    memory_mb : int
        Address space of the process; not enforced on Windows.
    file_mb : int
        Size of the file that arrives.
    result_mb : int
        Size of what it unpacks to; the bound on decompression bombs.

    Examples
    --------
    >>> Limits(seconds=30).file_mb
    4000
    """

    seconds: int = 600
    memory_mb: int = 6000
    file_mb: int = 4000
    result_mb: int = 8000


def confine(limits: Limits) -> None:
    """Bind this process to the limits; it leaves no core dump, which would hold answers.

    Windows has no such limits: there the time-out of the process that waits is the only bound.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 (the module exists on POSIX only)

    for kind, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, 2 * limits.seconds),
        (resource.RLIMIT_AS, limits.memory_mb * MEGABYTE),
        (resource.RLIMIT_FSIZE, limits.result_mb * MEGABYTE),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (allowed, allowed))
