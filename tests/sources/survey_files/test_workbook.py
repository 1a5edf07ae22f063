import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from sources.survey_files.samples import write_sample
from talentstats.errors import InputError
from talentstats.sources.survey_files import zip_archive
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file

pytestmark = pytest.mark.usefixtures("parsed_here")
DAY, NINE = datetime(2025, 3, 1), datetime(2025, 3, 1, 9)  # noqa: DTZ001


def _workbook(tmp_path: Path, **fills: Callable[[Worksheet], None]) -> Path:
    path = tmp_path / "answers.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd-mm-yyyy hh:mm"}) as workbook:
        for name, fill in fills.items():
            fill(workbook.add_worksheet(name))
    return path


def _fill(*rows: tuple[object, ...], at: int = 0) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at + number, column, value)
                elif value is not None:
                    sheet.write(at + number, column, value)

    return fill


def test_cells_keep_what_they_are(tmp_path: Path) -> None:
    rows = (
        ("id", "gm", "uren", "ja", "dag", "moment", "open", "getal als tekst", "half leeg"),
        (
            "R1",
            "0546",
            36.5,
            True,
            DAY,
            NINE,
            "=cmd|' /C calc'!A0",
            "1,5",
            1,
        ),
        ("R2", "0547", 40, False, DAY, NINE, "@x", "2", None),
    )
    frame = read_survey_file(_workbook(tmp_path, Data=_fill(*rows))).frame
    assert frame.rows() == [
        ("R1", "0546", 36.5, 1, date(2025, 3, 1), NINE, "=cmd|' /C calc'!A0", 1.5, 1),
        ("R2", "0547", 40.0, 0, date(2025, 3, 1), NINE, "@x", 2.0, None),
    ]


def test_numbers_and_texts_in_one_column_are_texts(tmp_path: Path) -> None:
    path = _workbook(tmp_path, Data=_fill(("q", "gm"), (1, "0546"), ("x", 547)))
    assert read_survey_file(path).frame.rows() == [("1", "0546"), ("x", "547")]


def test_a_formula_gives_the_value_that_is_kept(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_string(0, 0, "q")
        sheet.write_formula(1, 0, "=1+1", None, 2)

    assert read_survey_file(_workbook(tmp_path, Data=fill)).frame.item() == 2


def test_a_formula_that_failed_is_refused_with_row_and_column(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        _fill(("id", "q"), ("R1", "x"), ("R2", "y"), at=3)(sheet)
        sheet.write_formula(5, 1, "=1/0", None, "#DIV/0!")

    with pytest.raises(InputError, match="error of a formula") as caught:
        read_survey_file(_workbook(tmp_path, Data=fill))
    assert "row 6, column `q`" in str(caught.value.where)


@pytest.mark.parametrize("at", [0, 1, 7])
def test_the_first_filled_row_is_the_header(tmp_path: Path, at: int) -> None:
    file = read_survey_file(_workbook(tmp_path, Data=_fill(("id", "q"), ("R1", 1), at=at)))
    assert file.frame.rows() == [("R1", 1)]
    assert file.first_row == at + 2


def test_the_first_visible_sheet_with_cells_is_read_unless_one_is_named(tmp_path: Path) -> None:
    def hidden(sheet: Worksheet) -> None:
        _fill(("code",), (1,))(sheet)
        sheet.hide()

    path = _workbook(
        tmp_path, Leeg=_fill(), Verborgen=hidden, Data=_fill(("q",), (2,)), Nog=_fill(("q",), (3,))
    )
    assert read_survey_file(path).frame.item() == 2
    assert read_survey_file(path, sheet="Nog").frame.item() == 3
    with pytest.raises(InputError, match="Did you mean `Data`"):
        read_survey_file(path, sheet="data1")


def test_a_workbook_without_a_filled_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No sheet of the workbook has answers"):
        read_survey_file(_workbook(tmp_path, Leeg=_fill(), Ook=_fill()))


def test_an_empty_column_without_a_name_is_left_out_but_a_filled_one_is_refused(tmp_path: Path) -> None:
    path = _workbook(tmp_path, Data=_fill(("a", None, "b"), (1, None, 2)))
    assert read_survey_file(path).frame.columns == ["a", "b"]
    path = _workbook(tmp_path, Data=_fill(("a", None, "b"), (1, 5, 2)))
    with pytest.raises(InputError, match="no name"):
        read_survey_file(path)


def test_columns_with_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="capitals only"):
        read_survey_file(_workbook(tmp_path, Data=_fill(("q1", "x", "Q1"), (1, 2, 3))))


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.xlsx", {"xl/workbook.xml": b"<x/>", "xl/sheet.xml": b" " * 110_000_000})
    with pytest.raises(InputError, match="zip bomb"):
        read_survey_file(path)
    with pytest.raises(InputError, match="zip bomb"):
        read_survey_file(write_sample(tmp_path / "sample.xlsx"), limits=Limits(result_mb=0))


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "liar.xlsx", {"xl/workbook.xml": b"<x/>", "xl/sheet.xml": b" " * 9_000_000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace((9_000_000).to_bytes(4, "little"), (9_000).to_bytes(4, "little")))
    with pytest.raises(InputError, match="damaged or not complete"):
        read_survey_file(path)


def test_an_archive_that_holds_one_part_twice_is_refused(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "sample.xlsx")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<x/>")
    with pytest.raises(InputError, match="zip bomb"):
        read_survey_file(path)


def test_an_archive_of_too_many_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "_MOST_ENTRIES", 5)
    with pytest.raises(InputError, match="zip bomb"):
        read_survey_file(write_sample(tmp_path / "sample.xlsx"))


def test_another_zip_archive_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a zip archive, but no Excel workbook"):
        read_survey_file(_zip(tmp_path / "answers.xlsx", {"answers.csv": b"a;b\n1;2\n"}))


def test_a_workbook_with_a_part_under_a_password_is_refused(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "sample.xlsx")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match="has a password"):
        read_survey_file(path)


def test_a_workbook_that_is_none_inside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workbook cannot be read"):
        read_survey_file(_zip(tmp_path / "answers.xlsx", {"xl/workbook.xml": b"<html>"}))


def test_types_are_those_of_every_format(tmp_path: Path) -> None:
    frame = read_survey_file(write_sample(tmp_path / "sample.xlsx")).frame
    assert frame.schema["completed_on"] == pl.Date
    assert frame.schema["q01_municipality"] == pl.String
