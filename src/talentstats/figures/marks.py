"""What a figure is made of: marks on two numeric axes, the same for every renderer."""

from dataclasses import dataclass
from typing import Literal

from talentstats.terms import Language

Shape = Literal["circle", "diamond"]
Align = Literal["left", "center", "right"]
Symbol = Literal["filled", "open", "diamond", "range_upright", "range_flat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Joined points of one series by one method; None in `y` is a gap and stays one."""

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    color: str
    dashed: bool
    hover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Separate points; `hover` says of each what it is."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    color: str
    filled: bool
    shape: Shape
    size: float
    hover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Bars from `low` to `high` at the positions `at`; `width` in points."""

    at: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    horizontal: bool
    color: str
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A straight line across the whole plot: a reference value or a break in method."""

    at: float
    vertical: bool
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Text at a point, moved by `dx` and `dy` points (up is positive), vertically centred there."""

    x: float
    y: float
    text: str
    color: str
    align: Align = "left"
    dx: float = 0.0
    dy: float = 0.0
    bold: bool = False


Mark = Line | Points | Ranges | Rule | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A position on an axis and what is written there."""

    at: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The stretch of numbers an axis shows, and its ticks."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    grid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A symbol of the figure and what it means."""

    symbol: Symbol
    color: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The inside of a figure: marks in the order of drawing, two axes, and the key."""

    marks: tuple[Mark, ...]
    x: Axis
    y: Axis
    key: tuple[KeyEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A whole figure in one language, ready for a renderer; sizes in centimetres."""

    plot: Plot
    title: str
    subtitle: str
    notes: tuple[str, ...]
    source: str
    synthetic: str | None
    alt: str
    language: Language
    width_cm: float
    height_cm: float
