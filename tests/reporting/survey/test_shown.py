"""The figures and tables of the survey as the report shows them, of the project's own waves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from talentstats.figures import Figure
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.survey.figures import survey_figures
from talentstats.reporting.survey.material import Survey, gather_survey
from talentstats.reporting.survey.results import FOLDER, read_results
from talentstats.reporting.survey.tables import KEY_INDICATORS, survey_tables
from talentstats.tables import Table
from talentstats.terms import LANGUAGES, Language
from talentstats.workspace import Workspace

pytestmark = pytest.mark.slow
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def gathered(made_project: Workspace) -> Survey:
    return gather_survey(made_project, as_of=DAY)


@pytest.fixture(scope="module")
def store(gathered: Survey) -> NumberStore:
    return NumberStore.of(gathered.numbers)


@pytest.fixture(scope="module")
def figures(gathered: Survey, store: NumberStore) -> Mapping[str, Figure]:
    return survey_figures(gathered, store)


@pytest.fixture(scope="module")
def tables(gathered: Survey, store: NumberStore) -> Mapping[str, Table]:
    return survey_tables(gathered, store)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_says_that_it_is_synthetic_and_what_it_shows(
    figures: Mapping[str, Figure], language: Language
) -> None:
    for name, figure in figures.items():
        drawing = figure.drawing(language)
        assert drawing.synthetic in ("Synthetische gegevens", "Synthetic data"), name
        assert drawing.alt.startswith(drawing.synthetic), name
        assert drawing.source
        assert "{" not in drawing.title + drawing.subtitle


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("survey-stay", "plans_to_stay.leiden"),
        ("survey-stay-waves", "plans_to_stay.nation"),
        ("survey-satisfaction-waves", "satisfaction.leiden"),
        ("survey-ukraine", "ukraine_works.nation"),
        ("survey-centre", "services_used.registration.leiden"),
    ],
)
def test_the_title_of_a_figure_says_a_number_of_the_report(
    figures: Mapping[str, Figure], store: NumberStore, name: str, number: str
) -> None:
    for language in LANGUAGES:
        shown = store.text(f"survey.{number}.2025", language)
        assert f" {shown}" in figures[name].drawing(language).title


def test_no_line_crosses_a_break_and_the_figure_says_why(figures: Mapping[str, Figure]) -> None:
    notes = " ".join(figures["survey-satisfaction-waves"].drawing("nl").notes)
    assert "2019 en 2021 zijn niet vergelijkbaar" in notes
    assert "cijfer van 1 tot en met 10" in notes


def test_bars_over_waves_hold_only_waves_that_can_be_compared(figures: Mapping[str, Figure]) -> None:
    assert figures["survey-dutch"].data["category"].unique().sort().to_list() == ["2021", "2023", "2025"]


def test_a_significant_difference_is_shown_with_its_size_and_any_other_in_words(
    tables: Mapping[str, Table], store: NumberStore
) -> None:
    table = tables["survey-key"]
    assert len(table.rows) == len(KEY_INDICATORS)
    for indicator, row in zip(KEY_INDICATORS, table.rows, strict=True):
        for place, claim in ((3, "leiden.vs_nation.2025"), (4, "leiden.change.2023_2025")):
            found = store[f"claim.{indicator}.{claim}"]
            outcome = found.facets["outcome"].text("en")
            size = found.facets["difference"].text("en")
            words = {"unclear": "not significant", "broken": "not comparable", "few": "too few observations"}
            assert row[place].en == words.get(outcome, f"{size} points")


def test_tables_show_numbers_of_the_store_and_say_that_they_are_synthetic(
    tables: Mapping[str, Table], store: NumberStore
) -> None:
    for name, table in tables.items():
        assert all(store[cited] for cited in table.cites), name
        head = table.in_language("nl").markdown().splitlines()[0]
        assert ("synthetische gegevens" in head) == (name != "survey-breaks"), name


def test_a_figure_that_is_not_sure_enough_is_a_point_without_an_interval(
    tables: Mapping[str, Table], gathered: Survey, store: NumberStore
) -> None:
    hidden = store["survey.ukraine_below_level.leiden.2025"]
    assert hidden.value is None
    titles = [row[0].nl for row in tables["survey-ukraine"].rows]
    place = titles.index(gathered.questions.indicator("ukraine_below_level").title.nl)
    assert tables["survey-ukraine"].rows[place][1].nl == "."


def test_waves_that_cannot_be_compared_are_listed_with_the_reason(tables: Mapping[str, Table]) -> None:
    rows = {row[0].en: (row[1].en, row[2].en) for row in tables["survey-breaks"].rows}
    between, reason = rows["Satisfied with life in the Netherlands (0-10)".replace("-", "\N{EN DASH}")]
    assert between == "2019\N{EN DASH}2021"
    assert reason


def test_what_was_estimated_is_read_by_the_next_document_with_the_same_digits(
    gathered: Survey, project: Workspace
) -> None:
    made_from = (project.processed / FOLDER / "made_from.txt").read_text(encoding="utf-8")
    stored = read_results(project, made_from)
    assert stored is not None
    assert read_results(project, "of something else") is None
    for wave, found in gathered.waves.items():
        for key, table in found.tables.items():
            assert stored.estimates[wave][key].select(table.columns).equals(table)


def test_a_real_wave_carries_no_mark(gathered: Survey) -> None:
    waves = {
        wave: replace(made, table=replace(made.table, synthetic=frozenset()))
        for wave, made in gathered.waves.items()
    }
    real = replace(gathered, waves=waves)
    assert not real.synthetic
    store = NumberStore.of(real.numbers)
    assert "synthetisch" not in survey_tables(real, store)["survey-key"].in_language("nl").markdown()
    assert "synthetisch" not in survey_tables(real, store)["survey-waves"].in_language("nl").markdown()
