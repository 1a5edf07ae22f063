"""A build of the brief that several tests look at."""

from pathlib import Path

import pytest

from talentstats.reporting.build import build, make_plan
from talentstats.workspace import Workspace


@pytest.fixture(scope="session")
def brief(made_project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of the brief, in both languages and every format; nobody changes it."""
    folder = tmp_path_factory.mktemp("brief")
    build(make_plan(made_project, report="talent-coalition", engine="builtin", out=folder))
    return folder
