"""Fetch a table of Statistics Netherlands (CBS) into a snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from talentstats.errors import FetchError, InputError, closest
from talentstats.progress import say
from talentstats.provenance import Snapshot
from talentstats.sources.answers import INDEX, KIND
from talentstats.sources.cards import Card
from talentstats.sources.cbs import odata3, odata4
from talentstats.sources.cbs.gather import Gathered, Job, NoFiguresError, gather
from talentstats.sources.cbs.identifiers import spellings
from talentstats.sources.cbs.odata3 import OData3
from talentstats.sources.cbs.odata4 import OData4
from talentstats.sources.cbs.table import Head, Interface
from talentstats.sources.fetched import (
    canonical_where,
    dataset_name,
    newest_fetched,
    staging,
    store_fetched,
    stored_edition,
)
from talentstats.sources.http import STANDARD, Http, HttpSettings, HttpStatusError
from talentstats.workspace import Workspace, find_workspace

ApiChoice = Literal["auto", "v4", "v3"]
ROW_LIMIT = 5_000_000
_PUBLISHER = "CBS"


def fetch_cbs(
    table: str,
    *,
    workspace: Workspace | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    api: ApiChoice = "auto",
    base_url: str | None = None,
    dataset: str | None = None,
    update: bool = False,
    row_limit: int = ROW_LIMIT,
    settings: HttpSettings = STANDARD,
    accessed: date | None = None,
) -> Snapshot:
    """Fetch a table, or a slice of it, with all that CBS says about it.

    Parameters
    ----------
    table : str
        Id of the table, such as `85224NED`; when it is not there, other capitals are tried.
    workspace : Workspace, optional
        The project; found from the current folder when left out.
    where : mapping of dimension to codes, optional
        The slice: codes, beginnings of codes (`GM*`), ranges (`2019JJ00..`).
    api : {"auto", "v4", "v3"}
        Which interface; `auto` asks v4 first.
    base_url : str, optional
        Another server than CBS's own.
    dataset : str, optional
        Name below `data/raw`; otherwise `cbs/<table>`, with a mark for a slice.
    update : bool
        Fetch only when CBS says that the table changed since the newest snapshot.
    row_limit : int
        The most observations to fetch.
    settings : HttpSettings
        Time-outs, attempts, certificates.
    accessed : date, optional
        The day to write down; today when left out.

    Returns
    -------
    Snapshot
        The new one, or the one that is stored already when nothing changed.

    Raises
    ------
    InputError
        If table, dimension or code do not exist, or the table is too large.
    FetchError
        If CBS cannot be reached, or its answers cannot be used; nothing is stored then.
    """
    project = workspace or find_workspace()
    slice_ = canonical_where(where)
    day = accessed or datetime.now(tz=UTC).date()
    with Http(settings) as http:
        found = _interfaces_with(http, table, api=api, base_url=base_url)
        problem: FetchError | None = None
        for interface, head in found:
            name = dataset_name("cbs", head.table_id, where=slice_, named=dataset)
            stored = newest_fetched(project, name, slice_) if update else None
            if stored is not None and stored_edition(stored) == (head.edition.version, head.edition.modified):
                say(f"{stored.origin.dataset}: CBS has not changed the table since")
                return stored
            job = Job(http=http, interface=interface, where=slice_, row_limit=row_limit)
            try:
                with staging(project, name, empty=False) as folder:
                    gathered = gather(job, folder, head)
                    gathered.stage.finish(slice_filter=gathered.selection.text)
                    return store_fetched(folder, _card(gathered, day), workspace=project, dataset=name)
            except NoFiguresError as error:
                problem = error
    raise problem or _no_such_table(table)


def _interfaces_with(
    http: Http, table: str, *, api: ApiChoice, base_url: str | None
) -> Iterator[tuple[Interface, Head]]:
    """Give each interface that knows the table, under the spelling it knows, in the order to try them."""
    for interface in _interfaces(api, base_url):
        for spelling in spellings(table):
            try:
                head = interface.head(http, spelling)
            except HttpStatusError as error:
                if error.answer.status != 404:
                    raise
                continue
            if head.table_id != table:
                say(f"CBS writes {head.table_id}, not {table}; going on with that")
            yield interface, head
            break


def _interfaces(api: ApiChoice, base_url: str | None) -> tuple[Interface, ...]:
    v4 = OData4(base_url or odata4.BASE_URL)
    v3 = OData3(base_url or odata3.BASE_URL)
    known: dict[str, tuple[Interface, ...]] = {"auto": (v4, v3), "v4": (v4,), "v3": (v3,)}
    if api not in known:
        near = closest(api, known)
        raise InputError(
            "There is no such interface of CBS.",
            expected="`auto`, `v4` or `v3`",
            got=f"`{api}`",
            remedy=f"Did you mean `{near}`?" if near else "Leave it out.",
        )
    return known[api]


def _card(gathered: Gathered, accessed: date) -> Card:
    head, text = gathered.table.head, gathered.selection.text
    part = f"The slice {text}" if text else "The whole table"
    api = gathered.stage.asked.api.removeprefix("cbs-")
    return Card(
        publisher=_PUBLISHER,
        title=head.title,
        table_id=head.table_id,
        url=gathered.stage.asked.source,
        published=gathered.stage.edition.day,
        accessed=accessed,
        kind=KIND,
        file=INDEX,
        licence=head.licence,
        further={"note": f"{part}, as CBS's interface OData {api} answered."},
    )


def _no_such_table(table: str) -> InputError:
    return InputError(
        f"CBS has no table `{table}`.",
        expected="the id of a table on StatLine, such as `85224NED`",
        got="HTTP status 404 for " + ", ".join(spellings(table)),
        remedy="Look up the id in the address of the table on StatLine; old tables are taken down.",
    )
