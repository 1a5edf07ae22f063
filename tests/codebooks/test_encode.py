import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from codebook_support import WAVES, answers, codebook, harmonised, raw_codes, survey_file
from talentstats.codebooks.encode import encode
from talentstats.errors import InputError
from talentstats.prepare.harmonise import harmonise

FEW = settings(max_examples=5, deadline=None, derandomize=True)


@pytest.mark.parametrize("wave", WAVES)
@FEW
@given(n=st.integers(min_value=0, max_value=60), seed=st.integers(min_value=0, max_value=2**32))
def test_harmonising_what_was_encoded_gives_the_same_answers(wave: int, n: int, seed: int) -> None:
    frame = answers(wave, n=n, seed=seed)

    file = survey_file(encode(frame, codebook(wave), harmonised()))

    assert_frame_equal(harmonise(file, codebook(wave), harmonised(), dataset="d"), frame)


@pytest.mark.parametrize("wave", WAVES)
def test_a_file_has_the_columns_of_its_codebook_in_order(wave: int) -> None:
    frame = encode(answers(wave, n=5), codebook(wave), harmonised())

    assert tuple(frame.columns) == codebook(wave).columns
    assert frame["EMAIL" if wave == 2021 else "email"].null_count() == 5


def test_answers_become_the_codes_of_their_wave() -> None:
    frame = answers(2025, n=4).with_columns(
        role=pl.Series(["phd", None, None, None]),
        role__missing=pl.Series([None, "refused", "not_shown", None]),
    )

    assert encode(frame, codebook(2025), harmonised())["q06_role"].to_list() == [4, 98, None, None]


def test_a_reversed_scale_is_turned_back() -> None:
    frame = answers(2019, n=3).with_columns(
        feels_at_home=pl.Series([5, 1, None]), feels_at_home__missing=pl.Series([None, None, "refused"])
    )

    assert encode(frame, codebook(2019), harmonised())["v35_thuis"].to_list() == [1, 5, 98]


def test_a_question_that_feeds_two_variables_is_written_from_the_finest() -> None:
    frame = answers(2025, n=200)
    codes = {"lt1": 1, "1_2": 2, "3_5": 3, "gt5": 4, "permanent": 5, "undecided": 6}

    written = encode(frame, codebook(2025), harmonised())["q44_stay"]

    answered = frame["stay_intention"].is_not_null()
    expected = frame["stay_intention"].filter(answered).replace_strict(codes, return_dtype=pl.Int64)
    assert_series_equal(written.filter(answered), expected, check_names=False)


@pytest.mark.parametrize(
    ("wave", "name", "column"), [(2021, "sector", "Q14"), (2019, "birth_year_band", "v02_gebjr")]
)
def test_a_raw_code_says_which_of_several_was_given(wave: int, name: str, column: str) -> None:
    frame = answers(wave, n=300)
    raw = raw_codes(wave, frame, name, seed=1)

    written = encode(frame.with_columns(raw), codebook(wave), harmonised())[column]
    without = encode(frame, codebook(wave), harmonised())[column]

    given = raw.is_not_null()
    assert_series_equal(written.filter(given), raw.filter(given), check_names=False)
    assert written.n_unique() > without.n_unique()


def test_the_raw_code_may_stand_beside_the_coarser_variable() -> None:
    frame = answers(2025, n=100).drop("education__missing", "tertiary_educated__missing")
    raw = raw_codes(2025, frame, "education", seed=2).alias("tertiary_educated__raw")

    written = encode(frame.with_columns(raw), codebook(2025), harmonised())["q10_education"]

    assert_series_equal(written, raw, check_names=False)


def test_a_raw_code_that_contradicts_its_category_is_refused() -> None:
    frame = answers(2021, n=3).with_columns(
        sector=pl.Series(["ict", "ict", None]), sector__raw=pl.Series(["J", "A", None])
    )

    with pytest.raises(InputError, match="`sector__raw` contradicts the category in 1 rows"):
        encode(frame, codebook(2021), harmonised())


def test_boxes_become_ones_and_zeros_and_share_one_reason() -> None:
    options = [f"services_used_{one.code}" for one in harmonised().variable("services_used").categories]
    answered = {option: ["yes" if option.endswith("language") else "no", None, None] for option in options}
    reasons = {"services_used__missing": [None, "dont_know", "not_shown"]}
    frame = answers(2025, n=3).with_columns(pl.DataFrame({**answered, **reasons}, strict=False))

    written = encode(frame, codebook(2025), harmonised()).select(pl.col("^q49_.*$"))

    assert written.row(0) == (0, 0, 0, 0, 1, 0)
    assert written.row(1) == (97,) * 6
    assert written.row(2) == (None,) * 6


def test_a_question_that_no_variable_uses_is_taken_as_it_is() -> None:
    frame = answers(2025, n=2).with_columns(email=pl.Series(["a@example.org", None]))

    assert encode(frame, codebook(2025), harmonised())["email"].to_list() == ["a@example.org", None]


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("role", ["astronaut", None], "`role` holds values that question `q06_role` has no code for"),
        ("role__missing", ["dont_know", None], "`role__missing` holds values"),
        ("stay_reasons_career", ["perhaps", None], "`stay_reasons_career` holds values"),
    ],
)
def test_what_the_codebook_has_no_code_for_is_refused_without_the_value(
    column: str, values: list[str | None], message: str
) -> None:
    frame = answers(2025, n=2).with_columns(pl.Series(column, values))

    with pytest.raises(InputError, match=message) as error:
        encode(frame, codebook(2025), harmonised())

    assert error.value.got == "others in 1 rows"
    assert "astronaut" not in str(error.value)


def test_a_frame_without_a_variable_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="without `role`, `stay_reasons_career`"):
        encode(answers(2025, n=2).drop("role", "stay_reasons_career"), codebook(2025), harmonised())
