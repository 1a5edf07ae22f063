"""The commands about the survey: import files, make synthetic ones, look at codebooks, test back."""

from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from talentstats.cli.terminal import Project, console, names, progress, shown
from talentstats.errors import InputError
from talentstats.progress import listening
from talentstats.workspace import find_workspace

importing = typer.Typer(
    no_args_is_help=True, help="Take in a file that arrived: of respondents, or of tables."
)
codebook = typer.Typer(no_args_is_help=True, help="What a wave of the survey asked, and what changed.")

File = Annotated[Path, typer.Argument(help="The file as it arrived.", show_default=False)]
Wave = Annotated[int, typer.Option("--wave", help="Year of the wave, such as 2025.")]
Received = Annotated[
    str | None,
    typer.Option(
        "--received", help="Day on which the file arrived; today when left out.", show_default=False
    ),
]
Publisher = Annotated[str, typer.Option("--publisher", help="Who made the file.")]
Language = Annotated[str, typer.Option("--lang", help="nl or en.")]


@importing.command("survey")
def import_survey(
    file: File,
    wave: Wave,
    codebook_file: Annotated[
        Path | None,
        typer.Option("--codebook", help="The codebook that came with the file.", show_default=False),
    ] = None,
    received: Received = None,
    publisher: Publisher = "research bureau",
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Keep the file encrypted; see `talentstats key`.")
    ] = False,
    delimiter: Annotated[str | None, typer.Option(help="Of a text file.", show_default=False)] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the texts.", show_default=False)] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal mark: . or ,", show_default=False)] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook.", show_default=False)] = None,
    project: Project = None,
) -> None:
    """Read a file of respondents (.sav .zsav .dta .csv .xlsx .parquet), check it, and keep it."""
    from talentstats.sources.encryption import find_key
    from talentstats.waves.importing import import_wave

    given = {"delimiter": delimiter, "encoding": encoding, "decimal": decimal, "sheet": sheet}
    with listening(progress(monotonic())):
        found = import_wave(
            file,
            wave=wave,
            workspace=find_workspace(project),
            received=_day(received),
            publisher=publisher,
            codebook=codebook_file,
            key=find_key() if encrypt else None,
            options={name: value for name, value in given.items() if value is not None},
        )
    screen = console()
    kind = "[bold]synthetic[/] respondents" if found.snapshot.synthetic else "respondents"
    screen.print(
        f"[bold]imported[/] {found.respondents:,} {kind}, {found.columns} columns, "
        f"{found.variables} harmonised variables",
        highlight=False,
    )
    screen.print(f"  {escape(shown(found.snapshot.path))}", highlight=False)
    screen.print("next: talentstats validate", highlight=False)


@importing.command("delivered")
def import_delivered(
    file: File,
    wave: Wave,
    received: Received = None,
    publisher: Publisher = "research bureau",
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The figures are made up, as an exercise.")
    ] = False,
    project: Project = None,
) -> None:
    """Read tables that were delivered instead of respondents, check them, and keep them."""
    from talentstats.codebooks.harmonised import read_harmonised
    from talentstats.regions.municipalities import read_municipalities
    from talentstats.sources.delivered.read import read_delivered
    from talentstats.sources.delivered.store import store_delivered

    workspace = find_workspace(project)
    with listening(progress(monotonic())):
        table = read_delivered(
            file,
            harmonised=read_harmonised(workspace.reference),
            wave=wave,
            municipalities=read_municipalities(workspace.reference),
        )
        snapshot = store_delivered(
            file,
            wave=wave,
            workspace=workspace,
            received=_day(received),
            publisher=publisher,
            synthetic=synthetic,
        )
    screen = console()
    screen.print(f"[bold]imported[/] {table.height:,} delivered figures of {wave}", highlight=False)
    screen.print(f"  {escape(shown(snapshot.path))}", highlight=False)


def template(
    out: Annotated[Path, typer.Option("--out", help="The .xlsx file to write.")] = Path("template.xlsx"),
    waves: Annotated[
        str | None,
        typer.Option("--wave", help="Waves it can be filled in for; all when left out.", show_default=False),
    ] = None,
    project: Project = None,
) -> None:
    """Write the template for delivered tables, with instructions in Dutch and English."""
    from talentstats.codebooks.harmonised import read_harmonised
    from talentstats.sources.delivered.template import write_template

    harmonised = read_harmonised(find_workspace(project).reference)
    chosen = [_year(name) for name in names(waves)] if waves else list(harmonised.waves)
    path = write_template(out, harmonised=harmonised, waves=chosen)
    console().print(f"[bold]written[/] {escape(shown(path))}", highlight=False)


def synthesise(
    wave: Wave,
    out: Annotated[Path, typer.Option("--out", help="Folder to make.")],
    n: Annotated[int, typer.Option("--n", help="Respondents, from 2,000 to 10 million.")] = 5000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed gives another sample.")] = 1,
    formats: Annotated[str, typer.Option("--format", help="Any of sav, csv, parquet.")] = "sav,csv,parquet",
    project: Project = None,
) -> None:
    """Make a synthetic wave: nobody in it exists, and the truth about its population is known."""
    from talentstats.synthetic.synthesise import synthesise as make

    reference = find_workspace(project).reference
    with listening(progress(monotonic())):
        made = make(wave, n=n, seed=seed, out=out, reference=reference, formats=names(formats))
    screen = console()
    screen.print(f"[bold]made[/] {n:,} [bold]synthetic[/] respondents of {wave}", highlight=False)
    for path in sorted(made.folder.iterdir()):
        screen.print(f"  {escape(shown(path))}", highlight=False)


@codebook.command("diff")
def codebook_diff(
    first: Annotated[int, typer.Argument(help="A wave, such as 2023.", show_default=False)],
    second: Annotated[int, typer.Argument(help="Another wave, such as 2025.", show_default=False)],
    lang: Language = "en",
    project: Project = None,
) -> None:
    """Show what changed in the questionnaire between two waves, and whether figures stay comparable."""
    from talentstats.codebooks.diff import diff
    from talentstats.codebooks.diff_text import diff_as_text
    from talentstats.codebooks.harmonised import read_harmonised
    from talentstats.codebooks.read import read_codebook
    from talentstats.language import check_language

    language = check_language(lang)
    reference = find_workspace(project).reference
    found = diff(
        read_codebook(first, reference), read_codebook(second, reference), read_harmonised(reference)
    )
    console().print(escape(diff_as_text(found, language=language)), highlight=False)


@codebook.command("export")
def codebook_export(
    wave: Annotated[int, typer.Argument(help="A wave, such as 2025.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder for the pages and the Data Package.")],
    lang: Annotated[str, typer.Option("--lang", help="nl, en or both (nl,en).")] = "nl,en",
    project: Project = None,
) -> None:
    """Write the data dictionary of a wave as a page in each language and as a Data Package."""
    from talentstats.codebooks.dictionary import write_dictionary
    from talentstats.language import check_language
    from talentstats.waves.declared import read_plan
    from talentstats.waves.inputs import wave_input

    workspace = find_workspace(project)
    languages = [check_language(name) for name in names(lang)]
    source = wave_input(workspace, read_plan(workspace.reference), wave)
    written = write_dictionary(
        wave, workspace.reference, out, languages=languages, synthetic=source.synthetic
    )
    for path in written:
        console().print(f"[bold]written[/] {escape(shown(path))}", highlight=False)


def backtest(
    wave: Annotated[int, typer.Argument(help="A past wave, such as 2023.", show_default=False)],
    store: Annotated[
        bool, typer.Option("--store", help="Store today's figures of the wave as its publication.")
    ] = False,
    project: Project = None,
) -> None:
    """Make a past wave again and compare it with what was published; exit code 1 when something differs."""
    from talentstats.reporting.survey.backtest import backtest as run
    from talentstats.reporting.survey.backtest import store_publication

    workspace = find_workspace(project)
    screen = console()
    with listening(progress(monotonic())):
        if store:
            kept = store_publication(wave, workspace)
            screen.print(f"[bold]stored[/] {len(kept.printed):,} figures of {wave}", highlight=False)
            return
        result = run(wave, workspace)
    table = Table("figure", "part", "published", "now", "outcome", box=None, pad_edge=False)
    told = [row for row in result.rows if row.status != "same"]
    for row in told:
        table.add_row(row.id, row.part, row.printed, row.now or "", row.status)
    if told:
        screen.print(table)
    same = len(result.rows) - len(told)
    mark = " (synthetic wave)" if result.synthetic else ""
    screen.print(
        f"{len(result.rows):,} published figures{mark}: {same:,} the same, "
        f"{len(told) - len(result.unexplained):,} revised with a reason, "
        f"[bold]{len(result.unexplained):,} unexplained[/]",
        highlight=False,
    )
    if not result.passed:
        raise typer.Exit(1)


def key() -> None:
    """Make a key for encrypted survey files; store it in the keyring and in the safe."""
    from talentstats.sources.encryption import make_key

    console().print(make_key(), highlight=False)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "This is no day.",
            expected="a day such as `2025-11-20`",
            got=f"`{text}`",
            remedy="Write year, month and day with dashes.",
        ) from error


def _year(text: str) -> int:
    if not text.isdigit():
        raise InputError(
            "This is no wave.", expected="years such as `2025`", got=f"`{text}`", remedy="Name waves by year."
        )
    return int(text)
