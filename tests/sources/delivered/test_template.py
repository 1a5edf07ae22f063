"""The workbook that is sent out: complete, bilingual, printable, the same bytes every time."""

import re
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from conftest import ROOT
from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.errors import InputError
from talentstats.sources.delivered.layout import ALL, COLUMNS, EXAMPLE, SHEET, TOTAL, layout_of
from talentstats.sources.delivered.read import read_delivered
from talentstats.sources.delivered.template import write_template


@pytest.fixture(scope="module")
def harmonised() -> Harmonised:
    return read_harmonised(ROOT / "data" / "reference")


@pytest.fixture(scope="module")
def template(harmonised: Harmonised, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "folder" / "template.xlsx"
    return write_template(path, harmonised=harmonised, waves=[2023, 2025])


def cells(template: Path, sheet: str) -> pl.DataFrame:
    loaded = fastexcel.read_excel(template).load_sheet(sheet, header_row=None, dtypes="string")
    return loaded.to_polars()


def part(template: Path, name: str) -> str:
    with zipfile.ZipFile(template) as archive:
        return archive.read(name).decode("utf-8")


def test_the_same_template_is_the_same_bytes(template: Path, harmonised: Harmonised, tmp_path: Path) -> None:
    again = write_template(tmp_path / "again.xlsx", harmonised=harmonised, waves=[2023, 2025])
    assert again.read_bytes() == template.read_bytes()
    assert part(template, "docProps/core.xml").count("2025-01-01T00:00:00Z") == 2
    with zipfile.ZipFile(template) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}


def test_the_sheets_explain_in_both_languages_and_hold_the_table_and_the_codes(template: Path) -> None:
    assert fastexcel.read_excel(template).sheet_names == ["Toelichting", "Instructions", SHEET, "codes"]
    dutch, english = (
        " ".join(str(value) for row in cells(template, name).iter_rows() for value in row if value)
        for name in ("Toelichting", "Instructions")
    )
    assert "minder dan 10 respondenten" in dutch
    assert "fewer than 10 respondents" in english
    assert "2023, 2025" in dutch
    assert "2023, 2025" in english
    for name in COLUMNS:
        assert f" {name} " in dutch
        assert f" {name} " in english


def test_the_table_has_its_columns_and_example_rows_that_say_so(template: Path) -> None:
    rows = cells(template, SHEET).rows()
    assert rows[0] == COLUMNS
    assert len(rows) == 3
    assert all(row[-1].startswith(EXAMPLE) and "VOORBEELD" in row[-1] for row in rows[1:])


def test_the_example_is_refused_until_it_is_removed(template: Path, harmonised: Harmonised) -> None:
    with pytest.raises(InputError, match="example row of the template was left") as caught:
        read_delivered(template, harmonised=harmonised)
    assert caught.value.where == f"{template}, sheet `table`, row 2, column `note`"


def test_every_code_that_may_stand_in_the_table_is_explained(template: Path, harmonised: Harmonised) -> None:
    layout = layout_of(harmonised, [2023, 2025])
    rows = cells(template, "codes").rows()[2:]
    explained = {(column, subject or "", code) for column, subject, code, *_ in rows}
    assert ("region", "", ALL) in explained
    assert {("variable", "", name) for name in layout.subjects} <= explained
    assert {("group", "", name) for name in layout.groups} <= explained
    levels = {(subject, code) for column, subject, code in explained if column.startswith("level")}
    for name, subject in layout.subjects.items():
        assert {(name, level.code) for level in subject.levels} | {(name, TOTAL)} <= levels
    assert all(nl and en for *_, nl, en, _ in rows)


def test_no_personal_variable_and_no_open_answer_is_offered(harmonised: Harmonised) -> None:
    layout = layout_of(harmonised, harmonised.waves)
    offered = [harmonised.variable(name) for name in (*layout.subjects, *layout.groups)]
    assert {variable.sensitivity for variable in offered} <= {"public", "quasi"}
    assert {variable.type for variable in offered} == {"category", "multiple", "scale"}
    assert "municipality" not in layout.groups


def test_only_answers_that_a_wave_offered_are_listed(harmonised: Harmonised) -> None:
    assert [level.code for level in layout_of(harmonised, [2019]).subjects["sex"].levels] == [
        "female",
        "male",
    ]
    assert "recommend" not in layout_of(harmonised, [2019]).subjects


def test_the_choice_lists_lead_to_the_codes_they_name(template: Path) -> None:
    rows = cells(template, "codes").rows()
    codes = [row[2] for row in rows]
    book = part(template, "xl/workbook.xml")
    ranges = re.findall(r'<definedName name="((?:levels|groups)_\w+)">codes!\$C\$(\d+):\$C\$(\d+)<', book)
    assert len(ranges) > 50
    for name, first, last in ranges:
        kind, variable = name.split("_", 1)
        listed = rows[int(first) - 1 : int(last)]
        assert {row[1] for row in listed} == {variable}
        assert (listed[-1][2] == TOTAL) == (kind == "levels")
    table = part(template, "xl/worksheets/sheet3.xml")
    lists = re.findall(r"<formula1>codes!\$C\$(\d+):\$C\$(\d+)<", table)
    firsts = {codes[int(first) - 1] for first, _ in lists}
    assert firsts == {"leiden", "2023", "sex", "mode"}
    assert 'INDIRECT("levels_"&amp;$C2)' in table
    assert 'INDIRECT("groups_"&amp;$E2)' in table


def test_the_sheets_print_on_pages_of_one_width(template: Path) -> None:
    for number in (1, 2, 3, 4):
        sheet = part(template, f"xl/worksheets/sheet{number}.xml")
        assert 'fitToPage="1"' in sheet
        assert 'paperSize="9"' in sheet


def test_an_unknown_wave_is_refused(harmonised: Harmonised, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Unknown wave `2024`"):
        write_template(tmp_path / "t.xlsx", harmonised=harmonised, waves=[2024])
    assert not (tmp_path / "t.xlsx").exists()
