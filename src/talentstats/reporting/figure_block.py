"""A figure in a document: picture files beside it, and the Markdown that shows them."""

import shutil
from pathlib import Path

from talentstats.figures import Figure
from talentstats.reporting.figure_files import collect, collecting_folder, figure_stem
from talentstats.reporting.numbers import Shown
from talentstats.tables import escape_markdown

FOLDER = "figures"
# SVG for pages and PDF, PNG for DOCX; `default-image-extension` of each format chooses.
FORMATS = ("svg", "png")


def figure_block(figure: Figure, name: str, *, caption: str, directory: Path) -> Shown:
    """Write a figure's pictures and return the cross-referenced block that shows them.

    The alternative text is made from the data, which a `fig-alt` option in a document cannot be. The
    picture is named without its extension, so that each format takes the one it can show.

    Parameters
    ----------
    figure : Figure
    name : str
        The label is `fig-<name>`.
    caption : str
        One line, in the language of the figure.
    directory : Path
        The folder of the document.

    Returns
    -------
    Shown
        Markdown that pandoc and Quarto understand.
    """
    stem = figure_stem(figure, name)
    _put_pictures(figure, name, directory / FOLDER)
    alt = " ".join(figure.alt().split()).replace("\\", "\\\\").replace('"', '\\"')
    return Shown(
        f'::: {{#fig-{name}}}\n![]({FOLDER}/{stem}){{fig-alt="{alt}"}}\n\n{escape_markdown(caption)}\n:::'
    )


def _put_pictures(figure: Figure, name: str, target: Path) -> None:
    """Draw the pictures; in a build, copy those that it delivers beside the document."""
    stem, collected = figure_stem(figure, name), collecting_folder()
    if collected is None:
        figure.save(stem, formats=FORMATS, directory=target)
        return
    collect(figure, name, collected)
    target.mkdir(parents=True, exist_ok=True)
    for kind in FORMATS:
        shutil.copyfile(collected / f"{stem}.{kind}", target / f"{stem}.{kind}")
