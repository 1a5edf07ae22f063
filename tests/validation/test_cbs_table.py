"""Fetched tables of CBS held against their own metadata."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cbs_support import edited_edition, recorded_leiden, recorded_vacancies, v4_answers
from talentstats.processing import read_inputs, validate_fetched
from talentstats.provenance import Snapshot
from talentstats.sources import read_snapshot
from talentstats.validation import ValidationResult
from talentstats.validation.cbs_table import cbs_schema, validate_cbs
from talentstats.workspace import Workspace

STORED = "cbs/85224NED/2026-04-30"


def as_snapshot(folder: Path, project: Workspace) -> Snapshot:
    like = read_snapshot(project.raw / STORED, raw=project.raw)
    return replace(like, path=folder / "index.json")


def broken(result: ValidationResult) -> dict[tuple[str, str], int]:
    """Return how often each rule is broken, by rule and column."""
    return {(one.rule, one.column): one.n_failed for one in result.outcomes if one.n_failed}


def edited(project: Workspace, cell: int, **values: Any) -> ValidationResult:
    folder = edited_edition(
        project.raw, published="2026-10-29", edit=lambda cells: cells[cell].update(values)
    )
    return validate_cbs(read_snapshot(folder, raw=project.raw)).result


def test_the_recorded_tables_keep_every_rule(project: Workspace, tmp_path: Path) -> None:
    whole = validate_cbs(read_snapshot(project.raw / STORED, raw=project.raw)).result
    assert (whole.verdict, whole.n_rows) == ("passed", 4046)
    recorded_leiden(tmp_path / "leiden")
    assert broken(validate_cbs(as_snapshot(tmp_path / "leiden", project)).result) == {}


def test_a_period_that_the_list_does_not_have_is_told(project: Workspace, tmp_path: Path) -> None:
    """The metadata of the recorded vacancies are a quarter older than the figures."""
    recorded_vacancies(tmp_path)
    result = validate_cbs(as_snapshot(tmp_path, project)).result
    assert broken(result) == {("allowed", "Perioden"): 3 * 58}


@pytest.mark.parametrize(
    ("values", "rule", "verdict"),
    [
        ({"Measure": "3000800"}, ("allowed", "measure"), "critical"),
        ({"SeizoenEnWerkdagcorrectie": "A050904"}, ("allowed", "SeizoenEnWerkdagcorrectie"), "critical"),
        ({"Value": 12617.5}, ("decimals-fit", "value"), "warning"),
    ],
)
def test_a_cell_that_the_metadata_do_not_know_is_found(
    own_project: Workspace, values: dict[str, Any], rule: tuple[str, str], verdict: str
) -> None:
    result = edited(own_project, 0, **values)
    assert broken(result) == {rule: 1}
    assert result.verdict == verdict
    failure = next(one for outcome in result.outcomes for one in outcome.failures)
    assert failure.row == 1
    assert failure.dataset == "cbs/85224NED/2026-10-29"


def test_a_cell_that_stands_twice_is_found(own_project: Workspace) -> None:
    result = edited(own_project, 1, Measure="T001143_2")
    assert broken(result) == {
        ("key-unique", "measure + SeizoenEnWerkdagcorrectie + Perioden"): 2,
    }


def test_the_schema_has_the_codes_of_the_table(tmp_path: Path) -> None:
    answers = v4_answers(
        tmp_path,
        [],
        dimensions={"RegioS": [{"Identifier": "NL01", "Title": "Nederland"}]},
        measures=[{"Identifier": "M1", "Title": "Inwoners", "Unit": "aantal", "Decimals": 0}],
    )
    schema = cbs_schema(answers)
    assert schema.key == ("measure", "RegioS")
    assert schema.column("RegioS").allowed == ("NL01",)
    assert schema.column("measure").allowed == ("M1",)
    assert schema.column("period").nullable


def test_the_newest_stored_edition_of_every_fetched_table_is_checked(own_project: Workspace) -> None:
    edited_edition(own_project.raw, published="2026-10-29", edit=lambda cells: cells[0].update(Value=0.5))
    results = validate_fetched(read_inputs(own_project))
    assert [(one.table, one.verdict) for one in results] == [("85224NED", "warning")]
