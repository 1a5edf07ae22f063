"""What a research bureau returns: read when it is right, refused by sheet, row and column when it is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from conftest import ROOT
from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.errors import InputError
from talentstats.regions import municipalities as municipality_lists
from talentstats.schemas.delivered import DELIVERED
from talentstats.sources.delivered.layout import COLUMNS
from talentstats.sources.delivered.read import check_delivered, read_delivered
from talentstats.sources.survey_files.survey_file import SurveyFile

Row = dict[str, Any]


def row(**cells: object) -> Row:
    usual: Row = {
        "region": "leiden",
        "wave": 2025,
        "variable": "plans_to_stay",
        "level": "yes",
        "group": None,
        "group_level": None,
        "n": 200,
        "count": 3000,
        "share": 60.1,
        "low": 53.1,
        "high": 66.5,
        "note": None,
    }
    return {name: cells.get(name, usual[name]) for name in COLUMNS}


def no(**cells: object) -> Row:
    return row(**{"level": "no", "count": 2000, "share": 39.9, "low": 33.5, "high": 46.9, **cells})


GOOD = (row(), no())


@pytest.fixture(scope="module")
def harmonised() -> Harmonised:
    return read_harmonised(ROOT / "data" / "reference")


def arrived(*rows: Row, form: str = "xlsx") -> SurveyFile:
    frame = pl.DataFrame(
        [[line[name] for name in COLUMNS] for line in rows], schema=COLUMNS, orient="row", strict=False
    )
    return _file(frame, form)


def _file(frame: pl.DataFrame, form: str = "xlsx") -> SurveyFile:
    return SurveyFile(path=Path("from-the-bureau.xlsx"), format=form, frame=frame, variables={}, first_row=2)  # type: ignore[arg-type]


def write_workbook(path: Path, *rows: Row, extra: Callable[[Any, Any], None] | None = None) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Toelichting").merge_range("A1:C1", "merged here is fine")
        sheet = book.add_worksheet("table")
        for column, name in enumerate(COLUMNS):
            sheet.write(0, column, name)
            for number, line in enumerate(rows, start=1):
                sheet.write(number, column, line[name])
        if extra is not None:
            extra(book, sheet)
    return path


class TestWhatIsRead:
    def test_a_filled_in_workbook_becomes_the_declared_table(
        self, harmonised: Harmonised, tmp_path: Path
    ) -> None:
        path = write_workbook(
            tmp_path / "t.xlsx", *GOOD, row(level="total", share=100, count=5000, low=None, high=None)
        )
        table = read_delivered(path, harmonised=harmonised, wave=2025, dataset="bureau/2025")
        assert tuple(table.columns) == DELIVERED.names
        assert table["row"].to_list() == [2, 3, 4]
        assert table["level"].to_list() == ["yes", "no", "total"]
        assert table.schema["wave"] == table.schema["n"] == pl.Int64
        assert table["share"].to_list() == [60.1, 39.9, 100.0]
        assert table["dataset"].unique().to_list() == ["bureau/2025"]

    @pytest.mark.parametrize(("delimiter", "mark"), [(";", ","), (",", "."), ("\t", ".")])
    def test_a_text_file_of_any_delimiter_and_decimal_mark_is_read_the_same(
        self, harmonised: Harmonised, tmp_path: Path, delimiter: str, mark: str
    ) -> None:
        lines = [delimiter.join(COLUMNS)]
        for line in GOOD:
            cells = ("" if line[name] is None else str(line[name]) for name in COLUMNS)
            lines.append(delimiter.join(cell.replace(".", mark) for cell in cells))
        path = tmp_path / "t.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        table = read_delivered(path, harmonised=harmonised)
        assert table.drop("dataset").equals(
            check_delivered(arrived(*GOOD), harmonised=harmonised).drop("dataset")
        )

    def test_blank_rows_are_passed_over_and_the_others_keep_their_number(
        self, harmonised: Harmonised
    ) -> None:
        blank = dict.fromkeys(COLUMNS)
        table = check_delivered(arrived(blank, row(), blank, no()), harmonised=harmonised)
        assert table["row"].to_list() == [3, 5]

    def test_optional_columns_may_be_left_out(self, harmonised: Harmonised) -> None:
        frame = arrived(*GOOD).frame.drop("count", "low", "high", "note", "group", "group_level")
        table = check_delivered(_file(frame), harmonised=harmonised)
        assert table["count"].null_count() == table["group"].null_count() == 2

    def test_a_scale_code_that_arrives_as_a_number_is_a_code(self, harmonised: Harmonised) -> None:
        rows = [
            row(variable="feels_at_home", level=value, share=20.0, count=None, low=None, high=None)
            for value in (1.0, 2.0, 3.0, 4.0, 5.0)
        ]
        assert check_delivered(arrived(*rows), harmonised=harmonised)["level"].to_list() == list("12345")

    @pytest.mark.parametrize(
        ("shares", "allowed"),
        [
            ((33.3, 33.3, 33.3), True),
            ((33, 33, 33), True),
            ((33.3, 33.3, 33.1), False),
            ((33.4, 33.4, 33.4), False),
            ((34, 34, 34), False),
        ],
    )
    def test_shares_may_miss_100_by_what_their_rounding_can_do(
        self, harmonised: Harmonised, shares: tuple[float, ...], allowed: bool
    ) -> None:
        rows = [
            row(variable="nationality_broad", level=level, share=share, count=None, low=None, high=None)
            for level, share in zip(("dutch", "eu_efta", "other"), shares, strict=True)
        ]
        if allowed:
            assert check_delivered(arrived(*rows), harmonised=harmonised).height == 3
        else:
            with pytest.raises(InputError, match="do not sum to 100"):
                check_delivered(arrived(*rows), harmonised=harmonised)

    def test_answers_that_were_left_out_may_leave_the_sum_below_100(self, harmonised: Harmonised) -> None:
        assert check_delivered(arrived(row()), harmonised=harmonised).height == 1

    def test_questions_with_more_answers_need_not_sum_to_100(self, harmonised: Harmonised) -> None:
        rows = [
            row(variable="stay_reasons", level=level, share=60.0, count=None)
            for level in ("career", "family", "safety")
        ]
        assert check_delivered(arrived(*rows), harmonised=harmonised).height == 3

    def test_a_municipality_is_a_region_when_the_lists_are_given(self, harmonised: Harmonised) -> None:
        municipalities = municipality_lists.read_municipalities(ROOT / "data" / "reference")
        rows = (row(region="GM0546"), no(region="GM0546"))
        table = check_delivered(arrived(*rows), harmonised=harmonised, municipalities=municipalities)
        assert table["region"].to_list() == ["GM0546", "GM0546"]
        with pytest.raises(InputError, match="`region` that is not known"):
            check_delivered(arrived(*rows), harmonised=harmonised)
        with pytest.raises(InputError, match="`GM0576`"):
            check_delivered(
                arrived(row(region="GM0576"), no(region="GM0576")),
                harmonised=harmonised,
                municipalities=municipalities,
            )


GROUPED = {"group": "role_broad", "group_level": "working"}

REFUSED: list[tuple[str, tuple[Row, ...], str, str, str]] = [
    # what, rows, problem, place, remedy or expectation
    (
        "unknown region",
        (row(region="leyden"), no(region="leyden")),
        "`region` that is not known",
        "row 2, column `region`",
        "Did you mean `leiden`",
    ),
    (
        "unknown variable",
        (*GOOD, row(variable="plan_to_stay")),
        "`variable` that is not known in wave 2025",
        "row 4, column `variable`",
        "Did you mean `plans_to_stay`",
    ),
    (
        "variable of another wave",
        (row(variable="english_vacancies", level="1", wave=2021),),
        "`variable` that is not known in wave 2021",
        "row 2, column `variable`",
        "expected",
    ),
    (
        "unknown level",
        (row(level="yess"), no()),
        "`level` that is not known of `plans_to_stay` in wave 2025",
        "row 2, column `level`",
        "Did you mean `yes`",
    ),
    (
        "level of another wave",
        (row(variable="sex", level="other", wave=2019),),
        "`level` that is not known of `sex` in wave 2019",
        "row 2, column `level`",
        "`female`",
    ),
    (
        "unknown group",
        (row(group="rolebroad", group_level="working"),),
        "`group` that is not known",
        "row 2, column `group`",
        "Did you mean `role_broad`",
    ),
    (
        "unknown group level",
        (row(group="role_broad", group_level="worker"),),
        "`group_level` that is not known",
        "row 2, column `group_level`",
        "Did you mean `working`",
    ),
    (
        "total as a group",
        (row(group="role_broad", group_level="total"),),
        "`group_level` that is not known",
        "row 2, column `group_level`",
        "`working`",
    ),
    (
        "group without level",
        (row(group="role_broad"),),
        "a `group` but no `group_level`",
        "row 2, column `group_level`",
        "leave both empty",
    ),
    (
        "level without group",
        (row(group_level="working"),),
        "a `group_level` but no `group`",
        "row 2, column `group`",
        "leave both empty",
    ),
    (
        "grouped by itself",
        (row(variable="role", level="phd", group="role", group_level="phd"),),
        "grouped by itself",
        "row 2, column `group`",
        "another variable",
    ),
    ("unknown wave", (row(wave=2024),), "`wave` that is not known", "row 2, column `wave`", "2025"),
    ("half a wave", (row(wave=2025.5),), "`wave` that is not known", "row 2, column `wave`", "2025"),
    (
        "no region",
        (row(), no(region=None)),
        "must be filled in is empty",
        "row 3, column `region`",
        "Fill in the cell",
    ),
    (
        "no level",
        (row(), no(level=" ")),
        "must be filled in is empty",
        "row 3, column `level`",
        "Fill in the cell",
    ),
    (
        "no n",
        (row(n=None), no(n=None)),
        "does not say on how many respondents",
        "row 2, column `n`",
        "in 1 other row",
    ),
    ("n not whole", (row(n=120.4),), "not a whole number", "row 2, column `n`", "weighted"),
    ("too few", (row(n=9), no(n=9)), "so few respondents", "row 2, column `n`", "at least 10"),
    ("no share", (row(), no(share=None)), "has no share", "row 3, column `share`", "Fill in"),
    ("share above 100", (row(share=101.0),), "below 0 or above 100", "row 2, column `share`", "0.615"),
    ("share below 0", (row(share=-1.0),), "below 0 or above 100", "row 2, column `share`", "0 to 100"),
    ("end above 100", (row(high=100.4),), "below 0 or above 100", "row 2, column `high`", "0 to 100"),
    ("half an interval", (row(high=None),), "one end only", "row 2, column `high`", "leave both empty"),
    (
        "share outside interval",
        (row(low=61.0),),
        "outside its own interval",
        "row 2, column `low`",
        "at most",
    ),
    ("negative count", (row(count=-1),), "persons is negative", "row 2, column `count`", "leave it empty"),
    (
        "decimal comma",
        (row(), no(share="40,0")),
        "with a decimal comma",
        "row 3, column `share`",
        "Text to Columns",
    ),
    ("percent sign", (row(share="60 %"), no()), "holds a text", "row 2, column `share`", "percent sign"),
    ("word for a figure", (row(n="about 200"), no()), "holds a text", "row 2, column `n`", "`note`"),
    (
        "example left in",
        (*GOOD, row(region="twente", note="EXAMPLE / VOORBEELD: x")),
        "example row",
        "row 4, column `note`",
        "Remove",
    ),
    ("duplicate", (*GOOD, row()), "same answer of the same group", "row 4, column `level`", "row 2"),
    (
        "duplicate in a group",
        (row(**GROUPED), no(**GROUPED), row(**GROUPED)),
        "same answer",
        "row 4",
        "Remove",
    ),
    (
        "two bases",
        (row(), no(n=210)),
        "different numbers of respondents",
        "row 3, column `n`",
        "the same `n`",
    ),
    ("sum above 100", (row(), no(share=40.1)), "do not sum to 100", "row 2, column `share`", "sum of 100.2"),
    ("sum below 100", (row(), no(share=39.7)), "do not sum to 100", "row 2, column `share`", "sum of 99.8"),
    (
        "total not 100",
        (*GOOD, row(level="total", share=99.0, count=5000, low=None, high=None)),
        "total is not 100",
        "row 4, column `share`",
        "100",
    ),
    (
        "total not its parts",
        (*GOOD, row(level="total", share=100.0, count=5010, low=None, high=None)),
        "differs from the sum of its parts",
        "row 4, column `count`",
        "5,000 in the parts, 5,010 in all",
    ),
    (
        "groups above the whole",
        (
            *GOOD,
            row(**GROUPED, n=150),
            no(**GROUPED, n=150),
            row(group="role_broad", group_level="studying", n=60),
        ),
        "groups together hold more respondents",
        "row 4, column `n`",
        "210 in the parts, 200 in all",
    ),
    (
        "regions above the whole",
        (row(region="all", n=300), row(n=200), row(region="twente", n=150)),
        "regions together hold more respondents",
        "row 3, column `n`",
        "350 in the parts, 300 in all",
    ),
    (
        "regions below the whole",
        (
            row(region="all", n=1000),
            *(
                row(region=region, n=100)
                for region in (
                    "leiden",
                    "the_hague",
                    "amsterdam",
                    "rotterdam",
                    "utrecht",
                    "eindhoven",
                    "groningen",
                    "twente",
                    "rest",
                )
            ),
        ),
        "fewer respondents than `all`",
        "row 3, column `n`",
        "900 in the parts, 1,000 in all",
    ),
]


@pytest.mark.parametrize(
    ("rows", "problem", "place", "hint"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_a_wrong_table_is_refused_with_sheet_row_and_column(
    harmonised: Harmonised, rows: tuple[Row, ...], problem: str, place: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_delivered(arrived(*rows), harmonised=harmonised)
    assert problem in caught.value.problem
    assert caught.value.where is not None
    assert f"sheet `table`, {place}" in caught.value.where
    assert hint in str(caught.value)


def test_every_case_of_the_matrix_is_right_but_for_one_thing(harmonised: Harmonised) -> None:
    both = (row(**GROUPED), no(**GROUPED))
    assert check_delivered(arrived(*GOOD, *both), harmonised=harmonised).height == 4


def test_another_wave_than_the_one_imported_is_refused(harmonised: Harmonised) -> None:
    with pytest.raises(InputError, match="`wave` that is not known"):
        check_delivered(arrived(*GOOD), harmonised=harmonised, wave=2023)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda frame: frame.rename({"share": "percentage"}), "also `percentage`"),
        (lambda frame: frame.rename({"region": "regio"}), "Rename `regio` to `region`"),
        (lambda frame: frame.with_columns(pl.lit(1).alias("extra")), "also `extra`"),
        (lambda frame: frame.drop("n"), "no `n`"),
    ],
    ids=["renamed", "nearly", "extra", "missing"],
)
def test_other_column_names_are_refused(
    harmonised: Harmonised, change: Callable[[pl.DataFrame], pl.DataFrame], hint: str
) -> None:
    with pytest.raises(InputError, match="column names of the table") as caught:
        check_delivered(_file(change(arrived(*GOOD).frame)), harmonised=harmonised)
    assert hint in str(caught.value)
    assert "row 1" in str(caught.value)


def test_a_table_without_rows_is_refused(harmonised: Harmonised) -> None:
    with pytest.raises(InputError, match="has no rows"):
        check_delivered(arrived(dict.fromkeys(COLUMNS)), harmonised=harmonised)


def test_a_hostile_cell_is_shown_on_one_line_and_short(harmonised: Harmonised) -> None:
    with pytest.raises(InputError) as caught:
        check_delivered(arrived(row(region="\x1b[31m\n" + "x" * 500)), harmonised=harmonised)
    assert caught.value.got is not None
    assert "\x1b" not in caught.value.got
    assert "\n" not in caught.value.got
    assert len(caught.value.got) < 100


def test_a_remark_of_the_bureau_is_never_shown(harmonised: Harmonised) -> None:
    for rows in ((row(note="EXAMPLE, says J. Jansen"),), (row(note="says J. Jansen", n=3),)):
        with pytest.raises(InputError) as caught:
            check_delivered(arrived(*rows), harmonised=harmonised)
        assert "Jansen" not in str(caught.value)


@pytest.mark.parametrize(
    ("extra", "problem", "cell"),
    [
        (lambda _, sheet: sheet.write_formula("I2", "=60+0", None, 60), "has a formula", "cell I2"),
        (lambda _, sheet: sheet.merge_range("A3:A4", "leiden"), "has merged cells", "cells A3:A4"),
    ],
    ids=["formula", "merged"],
)
def test_formulas_and_merged_cells_are_refused_with_their_cell(
    harmonised: Harmonised,
    tmp_path: Path,
    extra: Callable[[Any, Any], None],
    problem: str,
    cell: str,
) -> None:
    path = write_workbook(tmp_path / "t.xlsx", *GOOD, extra=extra)
    with pytest.raises(InputError, match=problem) as caught:
        read_delivered(path, harmonised=harmonised)
    assert caught.value.where == f"{path}, sheet `table`, {cell}"


def test_words_above_the_header_are_refused(harmonised: Harmonised, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("table")
        sheet.write_row(0, 0, ["Uitkomsten van de enquête", "versie 2"])
        sheet.write_row(1, 0, COLUMNS)
        for number, line in enumerate(GOOD, start=2):
            sheet.write_row(number, 0, [line[name] for name in COLUMNS])
    with pytest.raises(InputError) as caught:
        read_delivered(path, harmonised=harmonised)
    assert str(path) in str(caught.value)


def test_a_workbook_without_the_sheet_is_refused(harmonised: Harmonised, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("tabel").write_row(0, 0, COLUMNS)
    with pytest.raises(InputError, match="Unknown sheet `table`"):
        read_delivered(path, harmonised=harmonised)


def test_a_file_of_answers_is_sent_to_the_other_import(harmonised: Harmonised, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"respondent_id": ["a"]}).write_parquet(path)
    with pytest.raises(InputError, match="talentstats import survey"):
        read_delivered(path, harmonised=harmonised)
