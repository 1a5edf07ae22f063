from dataclasses import replace

import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.waves.sample import sample_of, stacked_sample
from talentstats.waves.weighing import DESIGN, margins_of
from wave_support import as_table, made_wave

STAYS = {"leiden": 0.7, "the_hague": 0.5, "rest": 0.5}
STAYED = {"leiden": 0.6, "the_hague": 0.5, "rest": 0.5}


def test_a_wave_is_estimated_as_if_it_had_just_been_raked() -> None:
    table = made_wave(2025, plans_to_stay=STAYS)
    by_hand = ts.rake(
        ts.SurveySample(table.frame.drop("weight"), DESIGN), margins_of(table.details["margins"])
    )
    for where in (None, {"region": "leiden"}):
        expected = ts.estimate_proportion(by_hand, "plans_to_stay", by="role_broad", where=where).table
        found = ts.estimate_proportion(sample_of(table), "plans_to_stay", by="role_broad", where=where).table
        assert found.equals(expected)


def test_raked_weights_that_estimates_do_not_know_of_would_give_other_errors() -> None:
    table = made_wave(2025, plans_to_stay=STAYS)
    known = ts.estimate_count(sample_of(table), by="region", where={"register": "students"})
    taken = ts.SurveySample(table.frame, replace(DESIGN, weight="weight"))
    unknown = ts.estimate_count(taken, by="region", where={"register": "students"})
    assert known.table["estimate"].to_list() == pytest.approx(unknown.table["estimate"].to_list())
    assert max(known.table["std_error"]) < 1e-6 * min(unknown.table["std_error"])


def test_a_sample_knows_where_it_comes_from_and_that_it_is_synthetic() -> None:
    table = made_wave(2025, plans_to_stay=STAYS)
    made = ts.estimate_proportion(sample_of(table), "plans_to_stay")
    assert made.synthetic
    assert made.origins == tuple(table.origins.values())


def test_weights_that_are_not_those_of_the_margins_are_refused() -> None:
    table = made_wave(2025)
    changed = replace(table, frame=table.frame.with_columns(pl.col("weight") * 1.01))
    with pytest.raises(InputError, match="not those of its margins"):
        sample_of(changed)


def test_a_table_of_something_else_is_refused() -> None:
    table = replace(made_wave(2025), details={}, name="labour")
    with pytest.raises(InputError, match="`labour` is not a wave"):
        sample_of(table)


def test_change_in_the_stack_is_the_comparison_of_the_waves_with_their_shared_units() -> None:
    waves = [made_wave(2023, plans_to_stay=STAYED), made_wave(2025, plans_to_stay=STAYS)]
    stacked = ts.change(stacked_sample(waves), "proportion", "plans_to_stay", by="region")
    before, after = (
        ts.estimate_proportion(sample_of(table), "plans_to_stay", by="region") for table in waves
    )
    compared = ts.compare(after, before, samples="shared")
    for column in ("estimate", "std_error"):
        assert stacked.table[column].to_list() == pytest.approx(compared.table[column].to_list(), rel=1e-6)
    assert stacked.synthetic


def test_people_who_answered_twice_make_a_change_surer() -> None:
    first = made_wave(2023, plans_to_stay=STAYS)
    again = as_table(first.frame.drop("weight"), 2025)
    change = ts.change(stacked_sample([first, again]), "proportion", "plans_to_stay").table
    assert change["estimate"].to_list() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert max(change["std_error"]) < 1e-9


def test_real_and_synthetic_waves_are_not_stacked() -> None:
    real = as_table(made_wave(2023).frame.drop("weight"), 2023, synthetic=False)
    with pytest.raises(InputError, match="not stacked") as caught:
        stacked_sample([real, made_wave(2025)])
    assert "internationals_2023 (real), internationals_2025 (synthetic)" in str(caught.value)


@pytest.mark.parametrize("years", [[2025], [2025, 2025]])
def test_one_wave_is_no_stack(years: list[int]) -> None:
    with pytest.raises(InputError, match="not two waves"):
        stacked_sample([made_wave(year) for year in years])
