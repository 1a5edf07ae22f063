"""Parse in the process of the test: quick, and what is not foreseen shows as what it is."""

from pathlib import Path

import pytest

from talentstats.sources.survey_files import read
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.request import read_request
from talentstats.sources.survey_files.worker import work


def _work_here(folder: Path, limits: Limits) -> int:  # noqa: ARG001
    return work(read_request(folder), folder)


@pytest.fixture
def parsed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a process of its own."""
    monkeypatch.setattr(read, "run_child", _work_here)
