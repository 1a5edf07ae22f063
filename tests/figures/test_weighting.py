from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.figures import Figure, weighting
from talentstats.figures.marks import Label, Line, Points, Ranges, Rule
from talentstats.provenance import Origin

TITLE = {
    "nl": "Jongeren deden te weinig mee aan het onderzoek",
    "en": "Young people took part too little in the survey",
}
NAMES = {
    "age": {"nl": "Leeftijd", "en": "Age"},
    "young": {"nl": "Jong", "en": "Young"},
    "old": {"nl": "Oud", "en": "Old"},
    "income": {"nl": "Inkomen", "en": "Income"},
}


def make_weights() -> pl.DataFrame:
    """Make weights that add up to 50 before and to 100 after, with factors around two."""
    quantiles = {"min": 0.5, "p1": 0.8, "p25": 1.6, "median": 2.0, "p75": 2.4, "p99": 5.0, "max": 6.0}
    rows = []
    for stage, total in (("before", 50.0), ("after", 100.0), ("factor", 40.0)):
        effect = 1.5 if stage == "after" else 1.2
        spread = {"design_effect": effect, "effective_n": 20 / effect, "top_share": 0.05}
        rows.append({"weights": stage, "n": 20, "sum": total, **quantiles, **spread})
    return pl.DataFrame(rows)


def make_margins() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "margin": ["age", "age", "income"],
            "level": ["young", "old", None],
            "population": [60.0, 40.0, 1000.0],
            "before": [15.0, 35.0, 450.0],
            "after": [60.0, 40.0, 1000.0],
        }
    )


@pytest.fixture
def figure(origin: Callable[..., Origin]) -> Figure:
    return weighting(make_weights(), make_margins(), title=TITLE, sources=[origin()], names=NAMES)


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_each_category_goes_from_its_share_before_to_its_share_after(figure: Figure) -> None:
    before, after = marks_of(figure, Points)[:2]

    # Weights before add up to half of what those after do: 15 of 50 is half of 60 of 100.
    assert before.x == pytest.approx((50.0, 175.0, 90.0))
    assert after.x == pytest.approx((100.0, 100.0, 100.0))
    assert [(line.x, line.y) for line in marks_of(figure, Line)] == [
        (pytest.approx((first, last)), (place, place))
        for first, last, place in zip(before.x, after.x, before.y, strict=True)
    ]
    assert [mark.filled for mark in (before, after)] == [False, True]


def test_the_population_is_a_labelled_line_at_one_hundred(figure: Figure) -> None:
    (rule,) = marks_of(figure, Rule)

    assert (rule.at, rule.vertical) == (100.0, True)
    assert [label.text for label in marks_of(figure, Label)] == ["bevolking = 100", "50,0", "175,0", "90,0"]


def test_the_spread_of_the_factors_is_drawn_on_the_same_axis(figure: Figure) -> None:
    thin, thick = marks_of(figure, Ranges)

    assert (thin.low, thin.high) == ((40.0,), (250.0,))
    assert (thick.low, thick.high) == ((80.0,), (120.0,))
    assert marks_of(figure, Points)[2].x == (100.0,)
    assert figure.drawing().plot.x.low <= 40.0
    assert figure.drawing().plot.x.high >= 250.0


def test_categories_stand_under_their_margin_and_a_number_by_itself(figure: Figure) -> None:
    ticks = figure.drawing("en").plot.y.ticks

    assert [(tick.text, tick.bold) for tick in ticks] == [
        ("Age", True),
        ("Young", False),
        ("Old", False),
        ("Income", True),
        ("Change of weights", True),
    ]
    assert [tick.at for tick in ticks] == sorted((tick.at for tick in ticks), reverse=True)


def test_the_words_say_what_the_data_say_in_both_languages(figure: Figure) -> None:
    dutch, english = figure.alt("nl"), figure.alt("en")

    assert "Leeftijd: Oud, 175,0%; na weging 100,0%" in dutch
    assert "Ontwerpeffect van de gewichten (Kish): 1,20 vóór en 1,50 na weging" in dutch
    assert "Largest distance after weighting: 0.0 percentage points" in english
    assert "0.40\N{EN DASH}2.50 for 98% of respondents, median 1.00" in english
    assert "factor 0.25 and 3.00" in figure.drawing("en").notes[0]
    assert "the 20 respondents then say as much as 13 with equal weights" in english
    assert "| Leeftijd | Jong | 60 | 50,0 | 100,0 |" in figure.table("nl")


def test_a_word_without_a_name_is_written_as_in_the_data(origin: Callable[..., Origin]) -> None:
    figure = weighting(make_weights(), make_margins().to_pandas(), title=TITLE, sources=[origin()])

    assert [tick.text for tick in figure.drawing().plot.y.ticks][:3] == ["age", "young", "old"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_can_be_drawn_for_print_and_for_the_screen(figure: Figure, language: Any) -> None:
    assert figure.render("svg", language=language).startswith(b"<?xml")
    assert b"<table>" in figure.render("html", language=language)


@pytest.mark.parametrize(
    ("weights", "margins", "message"),
    [
        (make_weights().head(2), make_margins(), "nothing to draw"),
        (make_weights(), make_margins().head(0), "nothing to draw"),
        (make_weights().drop("p99"), make_margins(), "weights misses a column"),
        (make_weights(), make_margins().drop("population"), "margins misses a column"),
        (make_weights(), [1, 2], "are not a table"),
        (make_weights(), pl.concat([make_margins()] * 15), "too many categories"),
    ],
)
def test_tables_that_cannot_be_drawn_are_refused(
    weights: Any, margins: Any, message: str, origin: Callable[..., Origin]
) -> None:
    with pytest.raises(InputError, match=message):
        weighting(weights, margins, title=TITLE, sources=[origin()])
