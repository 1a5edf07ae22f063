"""The files of a report's figures: each is drawn once for a build, by whoever needs it first."""

import os
from pathlib import Path

from talentstats.figures import Figure
from talentstats.figures.saving import save

FORMATS = ("svg", "png", "pdf", "html")
# Tells the cells of a document where the build they are part of collects figures.
FOLDER_VARIABLE = "TALENTSTATS_FIGURES"


def figure_stem(figure: Figure, name: str) -> str:
    """Return how the files of a figure are called, without extension."""
    return f"{name}-{figure.language}"


def collecting_folder() -> Path | None:
    """Return where the running build collects figures; None when a document is rendered by itself."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def collect(figure: Figure, name: str, folder: Path) -> None:
    """Write a figure in every format, unless this build has done so.

    Parameters
    ----------
    figure : Figure
    name : str
        Its id in the report.
    folder : Path
        Of this build only, empty when it began: what is there was made from the same data and code.
    """
    stem = figure_stem(figure, name)
    # What is known about a figure is written after its pictures: where it stands, they are whole.
    if not (folder / f"{stem}.json").is_file():
        save(figure, stem, formats=FORMATS, directory=folder, self_contained=False)
