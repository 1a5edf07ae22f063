import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from talentstats.errors import BuildError, InputError
from talentstats.reporting.engines import choose, quarto

from .conftest import EDITION, Project

PROGRAM = """#!{python}
import json, os, pathlib, sys
log = pathlib.Path({log!r})
if sys.argv[1:] == ["--version"]:
    print({version!r})
    sys.exit(0)
arguments = sys.argv[1:]
if {fails!r}:
    print("veel tekst\\n" * 40 + "ERROR: de cel faalt", file=sys.stderr)
    sys.exit(1)
def after(name):
    return arguments[arguments.index(name) + 1] if name in arguments else None
parameters = after("--execute-params")
call = {{
    "arguments": arguments, "cwd": os.getcwd(), "epoch": os.environ["SOURCE_DATE_EPOCH"],
    "parameters": pathlib.Path(parameters).read_text() if parameters else None,
}}
with log.open("a") as stream:
    stream.write(json.dumps(call) + "\\n")
extension = {{"html": "html", "typst": "pdf", "docx": "docx"}}[after("--to")]
output = pathlib.Path(after("--output-dir"))
output.mkdir(parents=True, exist_ok=True)
(output / (pathlib.Path(arguments[1]).stem + "." + extension)).write_text(extension)
"""


class Quarto:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"

    def install(self, version: str = "1.4.550", fails: bool = False) -> None:
        program = self.folder / "quarto"
        program.write_text(
            PROGRAM.format(python=sys.executable, log=str(self.log), version=version, fails=fails),
            encoding="utf-8",
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quarto:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Quarto(folder)


def render(project: Project, document: Path) -> dict[str, Path]:
    return quarto.render(
        document,
        formats=["html", "pdf", "docx"],
        directory=project.folder.parent / "out",
        stem="report",
        parameters={"edition": "2026"},
        timestamp=EDITION,
        progress=lambda _: None,
    )


def test_each_format_is_rendered_in_a_copy_and_its_own_folder(project: Project, program: Quarto) -> None:
    program.install()
    document = project.write("doc.qmd", "Tekst.\n")
    before = sorted(project.folder.rglob("*"))
    made = render(project, document)
    assert sorted(project.folder.rglob("*")) == before
    assert {kind: path.name for kind, path in made.items()} == {
        "html": "report.html",
        "pdf": "report.pdf",
        "docx": "report.docx",
    }
    calls = program.calls()
    assert [call["arguments"][2:4] for call in calls] == [
        ["--to", "html"],
        ["--to", "typst"],
        ["--to", "docx"],
    ]
    assert len({call["arguments"][call["arguments"].index("--output-dir") + 1] for call in calls}) == 3
    assert all(str(project.folder) not in call["cwd"] for call in calls)
    assert "embed-resources:true" in calls[0]["arguments"]


def test_parameters_stay_texts_and_the_clock_is_that_of_the_edition(
    project: Project, program: Quarto
) -> None:
    program.install()
    render(project, project.write("doc.qmd", "Tekst.\n"))
    call = program.calls()[0]
    assert yaml.safe_load(call["parameters"]) == {"edition": "2026"}
    assert call["epoch"] == str(int(EDITION.timestamp()))


def test_a_failure_shows_the_last_lines_of_quarto_and_leaves_nothing(
    project: Project, program: Quarto
) -> None:
    program.install(fails=True)
    with pytest.raises(BuildError) as caught:
        render(project, project.write("doc.qmd", "Tekst.\n"))
    assert "ERROR: de cel faalt" in str(caught.value)
    assert str(caught.value).count("veel tekst") < 15
    assert not (project.folder.parent / "out").exists()


@pytest.mark.parametrize("version", ["1.3.450", "onzin", ""])
def test_an_older_quarto_is_refused(project: Project, program: Quarto, version: str) -> None:
    program.install(version=version)
    with pytest.raises(BuildError, match=r"1\.4 or newer"):
        render(project, project.write("doc.qmd", "Tekst.\n"))


def test_auto_is_quarto_when_it_is_there_and_else_the_builtin_engine(program: Quarto) -> None:
    assert choose("auto").name == "builtin"
    program.install()
    assert choose("auto").name == "quarto"
    assert choose("builtin").name == "builtin"


def test_quarto_that_is_asked_for_and_absent_is_told(project: Project, program: Quarto) -> None:
    assert not program.log.exists()
    with pytest.raises(BuildError, match="not on PATH"):
        choose("quarto").render(
            project.write("doc.qmd", "x"),
            formats=["html"],
            directory=project.folder.parent / "out",
            stem="report",
            parameters={},
            timestamp=EDITION,
            progress=lambda _: None,
        )


def test_an_unknown_engine_is_refused_with_the_closest_name() -> None:
    with pytest.raises(InputError, match="Did you mean `quarto`"):
        choose("quatro")
