"""Gather all answers about a table, of one edition, going on where an earlier attempt stopped."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from talentstats.errors import FetchError, InputError
from talentstats.progress import say
from talentstats.sources.cbs.cells import Cells
from talentstats.sources.cbs.odata3 import over_cap
from talentstats.sources.cbs.size import refuse_too_large, too_large
from talentstats.sources.cbs.table import (
    CbsTable,
    Head,
    IncompleteAnswerError,
    Interface,
    Page,
    UnusableAnswerError,
)
from talentstats.sources.cbs.where import Selection, select
from talentstats.sources.http import Http, HttpStatusError, same_origin
from talentstats.sources.staged_answers import Asked, Stage

_ATTEMPTS = 3
_NOT_FOUND = (400, 404, 414)
_HEAD_ROLE = {"cbs-v4": "properties", "cbs-v3": "table-infos"}


class NoFiguresError(FetchError):
    """An interface knows a table, but has no figures of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One fetch: whom to ask, and for what.

    Attributes
    ----------
    where : mapping of dimension to codes
        The slice; empty for the whole table.
    row_limit : int
        The most observations that are fetched.
    """

    http: Http
    interface: Interface
    where: Mapping[str, tuple[str, ...]]
    row_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Answers that are whole and of one edition, still in their stage."""

    stage: Stage = field(repr=False)
    table: CbsTable
    selection: Selection


def gather(job: Job, folder: Path, head: Head) -> Gathered:
    """Gather a table or a slice of it.

    After the last page the edition is asked again. When CBS changed the table in between, or rows are
    missing, all is thrown away and asked anew, three times at most. After an interruption what arrived stays.

    Parameters
    ----------
    job : Job
    folder : Path
        From `fetched.staging`.
    head : Head
        The first answer about the table.

    Raises
    ------
    InputError
        If the slice names what is not there, or is too large.
    UnusableAnswerError
        If the answers are not what was asked, or not whole.
    FetchError
        If CBS cannot be reached, or changes the table each time.
    """
    for _ in range(_ATTEMPTS):
        stage = Stage(folder, _asked(job, head), head.edition)
        problem: UnusableAnswerError | None = None
        try:
            gathered = _gather_edition(job, stage, head)
        except UnusableAnswerError as error:
            problem = error
        except InputError:
            stage.clear()
            raise
        after = job.interface.head(job.http, head.table_id)
        changed = after.edition != head.edition
        if problem is None and not changed:
            return gathered
        stage.clear()
        if problem is not None and not changed and not isinstance(problem, IncompleteAnswerError):
            raise problem
        why = "CBS changed the table in the meantime" if changed else "rows are missing or came twice"
        say(f"{head.table_id}: {why}; starting again")
        head = after
    raise problem or _always_changing(job, head)


def _asked(job: Job, head: Head) -> Asked:
    interface = job.interface
    return Asked(
        api=interface.api,
        table_id=head.table_id,
        source=interface.address(head.table_id),
        where=job.where,
    )


def _gather_edition(job: Job, stage: Stage, head: Head) -> Gathered:
    role = _HEAD_ROLE[job.interface.api]
    if stage.read(role) is None:
        stage.keep(role, head.body)
    table = job.interface.describe(head, lambda role, url: _answer(job.http, stage, role, url))
    selection = select(table, job.where, wide=job.interface.wide)
    refuse_too_large(table, selection, where=job.where, limit=job.row_limit)
    _gather_pages(job, stage, table, selection)
    return Gathered(stage=stage, table=table, selection=selection)


def _answer(http: Http, stage: Stage, role: str, url: str) -> bytes | None:
    """Return an answer from the stage, else ask for it; None when there is none."""
    body = stage.read(role)
    if body is None:
        try:
            body = http.get_json(url, final=over_cap).body
        except HttpStatusError as error:
            if error.answer.status == 404:
                return None
            if over_cap(error.answer):
                raise _capped(url) from error
            raise
        stage.keep(role, body)
    return body


def _gather_pages(job: Job, stage: Stage, table: CbsTable, selection: Selection) -> None:
    """Ask for the pages that have not arrived, and check all of them together."""
    interface, table_id = job.interface, table.head.table_id
    cells = Cells(selection.chosen, key=interface.key, where=f"table {table_id}")
    cells.announce(table.head.observations if selection.text is None else None)
    cells.announce(interface.count(job.http, table_id, selection.text))
    for body in stage.page_bodies():
        _take(interface.page(body), cells)
    if stage.pages:
        say(f"{table_id}: going on after page {stage.pages}, {stage.rows:,} rows")
    url = stage.next_url if stage.pages else interface.first_page(table_id, selection.text)
    asked: set[str] = set()
    while url is not None:
        asked.add(url)
        body = _page_body(job, url)
        page = interface.page(body)
        _take(page, cells)
        _refuse_growth(job, table, cells.rows)
        url = _next_url(page, url, asked)
        stage.keep_page(body, rows=len(page.rows), next_url=url)
        _tell(stage, cells.announced, len(page.rows))
    cells.refuse_incomplete()


def _take(page: Page, cells: Cells) -> None:
    cells.announce(page.count)
    cells.add(page.rows)


def _page_body(job: Job, url: str) -> bytes:
    try:
        return job.http.get_json(url, final=over_cap).body
    except HttpStatusError as error:
        if error.answer.status in _NOT_FOUND:
            raise NoFiguresError(
                "CBS does not give the figures of a table.",
                where=url,
                expected="a page of observations",
                got=f"HTTP status {error.answer.status}, with a filter of {len(url):,} characters",
                remedy="Ask for fewer codes, or with a pattern (`GM*`); or try the other `--api`.",
            ) from error
        raise


def _next_url(page: Page, url: str, asked: set[str]) -> str | None:
    """Return the address of the next page, which is of the same server and was not asked before."""
    if page.next_url is None:
        return None
    following = urljoin(url, page.next_url)
    if same_origin(url, following) and following not in asked:
        return following
    raise UnusableAnswerError(
        "The address of the next page cannot be right.",
        where=url,
        expected="an address of the same server that was not asked before",
        got=following,
        remedy="Fetch it again. A server in between must write its own address in the answers.",
    )


def _refuse_growth(job: Job, table: CbsTable, rows: int) -> None:
    observations = rows * (len(table.measures) if job.interface.wide else 1)
    if observations > job.row_limit:
        raise too_large(table, where=job.where, size=f"{observations:,} and more", limit=job.row_limit)


def _tell(stage: Stage, announced: int | None, rows: int) -> None:
    about = f" of about {math.ceil(announced / rows)}" if announced and rows and stage.next_url else ""
    say(f"{stage.asked.table_id}: page {stage.pages}{about}, {stage.rows:,} rows so far")


def _always_changing(job: Job, head: Head) -> FetchError:
    return FetchError(
        f"CBS changes table {head.table_id} while it is being fetched.",
        where=job.interface.address(head.table_id),
        expected="one edition from the first answer to the last",
        got=f"another one, {_ATTEMPTS} times",
        remedy="Fetch it again in an hour.",
    )


def _capped(url: str) -> FetchError:
    return FetchError(
        "CBS's interface v3 does not give that many rows at once.",
        where=url,
        expected="fewer than 10,000 rows",
        got="a refusal (HTTP status 500, with a text)",
        remedy="Use the other interface (`--api v4`), which has no such limit.",
    )
