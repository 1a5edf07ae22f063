"""Keep a package out of sight while another one is imported that would load it for nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Make `import package` fail inside the block, as if it were not installed.

    Examples
    --------
    >>> with hidden("json"):
    ...     try:
    ...         import json
    ...     except ImportError:
    ...         print("not there")
    not there
    """
    loaded = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == package}
    for name in loaded:
        del sys.modules[name]
    sys.modules[package] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules[package]
        sys.modules.update(loaded)
