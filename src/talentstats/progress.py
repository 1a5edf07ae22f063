"""Progress of work that takes longer than a moment; nobody hears it who did not ask."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str], None]


def _to_terminal(step: str) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write(f"talentstats: {step}\n")


_LISTENER: ContextVar[Listener] = ContextVar("talentstats_progress", default=_to_terminal)


def say(step: str) -> None:
    """Tell whoever listens which step begins."""
    _LISTENER.get()(step)


def listener() -> Listener:
    """Return who listens now, so that work in another thread can tell the same."""
    return _LISTENER.get()


@contextmanager
def listening(told: Listener) -> Iterator[None]:
    """Send the steps of the enclosed work to `told`."""
    token = _LISTENER.set(told)
    try:
        yield
    finally:
        _LISTENER.reset(token)
