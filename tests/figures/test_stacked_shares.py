from typing import Any

import polars as pl
import pytest

from figure_support import make_shares, survey_words
from talentstats.errors import InputError
from talentstats.figures import Figure, stacked_shares
from talentstats.figures.marks import Bars, Label
from talentstats.figures.palette import NEUTRAL_TINT, ORDERED_TINTS

SHARES = {"leiden": [0.5, 0.3, 0.2], "utrecht": [0.2, 0.02, 0.78]}
THREE = ("1", "2", "3")


def draw(shares: Any = None, **fields: Any) -> Figure:
    given = make_shares(SHARES) if shares is None else shares
    words = survey_words(**{"order": THREE} | fields)
    return stacked_shares(given, category="region", level="answer", **words)


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def test_each_bar_runs_from_zero_to_one_hundred_in_the_order_of_the_levels() -> None:
    figure = draw()
    bars = marks_of(figure, Bars)

    assert [bar.low for bar in bars] == [pytest.approx(low) for low in ((0, 0), (50, 20), (80, 22))]
    assert [bar.high for bar in bars] == [pytest.approx(high) for high in ((50, 20), (80, 22), (100, 100))]
    assert [entry.text for entry in figure.drawing("en").plot.key] == [
        "very dissatisfied",
        "dissatisfied",
        "neither satisfied nor dissatisfied",
    ]


def test_the_order_of_levels_is_that_asked_for_whatever_the_data() -> None:
    figure = draw(make_shares(SHARES).reverse(), order=("3", "1", "2"))

    assert figure.data["level"].to_list() == ["3", "1", "2"] * 2
    assert marks_of(figure, Bars)[0].high == pytest.approx((78, 20))


def test_percentages_that_do_not_fit_are_left_to_the_table() -> None:
    figure = draw()

    assert [label.text for label in marks_of(figure, Label) if label.inside] == [
        "50%",
        "20%",
        "30%",
        "20%",
        "78%",
    ]
    assert "| Utrecht | ontevreden | 2% | 1–3% | 100 |" in figure.table("nl")
    assert "Per balk tellen de aandelen op tot 100%" in figure.drawing("nl").notes[0]


def test_the_number_of_answers_stands_after_the_bar_when_it_is_known() -> None:
    labels = [label.text for label in marks_of(draw(), Label)]

    assert labels.count("n = 100") == 2
    assert not any("n =" in label.text for label in marks_of(draw(make_shares(SHARES).drop("n_obs")), Label))


@pytest.mark.parametrize("count", sorted(ORDERED_TINTS))
def test_levels_are_filled_from_dark_to_light_with_the_neutral_one_pale(count: int) -> None:
    order = [str(number) for number in range(1, count + 1)]
    shares = make_shares({"leiden": [1 / count] * count})
    ordered = draw(shares, order=order, names={}).drawing().plot.key
    neutral = draw(shares, order=order, names={}, neutral=order[-1]).drawing().plot.key

    assert tuple(entry.color for entry in ordered) == ORDERED_TINTS[count]
    assert tuple(entry.color for entry in neutral) == (*ORDERED_TINTS[count][:-1], NEUTRAL_TINT)


def test_bars_stand_as_in_the_data_or_as_asked_for() -> None:
    def rows(figure: Figure) -> list[str]:
        return [tick.text for tick in figure.drawing("en").plot.y.ticks]

    assert rows(draw())[0].startswith("Leiden")
    assert rows(draw(categories=["utrecht", "leiden"]))[0] == "Utrecht"


def test_the_alt_text_names_the_largest_share_of_each_bar() -> None:
    assert (
        "Grootste aandeel per balk: Leidse regio en omliggende gemeenten: zeer ontevreden, 50% (49–51%)"
        in (draw().alt("nl"))
    )
    assert "Number of bars: 2. Answers from left to right: very dissatisfied; dissatisfied;" in draw().alt(
        "en"
    )


def test_a_bar_with_a_suppressed_share_is_not_drawn() -> None:
    shares = make_shares(SHARES).with_columns(
        pl.when(pl.col("region") == "utrecht").then(None).otherwise(pl.col(name)).alias(name)
        for name in ("estimate", "conf_low", "conf_high")
    )
    figure = draw(shares)

    assert [len(bar.at) for bar in marks_of(figure, Bars)] == [1, 1, 1]
    assert ". (te weinig waarnemingen)" in [label.text for label in marks_of(figure, Label)]
    assert "Utrecht." in figure.alt("nl").split("te weinig waarnemingen:")[1]


def test_percentages_are_drawn_as_they_are() -> None:
    percent = make_shares(SHARES).with_columns(pl.col("estimate", "conf_low", "conf_high") * 100)

    assert marks_of(draw(percent, unit="percent"), Bars)[0].high == pytest.approx((50, 20))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"order": [str(n) for n in range(1, 8)]}, r"cannot show this many levels.*(\n.*)*Regroup"),
        ({"order": ["1"]}, "cannot show this many levels"),
        ({"order": "123"}, "order of the levels cannot be used"),
        ({"order": ("1", "2")}, "Unknown level `3`"),
        ({"neutral": "9"}, "Unknown level `9`"),
        ({"categories": ["utrecht"]}, "Unknown category `leiden`"),
        ({"names": {"answer": {"1": {"nl": "een", "en": "one"}}}}, "names of `answer` miss `2` and `3`"),
        ({"unit": "percent"}, "do not add up to 100%"),
        ({"title": {"nl": "Alleen Nederlands hier"}}, "both languages"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(**fields)


def test_shares_that_do_not_add_up_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"shares of `utrecht` do not add up to 100%.*(\n.*)*80.0%"):
        draw(make_shares(SHARES | {"utrecht": [0.2, 0.4, 0.2]}))
