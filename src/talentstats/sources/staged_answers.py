"""Answers as they arrive, written down so that an interrupted fetch goes on where it stopped."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from talentstats.sources.answers import INDEX, Api

#: What was asked, and then a line for everything that arrived; gone when the answers are whole.
JOURNAL = "stage.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a provider.

    Attributes
    ----------
    table_id : str
        As the provider spells it.
    source : str
        URL of the table.
    where : mapping of dimension to codes
        The slice as it was asked for, patterns and all; empty for a whole table.
    """

    api: Api
    table_id: str
    source: str
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a provider says of the state of a table: two answers with the same are of one edition.

    Attributes
    ----------
    modified : str
        Time of the last change, as the provider writes it; it begins with the day.
    figures_modified : str
        The same of the figures alone, where the provider says so.
    """

    version: str
    modified: str
    figures_modified: str = ""

    @property
    def day(self) -> str:
        """Day of publication of the figures.

        >>> Edition(version="2", modified="2026-05-02T02:00:00", figures_modified="2026-04-30T06:30:00").day
        '2026-04-30'
        """
        return (self.figures_modified or self.modified)[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """One file that arrived; without a role it is a page of observations."""

    name: str
    sha256: str
    role: str | None = None
    rows: int = 0
    next_url: str | None = None


class Stage:
    """The folder in which the answers of one fetch arrive.

    Every answer is on disk before the next is asked; a new `Stage` on the same folder, for the same question
    and edition, begins with what is there and unchanged.

    Parameters
    ----------
    folder : Path
        From `fetched.staging`.
    asked : Asked
    edition : Edition
    """

    def __init__(self, folder: Path, asked: Asked, edition: Edition) -> None:
        self.folder = folder
        self.asked = asked
        self.edition = edition
        kept = _usable(folder, self._heading())
        if not kept:
            self.clear()
        self._begin(kept)

    @property
    def pages(self) -> int:
        """Number of pages that have arrived."""
        return len(self._pages())

    @property
    def rows(self) -> int:
        """Number of observations on the pages that have arrived."""
        return sum(page.rows for page in self._pages())

    @property
    def next_url(self) -> str | None:
        """Where the next page is; None before the first page and after the last."""
        pages = self._pages()
        return pages[-1].next_url if pages else None

    def read(self, role: str) -> bytes | None:
        """Return the answer of a role, or None when it has not arrived."""
        found = next((one for one in self._arrivals if one.role == role), None)
        return None if found is None else (self.folder / found.name).read_bytes()

    def page_bodies(self) -> Iterator[bytes]:
        """Give the pages that have arrived, in the order of the provider."""
        for page in self._pages():
            yield (self.folder / page.name).read_bytes()

    def keep(self, role: str, body: bytes) -> None:
        """Keep an answer that is not a page of observations, such as `properties` or `codes-RegioS`."""
        self._write(_Arrival(name=f"{role}.json", sha256=_hash(body), role=role), body)

    def keep_page(self, body: bytes, *, rows: int, next_url: str | None, name: str | None = None) -> None:
        """Keep a page of observations and where the next one is."""
        name = name or f"observations-page-{self.pages + 1}.json"
        self._write(_Arrival(name=name, sha256=_hash(body), rows=rows, next_url=next_url), body)

    def clear(self) -> None:
        """Throw away what has arrived."""
        for path in self.folder.iterdir():
            path.unlink()
        self._begin([])

    def finish(self, *, slice_filter: str | None = None) -> Path:
        """Write the index of the answers, which `read_answers` reads, and return its path.

        Parameters
        ----------
        slice_filter : str, optional
            The slice in the words of the provider.
        """
        index = {
            "tableId": self.asked.table_id,
            "api": self.asked.api,
            "source": self.asked.source,
            "where": self.asked.where,
            "sliceFilter": slice_filter,
            "version": self.edition.version,
            "modified": self.edition.modified,
            "observationRows": self.rows,
            "observationPages": [page.name for page in self._pages()],
            "files": {one.role: one.name for one in self._arrivals if one.role is not None},
            "sha256": {one.name: one.sha256 for one in sorted(self._arrivals, key=lambda one: one.name)},
        }
        path = self.folder / INDEX
        path.write_bytes((json.dumps(index, indent=1, ensure_ascii=False) + "\n").encode())
        (self.folder / JOURNAL).unlink()
        return path

    def _pages(self) -> list[_Arrival]:
        return [one for one in self._arrivals if one.role is None]

    def _heading(self) -> str:
        return json.dumps({"asked": asdict(self.asked), "edition": asdict(self.edition)}, sort_keys=True)

    def _begin(self, arrivals: list[_Arrival]) -> None:
        self._arrivals = arrivals
        lines = [self._heading(), *(json.dumps(asdict(one)) for one in arrivals)]
        (self.folder / JOURNAL).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _write(self, arrival: _Arrival, body: bytes) -> None:
        """Write a file and then that it is there: what is not in the journal did not arrive."""
        (self.folder / arrival.name).write_bytes(body)
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(asdict(arrival)) + "\n")
        self._arrivals.append(arrival)


def _usable(folder: Path, heading: str) -> list[_Arrival]:
    """Return what an earlier fetch of the same left, up to the first that is not as it was.

    A process that was killed can leave half a line, a cut in power half a file.
    """
    path = folder / JOURNAL
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    if not lines or lines[0] != heading:
        return []
    arrivals: list[_Arrival] = []
    for line in lines[1:]:
        try:
            arrival = _Arrival(**json.loads(line))
            if _hash((folder / arrival.name).read_bytes()) != arrival.sha256:
                break
        except (OSError, ValueError, TypeError):
            break
        arrivals.append(arrival)
    return arrivals


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
