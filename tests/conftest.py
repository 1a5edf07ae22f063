"""A copy of the project's data and documents, made once for each test process."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from talentstats.reporting.survey.material import gather_survey
from talentstats.store import ProcessedTable, read_processed
from talentstats.workspace import HOME_VARIABLE, Workspace

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Tests that share something that takes long to make, such as a build, run in one process; the longest first,
# so that what is left at the end is short and both processes stop at about the same time.
TOGETHER = (
    ("tests/reporting/test_build.py", "tests/reporting/coalition/test_pages.py"),
    ("tests/reporting/test_payloads.py",),
    ("tests/reporting/survey/test_shown.py", "tests/analyses/", "tests/test_readme.py"),
    ("tests/waves/",),
    ("tests/cli/",),
    ("tests/privacy/",),
    ("tests/synthetic/",),
    ("tests/validation/respondents/",),
    ("tests/sources/delivered/",),
    ("tests/smallarea/",),
    ("tests/figures/",),
    ("tests/estimate/test_engines.py",),
)


def pytest_configure() -> None:
    """Give each test process one thread for matrices: they are small, and a thread that waits spins."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class SharedFirst(LoadScopeScheduling):  # type: ignore[misc]
    """Give each process a whole group of tests at a time, then the others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((files[0] for files in TOGETHER if nodeid.startswith(files)), nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that run together first, in the order of the groups."""
    items.sort(key=lambda item: _group(item.nodeid))


def _group(nodeid: str) -> int:
    return next((place for place, files in enumerate(TOGETHER) if nodeid.startswith(files)), len(TOGETHER))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFirst:
    """Schedule by what tests share: the marks of pytest-xdist say nothing to pytest 9.2."""
    # Otherwise the groups with the most tests come first, which are not those that take longest.
    config.option.loadscopereorder = False
    return SharedFirst(config, log)


def copy_project(target: Path) -> Workspace:
    """Copy what a build reads: raw data, judgements, documents, house style."""
    for name in ("data/raw", "data/reference"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copytree(
        ROOT / "reports", target / "reports", ignore=shutil.ignore_patterns("_output", "figures", ".*")
    )
    return Workspace(target)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a project that tests read but do not change."""
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def own_project(tmp_path: Path) -> Workspace:
    """Return a project that a test may change."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def made_project(project: Workspace) -> Workspace:
    """Return the project that tests only read, with its waves processed and estimated."""
    gather_survey(project, as_of=date(2026, 11, 23))
    return project


@pytest.fixture
def own_made_project(made_project: Workspace, tmp_path: Path) -> Workspace:
    """Return a project that a test may change, with its waves processed and estimated."""
    shutil.copytree(made_project.root, tmp_path / "project")
    return Workspace(tmp_path / "project")


@pytest.fixture(scope="session")
def labour_table(project: Workspace) -> ProcessedTable:
    """Return the validated labour table of the project."""
    return read_processed("labour", workspace=project)


@pytest.fixture
def at_home(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Make the project the one that is found when none is named."""
    monkeypatch.setenv(HOME_VARIABLE, str(project.root))
    return project
