from talentstats.figures.marks import Axis, Label, Line, Rule
from talentstats.figures.placement import LINE_HEIGHT, Area, Box, Request, place_labels, text_width

AREA = Area(
    x=Axis(low=0, high=100, ticks=(), grid=False),
    y=Axis(low=0, high=100, ticks=(), grid=True),
    width=400,
    height=200,
)


def box(label: Label) -> Box:
    x, y = AREA.to_points(label.x, label.y)
    left = x + label.dx - {"left": 0, "center": 0.5, "right": 1}[label.align] * text_width(label.text)
    return left, y + label.dy - LINE_HEIGHT / 2, left + text_width(label.text), y + label.dy + LINE_HEIGHT / 2


def overlap(one: Box, other: Box) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 0.1
        and min(one[3], other[3]) - max(one[1], other[1]) > 0.1
    )


def test_labels_at_one_place_do_not_cover_each_other() -> None:
    requests = [
        Request(text=f"label {n}", color="blue", anchors=((50, 50 + n),), sides=("right",)) for n in range(4)
    ]
    boxes = [box(label) for label in place_labels(requests, [], AREA)]

    assert not any(overlap(one, other) for n, one in enumerate(boxes) for other in boxes[:n])


def test_a_label_makes_way_for_a_line_and_for_a_rule() -> None:
    line = Line(x=(0, 100), y=(60, 60), color="blue", dashed=False, hover=("", ""))
    rule = Rule(at=50, vertical=True, color="grey")
    request = Request(text="label", color="blue", anchors=((50, 55),))
    (label,) = place_labels([request], [line, rule], AREA)
    left, bottom, right, top = box(label)

    assert not bottom < 120 < top
    assert not left < 200 < right


def test_a_label_stays_inside_the_plot() -> None:
    requests = [
        Request(text="a rather long label", color="blue", anchors=((x, y),))
        for x in (0, 100)
        for y in (0, 100)
    ]
    for label in place_labels(requests, [], AREA):
        left, bottom, right, top = box(label)
        assert left >= 0
        assert bottom >= 0
        assert right <= AREA.width
        assert top <= AREA.height + 4


def test_the_first_anchor_with_room_is_taken() -> None:
    wall = [Line(x=(0, 100), y=(y, y), color="blue", dashed=False, hover=("", "")) for y in range(50, 100, 3)]
    request = Request(text="label", color="blue", anchors=((50, 80), (50, 20), (50, 10)))
    (label,) = place_labels([request], wall, AREA)

    assert (label.x, label.y) == (50, 20)
