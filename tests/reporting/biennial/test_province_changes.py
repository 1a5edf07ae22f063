from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from talentstats.errors import NotPublishedError
from talentstats.reporting.biennial.figures import CLASS_LIMITS
from talentstats.reporting.biennial.material import Material, gather
from talentstats.reporting.biennial.province_changes import province_changes, province_pairs, year_before
from talentstats.workspace import Workspace

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def material(project: Workspace) -> Material:
    return gather(project, as_of=AS_OF)


def test_provinces_are_set_beside_the_same_quarter_a_year_before(material: Material) -> None:
    assert (year_before(material), material.province_period) == ("2022Q2", "2023Q2")
    assert len(province_pairs(material)) == 12


def test_a_province_counts_as_less_tight_only_when_its_whole_range_lies_below(material: Material) -> None:
    numbers = {number.id: number for number in province_changes(material)}
    below = {
        code
        for code, (earlier, later) in province_pairs(material).items()
        if later.range and earlier.range and later.range.high < earlier.range.low
    }

    assert numbers["provinces.looser"].value == len(below) == 10
    # Groningen and Drenthe have ranges that reach into those of the year before.
    assert set(material.provinces) - below == {"PV20", "PV22"}
    assert numbers["tightness.province_before.PV29"].value == 208


def test_the_sentence_is_refused_when_a_province_became_tighter(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Turned round in time, every change is a rise.
    monkeypatch.setattr("talentstats.reporting.biennial.province_changes.A_YEAR", -4)
    with pytest.raises(NotPublishedError, match=r"tighter(.|\n)*PV29"):
        list(province_changes(replace(material, province_period="2022Q2")))


def test_a_province_without_a_figure_a_year_before_is_no_ground_for_a_count(material: Material) -> None:
    with pytest.raises(NotPublishedError):
        province_pairs(replace(material, province_period="2022Q1"))


def test_the_classes_begin_where_vacancies_and_unemployed_are_as_many() -> None:
    assert CLASS_LIMITS[0] == 100
    assert {later - earlier for earlier, later in pairwise(CLASS_LIMITS)} == {25}
