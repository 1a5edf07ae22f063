"""Waves that ask what the brief is about, with a known change, beside the real labour market."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from talentstats.reporting.biennial.material import Material, gather
from talentstats.reporting.coalition.contents import contents_of
from talentstats.reporting.contents import Contents
from talentstats.reporting.survey.material import Survey, read_answers, survey_of
from talentstats.store import ProcessedTable
from talentstats.workspace import Workspace
from wave_support import made_wave

SAME = {"leiden": 0.5, "the_hague": 0.5, "rest": 0.5}
MORE = {"leiden": 0.75, "the_hague": 0.5, "rest": 0.5}
YES_OR_NO = (
    "below_level",
    "partner_below_level",
    "studied_dutch",
    "knew_centre",
    "partner_obstacles_language",
    "partner_obstacles_network",
)
CHOICES = {
    "found_job": ("online_portal", "network"),
    "partner_status": ("works", "seeks"),
    "after_graduation": ("stay_region", "stay_nl", "leave", "undecided"),
}
SCALES = ("english_vacancies", "info_findable")


def brief_wave(wave: int, *, stay: dict[str, float], n: int = 3000) -> ProcessedTable:
    """Make a wave with everything the brief asks of it."""
    table = made_wave(wave, n=n, seed=1, plans_to_stay=stay, **dict.fromkeys(YES_OR_NO, SAME))
    random = np.random.default_rng(wave)
    answers = pl.DataFrame(
        {
            **{name: random.choice(answers, n) for name, answers in CHOICES.items()},
            **{name: random.integers(1, 6, n) for name in SCALES},
        }
    )
    return replace(table, frame=table.frame.hstack(answers))


@pytest.fixture(scope="session")
def material(project: Workspace) -> Material:
    """Return the labour market as it was known on the day of the edition."""
    return gather(project, as_of=date(2026, 11, 23))


@pytest.fixture(scope="session")
def survey(project: Workspace) -> Survey:
    """Return two waves in which more people in Leiden came to want to stay, and nothing else changed."""
    waves = [brief_wave(2023, stay=SAME), brief_wave(2025, stay=MORE)]
    return survey_of(waves, read_answers(project))


@pytest.fixture(scope="session")
def contents(material: Material, survey: Survey) -> Contents:
    """Return the contents of the brief."""
    return contents_of(material, survey)
