"""Files in which a project declares its judgements, editions and calendars, read with one kind of error."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from talentstats.errors import InputError

_UNREADABLE = (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error)


@contextmanager
def reading(path: Path, *, what: str, expected: str) -> Iterator[dict[str, Any]]:
    """Give the content of a TOML file; whatever is wrong with it or its entries becomes one clear error.

    Parameters
    ----------
    path : Path
    what : str
        What the file declares, for the error: `The editions`.
    expected : str
        What should be in it.

    Raises
    ------
    InputError
        If the file cannot be read, or the enclosed work misses an entry or finds one of a wrong type.
    """
    try:
        yield tomllib.loads(path.read_text(encoding="utf-8"))
    except _UNREADABLE as error:
        raise InputError(
            f"{what} cannot be read.",
            where=str(path),
            expected=expected,
            got=f"{type(error).__name__}: {error}",
            remedy="Correct the file or restore it from the repository.",
        ) from error
