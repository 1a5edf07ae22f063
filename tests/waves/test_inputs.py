from datetime import date
from pathlib import Path

import pytest

from talentstats.errors import InputError, NotPublishedError
from talentstats.provenance import sha256_of
from talentstats.waves.declared import SurveyPlan, read_plan
from talentstats.waves.inputs import wave_input, wave_inputs
from talentstats.workspace import Workspace

CARD = """\
publisher = "Bureau"
title = "Survey"
table_id = "internationals"
url = ""
published = "{day}"
accessed = {day}
kind = "survey microdata"
file = "answers.csv"
sha256 = "{sha256}"
size = {size}
synthetic = {synthetic}
licence = {{ name = "Confidential", url = "" }}
"""


def imported(workspace: Workspace, wave: int, *, synthetic: bool = False, day: str | None = None) -> Path:
    received = day or f"{wave + 1}-01-15"
    folder = workspace.raw / "survey" / f"internationals_{wave}" / received
    folder.mkdir(parents=True)
    path = folder / "answers.csv"
    path.write_text(f"wave\n{wave}\n", encoding="utf-8")
    card = CARD.format(
        day=date.fromisoformat(received),
        sha256=sha256_of(path),
        size=path.stat().st_size,
        synthetic=str(synthetic).lower(),
    )
    (folder / "snapshot.toml").write_text(card, encoding="utf-8")
    return folder


@pytest.fixture
def plan(project: Workspace) -> SurveyPlan:
    return read_plan(project.reference)


def test_without_any_import_every_wave_is_its_stand_in(own_project: Workspace, plan: SurveyPlan) -> None:
    found = wave_inputs(own_project, plan)
    assert list(found) == [2019, 2021, 2023, 2025]
    assert all(one.synthetic and one.stand_in for one in found.values())


def test_beside_a_real_wave_no_stand_in_appears(own_project: Workspace, plan: SurveyPlan) -> None:
    imported(own_project, 2023)
    assert list(wave_inputs(own_project, plan)) == [2023]
    with pytest.raises(NotPublishedError, match="wave of 2025 was not imported") as caught:
        wave_input(own_project, plan, 2025)
    assert "never stands beside a real one" in str(caught.value)


def test_a_synthetic_file_that_was_imported_stands_beside_stand_ins(
    own_project: Workspace, plan: SurveyPlan
) -> None:
    imported(own_project, 2025, synthetic=True)
    found = wave_inputs(own_project, plan)
    assert list(found) == [2019, 2021, 2023, 2025]
    assert found[2025].snapshot is not None


def test_real_and_synthetic_imports_are_refused_by_year(own_project: Workspace, plan: SurveyPlan) -> None:
    imported(own_project, 2023)
    imported(own_project, 2025, synthetic=True)
    with pytest.raises(InputError, match="both imported") as caught:
        wave_inputs(own_project, plan)
    assert "real: 2023; synthetic: 2025" in str(caught.value)


def test_the_file_received_last_counts(own_project: Workspace, plan: SurveyPlan) -> None:
    imported(own_project, 2023, day="2024-01-15")
    imported(own_project, 2023, day="2024-03-01")
    snapshot = wave_input(own_project, plan, 2023).snapshot
    assert snapshot is not None
    assert snapshot.origin.dataset.endswith("2024-03-01")


def test_the_fingerprint_follows_everything_a_wave_rests_on(own_project: Workspace, plan: SurveyPlan) -> None:
    def now() -> str:
        return wave_input(own_project, plan, 2023).fingerprint

    seen = {now()}
    imported(own_project, 2023)
    seen.add(now())
    margins = own_project.reference / "margins"
    margins.mkdir()
    (margins / "internationals_2023.toml").write_text("x = 1\n", encoding="utf-8")
    seen.add(now())
    (own_project.reference / "survey" / "regions.csv").write_text("region,municipality\n", encoding="utf-8")
    seen.add(now())
    assert len(seen) == 4
    assert now() in seen
