"""Which stored answers of a provider are meant by a table, a slice and a day."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from talentstats.errors import InputError, closest
from talentstats.provenance import Snapshot
from talentstats.sources.answers import INDEX
from talentstats.sources.fetched import Where, canonical_where
from talentstats.sources.snapshots import read_snapshot
from talentstats.terms import parse_date
from talentstats.workspace import Workspace

Slice = Mapping[str, tuple[str, ...]]


def find_answers(
    provider: str,
    table: str,
    *,
    workspace: Workspace,
    where: Where | None = None,
    as_of: str | date | None = None,
) -> Snapshot:
    """Return the newest stored answers of a table.

    Parameters
    ----------
    provider : str
        Folder below `data/raw`: `cbs` or `eurostat`.
    table : str
        Id of the table; capitals do not matter.
    workspace : Workspace
    where : mapping of dimension to codes, optional
        The slice; `{}` for the whole table. Only needed when several slices are stored.
    as_of : str or date, optional
        Only what was published on or before this day.

    Raises
    ------
    InputError
        If the table, that slice of it or an edition of that time is not stored, or several slices are and
        none is named.
    """
    slices = _slices_of(provider, table, workspace)
    wanted = _slice_meant(slices, where, command=f"talentstats fetch {provider} {table}")
    editions = [
        read_snapshot(folder, raw=workspace.raw) for folder, slice_ in slices.items() if slice_ == wanted
    ]
    day = None if as_of is None else parse_date(as_of)
    known = [one for one in editions if day is None or one.origin.published.known_from <= day]
    if not known:
        raise InputError(
            f"No stored edition of table {table} was published by {day}.",
            expected=f"a day from {min(one.origin.published for one in editions)} on",
            got=str(day),
            remedy="Take a later day.",
        )
    return max(known, key=lambda one: (one.origin.published, _place_in_day(one)))


def _slices_of(provider: str, table: str, workspace: Workspace) -> dict[Path, Slice]:
    """Return the folders with answers of a table, and the slice that each of them holds."""
    stored = {
        path.parent: _read_index(path) for path in sorted(workspace.raw.glob(f"{provider}/*/*/{INDEX}"))
    }
    wanted = table.strip().lower()
    found = {folder: slice_ for folder, (name, slice_) in stored.items() if name.lower() == wanted}
    if not found:
        near = closest(table, {name for name, _ in stored.values()})
        raise InputError(
            f"There are no stored answers for table {table}.",
            where=str(workspace.raw / provider),
            expected="a table that was fetched",
            got="none of that name",
            remedy=f"Fetch it first: `talentstats fetch {provider} {table}`."
            + (f" Or did you mean `{near}`?" if near else ""),
        )
    return found


def _read_index(path: Path) -> tuple[str, Slice]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return str(found["tableId"]), canonical_where(found["where"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The index of a provider's answers cannot be read.",
            where=str(path),
            expected="the index that `talentstats fetch` wrote",
            got=f"{type(error).__name__}: {error}",
            remedy="Restore the folder, or take it away and fetch the table again.",
        ) from error


def _slice_meant(slices: Mapping[Path, Slice], where: Where | None, *, command: str) -> Slice:
    stored: list[Slice] = []
    for slice_ in slices.values():
        if slice_ not in stored:
            stored.append(slice_)
    if where is None and len(stored) == 1:
        return stored[0]
    asked = None if where is None else canonical_where(where)
    if asked is not None and asked in stored:
        return asked
    options = "".join(f" --where {_option(*one)}" for one in (asked or {}).items())
    raise InputError(
        "Several slices of the table are stored." if asked is None else "That slice is not stored.",
        expected="`where=` one of those that are stored",
        got="; ".join(_written(slice_) for slice_ in stored),
        remedy=f"Name one of them, or fetch another: `{command}{options}`.",
    )


def _written(slice_: Slice) -> str:
    return " and ".join(_option(*one) for one in slice_.items()) or "the whole table"


def _option(dimension: str, codes: tuple[str, ...]) -> str:
    return f"{dimension}={','.join(codes)}"


def _place_in_day(snapshot: Snapshot) -> int:
    """Return which edition of its day a snapshot is: the folder of the second ends in `.2`."""
    return int(snapshot.path.parent.name.partition(".")[2] or 1)
