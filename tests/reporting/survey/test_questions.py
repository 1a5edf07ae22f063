from typing import Any

import pytest

from talentstats.errors import InputError
from talentstats.language import has_text
from talentstats.reporting.survey import questions as module
from talentstats.reporting.survey.questions import Answers, read_questions

CHAPTERS = (
    "who",
    "work",
    "partners",
    "language",
    "housing",
    "settling",
    "stay",
    "students",
    "ukraine",
    "centre",
)


def declared(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    entry = {"chapter": "stay", "variable": "plans_to_stay", "levels": ["yes"], **changes}
    content = {
        "indicator": [entry],
        "reliability": {"fewest_respondents": 50, "widest_share": 40.0, "widest_mean": 0.25},
        "regions": {"home": "leiden"},
    }
    monkeypatch.setattr(module, "_declared", lambda: content)


def test_every_chapter_of_the_report_has_figures_and_claims(answers: Answers) -> None:
    asked = read_questions(answers)
    assert asked.chapters == CHAPTERS
    assert {one.chapter for one in asked.indicators if one.claims} == set(CHAPTERS)


def test_every_figure_has_a_title_and_a_unit_in_both_languages(answers: Answers) -> None:
    for one in read_questions(answers).indicators:
        assert one.title.nl.strip()
        assert one.title.en.strip()
        assert has_text(f"unit.{one.unit}"), one.unit


def test_each_gives_a_share_for_every_answer_with_its_name(answers: Answers) -> None:
    asked = read_questions(answers)
    stays = [one for one in asked.indicators if one.asked == "stay_intention"]
    assert [one.id for one in stays] == [
        f"stay_intention.{code}" for code in ("lt1", "1_2", "3_5", "gt5", "permanent", "undecided")
    ]
    assert stays[4].title.nl.endswith(": Voorgoed")
    obstacle = asked.indicator("partner_obstacles.language")
    assert (obstacle.column, obstacle.levels) == ("partner_obstacles_language", ("yes",))
    ends = [asked.indicator(f"feels_at_home.{value}").title.en for value in (1, 3)]
    assert "1 (" in ends[0]
    assert ends[1].endswith(": 3")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variable": "plan_to_stay"}, "variable `plan_to_stay`"),
        ({"levels": ["ye"]}, "answer to `plans_to_stay` `ye`"),
        ({"level": ["yes"]}, "key of an indicator `level`"),
        ({"by": ["roles"]}, "variable `roles`"),
        ({"among": {"role_broad": ["worker"]}}, "answer to `role_broad` `worker`"),
        ({"claims": ["regions"]}, "kind of claim `regions`"),
        ({"contrasts": [["role_broad", "partner", "working"]], "by": []}, "contrast `role_broad`"),
        (
            {"contrasts": [["role_broad", "partner", "workin"]], "by": ["role_broad"]},
            "answer to `role_broad` `workin`",
        ),
    ],
)
def test_a_declaration_that_asks_for_what_is_not_there_is_refused(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], message: str
) -> None:
    declared(monkeypatch, **changes)
    with pytest.raises(InputError, match=message):
        read_questions(answers)


def test_an_unknown_figure_offers_the_closest(answers: Answers) -> None:
    with pytest.raises(InputError, match="Did you mean `plans_to_stay`"):
        read_questions(answers).indicator("plan_to_stay")
