"""What a figure is made of: marks on two numeric axes, the same for every renderer."""

from dataclasses import dataclass
from typing import Literal

from talentstats.terms import Language

Shape = Literal["circle", "diamond", "square", "triangle"]
Align = Literal["left", "center", "right"]
Symbol = Literal[
    "filled", "open", "diamond", "square", "triangle", "range_upright", "range_flat", "bar", "hatch"
]
# Points from corner to corner of a closed outline, and all outlines of one area: its parts and their holes.
Ring = tuple[tuple[float, float], ...]
Outline = tuple[Ring, ...]

# Colour of the line around bars and around their samples in the key.
BAR_EDGE = "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Joined points of one series by one method; None in `y` is a gap and stays one."""

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    color: str
    dashed: bool
    hover: tuple[str, ...]
    thin: bool = False


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
class Bars:
    """Lying bars from `low` to `high` around the heights `at`, `thickness` high, on the vertical axis.

    An `edge` sets a bar apart from the page and from its neighbours, whatever its colour.
    """

    at: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    thickness: float
    color: str
    edge: str
    hover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Filled areas; `hover` says of each what it is. Holes run round against the outlines they are in.

    Hatched ones have strokes of their colour on the background.
    """

    outlines: tuple[Outline, ...]
    color: str
    hatched: bool
    edge: str
    edge_width: float
    hover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A pale rectangle behind everything: the interval of a reference."""

    left: float
    right: float
    bottom: float
    top: float
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A straight line across the whole plot: a reference value or a break in method."""

    at: float
    vertical: bool
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Text at a point, moved by `dx` and `dy` points (up is positive), vertically centred there.

    One that is `inside` stands in front of a bar; others lie behind the data, on a ground of their own. A
    hatched area is no ground to read on: there a label inside is `grounded` too.
    """

    x: float
    y: float
    text: str
    color: str
    align: Align = "left"
    dx: float = 0.0
    dy: float = 0.0
    bold: bool = False
    inside: bool = False
    grounded: bool = False


Mark = Line | Points | Ranges | Bars | Areas | Band | Rule | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A position on an axis and what is written there; a row label may have several lines."""

    at: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The stretch of numbers an axis shows, its ticks, and whether a line is drawn along it."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    grid: bool
    line: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A symbol of the figure and what it means."""

    symbol: Symbol
    color: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The inside of a figure: marks in the order of drawing, two axes, and the key.

    A plot whose rows need a certain room says its height in centimetres; another takes what the page leaves.
    A plot with `same_scale` is a map: a unit is as long on both axes.
    """

    marks: tuple[Mark, ...]
    x: Axis
    y: Axis
    key: tuple[KeyEntry, ...] = ()
    height_cm: float | None = None
    same_scale: bool = False


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
