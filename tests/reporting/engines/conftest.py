import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from talentstats.reporting.engines import builtin
from talentstats.reporting.engines.settings import OutputFormat

EDITION = datetime(2026, 7, 16, tzinfo=UTC)
HOUSE = Path(__file__).resolve().parents[3] / "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def render(
        self,
        document: Path,
        *formats: OutputFormat,
        into: str = "out",
        parameters: Mapping[str, str] | None = None,
    ) -> dict[str, Path]:
        return builtin.render(
            document,
            formats=formats or ("html",),
            directory=self.folder.parent / into,
            stem="report",
            parameters=parameters or {},
            timestamp=EDITION,
            progress=lambda _: None,
        )


MakeProject = Callable[[Path], Project]


def make(folder: Path) -> Project:
    project = Project(folder=folder / "reports")
    project.write("_quarto.yml", "lang: nl\n")
    shutil.copytree(HOUSE / "fonts", project.folder / "fonts")
    shutil.copy(HOUSE / "_brand.yml", project.folder)
    return project


@pytest.fixture(scope="session")
def make_project() -> MakeProject:
    return make


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make(tmp_path)
