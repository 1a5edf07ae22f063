"""The commands about revisions: what a publisher changed, and what an edition said that no longer holds."""

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from talentstats.cli.terminal import EditionName, Out, Project, console, progress, shown
from talentstats.errors import InputError
from talentstats.progress import listening
from talentstats.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from talentstats.tables import Table
    from talentstats.terms import Language
    from talentstats.vintages.table_revisions import TableRevisions


def revisions(
    table: Annotated[
        str | None,
        typer.Argument(help="Table or dataset, such as 85224NED or cbs/83599NED.", show_default=False),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--from", help="The older vintage; the last but one when left out.", show_default=False),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--to", help="The newer vintage; the last when left out.", show_default=False),
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="List published figures that no longer match instead.")
    ] = False,
    edition: Annotated[
        str | None,
        typer.Option("--edition", help="With --published: this edition only.", show_default=False),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=0, help="How many of the largest revisions to list.")] = 10,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for all changes (CSV), the counts and the figure.", show_default=False
        ),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    project: Project = None,
) -> None:
    """Show what changed between two vintages of a table, or which published figures no longer match."""
    from talentstats.language import check_language
    from talentstats.vintages.files import write_revisions
    from talentstats.vintages.table_revisions import revisions as compare

    language, workspace = check_language(lang), find_workspace(project)
    if published:
        _show_published(workspace, edition, language)
        return
    if table is None:
        raise InputError(
            "No table is named.",
            expected="a table, such as `talentstats revisions 85224NED`, or `--published`",
            got="neither",
            remedy="See the stored datasets with `talentstats status`.",
        )
    with listening(progress(monotonic())):
        found = compare(table, before=before, after=after, workspace=workspace)
    screen = console()
    _show(found, language, top, screen)
    if out is not None:
        for path in write_revisions(found, out, language=language):
            screen.print(f"  {escape(shown(path))}", highlight=False)


def publish(
    report: Annotated[str, typer.Option("--report", help="Report that was published.")] = "biennial",
    edition: EditionName = None,
    out: Out = None,
    project: Project = None,
) -> None:
    """Record what a built edition says, page by page, on the day it is published; never done twice."""
    from talentstats.reporting.publication import publish as record

    workspace = find_workspace(project)
    with listening(progress(monotonic())):
        path, publication = record(workspace, report=report, edition=edition, out=out)
    placed = sum(any(number.pages.values()) for number in publication.numbers)
    screen = console()
    screen.print(
        f"[bold]recorded[/] {len(publication.numbers)} numbers of edition {escape(publication.edition)}, "
        f"{placed} of them with their pages",
        highlight=False,
    )
    screen.print(f"  {escape(shown(path))}", highlight=False)


def _show(found: "TableRevisions", language: "Language", top: int, screen: "Console") -> None:
    from talentstats.vintages.tables import largest_table, summary_table
    from talentstats.vintages.words import finding, subject

    screen.print(f"[bold]{escape(subject(found).in_language(language))}[/]", highlight=False)
    screen.print(f"{escape(finding(found.summary).in_language(language))}.", highlight=False)
    screen.print(_grid(summary_table(found), language))
    if top and found.summary.kinds["revised"]:
        screen.print(_grid(largest_table(found, top), language))


def _show_published(workspace: Workspace, edition: str | None, language: "Language") -> None:
    from talentstats.reporting.publication import check_published
    from talentstats.reporting.published_numbers import mismatch_table

    screen = console()
    for checked in check_published(workspace, edition=edition):
        about = checked.publication
        screen.print(
            f"[bold]{escape(about.report)} {escape(about.edition)}[/] ({about.date}): "
            f"{checked.checked} figures checked, {len(checked.mismatches)} no longer match",
            highlight=False,
        )
        if checked.mismatches:
            screen.print(_grid(mismatch_table([checked]), language))


def _grid(table: "Table", language: "Language") -> Grid:
    columns = (escape(column.header.in_language(language)) for column in table.columns)
    grid = Grid(*columns, box=None, pad_edge=False)
    for row in table.rows:
        grid.add_row(*(escape(cell.in_language(language)) for cell in row))
    return grid
