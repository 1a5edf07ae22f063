"""The answers of a provider that make up one table, as they lie in a snapshot of kind `answers`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from talentstats.errors import InputError
from talentstats.provenance import sha256_of

#: Which interface of which provider answered.
Api = Literal["cbs-v4", "cbs-v3", "eurostat"]

#: The file that lists the others with their hashes; its own hash stands in `snapshot.toml`.
INDEX = "index.json"
KIND = "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything a provider said about one table at one moment, byte for byte.

    Attributes
    ----------
    api : {"cbs-v4", "cbs-v3", "eurostat"}
    table_id : str
        As the provider spells it.
    where : mapping of dimension to codes
        The slice that was asked for; empty for a whole table.
    version : str
        The provider's own mark of this edition of the table.
    rows : int
        Observations on all pages together; of CBS's v3 interface, rows of the table.
    files : mapping of role to path
        Metadata and code lists: `properties`, `dimensions`, `codes-RegioS`.
    pages : tuple of Path
        The observations, in the order of the provider.
    """

    api: Api
    table_id: str
    where: Mapping[str, tuple[str, ...]]
    version: str
    rows: int
    files: Mapping[str, Path] = field(repr=False)
    pages: tuple[Path, ...] = field(repr=False)


def read_answers(index: Path) -> Answers:
    """Read the index of a folder of answers, and check that every file is the one that was stored.

    Raises
    ------
    InputError
        If the index cannot be read, or a file is missing or was changed.
    """
    try:
        found: dict[str, Any] = json.loads(index.read_text(encoding="utf-8"))
        answers = _answers(found, index.parent)
        hashes: dict[str, str] = dict(found["sha256"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The index of a provider's answers cannot be read.",
            where=str(index),
            expected="the index that `talentstats fetch` wrote",
            got=f"{type(error).__name__}: {error}",
            remedy="Restore the folder, or take it away and fetch the table again.",
        ) from error
    for path in (*answers.files.values(), *answers.pages):
        _refuse_changed(path, hashes.get(path.name))
    return answers


def _answers(found: Mapping[str, Any], folder: Path) -> Answers:
    if found["api"] not in get_args(Api):
        raise ValueError(f"api {found['api']!r}")
    return Answers(
        api=found["api"],
        table_id=str(found["tableId"]),
        where={name: tuple(codes) for name, codes in found["where"].items()},
        version=str(found["version"]),
        rows=int(found["observationRows"]),
        files={role: folder / name for role, name in found["files"].items()},
        pages=tuple(folder / name for name in found["observationPages"]),
    )


def _refuse_changed(path: Path, stored: str | None) -> None:
    got = sha256_of(path) if path.is_file() else "no such file"
    if got != stored:
        raise InputError(
            "An answer of a provider is not the one that was stored.",
            where=str(path),
            expected=f"SHA-256 {stored}" if stored else f"a hash in `{INDEX}`",
            got=got,
            remedy="Restore the file, or take the folder away and fetch the table again.",
        )
