"""Files that are wrong in many ways: what is said about them never holds a planted answer."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from privacy.canary import CANARIES, WRONG_NUMBER, WRONG_TEXT, found_below, found_in
from privacy.planted import REFERENCE, WAVE, plant, synthetic_texts
from privacy.recorder import recording
from talentstats.codebooks.harmonised import Harmonised, read_harmonised
from talentstats.errors import TalentStatsError
from talentstats.prepare.harmonise import harmonise
from talentstats.regions.municipalities import read_municipalities
from talentstats.reporting.supplements import write_validation
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.validation.respondents import validate_wave

_RESPONDENTS = 200


@pytest.fixture(scope="module")
def harmonised() -> Harmonised:
    return read_harmonised(REFERENCE)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Return a wave with the usual values planted, to be made wrong."""
    clean, _ = synthetic_texts(tmp_path_factory.mktemp("wrong"))
    return plant(clean.head(_RESPONDENTS), CANARIES, records=(3,))


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A way in which a file is wrong.

    Attributes
    ----------
    make : callable
        Writes the file into a folder.
    said : tuple of str
        What the messages must hold: rules, columns or words that show that the fault itself was found.
    """

    make: Callable[[pl.DataFrame, Path], Path]
    said: tuple[str, ...]


def cells(*changes: tuple[str, str, Sequence[int]]) -> Callable[[pl.DataFrame, Path], Path]:
    """Return what puts values in some records of columns of a text file."""

    def make(texts: pl.DataFrame, folder: Path) -> Path:
        for column, value, records in changes:
            texts = plant(texts, {column: value}, records=tuple(records))
        path = folder / "answers.csv"
        texts.write_csv(path)
        return path

    return make


def wrong_bytes(change: Callable[[bytes], bytes]) -> Callable[[pl.DataFrame, Path], Path]:
    """Return what changes the bytes of a text file."""

    def make(texts: pl.DataFrame, folder: Path) -> Path:
        path = folder / "answers.csv"
        path.write_bytes(change(texts.write_csv().encode()))
        return path

    return make


def workbook(texts: pl.DataFrame, folder: Path) -> Path:
    """Write a workbook with the error of a formula beside the planted values."""
    path = folder / "answers.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, texts.columns)
        for number, row in enumerate(texts.head(20).iter_rows(), start=1):
            sheet.write_row(number, 0, [value or "" for value in row])
        sheet.write_formula(4, 4, f'="{WRONG_TEXT}"+1', None, "#VALUE!")
    return path


def truncated(texts: pl.DataFrame, folder: Path) -> Path:
    """Write a Parquet file that was cut off."""
    path = folder / "answers.parquet"
    texts.write_parquet(path, compression="uncompressed")
    path.write_bytes(path.read_bytes()[:-200])
    return path


def without_columns(texts: pl.DataFrame, folder: Path) -> Path:
    """Write a file from which columns are missing, and in which a column has another name."""
    path = folder / "answers.csv"
    texts.drop("psu", "q06_role").rename({"email": "e_mail"}).write_csv(path)
    return path


def of_persons(texts: pl.DataFrame, folder: Path) -> Path:
    """Write a file in which persons stand twice, one by two modes, and numbers are missing or hostile."""
    texts = plant(texts, {"respondent_id": WRONG_TEXT, "panel_id": WRONG_TEXT}, records=(5, 6))
    texts = plant(texts, {"respondent_id": f"<img src=x>{WRONG_TEXT}"}, records=(7,))
    texts = plant(texts, {"respondent_id": ""}, records=(8,))
    again = texts.slice(3, 1).with_columns(pl.lit("2").alias("mode"))
    path = folder / "answers.csv"
    pl.concat([texts, again]).write_csv(path)
    return path


WRONG: dict[str, Wrong] = {
    "text for a code": Wrong(make=cells(("q01_sex", WRONG_TEXT, [0])), said=("`q01_sex`: a code",)),
    "codes that nobody knows": Wrong(
        make=cells(("q02_birth_band", WRONG_TEXT, [0]), ("q16_income", WRONG_NUMBER, [1])),
        said=("`q02_birth_band`: a code", "`q16_income`: a code"),
    ),
    "texts for numbers and dates": Wrong(
        make=cells(("q08_arrival_year", WRONG_TEXT, [0]), ("completed_on", WRONG_TEXT, [1])),
        said=("`q08_arrival_year`: no number", "`completed_on`: no date"),
    ),
    "answers that cannot be": Wrong(
        make=cells(
            ("q05_birth_country", WRONG_TEXT, [0]),
            ("municipality", WRONG_TEXT, [0, 7]),
            ("q08_arrival_year", WRONG_NUMBER, [1]),
            ("duration_seconds", f"-{WRONG_NUMBER}", [2]),
            ("completed_on", "1918-05-08", [4]),
            ("psu", WRONG_TEXT, range(40)),
        ),
        said=("country_of_birth", "municipality-valid", "arrival_year", "in-fieldwork", "psu-nested"),
    ),
    "persons": Wrong(
        make=of_persons, said=("key-unique", "panel-once", "answers-repeated", "id-tidy", "required")
    ),
    "columns missing and renamed": Wrong(make=without_columns, said=("`psu` is missing", "`e_mail`")),
    "quote that does not end": Wrong(
        make=wrong_bytes(lambda raw: raw + f'\n"{WRONG_TEXT},1,2'.encode()), said=("line 20",)
    ),
    "line with too many cells": Wrong(
        make=wrong_bytes(lambda raw: raw + f"{WRONG_TEXT},".encode() * 200), said=("201",)
    ),
    "line with too few cells": Wrong(
        make=wrong_bytes(lambda raw: raw + f"{WRONG_TEXT},1\n".encode()), said=("number of cells",)
    ),
    "bytes of no encoding": Wrong(
        make=wrong_bytes(lambda raw: raw + f"{WRONG_TEXT}\x81".encode("latin-1")), said=("encoding",)
    ),
    "a null byte": Wrong(make=wrong_bytes(lambda raw: raw.replace(b"zqmark", b"\x00zqmark")), said=("NUL",)),
    "file cut off": Wrong(make=truncated, said=("cut off",)),
    "error of a formula": Wrong(make=workbook, said=("row 5, column `duration_seconds`",)),
}


def everything_said(path: Path, folder: Path, harmonised: Harmonised) -> Iterable[str]:
    """Return what reading, harmonising and validating a file says, with tracebacks and pages."""
    codebook = harmonised.codebooks[WAVE]
    try:
        file = read_survey_file(path)
        frame = harmonise(file, codebook, harmonised, dataset="survey/wrong/2025-11-03")
        validated = validate_wave(
            frame, codebook, harmonised, file=file, municipalities=read_municipalities(REFERENCE)
        )
        write_validation([validated.result], folder, ["nl", "en"])
        validated.result.raise_if_critical()
    except TalentStatsError as error:
        return [str(error), "".join(traceback.format_exception(error))]
    return []


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_said_about_a_wrong_file_holds_no_answer(
    kind: str, texts: pl.DataFrame, harmonised: Harmonised, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    path = WRONG[kind].make(texts, tmp_path)
    said: list[str] = []
    with recording(said):
        errors = list(everything_said(path, pages, harmonised))
    told = "".join([*errors, *(page.read_text(encoding="utf-8") for page in pages.iterdir())])
    assert [word for word in WRONG[kind].said if word not in told] == []
    assert [text for text in said + errors if found_in(text)] == []
    assert found_below(pages) == {}


def test_each_wrong_file_holds_planted_answers(texts: pl.DataFrame, tmp_path: Path) -> None:
    for kind, wrong in WRONG.items():
        folder = tmp_path / kind
        folder.mkdir()
        assert b"zqpanel" in wrong.make(texts, folder).read_bytes() or kind == "error of a formula"
