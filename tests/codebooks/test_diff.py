from dataclasses import replace
from itertools import pairwise

import pytest

from codebook_support import WAVES, codebook, harmonised
from talentstats.codebooks.diff import CodebookDiff, diff
from talentstats.codebooks.diff_text import diff_as_markdown, diff_as_text
from talentstats.codebooks.model import Codebook, Question
from talentstats.schemas.schema import Text


def between(first: int, second: int) -> CodebookDiff:
    return diff(codebook(first), codebook(second), harmonised())


def details(found: CodebookDiff, name: str) -> dict[str, list[str]]:
    (question,) = (one for one in found.questions if one.name == name)
    kinds: dict[str, list[str]] = {}
    for change in question.changes:
        kinds.setdefault(change.kind, []).append(change.detail.en)
    return kinds


def with_question(book: Codebook, question: Question) -> Codebook:
    questions = tuple(question if one.name == question.name else one for one in book.questions)
    return replace(book, questions=questions)


@pytest.mark.parametrize("wave", WAVES)
def test_a_codebook_beside_itself_shows_nothing(wave: int) -> None:
    found = between(wave, wave)

    assert not found.questions
    assert not found.incomparable
    assert "are the same" in diff_as_text(found, language="en")


def test_2023_beside_2025_shows_what_changed_and_nothing_else() -> None:
    found = between(2023, 2025)

    assert [one.name for one in found.questions] == [
        *("municipality", "q08_arrival_year", "q18_found_job"),
        *("q49_services_used", "q51_english_vacancies", "q52_info_findable"),
    ]
    assert found.incomparable == ()


def test_a_category_that_was_split_shows_the_new_code_and_those_that_moved() -> None:
    job = details(between(2023, 2025), "q18_found_job")

    assert job["relabelled"] == [
        "code 1 is now called ‘Through a general job site’; before: ‘Through a job site’"
    ]
    assert job["code_added"] == ["code 2 added: ‘Through a job site in English’"]
    assert "‘In another way’ was code 7 and is now code 8" in job["recoded"]
    assert len(job["recoded"]) == 6


@pytest.mark.parametrize(
    ("waves", "name", "kind", "words"),
    [
        ((2021, 2023), "q54_return_plans", "added", "new in 2023"),
        ((2023, 2021), "q54_return_plans", "removed", "no longer asked in 2021"),
        ((2023, 2025), "q49_services_used", "renamed", "was q49_services, is now q49_services_used"),
        ((2023, 2025), "q51_english_vacancies", "reworded", "before: ‘In this region vacancies in English"),
        ((2023, 2025), "municipality", "code_list", "was gm-2023, is now gm-2025"),
        ((2023, 2025), "q08_arrival_year", "bounds", "were 1950 to 2023, are now 1950 to 2025"),
        ((2019, 2021), "Q35", "scale", "was 1 (fully) to 5 (not at all), is now 1 (not at all) to 5 (fully)"),
        ((2019, 2021), "Q19", "scale", "is now 1 (not at all) to 7 (fully)"),
        (
            (2019, 2021),
            "Q15",
            "routing",
            "was ‘Situation: Employee or Self-employed’, is now ‘Has paid work: Yes’",
        ),
        (
            (2019, 2021),
            "Q12",
            "routing",
            "was ‘Situation: Student, Accompanying partner or Other’, is now ‘everyone’",
        ),
        ((2021, 2023), "q24_obstacles", "code_added", "code 5 added: ‘No childcare, or too expensive’"),
        ((2021, 2023), "q24_obstacles", "recoded", "‘No obstacles’ was code 6 and is now code 7"),
        ((2021, 2023), "q14_sector", "code_removed", "code A dropped: ‘Agriculture, forestry and fishing’"),
    ],
)
def test_every_kind_of_change_between_waves_is_found(
    waves: tuple[int, int], name: str, kind: str, words: str
) -> None:
    assert any(words in detail for detail in details(between(*waves), name)[kind])


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"missing": ()}, "missing", "were 98 = refused; are now none"),
        ({"sensitivity": "quasi"}, "sensitivity", "was not identifying, is now possibly identifying"),
        ({"type": "text", "codes": ()}, "type", "from one answer to text"),
        ({"text": Text(nl="Wat doet u?", en="What do you do?")}, "reworded", "describes your situation best"),
    ],
)
def test_a_change_in_one_question_is_found_alone(change: dict[str, object], kind: str, words: str) -> None:
    before = codebook(2025)
    after = with_question(before, replace(before.question("q06_role"), **change))  # type: ignore[arg-type]

    found = diff(before, after, harmonised())

    assert [one.name for one in found.questions] == ["q06_role"]
    assert words in details(found, "q06_role")[kind][0]


def test_variables_that_cannot_be_compared_are_listed_with_the_reason() -> None:
    found = {variable.name: reason for variable, reason in between(2019, 2025).incomparable}

    assert "promovendi" in found["role"].nl
    assert "PhD candidates" in found["role"].en
    assert "role_broad" not in found


def test_the_text_is_in_one_language() -> None:
    for first, second in pairwise(WAVES):
        dutch = diff_as_text(between(first, second), language="nl")
        english = diff_as_text(between(first, second), language="en")

        assert dutch.startswith(f"Vragenlijst {first} naast {second}; veranderde vragen: ")
        assert english.startswith(f"Questionnaire {first} beside {second}; questions changed: ")
        assert "name in the file" not in dutch
        assert "naam in het bestand" not in english


def test_markdown_has_a_heading_for_each_question_and_escapes_names() -> None:
    written = diff_as_markdown(between(2023, 2025), language="nl")

    assert written.startswith("## Vragenlijst 2023 naast 2025")
    assert "\n### `q18_found_job`: Hoe hebt u uw huidige werk gevonden?\n- code 1 heet nu" in written
    assert "was q49\\_services, is nu q49\\_services\\_used" in written
