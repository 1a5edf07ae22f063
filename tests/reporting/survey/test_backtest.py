import pytest

from talentstats.errors import InputError
from talentstats.reporting.survey import backtest as module
from talentstats.reporting.survey.backtest import backtest, store_publication
from talentstats.reporting.survey.material import Survey
from talentstats.waves.publications import publication_path
from talentstats.workspace import Workspace

ID = "survey.plans_to_stay.leiden.2025"


@pytest.fixture
def stored(own_project: Workspace, survey: Survey, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return a project in which the figures of a small wave of 2025 were published."""
    monkeypatch.setattr(module, "_remade", lambda *_: survey)
    store_publication(2025, own_project)
    return own_project


def changed(workspace: Workspace, old: str, new: str) -> None:
    path = publication_path(2025, workspace.reference)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def printed(workspace: Workspace) -> str:
    lines = publication_path(2025, workspace.reference).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f'"{ID}"'))


def test_a_wave_that_gives_what_was_published_passes(stored: Workspace) -> None:
    result = backtest(2025, stored)
    assert result.passed
    assert result.synthetic
    assert len(result.rows) > 100
    assert {row.part for row in result.rows} == {"value", "low", "high", "n", "claim"}


def test_every_figure_and_claim_of_the_home_region_and_the_nation_is_kept(
    stored: Workspace, survey: Survey
) -> None:
    kept = {row.id for row in backtest(2025, stored).rows}
    assert {ID, "survey.plans_to_stay.nation.2025", "claim.plans_to_stay.leiden.vs_nation.2025"} <= kept
    assert "survey.plans_to_stay.the_hague.2025" not in kept
    assert not [name for name in kept if name.endswith("2023")]
    assert {number.id for number in survey.numbers if number.id.startswith("claim.")} <= kept


def test_a_changed_value_is_caught(stored: Workspace) -> None:
    line = printed(stored)
    value = line.split('value = "')[1].split('"')[0]
    changed(stored, line, line.replace(f'value = "{value}"', f'value = "{int(value) + 1}"'))
    result = backtest(2025, stored)
    assert not result.passed
    (row,) = result.unexplained
    assert (row.id, row.part, row.now, row.status) == (ID, "value", value, "different")


def test_a_changed_claim_is_caught(stored: Workspace) -> None:
    claim = "claim.plans_to_stay.leiden.vs_nation.2025"
    changed(stored, f'"{claim}" = "higher"', f'"{claim}" = "unclear"')
    assert [(row.id, row.now) for row in backtest(2025, stored).unexplained] == [(claim, "higher")]


def test_figures_of_a_synthetic_wave_are_not_held_against_a_real_one(stored: Workspace) -> None:
    changed(stored, "synthetic = true", "synthetic = false")
    with pytest.raises(InputError, match="not about the wave that is there now"):
        backtest(2025, stored)


def test_a_publication_has_the_same_bytes_every_time(stored: Workspace) -> None:
    path = publication_path(2025, stored.reference)
    first = path.read_bytes()
    path.unlink()
    store_publication(2025, stored)
    assert path.read_bytes() == first


@pytest.mark.slow
def test_the_published_wave_of_the_project_is_made_again_as_it_was(project: Workspace) -> None:
    result = backtest(2021, project)
    assert not result.unexplained
