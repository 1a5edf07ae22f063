"""The commands that ask statistical offices for tables; the only ones that use the network."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from talentstats.cli.terminal import Project, console, progress, shown
from talentstats.errors import FetchError, InputError
from talentstats.progress import listening
from talentstats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from talentstats.provenance import Snapshot
    from talentstats.sources.declared_sources import DeclaredSource

fetching = typer.Typer(
    no_args_is_help=True, help="Fetch tables of CBS, Eurostat and UWV, and boundaries, into data/raw."
)

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="Part of the table: DIMENSION=CODE,CODE; GM* is all that begin so, 2019JJ00.. a range.",
        show_default=False,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", help="Another server than the provider's own.", show_default=False),
]
Dataset = Annotated[
    str | None,
    typer.Option("--as", help="Name below data/raw, such as cbs/80590ned.", show_default=False),
]
Update = Annotated[bool, typer.Option("--update", help="Only when the provider says that it changed.")]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file", help="Certificate of an office network, in PEM form.", show_default=False, dir_okay=False
    ),
]


@fetching.command("cbs")
def fetch_cbs_table(
    table: Annotated[str, typer.Argument(help="Id, such as 85224NED.", show_default=False)],
    where: Where = None,
    api: Annotated[
        Literal["auto", "v4", "v3"], typer.Option("--api", help="v4, v3, or auto: v4 first.")
    ] = "auto",
    base_url: BaseUrl = None,
    dataset: Dataset = None,
    update: Update = False,
    limit: Annotated[int, typer.Option("--limit", help="The most observations to fetch.")] = 5_000_000,
    ca_file: CaFile = None,
    project: Project = None,
) -> None:
    """Fetch a table of Statistics Netherlands (CBS), or a part of it."""
    from talentstats.sources.cbs.fetch import fetch_cbs
    from talentstats.sources.http import HttpSettings

    _keep(
        project,
        lambda workspace: fetch_cbs(
            table,
            workspace=workspace,
            where=read_where(where),
            api=api,
            base_url=base_url,
            dataset=dataset,
            update=update,
            row_limit=limit,
            settings=HttpSettings(ca_file=ca_file),
        ),
    )


@fetching.command("eurostat")
def fetch_eurostat_table(
    code: Annotated[str, typer.Argument(help="Code, such as une_rt_m.", show_default=False)],
    where: Where = None,
    base_url: BaseUrl = None,
    dataset: Dataset = None,
    update: Update = False,
    ca_file: CaFile = None,
    project: Project = None,
) -> None:
    """Fetch a part of a table of Eurostat."""
    from talentstats.sources.eurostat.fetch import fetch_eurostat
    from talentstats.sources.http import HttpSettings

    _keep(
        project,
        lambda workspace: fetch_eurostat(
            code,
            workspace=workspace,
            where=read_where(where),
            base_url=base_url,
            dataset=dataset,
            update=update,
            settings=HttpSettings(ca_file=ca_file),
        ),
    )


@fetching.command("uwv")
def store_uwv_file(
    file: Annotated[Path, typer.Argument(help="The file as UWV's site gave it.", show_default=False)],
    published: Annotated[
        str, typer.Option("--published", help="Day of publication, such as 2026-05-12.", show_default=False)
    ],
    schema: Annotated[
        str | None,
        typer.Option("--schema", help="Which layout of data/reference/uwv.toml.", show_default=False),
    ] = None,
    project: Project = None,
) -> None:
    """Keep a file that you downloaded from UWV, after checking it."""
    from talentstats.sources.uwv.store import store_uwv

    _keep(project, lambda workspace: store_uwv(file, schema=schema, published=published, workspace=workspace))


@fetching.command("boundaries")
def fetch_boundaries_of(
    year: Annotated[int, typer.Argument(help="Year, such as 2025.", show_default=False)],
    base_url: BaseUrl = None,
    ca_file: CaFile = None,
    project: Project = None,
) -> None:
    """Fetch the boundaries of the municipalities in a year, for maps."""
    from talentstats.sources.boundaries import fetch_boundaries
    from talentstats.sources.http import HttpSettings

    settings = HttpSettings(ca_file=ca_file)
    _keep(
        project,
        lambda workspace: fetch_boundaries(year, workspace=workspace, base_url=base_url, settings=settings),
    )


@fetching.command("all")
def fetch_declared(
    update: Update = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be asked.")] = False,
    base_url: BaseUrl = None,
    ca_file: CaFile = None,
    project: Project = None,
) -> None:
    """Fetch every table of data/reference/sources.toml; exit code 2 when one of them failed."""
    from talentstats.sources.declared_sources import FetchOptions, fetch_all, read_sources
    from talentstats.sources.http import HttpSettings

    workspace = find_workspace(project)
    sources = read_sources(workspace.reference)
    if dry_run:
        _list(sources)
        return
    options = FetchOptions(update=update, base_url=base_url, settings=HttpSettings(ca_file=ca_file))
    with listening(progress(monotonic())):
        outcomes = list(fetch_all(workspace, sources, options=options))
    table = Table("dataset", "outcome", "published", box=None, pad_edge=False)
    for one in outcomes:
        published = "" if one.snapshot is None else str(one.snapshot.origin.published)
        outcome = "failed" if one.error else "stored" if one.new else "already stored"
        table.add_row(one.source.dataset, outcome, published)
    console().print(table)
    failed = [one for one in outcomes if one.error is not None]
    if failed:
        raise FetchError(
            f"{len(failed)} of {len(outcomes)} sources could not be fetched; the others are stored.",
            got="\n\n".join(f"{one.source.dataset}: {one.error}" for one in failed),
            remedy="Do what is said above, and run `talentstats fetch all --update` again.",
        )


def read_where(options: list[str] | None) -> dict[str, list[str]]:
    """Read what was given with `--where`.

    Raises
    ------
    InputError
        If one has no `=`, or no code.

    Examples
    --------
    >>> read_where(["RegioS=GM0546,GM0547", "Perioden=2022KW01", "RegioS=GM0579"])
    {'RegioS': ['GM0546', 'GM0547', 'GM0579'], 'Perioden': ['2022KW01']}
    """
    where: dict[str, list[str]] = {}
    for option in options or []:
        name, _, codes = option.partition("=")
        found = [code.strip() for code in codes.split(",") if code.strip()]
        if not name.strip() or not found:
            raise InputError(
                "A part of a table is not well written.",
                expected="`--where DIMENSION=CODE,CODE`, such as `--where RegioS=GM0546,GM0547`",
                got=f"`--where {option}`",
                remedy="Write the name of the dimension, `=`, and its codes with commas.",
            )
        where.setdefault(name.strip(), []).extend(found)
    return where


def _list(sources: tuple["DeclaredSource", ...]) -> None:
    table = Table("dataset", "provider", "table", "part", "why", box=None, pad_edge=False)
    for one in sources:
        part = " ".join(f"{name}={','.join(codes)}" for name, codes in one.where.items())
        table.add_row(one.dataset, one.provider, one.table, escape(part), escape(one.why))
    console().print(table)


def _keep(project: Path | None, fetch: Callable[[Workspace], "Snapshot"]) -> None:
    """Fetch into a project, and say whether it was there already."""
    workspace = find_workspace(project)
    before = {card.parent for card in workspace.raw.glob("*/*/*/snapshot.toml")}
    with listening(progress(monotonic())):
        snapshot = fetch(workspace)
    folder = snapshot.path.parent
    word = "already stored" if folder in before else "stored"
    console().print(f"[bold]{word}[/] {escape(shown(folder))}", highlight=False)
