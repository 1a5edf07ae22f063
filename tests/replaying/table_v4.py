"""A table of CBS's OData v4 interface, from the answers that were recorded.

What was recorded is served as it is. Code lists that were not recorded are made from the observations, groups
from the codes: identifier and title are then the code itself. Without page size the observations come on one
page.

An edition above 0 is a later publication that never was: every value is higher by that number, and so is the
version.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from replaying.paging import Rows, address, filtered, page_of
from replaying.reply import Reply, json_reply, refusal, text_reply

_XML = "application/xml; charset=utf-8"
_OWN_FIELDS = {"Id", "Measure", "ValueAttribute", "Value", "StringValue"}


class TableV4:
    """One recorded table.

    Parameters
    ----------
    folder : Path
        With `index.json`; pages may be named differently from what the index says.
    page_size : int, optional
        Observations on one page.
    """

    def __init__(self, folder: Path, page_size: int | None) -> None:
        self._folder = folder
        self._page_size = page_size
        self._index: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.table_id: str = self._index["tableId"]

    def respond(
        self, parts: tuple[str, ...], options: Mapping[str, str], *, base: str, edition: int, accept: str
    ) -> Reply:
        match parts:
            case ():
                reply = json_reply({"value": [{"name": name, "url": name} for name in self._names]})
            case ("$metadata",):
                reply = self._described(accept)
            case ("Properties",):
                reply = json_reply(self._properties(edition))
            case ("Observations", "$count"):
                reply = text_reply(str(len(filtered(self.rows(edition), options))))
            case (name, "$count") if name in self._lists:
                reply = text_reply(str(len(filtered(self._lists[name], options))))
            case ("Observations",):
                reply = self._page("Observations", self.rows(edition), options, base)
            case (name,) if name in self._lists:
                reply = self._page(name, self._lists[name], options, base, paged=False)
            case _:
                reply = refusal(404, "Resource not found.")
        return reply

    @lru_cache(maxsize=4)  # noqa: B019 -- tables live as long as the server
    def rows(self, edition: int = 0) -> Rows:
        """Return all observations of an edition."""
        if edition == 0:
            return self._recorded
        return [
            {**row, "Value": None if row["Value"] is None else row["Value"] + edition}
            for row in self._recorded
        ]

    @cached_property
    def _recorded(self) -> Rows:
        names = self._index["observationPages"]
        pages = [self._folder / name for name in names]
        if not all(page.is_file() for page in pages):
            pages = sorted(self._folder.glob("observations-*.json"))
        return [row for page in pages for row in _read(page)["value"]]

    @cached_property
    def _names(self) -> list[str]:
        return ["Properties", "Observations", *self._lists]

    @cached_property
    def _lists(self) -> dict[str, Rows]:
        """Return everything but the observations: what dimensions and measures there are, and their codes."""
        lists: dict[str, Rows] = {
            "Dimensions": self._file("dimensions") or [],
            "MeasureCodes": self._file("measure-codes") or self._codes_seen("Measure"),
        }
        lists["MeasureGroups"] = self._file("measure-groups") or _groups_of(
            lists["MeasureCodes"], "MeasureGroupId"
        )
        dimensions = [name for name in self._recorded[0] if name not in _OWN_FIELDS]
        for name in dimensions:
            codes = self._file(f"codes-{name}") or self._codes_seen(name)
            lists[f"{name}Codes"] = codes
            lists[f"{name}Groups"] = self._file(f"groups-{name}") or _groups_of(codes, "DimensionGroupId")
        return lists

    def _file(self, role: str) -> Rows | None:
        path = self._folder / self._index["files"].get(role, f"{role}.json")
        rows: Rows | None = _read(path)["value"] if path.is_file() else None
        return rows

    def _codes_seen(self, field: str) -> Rows:
        codes = dict.fromkeys(row[field] for row in self._recorded)
        return [
            {"Identifier": code, "Index": at, "Title": code, "Description": "", "DimensionGroupId": None}
            for at, code in enumerate(codes, start=1)
        ]

    def _properties(self, edition: int) -> dict[str, Any]:
        found = dict(_read(self._folder / self._index["files"]["properties"]))
        if edition:
            found["Version"] = str(int(found["Version"]) + edition)
            for name in ("Modified", "ObservationsModified"):
                later = datetime.fromisoformat(found[name]) + timedelta(days=edition)
                found[name] = later.isoformat()
        return found

    def _described(self, accept: str) -> Reply:
        if "xml" not in accept:
            return refusal(406, "The description of this table comes as XML only.")
        sets = "".join(f'<EntitySet Name="{name}"/>' for name in self._names)
        return text_reply(f"<EntityContainer>{sets}</EntityContainer>", content_type=_XML)

    def _page(
        self, name: str, rows: Rows, options: Mapping[str, str], base: str, *, paged: bool = True
    ) -> Reply:
        page = page_of(filtered(rows, options), options, self._page_size if paged else None)
        content: dict[str, Any] = {
            "@odata.context": f"{base}/{self.table_id}/$metadata#{name}",
            "value": page.rows,
        }
        if page.next_options is not None:
            content["@odata.nextLink"] = address(base, self.table_id, name, options=page.next_options)
        return json_reply(content)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _groups_of(codes: Rows, field: str) -> Rows:
    groups = dict.fromkeys(code[field] for code in codes if code.get(field) is not None)
    return [
        {"Id": group, "Index": at, "Title": group, "Description": "", "ParentId": None}
        for at, group in enumerate(groups, start=1)
    ]
