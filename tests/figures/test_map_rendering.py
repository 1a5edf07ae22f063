import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from figure_support import make_origin
from talentstats.brand import load_brand
from talentstats.figures import Figure, fixed_classes, render_matplotlib, render_plotly, tile_map
from talentstats.figures.marks import Areas, Axis, Drawing, Plot
from talentstats.regions.tile_grids import tile_grid

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {"nl": "drie klassen", "en": "three classes"}
TITLE = {"nl": "Een verzonnen cijfer per provincie", "en": "An invented figure by province"}

DRAW = """
import hashlib, sys
sys.path[:0] = ["tests/figures", "tests"]
import test_map_rendering
figure = test_map_rendering.make_map()
for name in ("svg", "pdf", "html"):
    print(hashlib.sha256(figure.render(name)).hexdigest())
"""


def make_map(grid: str = "provinces", *, periods: int = 2, highlight: str | None = None) -> Figure:
    """Make a map with every class, gaps, provisional figures and figures of a doubtful class."""
    rows = [
        {
            "region": tile.code,
            "period": str(2022 + period),
            "value": None if number == 3 else 80.0 + 7 * number,
            "low": 75.0 + 7 * number,
            "high": 85.0 + 7 * number,
            "status": "provisional" if number % 5 else "definitive",
        }
        for period in range(periods)
        for number, tile in enumerate(tile_grid(grid))
    ]
    return tile_map(
        pl.DataFrame(rows),
        grid=tile_grid(grid),
        classes=fixed_classes([100, 125], name=TEXTS, reason=TEXTS),
        title=TITLE,
        sources=[make_origin()],
        measure={"nl": "Verzonnen cijfer", "en": "Invented figure"},
        unit={"nl": "punten", "en": "points"},
        highlight=highlight,
    )


def plot_of(figure: Figure) -> Axes:
    sheet = render_matplotlib.compose(figure.drawing(), load_brand())
    sheet.draw_without_rendering()
    return next(axes for axes in sheet.axes if axes.get_label() == "plot")


# A square of two by two with a hole of one by one in it, and an island; hatched or not.
RING = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0))
HOLE = ((0.5, 0.5), (0.5, 1.5), (1.5, 1.5), (1.5, 0.5), (0.5, 0.5))
ISLAND = tuple((x + 3, y) for x, y in RING)


def make_drawing(*, hatched: bool, same_scale: bool = True) -> Drawing:
    areas = Areas(
        outlines=((RING, HOLE), (ISLAND,)),
        color="blue",
        hatched=hatched,
        edge="grey",
        edge_width=1.0,
        hover=("one <b>", ""),
    )
    axes = (Axis(low=0, high=high, ticks=(), grid=False, line=False) for high in (10.0, 2.0))
    x, y = axes
    return Drawing(
        plot=Plot(marks=(areas,), x=x, y=y, same_scale=same_scale),
        title="t",
        subtitle="s",
        notes=(),
        source="b",
        synthetic=None,
        alt="a",
        language="en",
        width_cm=16,
        height_cm=9,
    )


@pytest.mark.parametrize("hatched", [True, False])
def test_print_draws_every_area_with_its_holes_and_hatches_only_what_is_hatched(hatched: bool) -> None:
    sheet = render_matplotlib.compose(make_drawing(hatched=hatched), load_brand())
    (shapes,) = (c for axes in sheet.axes for c in axes.collections if isinstance(c, PathCollection))
    first, second = shapes.get_paths()

    assert shapes.get_hatch() == (render_matplotlib.HATCH if hatched else None)
    assert first.contains_point((0.2, 0.2))
    assert [np.shape(path.vertices)[0] for path in (first, second)] == [10, 5]
    assert bool(np.allclose(np.asarray(shapes.get_facecolor())[0], 1.0)) is hatched


@pytest.mark.parametrize("same_scale", [True, False])
def test_a_map_is_as_wide_as_its_height_asks(same_scale: bool) -> None:
    sheet = render_matplotlib.compose(make_drawing(hatched=False, same_scale=same_scale), load_brand())
    sheet.draw_without_rendering()
    plot = next(axes for axes in sheet.axes if axes.get_label() == "plot")
    (east, north), (west, south) = plot.transData.transform([(2, 2), (0, 0)]).tolist()

    assert (east - west == pytest.approx(north - south)) is same_scale


def test_the_screen_has_a_trace_for_each_area_that_says_what_it_is() -> None:
    figure = render_plotly.compose(make_drawing(hatched=True), load_brand())
    first, second = figure.data

    assert first.x == (*(x for x, _ in RING), None, *(x for x, _ in HOLE), None)
    assert (first.fill, first.hoveron, first.text) == ("toself", "fills", "one &lt;b&gt;")
    assert (first.hoverinfo, second.hoverinfo) == ("text", "skip")
    assert first.fillpattern.shape == "/"
    assert figure.layout.yaxis.scaleanchor == "x"


def test_the_screen_does_not_hatch_what_was_published() -> None:
    drawing = make_drawing(hatched=False, same_scale=False)
    figure = render_plotly.compose(drawing, load_brand())
    assert figure.data[0].fillpattern.shape is None
    assert figure.layout.yaxis.scaleanchor is None


def test_print_hatches_what_was_not_published_and_no_more() -> None:
    svg = make_map().render("svg").decode("utf-8")
    patterns = set(re.findall(r'<pattern id="([^"]+)"', svg))
    assert patterns
    assert all(f"url(#{name})" in svg for name in patterns)


@pytest.mark.parametrize(("grid", "periods"), [("provinces", 3), ("labour_market", 2), ("corop", 2)])
def test_texts_in_tiles_do_not_overlap_and_stay_in_their_tiles(grid: str, periods: int) -> None:
    figure = make_map(grid, periods=periods)
    plot = plot_of(figure)
    boxes = [text.get_window_extent() for text in plot.texts if text.get_text()]
    tiles = [
        path.get_extents(plot.transData)
        for shapes in plot.collections
        if isinstance(shapes, PathCollection)
        for path in shapes.get_paths()
    ]
    titles = set(figure.data["period"])
    inside = [box for box, text in zip(boxes, plot.texts, strict=True) if text.get_text() not in titles]

    assert len(inside) == 2 * len(tiles)
    for box in inside:
        assert any(
            tile.x0 <= box.x0 and box.x1 <= tile.x1 and tile.y0 - 1 <= box.y0 and box.y1 <= tile.y1 + 1
            for tile in tiles
        )
    assert not any(
        one.padded(-1).overlaps(other.padded(-1)) for n, one in enumerate(boxes) for other in boxes[:n]
    )


def test_nothing_of_a_map_sticks_out_of_the_page() -> None:
    plot = plot_of(make_map("corop", periods=2, highlight="CR26"))
    frame = plot.figure.bbox
    for shapes in plot.collections:
        box = shapes.get_window_extent()
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1


def test_the_key_of_the_page_has_a_sign_for_what_was_not_published() -> None:
    page = make_map().render("html").decode("utf-8")
    key = page[page.index('<ul class="key">') : page.index("</ul>")]
    assert key.count("<svg") == 3 + 2
    assert "geen cijfer gepubliceerd" in key
    assert key.count('d="M1 3H15V13H1ZM1 9') == 1


def test_a_map_can_be_drawn_again_to_the_byte_in_another_process() -> None:
    here = [hashlib.sha256(make_map().render(name)).hexdigest() for name in ("svg", "pdf", "html")]
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT / "src")}
    there = subprocess.run(
        [sys.executable, "-c", DRAW], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    assert there.stdout.split() == here
