"""A table of CBS's OData v3 interface, from its export in two CSV files: metadata and untyped rows.

Keys are padded on the right to the longest of their dimension, as CBS does, so that a filter without the
padding finds nothing; untyped values keep the padding and the `.` they were exported with. The files may be
of different days: codes that only the rows know are added to the lists, with the code as title and no status.

An edition above 0 is a later publication that never was: every number is higher by it, and so is the day of
change.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from replaying.paging import Rows, address, filtered, page_of
from replaying.reply import JSON, Reply, json_reply, refusal, text_reply

OVER_THE_CAP = 10_000
_REFUSED = (
    "The given query is not allowed on this table. Please redefine your query so that it returns less than "
    "10000 records."
)
_WHOLE = {"ID", "Position", "ParentID", "Decimals", "SearchPriority"}


class TableV3:
    """One exported table.

    Parameters
    ----------
    data : Path
        The untyped rows; the metadata lie beside them.
    page_size : int, optional
        Rows on one page of the feed; ten thousand without it.
    cap : int
        Rows the capped interface gives at most.
    """

    def __init__(self, data: Path, *, page_size: int | None, cap: int) -> None:
        self._data = data
        self._page_size = page_size or OVER_THE_CAP
        self._cap = cap
        self.table_id = data.name.partition("_")[0]

    def respond(
        self, parts: tuple[str, ...], options: Mapping[str, str], *, base: str, edition: int, capped: bool
    ) -> Reply:
        sets = self._sets(edition)
        match parts:
            case ():
                return json_reply(
                    {"value": [{"name": name, "url": f"{base}/{self.table_id}/{name}"} for name in sets]}
                )
            case (name, "$count") if name in sets:
                return text_reply(str(len(filtered(sets[name], options))))
            case (name,) if name in sets:
                return self._page(name, filtered(sets[name], options), options, base, capped=capped)
        return refusal(404, "Resource not found.")

    def _page(self, name: str, rows: Rows, options: Mapping[str, str], base: str, *, capped: bool) -> Reply:
        wanted = min(len(rows), int(options.get("$top", len(rows))))
        if capped and wanted > self._cap:
            return text_reply(_REFUSED, status=500, content_type=JSON)
        page = page_of(rows, options, None if capped else self._page_size)
        content: dict[str, Any] = {
            "odata.metadata": f"{base}/{self.table_id}/$metadata#Cbs.OData.WebAPI.{name}",
            "value": page.rows,
        }
        if page.next_options is not None:
            content["odata.nextLink"] = address(base, self.table_id, name, options=page.next_options)
        return json_reply(content)

    @lru_cache(maxsize=4)  # noqa: B019 -- tables live as long as the server
    def rows(self, edition: int = 0) -> Rows:
        """Return all rows of an edition, with numbers; what is missing is None."""
        return [
            {name: self._typed(name, value) for name, value in row.items()} for row in self._untyped(edition)
        ]

    def _typed(self, name: str, value: Any) -> Any:
        if name not in self._topics:
            return value
        number = _number(value)
        return None if number is None else float(number)

    @lru_cache(maxsize=4)  # noqa: B019 -- tables live as long as the server
    def _untyped(self, edition: int) -> Rows:
        return [self._raised(row, edition) for row in self._exported]

    def _raised(self, row: Mapping[str, str], edition: int) -> dict[str, Any]:
        raised: dict[str, Any] = dict(row)
        raised["ID"] = int(row["ID"])
        for name, width in self._widths.items():
            raised[name] = row[name].ljust(width)
        for name in self._topics if edition else ():
            text = row[name]
            number = _number(text)
            if number is not None:
                decimals = len(text.partition(".")[2])
                raised[name] = f"{number + edition:.{decimals}f}".rjust(len(text))
        return raised

    @lru_cache(maxsize=4)  # noqa: B019 -- tables live as long as the server
    def _sets(self, edition: int) -> dict[str, Rows]:
        lists: dict[str, Rows] = {name: self._described[name] for name in ("DataProperties", *self._widths)}
        return {
            "TableInfos": [self._info(edition)],
            "CategoryGroups": self._described.get("CategoryGroups", []),
            **lists,
            "UntypedDataSet": self._untyped(edition),
            "TypedDataSet": self.rows(edition),
        }

    def _info(self, edition: int) -> Mapping[str, Any]:
        info = dict(self._described["TableInfos"][0])
        changed = datetime.fromisoformat(info["Modified"]) + timedelta(days=edition)
        info["Modified"] = changed.isoformat()
        return info

    @cached_property
    def _exported(self) -> list[dict[str, str]]:
        with self._data.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines, delimiter=";"))

    @cached_property
    def _topics(self) -> frozenset[str]:
        return frozenset(row["Key"] for row in self._described["DataProperties"] if row["Type"] == "Topic")

    @cached_property
    def _widths(self) -> dict[str, int]:
        """Return the length of the longest key of each dimension."""
        names = [name for name in self._exported[0] if name != "ID" and name not in self._topics]
        return {name: max(len(row[name]) for row in self._exported) for name in names}

    @cached_property
    def _described(self) -> dict[str, list[dict[str, Any]]]:
        metadata = max(self._data.parent.glob(f"{self.table_id}_metadata_*.csv"))
        with metadata.open(encoding="utf-8-sig", newline="") as lines:
            sections = _sections(csv.reader(lines, delimiter=";"))
        names = [row["Key"] for row in sections["DataProperties"] if row["Type"].endswith("Dimension")]
        for name in names:
            width = max(len(row[name]) for row in self._exported)
            known = [{**row, "Key": row["Key"].ljust(width)} for row in sections[name]]
            sections[name] = [*known, *self._unlisted(name, width, known)]
        return sections

    def _unlisted(self, name: str, width: int, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        listed = {row["Key"] for row in known}
        seen = dict.fromkeys(row[name].ljust(width) for row in self._exported)
        return [
            {**dict.fromkeys(known[0]), "Key": code, "Title": code.strip()}
            for code in seen
            if code not in listed
        ]


def _sections(lines: Iterable[list[str]]) -> dict[str, list[dict[str, Any]]]:
    """Cut the metadata at the lines of one cell: the name of a list, then its header, then its rows."""
    sections: dict[str, list[dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = []
    header: list[str] | None = None
    for cells in lines:
        if len(cells) == 1:
            rows = sections.setdefault(cells[0], [])
            header = None
        elif header is None:
            header = cells
        elif cells:
            rows.append({name: _cell(name, text) for name, text in zip(header, cells, strict=True)})
    return sections


def _cell(name: str, text: str) -> str | int | None:
    if not text:
        return None
    return int(text) if name in _WHOLE else text


def _number(text: str) -> float | None:
    return None if text.strip() in {"", "."} else float(text)
