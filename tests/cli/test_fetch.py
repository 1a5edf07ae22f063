import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fetch_support import KEY_FIGURES, ROOT, folders_with_cards
from replay import replaying
from talentstats.cli import app
from talentstats.cli.fetch import read_where
from talentstats.errors import FetchError, InputError
from talentstats.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a project with nothing fetched."""
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/reference").mkdir()
    return Workspace(tmp_path)


def fetch(*arguments: str, workspace: Workspace) -> str:
    """Run `talentstats fetch`, and return what it writes."""
    options = ["--project", str(workspace.root)]
    return CliRunner().invoke(app, ["fetch", *arguments, *options], catch_exceptions=False).output


def declare(workspace: Workspace, *tables: str) -> None:
    entries = [
        f'[[source]]\ndataset = "cbs/{table}"\nprovider = "cbs"\ntable = "{table}"\n'
        'where = { Perioden = ["2022JJ00"] }\nwhy = "a test"\n'
        for table in tables
    ]
    (workspace.reference / "sources.toml").write_text("\n".join(entries), encoding="utf-8")


def test_a_part_of_a_table_is_fetched_and_then_already_there(workspace: Workspace) -> None:
    with replaying(KEY_FIGURES) as server:
        command = ("cbs", "85224NED", "--base-url", server.base_url, "--where", "Perioden=2022KW01,2022KW02")
        first = fetch(*command, "--as", "cbs/key", workspace=workspace)
        again = fetch(*command, "--as", "cbs/key", workspace=workspace)
        update = fetch(*command, "--as", "cbs/key", "--update", workspace=workspace)
    assert first.splitlines()[-1].startswith("stored ")
    assert again.splitlines()[-1].startswith("already stored ")
    assert "CBS has not changed the table since" in update
    assert folders_with_cards(workspace.raw) == ["cbs/key/2026-04-30"]


def test_a_mistake_is_one_clear_error(workspace: Workspace) -> None:
    with (
        replaying(KEY_FIGURES) as server,
        pytest.raises(InputError, match="no such code in `Perioden`") as raised,
    ):
        fetch(
            "cbs",
            "85224NED",
            "--base-url",
            server.base_url,
            "--where",
            "Perioden=2031KW01",
            workspace=workspace,
        )
    assert raised.value.exit_code == 2


def test_all_declared_tables_are_fetched_and_the_failures_named_at_the_end(workspace: Workspace) -> None:
    declare(workspace, "99999NED", "85224NED")
    with replaying(KEY_FIGURES) as server, pytest.raises(FetchError, match="1 of 2 sources") as raised:
        fetch("all", "--base-url", server.base_url, workspace=workspace)
    assert "cbs/99999NED: CBS has no table `99999NED`" in str(raised.value)
    assert folders_with_cards(workspace.raw) == ["cbs/85224NED/2026-04-30"]


def test_boundaries_are_fetched_from_the_address_of_their_service(workspace: Workspace) -> None:
    shutil.copytree(ROOT / "data/reference", workspace.reference, dirs_exist_ok=True)
    with replaying(ROOT / "tests/recorded/boundaries") as server:
        written = fetch("boundaries", "2025", "--base-url", server.base_url, workspace=workspace)
    assert written.splitlines()[-1].startswith("stored ")
    assert folders_with_cards(workspace.raw) == ["cbs/gebiedsindelingen-gemeente/2025"]


def test_a_dry_run_lists_and_asks_nothing(workspace: Workspace) -> None:
    declare(workspace, "85224NED")
    with replaying(KEY_FIGURES) as server:
        written = fetch("all", "--dry-run", "--base-url", server.base_url, workspace=workspace)
    assert "Perioden=2022JJ00" in written
    assert server.requests == []


def test_the_list_of_the_project_can_be_shown() -> None:
    written = fetch("all", "--dry-run", workspace=Workspace(ROOT))
    assert "cbs/80590ned" in written
    assert "eurostat/une_rt_m" in written


@pytest.mark.parametrize("option", ["RegioS", "RegioS=", "=GM0546", "RegioS= , "])
def test_a_part_without_dimension_or_code_is_refused(option: str) -> None:
    with pytest.raises(InputError, match="not well written"):
        read_where([option])


@pytest.mark.parametrize("command", ["cbs", "eurostat", "uwv", "boundaries", "all"])
def test_every_command_explains_itself(command: str) -> None:
    assert CliRunner().invoke(app, ["fetch", command, "--help"]).exit_code == 0
