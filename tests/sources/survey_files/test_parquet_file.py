from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from talentstats.errors import InputError
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file

pytestmark = pytest.mark.usefixtures("parsed_here")
NINE = datetime(2025, 3, 1, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("values", "dtype", "read"),
    [
        (pl.Series([1, None], dtype=pl.UInt8), pl.Int64, [1, None]),
        (pl.Series([1.5, None], dtype=pl.Float32), pl.Float64, [1.5, None]),
        (pl.Series([1.0, 2.0]), pl.Int64, [1, 2]),
        (pl.Series([1.5, float("nan")]), pl.Float64, [1.5, None]),
        (pl.Series([True, None]), pl.Int64, [1, None]),
        (pl.Series(["x ", ""]), pl.String, ["x", None]),
        (pl.Series(["u", "v"], dtype=pl.Categorical), pl.String, ["u", "v"]),
        (pl.Series(["u", "v"], dtype=pl.Enum(["u", "v"])), pl.String, ["u", "v"]),
        (pl.Series([Decimal("1.25"), None]), pl.Float64, [1.25, None]),
        (pl.Series([date(2025, 3, 1), None]), pl.Date, [date(2025, 3, 1), None]),
        (
            pl.Series([NINE, None], dtype=pl.Datetime("ns")),
            pl.Datetime("us"),
            [NINE, None],
        ),
        (
            pl.Series([NINE.replace(tzinfo=UTC)] * 2),
            pl.Datetime("us"),
            [NINE] * 2,
        ),
        (pl.Series([time(1, 0, 1), None]), pl.Int64, [3601, None]),
        (pl.Series([timedelta(seconds=1.5), None]), pl.Float64, [1.5, None]),
        (pl.Series([None, None]), pl.String, [None, None]),
        (pl.Series(["0546", "0547"]), pl.String, ["0546", "0547"]),
        (pl.Series(["1", "2"]), pl.String, ["1", "2"]),
    ],
)
def test_every_flat_type_becomes_one_of_five(
    tmp_path: Path, values: pl.Series, dtype: pl.DataType, read: list[object]
) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"q": values}).write_parquet(path)
    frame = read_survey_file(path).frame
    assert frame.schema["q"] == dtype
    assert frame["q"].to_list() == read


@pytest.mark.parametrize("values", [[[1], [2]], [{"a": 1}, {"a": 2}], [b"x", b"y"]])
def test_nested_values_and_bytes_are_refused_by_name(tmp_path: Path, values: list[object]) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"ok": [1, 2], "q7": values}).write_parquet(path)
    with pytest.raises(InputError, match="no answer to a question") as caught:
        read_survey_file(path)
    assert "`q7`" in str(caught.value.where)


def test_an_infinite_number_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"q": [1.0, float("inf")]}).write_parquet(path)
    with pytest.raises(InputError, match="infinite"):
        read_survey_file(path)


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    parquet.write_table(pa.table([[1], [2]], names=["q", "q"]), path)
    with pytest.raises(InputError, match="same name"):
        read_survey_file(path)


def test_a_table_that_packs_far_too_many_rows_is_refused_by_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    pl.DataFrame({"q": pl.repeat(1, 2_000_000, eager=True)}).write_parquet(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="unpacks to far more"):
        read_survey_file(path, limits=Limits(result_mb=10))


def test_a_table_is_whole_however_many_batches_it_takes(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"q": range(150_000)}).write_parquet(path, row_group_size=40_000)
    assert read_survey_file(path).frame["q"].to_list() == list(range(150_000))


def test_what_other_programs_keep_in_the_footer_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    table = pa.table({"q": [1, 2]}).replace_schema_metadata({"pandas": "{broken"})
    parquet.write_table(table, path)
    assert read_survey_file(path).frame["q"].to_list() == [1, 2]
