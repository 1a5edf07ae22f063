"""The engine that hands a document to the Quarto program on PATH."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import yaml

from talentstats.errors import BuildError
from talentstats.reporting.engines.settings import QUARTO_NAMES, OutputFormat
from talentstats.reporting.engines.staging import data_home, deliver, stage

_OLDEST = (1, 4)
_RENDERED = "_rendered"


def render(
    document: Path,
    *,
    formats: Sequence[OutputFormat],
    directory: Path,
    stem: str,
    parameters: Mapping[str, str],
    timestamp: datetime,
    environment: Mapping[str, str] | None = None,
    progress: Callable[[str], None],
) -> dict[str, Path]:
    """Render a Quarto document with Quarto itself, in a copy of its project.

    Parameters and results are those of `builtin.render`; Quarto runs the cells once for each format.

    Raises
    ------
    BuildError
        If Quarto is not on PATH, is older than 1.4, or fails.
    """
    program = _program()
    with tempfile.TemporaryDirectory(prefix="talentstats-") as name:
        work = Path(name).resolve()
        staged = stage(document, work)
        arguments = _parameters(parameters, work / "parameters.yml")
        variables = {
            **os.environ,
            **data_home(document),
            **(environment or {}),
            "PYTHONHASHSEED": "0",
            "QUARTO_PYTHON": sys.executable,
            "SOURCE_DATE_EPOCH": str(int(timestamp.timestamp())),
        }
        made: dict[str, Path] = {}
        for kind in formats:
            progress(f"{document.name}: {kind.upper()} with Quarto")
            # A folder for each format: parameterised renders overwrite each other's pictures otherwise.
            output = f"{_RENDERED}/{kind}"
            format_options = ["-M", "embed-resources:true"] if kind == "html" else []
            command = [
                *(program, "render", staged.name, "--to", QUARTO_NAMES[kind]),
                *("--output-dir", output, *format_options, *arguments),
            ]
            _run(command, staged.parent, variables, document)
            made[kind] = _found(staged, kind, document)
        return deliver(made, directory, stem=stem)


def _program() -> str:
    program = shutil.which("quarto")
    if program is None:
        raise BuildError(
            "Quarto is not on PATH.",
            expected=f"Quarto {_shown(_OLDEST)} or newer",
            remedy="Install Quarto, or use the engine `builtin`.",
        )
    # The program is the user's own Quarto, found on PATH.
    told = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    version = re.match(r"(\d+)\.(\d+)", told.stdout.strip())
    if version is None or (int(version[1]), int(version[2])) < _OLDEST:
        raise BuildError(
            "This Quarto cannot render the reports.",
            expected=f"version {_shown(_OLDEST)} or newer",
            got=told.stdout.strip() or told.stderr.strip() or "no version",
            remedy="Install a newer Quarto, or use the engine `builtin`.",
        )
    return program


def _shown(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _parameters(parameters: Mapping[str, str], path: Path) -> list[str]:
    """Write the parameters to a file, quoted: given as `-P`, Quarto would read `2026` as a number."""
    if not parameters:
        return []
    path.write_text(yaml.safe_dump(dict(parameters), allow_unicode=True), encoding="utf-8")
    return ["--execute-params", str(path)]


def _run(command: list[str], folder: Path, environment: Mapping[str, str], document: Path) -> None:
    result = subprocess.run(  # noqa: S603 (the user's own Quarto, with our arguments)
        command, cwd=folder, env=dict(environment), capture_output=True, encoding="utf-8", check=False
    )
    if result.returncode:
        told = [line for line in result.stderr.splitlines() if line.strip()][-12:]
        raise BuildError(
            "Quarto could not render the document.",
            got="\n".join(told) or f"exit code {result.returncode}",
            where=document.name,
            remedy="The last lines of Quarto's message name the cause.",
        )


def _found(staged: Path, kind: OutputFormat, document: Path) -> Path:
    name = f"{staged.stem}.{kind}"
    # Quarto takes the output folder relative to the project or to the document, by version.
    for folder in staged.parents:
        places = sorted((folder / _RENDERED / kind).rglob(name))
        if places:
            return places[0]
        if folder.name == "project":
            break
    raise BuildError(
        "Quarto made no output.",
        expected=f"a file `{name}`",
        where=document.name,
        remedy="Render the document with Quarto by hand to see its messages.",
    )
