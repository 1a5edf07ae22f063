"""Read the snapshots in `data/raw`, checked against their hash and size."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError, closest
from talentstats.provenance import Licence, Origin, Snapshot, sha256_of
from talentstats.sources import answers
from talentstats.terms import Vintage

CARD = "snapshot.toml"
# Answers of respondents stand apart: they are read by wave, and their hashes take time.
SURVEY = "survey"
SIZE_LIMIT = 2_000_000_000
_REQUIRED: Mapping[str, type] = {
    "publisher": str,
    "title": str,
    "table_id": str,
    "url": str,
    "published": str,
    "accessed": date,
    "kind": str,
    "file": str,
    "sha256": str,
    "size": int,
    "licence": dict,
}


def find_snapshots(raw: Path) -> tuple[Snapshot, ...]:
    """Read every snapshot of published figures below `raw`, in the order of their folder names.

    Files of the survey, below `raw/survey`, are not among them.

    Raises
    ------
    InputError
        If there are none, or one of them is not what its card says.
    """
    cards = [card for card in raw.rglob(CARD) if not _is_apart(card.relative_to(raw))]
    folders = sorted(card.parent for card in cards)
    if not folders:
        raise InputError(
            "There are no raw data.",
            expected=f"folders with a `{CARD}` below `{raw}`",
            got="none",
            remedy="Restore `data/raw` from the repository.",
        )
    return tuple(read_snapshot(folder, raw=raw) for folder in folders)


def _is_apart(card: Path) -> bool:
    """Say whether a card is of the survey, or of something that is still being written."""
    return card.parts[0] == SURVEY or any(part.startswith(".") for part in card.parts)


def read_snapshot(folder: Path, *, raw: Path) -> Snapshot:
    """Read one snapshot and check that its file is the one that was stored.

    Parameters
    ----------
    folder : Path
        The folder that holds the file and its `snapshot.toml`.
    raw : Path
        The folder `data/raw`; the path below it is the name of the dataset.

    Raises
    ------
    InputError
        If the card cannot be read, the file is missing, or its size or SHA-256 differs; of a folder of
        answers, if any of them does.
    """
    card = _read_card(folder / CARD)
    path = _stored_file(folder, card)
    if card["kind"] == answers.KIND:
        answers.read_answers(path)
    licence = card["licence"]
    origin = Origin(
        dataset=folder.relative_to(raw).as_posix(),
        publisher=card["publisher"],
        title=card["title"],
        table_id=card["table_id"],
        url=card["url"],
        published=Vintage.parse(card["published"]),
        accessed=card["accessed"],
        licence=Licence(name=str(licence.get("name", "")), url=str(licence.get("url", ""))),
        sha256=card["sha256"],
    )
    return Snapshot(
        origin=origin,
        path=path,
        size=card["size"],
        kind=card["kind"],
        synthetic=bool(card.get("synthetic", False)),
    )


def _read_card(path: Path) -> dict[str, Any]:
    with reading(
        path, what="A snapshot card", expected=f"a file `{CARD}`, in TOML, beside the data file"
    ) as card:
        _check_card(card, path)
        return card


def _check_card(card: Mapping[str, Any], path: Path) -> None:
    for key, kind in _REQUIRED.items():
        if not isinstance(card.get(key), kind):
            near = closest(key, set(card) - set(_REQUIRED))
            raise InputError(
                f"A snapshot card lacks `{key}`.",
                where=str(path),
                expected=f"`{key}` of type {kind.__name__}",
                got=f"`{near}`" if near else repr(card.get(key, "nothing")),
                remedy=f"Rename `{near}` to `{key}`." if near else f"Add `{key}`.",
            )


def _stored_file(folder: Path, card: Mapping[str, Any]) -> Path:
    path = folder / str(card["file"])
    if not path.is_file():
        raise InputError(
            "A raw data file is missing.",
            where=str(path),
            expected=f"the file named in `{CARD}`",
            got="no such file",
            remedy="Restore the file from the repository, or fetch the data again.",
        )
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise InputError(
            "A raw data file is too large to be a table of this project.",
            where=str(path),
            expected=f"at most {SIZE_LIMIT:,} bytes",
            got=f"{size:,} bytes",
            remedy="Take a part of the table (fewer periods or regions).",
        )
    found = sha256_of(path) if size == card["size"] else f"a file of {size:,} bytes"
    if found != card["sha256"]:
        raise InputError(
            "A raw data file is not the one that was stored.",
            where=str(path),
            expected=f"{card['size']:,} bytes with SHA-256 {card['sha256']}",
            got=found,
            remedy="Restore the file. A newer publication belongs in a new folder with its own date.",
        )
    return path
