from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from talentstats.errors import InputError
from talentstats.prepare import transcription
from talentstats.prepare.transcription import read_transcription
from talentstats.provenance import Licence, Origin, Snapshot
from talentstats.regions import Regions
from talentstats.terms import Vintage

HEADER = "period,measure,region,value,unit,adjustment,method,published,status,certainty,source"
ROW = "2022KW01,vacancies_open,Nederland,451,x1000,SA,vacancy_survey,2022-05-17,unknown,official,https://example.nl"
REGIONS = Regions(names={"NL01": ("Nederland", "The Netherlands"), "PV29": ("Zeeland", "Zeeland")}, groups={})
ORIGIN = Origin(
    dataset="cbs/x/2022",
    publisher="CBS",
    title="t",
    table_id="x",
    url="u",
    published=Vintage.parse("2022"),
    accessed=date(2022, 1, 1),
    licence=Licence(name="CC BY 4.0", url="u"),
    sha256="0" * 64,
)


def snapshot(tmp_path: Path, data: bytes) -> Snapshot:
    path = tmp_path / "figures.csv"
    path.write_bytes(data)
    return Snapshot(origin=ORIGIN, path=path, size=len(data), kind="transcription")


def rows(*lines: str) -> bytes:
    return "\n".join((HEADER, *lines, "")).encode()


def test_a_figure_keeps_its_line_its_rounding_and_its_day(tmp_path: Path) -> None:
    lines = [ROW, ROW.replace("451", "451.0").replace("2022-05-17", "2022-08")]
    frame = read_transcription(snapshot(tmp_path, rows(*lines)), REGIONS)
    assert frame["row"].to_list() == [2, 3]
    assert frame["resolution"].to_list() == [1.0, 0.1]
    assert frame["period"].to_list() == ["2022Q1"] * 2
    assert frame["region"].to_list() == ["NL01"] * 2
    assert frame["unit"].to_list() == ["thousand"] * 2
    assert frame["vintage"].to_list() == [date(2022, 5, 17), date(2022, 8, 31)]
    assert frame["vintage_precision"].to_list() == ["day", "month"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    frame = read_transcription(snapshot(tmp_path, b"\xef\xbb\xbf" + rows(ROW)), REGIONS)
    assert frame.height == 1


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("period", "2022KW05", "is not a period"),
        ("period", "", "is not a period"),
        ("region", "Zeland", "Did you mean `Zeeland`"),
        ("value", "about 451", "is not a number"),
        ("value", "451,0", "is not a number|equally many cells"),
        ("value", "NaN", "is not a number"),
        ("value", "inf", "is not a number"),
        ("value", "", "is not a number"),
        ("unit", "x1000000", "Unknown unit"),
        ("adjustment", "sa", "Unknown adjustment"),
        ("method", "ebb", "Unknown method"),
        ("published", "2022-02-30", "not a day of the calendar"),
        ("status", "final", "Unknown status"),
        ("certainty", "sure", "Unknown certainty"),
        ("region", "<script>alert(1)</script>", "Unknown region"),
        ("region", "=1+1", "Unknown region"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_file_line_column_and_value(
    tmp_path: Path, column: str, value: str, message: str
) -> None:
    cells = ROW.split(",")
    cells[HEADER.split(",").index(column)] = value
    with pytest.raises(InputError, match=message) as caught:
        read_transcription(snapshot(tmp_path, rows(ROW, ",".join(cells))), REGIONS)
    error = caught.value
    assert error.where is not None
    assert "figures.csv" in error.where
    assert error.remedy
    if "," not in value:
        assert f"line 3, column `{column}`" in error.where
        assert error.got == f"`{value}`"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (rows(), "has no rows"),
        (rows(ROW).replace(b"value", b"Value"), "Rename `Value` to `value`"),
        (rows(ROW).replace(b",unit", b""), "`unit` is missing|equally many cells"),
        (rows(ROW).replace(b"Nederland", b"Frysl\xe2n"), "not in UTF-8"),
        (rows(ROW, ROW + ",extra,extra"), "not a table"),
        (b"PK\x03\x04 not a csv at all", "is missing"),
    ],
)
def test_a_file_that_is_no_transcription_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_transcription(snapshot(tmp_path, data), REGIONS)
    assert "figures.csv" in str(caught.value.where)


def test_a_file_with_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcription, "ROW_LIMIT", 2)
    with pytest.raises(InputError, match="too many rows"):
        read_transcription(snapshot(tmp_path, rows(ROW, ROW, ROW)), REGIONS)


def test_the_line_of_a_byte_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    data = rows(ROW, ROW.replace("Nederland", "Frysl?n")).replace(b"?", b"\xe2")
    with pytest.raises(InputError, match="line 3"):
        read_transcription(replace(snapshot(tmp_path, data)), REGIONS)
