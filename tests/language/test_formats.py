import locale
from datetime import date
from typing import Any

import pytest

from talentstats.errors import InputError
from talentstats.language import format_change, format_date, format_number, format_period, format_range
from talentstats.terms import Vintage

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


@pytest.mark.parametrize(
    ("value", "decimals", "nl", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (127089, 0, "127.089", "127,089"),
        (134.5, 0, "135", "135"),
        (133.5, 0, "134", "134"),
        (0.125, 2, "0,13", "0.13"),
        (-1.25, 1, f"{MINUS}1,3", f"{MINUS}1.3"),
        (-0.04, 1, "0,0", "0.0"),
        (None, 1, ".", "."),
    ],
)
def test_numbers_are_written_as_readers_of_the_language_write_them(
    value: float | None, decimals: int, nl: str, en: str
) -> None:
    assert format_number(value, decimals=decimals, language="nl") == nl
    assert format_number(value, decimals=decimals, language="en") == en


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(value: float | None) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        format_number(value, decimals=0, language="nl")


@pytest.mark.parametrize(
    ("code", "style", "nl", "en"),
    [
        ("2022Q1", "short", "2022-K1", "2022-Q1"),
        ("2022Q1", "long", "1e kwartaal 2022", "1st quarter 2022"),
        ("2022Q1", "prose", "eerste kwartaal van 2022", "first quarter of 2022"),
        ("2022KW03", "long", "3e kwartaal 2022", "3rd quarter 2022"),
        ("2022M03", "short", "mrt 2022", "Mar 2022"),
        ("2022M03", "long", "maart 2022", "March 2022"),
        ("2022", "long", "2022", "2022"),
        ("2022-01-01", "short", "1 jan 2022", "1 Jan 2022"),
        ("2022-01-01", "long", "1 januari 2022", "1 January 2022"),
        ("2022SJ00", "short", "2022/'23", "2022/23"),
        ("2022SJ00", "prose", "schooljaar 2022/'23", "school year 2022/23"),
        ("2022W103", "short", "2022-W3", "2022-W3"),
        ("2022W103", "long", "week 3 van 2022", "week 3 of 2022"),
        ("2022H2", "short", "2022-H2", "2022-H2"),
        ("2022H2", "long", "2e halfjaar 2022", "2nd half 2022"),
        ("2022H1", "prose", "eerste halfjaar van 2022", "first half of 2022"),
    ],
)
def test_periods_are_written_short_for_axes_and_long_for_sentences(
    code: str, style: Any, nl: str, en: str
) -> None:
    assert format_period(code, language="nl", style=style) == nl
    assert format_period(code, language="en", style=style) == en


def test_a_day_is_written_only_as_precisely_as_it_is_known() -> None:
    assert format_date(date(2022, 5, 17), language="nl") == "17 mei 2022"
    assert format_date(Vintage.parse("2022-05"), language="nl") == "mei 2022"
    assert format_date(Vintage.parse("2022"), language="en") == "2022"


@pytest.mark.parametrize(
    ("low", "high", "nl"),
    [
        (147.7, 177.3, f"148{DASH}177"),
        (133.8, 134.2, "134"),
        (-3, 2, f"{MINUS}3 tot 2"),
        (None, 2, "."),
    ],
)
def test_ranges_are_written_with_a_dash_or_with_words(low: Any, high: Any, nl: str) -> None:
    assert format_range(low, high, decimals=0, language="nl") == nl


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(InputError, match="backwards"):
        format_range(2, 1, decimals=0, language="nl")


def test_a_change_shows_its_sign() -> None:
    assert [format_change(value, decimals=0, language="nl") for value in (1, 0, -1, 0.4)] == [
        "+1",
        "0",
        f"{MINUS}1",
        "0",
    ]


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown style `medium`"):
        format_period("2022Q1", language="nl", style="medium")


def test_the_locale_of_the_process_is_left_alone() -> None:
    before = locale.setlocale(locale.LC_ALL)
    format_number(1.5, decimals=1, language="nl")
    format_period("2022Q1", language="nl", style="long")

    assert locale.setlocale(locale.LC_ALL) == before
