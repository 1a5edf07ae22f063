from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from talentstats.errors import InputError
from talentstats.sources.survey_files import csv_file as module
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.survey_file import SurveyFile

pytestmark = pytest.mark.usefixtures("parsed_here")
ACCENTED = "één café"
NINE, TEN = datetime(2025, 3, 1, 9), datetime(2025, 3, 1, 10)  # noqa: DTZ001


def _read(tmp_path: Path, text: str, *, written: str = "utf-8", **options: Any) -> SurveyFile:
    path = tmp_path / "answers.csv"
    path.write_bytes(text.encode(written))
    return read_survey_file(path, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_delimiter_encoding_and_line_ends_are_found_out(
    tmp_path: Path, delimiter: str, written: str, found: str, ends: str
) -> None:
    rows = [
        ("id", "plaats", "antwoord"),
        ("1", "0546", f'"{ACCENTED}"'),
        ("2", "0547", '"regel 1\nregel ""2"""'),
    ]
    text = ends.join(delimiter.join(row) for row in rows) + ends
    file = _read(tmp_path, text, written=written)
    assert file.frame.rows() == [(1, "0546", ACCENTED), (2, "0547", 'regel 1\nregel "2"')]
    assert (file.encoding, file.first_row) == (found, 2)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("iso8859-15", "^"), ("utf-16-le", ";"), ("mac-roman", " ")]
)
def test_an_encoding_and_a_delimiter_that_are_named_are_used(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"id{delimiter}antwoord\n1{delimiter}é\n"
    file = _read(tmp_path, text, written=encoding, encoding=encoding, delimiter=delimiter)
    assert file.frame.rows() == [(1, "é")]


@pytest.mark.parametrize(
    ("values", "dtype", "read"),
    [
        (["1", "", "-3"], pl.Int64, [1, None, -3]),
        (["1", "x"], pl.String, ["1", "x"]),
        (["0546", "546"], pl.String, ["0546", "546"]),
        (["0", "0,5"], pl.Float64, [0.0, 0.5]),
        (["00", "1"], pl.String, ["00", "1"]),
        (["1.5", "2"], pl.Float64, [1.5, 2.0]),
        (["1,5", "2"], pl.Float64, [1.5, 2.0]),
        (["1e+05", "2"], pl.Int64, [100000, 2]),
        (["1E5", "2"], pl.String, ["1E5", "2"]),
        (["1.2.3", "2"], pl.String, ["1.2.3", "2"]),
        (["NA", "2"], pl.String, ["NA", "2"]),
        (["nan", "2"], pl.String, ["nan", "2"]),
        (["+1", "2"], pl.String, ["+1", "2"]),
        (["=1+1", "2"], pl.String, ["=1+1", "2"]),
        (["1234567890123456", "1"], pl.Int64, [1234567890123456, 1]),
        (["12345678901234567890", "1"], pl.String, ["12345678901234567890", "1"]),
        (["2025-03-01", ""], pl.Date, [date(2025, 3, 1), None]),
        (["31-12-2024", "01-02-2025"], pl.Date, [date(2024, 12, 31), date(2025, 2, 1)]),
        (["31-02-2024", "01-02-2025"], pl.String, ["31-02-2024", "01-02-2025"]),
        (["2025-03-01", "01-03-2025"], pl.String, ["2025-03-01", "01-03-2025"]),
        (
            ["2025-03-01T09:00", "2025-03-01 10:00"],
            pl.Datetime,
            [NINE, TEN],
        ),
        (
            ["2025-03-01 09:00:00", "2025-03-01T10:00:00.0"],
            pl.Datetime,
            [NINE, TEN],
        ),
        (["", ""], pl.String, [None, None]),
        ([" 5 ", "6"], pl.Int64, [5, 6]),
        (['"  "', "x"], pl.String, [None, "x"]),
    ],
)
def test_a_column_is_a_number_or_a_date_only_if_every_value_is_one(
    tmp_path: Path, values: list[str], dtype: type[pl.DataType], read: list[object]
) -> None:
    frame = _read(tmp_path, "n;v\n" + "".join(f"r;{value}\n" for value in values)).frame
    assert frame["v"].to_list() == read
    assert frame.schema["v"] == dtype


@pytest.mark.parametrize("blocks", [64, 1 << 24])
def test_types_are_those_of_all_values_not_of_the_first_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: int
) -> None:
    monkeypatch.setattr(module, "_BLOCK", blocks)
    rows = [f"{number};{number};{number}" for number in range(100)] + ["100;100,5;x"]
    frame = _read(tmp_path, "a;b;c\n" + "\n".join(rows) + "\n").frame
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.String]
    assert frame.height == 101
    assert frame.row(100) == (100, 100.5, "x")


@pytest.mark.parametrize(
    ("decimal", "types"), [(",", [pl.Float64, pl.String]), (".", [pl.String, pl.Float64])]
)
def test_two_decimal_marks_in_one_file_must_be_settled(
    tmp_path: Path, decimal: str, types: list[type[pl.DataType]]
) -> None:
    text = "a;b\n1,5;2.5\n"
    with pytest.raises(InputError, match="decimal comma and others with a decimal point") as caught:
        _read(tmp_path, text)
    assert caught.value.got == "a comma in column `a`, a point in column `b`"
    assert _read(tmp_path, text, decimal=decimal).frame.dtypes == types


@pytest.mark.parametrize(
    ("text", "problem", "where"),
    [
        ("a,b\n1,2\n1,2,3\n", "another number of cells", "line 3"),
        ('a,b\n1,"x\ny"\n1\n', "another number of cells", "line 4"),
        ('a,b\n1,2\n"x,3\n4,5\n', r"another number of cells|quotes", "line"),
        ("a;b;a\n1;2;3\n", "same name", "columns 1 and 3"),
        ("a;b;A\n1;2;3\n", "capitals only", "columns 1 and 3"),
        ("a;;b\n1;2;3\n", "no name", "column 2"),
        ("a;b\n1;\x00\n", "NUL", "line 2"),
        ("alleen\n1\n", "No delimiter", "line 1"),
        ("a;b\n", "no respondents", "answers.csv"),
        ("\n\n", "No delimiter", "line 1"),
    ],
)
def test_a_text_file_that_is_no_table_is_refused_with_its_line(
    tmp_path: Path, text: str, problem: str, where: str
) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        _read(tmp_path, text)
    assert where in str(caught.value.where)


@pytest.mark.parametrize(
    "raw", [b"a;b\n1;\x81\n", b"\xef\xbb\xbfa;b\n1;\xe9\n", b"\xff\xfea\x00;\x00b\x00\n"]
)
def test_bytes_that_are_no_characters_are_refused_with_their_line(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match="characters that its encoding does not know") as caught:
        read_survey_file(path)
    assert "line" in str(caught.value.where)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"encoding": "utf-9"}, "no such text encoding"),
        ({"encoding": "rot13"}, "no such text encoding"),
        ({"encoding": "ascii"}, "encoding does not know"),
        ({"delimiter": ";;"}, "cannot be a delimiter"),
        ({"delimiter": '"'}, "cannot be a delimiter"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(
    tmp_path: Path, options: dict[str, str], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        _read(tmp_path, "a;b\né;2\n", **options)


def test_an_error_shows_no_answer(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, "naam;q\nJansen;1\nPietersen;2;3\n")
    assert "Pietersen" not in str(caught.value)
