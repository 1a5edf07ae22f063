import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from talentstats.workspace import Workspace
from tests_support import rewrite_raw, run


def test_status_lists_datasets_with_vintage_age_and_the_next_release(project: Workspace) -> None:
    result = run("status", project=project)
    assert result.returncode == 0, result.stderr
    assert "cbs/80590ned" in result.stdout
    assert "2026-07-16" in result.stdout
    assert "2026-10" in result.stdout
    assert "processed table labour" in result.stdout
    assert "processed table internationals_2025 (synthetic): " in result.stdout


def test_validate_writes_pages_json_and_junit_and_returns_0(project: Workspace, tmp_path: Path) -> None:
    result = run("validate", "--out", str(tmp_path), project=project)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "validation.nl.html",
        "validation.en.html",
        "validation.json",
        "validation.xml",
    }
    assert ET.parse(tmp_path / "validation.xml").getroot().tag == "testsuites"  # noqa: S314
    assert json.loads((tmp_path / "validation.json").read_text())


def test_validate_returns_1_for_a_critical_rule_and_still_writes_the_page(
    own_project: Workspace, tmp_path: Path
) -> None:
    rewrite_raw(own_project.raw / "cbs/80590ned/2026-07-16/unemployed.csv", ",338,", ",938,")
    result = run("validate", "--out", str(tmp_path), project=own_project)
    assert result.returncode == 1
    assert "unemployed.csv" in result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "validation.nl.html").is_file()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",338,", ",3x8,", "is not a number"),
        ("2022KW01", "2022KW09", "is not a period"),
        (",Nederland,", ",Atlantis,", "Unknown region"),
        ("x1000", "x100", "Unknown unit"),
        ("period,measure", "periode,measure", "Rename `periode` to `period`"),
    ],
)
def test_unusable_input_returns_2_with_one_clear_error(
    own_project: Workspace, old: str, new: str, message: str
) -> None:
    rewrite_raw(own_project.raw / "cbs/80590ned/2026-07-16/unemployed.csv", old, new)
    result = run("validate", project=own_project)
    assert result.returncode == 2
    assert message in result.stderr
    assert "unemployed.csv" in result.stderr
    assert "to do:" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--format", "pfd"], "Did you mean `pdf`"),
        (["build", "--lang", "de"], "Unknown language"),
        (["build", "--engine", "word"], "Unknown engine"),
        (["build", "--report", "anual"], "Unknown report"),
        (["build", "--format", ","], "No format is asked for"),
        (["build", "--lang", ","], "No language is asked for"),
        (["build", "--as-of", "tomorrow"], "is not a period"),
        (["build", "--edition", "1999"], "Unknown edition"),
        (["verify", "nothing.json"], "not a manifest"),
        (["numbers", "--lang", "xx"], "Unknown language"),
    ],
)
def test_a_mistake_on_the_command_line_is_answered_in_words(
    project: Workspace, arguments: list[str], message: str
) -> None:
    result = run(*arguments, project=project)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_without_a_project_is_named(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "talentstats", "status"],
        cwd=tmp_path,
        env={"TALENTSTATS_HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "No talentstats project found" in result.stderr


def test_importing_and_asking_for_help_load_nothing_heavy() -> None:
    code = (
        "import sys, talentstats\n"
        "from typer.testing import CliRunner\n"
        "from talentstats.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = {'matplotlib', 'plotly', 'great_expectations', 'pandas', 'polars'}\n"
        "heavy |= {'pypandoc', 'typst', 'nbclient'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_names_an_analyst_types_are_there(at_home: Workspace) -> None:
    import talentstats as ts

    assert at_home.root
    assert ts.labour.tightness().at("2022Q1", as_of="2022-05-17").value == 133
    assert ts.read_processed("region").frame.height == 130
    assert {"labour", "figures", "open_report", "read_processed", "validate"} <= set(dir(ts))
    with pytest.raises(AttributeError):
        _ = ts.nonsense
