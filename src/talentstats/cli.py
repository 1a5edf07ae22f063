"""The command line: `talentstats build`, `validate`, `status`, `verify` and `numbers`."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from talentstats.errors import TalentStatsError
from talentstats.progress import listening
from talentstats.version import __version__
from talentstats.workspace import Workspace, find_workspace

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Figures on internationals and the labour market, from raw files to bilingual reports.",
)

Project = Annotated[
    Path | None,
    typer.Option(
        "--project", help="Project folder; found from the current folder when left out.", show_default=False
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the results; reports/_output when left out.", show_default=False),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Use only figures published by this day, such as 2026-08-01.", show_default=False
    ),
]
EditionName = Annotated[
    str | None,
    typer.Option(
        "--edition", help="Edition in reports/editions.toml; the last when left out.", show_default=False
    ),
]


def main() -> None:
    """Run the command line; a user's mistake ends in one message and an exit code, never in a traceback."""
    try:
        app()
    except TalentStatsError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"[bold red]error:[/] {escape(str(error))}", highlight=False
        )
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; the last good outputs are as they were", highlight=False)
        sys.exit(130)


def _show_version(wanted: bool) -> None:
    if wanted:
        Console().print(__version__, highlight=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Figures on internationals and the labour market, from raw files to bilingual reports."""
    del version


@app.command()
def build(
    report: Annotated[str, typer.Option("--report", help="Report to build.")] = "biennial",
    lang: Annotated[str, typer.Option("--lang", help="nl, en or both (nl,en).")] = "nl,en",
    formats: Annotated[str, typer.Option("--format", help="Any of html, pdf, docx.")] = "html,pdf,docx",
    engine: Annotated[str, typer.Option("--engine", help="auto, quarto or builtin.")] = "auto",
    edition: EditionName = None,
    as_of: AsOf = None,
    out: Out = None,
    project: Project = None,
) -> None:
    """Build a report; nothing is rebuilt when nothing changed."""
    from talentstats.language import check_language
    from talentstats.reporting.build import build as build_report
    from talentstats.reporting.build import make_plan

    started = monotonic()
    workspace = _workspace(project)
    plan = make_plan(
        workspace,
        report=report,
        formats=_names(formats),
        engine=engine,
        edition=edition,
        as_of=as_of,
        out=out,
    )
    languages = [check_language(name) for name in _names(lang)]
    console = _console()
    with listening(_progress(started)):
        results = build_report(plan, languages)
    for result in results:
        console.print(
            f"[bold]{'built' if result.made else 'unchanged'}[/] {escape(_shown(result.folder))}",
            highlight=False,
        )
        for name in sorted(result.manifest.outputs):
            if "/" not in name:
                console.print(f"  {escape(name)}", highlight=False)
    console.print(f"{monotonic() - started:.1f} s", highlight=False)


@app.command()
def validate(
    out: Out = None,
    project: Project = None,
) -> None:
    """Check the raw data; exit code 0 when good, 1 when a critical rule is broken, 2 when unusable."""
    from talentstats.prepare.tables import TABLES
    from talentstats.processing import read_inputs, validate_table
    from talentstats.reporting.supplements import write_validation
    from talentstats.terms import LANGUAGES

    workspace = _workspace(project)
    with listening(_progress(monotonic())):
        inputs = read_inputs(workspace)
        results = [validate_table(name, inputs).result for name in TABLES]
    folder = out or workspace.output / "validation"
    written = write_validation(results, folder, LANGUAGES)
    console = _console()
    for result in results:
        counts = f"{result.n_rules} rules, {result.n_critical} critical, {result.n_warning} warnings"
        console.print(
            f"[bold]{result.verdict}[/] {result.table}: {result.n_rows} rows, {counts}", highlight=False
        )
    for path in written:
        console.print(f"  {escape(_shown(path))}", highlight=False)
    for result in results:
        result.raise_if_critical()


@app.command()
def status(project: Project = None) -> None:
    """Show datasets, vintages, age, validation and the next release where known."""
    from talentstats.status import read_status

    found = read_status(_workspace(project), today=datetime.now(tz=UTC).date())
    table = Table(
        "dataset", "table", "vintages", "latest", "age (days)", "next release", box=None, pad_edge=False
    )
    for one in found.datasets:
        due = "" if one.next_release is None else f"{one.next_release}{' (overdue)' if one.overdue else ''}"
        table.add_row(
            one.dataset,
            one.latest.table_id,
            str(one.vintages),
            str(one.latest.published),
            str(one.age_days),
            due,
        )
    console = _console()
    console.print(table)
    for processed in found.tables:
        warnings = "" if processed.warnings is None else f", {processed.warnings} warnings"
        console.print(f"processed table {processed.name}: {processed.state}{warnings}", highlight=False)


@app.command()
def verify(
    manifest: Annotated[Path, typer.Argument(help="The manifest.json of a built report.")],
    project: Project = None,
) -> None:
    """Rebuild what a manifest describes and compare every byte; exit code 1 when anything differs."""
    from talentstats.reporting.build import verify as verify_manifest

    with listening(_progress(monotonic())):
        found = verify_manifest(manifest, _workspace(project))
    console = _console()
    for line in found:
        console.print(escape(line), highlight=False)
    if found:
        console.print(f"[bold red]{len(found)} differences[/]", highlight=False)
        raise typer.Exit(1)
    console.print(
        "[bold]verified[/]: inputs, versions and a rebuild are the same, byte for byte", highlight=False
    )


@app.command()
def numbers(
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    report: Annotated[str, typer.Option("--report", help="Report whose numbers are listed.")] = "biennial",
    edition: EditionName = None,
    as_of: AsOf = None,
    project: Project = None,
) -> None:
    """List every number a report can show, by id, as it is written in a language."""
    from talentstats.reporting.editions import open_report

    with listening(_progress(monotonic())):
        opened = open_report(
            report, language=lang, edition=edition, as_of=as_of, workspace=_workspace(project)
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
    _console().print(table)


def _console() -> Console:
    """Return the console for results; text that is piped or captured is not cut to a terminal's width."""
    return Console(soft_wrap=True) if sys.stdout.isatty() else Console(width=200, soft_wrap=True)


def _workspace(project: Path | None) -> Workspace:
    return find_workspace(project)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _shown(path: Path) -> str:
    """Write a path as short as it can be from here."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _progress(started: float) -> Callable[[str], None]:
    console = Console(stderr=True, soft_wrap=True)

    def tell(step: str) -> None:
        console.print(f"[dim]{monotonic() - started:5.1f} s[/]  {escape(step)}", highlight=False)

    return tell
