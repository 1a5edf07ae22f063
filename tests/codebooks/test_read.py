from pathlib import Path

import pytest

from codebook_support import REFERENCE, WAVES, changed_reference, codebook
from talentstats.codebooks.model import MISSING_KINDS
from talentstats.codebooks.read import read_codebook, read_codebook_file, waves_with_codebook
from talentstats.errors import InputError


@pytest.mark.parametrize("wave", WAVES)
def test_every_wave_has_a_codebook_with_all_its_parts(wave: int) -> None:
    found = read_codebook(wave, REFERENCE)

    assert found.wave == found.regions_of == wave
    assert found.version == f"{wave}.1"
    assert {day.year for day in found.fieldwork} == {wave}
    assert {question.type for question in found.questions} == {
        *("single", "multiple", "scale", "number", "text", "date")
    }
    assert {one.kind for question in found.questions for one in question.missing} == set(MISSING_KINDS[:3])


def test_the_columns_are_those_of_the_file_in_order() -> None:
    columns = codebook(2025).columns

    assert columns[:2] == ("respondent_id", "panel_id")
    assert columns[-2:] == ("email", "comments")
    assert [column for column in columns if column.startswith("q24_")] == [f"q24_{i}" for i in range(1, 8)]
    assert len(columns) == 79


def test_a_question_has_texts_codes_routing_bounds_and_sensitivity() -> None:
    rent, hours = codebook(2025).question("q29_rent"), codebook(2025).question("q15_hours")

    assert rent.text.nl == "Wat betaalt u per maand aan huur, zonder gas, water en elektriciteit?"
    assert [one.code for one in rent.codes] == [1, 2, 3, 4]
    assert [(one.code, one.kind) for one in rent.missing] == [
        (97, "dont_know"),
        (98, "refused"),
        (99, "not_applicable"),
    ]
    assert [(one.question, one.codes) for one in rent.asked_if] == [("q28_tenure", (2, 3, 5))]
    assert rent.sensitivity == "quasi"
    assert (hours.minimum, hours.maximum, hours.unit) == (1, 80, "hours a week")
    assert not codebook(2025).question("email").required


def test_an_unknown_question_is_named_with_the_closest() -> None:
    with pytest.raises(InputError, match="Did you mean `q06_role`"):
        codebook(2025).question("q06_rol")


def test_a_wave_without_codebook_is_refused_with_those_there_are() -> None:
    assert waves_with_codebook(REFERENCE) == WAVES
    with pytest.raises(InputError, match="no codebook of wave 2022") as error:
        read_codebook(2022, REFERENCE)

    assert error.value.expected == "2019 or 2021 or 2023 or 2025"


def test_a_codebook_under_the_name_of_another_wave_is_refused(tmp_path: Path) -> None:
    reference = changed_reference(tmp_path, "codebook-2025.toml", "year = 2025", "year = 2023")

    with pytest.raises(InputError, match="another wave than its file name"):
        read_codebook(2025, reference)


MODE = 'name = "mode"\ntype = "single"'
ROLE = 'name = "q06_role"\ntype = "single"'
MATCH = 'name = "q19_job_match"\ntype = "scale"'
FAULTS = {
    "a key that is not known": ("regions_of", "region_of", "Unknown key `region_of`.*`regions_of`"),
    "a key of a question that is not known": (MODE, f"{MODE}\nroutes = []", "Unknown key `routes`"),
    "a type that is not known": (MODE, 'name = "mode"\ntype = "singel"', "Unknown type `singel`.*`single`"),
    "a missing year": ("year = 2025\n", "", "`year` is missing"),
    "a missing name": ('name = "mode"\n', "", "`name` is missing.*question 3"),
    "a missing language": ('nl = "Op papier", ', "", "`nl` is missing.*question mode, codes 2"),
    "an empty text": ('en = "On paper"', 'en = " "', "`en` cannot be used"),
    "a year in words": ("year = 2025", 'year = "2025"', "`year` cannot be used.*a whole number"),
    "a day in words": ("from = 2025-09-15", 'from = "September"', "`from` cannot be used.*a date"),
    "fieldwork that ends first": ("from = 2025-09-15", "from = 2026-09-15", "ends before it begins"),
    "codes that are no list": (
        'text = { nl = "Wijze',
        'options = 1\ntext = { nl = "Wijze',
        "a list of tables",
    ),
    "a code that is no code": (
        '{ code = 2, nl = "Op papier"',
        '{ code = true, nl = "Op papier"',
        "`code` cannot",
    ),
    "a code twice": ('{ code = 2, nl = "Op papier"', '{ code = 1, nl = "Op papier"', "A code is there twice"),
    "a label twice": ('en = "On paper"', 'en = "online"', r"A label \(en\) is there twice"),
    "a question twice": ('name = "panel_id"', 'name = "respondent_id"', "A question is there twice"),
    "a column twice, but for capitals": (
        'column = "q24_2"',
        'column = "Q24_1"',
        "A column is there twice.*q24_1",
    ),
    "a scale that is a category": (MATCH, 'name = "q19_job_match"\ntype = "single"', "has no `codes`"),
    "a category that is a number": (MODE, 'name = "mode"\ntype = "number"', "has an idle `codes`"),
    "a route to no question": (
        'question = "q28_tenure"',
        'question = "q28_tenur"',
        "Did you mean `q28_tenure`",
    ),
    "a route to a later question": (
        'question = "q28_tenure"',
        'question = "q31_children"',
        "which comes later",
    ),
    "a route by a number": (
        'asked_if = [{ question = "q28_tenure", codes = [2, 3, 5] }]',
        'asked_if = [{ question = "q15_hours", codes = [2] }]',
        "cannot depend on `q15_hours`",
    ),
    "a route by a code that is not there": (
        "codes = [2, 3, 5]",
        "codes = [2, 9]",
        "Unknown code of `q28_tenure` `9`",
    ),
    "a missing code on the scale": (
        "scale = { low = 1, high = 5,",
        "scale = { low = 1, high = 99,",
        "lies on the scale.*question q19_job_match.*97, 98, 99",
    ),
    "an unknown reason for no answer": (
        "missing = { refused = 98 }",
        "missing = { unknown = 98 }",
        "Unknown key `unknown`",
    ),
    "empty bounds": ("maximum = 80", "maximum = 1", "A range is empty"),
    "an unknown sensitivity": (
        'sensitivity = "quasi"',
        'sensitivity = "secret"',
        "Unknown sensitivity `secret`",
    ),
    "broken syntax": ("[wave]", "[wave", "The codebook cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_codebook_that_contradicts_itself_is_refused(fault: str, tmp_path: Path) -> None:
    old, new, message = FAULTS[fault]
    reference = changed_reference(tmp_path, "codebook-2025.toml", old, new)

    with pytest.raises(InputError, match=f"(?s){message}") as error:
        read_codebook_file(reference / "survey" / "codebook-2025.toml")

    assert "codebook-2025.toml" in str(error.value.where)
