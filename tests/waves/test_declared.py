from pathlib import Path

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.waves.declared import read_plan
from talentstats.workspace import Workspace


def test_the_plan_has_every_wave_with_its_stand_in(project: Workspace) -> None:
    plan = read_plan(project.reference)
    assert plan.waves == (2019, 2021, 2023, 2025)
    assert {stand_in.n for stand_in in plan.stand_ins.values()} == {5000}
    assert plan.stand_ins[2023].published.known_from.year == 2024


def test_a_year_without_a_survey_is_refused_with_the_waves_there_are(project: Workspace) -> None:
    with pytest.raises(InputError, match="no wave of 2022") as caught:
        read_plan(project.reference).require(2022)
    assert "2019, 2021, 2023, 2025" in str(caught.value)


def test_years_since_arrival_become_bands_and_an_unknown_year_stays_unknown(project: Workspace) -> None:
    (derived,) = read_plan(project.reference).derived
    arrived = pl.DataFrame({"arrival_year": [2025, 2023, 2022, 2020, 2019, 2015, 2014, 1980, None]})
    assert arrived.select(derived.column(2025)).to_series().to_list() == [
        *["0_2_years"] * 2,
        *["3_5_years"] * 2,
        *["6_10_years"] * 2,
        *["over_10_years"] * 2,
        None,
    ]


def test_an_incomplete_plan_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "survey").mkdir()
    (tmp_path / "survey" / "waves.toml").write_text("boundaries = 2026\n", encoding="utf-8")
    with pytest.raises(InputError, match="waves of the survey cannot be read"):
        read_plan(tmp_path)
