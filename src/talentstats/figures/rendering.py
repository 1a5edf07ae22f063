"""Which renderer makes which file format."""

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


def render(figure: Figure, name: str) -> bytes:
    """Return a figure, in its own language, as the bytes of a file.

    Raises
    ------
    InputError
        If the format is unknown.
    """
    if check_format(name) == "html":
        from talentstats.figures import render_plotly  # noqa: PLC0415 -- plotly only when it draws

        return render_plotly.render(figure.drawing(), figure.kind.table(figure), load_brand())
    from talentstats.figures import render_matplotlib  # noqa: PLC0415 -- matplotlib only when it draws

    return render_matplotlib.render(figure.drawing(), load_brand(), format=name)
