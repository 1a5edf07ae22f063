"""Fetch a table of Eurostat, or a slice of one, and store its answer as a snapshot."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from talentstats.errors import FetchError
from talentstats.progress import say
from talentstats.provenance import Licence, Snapshot
from talentstats.sources.answers import INDEX, KIND
from talentstats.sources.cards import Card
from talentstats.sources.eurostat.ask import Asking
from talentstats.sources.eurostat.jsonstat import Cube
from talentstats.sources.eurostat.slices import Question, check_slice, slice_in_words
from talentstats.sources.fetched import (
    canonical_where,
    dataset_name,
    newest_fetched,
    staging,
    store_fetched,
    stored_edition,
)
from talentstats.sources.http import STANDARD, Http, HttpSettings, url_with, without_credentials
from talentstats.sources.staged_answers import Asked, Edition, Stage
from talentstats.workspace import Workspace, find_workspace

BASE_URL = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data"
PAGE = "dataset.json"
LICENCE = Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")


def fetch_eurostat(
    code: str,
    *,
    where: Mapping[str, Sequence[str]],
    workspace: Workspace | None = None,
    base_url: str | None = None,
    dataset: str | None = None,
    update: bool = False,
    settings: HttpSettings = STANDARD,
    accessed: date | None = None,
) -> Snapshot:
    """Fetch a slice of a table of Eurostat and store the answer, byte for byte.

    Parameters
    ----------
    code : str
        Of the table, such as `jvs_q_nace2`.
    where : mapping of dimension to codes
        Such as `{"geo": ["NL"], "freq": ["Q"]}`; a dimension that is left out is fetched whole. Periods are
        chosen with `time`, or with `sinceTimePeriod`, `untilTimePeriod` or `lastTimePeriod`.
    workspace : Workspace, optional
    base_url : str, optional
        Of another server that answers as Eurostat does.
    dataset : str, optional
        Name of the dataset below `data/raw`; by default `eurostat/<code>`, with a mark of the slice.
    update : bool
        Ask first whether the table changed since the newest stored answer, by its last period only.
    settings : HttpSettings
    accessed : date, optional
        Day of access on the card; today when left out.

    Returns
    -------
    Snapshot
        Its vintage is the day of Eurostat's own `updated`.

    Raises
    ------
    InputError
        If a dimension or code is unknown, or the slice is empty or too large; a large one names the
        dimension that would help.
    FetchError
        If Eurostat cannot be reached, or its answer is not what was asked for.
    """
    home = workspace or find_workspace()
    slice_ = canonical_where(where)
    name = dataset_name("eurostat", code, where=slice_, named=dataset)
    source = without_credentials(url_with(base_url or BASE_URL, code))
    with Http(settings) as http:
        asking = Asking(http=http, settings=settings)
        question = Question(url=url_with(base_url or BASE_URL, code), code=code, where=slice_)
        stored = newest_fetched(home, name, slice_) if update else None
        if stored is not None and stored_edition(stored)[0] == asking.updated(question):
            say(f"{name}: unchanged since {stored.origin.published}")
            return stored
        say(f"{name}: asking Eurostat")
        body, cube = asking.table(question)
        check_slice(cube, question, codes_of=partial(asking.codes_of, question))
    with staging(home, name) as folder:
        asked = Asked(api="eurostat", table_id=code, source=source, where=slice_)
        _stage(folder, asked, cube, body)
        return store_fetched(folder, _card(asked, cube, accessed), workspace=home, dataset=name)


def _stage(folder: Path, asked: Asked, cube: Cube, body: bytes) -> None:
    stage = Stage(folder, asked, Edition(version=cube.updated, modified=cube.updated))
    stage.keep_page(body, rows=cube.value.len(), next_url=None, name=PAGE)
    stage.finish(slice_filter=slice_in_words(asked.where) or None)


def _card(asked: Asked, cube: Cube, accessed: date | None) -> Card:
    return Card(
        publisher="Eurostat",
        title=cube.label or asked.table_id,
        table_id=asked.table_id,
        url=asked.source,
        published=published_day(cube.updated, where=asked.source),
        accessed=accessed or datetime.now(UTC).date(),
        kind=KIND,
        file=INDEX,
        licence=LICENCE,
        further={"slice": slice_in_words(asked.where)} if asked.where else {},
    )


def published_day(updated: str, *, where: str) -> str:
    """Return the day of Eurostat's `updated`, such as `2026-03-20T23:00:00+0100`, in its own time.

    Raises
    ------
    FetchError
        If that is no moment: without it the vintage is not known.

    Examples
    --------
    >>> published_day("2026-03-20T23:00:00+0100", where="jvs_q_nace2")
    '2026-03-20'
    """
    try:
        return date.fromisoformat(updated[:10]).isoformat()
    except ValueError as error:
        raise FetchError(
            "An answer of Eurostat does not say when the table was updated.",
            where=where,
            expected="`updated`, such as 2026-03-20T23:00:00+0100",
            got=f"`{updated[:40]}`",
            remedy="Try again later; without it the vintage of the figures is not known.",
        ) from error
