import pytest

from talentstats.figures.scales import are_consecutive, missing_between, period_axis, value_axis


@pytest.mark.parametrize(
    ("low", "high", "decimals", "ticks"),
    [
        (12, 143, 0, ["0", "25", "50", "75", "100", "125", "150"]),
        (94, 177, 0, ["80", "100", "120", "140", "160", "180"]),
        (1.5, 4.32, 2, ["0,0", "1,0", "2,0", "3,0", "4,0", "5,0"]),
        (-1.2, 2.2, 1, ["\N{MINUS SIGN}2", "\N{MINUS SIGN}1", "0", "1", "2", "3"]),
        (5, 5, 0, ["5", "6"]),
    ],
)
def test_a_value_axis_covers_the_values_with_round_numbers(
    low: float, high: float, decimals: int, ticks: list[str]
) -> None:
    axis = value_axis(low, high, decimals=decimals, language="nl")

    assert axis.low <= low
    assert axis.high >= high
    assert [tick.text.removesuffix(",0") for tick in axis.ticks] == [
        tick.removesuffix(",0") for tick in ticks
    ]


@pytest.mark.parametrize("step", [0.1, 0.25, 1, 2.5, 7, 25, 1234])
def test_every_tick_is_written_exactly(step: float) -> None:
    for tick in value_axis(0, step * 10, decimals=2, language="en").ticks:
        assert float(tick.text.replace(",", "")) == pytest.approx(tick.at)


def test_few_periods_are_all_labelled_and_many_by_year() -> None:
    few = period_axis(["2022Q1", "2022Q3"], "nl", right_room=0)
    many = period_axis(["2013Q1", "2023Q1"], "nl", right_room=0)
    most = period_axis(["1997Q1", "2026Q2"], "nl", right_room=0)

    assert [tick.text for tick in few.ticks] == ["2022-K1", "2022-K2", "2022-K3"]
    assert [tick.text for tick in many.ticks] == [str(year) for year in range(2013, 2024)]
    assert [tick.text for tick in most.ticks] == ["2000", "2005", "2010", "2015", "2020", "2025"]


def test_room_for_labels_is_kept_on_the_right() -> None:
    axis = period_axis(["2022Q1", "2022Q4"], "en", right_room=0.2)

    assert (axis.high - axis.low) * 0.8 == pytest.approx(4)


def test_missing_periods_are_named_but_days_are_never_missing() -> None:
    assert missing_between("2021Q4", "2022Q3") == ("2022Q1", "2022Q2")
    assert missing_between("2022-01-01", "2023-01-01") == ()
    assert are_consecutive("2022-01-01", "2023-01-01")
    assert not are_consecutive("2021", "2023")
