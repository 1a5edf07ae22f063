"""What CBS says of a table beside its figures: measures, dimensions and their codes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from talentstats.errors import InputError
from talentstats.prepare.cbs.periods import CbsStatus

_PATH = " > "


@dataclass(frozen=True, slots=True, kw_only=True)
class CbsMeasure:
    """A subject of a table.

    Attributes
    ----------
    title : str
        With the titles of its groups before it, and different from those of other measures.
    decimals : int or None
        Decimals CBS prints; None where it does not say.
    is_text : bool
        Whether its cells hold texts, such as codes of regions, and not numbers.
    """

    code: str
    title: str
    unit: str
    decimals: int | None
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CbsDimension:
    """A dimension of a table.

    Attributes
    ----------
    titles : mapping of code to title
        In the order of CBS; empty when the list was not stored.
    statuses : mapping of code to status
        Of a dimension of time only.
    """

    name: str
    is_time: bool
    titles: Mapping[str, str] = field(repr=False)
    statuses: Mapping[str, CbsStatus] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CbsTable:
    """The metadata of a table, the same whichever interface gave it; codes without padding."""

    measures: tuple[CbsMeasure, ...]
    dimensions: tuple[CbsDimension, ...]

    @property
    def time(self) -> CbsDimension | None:
        """The dimension of time; the last when there are several, because CBS puts the periods last."""
        return next((one for one in reversed(self.dimensions) if one.is_time), None)


@contextmanager
def understanding(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with an answer of CBS into one clear error that names its file."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "An answer of CBS is not what its interface gives.",
            where=str(path),
            expected="JSON with a list `value`, and in it what the interface of CBS documents",
            got=f"{type(error).__name__}: {error}".splitlines()[0],
            remedy="Fetch the table again; a file of another origin is read as what it is.",
        ) from error


def read_list(path: Path) -> list[dict[str, Any]]:
    """Return the records of an answer."""
    with understanding(path):
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8-sig"))["value"]
        return [dict(record) for record in found]


def file_of(files: Mapping[str, Path], role: str) -> Path:
    """Return the answer of a role that every table has.

    Raises
    ------
    InputError
        If it was not stored.
    """
    if role not in files:
        raise InputError(
            f"The answers of a table lack its `{role}`.",
            expected=f"a file with the role `{role}`",
            got=", ".join(f"`{name}`" for name in sorted(files)) or "none",
            remedy="Fetch the table again.",
        )
    return files[role]


def path_of(group: Any, parents: Mapping[Any, tuple[str, Any]]) -> tuple[str, ...]:
    """Return the titles of a group and those above it, the highest first; empty for a group not known."""
    titles: list[str] = []
    seen = set()
    while group in parents and group not in seen:
        seen.add(group)
        title, group = parents[group]
        titles.insert(0, title.strip())
    return tuple(titles)


def titled(groups: Sequence[str], title: str) -> str:
    """Write a title with those of its groups before it."""
    return _PATH.join((*groups, title.strip()))


def told_apart(measures: Sequence[CbsMeasure]) -> tuple[CbsMeasure, ...]:
    """Add the code to titles that several measures share."""
    times = Counter(measure.title for measure in measures)
    return tuple(
        replace(one, title=f"{one.title} ({one.code})") if times[one.title] > 1 else one for one in measures
    )
