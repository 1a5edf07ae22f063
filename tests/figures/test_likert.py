from typing import Any

import polars as pl
import pytest

from figure_support import make_estimates, make_shares, survey_words
from talentstats.errors import InputError
from talentstats.figures import Figure, likert
from talentstats.figures.marks import Bars, Label, Ranges, Rule
from talentstats.figures.palette import NEGATIVE_TINTS, NEUTRAL_TINT, POSITIVE_TINTS

FIVE = ("1", "2", "3", "4", "5")
SHARES = {"leiden": [0.1, 0.2, 0.3, 0.25, 0.15], "utrecht": [0.05, 0.05, 0.1, 0.3, 0.5]}
POSITIVE = make_estimates({"leiden": 0.4, "utrecht": 0.8}, half=0.03)


def draw(shares: Any = None, **fields: Any) -> Figure:
    given = make_shares(SHARES) if shares is None else shares
    words = survey_words(**{"order": FIVE, "neutral": "3"} | fields)
    return likert(given, item="region", level="answer", **words)


def marks_of(figure: Figure, kind: Any) -> list[Any]:
    return [mark for mark in figure.drawing().plot.marks if isinstance(mark, kind)]


def bars_by_level(figure: Figure, row: int) -> list[tuple[float, float]]:
    """Return where the segments of a row begin and end, from left to right."""
    return [(round(bars.low[row], 6), round(bars.high[row], 6)) for bars in marks_of(figure, Bars)]


def test_the_middle_runs_through_the_middle_of_the_neutral_answers() -> None:
    figure = draw()
    (rule,) = marks_of(figure, Rule)

    assert (rule.at, rule.vertical) == (0.0, True)
    assert bars_by_level(figure, 0) == [(-15, -10), (-10, -5), (-5, 5), (5, 35), (35, 85)]
    assert bars_by_level(figure, 1) == [(-45, -35), (-35, -15), (-15, 15), (15, 40), (40, 55)]


def test_a_scale_without_a_neutral_answer_has_its_middle_between_two() -> None:
    figure = draw(make_shares({"leiden": [0.1, 0.2, 0.3, 0.4]}), order=FIVE[:4], neutral=None)

    assert bars_by_level(figure, 0) == [(-30, -20), (-20, 0), (0, 30), (30, 70)]


def test_items_are_sorted_by_the_positive_share_or_as_asked_for() -> None:
    first = [tick.text for tick in draw().drawing("en").plot.y.ticks]
    asked = [tick.text for tick in draw(items=["leiden", "utrecht"]).drawing("en").plot.y.ticks]

    assert first == ["Utrecht", "Leiden region and its\nmunicipalities"]
    assert asked == first[::-1]
    assert "geordend" in draw().drawing("nl").notes[0]
    assert "geordend" not in draw(items=["leiden", "utrecht"]).drawing("nl").notes[0]


@pytest.mark.parametrize(
    ("count", "neutral"), [(2, None), (3, "2"), (4, None), (5, "3"), (6, None), (7, "4")]
)
def test_colours_run_from_one_end_of_the_scale_to_the_other(count: int, neutral: Any) -> None:
    order = [str(number) for number in range(1, count + 1)]
    figure = draw(make_shares({"leiden": [1 / count] * count}), order=order, neutral=neutral, names={})
    half = count // 2
    middle = (NEUTRAL_TINT,) if neutral else ()

    assert [entry.color for entry in figure.drawing().plot.key][:count] == [
        *NEGATIVE_TINTS[half],
        *middle,
        *POSITIVE_TINTS[half],
    ]
    assert [entry.text for entry in figure.drawing().plot.key][:count] == order


def test_percentages_stand_in_the_segments_in_which_they_fit() -> None:
    shares = make_shares({"leiden": [0.01, 0.04, 0.05, 0.3, 0.6]})
    inside = [label.text for label in marks_of(draw(shares), Label) if label.inside]

    assert inside == ["30%", "60%"]
    assert "| zeer ontevreden | 1% |" in draw(shares).table("nl")


def test_the_interval_of_the_positive_share_is_a_whisker_and_in_the_table() -> None:
    figure = draw(positive=POSITIVE, positive_name={"nl": "(zeer) tevreden", "en": "(very) satisfied"})

    assert [(one.low, one.high) for one in marks_of(figure, Ranges)] == [
        (pytest.approx((5 + 77,)), pytest.approx((5 + 83,))),
        (pytest.approx((15 + 37,)), pytest.approx((15 + 43,))),
    ]
    assert "95% confidence interval of: (very) satisfied" in [
        entry.text for entry in figure.drawing("en").plot.key
    ]
    assert "| Utrecht | Together: (very) satisfied | 80% | 77–83% | 100 |" in figure.table("en")
    assert "(Zeer) tevreden: Utrecht, 80% (77–83%); Leidse regio" in figure.alt("nl").replace(
        "(zeer)", "(Zeer)"
    )


def test_one_positive_answer_brings_its_own_interval() -> None:
    figure = draw(make_shares({"leiden": [0.2, 0.3, 0.5]}), order=FIVE[:3], neutral="2")

    assert [(one.low, one.high) for one in marks_of(figure, Ranges)] == [
        (pytest.approx((15 + 49,)), pytest.approx((15 + 51,)))
    ]


def test_without_the_positive_share_no_interval_is_made_up() -> None:
    assert marks_of(draw(), Ranges) == []
    assert "Samen: rechts van het midden | 40% | . |" in draw().table("nl")


def test_each_bar_has_its_positive_share_and_number_of_answers_beside_it() -> None:
    labels = [label.text for label in marks_of(draw(), Label)]

    assert "80%   n = 100" in labels
    assert "40%   n = 100" in labels


def test_an_item_with_a_suppressed_share_is_suppressed_as_a_whole() -> None:
    shares = make_shares(SHARES).with_columns(
        pl.when((pl.col("region") == "leiden") & (pl.col("answer") == "2"))
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for name in ("estimate", "conf_low", "conf_high")
    )
    figure = draw(shares)

    assert all(len(bars.at) == 1 for bars in marks_of(figure, Bars))
    assert ". (te weinig waarnemingen)" in [label.text for label in marks_of(figure, Label)]
    assert "Niet getoond wegens te weinig waarnemingen: Leidse regio" in figure.alt("nl")
    assert "n = 100" not in " ".join(label.text for label in marks_of(figure, Label) if label.y < 0.6)


def test_an_answer_that_nobody_gave_is_zero() -> None:
    figure = draw(make_shares({"leiden": [0.5, 0.5]}))

    assert figure.data.filter(pl.col("role") == "share")["estimate"].to_list() == [50, 50, 0, 0, 0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"neutral": None}, "has no middle"),
        ({"neutral": "2"}, "has no middle"),
        ({"neutral": "6"}, "Unknown level `6`"),
        ({"order": FIVE[:4]}, "has no middle"),
        ({"order": ("1", "2", "3", "4", "6")}, "Unknown level `5`"),
        ({"order": ("1", "2", "3", "3", "5")}, "5 levels, 4 different"),
        (
            {"order": [str(n) for n in range(1, 10)], "neutral": "5"},
            r"too many or too few levels.*(\n.*)*mean",
        ),
        ({"items": ["leiden"]}, "Unknown item `utrecht`"),
        ({"positive": make_estimates({"leiden": 0.6, "utrecht": 0.8})}, "not that of its levels"),
        (
            {"positive": make_estimates({"leiden": 0.4})},
            r"`utrecht` is not that of its levels.*(\n.*)*no row",
        ),
        ({"positive_name": {"nl": "tevreden"}}, "both languages"),
    ],
)
def test_a_scale_that_cannot_be_drawn_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(**fields)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (make_shares({"leiden": [0.1, 0.2, 0.3, 0.25, 0.1]}), r"do not add up to 100%.*(\n.*)*95.0%"),
        (make_shares({"leiden": [0.5, 0.5, 0.5]}), "150.0%"),
        (make_shares({"leiden": [1.0]}).with_columns(answer=None), "A share has no level"),
        (pl.concat([make_shares(SHARES)] * 2), "given twice"),
    ],
)
def test_shares_that_are_no_whole_are_refused(shares: pl.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(shares)
