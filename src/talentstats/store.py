"""Processed tables on disk: validated figures with their origins, read by notebooks and reports."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.provenance import Licence, Origin, sha256_of
from talentstats.terms import Vintage
from talentstats.workspace import Workspace, find_workspace

DATA = "data.parquet"
METADATA = "metadata.json"
PREPARERS = "talentstats.preparers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Published figures that are not used, and why."""

    dataset: str
    measure: str
    period: str
    reason_nl: str
    reason_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedTable:
    """A validated table and where its figures come from.

    Attributes
    ----------
    frame : polars.DataFrame
        Canonical observations, one row a published figure; of a survey, one row a respondent.
    origins : mapping of dataset to Origin
    regions : mapping of region code to (Dutch name, English name)
    refusals : tuple of Refusal
    synthetic : frozenset of str
        Datasets that are synthetic.
    validation : mapping
        Counts of rules checked, warnings, and the texts of the warnings.
    details : mapping
        What else belongs to the table, such as the margins a survey was weighted to; as JSON can hold it.
    """

    name: str
    frame: pl.DataFrame = field(repr=False)
    origins: Mapping[str, Origin]
    regions: Mapping[str, tuple[str, str]]
    refusals: tuple[Refusal, ...]
    synthetic: frozenset[str]
    validation: Mapping[str, Any]
    fingerprint: str
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)


def write_processed(table: ProcessedTable, workspace: Workspace) -> Path:
    """Write a table to `data/processed/<name>/`, whole or not at all."""
    target = workspace.processed / table.name
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{table.name}-"))
    try:
        table.frame.write_parquet(folder / DATA)
        text = json.dumps(
            _metadata(table, sha256_of(folder / DATA)), indent=1, ensure_ascii=False, sort_keys=True
        )
        (folder / METADATA).write_text(text + "\n", encoding="utf-8", newline="\n")
        replace_folder(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return target


def replace_folder(made: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one; the older one is whole until that moment."""
    made.chmod(0o755)
    if not target.exists():
        made.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=".old-"))
    target.rename(old / target.name)
    try:
        made.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def read_fingerprint(name: str, workspace: Workspace) -> str | None:
    """Return what a processed table was made from, or None when it was never made."""
    path = workspace.processed / name / METADATA
    if not path.is_file():
        return None
    fingerprint = _read_metadata(path).get("fingerprint")
    return str(fingerprint) if fingerprint else None


def read_processed(name: str, *, workspace: Workspace | None = None) -> ProcessedTable:
    """Read a validated table, made first when it is not there or its inputs changed.

    Parameters
    ----------
    name : {"labour", "region"}, or a wave of the survey: "internationals_2025"
    workspace : Workspace, optional
        The project folder; found from the current folder when left out.

    Raises
    ------
    InputError
        If the stored table is damaged.
    ValidationError
        If it had to be made and the raw data break a critical rule.

    Examples
    --------
    >>> read_processed("labour").frame.columns[:3]
    ['dataset', 'row', 'measure']
    """
    home = workspace or find_workspace()
    _bring_up_to_date(name, home)
    return load_processed(name, home)


def load_processed(name: str, workspace: Workspace) -> ProcessedTable:
    """Read a table as it is stored, whether or not its inputs changed since.

    Raises
    ------
    InputError
        If it was never made, or is damaged.
    """
    folder = workspace.processed / name
    metadata = _read_metadata(folder / METADATA)
    if sha256_of(folder / DATA) != metadata["sha256"]:
        raise InputError(
            f"The processed table `{name}` is damaged.",
            where=str(folder / DATA),
            expected=f"SHA-256 {metadata['sha256']}",
            got=sha256_of(folder / DATA),
            remedy=f"Delete the folder `{folder}`; it is made again from `data/raw`.",
        )
    return ProcessedTable(
        name=name,
        frame=pl.read_parquet(folder / DATA),
        origins={key: _origin(key, value) for key, value in metadata["origins"].items()},
        regions={code: (names[0], names[1]) for code, names in metadata["regions"].items()},
        refusals=tuple(Refusal(**entry) for entry in metadata["refusals"]),
        synthetic=frozenset(metadata["synthetic"]),
        validation=metadata["validation"],
        fingerprint=metadata["fingerprint"],
        details=metadata.get("details", {}),
    )


def _bring_up_to_date(name: str, workspace: Workspace) -> None:
    """Call whoever is registered to make the table; the store itself does not know how tables are made."""
    makers = {entry.name: entry for entry in entry_points(group=PREPARERS)}
    if name not in makers:
        raise unknown_name("processed table", name, makers)
    makers[name].load()(name, workspace)


def _metadata(table: ProcessedTable, sha256: str) -> dict[str, Any]:
    return {
        "name": table.name,
        "rows": table.frame.height,
        "sha256": sha256,
        "fingerprint": table.fingerprint,
        "origins": {key: _origin_fields(origin) for key, origin in sorted(table.origins.items())},
        "regions": {code: list(names) for code, names in sorted(table.regions.items())},
        "refusals": [
            {field: getattr(refusal, field) for field in Refusal.__slots__} for refusal in table.refusals
        ],
        "synthetic": sorted(table.synthetic),
        "validation": dict(table.validation),
        "details": dict(table.details),
    }


def _origin_fields(origin: Origin) -> dict[str, str]:
    return {
        "publisher": origin.publisher,
        "title": origin.title,
        "table_id": origin.table_id,
        "url": origin.url,
        "published": str(origin.published),
        "accessed": origin.accessed.isoformat(),
        "licence": origin.licence.name,
        "licence_url": origin.licence.url,
        "sha256": origin.sha256,
    }


def _origin(dataset: str, fields: Mapping[str, str]) -> Origin:
    return Origin(
        dataset=dataset,
        publisher=fields["publisher"],
        title=fields["title"],
        table_id=fields["table_id"],
        url=fields["url"],
        published=Vintage.parse(fields["published"]),
        accessed=date.fromisoformat(fields["accessed"]),
        licence=Licence(name=fields["licence"], url=fields["licence_url"]),
        sha256=fields["sha256"],
    )


def _read_metadata(path: Path) -> dict[str, Any]:
    try:
        metadata: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "A processed table cannot be read.",
            where=os.fspath(path),
            expected="the metadata written with the table",
            got=f"{type(error).__name__}: {error}",
            remedy=f"Delete the folder `{path.parent}`; it is made again from `data/raw`.",
        ) from error
    return metadata
