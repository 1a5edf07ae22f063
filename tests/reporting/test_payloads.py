"""Texts of others reach every output as text: nothing in a label is run, by a browser or a spreadsheet."""

import csv
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from talentstats.reporting.biennial import contents
from talentstats.reporting.build import build, make_plan
from talentstats.workspace import Workspace
from tests_support import rewrite_raw

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=HYPERLINK(&quot;x&quot;)|cmd"
pytestmark = pytest.mark.slow


class Tags(HTMLParser):
    """Collects the scripts of a page that hold more than is ours, and all its text."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.alerts: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script"
        self.alerts += [name for name, value in attrs if name.startswith("on") and value and "alert" in value]

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "script"

    def handle_data(self, data: str) -> None:
        (self.alerts if self.inside and data.strip() == "alert(1)" else self.text).append(data)


@pytest.fixture(scope="module")
def folder(made_project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("payload") / "project"
    shutil.copytree(made_project.root, home)
    project = Workspace(home)
    _plant(project)
    _cut_survey(project)
    plan = make_plan(project, engine="builtin", formats=["html", "docx"], out=project.root / "out")
    with pytest.MonkeyPatch.context() as patch:
        # Nor are the figures of those chapters drawn beside the report.
        patch.setattr(contents, "survey_figures", lambda *_: {})
        (built,) = build(plan, ["nl"])
    return built.folder


def _plant(project: Workspace) -> None:
    card = project.raw / "cbs/03759ned/2026-06-23/snapshot.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('title = "Bevolking', f'title = "{SCRIPT}Bevolking'), encoding="utf-8")
    regions = project.reference / "regions.csv"
    names = regions.read_text(encoding="utf-8")
    names = names.replace(
        "GM0638,municipality,Zoeterwoude,Zoeterwoude", f"GM0638,municipality,{FORMULA},{FORMULA}"
    )
    names = names.replace("PV29,province,Zeeland,Zeeland", f"PV29,province,Zeeland,{SCRIPT}")
    names = names.replace("PV26,province,Utrecht,Utrecht", f"PV26,province,{SCRIPT}Utrecht,Utrecht")
    regions.write_text(names, encoding="utf-8")
    population = project.raw / "cbs/03759ned/2026-06-23/population.csv"
    for _ in range(8):
        rewrite_raw(population, ",Zoeterwoude,", f",{FORMULA},")
    for path in project.raw.glob("cbs/*/*/*.csv"):
        while ",Utrecht," in path.read_text(encoding="utf-8"):
            rewrite_raw(path, ",Utrecht,", f",{SCRIPT}Utrecht,")


def _cut_survey(project: Workspace) -> None:
    """Leave out the chapters on the survey, in which no planted text shows."""
    for language in ("nl", "en"):
        path = project.reports / f"biennial.{language}.qmd"
        text = path.read_text(encoding="utf-8")
        chapters = re.split(r"^(?=# )", text, flags=re.MULTILINE)
        first = next(n for n, one in enumerate(chapters) if "{#sec-survey}" in one)
        last = next(n for n, one in enumerate(chapters) if "{#sec-definitions}" in one)
        path.write_text("".join(chapters[:first] + chapters[last:]), encoding="utf-8")


def test_no_page_runs_a_label(folder: Path) -> None:
    pages = sorted(folder.rglob("*.html"))
    # The report, its validation, four figures of the labour market, and one that a chapter kept shows.
    assert len(pages) == 7
    shown = 0
    for path in pages:
        page = Tags()
        page.feed(path.read_text(encoding="utf-8"))
        assert page.alerts == [], path.name
        shown += SCRIPT in "".join(page.text)
    assert shown >= 2


def test_a_word_document_shows_a_label_as_text(folder: Path) -> None:
    with zipfile.ZipFile(folder / "biennial.nl.docx") as archive:
        document = archive.read("word/document.xml").decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in document
    assert "instrText" not in document or "HYPERLINK(" not in document.split("instrText")[1]


def test_no_cell_of_a_spreadsheet_file_begins_like_a_formula(folder: Path) -> None:
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                for cell in row:
                    signed = cell[:1] in "+-" and cell[1:2].isdigit()
                    assert signed or not cell.startswith(("=", "@", "+", "\t")), (path.name, cell)
