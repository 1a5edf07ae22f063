from dataclasses import replace

import pytest

from talentstats.figures.marks import Axis, Band, Bars, Label, Line, Mark, Plot, Points, Ranges, Rule, Tick
from talentstats.figures.tiling import BELOW, BETWEEN_COLUMNS, Grid, Panel, move, tile

AXIS = Axis(low=0.0, high=10.0, ticks=(Tick(at=0.0, text="0"), Tick(at=10.0, text="10")), grid=False)


def make_plot(*marks: Mark) -> Plot:
    return Plot(marks=marks, x=AXIS, y=AXIS)


LINE = Line(x=(1, 2), y=(3, None), color="blue", dashed=False, hover=("", ""))
POINTS = Points(x=(1,), y=(3,), color="blue", filled=True, shape="circle", size=5, hover=("",))
FLAT = Ranges(at=(1,), low=(2,), high=(3,), horizontal=True, color="blue", width=2)
UPRIGHT = replace(FLAT, horizontal=False)
BARS = Bars(at=(1,), low=(2,), high=(3,), thickness=2, color="blue", edge="grey", hover=("",))
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
