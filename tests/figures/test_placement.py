from talentstats.figures.marks import Axis, Line, Rule
from talentstats.figures.placement import LINE_HEIGHT, Area, Request, place_labels, text_width

AREA = Area(
    x=Axis(low=0, high=100, ticks=(), grid=False),
    y=Axis(low=0, high=100, ticks=(), grid=True),
    width=400,
    height=200,
)


def box(label):
    x, y = AREA.to_points(label.x, label.y)
    left = x + label.dx - {"left": 0, "center": 0.5, "right": 1}[label.align] * text_width(label.text)
    return left, y + label.dy - LINE_HEIGHT / 2, left + text_width(label.text), y + label.dy + LINE_HEIGHT / 2


def overlap(one, other):
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def test_labels_at_one_place_do_not_cover_each_other():
    requests = [Request(text=f"label {n}", color="blue", anchors=((50, 50 + n),)) for n in range(5)]
    boxes = [box(label) for label in place_labels(requests, [], AREA)]

    assert not any(overlap(one, other) for n, one in enumerate(boxes) for other in boxes[:n])


def test_a_label_makes_way_for_a_line_and_for_a_rule():
    line = Line(x=(0, 100), y=(60, 60), color="blue", dashed=False, hover=("", ""))
    rule = Rule(at=50, vertical=True, color="grey")
    request = Request(text="label", color="blue", anchors=((50, 55),))
    (label,) = place_labels([request], [line, rule], AREA)
    left, bottom, right, top = box(label)

    assert not bottom < 120 < top
    assert not left < 200 < right


def test_a_label_stays_inside_the_plot():
    requests = [Request(text="a rather long label", color="blue", anchors=((x, y),)) for x in (0, 100) for y in (0, 100)]
    for label in place_labels(requests, [], AREA):
        left, bottom, right, top = box(label)
        assert left >= 0
        assert bottom >= 0
        assert right <= AREA.width
        assert top <= AREA.height + 4


def test_the_first_anchor_with_room_is_taken():
    wall = [Line(x=(0, 100), y=(y, y), color="blue", dashed=False, hover=("", "")) for y in range(50, 100, 3)]
    request = Request(text="label", color="blue", anchors=((50, 80), (50, 20), (50, 10)))
    (label,) = place_labels([request], wall, AREA)

    assert (label.x, label.y) == (50, 20)
