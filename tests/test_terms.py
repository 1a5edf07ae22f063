from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentstats.errors import InputError, closest, join_options, unknown_name
from talentstats.terms import Period, Vintage, parse_date


@pytest.mark.parametrize(
    ("code", "text", "start", "end"),
    [
        ("2022KW01", "2022Q1", date(2022, 1, 1), date(2022, 3, 31)),
        ("2022Q4", "2022Q4", date(2022, 10, 1), date(2022, 12, 31)),
        ("2022-K1", "2022Q1", date(2022, 1, 1), date(2022, 3, 31)),
        ("2024MM02", "2024M02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022JJ00", "2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("20220517", "2022-05-17", date(2022, 5, 17), date(2022, 5, 17)),
        ("2022-05-17", "2022-05-17", date(2022, 5, 17), date(2022, 5, 17)),
    ],
)
def test_a_period_is_read_from_every_code_in_use(code: str, text: str, start: date, end: date) -> None:
    period = Period.parse(code)
    assert (str(period), period.start, period.end) == (text, start, end)
    assert Period.parse(period) == period


@pytest.mark.parametrize("code", ["", "2022Q5", "2022KW00", "2022MM13", "2022-02-30", "Q1 2022", "22Q1"])
def test_an_impossible_period_is_refused(code: str) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(code)
    assert f"`{code}`" in str(caught.value)


@given(st.sampled_from(["2022Q3", "2022M11", "2022", "2022-02-28"]), st.integers(-200, 200))
def test_stepping_forth_and_back_returns(code: str, steps: int) -> None:
    period = Period.parse(code)
    moved = period.next(steps)
    assert moved.next(-steps) == period
    assert (moved > period) == (steps > 0)
    if steps == 1:
        assert (moved.start - period.end).days == 1


def test_a_vintage_known_to_the_month_counts_from_its_end() -> None:
    assert Vintage.parse("2022-08").known_from == date(2022, 8, 31)
    assert [str(Vintage.parse(text)) for text in ("2022", "2022-08", "2022-08-16")] == [
        "2022",
        "2022-08",
        "2022-08-16",
    ]
    assert Vintage.parse("2022-08-16") < Vintage.parse("2022-08")
    assert parse_date("2022-05") == date(2022, 5, 31)
    with pytest.raises(InputError, match="not a day of publication"):
        Vintage.parse("2022Q1")


@pytest.mark.parametrize(
    ("options", "text"),
    [([], ""), (["a"], "`a`"), (["a", "b"], "`a` or `b`"), (["a", "b", "c", "d"], "`a`, `b`, `c` or `d`")],
)
def test_a_list_of_options_loses_none(options: list[str], text: str) -> None:
    assert join_options(options) == text


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    assert closest("tightnes", ["tightness", "unemployed"]) == "tightness"
    assert closest("TIGHTNES", ["tightness", "unemployed"]) == "tightness"
    assert closest("zzz", ["tightness"]) is None
    assert "Did you mean `pdf`?" in str(unknown_name("format", "pfd", ["html", "pdf"]))
