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
        ("2022HJ02", "2022H2", date(2022, 7, 1), date(2022, 12, 31)),
        ("2022-S1", "2022H1", date(2022, 1, 1), date(2022, 6, 30)),
        ("2022W103", "2022W03", date(2022, 1, 17), date(2022, 1, 23)),
        ("2020W153", "2020W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2022-W10", "2022W10", date(2022, 3, 7), date(2022, 3, 13)),
        ("2022SJ00", "2022/23", date(2022, 8, 1), date(2023, 7, 31)),
        ("1999/'00", "1999/00", date(1999, 8, 1), date(2000, 7, 31)),
    ],
)
def test_a_period_is_read_from_every_code_in_use(code: str, text: str, start: date, end: date) -> None:
    period = Period.parse(code)
    assert (str(period), period.start, period.end) == (text, start, end)
    assert Period.parse(period) == period


@pytest.mark.parametrize(
    "code", ["", "2022Q5", "2022KW00", "2022MM13", "2022-02-30", "Q1 2022", "22Q1", "2022HJ03"]
)
def test_an_impossible_period_is_refused(code: str) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(code)
    assert f"`{code}`" in str(caught.value)


@pytest.mark.parametrize("code", ["2022W100", "2022W54", "2019W153", "2022/24", "0000JJ00", "9999JJ00"])
def test_a_week_or_year_that_the_calendar_does_not_have_is_refused(code: str) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(code)
    assert f"`{code}`" in str(caught.value)


PARTS = {"HJ": 2, "KW": 4, "MM": 12}


def codes_of_cbs() -> st.SearchStrategy[str]:
    years = st.integers(1500, 2500)
    parts = [
        st.builds(lambda year, number, kind=kind: f"{year}{kind}{number:02d}", years, st.integers(1, most))
        for kind, most in PARTS.items()
    ]
    whole = st.builds(lambda year, kind: f"{year}{kind}00", years, st.sampled_from(["JJ", "SJ"]))
    weeks = st.builds(lambda year, week: f"{year}W1{week:02d}", years, st.integers(1, 52))
    days = st.dates(date(1500, 1, 1), date(2500, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
    return st.one_of(*parts, whole, weeks, days)


@given(codes_of_cbs(), st.text(" \t", max_size=6), st.integers(-200, 200))
def test_every_code_of_cbs_survives_padding_writing_and_stepping(code: str, padding: str, steps: int) -> None:
    period = Period.parse(padding + code + padding)
    assert period == Period.parse(code) == Period.parse(str(period))
    assert period.start <= period.end
    moved = period.next(steps)
    assert moved.frequency == period.frequency
    assert moved.next(-steps) == period
    assert (moved > period) == (steps > 0)
    assert (period.next().start - period.end).days == 1


def test_a_vintage_known_to_the_month_counts_from_its_end() -> None:
    assert Vintage.parse("2022-08").known_from == date(2022, 8, 31)
    assert [str(Vintage.parse(text)) for text in ("2022", "2022-08", "2022-08-16")] == [
        "2022",
        "2022-08",
        "2022-08-16",
    ]
    assert Vintage.parse("2022-08-16") < Vintage.parse("2022-08")
    assert parse_date("2022-05") == date(2022, 5, 31)
    for code in ("2022Q1", "2022W03", "2022/23", "2022H1"):
        with pytest.raises(InputError, match="not a day of publication"):
            Vintage.parse(code)


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
