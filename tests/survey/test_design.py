from dataclasses import FrozenInstanceError
from typing import Any

import pytest

import talentstats as ts
from survey_support import close, column, estimate, people, same_numbers, sample_of
from talentstats.errors import InputError


def test_columns_are_named_once_and_in_order() -> None:
    design = ts.SurveyDesign(
        weight="w",
        strata=["stratum", "type"],
        psu=["district", "school"],
        fpc=["fpc_1", "fpc_2"],
        wave="year",
        case_id="school",
    )
    assert design.columns == ("w", "year", "school", "stratum", "type", "district", "fpc_1", "fpc_2")
    assert design.units == ("district", "school")
    assert design.strata_columns == ("stratum", "type")
    assert design.fpc_columns == ("fpc_1", "fpc_2")


@pytest.mark.parametrize(
    ("parts", "stages"),
    [
        ({}, 1),
        ({"psu": "a"}, 1),
        ({"psu": ["a", "b"]}, 1),  # without a population size the first stage holds all variance
        ({"psu": ["a", "b"], "fpc": "n"}, 2),
        ({"psu": ["a", "b", "c"], "fpc": ["n", "m"]}, 3),
        ({"psu": ["a", "b"], "fpc": ["n", "m"], "ultimate_cluster": True}, 1),
        ({"case_id": "a"}, 1),
    ],
)
def test_the_variance_uses_the_stages_that_can_add_to_it(parts: dict[str, Any], stages: int) -> None:
    assert ts.SurveyDesign(weight="w", **parts).stages_used == stages


def test_a_person_is_the_unit_of_a_panel_without_psu() -> None:
    assert ts.SurveyDesign(weight="w", case_id="person").units == ("person",)
    assert ts.SurveyDesign(weight="w", case_id="person", psu="area").units == ("area",)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"weight": "w", "probability": "p"}, "not both"),
        ({}, "population size"),
        ({"psu": ["a", "b"], "fpc": "n"}, "population size"),
        ({"weight": "w", "strata": ["a", "b"]}, "`strata`"),
        ({"weight": "w", "psu": "a", "fpc": ["n", "m"]}, "`fpc`"),
        ({"weight": "w", "lonely_psu": "centre"}, "`adjust`"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(parts: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        ts.SurveyDesign(**parts)
    assert told in str(caught.value)
    assert "to do:" in str(caught.value)


def test_a_design_is_a_frozen_value() -> None:
    design = ts.SurveyDesign(weight="w", psu=["a"])
    assert design == ts.SurveyDesign(weight="w", psu=["a"])
    with pytest.raises(FrozenInstanceError):
        design.weight = "v"  # type: ignore[misc]


def test_ids_that_restart_in_each_stratum_are_told_apart_when_nested() -> None:
    nested = ts.SurveyDesign(weight="w", strata="stratum", psu="district_in_stratum", nested=True)
    same_numbers(
        estimate(sample_of(nested), "mean", "y", by="region"),
        estimate(sample_of("strata"), "mean", "y", by="region"),
        rtol=1e-14,
    )


def test_ids_of_later_stages_may_restart_in_each_unit() -> None:
    restarted = ts.SurveyDesign(
        weight="w", strata="stratum", psu=["district", "number"], fpc=["fpc_1", "fpc_2"]
    )
    frame = people().with_columns(number=people()["school"] % 10)
    same_numbers(
        estimate(sample_of(restarted, frame), "total", "y"), estimate(sample_of("two stages"), "total", "y")
    )


def test_probabilities_are_weights_turned_over() -> None:
    found = estimate(sample_of(ts.SurveyDesign(probability="p")), "total", "y")
    expected = estimate(sample_of(ts.SurveyDesign(weight="w")), "total", "y")
    same_numbers(found, expected, rtol=1e-12)


def test_a_fraction_is_the_size_it_stands_for() -> None:
    same_numbers(
        estimate(sample_of("strata and fractions"), "mean", "y"),
        estimate(sample_of("strata and fpc"), "mean", "y"),
    )


def test_an_ultimate_cluster_leaves_the_later_stages_out() -> None:
    whole = column(estimate(sample_of("two stages"), "mean", "y"), "std_error")[0]
    first = column(estimate(sample_of("ultimate clusters"), "mean", "y"), "std_error")[0]
    close(first, column(estimate(sample_of("strata and fpc"), "mean", "y"), "std_error"))
    assert first < whole
