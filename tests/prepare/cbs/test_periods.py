import pytest

from talentstats.errors import InputError
from talentstats.prepare.cbs.periods import read_period, read_status


@pytest.mark.parametrize(
    ("code", "period", "frequency"),
    [
        ("2022JJ00", "2022", "year"),
        ("2022HJ02", "2022H2", "half_year"),
        ("2022KW04  ", "2022Q4", "quarter"),
        ("2022MM11", "2022M11", "month"),
        ("2022W103", "2022W03", "week"),
        ("2022SJ00", "2022/23", "school_year"),
        ("20220131", "2022-01-31", "day"),
        ("2019G400", "2019G400", "other"),
        ("1995X000", "1995X000", "other"),
        ("2019W153", "2019W153", "other"),
        ("2020W153", "2020W53", "week"),
    ],
)
def test_every_kind_of_code_has_its_period_and_length(code: str, period: str, frequency: str) -> None:
    assert read_period(code, where="a list") == (period, frequency)


@pytest.mark.parametrize("code", ["2022QQ01", "2022KW05", "2022MM00", "abc", ""])
def test_a_code_of_an_unknown_kind_is_named_with_its_place(code: str) -> None:
    with pytest.raises(InputError, match="not known here") as caught:
        read_period(code, where="the list of periods")
    assert f"`{code}`" in str(caught.value)
    assert caught.value.where == "the list of periods"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Definitief", "definitive"),
        ("NaderVoorlopig", "revised_provisional"),
        ("Nader voorlopig", "revised_provisional"),
        ("Voorlopig", "provisional"),
        ("Onbekend", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_status_of_a_period_is_said_in_our_words(text: str | None, status: str) -> None:
    assert read_status(text) == status
