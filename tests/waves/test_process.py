import json
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from talentstats.errors import InputError, NotPublishedError
from talentstats.sources.delivered.store import store_delivered
from talentstats.sources.survey_files.store import store_survey_file
from talentstats.store import METADATA, ProcessedTable, read_fingerprint
from talentstats.synthetic.synthesise import synthesise
from talentstats.waves import process
from talentstats.waves.declared import read_plan
from talentstats.waves.inputs import wave_input
from talentstats.waves.open_wave import open_wave
from talentstats.waves.process import bring_up_to_date, check_wave, process_wave
from talentstats.waves.sample import sample_of
from talentstats.workspace import Workspace

TABLE = "internationals_2025"


def metadata(project: Workspace) -> str:
    return (project.processed / TABLE / METADATA).read_text(encoding="utf-8")


def test_a_wave_goes_from_its_file_to_a_weighted_table(processed: ProcessedTable) -> None:
    assert processed.frame.height == 5000
    totals = {entry["columns"][0]: entry["totals"] for entry in processed.details["margins"]["margins"]}
    by_sex = processed.frame.group_by("sex").agg(pl.col("weight").sum()).sort("sex").rows()
    assert [total for _, total in by_sex] == pytest.approx([total for _, total in sorted(totals["sex"])])
    assert set(totals) == {"region_at_wave", "nationality_broad", "sex", "birth_year_band"}


def test_it_is_marked_synthetic_with_its_origin(processed: ProcessedTable) -> None:
    dataset = "survey/internationals_2025/synthetic"
    assert processed.synthetic == {dataset}
    assert processed.origins[dataset].title == "Enquête onder internationals 2025 (synthetisch / synthetic)"
    assert set(processed.details["margins"]["origins"]) <= set(processed.origins)


def test_it_keeps_what_weighting_did_and_what_validation_found(
    processed: ProcessedTable, project: Workspace
) -> None:
    kept = json.loads(metadata(project))
    assert kept["details"]["weighting"]["weights"][1]["weights"] == "after"
    assert kept["details"]["fieldwork"] == ["2025-09-15", "2025-11-09"]
    assert kept["details"]["boundaries"] == {"from": 2025, "to": 2026, "split": 0, "redrawn": 0}
    assert kept["validation"]["rules"] > 50
    assert kept["validation"]["warnings"] == 0
    assert processed.validation["rules"] == kept["validation"]["rules"]


def test_no_value_of_a_personal_column_is_in_any_file_of_it(
    processed: ProcessedTable, project: Workspace
) -> None:
    found = wave_input(project, read_plan(project.reference), 2025)
    opened = open_wave(found, project)
    values = set(opened.frame["respondent_id"]) | set(opened.frame["panel_id"].drop_nulls())
    values |= set(opened.file.frame["email"].drop_nulls())
    assert len(values) > 5000
    texts = [
        column.cast(pl.String).unique().drop_nulls().to_list() for column in processed.frame.get_columns()
    ]
    assert not values & {value for column in texts for value in column}
    written = metadata(project)
    assert not [value for value in sorted(values) if f'"{value}"' in written]
    raw = (project.processed / TABLE / "data.parquet").read_bytes()
    assert not [value for value in sorted(values)[:500] if value.encode() in raw]


def test_nothing_is_made_again_when_nothing_changed(
    processed: ProcessedTable, project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> ProcessedTable:
        raise AssertionError("the wave was made again")

    monkeypatch.setattr(process, "make_wave", never)
    start = time.perf_counter()
    bring_up_to_date(TABLE, project)
    assert time.perf_counter() - start < 2.0
    assert read_fingerprint(TABLE, project) == processed.fingerprint


def test_a_year_without_a_survey_is_refused(project: Workspace) -> None:
    with pytest.raises(InputError, match="no wave of 2022"):
        process_wave(2022, project)


@pytest.fixture(scope="module")
def received(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a wave as a bureau would deliver it."""
    out = tmp_path_factory.mktemp("bureau") / "wave"
    synthesise(2023, n=2000, seed=7, out=out, reference=project.reference, formats=("csv",))
    return out


def imported(own_project: Workspace, received: Path) -> None:
    store_survey_file(
        next(received.glob("*.csv")),
        wave=2023,
        workspace=own_project,
        received=date(2024, 1, 15),
        publisher="Bureau",
        synthetic=True,
    )


def with_margins(own_project: Workspace, received: Path, *, year: str = "2023") -> None:
    folder = own_project.reference / "margins"
    folder.mkdir(exist_ok=True)
    text = next(received.glob("margins*.toml")).read_text(encoding="utf-8")
    assert "reference_date = 2023" in text
    changed = text.replace("reference_date = 2023", f"reference_date = {year}")
    (folder / "internationals_2023.toml").write_text(changed, encoding="utf-8")


def test_an_imported_file_takes_the_same_road(own_project: Workspace, received: Path) -> None:
    imported(own_project, received)
    with_margins(own_project, received)
    table = process_wave(2023, own_project)
    assert table.frame.height == 2000
    assert table.synthetic == {"survey/internationals_2023/2024-01-15"}
    assert sample_of(table).synthetic


@pytest.mark.parametrize(("more", "broken"), [(0, set()), (30, {"delivered-n"})])
def test_figures_of_respondents_are_held_against_those_that_were_delivered(
    own_project: Workspace, received: Path, tmp_path: Path, more: int, broken: set[str]
) -> None:
    imported(own_project, received)
    with_margins(own_project, received)
    plan = read_plan(own_project.reference)
    before = wave_input(own_project, plan, 2023)
    answered = open_wave(before, own_project).frame.drop_nulls("plans_to_stay")
    table = tmp_path / "delivered.csv"
    row = {"region": "all", "wave": 2023, "variable": "plans_to_stay", "level": "total"}
    row |= {"group": None, "group_level": None, "n": answered.height + more, "count": None}
    pl.DataFrame([row | {"share": 100.0, "low": None, "high": None, "note": None}]).write_csv(table)
    day = date(2024, 1, 16)
    store_delivered(table, wave=2023, workspace=own_project, received=day, publisher="Bureau", synthetic=True)
    found = wave_input(own_project, plan, 2023)
    assert found.fingerprint != before.fingerprint
    result = check_wave(found, own_project).result
    assert {outcome.rule for outcome in result.critical} == broken


def test_margins_of_another_year_stop_an_imported_wave(own_project: Workspace, received: Path) -> None:
    imported(own_project, received)
    with_margins(own_project, received, year="2021")
    with pytest.raises(InputError, match="of another year"):
        process_wave(2023, own_project)
    assert not (own_project.processed / "internationals_2023").exists()


def test_a_real_wave_leaves_the_others_missing(own_project: Workspace, received: Path) -> None:
    imported(own_project, received)
    card = own_project.raw / "survey/internationals_2023/2024-01-15/snapshot.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false"))
    with pytest.raises(NotPublishedError, match="wave of 2025 was not imported"):
        process_wave(2025, own_project)
