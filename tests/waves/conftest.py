"""A wave that was processed whole, once for each test process."""

import pytest

from talentstats.store import ProcessedTable
from talentstats.waves.process import process_wave
from talentstats.workspace import Workspace


@pytest.fixture(scope="session")
def processed(project: Workspace) -> ProcessedTable:
    """Return the stand-in of 2025 as a processed table."""
    return process_wave(2025, project)
