"""Keep the file that arrived as a snapshot, byte for byte, and read it back."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.progress import say
from talentstats.provenance import Snapshot, sha256_of
from talentstats.sources.cards import whole_folder, write_card
from talentstats.sources.encryption import SUFFIX, decrypted, encrypt_file, find_key
from talentstats.sources.snapshots import CARD, SIZE_LIMIT, read_snapshot
from talentstats.sources.survey_files.column_names import printable
from talentstats.sources.survey_files.file_format import find_format
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.snapshot_card import SurveyCard
from talentstats.sources.survey_files.survey_file import SurveyFile
from talentstats.workspace import Workspace

_STANDARD = Limits()


def survey_folder(wave: int, workspace: Workspace) -> Path:
    """Return the folder in which the files of a wave are kept; it is never committed."""
    return workspace.raw / "survey" / f"internationals_{wave}"


def find_stored(wave: int, workspace: Workspace) -> tuple[Snapshot, ...]:
    """Read the stored files of a wave, the one received last at the end.

    Raises
    ------
    InputError
        If a file is missing or not the one that was stored.
    """
    cards = sorted(survey_folder(wave, workspace).glob(f"[0-9]*/{CARD}"))
    return tuple(read_snapshot(card.parent, raw=workspace.raw) for card in cards)


def store_survey_file(
    path: Path,
    *,
    wave: int,
    workspace: Workspace,
    received: date,
    publisher: str,
    synthetic: bool,
    key: bytes | None = None,
    options: Mapping[str, str] | None = None,
) -> Snapshot:
    """Keep a file under a name of ours, with its card, whole or not at all.

    A file that is stored already is not stored again: its snapshot is returned.

    Parameters
    ----------
    path : Path
    wave : int
    workspace : Workspace
    received : date
        Day on which the file arrived; the name of its folder.
    publisher : str
        Who made the file, such as the research bureau.
    synthetic : bool
        Whether its respondents do not exist.
    key : bytes, optional
        From `find_key`; the file is kept encrypted.
    options : mapping, optional
        What `read_survey_file` had to be told (`delimiter`, `encoding` ...); kept on the card.

    Raises
    ------
    InputError
        If there is no such file, another one was stored for that wave and day, it is stored already but not
        encrypted, or it cannot be written.
    """
    path = Path(path)
    _check_size(path)
    name = f"answers.{find_format(path, limits=_STANDARD)}"
    digest = sha256_of(path)
    stored = _stored_already(digest, wave, workspace, encrypted=key is not None)
    if stored is not None:
        say(f"this file is stored already: {stored.path.parent}")
        return stored
    folder = survey_folder(wave, workspace) / received.isoformat()
    if folder.exists():
        raise _another_file(folder)
    card = SurveyCard(
        wave=wave,
        received=received,
        publisher=printable(publisher),
        synthetic=synthetic,
        file=name if key is None else name + SUFFIX,
        plain_sha256=digest,
        encrypted=key is not None,
        options=options or {},
    )
    _write(path, card, folder, key=key)
    return read_snapshot(folder, raw=workspace.raw)


def open_stored(snapshot: Snapshot, *, key: bytes | None = None, limits: Limits = _STANDARD) -> SurveyFile:
    """Read a stored file; an encrypted one passes through a folder that only its owner can read.

    Parameters
    ----------
    snapshot : Snapshot
    key : bytes, optional
        Of an encrypted file; looked for in the environment and the keyring when left out.
    limits : Limits

    Raises
    ------
    InputError
        If the card or file cannot be read, or the key is missing or another one.
    """
    card = _read_card(snapshot.path.parent)
    options: Mapping[str, Any] = card.get("options", {})
    if not card.get("encrypted", False):
        return read_survey_file(snapshot.path, limits=limits, **options)
    with decrypted(snapshot.path, key=find_key() if key is None else key) as plain:
        return replace(read_survey_file(plain, limits=limits, **options), path=snapshot.path)


def _read_card(folder: Path) -> dict[str, Any]:
    with reading(folder / CARD, what="A snapshot card", expected="a card as it was written") as card:
        return card


def _check_size(path: Path) -> None:
    if path.is_file() and path.stat().st_size > SIZE_LIMIT:
        raise InputError(
            "A survey file is too large to be stored.",
            where=str(path),
            expected=f"at most {SIZE_LIMIT:,} bytes",
            got=f"{path.stat().st_size:,} bytes",
            remedy="Save it as .parquet, which is smaller, and import that.",
        )


def _stored_already(digest: str, wave: int, workspace: Workspace, *, encrypted: bool) -> Snapshot | None:
    for snapshot in find_stored(wave, workspace):
        card = _read_card(snapshot.path.parent)
        if card.get("plain_sha256", snapshot.origin.sha256) != digest:
            continue
        if encrypted and not card.get("encrypted", False):
            raise InputError(
                "This file is stored already, but not encrypted.",
                where=str(snapshot.path.parent),
                expected="an encrypted file",
                got="the file as it arrived",
                remedy="Remove that folder and import the file again with `--encrypt`.",
            )
        return snapshot
    return None


def _write(path: Path, card: SurveyCard, folder: Path, *, key: bytes | None) -> None:
    """Write file and card into a folder beside the target, which takes its name when both are whole."""
    try:
        with whole_folder(folder) as made:
            _copy(path, made / card.file, card, key=key)
            write_card(card.as_card(), made)
    except OSError as error:
        raise InputError(
            "A survey file cannot be stored.",
            where=str(folder),
            expected="a folder in which files may be made, and room on the disk",
            got=error.strerror or type(error).__name__,
            remedy="Ask for permission to write there, or make room, and import the file again.",
        ) from error


def _copy(path: Path, target: Path, card: SurveyCard, *, key: bytes | None) -> None:
    if key is None:
        shutil.copyfile(path, target)
        target.chmod(0o600)
    else:
        encrypt_file(path, target, key=key)
    if sha256_of(path if card.encrypted else target) != card.plain_sha256:
        raise InputError(
            "A survey file changed while it was being stored.",
            where=str(path),
            expected="a file that nobody writes to",
            got="other content than at the start",
            remedy="Wait until the file is complete and import it again.",
        )


def _another_file(folder: Path) -> InputError:
    return InputError(
        "Another file is stored for this wave and this day.",
        where=str(folder),
        expected="one file for a wave on a day",
        got="a file with other content",
        remedy="Give the day on which this one arrived with `--received`, or remove that folder.",
    )
