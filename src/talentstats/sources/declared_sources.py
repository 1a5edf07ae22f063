"""The tables that the reports need, listed in one file, and fetched one after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from talentstats.declared import reading
from talentstats.errors import InputError, TalentStatsError, unknown_name
from talentstats.provenance import Snapshot
from talentstats.sources.fetched import canonical_where, dataset_name
from talentstats.sources.http import STANDARD, HttpSettings
from talentstats.sources.snapshots import CARD
from talentstats.workspace import Workspace

FILE = "sources.toml"
# What is made of the figures stands in the same entries; `prepare` reads that.
_FIELDS = ("dataset", "provider", "table", "where", "why", "figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """One table that is needed, and which part of it.

    Attributes
    ----------
    dataset : str
        Folder below `data/raw`.
    provider : str
        `cbs`, `eurostat` or `boundaries`.
    table : str
        Id with the provider; of boundaries the year.
    where : mapping of dimension to codes
        The slice; empty for everything.
    why : str
        What it is for.
    """

    dataset: str
    provider: str
    table: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """What holds for every source of one run.

    Attributes
    ----------
    update : bool
        Fetch only what changed.
    base_url : str or None
        One server for all, in place of the providers' own.
    """

    update: bool = False
    base_url: str | None = None
    settings: HttpSettings = STANDARD
    accessed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one source: a snapshot, new or not, or the error."""

    source: DeclaredSource
    snapshot: Snapshot | None = None
    new: bool = False
    error: TalentStatsError | None = None


Fetcher = Callable[[DeclaredSource, Workspace, FetchOptions], Snapshot]


def read_sources(reference: Path) -> tuple[DeclaredSource, ...]:
    """Read the list of what is needed, in its order.

    Parameters
    ----------
    reference : Path
        The folder `data/reference`.

    Raises
    ------
    InputError
        If the file cannot be read, names an unknown provider or field, or has a dataset twice.
    """
    path = reference / FILE
    with reading(
        path, what="The list of sources", expected="entries `[[source]]`, as in docs/sources"
    ) as found:
        sources = tuple(_source(entry, where=str(path)) for entry in found["source"])
    names = [source.dataset for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            "A dataset is declared twice.",
            where=str(path),
            expected="one entry for each dataset",
            got=f"`{twice[0]}` {names.count(twice[0])} times",
            remedy="Put them together, or give one another name.",
        )
    return sources


def fetch_all(
    workspace: Workspace,
    sources: tuple[DeclaredSource, ...],
    *,
    options: FetchOptions | None = None,
    fetchers: Mapping[str, Fetcher] | None = None,
) -> Iterator[Outcome]:
    """Fetch sources one after the other; one that fails does not stop the others.

    Parameters
    ----------
    workspace : Workspace
    sources : tuple of DeclaredSource
        From `read_sources`.
    options : FetchOptions, optional
    fetchers : mapping of provider to function, optional
        Who fetches what; the real ones when left out.

    Yields
    ------
    Outcome
        One a source, in their order.
    """
    chosen, how = fetchers or FETCHERS, options or FetchOptions()
    for source in sources:
        before = {card.parent for card in (workspace.raw / source.dataset).glob(f"*/{CARD}")}
        try:
            snapshot = chosen[source.provider](source, workspace, how)
        except TalentStatsError as error:
            yield Outcome(source=source, error=error)
        else:
            yield Outcome(source=source, snapshot=snapshot, new=snapshot.path.parent not in before)


def _source(entry: Mapping[str, Any], *, where: str) -> DeclaredSource:
    for name in entry:
        if name not in _FIELDS:
            raise unknown_name("field of a source", name, _FIELDS, where=where)
    provider = str(entry["provider"])
    if provider not in FETCHERS:
        raise unknown_name("provider", provider, FETCHERS, where=where)
    return DeclaredSource(
        dataset=dataset_name(provider, str(entry["table"]), named=str(entry["dataset"])),
        provider=provider,
        table=str(entry["table"]),
        where=canonical_where(entry.get("where")),
        why=str(entry.get("why", "")),
    )


# The providers' modules are loaded when one of their tables is fetched: reading the list needs none of them.


def _fetch_cbs(source: DeclaredSource, workspace: Workspace, options: FetchOptions) -> Snapshot:
    from talentstats.sources.cbs.fetch import fetch_cbs  # noqa: PLC0415

    return _fetch_table(fetch_cbs, source, workspace, options)


def _fetch_eurostat(source: DeclaredSource, workspace: Workspace, options: FetchOptions) -> Snapshot:
    from talentstats.sources.eurostat.fetch import fetch_eurostat  # noqa: PLC0415

    return _fetch_table(fetch_eurostat, source, workspace, options)


def _fetch_table(
    fetch: Callable[..., Snapshot], source: DeclaredSource, workspace: Workspace, options: FetchOptions
) -> Snapshot:
    return fetch(
        source.table,
        workspace=workspace,
        where=source.where,
        dataset=source.dataset,
        update=options.update,
        base_url=options.base_url,
        settings=options.settings,
        accessed=options.accessed,
    )


def _fetch_boundaries(source: DeclaredSource, workspace: Workspace, options: FetchOptions) -> Snapshot:
    from talentstats.sources.boundaries import fetch_boundaries  # noqa: PLC0415

    return fetch_boundaries(
        _year(source),
        workspace=workspace,
        base_url=options.base_url,
        settings=options.settings,
        accessed=options.accessed,
    )


def _year(source: DeclaredSource) -> int:
    if not source.table.isdecimal():
        raise InputError(
            "Boundaries are of a year.",
            where=f"{FILE}, `{source.dataset}`",
            expected='`table = "2025"`',
            got=f"`{source.table}`",
            remedy="Give the year.",
        )
    return int(source.table)


FETCHERS: Mapping[str, Fetcher] = {
    "cbs": _fetch_cbs,
    "eurostat": _fetch_eurostat,
    "boundaries": _fetch_boundaries,
}
