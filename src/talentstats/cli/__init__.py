"""The command line: `talentstats build`, `fetch`, `validate`, `import` and the rest."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from talentstats.cli import data, fetch, reports, revisions, survey
from talentstats.errors import TalentStatsError
from talentstats.version import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Figures on internationals and the labour market, from raw files to bilingual reports.",
)
for command in (
    reports.build,
    data.validate,
    data.status,
    reports.verify,
    reports.numbers,
    revisions.revisions,
    revisions.publish,
    survey.synthesise,
    survey.template,
    survey.backtest,
    survey.key,
):
    app.command()(command)
app.add_typer(fetch.fetching, name="fetch")
app.add_typer(survey.importing, name="import")
app.add_typer(survey.codebook, name="codebook")


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
