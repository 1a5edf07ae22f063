"""CBS's interface OData v3: a row for every combination of codes, keys filled up with blanks.

Figures are read from `UntypedDataSet`: it keeps them as they were printed, and tells a cell that is unknown
or secret (`.`) from one that is empty. `TypedDataSet` makes both null.
"""

import json
from dataclasses import dataclass
from typing import Any

from talentstats.sources.answers import Api
from talentstats.sources.cbs.table import (
    CC_BY,
    Ask,
    CbsTable,
    Dimension,
    Head,
    Page,
    UnusableAnswerError,
    checked_name,
    reading_answer,
    values,
)
from talentstats.sources.http import Http, HttpAnswer, HttpStatusError, url_with, without_credentials
from talentstats.sources.staged_answers import Edition

BASE_URL = "https://opendata.cbs.nl"
_MORE = "odata.nextLink"
_JSON = {"$format": "json"}
_DIMENSIONS = ("Dimension", "TimeDimension", "GeoDimension")


@dataclass(frozen=True, slots=True)
class OData3:
    """The interface below an address: metadata from `ODataApi`, figures from `ODataFeed`, without cap."""

    base_url: str = BASE_URL
    api: Api = "cbs-v3"
    key: str = "ID"
    wide: bool = True

    def address(self, table_id: str) -> str:
        """Return the address of a table, without name and password."""
        return url_with(without_credentials(self.base_url), "ODataApi", "odata", table_id)

    def head(self, http: Http, table_id: str) -> Head:
        """Ask for the description of a table."""
        # Name and password in the base address go out with this question; `http` knows them from then on.
        body = http.get_json(
            url_with(self.base_url, "ODataApi", "odata", table_id, "TableInfos", params=_JSON)
        ).body
        url = f"{self.address(table_id)}/TableInfos"
        with reading_answer(url):
            found = values(body, what=url, more=_MORE)[0]
            modified = str(found["Modified"])
            return Head(
                table_id=str(found["Identifier"]).strip(),
                title=str(found["Title"]).strip(),
                edition=Edition(version=modified, modified=modified),
                licence=CC_BY,
                observations=None,
                body=body,
            )

    def describe(self, head: Head, ask: Ask) -> CbsTable:
        """Ask for measures, groups, and the codes of each dimension."""
        url = self.address(head.table_id)
        properties = self._list("data-properties", f"{url}/DataProperties", ask)
        ask("category-groups", url_with(f"{url}/CategoryGroups", params=_JSON))
        with reading_answer(url):
            names = [
                checked_name(str(one["Key"]), what=f"{url}/DataProperties")
                for one in properties
                if one["Type"] in _DIMENSIONS
            ]
            dimensions = tuple(
                Dimension(
                    name=name,
                    codes=tuple(str(c["Key"]) for c in self._list(f"codes-{name}", f"{url}/{name}", ask)),
                )
                for name in names
            )
            measures = tuple(str(one["Key"]) for one in properties if one["Type"] == "Topic")
            return CbsTable(head=head, dimensions=dimensions, measures=measures)

    def first_page(self, table_id: str, text: str | None) -> str:
        """Return the address of the first page."""
        query = _JSON if text is None else {**_JSON, "$filter": text}
        feed = url_with(without_credentials(self.base_url), "ODataFeed", "odata", table_id)
        return url_with(feed, "UntypedDataSet", params=query)

    def count(self, http: Http, table_id: str, text: str | None) -> int | None:
        """Ask how many rows there are; None when the server does not count."""
        query = None if text is None else {"$filter": text}
        url = url_with(self.address(table_id), "TypedDataSet", "$count", params=query)
        try:
            body = http.get_bytes(url, accept="text/plain", final=over_cap).body
        except HttpStatusError:
            return None
        text_of = body.decode("utf-8-sig", errors="replace").strip()
        return int(text_of) if text_of.isdecimal() else None

    def page(self, body: bytes) -> Page:
        """Read a page of rows."""
        with reading_answer("UntypedDataSet"):
            answer = json.loads(body)
            return Page(rows=answer["value"], next_url=answer.get(_MORE) or None)

    @staticmethod
    def _list(role: str, url: str, ask: Ask) -> list[dict[str, Any]]:
        address = url_with(url, params=_JSON)
        body = ask(role, address)
        if body is None:
            raise UnusableAnswerError(
                "CBS lacks a part of a table.",
                where=address,
                expected="a list",
                got="HTTP status 404",
                remedy="Try the other interface (`--api v4`).",
            )
        return values(body, what=address, more=_MORE)


def over_cap(answer: HttpAnswer) -> bool:
    """Say whether v3 refused because of the number of rows: by a 500 with a text that is no JSON."""
    return answer.status == 500 and b"not allowed on this table" in answer.body
