"""What the two documents of the brief say, before anything is rendered."""

import re

import pytest

from talentstats.reporting.coalition.asks import ASKS
from talentstats.reporting.editions import document_path
from talentstats.reporting.prose import check_prose, check_same_numbers
from talentstats.terms import LANGUAGES
from talentstats.workspace import Workspace


@pytest.fixture(params=LANGUAGES)
def text(request: pytest.FixtureRequest, project: Workspace) -> str:
    return document_path(project, "talent-coalition", request.param).read_text(encoding="utf-8")


def asks_of(text: str) -> list[str]:
    """Return the evidence of each ask: the paragraphs below a line of its own."""
    section = text.split("\n# ")[2].partition("\n**")[0]
    return re.findall(r"^\S[^\n]*\n:   (.*?)\n\n", section + "\n\n", re.DOTALL | re.MULTILINE)


def test_the_prose_holds_no_typed_numbers_and_no_untested_comparisons(project: Workspace) -> None:
    for language in LANGUAGES:
        check_prose(document_path(project, "talent-coalition", language))


def test_both_languages_show_the_same(project: Workspace) -> None:
    check_same_numbers(*(document_path(project, "talent-coalition", language) for language in LANGUAGES))


def test_every_ask_has_its_numbers_and_a_claim(text: str) -> None:
    evidence = asks_of(text)
    assert len(evidence) == len(ASKS)
    for ask, paragraph in zip(ASKS, evidence, strict=True):
        for indicator in ask.indicators:
            assert f'n("survey.{indicator}.leiden.2025")' in paragraph, indicator
        assert 'claim("' in paragraph


def test_the_warning_about_synthetic_data_comes_before_all_else(text: str) -> None:
    assert text.index("report.notices()") < text.index("\n# ")


def test_tightness_names_its_period_its_day_and_its_source(text: str) -> None:
    first = text.split("\n# ")[1]
    for facet in ("period", "published"):
        assert f'n("tightness.nl.latest.{facet}")' in first
        assert f'n("tightness.province.PV28.{facet}")' in first
    assert "CBS" in first
    assert 'rel("tightness.province.PV28", "tightness.nl_unadjusted.province_period")' in first


def test_the_measure_of_uwv_is_not_set_beside_it(text: str) -> None:
    assert "uwv" not in text.lower()
