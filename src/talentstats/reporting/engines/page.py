"""The page of the printed formats: the size of its text and its margins, as Quarto's typst takes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from talentstats.errors import DocumentError, join_options

Refuse = Callable[[str, str, str], DocumentError]
Side = Literal["top", "right", "bottom", "left"]

# Points of running text in the house style; every other size is in proportion to it.
FONT_SIZE = 10.5
_SIDES: Mapping[str, tuple[Side, ...]] = {
    "x": ("left", "right"),
    "y": ("top", "bottom"),
    "top": ("top",),
    "right": ("right",),
    "bottom": ("bottom",),
    "left": ("left",),
}
_POINTS = re.compile(r"^(\d+(?:\.\d+)?)pt$")
_LENGTH = re.compile(r"^(\d+(?:\.\d+)?)(mm|cm|in|pt)$")
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72}
_SMALLEST, _LARGEST = 8.0, 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How large the text of a page is, and how wide its margins are.

    Attributes
    ----------
    font_size : float
        Of running text, in points.
    margins : mapping of side to float
        In millimetres; a side that is not named has the margin of the house style.
    """

    font_size: float = FONT_SIZE
    margins: Mapping[Side, float] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """The size of everything on the page over that in the house style."""
        return self.font_size / FONT_SIZE


def read_page(content: Mapping[str, object], refuse: Refuse) -> Page:
    """Read `fontsize` and `margin` of a document or format.

    Raises
    ------
    DocumentError
        If one is no size, a text would be too small or large to read, or there is no such side.
    """
    return Page(
        font_size=_font_size(str(content.get("fontsize", f"{FONT_SIZE}pt")), refuse),
        margins=_margins(content.get("margin", {}), refuse),
    )


def _font_size(text: str, refuse: Refuse) -> float:
    found = _POINTS.match(text)
    if found is None or not _SMALLEST <= float(found[1]) <= _LARGEST:
        problem = f"`fontsize` is a size from {_SMALLEST:g}pt to {_LARGEST:g}pt, not `{text}`."
        raise refuse("fontsize", problem, f"Write a size in points, such as `{FONT_SIZE}pt`.")
    return float(found[1])


def _margins(value: object, refuse: Refuse) -> dict[Side, float]:
    if not isinstance(value, dict):
        raise refuse("margin", "`margin` holds lengths by side.", "Write `margin: {x: 20mm, y: 18mm}`.")
    margins: dict[Side, float] = {}
    # One side goes before both.
    for name in sorted(value, key=lambda name: name not in ("x", "y")):
        length = _LENGTH.match(str(value[name]))
        if name not in _SIDES or length is None:
            problem = f"`{name}: {value[name]}` is no margin."
            raise refuse(str(name), problem, f"Name {join_options(_SIDES)}, each with a length in mm or cm.")
        margins.update(dict.fromkeys(_SIDES[name], float(length[1]) * _MILLIMETRES[length[2]]))
    return margins
