import pytest

import talentstats as ts
from talentstats.reporting.numbers import Evidence, NumberStore
from talentstats.reporting.survey.material import Survey
from talentstats.waves.sample import sample_of, stacked_sample


@pytest.fixture(scope="module")
def store(survey: Survey) -> NumberStore:
    return NumberStore.of(survey.numbers)


@pytest.mark.parametrize(
    ("name", "nl", "en"),
    [
        ("plans_to_stay.leiden.vs_nation.2025", "hoger dan", "higher than"),
        ("plans_to_stay.leiden.change.2023_2025", "is gestegen", "has risen"),
        (
            "paid_work.nation.change.2023_2025",
            "is niet significant veranderd",
            "has not changed significantly",
        ),
        (
            "paid_work.leiden.vs_nation.2025",
            "niet significant anders dan",
            "not significantly different from",
        ),
        ("tertiary_educated.leiden.change.2023_2025", "is gedaald", "has fallen"),
        (
            "plans_to_stay.nation.role_broad.partner_vs_working.2025",
            "niet significant anders dan",
            "not significantly different from",
        ),
    ],
)
def test_sentences_follow_the_tests(store: NumberStore, name: str, nl: str, en: str) -> None:
    assert (store.text(f"claim.{name}", "nl"), store.text(f"claim.{name}", "en")) == (nl, en)


def test_a_region_is_tested_against_the_nation_it_is_part_of(survey: Survey, store: NumberStore) -> None:
    sample = sample_of(survey.waves[2025].table)
    made = ts.estimate_proportion(sample, "plans_to_stay", levels=["yes"], by="region", margins=True)
    expected = ts.compare(made.filter(region="leiden"), made.filter(region=None)).table.row(0, named=True)
    evidence = store["claim.plans_to_stay.leiden.vs_nation.2025"].witness.evidence
    assert evidence is not None
    assert evidence.difference == pytest.approx(100 * expected["estimate"])
    assert evidence.std_error == pytest.approx(100 * expected["std_error"])
    assert evidence.df == expected["df"]


def test_a_change_is_tested_with_the_units_the_waves_share(survey: Survey, store: NumberStore) -> None:
    tables = [survey.waves[wave].table for wave in (2023, 2025)]
    made = ts.change(stacked_sample(tables), "proportion", "plans_to_stay", by="region")
    row = made.filter(region="leiden", level="yes").table.row(0, named=True)
    evidence = store["claim.plans_to_stay.leiden.change.2023_2025"].witness.evidence
    assert evidence is not None
    assert evidence.difference == pytest.approx(100 * row["estimate"])
    assert evidence.std_error == pytest.approx(100 * row["std_error"], rel=1e-6)


def test_the_claims_of_a_chapter_are_one_family(store: NumberStore) -> None:
    families: dict[str, list[Evidence]] = {}
    for number in store:
        if number.witness.evidence:
            families.setdefault(number.witness.evidence.family, []).append(number.witness.evidence)
    assert set(families) >= {"stay", "work", "settling"}
    for evidence in families.values():
        assert {one.claims for one in evidence} == {len(evidence)}
        assert all(one.adjusted_p >= one.p for one in evidence)


def test_a_broken_trend_is_not_compared_and_says_why(answers_store: NumberStore) -> None:
    claim = answers_store["claim.satisfaction.nation.change.2019_2025"]
    assert claim.text("en") == "cannot be compared with that of 2019"
    assert claim.facets["sentence"].text("nl") == (
        "Met 2019 is dat niet te vergelijken: in 2019 gevraagd als cijfer van 1 tot en met 10."
    )
    assert claim.witness.evidence is None


def test_too_few_observations_are_not_compared(answers_store: NumberStore) -> None:
    claim = answers_store["claim.plans_to_stay.nation.role_broad.partner_vs_working.2025"]
    assert claim.text("nl") == "door te weinig waarnemingen niet te vergelijken met"
    assert claim.facets["sentence"].text("nl") == (
        "Voor een vergelijking met het cijfer van de groep ‘Werkt’ zijn er te weinig waarnemingen."
    )


@pytest.fixture(scope="module")
def answers_store(broken_survey: Survey) -> NumberStore:
    return NumberStore.of(broken_survey.numbers)


def test_a_claim_about_synthetic_waves_is_marked(store: NumberStore) -> None:
    claim = store["claim.plans_to_stay.leiden.change.2023_2025"]
    assert claim.witness.synthetic
    assert {source.origin.dataset for source in claim.witness.sources} == {
        "survey/internationals_2023/synthetic",
        "survey/internationals_2025/synthetic",
    }
