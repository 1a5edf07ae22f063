"""The main job from end to end; slow, so one build of each kind serves several tests."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from talentstats.errors import DocumentError, TalentStatsError
from talentstats.reporting import build as module
from talentstats.reporting.build import build, make_plan, verify
from talentstats.reporting.editions import open_report
from talentstats.reporting.manifest import Manifest
from talentstats.terms import Language
from talentstats.workspace import Workspace
from tests_support import numbers_shown, pictures_of, rewrite_raw, texts_of

pytestmark = pytest.mark.slow
LANGUAGES = ("nl", "en")
SHARED_FILES = ("plotly.min.js", "fonts.css")


@pytest.fixture(scope="module")
def out(made_project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    build(make_plan(made_project, engine="builtin", out=folder))
    return folder


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build without checking the data first: for tests of what comes after, it is done elsewhere."""
    monkeypatch.setattr(module, "_validate", lambda _workspace: [])


def folder_of(out: Path, language: str) -> Path:
    return out / "2026" / "biennial" / language


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_build_gives_every_format_figures_numbers_and_the_validation(out: Path, language: str) -> None:
    names = set(hashes(folder_of(out, language)))
    wanted = {f"biennial.{language}.{kind}" for kind in ("html", "pdf", "docx")}
    wanted |= {"manifest.json", "numbers.json", "numbers.csv", f"validation/validation.{language}.html"}
    wanted |= {
        f"figures/{name}-{language}.{kind}"
        for name in ("tightness", "provinces", "provinces-map", "revisions")
        for kind in ("svg", "png", "pdf", "html", "csv", "json")
    }
    assert wanted <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_has_the_hash_of_every_input_and_output(
    out: Path, project: Workspace, language: str
) -> None:
    folder = folder_of(out, language)
    manifest = Manifest.read(folder / "manifest.json")
    found = hashes(folder)
    del found["manifest.json"]
    assert dict(manifest.outputs) == found
    for path in project.raw.rglob("*.csv"):
        name = f"data/raw/{path.relative_to(project.raw).as_posix()}"
        assert manifest.inputs[name] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"reports/biennial.{language}.qmd" in manifest.inputs
    assert manifest.request.as_of == "2026-11-23"
    assert {"python", "talentstats", "typst", "polars"} <= set(manifest.versions)


@pytest.mark.parametrize(("language", "words"), [("nl", "Figuur 1"), ("en", "Figure 1")])
def test_every_format_shows_every_number_of_the_prose(
    out: Path, project: Workspace, language: Language, words: str
) -> None:
    wanted = numbers_shown(open_report("biennial", language=language, workspace=project))
    assert len(wanted) > 80
    for kind, text in texts_of(folder_of(out, language), language).items():
        assert words in text, kind
        assert [number for number in wanted if number not in text] == [], kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_page_comes_from_elsewhere(out: Path, language: str) -> None:
    folder = folder_of(out, language)
    for path in folder.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        loaded = re.findall(r"""<(?:script|img|iframe|source|link)[^>]*?(?:src|href)=["']([^"']+)""", page)
        beside = {url for url in loaded if not url.startswith(("data:", "#"))}
        # The report is one file; the pages of figures share two that stand beside them.
        assert beside == (set(SHARED_FILES) if path.parent.name == "figures" else set()), path.name
        assert all((path.parent / name).is_file() for name in beside), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_shows_the_pictures_that_stand_beside_it(out: Path, language: str) -> None:
    folder = folder_of(out, language)
    found = hashes(folder / "figures")
    pictures = pictures_of(folder / f"biennial.{language}.docx")
    assert pictures == {value for name, value in found.items() if name.endswith(".png")}


def test_every_number_of_the_prose_is_in_the_numbers_file_with_its_witness(out: Path) -> None:
    rows = {row["id"]: row for row in json.loads((folder_of(out, "nl") / "numbers.json").read_text("utf-8"))}
    row = rows["tightness.nl.first_release.2022Q1"]
    assert (row["text"], row["period"], row["vintage"]) == ("133", "2022Q1", "2022-05-17")
    assert [source["table"] for source in row["sources"]] == ["news-releases", "news-releases"]
    assert all(len(source["sha256"]) == 64 for source in row["sources"])


def test_an_unchanged_project_is_not_built_again(out: Path, project: Workspace) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    results = build(make_plan(project, engine="builtin", out=out))
    assert [result.made for result in results] == [False, False]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_a_build_in_another_place_gives_the_same_bytes(
    brief: Path, own_project: Workspace, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from talentstats.workspace import Workspace\n"
        "from talentstats.reporting.build import build, make_plan\n"
        "plan = make_plan(Workspace(Path(sys.argv[1])), report='talent-coalition', engine='builtin',\n"
        "                 out=Path(sys.argv[2]))\n"
        "build(plan, ['nl'])\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", code, str(own_project.root), str(tmp_path / "elsewhere")],
        check=True,
        env=environment,
        timeout=600,
        capture_output=True,
    )
    own = Path("2026/talent-coalition/nl")
    assert hashes(tmp_path / "elsewhere" / own) == hashes(brief / own)


def test_verify_finds_nothing_when_nothing_changed_and_names_what_did(
    brief: Path, own_made_project: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "delivered"
    shutil.copytree(brief / "2026" / "talent-coalition" / "en", folder)
    path = folder / "manifest.json"
    # Neither the record of its own publication nor what is still being fetched is an input.
    for apart in (
        "data/reference/publications/talent-coalition-2026.toml",
        "data/raw/.staging/cbs/page.json",
    ):
        (own_made_project.root / apart).parent.mkdir(parents=True)
        (own_made_project.root / apart).touch()
    assert verify(path, own_made_project) == ()
    page = folder / "talent-coalition.en.html"
    page.write_bytes(page.read_bytes() + b" ")
    document = own_made_project.reports / "talent-coalition.en.qmd"
    document.write_text(document.read_text("utf-8") + "\nThe end.\n", encoding="utf-8")
    found = verify(path, own_made_project)
    assert "output changed: talent-coalition.en.html" in found
    assert "input changed: reports/talent-coalition.en.qmd" in found
    assert "rebuilt changed: talent-coalition.en.html" in found
    assert not any("coalition-asks" in line for line in found)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home: rewrite_raw(home.raw / "leiden/residents/2023/residents.csv", "16643", "-1"),
        lambda home: rewrite_raw(home.raw / "leiden/residents/2023/residents.csv", "16643", "many"),
        lambda home: (home.reports / "biennial.nl.qmd").write_text(
            "# Er zijn 133 vacatures\n", encoding="utf-8"
        ),
        lambda home: (home.reports / "biennial.nl.qmd").unlink(),
        lambda home: (home.reference / "regions.csv").unlink(),
    ],
)
def test_a_failed_build_leaves_the_last_good_output(out: Path, own_project: Workspace, spoil: object) -> None:
    before = hashes(out)
    spoil(own_project)  # type: ignore[operator]
    with pytest.raises(TalentStatsError):
        build(make_plan(own_project, engine="builtin", out=out))
    assert hashes(out) == before


@pytest.mark.usefixtures("unchecked")
def test_a_cell_that_fails_names_the_document_and_line(own_made_project: Workspace, tmp_path: Path) -> None:
    for language in LANGUAGES:
        path = own_made_project.reports / f"talent-coalition.{language}.qmd"
        spoilt = path.read_text("utf-8").replace('report.table("evidence")', "1 / 0", 1)
        path.write_text(spoilt, encoding="utf-8")
    plan = make_plan(
        own_made_project, report="talent-coalition", engine="builtin", formats=["html"], out=tmp_path
    )
    with pytest.raises(DocumentError, match="division by zero") as caught:
        build(plan, ["nl"])
    assert "talent-coalition.nl.qmd" in str(caught.value.where)
    assert not list(tmp_path.rglob("*.html"))


@pytest.mark.skipif(os.name == "nt", reason="kills a process group")
@pytest.mark.parametrize("step", ["cell 3 of", "writing figures"])
def test_a_build_that_is_killed_leaves_the_last_good_output(
    brief: Path, own_made_project: Workspace, tmp_path: Path, step: str
) -> None:
    delivered = tmp_path / "delivered"
    shutil.copytree(brief, delivered)
    before = hashes(delivered)
    document = own_made_project.reports / "talent-coalition.en.qmd"
    document.write_text(document.read_text("utf-8") + "\nThe end.\n", encoding="utf-8")
    code = (
        "import os, signal, sys; from pathlib import Path; from talentstats.workspace import Workspace\n"
        "from talentstats.progress import listening\n"
        "from talentstats.reporting import build as module\n"
        "from talentstats.reporting.build import build, make_plan\n"
        "module._validate = lambda workspace: []\n"
        "plan = make_plan(Workspace(Path(sys.argv[1])), report='talent-coalition', engine='builtin',\n"
        "                 formats=['html'], out=Path(sys.argv[2]))\n"
        "with listening(lambda told: sys.argv[3] in told and os.killpg(0, signal.SIGKILL)):\n"
        "    build(plan, ['en'])\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(own_made_project.root), str(delivered), step],
        start_new_session=True,
        check=False,
        timeout=600,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    # Unfinished work stands in a hidden folder beside the output.
    assert {name: value for name, value in hashes(delivered).items() if "/." not in name} == before


def test_warnings_of_the_validation_stand_in_the_report_and_under_the_figures(
    own_made_project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from talentstats import store

    original = store.ProcessedTable
    message = {"nl": "Grote bijstelling (3)", "en": "Large revision (3)"}

    def with_warning(**fields: object) -> store.ProcessedTable:
        return original(**{**fields, "validation": {"rules": 1, "warnings": 1, "messages": [message]}})  # type: ignore[arg-type]

    monkeypatch.setattr(store, "ProcessedTable", with_warning)
    report = open_report("biennial", language="nl", workspace=own_made_project)
    assert "callout-warning" in report.notices()
    assert "Grote bijstelling" in report.notices()
    notes = report.figure("tightness").drawing().notes
    assert any("Grote bijstelling (3)" in note for note in notes)


@pytest.mark.usefixtures("unchecked")
def test_a_subset_of_formats_gives_just_those(made_project: Workspace, tmp_path: Path) -> None:
    plan = make_plan(
        made_project, report="talent-coalition", engine="builtin", formats=["docx"], out=tmp_path
    )
    build(plan, ["en"])
    made = {path.name for path in module.output_folder(plan, "en").glob("talent-coalition.*")}
    assert made == {"talent-coalition.en.docx"}
