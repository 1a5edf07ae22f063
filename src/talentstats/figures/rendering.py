"""Which renderer makes which file format."""

from collections.abc import Sequence

from talentstats.brand import load_brand
from talentstats.errors import unknown_name
from talentstats.figures.figure import Figure

FORMATS = ("svg", "png", "pdf", "html")


def check_format(name: str) -> str:
    """Return a format if a renderer makes it.

    Raises
    ------
    InputError
        If none does.
    """
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    return name


def render(figure: Figure, names: Sequence[str], *, self_contained: bool = True) -> dict[str, bytes]:
    """Return a figure, in its own language, as the bytes of files: one by format, in the order asked.

    Parameters
    ----------
    figure : Figure
    names : sequence of {"svg", "png", "pdf", "html"}
    self_contained : bool
        Whether an HTML page holds all it needs; otherwise `shared_files` have to stand beside it.

    Raises
    ------
    InputError
        If a format is unknown.
    """
    made: dict[str, bytes] = {}
    drawing, brand = figure.drawing(), load_brand()
    printed = [name for name in names if check_format(name) != "html"]
    if printed:
        from talentstats.figures import render_matplotlib  # noqa: PLC0415 -- matplotlib only when it draws

        made |= render_matplotlib.render(drawing, brand, formats=printed)
    if "html" in names:
        from talentstats.figures import render_plotly  # noqa: PLC0415 -- plotly only when it draws

        table = figure.kind.table(figure)
        made["html"] = render_plotly.render(drawing, table, brand, self_contained=self_contained)
    return {name: made[name] for name in names}


def shared_files() -> dict[str, bytes]:
    """Return by name what HTML pages that are not self-contained need beside them."""
    from talentstats.figures import render_plotly  # noqa: PLC0415 -- plotly only when it draws

    return render_plotly.shared_files(load_brand())
