"""Drawing for print: SVG, PNG and PDF. The only place that knows matplotlib."""

import io
import threading
from collections.abc import Callable, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as Sheet
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from talentstats.brand import Brand
from talentstats.figures.layout import (
    BODY,
    BOLD,
    GAP,
    LEADING,
    REGULAR,
    SYMBOL_WIDTH,
    KeyPlace,
    Page,
    TextLine,
    lay_out,
)
from talentstats.figures.marks import (
    BAR_EDGE,
    Areas,
    Band,
    Bars,
    Drawing,
    Label,
    Line,
    Mark,
    Outline,
    Points,
    Ranges,
    Rule,
    Symbol,
    Tick,
)

PNG_DPI = 192
EDGE_WIDTH = 0.6
HATCH, HATCH_WIDTH = "////", 0.5
POINTS_PER_INCH = 72
DASHES = (0, (3.2, 2.2))
# Half the height of a capital, as a share of the font size: centres text on a point.
HALF_CAPITAL = 0.33
# Drawn letters are fitted to pixels and may come out this much wider than measured.
PIXEL_FITTING = 1.04
# From back to front: bands, grid, rules, labels with their background, data.
BANDS, RULES, LABELS, LOWEST_DATA = 0.4, 1.5, 1.8, 2
_MARKERS = {"circle": "o", "diamond": "D", "square": "s", "triangle": "^"}
_KEY_MARKERS: dict[Symbol, str] = {"filled": "o", "open": "o", "diamond": "D", "square": "s", "triangle": "^"}
_KEY_HOLLOW: tuple[Symbol, ...] = ("open", "diamond")

# matplotlib's settings are global to the process while a figure is drawn.
_DRAWING = threading.Lock()


def render(drawing: Drawing, brand: Brand, *, formats: Sequence[str]) -> dict[str, bytes]:
    """Return a drawing as the bytes of files; the same drawing, the same bytes, alone or with others.

    Parameters
    ----------
    drawing : Drawing
    brand : Brand
    formats : sequence of {"svg", "png", "pdf"}
        Composed once for all.
    """
    made = {}
    with _DRAWING, mpl.rc_context():
        _apply_settings()
        sheet = compose(drawing, brand)
        for name in formats:
            stream = io.BytesIO()
            sheet.savefig(stream, format=name, dpi=PNG_DPI, metadata=_metadata(drawing, name))
            made[name] = stream.getvalue()
    return made


def _apply_settings() -> None:
    """Forget the user's own settings; fix ids, embed fonts, and read no text as mathematics."""
    mpl.rcdefaults()
    mpl.rc("svg", hashsalt="talentstats", fonttype="path")
    mpl.rc("pdf", fonttype=42)
    mpl.rc("path", simplify=False)
    mpl.rc("hatch", linewidth=HATCH_WIDTH)
    mpl.rc("text", parse_math=False)


def _metadata(drawing: Drawing, format: str) -> dict[str, str | None]:  # noqa: A002
    if format == "svg":
        words: dict[str, str | None] = {
            "Description": drawing.alt,
            "Language": drawing.language,
            "Date": None,
        }
    elif format == "pdf":
        words = {"Subject": drawing.alt, "CreationDate": None, "Producer": None}
    else:
        words = {"Description": drawing.alt, "Software": None}
    return {"Title": drawing.title, "Creator": "talentstats", **words}


def compose(drawing: Drawing, brand: Brand) -> Sheet:
    """Return a drawing as a matplotlib figure: one axes with the plot, one with the page's texts."""
    page = lay_out(drawing, _measure(brand))
    sheet = Sheet(figsize=(page.width / POINTS_PER_INCH, page.height / POINTS_PER_INCH))
    sheet.set_facecolor(brand.color("background"))
    _draw_page(sheet, page, brand)
    left, bottom, width, height = page.plot
    axes = sheet.add_axes(
        (left / page.width, bottom / page.height, width / page.width, height / page.height), label="plot"
    )
    _dress_axes(axes, drawing, brand)
    for order, mark in enumerate(drawing.plot.marks, start=LOWEST_DATA):
        _draw_mark(axes, mark, brand, order)
    return sheet


def _font(brand: Brand, size: float, weight: int = REGULAR) -> FontProperties:
    return FontProperties(fname=str(brand.font(weight)), size=size)


def _measure(brand: Brand) -> Callable[[str, float, int], float]:
    def measure(text: str, size: float, weight: int) -> float:
        font = _font(brand, size, weight)
        width: float = text_to_path.get_text_width_height_descent(text or " ", font, ismath=False)[0]
        return width * PIXEL_FITTING

    return measure


def _draw_page(sheet: Sheet, page: Page, brand: Brand) -> None:
    axes = sheet.add_axes((0, 0, 1, 1), label="page")
    axes.set_axis_off()
    axes.set_xlim(0, page.width)
    axes.set_ylim(0, page.height)
    for line in page.lines:
        _draw_line(axes, line, brand)
    for place in page.key:
        _draw_key(axes, place, brand)


def _draw_line(axes: Axes, line: TextLine, brand: Brand) -> None:
    frame = {"facecolor": "none", "edgecolor": brand.color(line.color), "linewidth": 1.0, "pad": 2.5}
    axes.text(
        line.x,
        line.y,
        line.text,
        color=brand.color(line.color),
        fontproperties=_font(brand, line.size, line.weight),
        bbox=frame if line.framed else None,
    )


def _draw_key(axes: Axes, place: KeyPlace, brand: Brand) -> None:
    color, middle = brand.color(place.entry.color), place.x + 4
    symbol = place.entry.symbol
    if symbol == "range_upright":
        axes.plot([middle, middle], [place.y - 4, place.y + 4], color=color, linewidth=2.5)
    elif symbol in ("bar", "hatch"):
        _draw_key_area(axes, place, brand)
    elif symbol == "range_flat":
        axes.plot([place.x, place.x + 9], [place.y, place.y], color=color, linewidth=2.6)
    else:
        axes.plot(
            [middle],
            [place.y],
            _KEY_MARKERS[symbol],
            color=color,
            markersize=5.2,
            markerfacecolor=brand.color("background") if symbol in _KEY_HOLLOW else color,
            markeredgewidth=1.3,
        )
    axes.text(
        place.x + SYMBOL_WIDTH,
        place.y - HALF_CAPITAL * BODY,
        place.entry.text,
        color=brand.color("grey-dark"),
        fontproperties=_font(brand, BODY),
    )


def _draw_key_area(axes: Axes, place: KeyPlace, brand: Brand) -> None:
    hatched, color = place.entry.symbol == "hatch", brand.color(place.entry.color)
    sample = Rectangle(
        (place.x, place.y - 3.5),
        9,
        7,
        facecolor=brand.color("background") if hatched else color,
        edgecolor=color if hatched else brand.color(BAR_EDGE),
        hatch=HATCH if hatched else None,
        linewidth=EDGE_WIDTH,
    )
    axes.add_patch(sample)


def _dress_axes(axes: Axes, drawing: Drawing, brand: Brand) -> None:
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom" and drawing.plot.x.line)
        spine.set_color(brand.color("grey"))
        spine.set_linewidth(0.7)
    across, up = drawing.plot.x, drawing.plot.y
    axes.xaxis.set_ticks([tick.at for tick in across.ticks], [tick.text for tick in across.ticks])
    axes.yaxis.set_ticks([tick.at for tick in up.ticks], [""] * len(up.ticks))
    for label in axes.xaxis.get_ticklabels():
        label.set_fontproperties(_font(brand, BODY))
        label.set_color(brand.color("grey-dark"))
    for tick in up.ticks:
        _draw_row_label(axes, tick, brand)
    for side, scale in ((axes.xaxis, across), (axes.yaxis, up)):
        if scale.grid:
            side.grid(visible=True, color=brand.color("grey-line"), linewidth=0.7)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=3, pad=3, color=brand.color("grey"))
    axes.set_xlim(drawing.plot.x.low, drawing.plot.x.high)
    axes.set_ylim(drawing.plot.y.low, drawing.plot.y.high)
    if drawing.plot.same_scale:
        axes.set_aspect("equal")


def _draw_row_label(axes: Axes, tick: Tick, brand: Brand) -> None:
    lines = tick.text.split("\n")
    for number, line in enumerate(lines):
        down = (number - (len(lines) - 1) / 2) * LEADING * BODY
        axes.annotate(
            line,
            (0, tick.at),
            xycoords=("axes fraction", "data"),
            xytext=(-GAP, -HALF_CAPITAL * BODY - down),
            textcoords="offset points",
            color=brand.color("grey-dark"),
            fontproperties=_font(brand, BODY, BOLD if tick.bold else REGULAR),
            horizontalalignment="right",
            annotation_clip=False,
        )


def _draw_mark(axes: Axes, mark: Mark, brand: Brand, order: int) -> None:
    color = brand.color(mark.color)
    if isinstance(mark, Label):
        _draw_label(axes, mark, brand, order)
    elif isinstance(mark, Bars):
        _draw_bars(axes, mark, brand, order)
    elif isinstance(mark, Areas):
        _draw_areas(axes, mark, brand, order)
    elif isinstance(mark, Band):
        corners = ([mark.left, mark.right], mark.bottom, mark.top)
        axes.fill_between(*corners, color=color, linewidth=0, zorder=BANDS)
    elif isinstance(mark, Rule):
        draw = axes.axvline if mark.vertical else axes.axhline
        draw(mark.at, color=color, linewidth=0.9, linestyle=DASHES, zorder=RULES)
    elif isinstance(mark, Ranges):
        draw_all = axes.hlines if mark.horizontal else axes.vlines
        draw_all(mark.at, mark.low, mark.high, colors=color, linewidth=mark.width, zorder=order)
    elif isinstance(mark, Line):
        values = [float("nan") if value is None else value for value in mark.y]
        style = DASHES if mark.dashed else "solid"
        width = 0.9 if mark.thin else 1.4 if mark.dashed else 1.8
        axes.plot(mark.x, values, color=color, linewidth=width, linestyle=style, zorder=order)
    else:
        _draw_points(axes, mark, brand, order)


def _draw_points(axes: Axes, points: Points, brand: Brand, order: int) -> None:
    color = brand.color(points.color)
    # An open diamond is drawn around another point, which stays visible in it.
    hollow = "none" if points.shape == "diamond" else brand.color("background")
    axes.plot(
        points.x,
        points.y,
        linestyle="none",
        marker=_MARKERS[points.shape],
        markersize=points.size,
        color=color,
        markerfacecolor=color if points.filled else hollow,
        markeredgewidth=1.3,
        zorder=order,
    )


def _draw_bars(axes: Axes, bars: Bars, brand: Brand, order: int) -> None:
    axes.barh(
        bars.at,
        [high - low for low, high in zip(bars.low, bars.high, strict=True)],
        left=bars.low,
        height=bars.thickness,
        color=brand.color(bars.color),
        edgecolor=brand.color(bars.edge),
        linewidth=EDGE_WIDTH,
        zorder=order,
    )


def _draw_areas(axes: Axes, areas: Areas, brand: Brand, order: int) -> None:
    color = brand.color(areas.color)
    shapes = PathCollection(
        [_path(outline) for outline in areas.outlines],
        facecolor=brand.color("background") if areas.hatched else color,
        edgecolor=brand.color(areas.edge),
        hatch=HATCH if areas.hatched else None,
        hatchcolor=color,
        linewidth=areas.edge_width,
        joinstyle="round",
        # The line around the outermost area is as thick as that around others.
        clip_on=False,
        zorder=order,
    )
    axes.add_collection(shapes, autolim=False)


def _path(outline: Outline) -> Path:
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in outline))


def _draw_label(axes: Axes, label: Label, brand: Brand, order: int) -> None:
    axes.annotate(
        label.text,
        (label.x, label.y),
        xytext=(label.dx, label.dy - HALF_CAPITAL * BODY),
        textcoords="offset points",
        color=brand.color(label.color),
        fontproperties=_font(brand, BODY, BOLD if label.bold else REGULAR),
        horizontalalignment=label.align,
        annotation_clip=False,
        zorder=order if label.inside else LABELS,
        # A rule or grid line does not run through the words.
        bbox=None
        if label.inside and not label.grounded
        else {"facecolor": brand.color("background"), "edgecolor": "none", "pad": 0.8},
    )
