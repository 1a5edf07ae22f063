"""What every command shares: its options, the console it writes to, and who hears of progress."""

import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

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


def console() -> Console:
    """Return the console for results; text that is piped or captured is not cut to a terminal's width."""
    return Console(soft_wrap=True) if sys.stdout.isatty() else Console(width=200, soft_wrap=True)


def names(text: str) -> list[str]:
    """Read a list with commas.

    >>> names("nl, en")
    ['nl', 'en']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def shown(path: Path) -> str:
    """Write a path as short as it can be from here."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def progress(started: float) -> Callable[[str], None]:
    """Return a listener that writes each step to the terminal with the seconds since `started`."""
    told = Console(stderr=True, soft_wrap=True)

    def tell(step: str) -> None:
        told.print(f"[dim]{monotonic() - started:5.1f} s[/]  {escape(step)}", highlight=False)

    return tell
