"""What a project has: its datasets, how old they are, and when the next publication is due."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from talentstats.declared import reading
from talentstats.prepare.tables import TABLES
from talentstats.processing import read_inputs
from talentstats.provenance import Origin
from talentstats.store import METADATA, read_fingerprint
from talentstats.terms import Vintage
from talentstats.waves.declared import read_plan
from talentstats.waves.inputs import table_name, wave_inputs
from talentstats.workspace import Workspace

CALENDAR = "releases.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStatus:
    """One dataset: its latest vintage, its age, and the next publication where known."""

    dataset: str
    latest: Origin
    vintages: int
    age_days: int
    next_release: Vintage | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    """One processed table; `state` is `up to date`, `out of date` or `not made`."""

    name: str
    state: str
    warnings: int | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The datasets and processed tables of a project on one day."""

    datasets: tuple[DatasetStatus, ...]
    tables: tuple[TableStatus, ...]


def read_status(workspace: Workspace, *, today: date) -> Status:
    """Tell what a project has.

    Raises
    ------
    InputError
        If raw data are missing or damaged, or the release calendar cannot be read.
    """
    inputs = read_inputs(workspace)
    calendar = _read_calendar(workspace)
    by_dataset: dict[str, list[Origin]] = {}
    for snapshot in inputs.snapshots:
        by_dataset.setdefault(snapshot.origin.dataset.rpartition("/")[0], []).append(snapshot.origin)
    datasets = tuple(
        _dataset_status(name, origins, calendar.get(name), today)
        for name, origins in sorted(by_dataset.items())
    )
    published = (_table_status(name, inputs.fingerprint, workspace) for name in TABLES)
    waves = wave_inputs(workspace, read_plan(workspace.reference)).values()
    survey = (_table_status(table_name(one.wave), one.fingerprint, workspace, one.synthetic) for one in waves)
    return Status(datasets=datasets, tables=(*published, *survey))


def _dataset_status(name: str, origins: list[Origin], expected: Vintage | None, today: date) -> DatasetStatus:
    latest = max(origins, key=lambda origin: origin.published)
    coming = expected if expected and expected > latest.published else None
    return DatasetStatus(
        dataset=name,
        latest=latest,
        vintages=len(origins),
        age_days=(today - latest.published.known_from).days,
        next_release=coming,
        overdue=coming is not None and coming.known_from < today,
    )


def _table_status(name: str, fingerprint: str, workspace: Workspace, synthetic: bool = False) -> TableStatus:
    stored = read_fingerprint(name, workspace)
    if stored is None:
        return TableStatus(name=name, state="not made", warnings=None, synthetic=synthetic)
    metadata = json.loads((workspace.processed / name / METADATA).read_text(encoding="utf-8"))
    state = "up to date" if stored == fingerprint else "out of date"
    warnings = int(metadata["validation"]["warnings"])
    return TableStatus(name=name, state=state, warnings=warnings, synthetic=synthetic)


def _read_calendar(workspace: Workspace) -> Mapping[str, Vintage]:
    path = workspace.reference / CALENDAR
    if not path.is_file():
        return {}
    expected = "`[[release]]` entries with `dataset` and `expected`"
    with reading(path, what="The release calendar", expected=expected) as declared:
        return {entry["dataset"]: Vintage.parse(entry["expected"]) for entry in declared.get("release", [])}
