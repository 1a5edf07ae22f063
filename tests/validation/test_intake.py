from datetime import date

import pandas as pd
import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.schemas import LABOUR
from talentstats.validation.intake import Intake, take_in
from validation.observations import clean_labour


def rejected(intake: Intake) -> dict[str, list[str]]:
    found = {name: intake.rejected[name].drop_nulls().to_list() for name in intake.rejected.columns}
    return {name: texts for name, texts in found.items() if texts}


def test_a_renamed_column_is_refused_with_the_closest_match() -> None:
    with pytest.raises(InputError, match="rename `adjustement` to `adjustment`") as caught:
        take_in(clean_labour().rename({"adjustment": "adjustement"}), LABOUR)
    assert "lacks `adjustment`" in str(caught.value)


def test_a_column_in_other_case_is_a_renamed_column() -> None:
    with pytest.raises(InputError, match="rename `VALUE` to `value`"):
        take_in(clean_labour().rename({"value": "VALUE"}), LABOUR)


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="lacks `vintage` and `unit`") as caught:
        take_in(clean_labour().drop("vintage", "unit"), LABOUR)
    assert caught.value.exit_code == 2


def test_columns_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(InputError, match="`value` and `Value` of table `labour` differ only in case"):
        take_in(clean_labour().with_columns(pl.col("value").alias("Value")), LABOUR)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="Table `labour` is empty"):
        take_in(clean_labour().clear(), LABOUR)


def test_something_else_than_a_frame_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read as a frame"):
        take_in([1, 2, 3], LABOUR)  # type: ignore[arg-type]


def test_repeated_column_names_are_refused() -> None:
    frame = clean_labour().to_pandas()
    frame.columns = pd.Index(["row", *frame.columns[1:]])
    with pytest.raises(InputError, match="cannot be read as a frame"):
        take_in(frame, LABOUR)


def test_mixed_python_values_of_pandas_are_read_one_by_one() -> None:
    frame = clean_labour().to_pandas()
    values: list[object] = frame["value"].tolist()
    values[:4] = ["n.b.", "430,1", None, float("inf")]
    frame["value"] = pd.Series(values, dtype="object")
    frame["vintage"] = pd.Series([date(2023, 11, 14)] * len(frame), dtype="object")
    intake = take_in(frame, LABOUR)
    assert rejected(intake) == {"value__unreadable": ["n.b.", "430,1"], "value__not_finite": ["inf"]}
    assert intake.frame["value"].head(5).to_list() == [None, None, None, None, values[4]]
    assert intake.frame["vintage"].unique().to_list() == [date(2023, 11, 14)]


def test_a_missing_number_of_pandas_is_missing_and_a_nan_of_polars_is_an_error() -> None:
    nan = clean_labour().with_columns(pl.lit(float("nan")).alias("value"))
    assert set(rejected(take_in(nan, LABOUR))) == {"value__not_finite"}
    assert rejected(take_in(nan.to_pandas(), LABOUR)) == {}


@pytest.mark.parametrize(
    ("values", "read", "unreadable"),
    [
        ([2.0, 3.5, None], [2, None, None], ["3.5"]),
        (["2", " 3 ", "x"], [2, 3, None], ["x"]),
        ([True, False, None], [None, None, None], ["true", "false"]),
    ],
)
def test_whole_numbers_are_read_from_floats_and_text(
    values: list[object], read: list[int | None], unreadable: list[str]
) -> None:
    frame = clean_labour().head(3).with_columns(pl.Series("row", values))
    intake = take_in(frame, LABOUR)
    assert intake.frame["row"].to_list() == read
    assert rejected(intake) == {"row__unreadable": unreadable}


def test_an_undeclared_column_is_named_and_its_values_are_dropped() -> None:
    intake = take_in(clean_labour().with_columns(pl.lit("secret").alias("postcode")), LABOUR)
    assert intake.undeclared == ("postcode",)
    assert intake.frame.columns == list(LABOUR.names)
    assert (intake.header.columns[-1], intake.header.height) == ("postcode", 0)
