"""Planted answers show nowhere: in no message, object, page, file or table that is made of a wave."""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from conftest import ROOT
from privacy.canary import CANARIES, TOKENS, WRONG_TEXT, found_below, found_in
from privacy.planted import WAVE, Planted, plant_and_process
from privacy.recorder import recording
from talentstats.cli import main
from talentstats.estimate.statistics import estimate_proportion
from talentstats.reporting.build import build, make_plan
from talentstats.reporting.supplements import write_validation
from talentstats.reporting.survey.estimates import WaveEstimates, estimate_wave
from talentstats.reporting.survey.material import read_answers
from talentstats.reporting.survey.numbers import survey_numbers
from talentstats.reporting.survey.questions import read_questions
from talentstats.sources.delivered.template import write_template
from talentstats.sources.encryption import SUFFIX
from talentstats.sources.survey_files.store import open_stored, store_survey_file
from talentstats.validation.respondents.summary import summarise_wave
from talentstats.waves.sample import sample_of
from talentstats.workspace import Workspace

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Planted]:
    """Give a wave with planted values; all temporary files lie in one folder, which is searched."""
    temporary = tmp_path_factory.mktemp("temporary")
    usual, tempfile.tempdir = tempfile.tempdir, str(temporary)
    yield plant_and_process(tmp_path_factory.mktemp("planted"), temporary=temporary)
    tempfile.tempdir = usual


def shown(*objects: object) -> list[str]:
    """Return all ways in which a terminal or a notebook shows objects."""
    ways = [way for one in objects for way in (repr(one), str(one))]
    return ways + [one._repr_html_() for one in objects if hasattr(one, "_repr_html_")]


def stored_encrypted(planted: Planted, folder: Path) -> list[str]:
    workspace = Workspace(folder)
    snapshot = store_survey_file(
        planted.file,
        wave=WAVE,
        workspace=workspace,
        received=date(2025, 11, 3),
        publisher="Bureau",
        synthetic=True,
        key=KEY,
    )
    assert snapshot.path.name.endswith(SUFFIX)
    return shown(snapshot, open_stored(snapshot, key=KEY))


def estimated(planted: Planted, folder: Path) -> list[str]:
    sample = sample_of(planted.processed)
    estimates = estimate_proportion(sample, "plans_to_stay", by=["region"])
    estimates.to_polars().write_parquet(folder / "estimates.parquet")
    return shown(sample, sample.design, estimates)


def validated(planted: Planted, folder: Path) -> list[str]:
    write_validation([planted.validated.result], folder, ["nl", "en"])
    return shown(planted.validated, planted.validated.result, *planted.validated.result.outcomes)


def commanded(planted: Planted, folder: Path) -> list[str]:
    """Import the wave and a wrong one at the command line; the stored file is what the first may keep.

    The files have names without a planted value: who types a name may see it.
    """
    workspace = Workspace(folder / "project")
    workspace.raw.mkdir(parents=True)
    shutil.copytree(planted.workspace.reference, workspace.reference)
    raw = planted.file.read_bytes()
    for content, code in ((raw, 0), (raw + WRONG_TEXT.encode(), 2)):
        arrived = folder / "arrived.csv"
        arrived.write_bytes(content)
        assert typed("import", "survey", arrived, workspace) == code
        arrived.unlink()
    (stored,) = (workspace.raw / "survey").rglob("answers.csv")
    stored.unlink()
    return []


def typed(*arguments: object) -> int:
    """Run a command as it is typed and return its exit code."""
    *words, workspace = arguments
    assert isinstance(workspace, Workspace)
    line = ["talentstats", *map(str, words), "--wave", str(WAVE), "--project", str(workspace.root)]
    usual, sys.argv = sys.argv, line
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = usual
    return 0


def numbered(planted: Planted, _: Path) -> list[str]:
    questions = read_questions(read_answers(planted.workspace))
    # A few figures are enough: all of them are made in the same way.
    made = estimate_wave(planted.processed, questions.indicators[:5])
    estimates = WaveEstimates.of(planted.processed, {key: one.table for key, one in made.items()})
    numbers = list(survey_numbers({WAVE: estimates}, questions))
    assert numbers
    return shown(estimates, *numbers)


def built(planted: Planted, folder: Path) -> list[str]:
    """Build a report of the planted wave, with everything that goes with it."""
    home = planted.workspace.root.parent / "whole"
    shutil.copytree(planted.workspace.root, home)
    shutil.copytree(ROOT / "data/raw", home / "data/raw", dirs_exist_ok=True)
    shutil.copytree(ROOT / "reports", home / "reports", ignore=shutil.ignore_patterns("_output", ".*"))
    plan = make_plan(Workspace(home), report="talent-coalition", engine="builtin", out=folder / "out")
    (made,) = build(plan, ["nl"])
    assert {path.suffix for path in made.folder.iterdir()} >= {".html", ".pdf", ".docx", ".json", ".csv"}
    return shown(made, made.manifest)


#: What is made of a wave: files below the folder, and texts. A new artefact is a line here.
ARTEFACTS: dict[str, Callable[[Planted, Path], Iterable[str]]] = {
    "what was printed, logged and told": lambda planted, _: planted.said,
    "the card of the stored file": lambda planted, _: [
        (planted.snapshot.path.parent / "snapshot.toml").read_text(encoding="utf-8")
    ],
    "the stored file when encrypted": stored_encrypted,
    "what was read": lambda planted, _: shown(planted.read, planted.snapshot, planted.harmonised),
    "the validation": validated,
    "the summary of the wave": lambda planted, _: shown(
        summarise_wave(planted.frame, planted.harmonised, wave=WAVE)
    ),
    "the processed table": lambda planted, _: shown(planted.processed),
    "estimates": estimated,
    "the numbers of a report": numbered,
    "the command line": commanded,
    "a report with its figures, numbers and validation": built,
    "the template": lambda planted, folder: [
        str(write_template(folder / "t.xlsx", harmonised=planted.harmonised, waves=[WAVE]).name)
    ],
}


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_no_planted_answer_shows_in(artefact: str, planted: Planted, tmp_path: Path) -> None:
    said: list[str] = []
    with recording(said):
        said += ARTEFACTS[artefact](planted, tmp_path)
    assert [text for text in said if found_in(text)] == []
    assert found_below(tmp_path) == {}


def test_the_planted_answers_did_arrive(planted: Planted) -> None:
    assert found_in(planted.snapshot.path.read_bytes()) == set(TOKENS[: len(CANARIES) + 1])
    first = planted.read.frame.row(0, named=True)
    assert {name: str(first[name]) for name in CANARIES} == dict(CANARIES)


def test_no_planted_answer_is_in_the_project_but_in_the_stored_file(planted: Planted) -> None:
    found = found_below(planted.workspace.root)
    stored = planted.snapshot.path.relative_to(planted.workspace.root)
    assert set(found) == {str(stored)}


def test_objects_of_respondents_do_not_show_their_rows(planted: Planted) -> None:
    ways = shown(planted.read, planted.validated, planted.processed, sample_of(planted.processed))
    assert [way[:60] for way in ways if "shape: (" in way or "<table" in way] == []


def test_no_temporary_file_is_left(planted: Planted) -> None:
    assert found_below(planted.temporary) == {}


def test_personal_columns_are_not_in_the_processed_table(planted: Planted) -> None:
    personal = {one.name for one in planted.harmonised.variables if one.sensitivity == "personal"}
    assert personal
    kept = {re.sub("__missing$", "", name) for name in planted.processed.frame.columns}
    assert not kept & (personal | {"email", "comments", "municipality", "country_of_birth", "completed_on"})
