"""Everything that is said while something runs: printed, logged, warned, told as progress."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from talentstats.progress import listening


@contextmanager
def recording(said: list[str]) -> Iterator[None]:
    """Add to `said` all that is printed, logged at any level, warned or told as progress meanwhile."""
    printed, logged = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(logged)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with (
            warnings.catch_warnings(record=True) as warned,
            listening(said.append),
            redirect_stdout(printed),
            redirect_stderr(printed),
        ):
            warnings.simplefilter("always")
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        said += [printed.getvalue(), logged.getvalue(), *(str(warning.message) for warning in warned)]
