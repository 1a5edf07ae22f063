"""A private copy of the project to render in, and the move of whole results out of it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from talentstats.errors import DocumentError, InputError
from talentstats.workspace import HOME_VARIABLE, find_workspace

PROJECT_FILE = "_quarto.yml"
_LEFT_OUT = shutil.ignore_patterns("_output", "_site", "__pycache__", ".*")


def project_of(document: Path) -> Path:
    """Find the folder of the Quarto project a document belongs to.

    Raises
    ------
    DocumentError
        If the document does not exist or no folder above it holds `_quarto.yml`.
    """
    path = document.resolve()
    if not path.is_file():
        raise DocumentError(
            f"Document `{document.name}` does not exist.",
            where=str(document),
            remedy="Check the name of the document.",
        )
    for folder in path.parents:
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise DocumentError(
        f"Document `{document.name}` is not part of a project.",
        expected=f"a file `{PROJECT_FILE}` in the folder of the document or above it",
        where=document.name,
        remedy=f"Put a `{PROJECT_FILE}` beside the document; an empty one will do.",
    )


def stage(document: Path, into: Path) -> Path:
    """Copy the document's project into a folder and return the copied document.

    Cells may write pictures beside the document: they do so in the copy, never in the sources.
    """
    project = project_of(document)
    copy = into / "project"
    shutil.copytree(project, copy, ignore=_LEFT_OUT)
    return copy / document.resolve().relative_to(project)


def data_home(document: Path) -> dict[str, str]:
    """Name the workspace of the original document, so that cells in the copy still find its data."""
    if HOME_VARIABLE in os.environ:
        return {}
    try:
        return {HOME_VARIABLE: str(find_workspace(document.resolve().parent).root)}
    except InputError:
        return {}


def deliver(files: Mapping[str, Path], directory: Path, *, stem: str) -> dict[str, Path]:
    """Move finished files into the output folder, each one whole.

    Parameters
    ----------
    files : mapping of format to path
        Finished files anywhere on this machine.
    directory : Path
        Output folder; made if it is not there.
    stem : str
        Name of the results without extension.
    """
    directory.mkdir(parents=True, exist_ok=True)
    delivered = {}
    for kind, made in files.items():
        target = directory / f"{stem}{made.suffix}"
        partial = directory / f".{target.name}.tmp"
        try:
            # The copy may cross file systems; only the rename below is visible, and it is atomic.
            shutil.copyfile(made, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        delivered[kind] = target
    return delivered
