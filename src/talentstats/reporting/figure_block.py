"""A figure in a document: picture files beside it, and the Markdown that shows them."""

from pathlib import Path

from talentstats.figures import Figure
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
    stem = f"{name}-{figure.language}"
    figure.save(stem, formats=FORMATS, directory=directory / FOLDER)
    alt = " ".join(figure.alt().split()).replace("\\", "\\\\").replace('"', '\\"')
    return Shown(
        f'::: {{#fig-{name}}}\n![]({FOLDER}/{stem}){{fig-alt="{alt}"}}\n\n{escape_markdown(caption)}\n:::'
    )
