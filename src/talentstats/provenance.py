"""Where a number comes from: licence, origin, snapshot and witness."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from talentstats.terms import Vintage


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The terms under which a publisher lets its data be used."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who published a dataset, under which name, where, and when.

    Attributes
    ----------
    dataset : str
        Folder of the snapshot below `data/raw`, such as `cbs/80590ned/2026-07-16`.
    published : Vintage
        Day of publication; a compiled dataset has the day of its last entry.
    accessed : date
        Day on which the file was read.
    """

    dataset: str
    publisher: str
    title: str
    table_id: str
    url: str
    published: Vintage
    accessed: date
    licence: Licence
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A published file as it was received, with what its `snapshot.toml` says of it."""

    origin: Origin
    path: Path
    size: int
    kind: str
    synthetic: bool = False


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
