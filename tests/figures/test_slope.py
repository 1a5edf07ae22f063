from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from figure_support import WAVE_BREAKS, make_estimates, make_waves, survey_words
from talentstats.errors import InputError
from talentstats.figures import Figure, slope
from talentstats.figures.marks import Label, Line, Points, Ranges, Rule
from talentstats.figures.placement import LINE_HEIGHT

CHANGED = {"leiden": True, "the_hague": True, "rest": False}


def draw(estimates: Any = None, **fields: Any) -> Figure:
    given = make_waves() if estimates is None else estimates
    return slope(given, wave="wave", category="region", **survey_words(**fields))


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def steps(figure: Figure) -> list[Line]:
    """Return the steps between waves: not the lines that lead to labels."""
    return [line for line in marks_of(figure, Line) if line.color != "grey-line"]


def two_waves() -> pl.DataFrame:
    return make_waves().filter(pl.col("wave").is_in([2023, 2025]))


def test_waves_are_joined_by_category_with_an_interval_at_each() -> None:
    figure = draw(two_waves())

    assert [line.y for line in steps(figure)] == [
        pytest.approx(ends) for ends in ((45, 55), (50, 40), (49, 54))
    ]
    assert len(marks_of(figure, Points)) == len(marks_of(figure, Ranges)) == 7


def test_significant_changes_are_thick_and_coloured_and_the_others_thin_and_grey() -> None:
    figure = draw(two_waves(), changed=CHANGED)
    styles = {line.y[0]: (line.color, line.thin, line.dashed) for line in steps(figure)}

    assert list(styles.values()) == [
        ("grey", True, False),
        ("blue", False, False),
        ("orange", False, False),
    ]
    shapes = {(point.color, point.shape, point.filled) for point in marks_of(figure, Points)}
    assert shapes == {
        ("blue", "circle", True),
        ("orange", "square", True),
        ("grey", "circle", False),
        ("grey", "diamond", False),
    }
    assert [entry.text for entry in figure.drawing("en").plot.key] == [
        "significant rise",
        "significant fall",
        "no significant change",
        "not tested",
        "95% confidence interval",
    ]


def test_what_was_not_tested_is_drawn_and_described_as_such() -> None:
    figure = draw(two_waves())

    assert {(line.color, line.dashed) for line in steps(figure)} == {("grey", True)}
    assert figure.drawing().notes[0] == "Veranderingen zijn niet getoetst en kunnen op toeval berusten."
    assert "Verandering" not in figure.table("nl")


def test_no_line_crosses_a_break_and_a_note_says_why() -> None:
    figure = draw(breaks=WAVE_BREAKS, changed=CHANGED)
    (rule,) = marks_of(figure, Rule)

    assert rule.at == 2020
    assert all(min(line.x) > 2020 for line in steps(figure))
    assert "niet vergelijkbaar" in [label.text for label in marks_of(figure, Label)]
    note = "Cijfers van 2019 en 2021 zijn niet vergelijkbaar en daarom niet verbonden: in 2019 telden"
    assert any(note in text for text in figure.drawing().notes)
    assert note in figure.alt("nl")
    assert "Getoetst is de verandering tussen 2021 en 2025" in figure.drawing().notes[0]


def test_only_the_steps_between_the_compared_waves_are_accented() -> None:
    figure = draw(breaks=WAVE_BREAKS, changed={"leiden": True}, compared=(2023, 2025))
    accented = [line for line in steps(figure) if line.color == "blue"]

    assert [line.y for line in accented] == [pytest.approx((45, 55))]
    assert "Significant gestegen: Leidse regio en omliggende gemeenten van 45% (2023) naar 55% (2025)" in (
        figure.alt("nl")
    )


def test_a_suppressed_estimate_breaks_its_line_and_is_written_as_a_dot() -> None:
    figure = draw()
    utrecht = [line for line in steps(figure) if line.y == pytest.approx((51, 52))]

    assert len(utrecht) == 1
    assert ". Utrecht" in [label.text for label in marks_of(figure, Label)]
    assert "Niet getoond wegens te weinig waarnemingen: Utrecht, 2025." in figure.alt("nl")


def test_labels_at_the_ends_never_overlap_and_stay_in_the_plot() -> None:
    close = pl.concat(
        [make_estimates({f"r{n}": 0.5 + 0.001 * n for n in range(15)}, wave=wave) for wave in (2023, 2025)]
    )
    plot = draw(close, names={}).drawing().plot
    height = (plot.height_cm or 0) * 72 / 2.54
    for side in ("left", "right"):
        places = sorted(
            (label.y - plot.y.low) / (plot.y.high - plot.y.low) * height
            for label in plot.marks
            if isinstance(label, Label) and label.align == side
        )
        gaps = [after - before for before, after in pairwise(places)]
        assert len(places) == 15
        assert min(gaps) >= LINE_HEIGHT - 0.01
        assert places[0] >= 0
        assert places[-1] <= height


def test_the_table_gives_the_outcome_beside_the_later_wave() -> None:
    table = draw(two_waves(), changed=CHANGED).table("nl")

    assert "Verandering 2023–2025" in table
    assert "| Den Haag | 2023 | 50% | 45–55% | 101 |  |" in table
    assert "| Den Haag | 2025 | 40% | 35–45% | 101 | significant gedaald |" in table


def test_waves_may_be_text_and_come_in_any_order() -> None:
    shuffled = two_waves().with_columns(pl.col("wave").cast(pl.String)).reverse()

    assert draw(shuffled, names={}).data["wave"].to_list() == [2023, 2025] * 4


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"changed": {"leyden": True}}, r"Unknown category `leyden`.*(\n.*)*`leiden`"),
        ({"changed": {"utrecht": True}}, "the estimates it is about are not there"),
        ({"compared": (2023, 2020)}, "not two waves of the figure"),
        ({"compared": (2025, 2023)}, "the earlier first"),
        ({"compared": (2019, 2023), "breaks": WAVE_BREAKS}, "across a break"),
        ({"breaks": {(2019, 2023): {"nl": "a", "en": "b"}}}, "that follow each other"),
        ({"breaks": {(2019, 2021): {"nl": "a"}}}, "both languages"),
    ],
)
def test_tests_and_breaks_about_other_waves_or_categories_are_refused(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        draw(**fields)


@pytest.mark.parametrize(
    ("estimates", "message"),
    [
        (make_waves().filter(pl.col("wave") == 2025), "needs two waves"),
        (make_waves().with_columns(wave=pl.format("spring {}", "wave")), "not a year"),
        (pl.concat([make_waves(), make_waves()]), "given twice"),
        (make_waves().drop("wave"), "no `wave`"),
        (
            pl.concat(
                [make_estimates({f"r{n}": 0.5 for n in range(16)}, wave=wave) for wave in (2023, 2025)]
            ),
            "too many lines",
        ),
    ],
)
def test_estimates_that_show_no_change_are_refused(estimates: pl.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(estimates, names={})


def test_a_break_between_the_only_two_waves_leaves_nothing_to_test() -> None:
    frame = make_waves().filter(pl.col("wave") < 2022)

    assert steps(draw(frame, breaks=WAVE_BREAKS)) == []
    with pytest.raises(InputError, match="two waves without a break"):
        draw(frame, breaks=WAVE_BREAKS, changed={"leiden": True})
