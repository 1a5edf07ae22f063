"""The commands about reports: build them, verify them, list their numbers."""

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from talentstats.cli.terminal import AsOf, EditionName, Out, Project, console, names, progress, shown
from talentstats.progress import listening
from talentstats.workspace import find_workspace


def build(
    report: Annotated[
        str, typer.Option("--report", help="Reports to build: biennial, talent-coalition or both.")
    ] = "biennial,talent-coalition",
    lang: Annotated[str, typer.Option("--lang", help="nl, en or both (nl,en).")] = "nl,en",
    formats: Annotated[str, typer.Option("--format", help="Any of html, pdf, docx.")] = "html,pdf,docx",
    engine: Annotated[str, typer.Option("--engine", help="auto, quarto or builtin.")] = "auto",
    edition: EditionName = None,
    as_of: AsOf = None,
    out: Out = None,
    project: Project = None,
) -> None:
    """Build the reports; nothing is rebuilt when nothing changed."""
    from talentstats.language import check_language
    from talentstats.reporting.build import build_reports, make_plan

    started = monotonic()
    workspace = find_workspace(project)
    plans = [
        make_plan(
            workspace,
            report=name,
            formats=names(formats),
            engine=engine,
            edition=edition,
            as_of=as_of,
            out=out,
        )
        for name in names(report)
    ]
    languages = [check_language(name) for name in names(lang)]
    screen = console()
    with listening(progress(started)):
        results = build_reports(plans, languages)
    for result in results:
        screen.print(
            f"[bold]{'built' if result.made else 'unchanged'}[/] {escape(shown(result.folder))}",
            highlight=False,
        )
        for name in sorted(result.manifest.outputs):
            if "/" not in name:
                screen.print(f"  {escape(name)}", highlight=False)
    screen.print(f"{monotonic() - started:.1f} s", highlight=False)


def verify(
    manifest: Annotated[Path, typer.Argument(help="The manifest.json of a built report.")],
    project: Project = None,
) -> None:
    """Rebuild what a manifest describes and compare every byte; exit code 1 when anything differs."""
    from talentstats.reporting.build import verify as verify_manifest

    with listening(progress(monotonic())):
        found = verify_manifest(manifest, find_workspace(project))
    screen = console()
    for line in found:
        screen.print(escape(line), highlight=False)
    if found:
        screen.print(f"[bold red]{len(found)} differences[/]", highlight=False)
        raise typer.Exit(1)
    screen.print(
        "[bold]verified[/]: inputs, versions and a rebuild are the same, byte for byte", highlight=False
    )


def numbers(
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    report: Annotated[str, typer.Option("--report", help="Report whose numbers are listed.")] = "biennial",
    edition: EditionName = None,
    as_of: AsOf = None,
    project: Project = None,
) -> None:
    """List every number a report can show, by id, as it is written in a language."""
    from talentstats.reporting.editions import open_report

    with listening(progress(monotonic())):
        opened = open_report(
            report, language=lang, edition=edition, as_of=as_of, workspace=find_workspace(project)
        )
    table = Table("id", "text", "period", "as of", "also", box=None, pad_edge=False)
    for number in sorted(opened.numbers, key=lambda one: one.id):
        witness = number.witness
        table.add_row(
            number.id,
            number.text(opened.language),
            str(witness.period or ""),
            str(witness.vintage or ""),
            " ".join(f".{facet}" for facet in number.facets),
        )
    console().print(table)
