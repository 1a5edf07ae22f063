"""The commands `revisions` and `publish`, as a user types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from talentstats.cli import app
from talentstats.errors import InputError, TalentStatsError
from talentstats.workspace import Workspace
from vintage_support import revise, write_edition

UNEMPLOYED = ("3000800_2", "A050903", "2026KW01")


def run(*arguments: str, project: Workspace) -> Result:
    found = CliRunner().invoke(app, [*arguments, "--project", str(project.root)])
    if isinstance(found.exception, TalentStatsError):
        raise found.exception
    return found


@pytest.fixture
def revised(own_project: Workspace) -> Workspace:
    write_edition(own_project.raw, "2026-07-30", edit=revise({UNEMPLOYED: 420}))
    return own_project


@pytest.mark.parametrize(
    ("lang", "finding", "row"),
    [
        ("en", "One of 4,046 figures compared was revised, and it had been definitive.", "413   420   +7"),
        (
            "nl",
            "Eén van de 4.046 vergeleken cijfers is bijgesteld, en dat cijfer was al definitief.",
            "413   420",
        ),
    ],
)
def test_the_counts_and_the_largest_revisions_are_shown(
    revised: Workspace, lang: str, finding: str, row: str
) -> None:
    found = run("revisions", "85224ned", "--lang", lang, project=revised)

    assert found.exit_code == 0
    assert finding in found.stdout
    assert " ".join(row.split()) in " ".join(found.stdout.split())


def test_all_changes_and_the_figure_go_to_a_folder(revised: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "changes"

    run("revisions", "85224NED", "--out", str(folder), project=revised)

    stem = "revisions-85224NED-2026-04-30-2026-07-30"
    assert {path.name for path in folder.iterdir()} == {
        f"{stem}.csv",
        f"{stem}.counts.json",
        *(f"{stem}.figure.en.{kind}" for kind in ("svg", "png", "html", "csv", "json")),
    }


def test_vintages_without_a_common_figure_say_so_and_give_no_figure(
    project: Workspace, tmp_path: Path
) -> None:
    found = run(
        "revisions",
        "83599NED",
        "--from",
        "2023-08",
        "--to",
        "2026-07-30",
        "--out",
        str(tmp_path),
        project=project,
    )

    assert "The two vintages have no figures in common." in found.stdout
    assert "Transcribed in the older vintage only" in found.stdout
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["revisions"], "No table is named"),
        (["revisions", "85224NED"], "one vintage of `cbs/85224NED` only"),
        (["revisions", "83599NED", "--lang", "fr"], "Unknown language `fr`"),
        (["revisions", "--published"], "No edition has been published yet"),
        (["publish", "--report", "bienial"], "Did you mean `biennial`"),
        (["publish", "--edition", "1999"], "Unknown edition `1999`"),
        (["publish"], "not a manifest of a build"),
    ],
)
def test_a_mistake_ends_in_one_clear_error(project: Workspace, arguments: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(*arguments, project=project)
