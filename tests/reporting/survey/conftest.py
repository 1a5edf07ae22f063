"""What can be asked of the survey, and three waves in which it is known what changed."""

import pytest

from talentstats.reporting.survey.material import Survey, read_answers, survey_of
from talentstats.reporting.survey.questions import Answers
from talentstats.workspace import Workspace
from wave_support import made_wave

LOW = {"leiden": 0.5, "the_hague": 0.5, "rest": 0.5}
HIGH = {"leiden": 0.75, "the_hague": 0.5, "rest": 0.5}


@pytest.fixture(scope="session")
def answers(project: Workspace) -> Answers:
    """Return the harmonised variables of the project and those derived from them."""
    return read_answers(project)


@pytest.fixture(scope="session")
def survey(answers: Answers) -> Survey:
    """Return waves in which more people in Leiden came to want to stay, and nothing else changed."""
    return survey_of(
        [
            made_wave(2019, plans_to_stay=LOW, paid_work=LOW, tertiary_educated=LOW),
            made_wave(2023, plans_to_stay=LOW, paid_work=LOW, tertiary_educated=HIGH),
            made_wave(2025, plans_to_stay=HIGH, paid_work=LOW, tertiary_educated=LOW),
        ],
        answers,
    )


@pytest.fixture(scope="session")
def broken_survey(answers: Answers) -> Survey:
    """Return two waves between which some questions changed, and that hold too few people for others."""
    few = {"leiden": 0.5, "the_hague": 0.5, "rest": 0.5}
    return survey_of(
        [
            made_wave(2019, n=500, plans_to_stay=few, paid_work=few),
            made_wave(2025, n=200, plans_to_stay=few, paid_work=few),
        ],
        answers,
    )
