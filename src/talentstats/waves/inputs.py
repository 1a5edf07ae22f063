"""What each wave is made from: an imported file, or its synthetic stand-in; never both kinds together."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from talentstats.errors import InputError, NotPublishedError
from talentstats.provenance import Snapshot, sha256_of
from talentstats.sources.delivered.store import find_delivered
from talentstats.sources.snapshots import CARD, read_snapshot
from talentstats.terms import Vintage
from talentstats.version import __version__
from talentstats.waves.declared import FOLDER, StandIn, SurveyPlan
from talentstats.workspace import Workspace

PACKAGE = Path(__file__).parents[1]
TABLE = "internationals"
_MARGINS = "margins"
_READ = (f"{FOLDER}/*.toml", f"{FOLDER}/*.csv", "municipalities.csv", "municipality_changes.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveInput:
    """What one wave is made from.

    Attributes
    ----------
    wave : int
    snapshot : Snapshot or None
        The file that was imported last.
    stand_in : StandIn or None
        What is generated when no wave was imported.
    margins : Path or None
        The file with the totals of the population; None for a stand-in, which makes its own.
    delivered : Snapshot or None
        The tables that were delivered with the file, last; the figures of respondents are held against them.
    fingerprint : str
        Over everything that can change the processed table.
    """

    wave: int
    snapshot: Snapshot | None
    stand_in: StandIn | None
    margins: Path | None
    delivered: Snapshot | None = None
    fingerprint: str

    @property
    def synthetic(self) -> bool:
        """Whether its respondents do not exist."""
        return self.snapshot is None or self.snapshot.synthetic

    @property
    def published(self) -> Vintage:
        """The day from which figures of the wave count as known."""
        if self.snapshot is not None:
            return self.snapshot.origin.published
        if self.stand_in is None:
            raise InputError(f"Nothing says what the wave of {self.wave} is made from.")
        return self.stand_in.published


def table_name(wave: int) -> str:
    """Return the name of the processed table of a wave.

    >>> table_name(2025)
    'internationals_2025'
    """
    return f"{TABLE}_{wave}"


def wave_inputs(workspace: Workspace, plan: SurveyPlan) -> Mapping[int, WaveInput]:
    """Find what every wave is made from, in the order of their years.

    Real and synthetic waves are never mixed: with a real wave, only those that were imported are there.

    Raises
    ------
    InputError
        If a snapshot is not what its card says, or real and synthetic files were both imported.
    """
    imported = {wave: newest for wave in plan.waves if (newest := _newest(workspace, wave)) is not None}
    _refuse_mixture(imported)
    real = any(not snapshot.synthetic for snapshot in imported.values())
    shared = _shared_fingerprint(workspace.reference)
    return {
        wave: _input(workspace, wave, imported.get(wave), plan.stand_ins[wave], shared)
        for wave in plan.waves
        if wave in imported or not real
    }


def wave_input(workspace: Workspace, plan: SurveyPlan, wave: int) -> WaveInput:
    """Find what one wave is made from.

    Raises
    ------
    InputError
        If there was no survey in that year.
    NotPublishedError
        If other waves were imported and this one was not.
    """
    plan.require(wave)
    found = wave_inputs(workspace, plan)
    if wave not in found:
        raise NotPublishedError(
            f"The wave of {wave} was not imported.",
            expected=f"a snapshot in `data/raw/{FOLDER}/{table_name(wave)}`",
            got="real waves of " + ", ".join(str(year) for year in found),
            remedy=f"Import its file with `talentstats import survey FILE --wave {wave}`. A synthetic wave "
            "never stands beside a real one.",
        )
    return found[wave]


def refuse_other_kind(workspace: Workspace, plan: SurveyPlan, *, synthetic: bool) -> None:
    """Refuse a real file where synthetic ones were imported, and the reverse.

    Raises
    ------
    InputError
        Naming the waves that were imported.
    """
    snapshots = {wave: found for wave in plan.waves if (found := _newest(workspace, wave)) is not None}
    others = [str(wave) for wave, snapshot in snapshots.items() if snapshot.synthetic != synthetic]
    if others:
        raise InputError(
            "Real and synthetic waves of the survey cannot stand beside each other.",
            expected="a file of real respondents" if synthetic else "a synthetic file",
            got="a synthetic file" if synthetic else "a file of real respondents",
            where=f"data/raw/{FOLDER}, imported earlier: {', '.join(others)}",
            remedy="Take the folders of the synthetic waves away, or use another project folder to practise.",
        )


def _newest(workspace: Workspace, wave: int) -> Snapshot | None:
    folder = workspace.raw / FOLDER / table_name(wave)
    received = sorted(card.parent for card in folder.glob(f"*/{CARD}"))
    return read_snapshot(received[-1], raw=workspace.raw) if received else None


def _refuse_mixture(imported: Mapping[int, Snapshot]) -> None:
    named = {
        kind: [wave for wave, snapshot in imported.items() if snapshot.synthetic == synthetic]
        for kind, synthetic in (("real", False), ("synthetic", True))
    }
    if all(named.values()):
        raise InputError(
            "Real and synthetic waves of the survey were both imported.",
            expected="files of real respondents, or synthetic files, not both",
            got="; ".join(f"{kind}: {', '.join(map(str, waves))}" for kind, waves in named.items()),
            where=f"data/raw/{FOLDER}",
            remedy="Take the folders of the synthetic waves away.",
        )


def _input(
    workspace: Workspace, wave: int, snapshot: Snapshot | None, stand_in: StandIn, shared: str
) -> WaveInput:
    digest = hashlib.sha256(f"{wave} {shared}\n".encode())
    if snapshot is None:
        digest.update(repr(stand_in).encode())
        return WaveInput(
            wave=wave, snapshot=None, stand_in=stand_in, margins=None, fingerprint=digest.hexdigest()
        )
    margins = workspace.reference / _MARGINS / f"{table_name(wave)}.toml"
    digest.update(f"{snapshot.origin.sha256} {sha256_of(snapshot.path.with_name(CARD))}\n".encode())
    if margins.is_file():
        digest.update(sha256_of(margins).encode())
    delivered = _newest_delivered(workspace, wave, synthetic=snapshot.synthetic)
    if delivered is not None:
        digest.update(delivered.origin.sha256.encode())
    return WaveInput(
        wave=wave,
        snapshot=snapshot,
        stand_in=None,
        margins=margins,
        delivered=delivered,
        fingerprint=digest.hexdigest(),
    )


def _newest_delivered(workspace: Workspace, wave: int, *, synthetic: bool) -> Snapshot | None:
    """Return the tables delivered last; those of real people say nothing about invented ones."""
    found = [one for one in find_delivered(wave, workspace) if one.synthetic == synthetic]
    return found[-1] if found else None


def _shared_fingerprint(reference: Path) -> str:
    """Return one hash over the declarations and the code that all waves are made with."""
    files = (path for pattern in _READ for path in reference.glob(pattern))
    return _hash_of(((path.relative_to(reference).as_posix(), path) for path in files), _code_fingerprint())


@cache
def _code_fingerprint() -> str:
    files = (path for pattern in ("**/*.py", "**/*.toml") for path in PACKAGE.glob(pattern))
    return _hash_of(((path.relative_to(PACKAGE).as_posix(), path) for path in files), __version__)


def _hash_of(files: Iterable[tuple[str, Path]], start: str) -> str:
    digest = hashlib.sha256(start.encode())
    for name, path in sorted(files):
        digest.update(f"{name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()
