"""Two stored vintages compared: of CBS's recorded table and an edited copy of it, and of transcriptions."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from talentstats.errors import InputError, NotPublishedError
from talentstats.sources import find_snapshots
from talentstats.vintages.files import write_revisions
from talentstats.vintages.find import choose_two, find_dataset, vintages_by_dataset
from talentstats.vintages.table_revisions import TableRevisions, revisions
from talentstats.workspace import Workspace
from vintage_support import RECORDED, revise, write_edition

ROOT = Path(__file__).resolve().parents[2]
SA, NSA = "A050903", "A042501"
UNEMPLOYED, RATE = "3000800_2", "M001906"
NEW_DAY = "2026-07-30"


def later_edition(workspace: Workspace) -> None:
    """Four values change, one is hidden, one cell goes, two are new, and a period is definitive no longer."""

    def edit(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        changed = revise(
            {
                (UNEMPLOYED, SA, "2022KW01"): 340,
                (UNEMPLOYED, NSA, "2022KW01"): 350,
                (UNEMPLOYED, SA, "2026KW01"): 410,
                (RATE, SA, "2026KW01"): 3.9,
                (RATE, NSA, "2026KW01"): None,
            },
            drop=(UNEMPLOYED, NSA, "2013KW01"),
        )(rows)
        last = dict(changed[-1])
        new = [{**last, "Measure": code, "Perioden": "2026KW02", "Value": 5} for code in (UNEMPLOYED, RATE)]
        return [*changed, *({**row, "Id": len(changed) + place} for place, row in enumerate(new))]

    write_edition(
        workspace.raw, NEW_DAY, edit=edit, statuses={"2025KW04": "NaderVoorlopig"}, periods=("2026KW02",)
    )


@pytest.fixture
def one_table(tmp_path: Path) -> Workspace:
    return copy_table(tmp_path / "project")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> TableRevisions:
    workspace = copy_table(tmp_path_factory.mktemp("project"))
    later_edition(workspace)
    return revisions("85224ned", workspace=workspace)


def copy_table(root: Path) -> Workspace:
    """Copy what a comparison reads: one table and the code lists."""
    workspace = Workspace(root)
    shutil.copytree(ROOT / "data" / "raw" / RECORDED, workspace.raw / RECORDED)
    shutil.copytree(ROOT / "data" / "reference", workspace.reference)
    return workspace


def test_a_second_vintage_is_compared_cell_by_cell(found: TableRevisions) -> None:
    counts = found.summary

    assert found.dataset == "cbs/85224NED"
    assert found.editions == ("2026-04-30", NEW_DAY)
    assert (counts.before, counts.after, counts.common, counts.compared) == (4046, 4047, 4045, 4044)
    assert {kind: count for kind, count in counts.kinds.items() if count} == {
        "revised": 4,
        "became_missing": 1,
        "status": 68,
        "new_period": 2,
        "removed": 1,
    }


def test_it_is_told_how_many_of_them_were_definitive(found: TableRevisions) -> None:
    counts = found.summary

    assert counts.definitive["revised"] == 4
    assert counts.definitive["removed"] == 1
    assert (counts.status_changed, counts.status_lost) == (68, 68)


def test_the_largest_revision_is_given_for_each_unit_and_relative_to_its_size(found: TableRevisions) -> None:
    largest = {row["unit"]: row for row in found.largest().iter_rows(named=True)}
    relative = found.largest_relative()

    assert {unit: row["difference"] for unit, row in largest.items()} == {"%": -0.1, "x 1 000": -6.0}
    assert relative is not None
    assert (relative["measure"], relative["old"], relative["new"]) == (RATE, 4.0, 3.9)
    assert found.top(2)["difference"].to_list() == [-0.1, -6.0]


def test_the_origins_of_both_vintages_go_with_it(found: TableRevisions) -> None:
    assert (found.before.dataset, found.after.dataset) == (
        "cbs/85224NED/2026-04-30",
        f"cbs/85224NED/{NEW_DAY}",
    )
    assert found.before.sha256 != found.after.sha256


def test_every_change_is_written_to_a_file(found: TableRevisions, tmp_path: Path) -> None:
    paths = write_revisions(found, tmp_path, language="nl")
    rows = list(csv.DictReader(paths[0].read_text(encoding="utf-8").splitlines()))
    counts = json.loads(paths[1].read_text(encoding="utf-8"))

    assert len(rows) == found.changes.height == 76
    assert counts["changed"]["revised"] == 4
    assert [path.suffix for path in paths[2:]] == [".svg", ".png", ".html", ".csv", ".json"]


def test_the_same_comparison_writes_the_same_bytes(found: TableRevisions, tmp_path: Path) -> None:
    written = [write_revisions(found, tmp_path / name, language="en") for name in ("one", "two")]

    assert [path.read_bytes() for path in written[0]] == [path.read_bytes() for path in written[1]]


def test_the_transcription_of_open_vacancies_has_no_cell_in_common_with_the_later_one(
    project: Workspace,
) -> None:
    # Counted by hand in the two files: 50 quarters of 17 regions until 2023Q2, and 3 quarters of 8 regions
    # from 2025 on. So nothing can be said of revisions, and nothing was removed: it was not transcribed.
    found = revisions("83599NED", before="2023-08", after="2026-07-30", workspace=project)

    assert (found.summary.before, found.summary.after, found.summary.common) == (50 * 17, 3 * 8, 0)
    assert {kind: count for kind, count in found.summary.kinds.items() if count} == {
        "only_before": 850,
        "new_period": 24,
    }
    with pytest.raises(NotPublishedError, match="No figure of cbs/83599NED was revised"):
        found.figure()


def test_another_method_is_no_revision(project: Workspace) -> None:
    # The chart of 2020 and that of 2023 share twenty quarters, each by its own method.
    found = revisions("cbs/tightness-chart", workspace=project)

    assert (found.summary.before, found.summary.after, found.summary.compared) == (40, 41, 0)


@pytest.mark.parametrize("name", ["83599NED", "83599ned", "cbs/83599NED", "CBS/83599ned", "news-2023-20"])
def test_a_dataset_is_found_by_its_folder_or_its_table_capitals_aside(project: Workspace, name: str) -> None:
    vintages = find_dataset(name, vintages_by_dataset(find_snapshots(project.raw)))

    assert len(vintages) == 2


@pytest.mark.parametrize(
    ("name", "near"),
    [("83599NDE", "83599NED"), ("cbs/8522NED", "cbs/85224NED"), ("tightness-chrt", "tightness-chart")],
)
def test_an_unknown_dataset_gets_the_closest_match(project: Workspace, name: str, near: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean `{near}`"):
        revisions(name, workspace=project)


def test_one_vintage_is_not_enough_and_the_command_for_the_second_is_given(project: Workspace) -> None:
    with pytest.raises(
        InputError, match=r"one vintage of `cbs/85224NED`[\s\S]*talentstats fetch cbs 85224NED --update"
    ):
        revisions("85224NED", workspace=project)


@pytest.mark.parametrize(
    ("before", "after", "chosen"),
    [
        (None, None, ("2024-05-15", "2026-09-09")),
        (None, "2024-05-15", ("2020-06-26", "2024-05-15")),
        ("2020-06-26", None, ("2020-06-26", "2026-09-09")),
        ("2020-06-26", "2024-05-15", ("2020-06-26", "2024-05-15")),
    ],
)
def test_the_last_two_vintages_are_compared_or_those_named(
    project: Workspace, before: str | None, after: str | None, chosen: tuple[str, str]
) -> None:
    assert revisions("84545NED", before=before, after=after, workspace=project).editions == chosen


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("2024-05-15", "2020-06-26", "not older than the second"),
        (None, "2020-06-26", "not older than the second"),
        ("2026-09-09", None, "not older than the second"),
        ("2020-06-27", None, "Unknown vintage `2020-06-27`[\\s\\S]*Did you mean `2020-06-26`"),
    ],
)
def test_vintages_that_cannot_be_compared_are_refused(
    project: Workspace, before: str | None, after: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        revisions("84545NED", before=before, after=after, workspace=project)


def test_a_second_edition_of_a_day_comes_after_the_first(one_table: Workspace) -> None:
    for day in (NEW_DAY, f"{NEW_DAY}.2"):
        write_edition(one_table.raw, day)
    vintages = find_dataset("85224NED", vintages_by_dataset(find_snapshots(one_table.raw)))

    two = choose_two(vintages, before=None, after=None)

    assert [one.origin.dataset.rpartition("/")[2] for one in two] == [NEW_DAY, f"{NEW_DAY}.2"]


def test_another_slice_of_the_table_is_refused(one_table: Workspace) -> None:
    write_edition(
        one_table.raw,
        NEW_DAY,
        edit=lambda rows: [row for row in rows if row["SeizoenEnWerkdagcorrectie"] == SA],
        where={"SeizoenEnWerkdagcorrectie": [SA]},
    )

    with pytest.raises(InputError, match=r"different slices[\s\S]*the whole table[\s\S]*A050903"):
        revisions("85224NED", workspace=one_table)
