from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from figure_support import WAVE_BREAKS, make_estimates, make_waves, survey_words
from talentstats.errors import InputError
from talentstats.figures import Figure, small_multiples
from talentstats.figures.marks import Label, Line, Points, Ranges

ROLES = ("employee", "student", "partner")


def by_role() -> pl.DataFrame:
    """Make estimates by region and role; Utrecht has no row for partners."""
    rows = pl.concat(
        [
            make_estimates({"leiden": 0.4 + 0.1 * number, "utrecht": 0.6, "the_hague": 0.3}, role=role)
            for number, role in enumerate(ROLES)
        ]
    )
    return rows.filter((pl.col("region") != "utrecht") | (pl.col("role") != "partner"))


def draw(estimates: Any = None, **fields: Any) -> Figure:
    given = by_role() if estimates is None else estimates
    rows = {} if "wave" in fields else {"category": "role"}
    return small_multiples(given, **survey_words(**{"panel": "region"} | rows | fields))


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def titles(figure: Figure) -> list[str]:
    return [label.text for label in marks_of(figure, Label) if label.bold]


def test_each_panel_has_its_title_and_the_same_rows_on_the_same_scale() -> None:
    figure = draw(columns=2)
    ticks = figure.drawing().plot.y.ticks

    assert titles(figure) == ["Leidse regio en omliggende gemeenten", "Utrecht", "Den Haag"]
    assert [tick.text for tick in ticks] == ["werknemers", "studenten", "meegekomen partners"] * 2


def test_equal_values_stand_at_equal_places_in_every_panel() -> None:
    equal = make_estimates({"leiden": 0.5, "utrecht": 0.5, "the_hague": 0.5}, role="employee")
    dots = marks_of(draw(equal, columns=3), Points)
    steps = [after.x[0] - before.x[0] for before, after in pairwise(dots)]

    assert len({dot.y for dot in dots}) == 1
    assert steps[0] == pytest.approx(steps[1])
    assert steps[0] > 50


def test_a_row_that_is_not_there_is_written_as_a_dot() -> None:
    figure = draw()

    assert [label.text for label in marks_of(figure, Label)].count(".") == 1
    assert ". = not shown: too few observations." in figure.drawing("en").notes
    assert "| Utrecht | meegekomen partners | . | . | . |" in figure.table("nl")
    assert "Niet getoond wegens te weinig waarnemingen: Utrecht, meegekomen partners." in figure.alt("nl")


def test_the_reference_is_repeated_in_each_panel_in_another_shape() -> None:
    reference = pl.concat([make_estimates({"all": 0.5}, role=role) for role in ROLES])
    name = {"nl": "Nederland", "en": "the Netherlands"}
    figure = draw(reference=reference, reference_name=name)
    diamonds = [dot for dot in marks_of(figure, Points) if dot.shape == "diamond"]

    assert len(diamonds) == 3 * 3
    assert "ter vergelijking: Nederland" in [entry.text for entry in figure.drawing().plot.key]
    assert "For comparison, the Netherlands: employees, 50% (45–55%)" in figure.alt("en")
    assert "| Nederland | werknemers | 50% | 45–55% | 100 |" in figure.table("nl")


def test_waves_are_lines_that_do_not_cross_a_break() -> None:
    figure = draw(make_waves(), wave="wave", breaks=WAVE_BREAKS)
    thick = [line for line in marks_of(figure, Line) if line.color == "blue"]
    dashed = [line for line in marks_of(figure, Line) if line.dashed]

    # Four regions with two steps each after the break; that of Utrecht to 2025 is suppressed.
    assert len(thick) == 4 * 2 - 1
    assert len(dashed) == 4
    assert len([one for one in marks_of(figure, Ranges) if not one.horizontal]) == 15
    assert any("Cijfers van 2019 en 2021 zijn niet vergelijkbaar" in note for note in figure.drawing().notes)


def test_the_alt_text_compares_no_waves_across_a_break() -> None:
    words = draw(make_waves(), wave="wave", breaks=WAVE_BREAKS).alt("en")

    assert "2021: 40% (35–45%). 2025: 55% (50–60%)." in words
    assert "62%" not in words


def test_panels_and_rows_stand_in_the_order_asked_for() -> None:
    figure = draw(panels=["utrecht", "the_hague", "leiden"], order=ROLES[::-1])

    assert titles(figure)[0] == "Utrecht"
    assert figure.drawing("en").plot.y.ticks[0].text == "accompanying partners"


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (12, 3)])
def test_panels_fill_rows_from_the_left(count: int, columns: int) -> None:
    frame = make_estimates({f"r{number}": 0.5 for number in range(count)}, role="employee")
    dots = marks_of(draw(frame, names={}), Points)

    assert len({round(dot.x[0], 6) for dot in dots}) == min(count, columns)
    assert len({round(dot.y[0], 6) for dot in dots}) == -(-count // columns)


def test_a_long_word_in_a_title_is_not_cut_but_gets_wider_panels() -> None:
    frame = make_estimates({"Overheidsinformatievoorzieningen": 0.5, "b": 0.5, "c": 0.5}, role="employee")
    figure = draw(frame, names={}, columns=3)

    assert titles(figure)[0] == "Overheidsinformatievoorzieningen"
    assert len({round(dot.x[0], 6) for dot in marks_of(figure, Points)}) == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"category": None}, "categories or waves"),
        ({"wave": "wave", "category": "role"}, "categories or waves"),
        ({"columns": 5}, "do not fit side by side"),
        ({"columns": 0}, "do not fit side by side"),
        ({"panels": ["leiden"]}, "Unknown panel `utrecht`"),
        ({"order": ["student"]}, "Unknown category `employee`"),
        ({"reference": make_estimates({"all": 0.5})}, "no `role`"),
        ({"panel": "regio"}, "Do you mean `region`"),
    ],
)
def test_options_that_cannot_be_used_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(**fields)


@pytest.mark.parametrize(
    ("estimates", "fields", "message"),
    [
        (make_estimates({f"r{n}": 0.5 for n in range(13)}, role="student"), {}, "too many panels"),
        (
            pl.concat([make_estimates({"leiden": 0.5}, role=f"r{n}") for n in range(13)]),
            {},
            "too many rows in a panel",
        ),
        (make_waves().filter(pl.col("wave") == 2025), {"wave": "wave"}, "needs two waves"),
        (pl.concat([by_role(), by_role()]), {}, "given twice"),
    ],
)
def test_estimates_that_do_not_fit_in_panels_are_refused(
    estimates: pl.DataFrame, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        draw(estimates, names={}, **fields)
