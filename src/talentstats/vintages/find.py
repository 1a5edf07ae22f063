"""Which stored vintages of a dataset there are, and which two are compared."""

import re
from collections.abc import Iterable, Sequence

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.provenance import Snapshot
from talentstats.vintages.cells import KINDS

_SECOND_OF_A_DAY = re.compile(r"^(.*)\.(\d+)$")


def vintages_by_dataset(snapshots: Iterable[Snapshot]) -> dict[str, tuple[Snapshot, ...]]:
    """Return the snapshots of figures by dataset, in the order of publication.

    A dataset is named by its folder below `data/raw`, such as `cbs/83599NED`.
    """
    found: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        if snapshot.kind in KINDS:
            found.setdefault(_dataset(snapshot), []).append(snapshot)
    return {name: tuple(sorted(found[name], key=_moment)) for name in sorted(found)}


def find_dataset(name: str, by_dataset: dict[str, tuple[Snapshot, ...]]) -> tuple[Snapshot, ...]:
    """Return the vintages of the dataset that somebody named: by its folder or by its table, capitals aside.

    Raises
    ------
    InputError
        If there is none of that name, or several slices of that table.
    """
    wanted = name.strip().strip("/").lower()
    exact = [dataset for dataset in by_dataset if wanted in (dataset.lower(), _last(dataset).lower())]
    if not exact:
        exact = [
            dataset
            for dataset, vintages in by_dataset.items()
            if vintages[-1].origin.table_id.lower() == wanted
        ]
    if not exact:
        raise unknown_name("dataset", name, _names(by_dataset, qualified="/" in name))
    if len(exact) > 1:
        raise InputError(
            f"Several stored datasets are called `{name}`.",
            expected=join_options(exact),
            got=f"`{name}`",
            remedy="Name one of them.",
        )
    return by_dataset[exact[0]]


def choose_two(
    vintages: Sequence[Snapshot], *, before: str | None, after: str | None
) -> tuple[Snapshot, Snapshot]:
    """Return the two vintages that are compared: those named, else the last two.

    Parameters
    ----------
    vintages : sequence of Snapshot
        Of one dataset, in the order of publication.
    before, after : str or None
        The day, or the name of the folder, of each.

    Raises
    ------
    InputError
        If there is one vintage only, a name is unknown, or the two are not in their order.
    """
    if len(vintages) < 2:
        raise _only_one(vintages[0])
    places = {edition(vintage): place for place, vintage in enumerate(vintages)}
    last = _place(after, places) if after else None
    first = _place(before, places) if before else None
    if first is None:
        first = max(0, (len(vintages) - 1 if last is None else last) - 1)
    if last is None:
        last = len(vintages) - 1
    if first >= last:
        raise InputError(
            "The first vintage is not older than the second.",
            expected=f"two of {join_options(places)}, the older one first",
            got=f"`{edition(vintages[first])}` and `{edition(vintages[last])}`",
            remedy="Name the older one as the first.",
        )
    return vintages[first], vintages[last]


def edition(snapshot: Snapshot) -> str:
    """Return the name of a vintage: the last part of its folder."""
    return _last(snapshot.origin.dataset)


def _dataset(snapshot: Snapshot) -> str:
    return snapshot.origin.dataset.rpartition("/")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _names(by_dataset: dict[str, tuple[Snapshot, ...]], *, qualified: bool) -> list[str]:
    return list(by_dataset) if qualified else [_last(dataset) for dataset in by_dataset]


def _moment(snapshot: Snapshot) -> tuple[object, int]:
    """Return by what vintages are ordered: a second edition of a day lies in a folder `<day>.2`."""
    second = _SECOND_OF_A_DAY.match(edition(snapshot))
    return snapshot.origin.published, int(second[2]) if second else 1


def _place(name: str, places: dict[str, int]) -> int:
    if name not in places:
        raise unknown_name("vintage", name, places)
    return places[name]


def _only_one(snapshot: Snapshot) -> InputError:
    table = snapshot.origin.table_id
    return InputError(
        f"There is one vintage of `{_dataset(snapshot)}` only, so nothing can have changed.",
        expected="two vintages",
        got=f"`{edition(snapshot)}`",
        where=str(snapshot.path.parent.parent),
        remedy=f"Fetch a newer one, once the publisher has it: `talentstats fetch cbs {table} --update`."
        if snapshot.origin.publisher == "CBS"
        else "Store the newer publication in a folder beside it, with its own `snapshot.toml`.",
    )
