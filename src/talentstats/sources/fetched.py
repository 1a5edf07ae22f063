"""What is fetched becomes a snapshot: gathered in a folder apart, moved in whole, never stored twice."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from talentstats.errors import InputError
from talentstats.progress import say
from talentstats.provenance import Snapshot, sha256_of
from talentstats.sources.answers import INDEX, KIND, read_answers
from talentstats.sources.cards import Card, write_card
from talentstats.sources.snapshots import CARD, read_snapshot
from talentstats.sources.sole_user import sole_user
from talentstats.workspace import Workspace

#: Folder below `data/raw` in which answers wait until they are whole.
STAGING = ".staging"
_DATASET = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)

Where = Mapping[str, Sequence[str]]


def canonical_where(where: Where | None) -> dict[str, tuple[str, ...]]:
    """Write a slice in one way: dimensions by name, codes sorted, nothing twice, no blanks.

    Examples
    --------
    >>> canonical_where({"RegioS": ["GM0547", "GM0546 ", "GM0547"], "Geslacht": ["T001038"]})
    {'Geslacht': ('T001038',), 'RegioS': ('GM0546', 'GM0547')}
    """
    asked = where or {}
    return {name: tuple(sorted({code.strip() for code in asked[name]})) for name in sorted(asked)}


def dataset_name(provider: str, table: str, *, where: Where | None = None, named: str | None = None) -> str:
    """Return the name of a dataset: the one given, or that of the table with a mark of the slice.

    Raises
    ------
    InputError
        If the name is not `publisher/dataset` in letters, digits, dots and hyphens.

    Examples
    --------
    >>> dataset_name("cbs", "85224NED")
    'cbs/85224NED'
    >>> dataset_name("cbs", "85224NED", where={"Perioden": ["2022KW01"]})
    'cbs/85224NED-2385a9ae'
    """
    slice_ = canonical_where(where)
    text = json.dumps(slice_, sort_keys=True, separators=(",", ":"))
    mark = f"-{hashlib.sha256(text.encode()).hexdigest()[:8]}" if slice_ else ""
    name = named or f"{provider}/{table}{mark}"
    if not _DATASET.fullmatch(name):
        raise InputError(
            "A dataset cannot have that name.",
            expected="`publisher/dataset`, in letters, digits, dots and hyphens, such as `cbs/80590ned`",
            got=f"`{name}`",
            remedy="Choose another name.",
        )
    return name


@contextmanager
def staging(workspace: Workspace, dataset: str, *, empty: bool = True) -> Iterator[Path]:
    """Give the folder in which a dataset is gathered, to one process at a time.

    Parameters
    ----------
    workspace : Workspace
    dataset : str
        Such as `cbs/85224NED`.
    empty : bool
        False keeps what an interrupted fetch left.

    Raises
    ------
    InputError
        If another process is fetching the same dataset.
    """
    folder = workspace.raw / STAGING / dataset
    with sole_user(folder.with_name(f"{folder.name}.lock"), of=dataset):
        if empty:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def store_fetched(folder: Path, card: Card, *, workspace: Workspace, dataset: str) -> Snapshot:
    """Move a folder of `staging` into `data/raw` as a snapshot, unless the same bytes are there already.

    Another file of the same day of publication gets the folder `<day>.2`, beside the first.

    Parameters
    ----------
    folder : Path
        Holds everything but the card.
    card : Card
        Of the file that stands for the others; `published` names the folder.
    workspace : Workspace
    dataset : str
        Such as `cbs/85224NED`.

    Raises
    ------
    InputError
        If a snapshot that is stored already is damaged.
    """
    home = workspace.raw / dataset
    digest = sha256_of(folder / card.file)
    for stored in _of_day(home, card.published):
        snapshot = read_snapshot(stored, raw=workspace.raw)
        if snapshot.origin.sha256 == digest:
            shutil.rmtree(folder)
            say(f"{snapshot.origin.dataset}: already stored")
            return snapshot
    target = _free_folder(home, card.published)
    home.mkdir(parents=True, exist_ok=True)
    write_card(card, folder)
    folder.rename(target)
    return read_snapshot(target, raw=workspace.raw)


def newest_fetched(workspace: Workspace, dataset: str, where: Where | None = None) -> Snapshot | None:
    """Return the newest stored answers of a dataset for exactly this slice, or None when there are none.

    Transcriptions and downloaded files of the same dataset do not count.

    Raises
    ------
    InputError
        If a stored snapshot is damaged.
    """
    home = workspace.raw / dataset
    cards = sorted(home.glob(f"*/{CARD}"), key=lambda card: _order(card.parent.name))
    asked = canonical_where(where)
    for card in reversed(cards):
        snapshot = read_snapshot(card.parent, raw=workspace.raw)
        if snapshot.kind == KIND and canonical_where(read_answers(snapshot.path).where) == asked:
            return snapshot
    return None


def stored_edition(snapshot: Snapshot) -> tuple[str, str]:
    """Return the version and the time of change that a provider gave to the answers of a snapshot."""
    index = json.loads((snapshot.path.parent / INDEX).read_text(encoding="utf-8"))
    return str(index["version"]), str(index["modified"])


def _of_day(home: Path, published: str) -> list[Path]:
    folders = [card.parent for card in home.glob(f"*/{CARD}")]
    same = [folder for folder in folders if _order(folder.name)[0] == published]
    return sorted(same, key=lambda folder: _order(folder.name))


def _free_folder(home: Path, published: str) -> Path:
    number, folder = 1, home / published
    while folder.exists():
        number += 1
        folder = home / f"{published}.{number}"
    return folder


def _order(name: str) -> tuple[str, int]:
    published, _, number = name.partition(".")
    return published, int(number) if number.isdecimal() else 1
