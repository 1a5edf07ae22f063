import pytest

from validation.respondents.corruptions import all_corruptions, catching, score
from validation.respondents.delivery import WAVES, Corruption, clean

CORRUPTIONS = all_corruptions()


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.test_id)
def test_each_corruption_is_caught_by_its_rule(corruption: Corruption) -> None:
    assert corruption.rule in catching(corruption)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("wave", WAVES)
def test_a_clean_wave_raises_no_alarm(wave: int, seed: int) -> None:
    result = clean(wave, seed).validate().result
    assert [(one.rule, one.column, one.n_failed) for one in result.outcomes if not one.passed] == []


def test_the_suite_is_large_and_most_of_it_critical() -> None:
    names = [one.name for one in CORRUPTIONS]
    assert len(names) == len(set(names)) >= 100
    assert sum(one.severity == "critical" for one in CORRUPTIONS) >= 80


def test_every_rule_of_a_wave_is_provoked_by_some_corruption() -> None:
    declared = {one.rule for one in clean(2025).validate().result.outcomes}
    assert declared - {one.rule for one in CORRUPTIONS} == set()


def test_the_score_counts_what_was_caught() -> None:
    critical = [one for one in CORRUPTIONS if one.severity == "critical"]
    told = f"caught {len(critical)} of {len(CORRUPTIONS)}; critical {len(critical)} of {len(critical)}"
    assert score(critical) == told
