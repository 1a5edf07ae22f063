"""Which datasets make up which processed table."""

from collections.abc import Mapping

from talentstats.errors import InputError
from talentstats.provenance import Snapshot

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
        "uwv/spanningsindicator",
    ),
    "region": (
        "cbs/03759ned",
        "leiden/residents",
        "universiteit-leiden/students",
    ),
}


def snapshots_of(table: str, snapshots: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
    """Return the snapshots of one table; every dataset it is made of must be there.

    Raises
    ------
    InputError
        If a dataset has no snapshot, or a snapshot belongs to no table.
    """
    known = {dataset for datasets in TABLES.values() for dataset in datasets}
    found = {snapshot.origin.dataset.rpartition("/")[0]: snapshot.kind for snapshot in snapshots}
    # What was fetched may also be there to be looked at; a transcription was made for a table.
    stray = sorted(name for name, kind in found.items() if kind == "transcription" and name not in known)
    missing = sorted(set(TABLES[table]) - set(found))
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
    return tuple(s for s in snapshots if s.origin.dataset.rpartition("/")[0] in TABLES[table])
