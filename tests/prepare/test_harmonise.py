from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from codebook_support import WAVES, answers, codebook, harmonised, survey_file
from talentstats.codebooks.encode import encode
from talentstats.codebooks.model import Code, Codebook
from talentstats.errors import InputError
from talentstats.prepare.harmonise import harmonise
from talentstats.schemas.schema import Text
from talentstats.sources.survey_files.survey_file import MultipleResponseSet, SurveyFile

N = 12


@cache
def raw(wave: int = 2025) -> pl.DataFrame:
    return encode(answers(wave, n=N), codebook(wave), harmonised())


def read(file: SurveyFile | pl.DataFrame, wave: int = 2025) -> pl.DataFrame:
    if isinstance(file, pl.DataFrame):
        file = survey_file(file)
    return harmonise(file, codebook(wave), harmonised(), dataset="d")


def refused(file: SurveyFile | pl.DataFrame, wave: int = 2025) -> InputError:
    with pytest.raises(InputError) as error:
        read(file, wave)
    return error.value


def having(column: str, values: list[Any], dtype: type[pl.DataType] | None = None) -> pl.DataFrame:
    """Put values into the first rows of a column of the file of 2025; the others are blank."""
    return raw().with_columns(pl.Series(column, values + [None] * (N - len(values)), dtype=dtype))


@pytest.mark.parametrize("wave", WAVES)
def test_a_frame_has_the_columns_of_its_wave_in_order(wave: int) -> None:
    frame = read(raw(wave), wave)

    assert tuple(frame.columns) == harmonised().columns(wave)
    assert not {"email", "comments", "EMAIL", "opmerk"} & set(frame.columns)


def test_a_row_has_the_number_of_its_record_in_the_file() -> None:
    frame = read(survey_file(raw(), first_row=2))

    assert frame["row"].to_list() == list(range(2, N + 2))
    assert frame["dataset"].unique().to_list() == ["d"]


def test_the_four_reasons_for_no_answer_stay_apart() -> None:
    frame = read(having("q10_education", [9, 97, 98, 99, None], pl.Int64))

    assert frame["education"].to_list()[:5] == ["wo", None, None, None, None]
    assert frame["education__missing"].to_list()[:5] == [
        *(None, "dont_know", "refused", "not_applicable", "not_shown")
    ]
    assert frame["tertiary_educated__missing"].to_list() == frame["education__missing"].to_list()


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([4, 98, None], pl.Int64),
        ([4.0, 98.0, float("nan")], pl.Float64),
        (["4", " 98 ", ""], pl.String),
        (["4.0", "98.0", "  "], pl.String),
        (["Ik werk aan een proefschrift", "wil niet zeggen", None], pl.String),
        (["i am working on a phd", "Refused", None], pl.String),
        (["promovendus", "liever niet", None], pl.String),
    ],
)
def test_codes_may_be_numbers_texts_or_labels(values: list[Any], dtype: type[pl.DataType]) -> None:
    labels = {"q06_role": {4: "Promovendus", 98: "Liever niet"}}

    frame = read(survey_file(having("q06_role", values, dtype), labels=labels))

    assert frame["role"].to_list()[:3] == ["phd", None, None]
    assert frame["role_broad"].to_list()[:3] == ["studying", None, None]
    assert frame["role__missing"].to_list()[:3] == [None, "refused", "not_shown"]


def test_a_label_that_two_codes_have_stands_for_neither() -> None:
    labels = {"q06_role": {4: "zelf", 5: "Zelf"}}

    error = refused(survey_file(having("q06_role", ["zelf"], pl.String), labels=labels))

    assert "`q06_role`: a code that the codebook does not have in 1 record" in str(error)


def test_a_reversed_scale_and_its_labels_are_turned_round() -> None:
    frame = raw(2019).with_columns(pl.Series("v35_thuis", ["1", "2", "helemaal niet", "98"] + [""] * (N - 4)))

    assert read(frame, 2019)["feels_at_home"].to_list()[:4] == [5, 4, 1, None]


def test_numbers_may_be_texts_and_keep_their_reasons() -> None:
    frame = read(having("q15_hours", ["38.5", " 997 ", "998", "999", ""], pl.String))

    assert frame["hours"].to_list()[:5] == [38.5, None, None, None, None]
    assert frame["hours__missing"].to_list()[:5] == [
        *(None, "dont_know", "refused", "not_applicable", "not_shown")
    ]


def test_texts_lose_their_spaces_and_numbers_become_texts_without_decimals() -> None:
    frame = having("q05_birth_country", [" NL ", "98", ""], pl.String)
    frame = frame.with_columns(respondent_id=pl.Series([float(i) for i in range(N)]))

    found = read(frame)

    assert found["country_of_birth"].to_list()[:3] == ["NL", None, None]
    assert found["country_of_birth__missing"].to_list()[:3] == [None, "refused", "not_shown"]
    assert found["respondent_id"].to_list()[:3] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "values",
    [[date(2025, 10, 2)], [datetime.fromisoformat("2025-10-02 13:05")], ["2025-10-02"], [" 2025-10-02 "]],
)
def test_a_day_may_be_a_date_a_moment_or_a_text(values: list[Any]) -> None:
    assert read(having("completed_on", values))["completed_on"][0] == date(2025, 10, 2)


def test_boxes_are_ticked_by_codes_words_and_their_own_labels() -> None:
    given = {
        "q49_1": ["1", "Ja", "Inschrijving bij de gemeente", "0", "", "97", ""],
        "q49_2": ["0", "No", "", "", "", "97", "98"],
    }
    frame = raw().with_columns(
        pl.Series(f"q49_{i}", given.get(f"q49_{i}", [""] * 7) + [""] * (N - 7)) for i in range(1, 7)
    )

    found = read(frame)

    assert found["services_used_registration"].to_list()[:7] == ["yes"] * 3 + ["no", None, None, None]
    assert found["services_used_permits"].to_list()[:7] == ["no"] * 4 + [None, None, None]
    assert found["services_used__missing"].to_list()[:7] == [
        *(None, None, None, None, "not_shown", "dont_know", "refused")
    ]


def test_column_names_in_other_capitals_are_found_and_the_marks_are_allowed() -> None:
    frame = raw()
    marked = frame.rename(str.upper).with_columns(SYNTHETIC=pl.lit(1), WAVE=pl.lit(2025.0))

    assert_frame_equal(read(marked), read(frame))


def test_columns_of_contact_need_not_be_there() -> None:
    assert read(raw().drop("email", "comments")).height == N


def test_another_order_of_columns_and_rows_of_nothing_are_no_problem() -> None:
    frame = raw()

    assert_frame_equal(read(frame.select(reversed(frame.columns))), read(frame))
    assert read(frame.clear()).height == 0


def changed(**values: Any) -> Callable[[], pl.DataFrame]:
    return lambda: raw().with_columns(**{name: pl.Series(given) for name, given in values.items()})


PROBLEMS: dict[str, tuple[Callable[[], pl.DataFrame], str]] = {
    "a code that is not known": (
        lambda: having("q06_role", [1, 9, 9], pl.Int64),
        "`q06_role`: a code (`9`) that the codebook does not have in 2 records, first row 2",
    ),
    "several codes that are not known": (
        lambda: having("q06_role", [1, 11, 12, 13, 14], pl.Int64),
        "`q06_role`: 4 codes (`11`, `12`, `13`, ...) that the codebook does not have in 4 records",
    ),
    "a step beyond the scale": (
        lambda: having("q35_at_home", [6], pl.Int64),
        "`q35_at_home`: a code (`6`) that the codebook does not have in 1 record, first row 1",
    ),
    "a box with another code": (
        lambda: having("q49_2", [2], pl.Int64),
        "`q49_2`: a code (`2`) that the codebook does not have in 1 record",
    ),
    "a box that is ticked and refused": (
        lambda: raw().with_columns(pl.lit(1).alias("q49_1"), pl.lit(98).alias("q49_2")),
        "`q49_services_used`: a box is ticked beside a code for no answer in 12 records, first row 1",
    ),
    "a text in a column of numbers": (
        lambda: having("q15_hours", ["38", "veel"], pl.String),
        "`q15_hours`: no number in 1 record, first row 2",
    ),
    "a number without end": (
        lambda: having("q15_hours", [38.0, float("inf")]),
        "`q15_hours`: no number in 1 record, first row 2",
    ),
    "a text in a column of dates": (
        lambda: having("completed_on", ["2 oktober"], pl.String),
        "`completed_on`: no date in 1 record, first row 1",
    ),
    "a number in a column of dates": (
        lambda: having("completed_on", [45000]),
        "`completed_on`: no date in 1 record",
    ),
    "a column that is not there": (
        lambda: raw().drop("q06_role"),
        "column `q06_role` is missing",
    ),
    "a column under another name": (
        lambda: raw().rename({"q06_role": "q06_rol"}),
        "column `q06_role` is missing; is it `q06_rol`?",
    ),
    "a column that the codebook does not know": (
        lambda: raw().with_columns(q24_8=pl.lit(1)),
        "column `q24_8` is not in the codebook; is it `q24_7`?",
    ),
    "a column twice": (
        lambda: raw().with_columns(Q06_ROLE=pl.lit(1)),
        "`q06_role` and `Q06_ROLE` are both column `q06_role`",
    ),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_file_that_contradicts_the_codebook_is_refused(problem: str) -> None:
    make, line = PROBLEMS[problem]

    error = refused(make())

    assert f"    - {line}" in str(error)
    assert error.where == "answers.sav"
    assert "wave 2025 in one place" in error.problem


def test_all_that_is_wrong_is_said_at_once_in_ten_lines() -> None:
    few = refused(changed(q06_role=[77] * N, q28_tenure=["x"] * N, q15_hours=["y"] * N)())
    many = refused(raw().with_columns(pl.lit(77).alias(f"q{i}") for i in range(200, 216)))

    assert "in 3 places" in few.problem
    assert str(few).count("    - ") == 3
    assert "in 16 places" in many.problem
    assert str(many).count("    - ") == 10
    assert "    - and 7 more" in str(many)


CANARY = "Canary7"


@pytest.mark.parametrize(
    "column", ["q13_occupation", "q16_income", "q02_birth_band", "q15_hours", "completed_on"]
)
def test_a_value_of_a_column_about_a_person_is_never_shown(column: str) -> None:
    assert CANARY not in str(refused(having(column, [CANARY], pl.String)))


def test_a_text_that_is_no_code_is_not_shown_in_any_column() -> None:
    error = refused(having("q06_role", ["someone@example.org"], pl.String))

    assert "example" not in str(error)
    assert "`q06_role`: a code that the codebook does not have in 1 record, first row 1" in str(error)


def test_a_column_name_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in str(refused(raw().with_columns(pl.lit(1).alias("\x1b[31mred"))))


@pytest.mark.parametrize(
    ("column", "labels", "line"),
    [
        (
            "q06_role",
            {1: "I am an employee", 4: "I am self-employed"},
            "`q06_role`: code 4 is `I am self-employed` in the file and `I am working on a PhD` "
            "(`Ik werk aan een proefschrift`) in the codebook",
        ),
        ("q21_partner", {1: "nee", 2: "JA"}, "code 1 is `nee` in the file and `Yes` (`Ja`) in the codebook"),
        ("q35_at_home", {1: "fully", 5: "not at all"}, "code 1 is `fully` in the file and `not at all`"),
        ("q10_education", {97: "Refused"}, "code 97 is `Refused` in the file and `don't know`"),
    ],
)
def test_labels_that_belong_to_another_code_are_refused(
    column: str, labels: dict[Any, str], line: str
) -> None:
    assert line in str(refused(survey_file(raw(), labels={column: labels})))


def test_labels_that_the_codebook_does_not_have_are_taken_for_a_bureaus_own() -> None:
    labels = {"q06_role": {1: "Loondienst", 2: "Zelfst.", 5: "Partner v. migrant"}}

    assert read(survey_file(raw(), labels=labels)).height == N


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ((97, 98), "`q10_education`: the codebook declares 99 as missing, the file does not"),
        ((97, 98, 99, 9), "`q10_education`: the file declares 9 as missing, the codebook does not"),
    ],
)
def test_missing_codes_that_file_and_codebook_see_otherwise_are_refused(
    declared: tuple[int, ...], line: str
) -> None:
    assert line in str(refused(survey_file(raw(), missing={"q10_education": declared})))


@pytest.mark.parametrize(
    ("column", "ranges", "line"),
    [
        ("q10_education", (97, 99), None),
        ("q10_education", (9, 99), "the file declares 9 as missing"),
        ("q35_at_home", (5, 98), "the file declares 5 as missing"),
    ],
)
def test_a_range_of_missing_codes_is_compared_code_by_code(
    column: str, ranges: tuple[float, float], line: str | None
) -> None:
    file = survey_file(raw())
    variables = {**file.variables, column: replace(file.variables[column], missing_ranges=(ranges,))}
    file = replace(file, variables=variables)

    if line is None:
        assert read(file).height == N
    else:
        assert line in str(refused(file))


def test_a_set_of_boxes_that_counts_another_value_is_refused() -> None:
    def file(counted: float) -> SurveyFile:
        boxes = MultipleResponseSet(name="$services", label=None, columns=("q49_1", "q49_2"), counted=counted)
        return survey_file(raw(), sets=(boxes,))

    assert read(file(1.0)).height == N
    assert "the set `$services` counts another value than 1 as ticked" in str(refused(file(2)))


@pytest.mark.parametrize("stated", [2023, 2023.0, "2023"])
def test_a_file_that_says_it_is_of_another_wave_is_refused(stated: Any) -> None:
    error = refused(raw().with_columns(wave=pl.lit(stated)))

    assert error.problem == "The file is of another wave."
    assert error.got == "`2023` in the column `wave`"
    assert error.remedy == "Read it as wave 2023, or take the file of 2025."


@pytest.mark.parametrize(("wave", "taken_for"), [(2019, 2025), (2021, 2025), (2023, 2025), (2025, 2023)])
def test_a_file_whose_columns_fit_another_wave_is_refused(wave: int, taken_for: int) -> None:
    error = refused(raw(wave), taken_for)

    assert error.got == f"columns that fit wave {wave}"
    assert error.expected == f"wave {taken_for}"


def with_other_role(book: Codebook) -> Codebook:
    role = book.question("q06_role")
    more = (*role.codes, Code(code=7, label=Text(nl="Gepensioneerd", en="Retired")))
    changed = replace(role, codes=more)
    return replace(book, questions=tuple(changed if one is role else one for one in book.questions))


def test_a_codebook_that_the_variables_do_not_fit_is_refused_before_the_file_is_read() -> None:
    with pytest.raises(InputError, match="Not every code of `q06_role` becomes a category"):
        harmonise(survey_file(raw()), with_other_role(codebook(2025)), harmonised(), dataset="d")
