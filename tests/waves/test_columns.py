import polars as pl
import pytest

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.regions.municipalities import read_municipalities
from talentstats.waves.columns import on_todays_map, without_persons
from talentstats.waves.declared import read_plan
from talentstats.workspace import Workspace


@pytest.fixture(scope="module")
def harmonised(project: Workspace) -> Harmonised:
    return read_harmonised(project.reference)


def test_no_personal_column_stays_and_no_reason_of_one(project: Workspace, harmonised: Harmonised) -> None:
    plan = read_plan(project.reference)
    columns = harmonised.columns(2025)
    frame = pl.DataFrame({name: [None] for name in columns}).with_columns(arrival_year=pl.lit(2020))
    kept = without_persons(frame, plan, harmonised, wave=2025).columns
    personal = {
        column
        for variable in harmonised.variables
        if variable.sensitivity == "personal"
        for column in variable.columns
    }
    assert personal == {"respondent_id", "panel_id"}
    gone = personal | set(plan.dropped)
    assert not {name.removesuffix("__missing") for name in kept} & gone
    assert "arrival_band" in kept
    assert {"sex", "sex__missing", "weight"} & set(kept) == {"sex", "sex__missing"}


def test_quasi_identifying_columns_that_stay_are_coarse(project: Workspace, harmonised: Harmonised) -> None:
    """What stays has few answers, or is the sampling unit, without which there is no variance."""
    plan = read_plan(project.reference)
    stay = [
        variable
        for variable in harmonised.variables
        if variable.sensitivity == "quasi" and variable.name not in plan.dropped
    ]
    assert {variable.name for variable in stay if len(variable.categories) not in range(2, 8)} == {"psu"}


def test_respondents_are_put_in_the_regions_of_another_year(project: Workspace) -> None:
    municipalities = read_municipalities(project.reference)
    # Haaren was divided in 2021, mostly over Oisterwijk; Leiden stayed as it was.
    frame = pl.DataFrame({"municipality": ["GM0788", "GM0546"], "region": ["eindhoven", "leiden"]})
    moved, carried = on_todays_map(frame, municipalities, from_year=2019, to_year=2026)
    assert moved["region_at_wave"].to_list() == ["eindhoven", "leiden"]
    expected = [municipalities.region_of(code) for code in carried.codes]
    assert moved["region"].to_list() == expected
    assert expected[1] == "leiden"
