"""Keep a delivered table as a snapshot, byte for byte, once it was found right."""

import shutil
from datetime import date
from pathlib import Path

from talentstats.errors import InputError
from talentstats.provenance import Licence, Snapshot, sha256_of
from talentstats.sources.cards import Card, whole_folder, write_card
from talentstats.sources.snapshots import CARD, read_snapshot
from talentstats.sources.survey_files.column_names import printable
from talentstats.workspace import Workspace

KIND = "delivered table"
_CONFIDENTIAL = "Confidential: figures of the survey before publication"
_SYNTHETIC = "Synthetic: the figures are made up"


def delivered_folder(wave: int, workspace: Workspace) -> Path:
    """Return the folder in which the delivered tables of a wave are kept; it is never committed."""
    return workspace.raw / "survey" / f"delivered_{wave}"


def find_delivered(wave: int, workspace: Workspace) -> tuple[Snapshot, ...]:
    """Read the stored tables of a wave, the one received last at the end.

    Raises
    ------
    InputError
        If a file is missing or not the one that was stored.
    """
    cards = sorted(delivered_folder(wave, workspace).glob(f"*/{CARD}"))
    return tuple(read_snapshot(card.parent, raw=workspace.raw) for card in cards)


def store_delivered(
    path: Path, *, wave: int, workspace: Workspace, received: date, publisher: str, synthetic: bool
) -> Snapshot:
    """Keep a table that `read_delivered` accepted, with its card, whole or not at all.

    A table that is stored already is not stored again: its snapshot is returned.

    Parameters
    ----------
    received : date
        Day on which the table arrived; the name of its folder.
    publisher : str
        Who made the table, such as the research bureau.
    synthetic : bool
        Whether its figures are made up.

    Raises
    ------
    InputError
        If another table was stored for that wave and day, or the file cannot be read or written.
    """
    folder = delivered_folder(wave, workspace) / received.isoformat()
    try:
        digest = sha256_of(path)
        for stored in find_delivered(wave, workspace):
            if stored.origin.sha256 == digest:
                return stored
        if folder.exists():
            raise _another_table(folder)
        card = _card(path, wave, received=received, publisher=publisher, synthetic=synthetic)
        with whole_folder(folder) as made:
            shutil.copyfile(path, made / card.file)
            write_card(card, made)
    except OSError as error:
        raise InputError(
            "A delivered table cannot be stored.",
            where=str(folder),
            expected="a file that can be read, a folder in which files may be made, and room on the disk",
            got=error.strerror or type(error).__name__,
            remedy="Check the path and the rights, and import the table again.",
        ) from error
    return read_snapshot(folder, raw=workspace.raw)


def _card(path: Path, wave: int, *, received: date, publisher: str, synthetic: bool) -> Card:
    marked = " (synthetisch / synthetic)" if synthetic else ""
    return Card(
        publisher=printable(publisher),
        title=f"Tabellen van de enquête onder internationals {wave}{marked}",
        table_id=f"delivered_{wave}",
        url="",
        published=received.isoformat(),
        accessed=received,
        kind=KIND,
        file=f"table{path.suffix.lower()}",
        licence=Licence(name=_SYNTHETIC if synthetic else _CONFIDENTIAL, url=""),
        synthetic=synthetic,
    )


def _another_table(folder: Path) -> InputError:
    return InputError(
        "Another table is stored for this wave and this day.",
        where=str(folder),
        expected="one table for a wave on a day",
        got="a table with other figures",
        remedy="Give the day on which this one arrived with `--received`, or remove that folder.",
    )
