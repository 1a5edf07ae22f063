"""How a figure shows itself in a notebook and in a Quarto document."""

import base64
import os
import struct

from talentstats.figures.figure import Figure
from talentstats.figures.rendering import render

QUARTO_FORMAT_VARIABLE = "QUARTO_FIG_FORMAT"
# PNGs are drawn with twice the pixels of the size at which they are shown.
PIXEL_RATIO = 2
_MIME_TYPES = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def mime_bundle(figure: Figure) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Return a figure as SVG and PNG, or only as the format that Quarto asks for, with its size.

    Returns
    -------
    data : dict
        By MIME type: the text of the SVG; PNG and PDF in base64.
    metadata : dict
        By MIME type: width and height at which a PNG is shown, in CSS pixels.
    """
    data: dict[str, str] = {}
    metadata: dict[str, dict[str, int]] = {}
    for name, content in render(figure, _formats()).items():
        kind = _MIME_TYPES[name]
        data[kind] = content.decode("utf-8") if name == "svg" else base64.b64encode(content).decode("ascii")
        if name == "png":
            width, height = png_size(content)
            metadata[kind] = {"width": width // PIXEL_RATIO, "height": height // PIXEL_RATIO}
    return data, metadata


def png_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels, from its header."""
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _formats() -> tuple[str, ...]:
    asked = os.environ.get(QUARTO_FORMAT_VARIABLE)
    if not asked:
        return ("svg", "png")
    # Quarto may also ask for `retina` or `jpeg`: a PNG serves for both.
    return (asked,) if asked in _MIME_TYPES else ("png",)
