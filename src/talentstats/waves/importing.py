"""A survey file that arrives: read, held against its codebook, and kept; or refused as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from talentstats.codebooks.harmonised import read_harmonised
from talentstats.codebooks.read import read_codebook_file
from talentstats.errors import InputError
from talentstats.prepare.harmonise import harmonise
from talentstats.progress import say
from talentstats.provenance import Snapshot, sha256_of
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.store import store_survey_file
from talentstats.waves.declared import FOLDER, read_plan
from talentstats.waves.inputs import refuse_other_kind, table_name
from talentstats.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A survey file that was read and kept.

    Attributes
    ----------
    snapshot : Snapshot
    respondents, columns : int
        Of the file.
    variables : int
        Harmonised variables that were made of it.
    """

    snapshot: Snapshot
    respondents: int
    columns: int
    variables: int


def import_wave(
    path: Path,
    *,
    wave: int,
    workspace: Workspace,
    received: date,
    publisher: str,
    codebook: Path | None = None,
    key: bytes | None = None,
    options: Mapping[str, Any] | None = None,
) -> Imported:
    """Read the file of a wave, hold it against its codebook, and keep it byte for byte.

    Nothing is kept of a file that cannot be used.

    Parameters
    ----------
    path : Path
    wave : int
        The year, such as 2025.
    received : date
        Day on which the file arrived.
    publisher : str
        Who made the file, such as the research bureau.
    codebook : Path, optional
        The codebook that came with it; must be the one the project has for this wave.
    key : bytes, optional
        The file is kept encrypted.
    options : mapping, optional
        What `read_survey_file` has to be told: `delimiter`, `encoding`, `decimal`, `sheet`.

    Raises
    ------
    InputError
        If the file, the wave or the codebook cannot be used, or real and synthetic waves would be mixed.
    """
    read_plan(workspace.reference).require(wave)
    if codebook is not None:
        _refuse_other_codebook(codebook, wave, workspace)
    harmonised = read_harmonised(workspace.reference)
    say(f"reading {path.name}")
    file = read_survey_file(path, **(options or {}))
    say(f"holding it against the codebook of {wave}")
    harmonise(file, harmonised.codebooks[wave], harmonised, dataset=f"{FOLDER}/{table_name(wave)}")
    refuse_other_kind(workspace, read_plan(workspace.reference), synthetic=file.synthetic)
    snapshot = store_survey_file(
        path,
        wave=wave,
        workspace=workspace,
        received=received,
        publisher=publisher,
        synthetic=file.synthetic,
        key=key,
        options=options,
    )
    return Imported(
        snapshot=snapshot,
        respondents=file.frame.height,
        columns=file.frame.width,
        variables=len(harmonised.in_wave(wave)),
    )


def _codebook_path(wave: int, workspace: Workspace) -> Path:
    return workspace.reference / FOLDER / f"codebook-{wave}.toml"


def _refuse_other_codebook(path: Path, wave: int, workspace: Workspace) -> None:
    found = read_codebook_file(path)
    stored = _codebook_path(wave, workspace)
    if found.wave != wave:
        raise InputError(
            "The codebook is about another wave.",
            where=str(path),
            expected=f"`year = {wave}`",
            got=f"`year = {found.wave}`",
            remedy=f"Give the codebook of {wave}, or import the file with `--wave {found.wave}`.",
        )
    if sha256_of(path) != sha256_of(stored) and found != read_codebook_file(stored):
        raise InputError(
            f"The codebook differs from the one the project has for {wave}.",
            where=str(path),
            expected=f"what is in `{stored.relative_to(workspace.root).as_posix()}`",
            got=f"version `{found.version}` with {len(found.questions)} questions, not the same",
            remedy="Decide which one is right; put it there, and adapt harmonised.toml where codes changed.",
        )
