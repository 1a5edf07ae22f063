"""Write a snapshot: a folder with its files and its card, whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from talentstats.provenance import Licence, sha256_of
from talentstats.sources.snapshots import CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is written down about a file that is kept; hash and size are taken from the file itself.

    Attributes
    ----------
    published : str
        The day, month or year of publication; of a file that was sent, the day on which it arrived.
    file : str
        The name under which it is kept.
    further : mapping
        Entries of one kind of snapshot only: texts, truths, and tables of texts.
    """

    publisher: str
    title: str
    table_id: str
    url: str
    published: str
    accessed: date
    kind: str
    file: str
    licence: Licence
    synthetic: bool = False
    further: Mapping[str, str | bool | Mapping[str, str]] = field(default_factory=dict)


def write_card(card: Card, folder: Path) -> None:
    """Write the card beside its file, once that is whole."""
    path = folder / card.file
    tables = {name: entry for name, entry in card.further.items() if isinstance(entry, Mapping)}
    lines = [
        *(f"{name} = {_value(value)}" for name, value in _fields(card)),
        f'sha256 = "{sha256_of(path)}"',
        f"size = {path.stat().st_size}",
        *(f"{name} = {_value(entry)}" for name, entry in card.further.items() if name not in tables),
    ]
    tables = {"licence": {"name": card.licence.name, "url": card.licence.url}, **tables}
    for name, entries in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_value(entries[key])}" for key in sorted(entries))]
    (folder / CARD).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`, which takes its name when everything in it is written.

    Raises
    ------
    OSError
        If it cannot be made or renamed; nothing is left then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unfinished-"))
    try:
        yield made
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fields(card: Card) -> Iterator[tuple[str, str | bool | date]]:
    for name in ("publisher", "title", "table_id", "url", "published", "accessed", "kind", "file"):
        yield name, getattr(card, name)
    if card.synthetic:
        yield "synthetic", True


def _value(value: object) -> str:
    """Write a value as TOML does; a text without control characters is the same as in JSON."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
