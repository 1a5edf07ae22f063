"""Snapshots -> prepared -> validated -> processed tables: the data half of the flow, from end to end."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talentstats.errors import InputError, unknown_name
from talentstats.prepare.corrections import Corrections, read_corrections
from talentstats.prepare.observations import prepare_observations
from talentstats.prepare.readable import Readable, dataset_of, read_declarations
from talentstats.prepare.tables import snapshots_of
from talentstats.progress import say
from talentstats.provenance import Snapshot, sha256_of
from talentstats.regions import read_regions
from talentstats.schemas import SCHEMAS, AcceptedDeviation, TableSchema, Text
from talentstats.sources import find_snapshots
from talentstats.sources.answers import KIND as ANSWERS
from talentstats.store import ProcessedTable, Refusal, read_fingerprint, write_processed
from talentstats.version import __version__
from talentstats.workspace import Workspace

if TYPE_CHECKING:
    from talentstats.validation import ValidatedTable, ValidationResult

CORRECTIONS = "corrections.toml"
PACKAGE = Path(__file__).parent
_CBS = "cbs/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the processed tables are made of."""

    snapshots: tuple[Snapshot, ...]
    readable: Readable
    corrections: Corrections
    fingerprint: str


def read_inputs(workspace: Workspace) -> Inputs:
    """Read every snapshot, checked against its hash, and the declared judgements.

    Raises
    ------
    InputError
        If a file is missing, damaged or not what its card says.
    """
    snapshots = find_snapshots(workspace.raw)
    corrections = read_corrections(workspace.reference / CORRECTIONS)
    _refuse_stray_judgements(corrections, {snapshot.origin.dataset for snapshot in snapshots})
    return Inputs(
        snapshots=snapshots,
        readable=read_declarations(workspace.reference, read_regions(workspace.reference)),
        corrections=corrections,
        fingerprint=_fingerprint(snapshots, workspace),
    )


def _refuse_stray_judgements(corrections: Corrections, datasets: set[str]) -> None:
    named = [entry.dataset for entry in corrections.exclusions]
    named += [str(entry.get("dataset")) for entry in corrections.accepted]
    for dataset in named:
        if dataset not in datasets:
            raise unknown_name("dataset", dataset, sorted(datasets), where=f"data/reference/{CORRECTIONS}")


def bring_up_to_date(name: str, workspace: Workspace) -> None:
    """Make a processed table unless the stored one was made from the same inputs by the same code.

    Raises
    ------
    InputError
        If the raw data cannot be used.
    ValidationError
        If they break a critical rule.
    """
    inputs = read_inputs(workspace)
    if read_fingerprint(name, workspace) != inputs.fingerprint:
        store_table(name, validate_table(name, inputs), inputs, workspace)


def store_table(name: str, validated: "ValidatedTable", inputs: Inputs, workspace: Workspace) -> None:
    """Store a validated table, unless it breaks a critical rule.

    Raises
    ------
    ValidationError
        Naming file, row, column, value and rule.
    """
    validated.result.raise_if_critical()
    say(f"storing table {name}")
    write_processed(_processed(name, validated, inputs), workspace)


def validate_table(name: str, inputs: Inputs) -> "ValidatedTable":
    """Prepare one table and check it against its schema."""
    # Validation loads Great Expectations, which takes seconds and is not needed when nothing changed.
    from talentstats.validation import validate  # noqa: PLC0415

    schema = _schema(name)
    chosen = snapshots_of(name, inputs.snapshots, inputs.readable)
    say(f"preparing table {name}")
    frame = prepare_observations(
        chosen,
        readable=inputs.readable,
        corrections=inputs.corrections,
        where=f"data/reference/{CORRECTIONS}",
    )
    say(f"validating table {name}")
    return validate(
        frame,
        schema,
        snapshots={snapshot.origin.dataset: snapshot.path for snapshot in chosen},
        accepted=_accepted(inputs.corrections, {snapshot.origin.dataset for snapshot in chosen}),
    )


def validate_fetched(inputs: Inputs) -> "tuple[ValidationResult, ...]":
    """Check the newest stored answers of every table of CBS against its own metadata.

    Raises
    ------
    InputError
        If answers cannot be read.
    """
    # As for tables: only when something is validated.
    from talentstats.validation.cbs_table import validate_cbs  # noqa: PLC0415

    newest: dict[str, Snapshot] = {}
    for snapshot in inputs.snapshots:
        if snapshot.kind == ANSWERS and snapshot.origin.dataset.startswith(_CBS):
            known = newest.get(dataset_of(snapshot))
            if known is None or known.origin.published <= snapshot.origin.published:
                newest[dataset_of(snapshot)] = snapshot
    results = []
    for dataset, snapshot in newest.items():
        say(f"validating fetched table {dataset}")
        results.append(validate_cbs(snapshot).result)
    return tuple(results)


def _schema(name: str) -> TableSchema:
    return next(schema for schema in SCHEMAS if schema.name == name)


def _accepted(corrections: Corrections, datasets: set[str]) -> tuple[AcceptedDeviation, ...]:
    known = {field.name for field in fields(AcceptedDeviation)}
    accepted = []
    for entry in corrections.accepted:
        named = {key: value for key, value in entry.items() if key in known}
        try:
            deviation = AcceptedDeviation(**named, reason=entry["reason_en"])
        except (TypeError, KeyError) as error:
            raise InputError(
                "An accepted deviation is incomplete.",
                where=f"data/reference/{CORRECTIONS}",
                expected="`rule`, `dataset`, `period`, `region`, `size`, `reason_nl` and `reason_en`",
                got=", ".join(f"`{key}`" for key in entry),
                remedy="Complete the entry.",
            ) from error
        accepted.append(deviation)
    return tuple(deviation for deviation in accepted if deviation.dataset in datasets)


def _processed(name: str, validated: "ValidatedTable", inputs: Inputs) -> ProcessedTable:
    chosen = snapshots_of(name, inputs.snapshots, inputs.readable)
    datasets = {snapshot.origin.dataset for snapshot in chosen}
    return ProcessedTable(
        name=name,
        frame=validated.frame,
        origins={snapshot.origin.dataset: snapshot.origin for snapshot in chosen},
        regions=inputs.readable.regions.names,
        refusals=tuple(
            Refusal(
                dataset=entry.dataset,
                measure=entry.measure,
                period=entry.period,
                reason_nl=entry.reason_nl,
                reason_en=entry.reason_en,
            )
            for entry in inputs.corrections.exclusions
            if entry.dataset in datasets
        ),
        synthetic=frozenset(snapshot.origin.dataset for snapshot in chosen if snapshot.synthetic),
        validation=validation_summary(validated.result),
        fingerprint=inputs.fingerprint,
    )


def validation_summary(result: "ValidationResult") -> Mapping[str, Any]:
    """Return what the metadata of a table say of its validation: counts, and a text for each warning."""
    places: dict[str, tuple[Text, int]] = {}
    for outcome in result.warnings:
        _, earlier = places.get(outcome.rule, (outcome.title, 0))
        places[outcome.rule] = (outcome.title, earlier + outcome.n_failed)
    messages = [{"nl": f"{title.nl} ({n})", "en": f"{title.en} ({n})"} for title, n in places.values()]
    return {"rules": result.n_rules, "warnings": len(messages), "messages": messages}


def _fingerprint(snapshots: tuple[Snapshot, ...], workspace: Workspace) -> str:
    """Return one hash over the raw files, the reference files and the code that reads them."""
    digest = hashlib.sha256(__version__.encode())
    for snapshot in snapshots:
        card = snapshot.path.with_name("snapshot.toml")
        digest.update(f"{snapshot.origin.dataset} {snapshot.origin.sha256} {sha256_of(card)}\n".encode())
    for folder, pattern in ((workspace.reference, "*"), (PACKAGE, "**/*.py")):
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()
