"""What the options of a question do to rows: filter, choose, skip and page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from replaying.filters import compiled

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of one answer, and the options of the question for the next."""

    rows: Rows
    next_options: Mapping[str, str] | None


def filtered(rows: Rows, options: Mapping[str, str]) -> Rows:
    """Keep the rows `$filter` asks for; `$search` and `$orderby` are accepted and ignored, as CBS does."""
    text = options.get("$filter")
    if not text:
        return rows
    test = compiled(text, frozenset(rows[0]) if rows else frozenset())
    return [row for row in rows if test(row)]


def page_of(rows: Rows, options: Mapping[str, str], page_size: int | None) -> Page:
    """Take `$skip` and `$top`, at most a page of it, and only the fields of `$select`."""
    skip = int(options.get("$skip", 0))
    wanted = min(int(options.get("$top", len(rows))), max(0, len(rows) - skip))
    size = wanted if page_size is None else min(wanted, page_size)
    taken = rows[skip : skip + size]
    if chosen := options.get("$select"):
        names = [name.strip() for name in chosen.split(",")]
        taken = [{name: row[name] for name in names} for row in taken]
    if size == wanted:
        return Page(rows=taken, next_options=None)
    following = {**options, "$skip": str(skip + size)}
    if "$top" in options:
        following["$top"] = str(wanted - size)
    return Page(rows=taken, next_options=following)


def address(base: str, *parts: str, options: Mapping[str, str]) -> str:
    """Write the address of a next page."""
    return f"{base}/{'/'.join(parts)}?{urlencode(options, safe='$', quote_via=quote)}"
