"""Drawing for the screen: one HTML page that works offline. The only place that knows plotly."""

import html
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from talentstats.brand import Brand
from talentstats.figures.layout import BODY
from talentstats.figures.marks import (
    Areas,
    Axis,
    Band,
    Bars,
    Drawing,
    Label,
    Line,
    Mark,
    Outline,
    Plot,
    Points,
    Ranges,
    Rule,
)
from talentstats.figures.page import FONTS, font_faces, page
from talentstats.figures.text_table import TextTable

DIV_ID = "talentstats-figure"
LIBRARY = "plotly.min.js"
PIXELS_PER_POINT = 96 / 72
PIXELS_PER_CM = 96 / 2.54
FONT_SIZE = 14
# Nothing in the page asks a server for anything: no logo, no buttons, no map shapes.
_CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "topojsonURL": "",
    "plotlyServerURL": "",
}

_SYMBOLS = {"circle": "circle", "diamond": "diamond", "square": "square", "triangle": "triangle-up"}


def render(drawing: Drawing, table: TextTable, brand: Brand, *, self_contained: bool = True) -> bytes:
    """Return a drawing as an HTML page with its table; the same drawing, the same bytes.

    Parameters
    ----------
    drawing : Drawing
    table : TextTable
        The same figures, for readers who cannot see the chart.
    brand : Brand
    self_contained : bool
        Whether the page holds all it needs; otherwise `shared_files` have to stand beside it.
    """
    chart = compose(drawing, brand).to_html(
        full_html=False,
        include_plotlyjs=self_contained or LIBRARY,
        include_mathjax=False,
        div_id=DIV_ID,
        config=_CONFIG | {"locale": drawing.language},
    )
    return page(drawing, chart=chart, table=table, brand=brand, self_contained=self_contained).encode("utf-8")


def shared_files(brand: Brand) -> dict[str, bytes]:
    """Return by name the files that all pages which are not self-contained need beside them."""
    return {LIBRARY: get_plotlyjs().encode("utf-8"), FONTS: font_faces(brand).encode("utf-8")}


def compose(drawing: Drawing, brand: Brand) -> go.Figure:
    """Return a drawing as a plotly figure with the marks and axes only; the page holds the texts."""
    figure = go.Figure()
    for mark in drawing.plot.marks:
        _draw_mark(figure, mark, drawing.plot, brand)
    figure.update_layout(
        template="none",
        font={"family": _family(brand), "size": FONT_SIZE, "color": brand.color("grey-dark")},
        paper_bgcolor=brand.color("background"),
        plot_bgcolor=brand.color("background"),
        height=_height(drawing),
        barmode="overlay",
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        showlegend=False,
        hoverlabel={"font": {"family": _family(brand), "size": FONT_SIZE}, "align": "left"},
        xaxis=_axis(drawing.plot.x, brand)
        | {"showline": drawing.plot.x.line, "linecolor": brand.color("grey"), "ticks": "outside"},
        # Ticks that nobody sees keep labels of rows off the data.
        yaxis=_axis(drawing.plot.y, brand)
        | {"ticks": "outside", "ticklen": 6, "tickcolor": brand.color("background")}
        | ({"scaleanchor": "x", "constrain": "domain"} if drawing.plot.same_scale else {}),
    )
    return figure


def _height(drawing: Drawing) -> int:
    """Return the height in pixels; rows get as much more room as letters are larger than in print."""
    rows = drawing.plot.height_cm
    if rows is None:
        return round(drawing.height_cm * PIXELS_PER_CM) + 40
    return round(rows * PIXELS_PER_CM * FONT_SIZE / (BODY * PIXELS_PER_POINT)) + 60


def _family(brand: Brand) -> str:
    # Quoted, because the name of a family may hold a digit, which CSS does not read otherwise.
    return f'"{brand.family}", sans-serif'


def escape(text: str) -> str:
    """Return text that plotly shows literally: its own markup is a subset of HTML."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def _axis(axis: Axis, brand: Brand) -> dict[str, Any]:
    return {
        "range": [axis.low, axis.high],
        "tickmode": "array",
        "tickvals": [tick.at for tick in axis.ticks],
        "ticktext": [
            f"<b>{escape(tick.text)}</b>" if tick.bold else escape(tick.text) for tick in axis.ticks
        ],
        "showgrid": axis.grid,
        "gridcolor": brand.color("grey-line"),
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }


def _draw_mark(figure: go.Figure, mark: Mark, plot: Plot, brand: Brand) -> None:
    if isinstance(mark, Label):
        _draw_label(figure, mark, brand)
    elif isinstance(mark, Rule):
        _draw_rule(figure, mark, plot, brand)
    elif isinstance(mark, Bars):
        _draw_bars(figure, mark, brand)
    elif isinstance(mark, Areas):
        _draw_areas(figure, mark, brand)
    elif isinstance(mark, Band):
        _draw_band(figure, mark, brand)
    elif isinstance(mark, Ranges):
        _draw_ranges(figure, mark, brand)
    elif isinstance(mark, Line):
        _draw_line(figure, mark, brand)
    else:
        _draw_points(figure, mark, brand)


def _draw_line(figure: go.Figure, line: Line, brand: Brand) -> None:
    figure.add_scatter(
        x=list(line.x),
        y=list(line.y),
        mode="lines",
        connectgaps=False,
        line={
            "color": brand.color(line.color),
            "width": 1.2 if line.thin else 2.4,
            "dash": "dash" if line.dashed else "solid",
        },
        hovertext=[escape(text) for text in line.hover],
        hoverinfo="text" if any(line.hover) else "skip",
    )


def _draw_points(figure: go.Figure, points: Points, brand: Brand) -> None:
    color = brand.color(points.color)
    hollow = "rgba(0,0,0,0)" if points.shape == "diamond" else brand.color("background")
    figure.add_scatter(
        x=list(points.x),
        y=list(points.y),
        mode="markers",
        marker={
            "symbol": _SYMBOLS[points.shape],
            "size": points.size * PIXELS_PER_POINT * 1.15,
            "color": color if points.filled else hollow,
            "line": {"color": color, "width": 1.8},
        },
        hovertext=[escape(text) for text in points.hover],
        hoverinfo="text",
    )


def _draw_ranges(figure: go.Figure, ranges: Ranges, brand: Brand) -> None:
    along = [bound for low, high in zip(ranges.low, ranges.high, strict=True) for bound in (low, high, None)]
    across = [place for at in ranges.at for place in (at, at, None)]
    figure.add_scatter(
        x=along if ranges.horizontal else across,
        y=across if ranges.horizontal else along,
        mode="lines",
        connectgaps=False,
        line={"color": brand.color(ranges.color), "width": ranges.width * PIXELS_PER_POINT * 1.15},
        hoverinfo="skip",
    )


def _draw_bars(figure: go.Figure, bars: Bars, brand: Brand) -> None:
    figure.add_bar(
        orientation="h",
        y=list(bars.at),
        x=[high - low for low, high in zip(bars.low, bars.high, strict=True)],
        base=list(bars.low),
        width=bars.thickness,
        marker={"color": brand.color(bars.color), "line": {"color": brand.color(bars.edge), "width": 0.8}},
        hovertext=[escape(text) for text in bars.hover],
        hoverinfo="text",
    )


def _draw_areas(figure: go.Figure, areas: Areas, brand: Brand) -> None:
    color = brand.color(areas.color)
    strokes = {
        "shape": "/",
        "fgcolor": color,
        "bgcolor": brand.color("background"),
        "size": 7,
        "solidity": 0.12,
    }
    # One trace for each area: only a trace as a whole says something when a reader points inside it.
    for outline, words in zip(areas.outlines, areas.hover, strict=True):
        x, y = _corners(outline)
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=color,
            fillpattern=strokes if areas.hatched else None,
            line={"color": brand.color(areas.edge), "width": areas.edge_width * PIXELS_PER_POINT},
            hoveron="fills",
            cliponaxis=False,
            text=escape(words),
            hoverinfo="text" if words else "skip",
        )


def _corners(outline: Outline) -> tuple[list[float | None], list[float | None]]:
    """Return the corners of all rings, with a gap after each."""
    points = [point for ring in outline for point in (*ring, (None, None))]
    return [x for x, _ in points], [y for _, y in points]


def _draw_band(figure: go.Figure, band: Band, brand: Brand) -> None:
    figure.add_shape(
        type="rect",
        x0=band.left,
        x1=band.right,
        y0=band.bottom,
        y1=band.top,
        fillcolor=brand.color(band.color),
        line={"width": 0},
        layer="between",
    )


def _draw_rule(figure: go.Figure, rule: Rule, plot: Plot, brand: Brand) -> None:
    line = {"color": brand.color(rule.color), "width": 1.2, "dash": "dash"}
    # From end to end of the axis: a shape that spans the paper would lie under bands.
    across = {"x0": rule.at, "x1": rule.at, "y0": plot.y.low, "y1": plot.y.high}
    along = {"y0": rule.at, "y1": rule.at, "x0": plot.x.low, "x1": plot.x.high}
    figure.add_shape(type="line", line=line, layer="between", **(across if rule.vertical else along))


def _draw_label(figure: go.Figure, label: Label, brand: Brand) -> None:
    text = escape(label.text)
    figure.add_annotation(
        x=label.x,
        y=label.y,
        text=f"<b>{text}</b>" if label.bold else text,
        font={"color": brand.color(label.color), "size": FONT_SIZE},
        showarrow=False,
        xanchor=label.align,
        yanchor="middle",
        xshift=label.dx * PIXELS_PER_POINT * 1.15,
        yshift=label.dy * PIXELS_PER_POINT * 1.15,
        borderpad=1,
        bgcolor="rgba(0,0,0,0)" if label.inside and not label.grounded else brand.color("background"),
    )
