from collections.abc import Iterator
from pathlib import Path

import pytest

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.schemas.respondents import COMBINATIONS, WAVE_CHECKS, Combination, Is

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


@pytest.fixture(scope="module")
def harmonised() -> Harmonised:
    return read_harmonised(REFERENCE)


def values_said(combination: Combination) -> Iterator[tuple[str, str]]:
    for term in combination.terms:
        if isinstance(term, Is):
            yield from ((term.column, value) for value in term.values)


@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda one: f"{one.rule}-{one.terms[-1]}")
def test_a_combination_names_columns_and_answers_of_the_questionnaire(
    combination: Combination, harmonised: Harmonised
) -> None:
    assert set(combination.columns) <= set(harmonised.columns(2025))
    for column, value in values_said(combination):
        variable = harmonised.variable_of(column)
        codes = ("yes", "no") if variable.type == "multiple" else [one.code for one in variable.categories]
        assert value in codes


def test_who_comes_from_the_register_of_ukraine_has_no_permit_but_temporary_protection(
    harmonised: Harmonised,
) -> None:
    (declared,) = [one for one in COMBINATIONS if one.rule == "protection-register"]
    others = {value for column, value in values_said(declared) if column == "permit"}
    permits = {one.code for one in harmonised.variable("permit").categories}
    assert permits - others == {"temporary_protection"}


def test_every_band_of_birth_that_has_a_first_year_is_held_against_arrival(harmonised: Harmonised) -> None:
    bands = {
        value for one in COMBINATIONS if one.rule == "arrival-after-birth" for _, value in values_said(one)
    }
    declared = {one.code for one in harmonised.variable("birth_year_band").categories}
    assert declared - bands == {"before_1970"}


def test_critical_checks_of_a_wave_tolerate_nothing_unless_they_say_how_much() -> None:
    tolerant = {one.rule for one in WAVE_CHECKS if one.severity == "critical" and one.limit}
    assert tolerant == {"weights-sum", "weights-effect", "weights-ratio"}
