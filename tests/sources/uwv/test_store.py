"""Storing a file downloaded from UWV. Every figure here is invented."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from talentstats.errors import InputError
from talentstats.prepare.uwv_file import read_uwv_file
from talentstats.provenance import Snapshot
from talentstats.regions import read_regions
from talentstats.sources.uwv.figures import _read_numbers
from talentstats.sources.uwv.layout import choose_layout, read_layouts
from talentstats.sources.uwv.store import store_uwv
from talentstats.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
HEADER = (
    "Kwartaal",
    "Arbeidsmarktregio",
    "Beroepsgroep",
    "Openstaande vacatures",
    "WW korter dan 6 maanden",
    "Spanningsindicator",
    "Typering",
)
ROWS = (
    ("2025-K1", "Nederland", "Totaal", 412300, 108400, 3.8, "Krap"),
    ("2025-K1", "Holland Rijnland", "Totaal", 11900, 2800, 4.25, "zeer krap"),
    ("2025-K1", "Holland Rijnland", "Koks", 40, 20, 2.0, "krap"),
    ("2025-K1", "Groningen", "Totaal", ".", 3900, "x", "onbekend"),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    return Workspace(tmp_path)


def workbook(
    path: Path, rows: Sequence[Sequence[Any]] = ROWS, *, header: Sequence[str] = HEADER, above: int = 0
) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Toelichting").write(0, 0, "Verzonnen cijfers")
        sheet = book.add_worksheet("Cijfers")
        for number in range(above):
            sheet.write(number, 0, f"Titel {number}")
        for number, row in enumerate((header, *rows), start=above):
            sheet.write_row(number, 0, row)
    return path


def text_file(path: Path, rows: Sequence[Sequence[Any]] = ROWS) -> Path:
    def cell(value: Any) -> str:
        return str(value).replace(".", ",") if isinstance(value, float) else str(value)

    lines = [";".join(map(cell, row)) for row in (HEADER, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def store(file: Path, workspace: Workspace, **changes: Any) -> Snapshot:
    options = {"published": "2025-05-12", "workspace": workspace, "accessed": date(2026, 11, 23), **changes}
    return store_uwv(file, **options)


def observations(snapshot: Snapshot, workspace: Workspace) -> pl.DataFrame:
    return read_uwv_file(snapshot, read_regions(workspace.reference), read_layouts(workspace.reference))


@pytest.mark.parametrize("above", [0, 3])
def test_a_workbook_is_kept_as_it_came_and_gives_observations(
    workspace: Workspace, tmp_path: Path, above: int
) -> None:
    file = workbook(tmp_path / "download.xlsx", above=above)
    snapshot = store(file, workspace)
    assert snapshot.path.read_bytes() == file.read_bytes()
    assert snapshot.origin.dataset == "uwv/spanningsindicator-file/2025-05-12"
    assert (snapshot.kind, snapshot.origin.publisher) == ("download", "UWV")
    frame = observations(snapshot, workspace)
    assert frame.select("row", "region", "measure", "value", "unit").rows() == [
        (above + 2, "NL01", "uwv_vacancies_open", 412.3, "thousand"),
        (above + 2, "NL01", "uwv_benefits_under_6_months", 108.4, "thousand"),
        (above + 2, "NL01", "uwv_tension", 3.8, "ratio"),
        (above + 2, "NL01", "uwv_class", 4.0, "class"),
        (above + 3, "AM19", "uwv_vacancies_open", 11.9, "thousand"),
        (above + 3, "AM19", "uwv_benefits_under_6_months", 2.8, "thousand"),
        (above + 3, "AM19", "uwv_tension", 4.25, "ratio"),
        (above + 3, "AM19", "uwv_class", 5.0, "class"),
        (above + 5, "AM01", "uwv_benefits_under_6_months", 3.9, "thousand"),
    ]
    assert frame["period"].unique().to_list() == ["2025Q1"]
    assert frame["vintage"].unique().to_list() == [date(2025, 5, 12)]
    assert frame["method"].unique().to_list() == ["uwv_indicator"]


def test_a_text_file_gives_the_same_observations(workspace: Workspace, tmp_path: Path) -> None:
    first = observations(store(workbook(tmp_path / "a.xlsx"), workspace), workspace)
    second = observations(store(text_file(tmp_path / "a.csv"), workspace, published="2025-05-13"), workspace)
    apart = ["dataset", "vintage"]
    assert second.drop(apart).equals(first.drop(apart))


def test_the_same_file_is_kept_once(workspace: Workspace, tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx")
    assert store(file, workspace).path == store(file, workspace).path
    assert len(list(workspace.raw.rglob("snapshot.toml"))) == 1


def changed(row: int, column: str, value: Any) -> list[Sequence[Any]]:
    rows = [list(cells) for cells in ROWS]
    rows[row][HEADER.index(column)] = value
    return [tuple(cells) for cells in rows]


@pytest.mark.parametrize(
    ("rows", "where", "message"),
    [
        (changed(1, "Arbeidsmarktregio", "Holand Rijnland"), "row 3, column `Arbeidsmarktregio`", "region"),
        (changed(1, "Arbeidsmarktregio", None), "row 3, column `Arbeidsmarktregio`", "region"),
        (changed(0, "Kwartaal", "2025-K5"), "row 2, column `Kwartaal`", "not a period"),
        (changed(1, "Openstaande vacatures", "veel"), "row 3, column `Openstaande vacatures`", "no figure"),
        (changed(1, "Typering", "krapper"), "row 3, column `Typering`", "no figure"),
        (changed(2, "Beroepsgroep", "Totaal"), "rows `3` and `4`", "in several rows"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_and_nothing_is_kept(
    workspace: Workspace, tmp_path: Path, rows: list[Sequence[Any]], where: str, message: str
) -> None:
    file = workbook(tmp_path / "a.xlsx", rows)
    with pytest.raises(InputError, match=message) as caught:
        store(file, workspace)
    assert where in str(caught.value.where)
    assert str(file) in str(caught.value.where)
    assert not list(workspace.raw.rglob("snapshot.toml"))


def test_a_workbook_without_a_declared_column_names_what_was_declared(
    workspace: Workspace, tmp_path: Path
) -> None:
    header = ["Regio" if name == "Arbeidsmarktregio" else name for name in HEADER]
    with pytest.raises(InputError, match="No sheet of the workbook") as caught:
        store(workbook(tmp_path / "a.xlsx", header=header), workspace)
    assert "`Arbeidsmarktregio`" in str(caught.value.expected)


def test_a_text_file_without_a_declared_column_offers_the_nearest(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = text_file(tmp_path / "a.csv")
    file.write_text(file.read_text(encoding="utf-8").replace("Kwartaal", "Kwartalen"), encoding="utf-8")
    with pytest.raises(
        InputError, match="Column `Kwartaal` of layout `spanningsindicator` is missing"
    ) as caught:
        store(file, workspace)
    assert "Is it `Kwartalen` now?" in str(caught.value.remedy)


def test_rows_that_are_never_read_are_reported(workspace: Workspace, tmp_path: Path) -> None:
    rows: list[Sequence[Any]] = [(*row[:2], "Koks", *row[3:]) for row in ROWS[:2]]
    with pytest.raises(InputError, match="No row has one of the texts") as caught:
        store(workbook(tmp_path / "a.xlsx", rows), workspace)
    assert caught.value.got == "`Koks`"


@pytest.mark.parametrize(
    ("published", "message"),
    [("2026-11-24", "after it was downloaded"), ("2027", "after it"), ("12 mei", "not a period")],
)
def test_a_day_of_publication_that_cannot_be_is_refused(
    workspace: Workspace, tmp_path: Path, published: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        store(workbook(tmp_path / "a.xlsx"), workspace, published=published)


def test_a_month_of_publication_will_do(workspace: Workspace, tmp_path: Path) -> None:
    snapshot = store(workbook(tmp_path / "a.xlsx"), workspace, published="2025-05")
    assert observations(snapshot, workspace)["vintage_precision"].unique().to_list() == ["month"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11.900", None),
        ("3.8", 3.8),
        ("4.1257", 4.1257),
        ("4,125", 4.125),
        ("1.234,5", 1234.5),
        ("11900", 11900.0),
        ("1.23.456", None),
        ("", None),
    ],
)
def test_a_number_written_as_text_in_a_workbook_is_read_in_one_way_or_not_at_all(
    text: str, expected: float | None
) -> None:
    layout = choose_layout(read_layouts(ROOT / "data" / "reference"), None)
    found = _read_numbers(pl.Series([text]), layout, is_workbook=True)
    assert found.get(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("11.900", 11900.0), ("3.8", None), ("4,125", 4.125), ("-1.234,5", -1234.5)]
)
def test_a_number_in_a_text_file_is_written_as_declared(text: str, expected: float | None) -> None:
    layout = choose_layout(read_layouts(ROOT / "data" / "reference"), None)
    assert _read_numbers(pl.Series([text]), layout, is_workbook=False).get(text) == expected


def test_a_file_of_another_kind_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(file)
    with pytest.raises(InputError, match="no file that UWV offers"):
        store(file, workspace)


def test_an_unknown_layout_is_refused_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="Did you mean `spanningsindicator`"):
        choose_layout(read_layouts(workspace.reference), "spaningsindicator")


def test_a_choice_between_layouts_has_to_be_made(workspace: Workspace) -> None:
    layout = choose_layout(read_layouts(workspace.reference), None)
    with pytest.raises(InputError, match="several layouts"):
        choose_layout({"a": layout, "b": layout}, None)


def test_a_layout_that_lacks_an_entry_is_refused(workspace: Workspace) -> None:
    path = workspace.reference / "uwv.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("layout_seen = false\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match=r"layouts of UWV's files cannot be read"):
        read_layouts(workspace.reference)


def test_the_layout_of_the_repository_names_measures_of_ours() -> None:
    from talentstats.schemas import LABOUR

    measures = {measure.name: measure for measure in LABOUR.measures}
    for layout in read_layouts(ROOT / "data" / "reference").values():
        for figure in layout.figures:
            assert measures[figure.measure].unit == figure.unit
