"""The commands about the raw data: check them, and say what there is."""

from datetime import UTC, datetime
from time import monotonic

from rich.markup import escape
from rich.table import Table

from talentstats.cli.terminal import Out, Project, console, progress, shown
from talentstats.progress import listening
from talentstats.workspace import find_workspace


def validate(
    out: Out = None,
    project: Project = None,
) -> None:
    """Check the data and the survey: exit code 0 when good, 1 for a broken critical rule, 2 if unusable."""
    from talentstats.prepare.tables import TABLES
    from talentstats.processing import read_inputs, validate_fetched, validate_table
    from talentstats.reporting.supplements import write_validation
    from talentstats.terms import LANGUAGES
    from talentstats.waves.process import check_waves

    workspace = find_workspace(project)
    with listening(progress(monotonic())):
        inputs = read_inputs(workspace)
        results = [validate_table(name, inputs).result for name in TABLES]
        results += [*validate_fetched(inputs), *check_waves(workspace)]
    folder = out or workspace.output / "validation"
    written = write_validation(results, folder, LANGUAGES)
    screen = console()
    for result in results:
        counts = f"{result.n_rules} rules, {result.n_critical} critical, {result.n_warning} warnings"
        screen.print(
            f"[bold]{result.verdict}[/] {result.table}: {result.n_rows} rows, {counts}", highlight=False
        )
    for path in written:
        screen.print(f"  {escape(shown(path))}", highlight=False)
    for result in results:
        result.raise_if_critical()


def status(project: Project = None) -> None:
    """Show datasets, vintages, age, validation and the next release where known."""
    from talentstats.status import read_status

    found = read_status(find_workspace(project), today=datetime.now(tz=UTC).date())
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
    screen = console()
    screen.print(table)
    for processed in found.tables:
        warnings = "" if processed.warnings is None else f", {processed.warnings} warnings"
        kind = " (synthetic)" if processed.synthetic else ""
        screen.print(f"processed table {processed.name}{kind}: {processed.state}{warnings}", highlight=False)
