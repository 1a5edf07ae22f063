"""The population model of the project, and waves that several tests look at."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.synthetic.frame import synthetic_frame
from talentstats.synthetic.population import PopulationModel, read_population

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"

MakeFrame = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def reference() -> Path:
    return REFERENCE


@pytest.fixture(scope="session")
def model() -> PopulationModel:
    return read_population(REFERENCE)


@pytest.fixture(scope="session")
def harmonised() -> Harmonised:
    return read_harmonised(REFERENCE)


@pytest.fixture(scope="session")
def frame_of() -> MakeFrame:
    """Return a function that makes a harmonised wave, once for each size and seed."""

    @cache
    def make(wave: int, n: int = 3000, seed: int = 1) -> pl.DataFrame:
        return synthetic_frame(wave, n=n, seed=seed, reference=REFERENCE)

    return make
