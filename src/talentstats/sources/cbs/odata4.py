"""CBS's interface OData v4: one observation a row, code lists without padding."""

import json
from dataclasses import dataclass
from typing import Any

from talentstats.provenance import Licence
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
from talentstats.sources.http import Http, url_with, without_credentials
from talentstats.sources.staged_answers import Edition

BASE_URL = "https://datasets.cbs.nl/odata/v1/CBS"
_MORE = "@odata.nextLink"


@dataclass(frozen=True, slots=True)
class OData4:
    """The interface below an address; tables lie at `<base_url>/<id>`."""

    base_url: str = BASE_URL
    api: Api = "cbs-v4"
    key: str = "Id"
    wide: bool = False

    def address(self, table_id: str) -> str:
        """Return the address of a table, without name and password."""
        return url_with(without_credentials(self.base_url), table_id)

    def head(self, http: Http, table_id: str) -> Head:
        """Ask for the properties of a table."""
        # Name and password in the base address go out with this question; `http` knows them from then on.
        body = http.get_json(url_with(self.base_url, table_id, "Properties")).body
        url = f"{self.address(table_id)}/Properties"
        with reading_answer(url):
            found: dict[str, Any] = json.loads(body)
            return Head(
                table_id=str(found["Identifier"]),
                title=str(found["Title"]).strip(),
                edition=Edition(
                    version=str(found.get("Version") or found["Modified"]),
                    modified=str(found["Modified"]),
                    figures_modified=str(found.get("ObservationsModified") or ""),
                ),
                licence=_licence(found.get("License")),
                observations=_number(found.get("ObservationCount")),
                body=body,
            )

    def describe(self, head: Head, ask: Ask) -> CbsTable:
        """Ask for dimensions, measures, and the codes and groups of each."""
        url = self.address(head.table_id)
        dimensions = self._list("dimensions", f"{url}/Dimensions", ask)
        measures = self._list("measure-codes", f"{url}/MeasureCodes", ask)
        with reading_answer(url):
            if any(one.get("MeasureGroupId") for one in measures):
                ask("measure-groups", f"{url}/MeasureGroups")
            found = tuple(
                self._dimension(one, url, ask) for one in dimensions if one.get("ContainsCodes", True)
            )
            return CbsTable(
                head=head, dimensions=found, measures=tuple(str(one["Identifier"]) for one in measures)
            )

    def first_page(self, table_id: str, text: str | None) -> str:
        """Return the address of the first page; the count comes with the page."""
        query = {"$count": "true"} if text is None else {"$filter": text, "$count": "true"}
        return url_with(self.address(table_id), "Observations", params=query)

    def count(self, http: Http, table_id: str, text: str | None) -> int | None:
        """Return None: the pages say how many rows there are."""
        del http, table_id, text
        return None

    def page(self, body: bytes) -> Page:
        """Read a page of observations."""
        with reading_answer("Observations"):
            answer = json.loads(body)
            return Page(
                rows=answer["value"],
                next_url=answer.get(_MORE) or None,
                count=_number(answer.get("@odata.count")),
            )

    def _dimension(self, found: dict[str, Any], url: str, ask: Ask) -> Dimension:
        name = checked_name(str(found["Identifier"]), what=f"{url}/Dimensions")
        codes = self._list(f"codes-{name}", f"{url}/{name}Codes", ask)
        if found.get("ContainsGroups"):
            ask(f"groups-{name}", f"{url}/{name}Groups")
        return Dimension(name=name, codes=tuple(str(code["Identifier"]) for code in codes))

    @staticmethod
    def _list(role: str, url: str, ask: Ask) -> list[dict[str, Any]]:
        body = ask(role, url)
        if body is None:
            raise UnusableAnswerError(
                "CBS lacks a part of a table.",
                where=url,
                expected="a list",
                got="HTTP status 404",
                remedy="Try the other interface (`--api v3`).",
            )
        return values(body, what=url, more=_MORE)


def _licence(found: object) -> Licence:
    """Name the licence CBS points at; its own page of CC BY 4.0 is the one the other snapshots have.

    >>> _licence("https://creativecommons.org/licenses/by/4.0/").name
    'CC BY 4.0'
    """
    url = str(found or CC_BY.url)
    return Licence(name=CC_BY.name if "creativecommons.org/licenses/by/4.0" in url else url, url=url)


def _number(found: object) -> int | None:
    return found if isinstance(found, int) else None
