from pathlib import Path

import polars as pl
import pytest

import talentstats as ts
from talentstats.errors import InputError
from talentstats.waves.weighing import described, diagnostics, margins_of, wave_margins
from wave_support import made_wave

COLUMNS = (("region", "register"), ("sex",))
FILE = """\
reference_date = {day}

[[sources]]
dataset = "synthetic/margins"
publisher = "talentstats"
title = "Totals"
table_id = "totals"
url = ""
published = "2025-01-01"
accessed = 2025-01-01
licence = {{ name = "MIT", url = "" }}

[[margins]]
columns = ["region", "register"]
totals = [["leiden", "residents", 60], ["leiden", "students", 40]]

[[margins]]
columns = ["{second}"]
totals = [["female", 55], ["male", 45]]
"""


def margins_file(folder: Path, *, day: str = "2025-01-01", second: str = "sex") -> Path:
    path = folder / "internationals_2025.toml"
    path.write_text(FILE.format(day=day, second=second), encoding="utf-8")
    return path


def test_totals_are_read_and_kept_whole(tmp_path: Path) -> None:
    margins = wave_margins(margins_file(tmp_path), wave=2025, expected=COLUMNS)
    again = margins_of(described(margins), margins.origins)
    assert again.columns == ("region_at_wave", "register", "sex")
    assert [one.totals.tolist() for one in again.categories] == [[60.0, 40.0], [55.0, 45.0]]
    assert again.origins == margins.origins


def test_totals_of_another_year_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="wave of 2025 are of another year") as caught:
        wave_margins(margins_file(tmp_path, day="2023-01-01"), wave=2025, expected=COLUMNS)
    assert "2023-01-01" in str(caught.value)


def test_totals_of_other_variables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of other variables") as caught:
        wave_margins(margins_file(tmp_path, second="age"), wave=2025, expected=COLUMNS)
    assert "region by register, sex" in str(caught.value)
    assert "age" in str(caught.value)


def test_a_missing_file_of_totals_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no population totals for the wave of 2025") as caught:
        wave_margins(tmp_path / "internationals_2025.toml", wave=2025, expected=COLUMNS)
    assert "data/reference/margins/internationals_2025.toml" in str(caught.value)


def test_the_diagnostics_say_what_weighting_did_and_that_the_margins_are_met() -> None:
    from talentstats.waves.sample import sample_of

    found = diagnostics(sample_of(made_wave(2025)))
    assert [row["weights"] for row in found["weights"]] == ["before", "after", "factor"]
    assert found["weights"][1]["design_effect"] > 1
    assert all(abs(row["off_after"]) < 1e-9 for row in found["margins"])
    assert any(abs(row["off_before"]) > 0.05 for row in found["margins"])


def test_the_weights_are_those_of_rake() -> None:
    table = made_wave(2025)
    margins = {
        tuple(entry["columns"]): {tuple(row[:-1]): row[-1] for row in entry["totals"]}
        for entry in table.details["margins"]["margins"]
    }
    plain = ts.SurveySample(table.frame.drop("weight"), ts.SurveyDesign(weight="design_weight"))
    raked = ts.rake(plain, margins)
    away = (raked.frame["raked_weight"] / table.frame["weight"] - 1).abs().max()
    assert isinstance(raked.frame, pl.DataFrame)
    assert away is not None
    assert float(away) < 1e-9
