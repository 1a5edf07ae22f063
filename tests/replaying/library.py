"""The recorded tables of a folder, each under the address its provider gives it."""

from collections.abc import Iterator, Mapping, Sequence
from json import loads
from pathlib import Path

from replaying.cube import Cube
from replaying.paging import Rows
from replaying.reply import Reply, refusal
from replaying.table_v3 import OVER_THE_CAP, TableV3
from replaying.table_v4 import TableV4

Options = Sequence[tuple[str, str]]


class Library:
    """Everything below a folder that can be served.

    Of several recordings of one table the last one counts, by name of folder.

    Parameters
    ----------
    folder : Path
        A recorded table, or a folder of those at any depth.
    page_size : int, optional
        Observations on one page. Without it v4 gives all on one, and v3 ten thousand.
    cap : int
        Rows that v3's `ODataApi` gives at most.
    """

    def __init__(self, folder: Path, *, page_size: int | None = None, cap: int = OVER_THE_CAP) -> None:
        self._v4: dict[str, TableV4] = {}
        self._v3: dict[str, TableV3] = {}
        self._cubes: dict[str, Cube] = {}
        self._files = {path.name: path for path in _visible(folder, "*.geojson")}
        for index in _visible(folder, "index.json"):
            api = loads(index.read_text(encoding="utf-8")).get("api", "cbs-v4")
            if api == "eurostat":
                cube = Cube(index.parent)
                self._cubes[cube.code] = cube
            elif api == "cbs-v4":
                table = TableV4(index.parent, page_size)
                self._v4[table.table_id] = table
        for data in _visible(folder, "*_untyped_*.csv"):
            old = TableV3(data, page_size=page_size, cap=cap)
            self._v3[old.table_id] = old

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for: tables and files."""
        return tuple(sorted({*self._v4, *self._v3, *self._cubes, *self._files}))

    def rows(self, table_id: str, edition: int) -> Rows:
        table = self._v4.get(table_id) or self._v3[table_id]
        return table.rows(edition)

    def respond(
        self, parts: tuple[str, ...], options: Options, *, base: str, edition: int, accept: str
    ) -> Reply:
        single: Mapping[str, str] = dict(options)
        match parts:
            case ("files", name) if name in self._files:
                return self._areas(name)
            case (year, "wfs", _) if f"{_kind(single)}_{year}.geojson" in self._files:
                return self._areas(f"{_kind(single)}_{year}.geojson")
            case (service, odata, table_id, *rest) if (
                service.lower() in {"odataapi", "odatafeed"}
                and odata.lower() == "odata"
                and table_id in self._v3
            ):
                capped = service.lower() == "odataapi"
                return self._v3[table_id].respond(
                    tuple(rest), single, base=f"{base}/{service}/{odata}", edition=edition, capped=capped
                )
            case (table_id, *rest) if table_id in self._v4:
                return self._v4[table_id].respond(
                    tuple(rest), single, base=base, edition=edition, accept=accept
                )
            case (code,) if code in self._cubes:
                return self._cubes[code].respond(options, edition=edition)
        return refusal(404, "Resource not found.")

    def _areas(self, name: str) -> Reply:
        return Reply(body=self._files[name].read_bytes(), content_type="application/geo+json")


def _kind(options: Mapping[str, str]) -> str:
    """Return the kind of area that is asked for: `gemeente` of `gebiedsindelingen:gemeente_...`."""
    return options.get("typeNames", "").partition(":")[2].partition("_")[0]


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    """Find files, but not in hidden folders: what is being fetched is no recording."""
    for path in sorted(folder.rglob(pattern)):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path
