from dataclasses import replace

import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.survey.material import Survey
from talentstats.reporting.survey.questions import Indicator, Reliability
from talentstats.reporting.survey.reliability import decimals_for, unreliable
from talentstats.waves.sample import sample_of

RULE = Reliability(fewest_respondents=50, widest_share=40.0, widest_mean=0.25)


@pytest.fixture(scope="module")
def store(survey: Survey) -> NumberStore:
    return NumberStore.of(survey.numbers)


def share(survey: Survey) -> Indicator:
    return survey.questions.indicator("plans_to_stay")


@pytest.mark.parametrize("domain", ["nation", "leiden", "the_hague"])
def test_a_share_is_the_estimate_in_percent_with_its_interval(
    survey: Survey, store: NumberStore, domain: str
) -> None:
    sample = sample_of(survey.waves[2025].table)
    where = None if domain == "nation" else {"region": domain}
    made = ts.estimate_proportion(sample, "plans_to_stay", levels=["yes"], where=where).table.row(
        0, named=True
    )
    number = store[f"survey.plans_to_stay.{domain}.2025"]
    assert number.value == pytest.approx(100 * made["estimate"])
    assert number.facets["low"].value == pytest.approx(100 * made["conf_low"])
    assert number.facets["high"].value == pytest.approx(100 * made["conf_high"])
    assert number.facets["n"].value == made["n_obs"]
    assert number.unit == "percent"


def test_a_group_is_a_domain_of_the_whole_sample(survey: Survey, store: NumberStore) -> None:
    sample = sample_of(survey.waves[2025].table)
    made = ts.estimate_proportion(sample, "plans_to_stay", levels=["yes"], where={"role_broad": "partner"})
    row = made.table.row(0, named=True)
    number = store["survey.plans_to_stay.nation.role_broad.partner.2025"]
    assert number.value == pytest.approx(100 * row["estimate"])
    assert number.facets["high"].value == pytest.approx(100 * row["conf_high"])


def test_a_mean_is_in_the_unit_of_its_scale(survey: Survey, store: NumberStore) -> None:
    sample = sample_of(survey.waves[2025].table)
    made = ts.estimate_mean(sample, "satisfaction").table["estimate"].item()
    number = store["survey.satisfaction.nation.2025"]
    assert number.value == pytest.approx(made)
    assert number.decimals == 1


def test_those_outside_a_subpopulation_do_not_count(survey: Survey, store: NumberStore) -> None:
    frame = survey.waves[2025].table.frame
    students = frame.filter(role_broad="studying").height
    indicator = replace(share(survey), among={"role_broad": ("studying",)}, id="students_stay")
    from talentstats.reporting.survey.estimates import estimate_wave

    made = estimate_wave(survey.waves[2025].table, [indicator])
    rows = made["", "share"].filter(variable="survey.students_stay", region=None).table
    assert rows["n_obs"].to_list() == [students]
    assert store["survey.plans_to_stay.nation.2025.n"].value == frame.height


def test_the_witness_says_when_from_what_and_how_sure(store: NumberStore) -> None:
    witness = store["survey.plans_to_stay.leiden.2025"].witness
    assert str(witness.period) == "2025"
    assert str(witness.vintage) == "2026-03-31"
    assert [source.origin.dataset for source in witness.sources] == ["survey/internationals_2025/synthetic"]
    assert witness.synthetic
    assert witness.sampling is not None
    assert witness.sampling.design_effect is not None
    assert witness.sampling.df > 10
    assert "gewogen aandeel" in witness.method.nl
    assert "after raking" in witness.method.en


def test_the_shares_of_all_answers_add_up(store: NumberStore) -> None:
    shares = [store[f"survey.feels_at_home.{value}.leiden.2025"].value for value in range(1, 6)]
    assert sum(value for value in shares if isinstance(value, float)) == pytest.approx(100.0)


def test_the_fieldwork_and_the_respondents_of_a_wave_are_numbers(store: NumberStore) -> None:
    assert store.text("survey.wave.2025.respondents", "nl") == "3.000"
    assert store.text("survey.wave.2025.from", "nl") == "15 september 2025"
    assert store.text("survey.wave.2025.to", "en") == "9 November 2025"
    assert store.text("survey.wave.2025.population", "en") == "1,000,000"


@pytest.mark.parametrize(
    ("n", "low", "high", "flag"),
    [
        (50, 40.0, 60.0, ""),
        (49, 40.0, 60.0, "few"),
        (50, 30.0, 70.0, ""),
        (50, 29.9, 70.0, "imprecise"),
        (500, None, None, "imprecise"),
    ],
)
def test_a_share_is_shown_only_when_it_is_sure_enough(
    survey: Survey, n: int, low: float | None, high: float | None, flag: str
) -> None:
    assert unreliable(RULE, share(survey), n=n, low=low, high=high, mean=50.0) == flag


@pytest.mark.parametrize(("high", "flag"), [(8.0, ""), (8.6, "imprecise")])
def test_a_mean_is_judged_by_the_length_of_its_scale(survey: Survey, high: float, flag: str) -> None:
    indicator = survey.questions.indicator("satisfaction")
    assert unreliable(RULE, indicator, n=100, low=6.0, high=high, mean=7.0) == flag


@pytest.mark.parametrize(("low", "high", "decimals"), [(50.0, 51.9, 1), (50.0, 52.0, 0), (None, None, 0)])
def test_a_share_has_a_decimal_only_when_its_interval_bears_one(
    survey: Survey, low: float | None, high: float | None, decimals: int
) -> None:
    assert decimals_for(share(survey), low=low, high=high) == decimals


def test_a_figure_of_too_few_is_a_point_and_its_witness_says_so(broken_survey: Survey) -> None:
    number = NumberStore.of(broken_survey.numbers)["survey.plans_to_stay.leiden.role_broad.partner.2025"]
    assert number.text("nl") == "."
    assert {number.facets[name].text("en") for name in ("low", "high", "interval", "margin")} == {"."}
    assert number.witness.range is None
    assert number.witness.sampling is not None
    assert number.witness.sampling.flag == "few"
    assert number.witness.method.nl.startswith("niet getoond: te weinig respondenten (")


def test_estimates_come_as_a_table_for_figures(survey: Survey) -> None:
    made = survey.estimates(
        ["plans_to_stay", "feels_at_home"], waves=[2023, 2025], regions=["leiden", "nation"]
    )
    assert made.height == 6 * 2 * 2
    assert made["level"].unique(maintain_order=True).to_list() == [None, "1", "2", "3", "4", "5"]
    grouped = survey.estimates(["plans_to_stay"], by="role_broad", regions=["nation"])
    assert sorted(grouped["group"]) == ["partner", "studying", "working"]
    names = survey.names()
    assert names["region"]["nation"]["nl"] == "Nederland"
    assert names["indicator"]["plans_to_stay"]["en"].startswith("Plans to stay")


def test_what_is_not_sure_enough_is_null_in_the_table(broken_survey: Survey) -> None:
    made = broken_survey.estimates(["plans_to_stay"], by="role_broad", regions=["leiden"])
    few = made.filter(made["n_obs"] < 50)
    assert few.height
    assert few["estimate"].null_count() == few.height


def test_a_figure_a_wave_does_not_have_is_refused_by_name(survey: Survey) -> None:
    with pytest.raises(InputError, match=r"figure of wave 2025 `survey\.hours`"):
        survey.estimates(["hours"])
