import json
import re
from pathlib import Path

import pytest

from talentstats.sources.encryption_key import KEY_VARIABLE, make_key
from talentstats.workspace import Workspace
from tests_support import run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, project: Workspace) -> Path:
    folder = tmp_path_factory.mktemp("made") / "wave"
    result = run("synthesise", "--wave", "2025", "--n", "2000", "--out", str(folder), project=project)
    assert result.returncode == 0, result.stderr
    assert "2,000 synthetic respondents of 2025" in result.stdout
    return folder


def test_a_synthetic_wave_comes_with_codebook_margins_and_truth(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {
        "README.txt",
        "codebook-2025.toml",
        "internationals_2025.csv",
        "internationals_2025.parquet",
        "internationals_2025.sav",
        "margins.toml",
        "truth.json",
    }
    assert json.loads((made / "truth.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", ["sav", "csv", "parquet"])
def test_a_survey_file_is_imported_byte_for_byte_and_said_to_be_synthetic(
    own_project: Workspace, made: Path, form: str
) -> None:
    file = made / f"internationals_2025.{form}"
    day = ("--received", "2026-11-02")
    result = run("import", "survey", str(file), "--wave", "2025", *day, project=own_project)
    assert result.returncode == 0, result.stderr
    assert "2,000 synthetic respondents" in result.stdout
    folder = own_project.raw / "survey/internationals_2025/2026-11-02"
    assert (folder / f"answers.{form}").read_bytes() == file.read_bytes()
    assert "synthetic = true" in (folder / "snapshot.toml").read_text(encoding="utf-8")


def test_a_file_is_kept_encrypted_with_a_key_from_the_environment(
    own_project: Workspace, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made / "internationals_2025.parquet"
    arguments = ("import", "survey", str(file), "--wave", "2025", "--encrypt")
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    refused = run(*arguments, project=own_project)
    assert refused.returncode == 2
    assert "There is no key" in refused.stderr
    monkeypatch.setenv(KEY_VARIABLE, make_key())
    assert run(*arguments, project=own_project).returncode == 0
    (stored,) = own_project.raw.glob("survey/*/*/*.encrypted")
    assert file.read_bytes()[:1000] not in stored.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.sav", "--wave", "2025"], "no survey file to read"),
        (["{csv}", "--wave", "2023"], "of another wave"),
        (["{csv}", "--wave", "2024"], "There is no wave of 2024"),
        (["{csv}", "--wave", "2025", "--received", "yesterday"], "This is no day"),
        (["{csv}", "--wave", "2025", "--codebook", "{codebook-2023}"], "about another wave"),
        (["{csv}", "--wave", "2025", "--codebook", "{changed}"], "differs from the one the project has"),
        (["{truncated}", "--wave", "2025"], "damaged or not complete"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words_and_nothing_is_kept(
    own_project: Workspace, made: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    codebook = (made / "codebook-2025.toml").read_text(encoding="utf-8")
    changed = tmp_path / "changed.toml"
    changed.write_text(codebook.replace('version = "2025.1"', 'version = "2025.2"'), encoding="utf-8")
    truncated = tmp_path / "answers.sav"
    truncated.write_bytes((made / "internationals_2025.sav").read_bytes()[:100_000])
    files = {
        "{csv}": made / "internationals_2025.csv",
        "{codebook-2023}": own_project.reference / "survey/codebook-2023.toml",
        "{changed}": changed,
        "{truncated}": truncated,
    }
    given = [str(files.get(one, one)) for one in arguments]
    result = run("import", "survey", *given, project=own_project)
    assert result.returncode == 2
    assert message in result.stderr
    assert "to do:" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (own_project.raw / "survey").exists()


def test_real_respondents_are_not_imported_beside_synthetic_ones(
    own_project: Workspace, made: Path, tmp_path: Path
) -> None:
    synthetic = made / "internationals_2025.csv"
    assert run("import", "survey", str(synthetic), "--wave", "2025", project=own_project).returncode == 0
    # A file that does not say it is synthetic counts as real.
    lines = synthetic.read_text(encoding="utf-8").splitlines(keepends=True)
    place = lines[0].strip().split(",").index("synthetic")
    assert place == len(lines[0].split(",")) - 1
    real = tmp_path / "answers.csv"
    real.write_text("".join(re.sub(r",[^,]*\n$", "\n", line) for line in lines), encoding="utf-8")
    result = run(
        "import", "survey", str(real), "--wave", "2025", "--received", "2026-11-03", project=own_project
    )
    assert result.returncode == 2
    assert "cannot stand beside each other" in result.stderr


def test_the_template_is_refused_until_its_example_is_taken_out(
    own_project: Workspace, tmp_path: Path
) -> None:
    template = tmp_path / "table.xlsx"
    assert run("template", "--out", str(template), project=own_project).returncode == 0
    result = run("import", "delivered", str(template), "--wave", "2025", project=own_project)
    assert result.returncode == 2
    assert "example row" in result.stderr


@pytest.mark.parametrize(("language", "words"), [("nl", "veranderde vragen"), ("en", "questions changed")])
def test_what_changed_between_two_questionnaires_is_said_in_both_languages(
    project: Workspace, language: str, words: str
) -> None:
    result = run("codebook", "diff", "2023", "2025", "--lang", language, project=project)
    assert result.returncode == 0, result.stderr
    assert words in result.stdout
    assert "q51_english_vacancies" in result.stdout


def test_the_data_dictionary_is_written_as_pages_and_a_data_package(
    project: Workspace, tmp_path: Path
) -> None:
    result = run("codebook", "export", "2025", "--out", str(tmp_path / "dictionary"), project=project)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (tmp_path / "dictionary").iterdir()} == {
        "codebook-2025.nl.html",
        "codebook-2025.en.html",
        "datapackage.json",
    }


def test_a_back_test_of_a_past_wave_finds_what_was_published(project: Workspace) -> None:
    result = run("backtest", "2019", project=project)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 unexplained" in result.stdout


def test_a_back_test_returns_1_and_names_a_figure_that_differs(own_project: Workspace) -> None:
    path = own_project.reference / "survey/publications/2019.toml"
    name = '"survey.plans_to_stay.leiden.2019"'
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(name))
    path.write_text(text.replace(line, re.sub(r'value = "\d+"', 'value = "99"', line)), encoding="utf-8")
    result = run("backtest", "2019", project=own_project)
    assert result.returncode == 1
    assert "survey.plans_to_stay.leiden.2019" in result.stdout
    assert "1 unexplained" in result.stdout
