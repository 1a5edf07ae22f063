from dataclasses import replace
from typing import get_args

import pytest

from talentstats.reporting.biennial.material import Material
from talentstats.reporting.coalition.asks import ASKS, INDICATORS, LEADING, coalition_text, indicator_name
from talentstats.reporting.coalition.contents import contents_of
from talentstats.reporting.contents import Contents
from talentstats.reporting.contrasts import Outcome
from talentstats.reporting.editions import document_path
from talentstats.reporting.prose import check_known
from talentstats.reporting.survey.material import Survey, read_answers, survey_of
from talentstats.terms import LANGUAGES, Language
from talentstats.workspace import Workspace

from .conftest import MORE, SAME, brief_wave


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_store_has_every_number_and_claim_of_the_documents(
    contents: Contents, project: Workspace, language: Language
) -> None:
    check_known(document_path(project, "talent-coalition", language), contents.numbers)


def test_the_store_has_nothing_of_uwv(contents: Contents) -> None:
    assert not [number.id for number in contents.numbers if "uwv" in number.id]
    assert all(
        source.origin.publisher != "UWV" for number in contents.numbers for source in number.witness.sources
    )


def test_every_number_of_the_survey_bears_on_an_ask_or_describes_the_wave(contents: Contents) -> None:
    named = (*INDICATORS, "wave.2025")
    for number in contents.numbers:
        if number.id.startswith(("survey.", "claim.")):
            assert number.id.split(".", 1)[1].startswith(named), number.id


def test_claims_are_those_of_the_whole_survey(contents: Contents, survey: Survey) -> None:
    tested = {number.id: number for number in survey.numbers}
    claims = [number for number in contents.numbers if number.id.startswith("claim.")]
    assert claims
    assert all(claim is tested[claim.id] for claim in claims)


def test_the_files_behind_the_figures_are_named(contents: Contents) -> None:
    labour = contents.numbers.text("sources.labour", "nl").split(", ")
    assert {"80590ned", "83599NED", "CBS-nieuwsberichten"} <= set(labour)
    assert len(labour) == len(set(labour)), "a table of which two publications were used is named once"
    survey = contents.numbers["sources.survey"]
    assert {source.origin.table_id for source in survey.witness.sources} == {
        "internationals_2023",
        "internationals_2025",
    }


def test_the_checks_of_the_latest_wave_are_counted(contents: Contents) -> None:
    assert contents.numbers.text("survey.wave.2025.rules", "nl") == "1"
    assert contents.numbers.text("survey.wave.2025.warnings", "nl") == "0"


def test_synthetic_respondents_mark_the_brief_its_table_and_its_figure(contents: Contents) -> None:
    assert contents.synthetic
    assert contents.tables["evidence"].synthetic
    assert contents.figures["coalition-asks"].synthetic


def test_real_respondents_mark_nothing(material: Material, project: Workspace) -> None:
    waves = [brief_wave(2023, stay=SAME), brief_wave(2025, stay=MORE)]
    real = [replace(table, synthetic=frozenset()) for table in waves]
    made = contents_of(material, survey_of(real, read_answers(project)))
    assert not made.synthetic
    assert not made.tables["evidence"].synthetic
    assert not made.figures["coalition-asks"].synthetic


def test_warnings_about_the_labour_figures_stand_in_the_brief(material: Material, survey: Survey) -> None:
    message = {"nl": "Grote bijstelling (3)", "en": "Large revision (3)"}
    labour = replace(material.labour, validation={**material.labour.validation, "messages": [message]})
    (warning,) = contents_of(replace(material, labour=labour), survey).warnings
    assert (warning.nl, warning.en) == ("Grote bijstelling (3)", "Large revision (3)")


def test_the_table_gives_every_indicator_with_interval_respondents_and_tests(contents: Contents) -> None:
    table, store = contents.tables["evidence"], contents.numbers
    assert [row[0] for row in table.rows] == [indicator_name(name) for name in INDICATORS]
    stay = [cell.en for cell in table.rows[0]]
    figure = store["survey.plans_to_stay.leiden.2025"]
    assert stay[1] == f"{figure.text('en')} ({figure.facets['interval'].text('en')})"
    assert stay[2] == figure.facets["n"].text("en")
    assert stay[-2:] == ["higher", "risen"]
    assert [cell.nl for cell in table.rows[1]][-2:] == ["niet significant", "niet significant"]


def test_the_table_tests_no_obstacle_and_says_so_with_a_dash(contents: Contents) -> None:
    rows = dict(zip(INDICATORS, contents.tables["evidence"].rows, strict=True))
    for name, row in rows.items():
        untested = [cell.nl for cell in row[-2:]] == ["–", "–"]
        assert untested == name.startswith("partner_obstacles"), name


def test_the_table_cites_its_numbers_and_claims(contents: Contents) -> None:
    cites = contents.tables["evidence"].cites
    assert set(cites) <= set(contents.numbers.numbers)
    assert "survey.info_easy.nation.2025" in cites
    assert "claim.info_easy.leiden.change.2023_2025" in cites


def test_figures_of_too_few_respondents_are_neither_shown_nor_compared(
    material: Material, project: Workspace
) -> None:
    waves = [brief_wave(2023, stay=SAME, n=120), brief_wave(2025, stay=MORE, n=120)]
    made = contents_of(material, survey_of(waves, read_answers(project)))
    row = [cell.nl for cell in made.tables["evidence"].rows[0]]
    assert row[1] == "."
    assert row[-2:] == ["te weinig respondenten", "te weinig respondenten"]


def test_a_first_wave_has_no_change(material: Material, project: Workspace) -> None:
    made = contents_of(material, survey_of([brief_wave(2025, stay=MORE)], read_answers(project)))
    headers = [column.header.en for column in made.tables["evidence"].columns]
    assert headers[-1] == "Difference from the nation"
    assert not any("change" in name for name in made.tables["evidence"].cites)


@pytest.mark.parametrize("kind", ["level", "change"])
@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_of_a_test_has_its_words(kind: str, outcome: str) -> None:
    assert coalition_text(f"{kind}_{outcome}").nl


def test_the_figure_shows_one_indicator_an_ask_in_the_order_of_the_asks(contents: Contents) -> None:
    figure = contents.figures["coalition-asks"]
    assert len(LEADING) == len(ASKS) == 5
    assert figure.data["category"].unique(maintain_order=True).to_list() == list(LEADING)
    assert set(figure.data["group"]) == {"leiden", "nation"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_of_the_figure_says_its_number(contents: Contents, language: Language) -> None:
    said = contents.numbers.text("survey.plans_to_stay.leiden.2025", language)
    assert f"{said}%" in contents.figures["coalition-asks"].drawing(language).title
