"""Make a page one file: pictures and fonts become part of it, so that it loads nothing."""

import base64
import html
import re
from pathlib import Path
from urllib.parse import unquote

from talentstats.brand import Brand
from talentstats.errors import BuildError

_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_IMAGE = re.compile(r'(<img\b[^>]*?\bsrc=")([^"]*)(")')
_FACES = ((400, "normal"), (600, "normal"), (400, "italic"))


def embed_pictures(page: str, folder: Path) -> str:
    """Replace the address of every picture of a page by its content.

    Raises
    ------
    BuildError
        If a picture is not a file in the folder or not of a type browsers show.
    """

    def embedded(match: re.Match[str]) -> str:
        address = html.unescape(match[2])
        if address.startswith("data:"):
            return match[0]
        path = (folder / unquote(address)).resolve()
        kind = _TYPES.get(path.suffix.lower())
        if kind is None or not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise BuildError(
                f"Picture `{address}` cannot be put in the page.",
                expected="an SVG, PNG or JPEG file beside the document",
                got="no such file" if kind else f"a file of type `{path.suffix}`",
                remedy="Write the file in a cell, or correct its name.",
            )
        return f"{match[1]}{_data(path, kind)}{match[3]}"

    return _IMAGE.sub(embedded, page)


def font_faces(brand: Brand) -> str:
    """Write the CSS that carries the fonts of the house."""
    return "".join(_face(brand, weight, style) for weight, style in _FACES)


def _face(brand: Brand, weight: int, style: str) -> str:
    font = _data(brand.font(weight, italic=style == "italic"), "font/ttf")
    return (
        f'@font-face {{ font-family: "{brand.family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url({font}) format("truetype"); }}\n'
    )


def _data(path: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
