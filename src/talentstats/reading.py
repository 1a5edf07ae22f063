"""Tables of statistical offices as frames, in a notebook: from what is stored, or from a server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from talentstats.errors import InputError
from talentstats.prepare.cbs_table import tidy_cbs
from talentstats.prepare.eurostat_table import tidy_eurostat
from talentstats.sources.answers import Answers, read_answers
from talentstats.sources.fetched import Where
from talentstats.sources.stored_answers import find_answers
from talentstats.workspace import Workspace, find_workspace


def read_cbs(
    table: str,
    *,
    base_url: str | None = None,
    where: Where | None = None,
    as_of: str | date | None = None,
    workspace: Workspace | None = None,
) -> pl.DataFrame:
    """Read a table of CBS as one tidy frame: a row for each figure.

    Parameters
    ----------
    table : str
        Id of the table, such as `85224NED`.
    base_url : str, optional
        Ask this server now, and store nothing. Without it the newest stored edition is read; a notebook that
        is run again then gives the same figures.
    where : mapping of dimension to codes, optional
        The slice that was, or is to be, asked for; the only stored one when left out.
    as_of : str or date, optional
        The newest stored edition published on or before this day.
    workspace : Workspace, optional
        The project folder; found from the current folder when left out.

    Returns
    -------
    polars.DataFrame
        The columns of `talentstats.prepare.cbs_table.tidy_cbs`, in the order of CBS.

    Raises
    ------
    InputError
        If the table or that slice of it is not stored, or several slices are and none is named.
    FetchError
        If the server cannot be reached or its answers cannot be used.

    Examples
    --------
    >>> frame = read_cbs("85224NED")
    >>> frame.height, frame["measure_title"][0], frame["period"][0], frame["value"][0]
    (4046, 'Totaal', '2013Q1', 12617.0)
    """
    if base_url is None:
        return tidy_cbs(_stored("cbs", table, where=where, as_of=as_of, workspace=workspace))
    _refuse_earlier(as_of)
    # Reading what is stored needs no network, nor the library for it.
    from talentstats.sources.cbs.fetch import fetch_cbs  # noqa: PLC0415

    with _passing_project() as passing:
        snapshot = fetch_cbs(table, where=where, base_url=base_url, workspace=passing)
        return tidy_cbs(read_answers(snapshot.path))


def read_eurostat(
    code: str,
    *,
    base_url: str | None = None,
    where: Where | None = None,
    as_of: str | date | None = None,
    workspace: Workspace | None = None,
) -> pl.DataFrame:
    """Read a table of Eurostat as one tidy frame: a row for each figure.

    Parameters
    ----------
    code : str
        Of the table, such as `une_rt_m`.
    base_url : str, optional
        Ask this server now, and store nothing; Eurostat's own is `BASE_URL` of
        `talentstats.sources.eurostat.fetch`. Without it the newest stored edition is read.
    where : mapping of dimension to codes, optional
        The slice that was, or is to be, asked for; the only stored one when left out.
    as_of : str or date, optional
        The newest stored edition published on or before this day.
    workspace : Workspace, optional
        The project folder; found from the current folder when left out.

    Returns
    -------
    polars.DataFrame
        The columns of `talentstats.prepare.eurostat_table.tidy_eurostat`, in the order of Eurostat.

    Raises
    ------
    InputError
        If the table or that slice of it is not stored, or several slices are and none is named.
    FetchError
        If the server cannot be reached or its answer cannot be used.
    """
    if base_url is None:
        return tidy_eurostat(_stored("eurostat", code, where=where, as_of=as_of, workspace=workspace))
    _refuse_earlier(as_of)
    # Reading what is stored needs no network, nor the library for it.
    from talentstats.sources.eurostat.fetch import fetch_eurostat  # noqa: PLC0415

    with _passing_project() as passing:
        snapshot = fetch_eurostat(code, where=where or {}, base_url=base_url, workspace=passing)
        return tidy_eurostat(read_answers(snapshot.path))


def _stored(
    provider: str, table: str, *, where: Where | None, as_of: str | date | None, workspace: Workspace | None
) -> Answers:
    home = workspace or find_workspace()
    return read_answers(find_answers(provider, table, where=where, as_of=as_of, workspace=home).path)


@contextmanager
def _passing_project() -> Iterator[Workspace]:
    """Give a project that is gone afterwards, for answers that are not to be stored."""
    with tempfile.TemporaryDirectory() as folder:
        passing = Workspace(Path(folder))
        passing.raw.mkdir(parents=True)
        yield passing


def _refuse_earlier(as_of: str | date | None) -> None:
    if as_of is not None:
        raise InputError(
            "A server gives its newest edition only.",
            expected="`base_url` or `as_of`",
            got="both",
            remedy="Leave `base_url` out to read a stored edition.",
        )
