from dataclasses import replace

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.schemas import ANY_REGION, LABOUR, AcceptedDeviation
from talentstats.validation.accepted import judge
from validation.observations import FLOWS, clean_labour, place, series, spoil, table

SIX_THOUSAND = AcceptedDeviation(
    rule="flow-identity",
    dataset=FLOWS,
    period="2022Q3",
    region="NL01",
    size=6.0,
    reason="vacancies of one ministry were added",
)
GAP = AcceptedDeviation(
    rule="periods-contiguous",
    dataset=FLOWS,
    period="2022Q2/2022Q3",
    region=ANY_REGION,
    size=1,
    reason="not published",
)


def broken(frame: pl.DataFrame, *accepted: AcceptedDeviation) -> list[tuple[str, str]]:
    evidence = judge(frame, LABOUR, accepted=accepted).filter(pl.col("excess") > 0)
    return evidence.select("rule", "period").rows()


def six_thousand_off() -> pl.DataFrame:
    return spoil(clean_labour(), place(FLOWS, "vacancies_arisen", "2022Q3"), value=364.0)


def with_gap(*periods: str) -> pl.DataFrame:
    return table(series(FLOWS, "vacancies_open", dict.fromkeys(periods, 1.0)))


def test_a_declared_deviation_of_the_declared_size_is_accepted() -> None:
    assert broken(six_thousand_off()) == [("flow-identity", "2022Q3")]
    assert broken(six_thousand_off(), SIX_THOUSAND) == []


def test_a_deviation_of_another_size_or_sign_still_fails() -> None:
    for size in (3.0, -6.0):
        assert broken(six_thousand_off(), replace(SIX_THOUSAND, size=size)) == [("flow-identity", "2022Q3")]


def test_a_deviation_elsewhere_still_fails_and_the_declaration_is_stale() -> None:
    elsewhere = (replace(SIX_THOUSAND, period="2022Q4"), replace(SIX_THOUSAND, region="PV28"))
    for one in elsewhere:
        expected = [("flow-identity", "2022Q3"), ("exceptions-apply", one.period)]
        assert broken(six_thousand_off(), one) == expected


def test_a_declaration_is_stale_once_the_figures_agree() -> None:
    assert broken(clean_labour(), SIX_THOUSAND) == [("exceptions-apply", "2022Q3")]


def test_a_declared_gap_is_accepted_and_stale_where_it_was_filled() -> None:
    assert broken(with_gap("2022Q1", "2022Q4"), GAP) == []
    assert broken(with_gap("2022Q1", "2022Q2", "2022Q4"), GAP) == [("exceptions-apply", "2022Q2")]
    assert broken(with_gap("2022Q1", "2022Q3", "2023Q1"), GAP) == [
        ("periods-contiguous", "2022Q4"),
        ("exceptions-apply", "2022Q3"),
    ]


def test_a_deviation_for_one_measure_does_not_cover_another() -> None:
    other = replace(GAP, measure="vacancies_filled")
    assert ("periods-contiguous", "2022Q2") in broken(with_gap("2022Q1", "2022Q4"), other)


def test_deviations_of_datasets_that_are_not_in_the_table_are_ignored() -> None:
    assert broken(clean_labour(), replace(SIX_THOUSAND, dataset="cbs/other/2022")) == []


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        ((replace(SIX_THOUSAND, rule="flow-identitty"),), "Did you mean `flow-identity`"),
        ((replace(SIX_THOUSAND, reason=" "),), "gives no reason"),
        ((SIX_THOUSAND, SIX_THOUSAND), "concern the same figure"),
        ((replace(GAP, period="2022Q3/2022Q1"),), "not a run of periods"),
        ((replace(GAP, period="2022Q1/2023"),), "not a run of periods"),
        ((replace(GAP, period="third quarter"),), "is not a period"),
    ],
)
def test_a_declaration_that_cannot_be_understood_is_refused(
    accepted: tuple[AcceptedDeviation, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        judge(clean_labour(), LABOUR, accepted=accepted)
