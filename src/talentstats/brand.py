"""The house style: colours and fonts, read from the project's `_brand.yml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talentstats.errors import InputError, unknown_name
from talentstats.workspace import find_workspace

FILE_NAME = "_brand.yml"
PACKAGED = Path(__file__).resolve().parent / FILE_NAME
# Both are written into style sheets and documents, so they may hold nothing else.
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_FAMILY = re.compile(r"[A-Za-z0-9 ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFile:
    """One font file of the house style."""

    path: Path
    weight: int
    italic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Colours by name, and the bundled fonts.

    Attributes
    ----------
    colors : Mapping[str, str]
        `#rrggbb` by palette name (`blue`) and by role (`primary`, `foreground`).
    family : str
        Font family of all text.
    fonts : tuple of FontFile
    """

    colors: Mapping[str, str]
    family: str
    fonts: tuple[FontFile, ...]

    def color(self, name: str) -> str:
        """Return the `#rrggbb` of a colour or role."""
        if name not in self.colors:
            raise unknown_name("colour", name, self.colors, where=FILE_NAME)
        return self.colors[name]

    def font(self, weight: int = 400, *, italic: bool = False) -> Path:
        """Return the font file of a weight, never a system font."""
        for file in self.fonts:
            if (file.weight, file.italic) == (weight, italic):
                return file.path
        raise InputError(
            "The house style has no such font.",
            expected=", ".join(f"{file.weight}{' italic' if file.italic else ''}" for file in self.fonts),
            got=f"{weight}{' italic' if italic else ''}",
            where=FILE_NAME,
            remedy="Add the font file under `typography.fonts`.",
        )


def load_brand(path: Path | None = None) -> Brand:
    """Read the house style: `path`, else the project's file, else the packaged copy.

    Raises
    ------
    InputError
        If there is no file, or colours or fonts are missing in it.
    """
    file = path or _find_brand_file()
    if not file.is_file():
        raise InputError(
            "The house style is missing.",
            expected=f"`reports/{FILE_NAME}` in the project",
            got="no such file",
            where=str(file),
            remedy="Restore the file, or reinstall talentstats.",
        )
    import yaml  # noqa: PLC0415 -- loaded when a figure is drawn, not when the package is imported

    try:
        content = yaml.safe_load(file.read_text("utf-8"))
        return _read(content, folder=file.parent)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            "The house style cannot be read.",
            expected="`color.palette`, `color.foreground`, `typography.fonts` and `typography.base.family`",
            got=f"{type(error).__name__}: {error}",
            where=str(file),
            remedy="Compare the file with the one that talentstats ships.",
        ) from error


def brand_of(project: Path) -> Brand:
    """Read the house style of a Quarto project: its own file, else the one of the house.

    Parameters
    ----------
    project : Path
        The folder that holds `_quarto.yml`.
    """
    own = project / FILE_NAME
    return load_brand(own if own.is_file() else None)


def _find_brand_file() -> Path:
    try:
        project = find_workspace().reports / FILE_NAME
    except InputError:
        return PACKAGED
    return project if project.is_file() else PACKAGED


def _read(content: Mapping[str, Any], *, folder: Path) -> Brand:
    palette: dict[str, str] = dict(content["color"]["palette"])
    roles = {name: value for name, value in content["color"].items() if name != "palette"}
    colors = palette | {name: palette.get(value, value) for name, value in roles.items()}
    for name, value in colors.items():
        if not (isinstance(value, str) and _COLOR.fullmatch(value)):
            raise ValueError(f"colour `{name}` is `{value}`, not `#rrggbb`")
    family = content["typography"]["base"]["family"]
    if not (isinstance(family, str) and _FAMILY.fullmatch(family)):
        raise ValueError(f"font family `{family}` is not a name of letters, digits and spaces")
    files = [font for font in content["typography"]["fonts"] if font["family"] == family]
    fonts = tuple(
        FontFile(path=folder / file["path"], weight=int(file["weight"]), italic=file["style"] == "italic")
        for font in files
        for file in font["files"]
    )
    return Brand(colors=colors, family=family, fonts=fonts)
