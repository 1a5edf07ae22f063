"""Which datasets make up which processed table."""

from collections.abc import Mapping

from talentstats.errors import InputError
from talentstats.prepare.readable import TRANSCRIPTION, Readable, dataset_of
from talentstats.provenance import Snapshot
from talentstats.schemas import SCHEMAS

#: What must be there; what was fetched or downloaded comes on top of it.
TABLES: Mapping[str, tuple[str, ...]] = {
    "labour": (
        "cbs/80472ned",
        "cbs/80474ned",
        "cbs/80590ned",
        "cbs/83523NED",
        "cbs/83599NED",
        "cbs/84545NED",
        "cbs/85268NED",
        "cbs/tightness-chart",
        "cbs/tightness-provinces",
        "cbs/tightness-releases",
        "cbs/vacancies-news",
        "eurostat/jvs_q_nace2",
        "uwv/spanningsindicator",
    ),
    "region": (
        "cbs/03759ned",
        "leiden/residents",
        "universiteit-leiden/students",
    ),
}


def snapshots_of(table: str, snapshots: tuple[Snapshot, ...], readable: Readable) -> tuple[Snapshot, ...]:
    """Return the snapshots of one table; every dataset it is made of must be there.

    Fetched answers and downloaded files belong to a table when a measure of it is declared of their dataset.
    They may be there or not; other answers are there to be looked at.

    Raises
    ------
    InputError
        If a dataset has no snapshot, or a transcription belongs to no table.
    """
    used = tuple(one for one in snapshots if _is_of(table, one, readable))
    known = {dataset for datasets in TABLES.values() for dataset in datasets}
    # A transcription was made for a table, so one that no table uses is a mistake.
    stray = sorted({dataset_of(one) for one in snapshots if one.kind == TRANSCRIPTION} - known)
    missing = sorted(set(TABLES[table]) - {dataset_of(snapshot) for snapshot in used})
    if stray or missing:
        raise InputError(
            f"`data/raw` does not hold what table `{table}` is made of."
            if missing
            else "`data/raw` holds a dataset that no table uses.",
            expected=f"a snapshot of `{missing[0]}`"
            if missing
            else "only datasets named in `prepare/tables.py`",
            got="none" if missing else f"`{stray[0]}`",
            remedy="Restore the folder from the repository."
            if missing
            else "Add the dataset to a table in `prepare/tables.py`, or take the folder away.",
        )
    return used


def _is_of(table: str, snapshot: Snapshot, readable: Readable) -> bool:
    if snapshot.kind == TRANSCRIPTION:
        return dataset_of(snapshot) in TABLES[table]
    measures = {measure.name for schema in SCHEMAS if schema.name == table for measure in schema.measures}
    return not measures.isdisjoint(readable.measures_in(snapshot))
