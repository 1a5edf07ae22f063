from dataclasses import replace

import pytest

from talentstats.figures.marks import (
    Areas,
    Axis,
    Band,
    Bars,
    Label,
    Line,
    Mark,
    Plot,
    Points,
    Ranges,
    Rule,
    Tick,
)
from talentstats.figures.tiling import BELOW, BETWEEN_COLUMNS, Grid, Panel, move, tile

AXIS = Axis(low=0.0, high=10.0, ticks=(Tick(at=0.0, text="0"), Tick(at=10.0, text="10")), grid=False)


def make_plot(*marks: Mark) -> Plot:
    return Plot(marks=marks, x=AXIS, y=AXIS)


LINE = Line(x=(1, 2), y=(3, None), color="blue", dashed=False, hover=("", ""))
POINTS = Points(x=(1,), y=(3,), color="blue", filled=True, shape="circle", size=5, hover=("",))
FLAT = Ranges(at=(1,), low=(2,), high=(3,), horizontal=True, color="blue", width=2)
UPRIGHT = replace(FLAT, horizontal=False)
BARS = Bars(at=(1,), low=(2,), high=(3,), thickness=2, color="blue", edge="grey", hover=("",))
RING = ((1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 2.0))
MOVED_RING = ((110.0, 1010.0), (130.0, 1010.0), (130.0, 1020.0), (110.0, 1010.0))
AREAS = Areas(outlines=((RING,),), color="blue", hatched=False, edge="grey", edge_width=1, hover=("",))
BAND = Band(left=1, right=2, bottom=3, top=4, color="grey")
LABEL = Label(x=1, y=2, text="a", color="blue", dx=3)


@pytest.mark.parametrize(
    ("mark", "moved"),
    [
        (LINE, replace(LINE, x=(110, 120), y=(1015, None))),
        (POINTS, replace(POINTS, x=(110,), y=(1015,))),
        (FLAT, replace(FLAT, at=(1005,), low=(120,), high=(130,))),
        (UPRIGHT, replace(UPRIGHT, at=(110,), low=(1010,), high=(1015,))),
        (BARS, replace(BARS, at=(1005,), low=(120,), high=(130,), thickness=10)),
        (BAND, replace(BAND, left=110, right=120, bottom=1015, top=1020)),
        (AREAS, replace(AREAS, outlines=((MOVED_RING,),))),
        (LABEL, replace(LABEL, x=110, y=1010)),
    ],
    ids=lambda mark: type(mark).__name__,
)
def test_a_mark_of_any_kind_moves_with_its_panel(mark: Mark, moved: Mark) -> None:
    assert move(mark, lambda x: 100 + 10 * x, lambda y: 1000 + 5 * y, make_plot()) == moved


@pytest.mark.parametrize("vertical", [True, False])
def test_a_rule_ends_where_its_panel_does(vertical: bool) -> None:
    rule = Rule(at=5.0, vertical=vertical, color="grey")
    panels = [Panel(title=name, plot=make_plot(rule)) for name in ("one", "two")]
    plot = tile(panels, Grid(columns=2, width=100.0, height=50.0))
    first, second = (mark for mark in plot.marks if isinstance(mark, Line) and mark.dashed)

    across, up = (
        (50.0, 50.0) if vertical else (0.0, 100.0),
        (BELOW, BELOW + 50) if vertical else (BELOW + 25,) * 2,
    )
    assert (first.x, first.y) == (across, up)
    assert second.x == tuple(x + 100 + BETWEEN_COLUMNS for x in across)


@pytest.mark.parametrize("line", [True, False])
def test_a_panel_has_a_line_along_its_axis_when_the_axis_has_one(line: bool) -> None:
    plot = Plot(marks=(), x=replace(AXIS, line=line), y=AXIS)
    tiled = tile([Panel(title="one", plot=plot)], Grid(columns=1, width=100.0, height=50.0))
    assert any(isinstance(mark, Line) for mark in tiled.marks) is line


def test_the_lowest_panel_of_each_column_has_the_labels_of_the_axis() -> None:
    panels = [Panel(title=str(number), plot=make_plot()) for number in range(3)]
    plot = tile(panels, Grid(columns=2, width=100.0, height=50.0))
    labels = [mark for mark in plot.marks if isinstance(mark, Label) and mark.text == "10"]

    assert [(label.x, label.y) for label in labels] == [
        (100 + BETWEEN_COLUMNS + 100, pytest.approx(plot.y.high - 50 - 11 - 12)),
        (100, BELOW),
    ]
    assert [tick.text for tick in plot.y.ticks] == ["0", "10", "0", "10"]
    assert not plot.x.line


def test_a_subtitle_stands_below_the_title_and_is_not_bold() -> None:
    panel = Panel(title="Above", plot=make_plot(), subtitle="Below")
    plot = tile([panel], Grid(columns=1, width=100, height=50))
    title, subtitle = sorted(
        (mark for mark in plot.marks if isinstance(mark, Label) and mark.text in ("Above", "Below")),
        key=lambda mark: -mark.y,
    )
    assert (title.text, title.bold) == ("Above", True)
    assert (subtitle.text, subtitle.bold) == ("Below", False)
