"""The house style an engine needs, read from Quarto's `_brand.yml`: colours and the font family."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from talentstats.errors import InputError

BRAND_FILE = "_brand.yml"
_HEX = re.compile(r"^#[0-9a-fA-F]{6}$")
_COLOURS = ("primary", "success", "warning", "danger")
_HOUSE_FONT = "Source Sans 3"
_FAMILY = re.compile(r"^[A-Za-z0-9 ]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Colours (`#rrggbb`) by Quarto's names for them, and the font family, with the defaults of the house."""

    primary: str = "#154273"
    success: str = "#00785a"
    warning: str = "#a85400"
    danger: str = "#b3261e"
    family: str = _HOUSE_FONT
    fonts: tuple[Path, ...] = ()

    def font(self, weight: str) -> Path | None:
        """Return the file of one weight, such as `Regular`, or None when the project does not ship it."""
        name = f"{self.family.replace(' ', '')}-{weight}.ttf"
        return next((path for path in self.fonts if path.name == name), None)


def read_brand(project: Path) -> Brand:
    """Read the house style of a project; a key that is missing keeps its default.

    Raises
    ------
    InputError
        If a colour is not written `#rrggbb` or a font family has other signs than letters and digits.
    """
    path = project / BRAND_FILE
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    colours = _section(content, "color")
    palette = _section(colours, "palette")
    named = {key: palette.get(colours[key], colours[key]) for key in _COLOURS if key in colours}
    for key, value in named.items():
        _require(_HEX, value, f"Colour `{key}`", "six hexadecimal digits, or a name in `palette`")
    base = _section(content, "typography").get("base")
    family = (base.get("family") if isinstance(base, dict) else base) or _HOUSE_FONT
    _require(_FAMILY, family, "The font family", "a name of letters, digits and spaces")
    fonts = tuple(sorted((project / "fonts").glob("*.ttf")))
    return Brand(**{key: value.lower() for key, value in named.items()}, family=family, fonts=fonts)


def _section(content: object, key: str) -> Mapping[str, str]:
    part = content.get(key) if isinstance(content, Mapping) else None
    return part if isinstance(part, dict) else {}


def _require(pattern: re.Pattern[str], value: object, what: str, expected: str) -> None:
    if not (isinstance(value, str) and pattern.match(value)):
        raise InputError(
            f"{what} in the house style cannot be used.",
            expected=expected,
            got=f"`{value}`",
            where=BRAND_FILE,
            remedy="Correct the value.",
        )
