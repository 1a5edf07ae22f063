from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyreadstat
import pytest

from sources.survey_files.samples import CANARY, with_extension_record, write_sample
from talentstats.errors import InputError
from talentstats.sources.survey_files import spss_stata as module
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.stata_missing import missing_number
from talentstats.sources.survey_files.survey_file import MultipleResponseSet, SurveyFile

pytestmark = pytest.mark.usefixtures("parsed_here")
MULTIPLE_RESPONSE, MULTIPLE_RESPONSE_NEW = 7, 19


def _read_sav(tmp_path: Path, columns: dict[str, Any], **written: Any) -> SurveyFile:
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(pl.DataFrame(columns), path, **written)
    return read_survey_file(path)


@pytest.mark.parametrize("name", ["sav", "zsav", "dta"])
def test_labels_of_variables_and_values_are_kept(name: str, tmp_path: Path) -> None:
    file = read_survey_file(write_sample(tmp_path / f"sample.{name}"))
    role = file.variables["q06_role"]
    assert role.label == "Vraag naar q06_role, één antwoord"
    assert dict(role.value_labels) == {
        1: "werknemer",
        2: "zelfstandige",
        3: "student",
        97: "weet niet",
        98: "wil niet zeggen",
    }
    assert all(isinstance(code, int) for code in role.value_labels)
    assert file.variables["weight"].value_labels == {}


@pytest.mark.parametrize("name", ["sav", "zsav"])
def test_user_missing_codes_and_ranges_are_kept_and_stay_values(name: str, tmp_path: Path) -> None:
    file = read_survey_file(write_sample(tmp_path / f"sample.{name}"))
    assert sorted(file.variables["q06_role"].missing_codes) == [97, 98]
    assert file.variables["q15_hours"].missing_ranges == ((997.0, 999.0),)
    assert {97, 98} <= set(file.frame["q06_role"].to_list())
    assert 998.0 in file.frame["q15_hours"].to_list()


def test_a_text_can_have_labels_and_missing_codes_too(tmp_path: Path) -> None:
    file = _read_sav(
        tmp_path,
        {"land": ["NL", "XX", "  "]},
        variable_value_labels={"land": {"NL": "Nederland"}},
        missing_ranges={"land": ["XX"]},
    )
    assert file.frame["land"].to_list() == ["NL", "XX", None]
    assert dict(file.variables["land"].value_labels) == {"NL": "Nederland"}
    assert file.variables["land"].missing_codes == ("XX",)


@pytest.mark.parametrize(
    ("subtype", "content", "expected"),
    [
        (
            MULTIPLE_RESPONSE,
            b"$belem=D1 1 11 Belemmering taal netw\n",
            MultipleResponseSet(name="belem", label="Belemmering", columns=("taal", "netw"), counted=1),
        ),
        (
            MULTIPLE_RESPONSE,
            b"$redenen=C 7 Redenen taal netw\n",
            MultipleResponseSet(name="redenen", label="Redenen", columns=("taal", "netw"), counted=None),
        ),
        (
            MULTIPLE_RESPONSE_NEW,
            b"$belem=E 1 1 1 11 Belemmering taal netw\n",
            MultipleResponseSet(name="belem", label="Belemmering", columns=("taal", "netw"), counted=1),
        ),
    ],
)
def test_multiple_response_sets_are_kept(
    tmp_path: Path, subtype: int, content: bytes, expected: MultipleResponseSet
) -> None:
    path = tmp_path / "answers.sav"
    pyreadstat.write_sav(pl.DataFrame({"taal": [1, 0], "netw": [0, 1]}), path)
    path.write_bytes(with_extension_record(path.read_bytes(), subtype=subtype, content=content))
    assert read_survey_file(path).multiple_response == (expected,)


def test_dates_of_spss_become_days_and_moments(tmp_path: Path) -> None:
    columns = {
        "dag": [date(2025, 3, 1), date(1583, 1, 1)],
        "moment": [datetime(2025, 3, 1, 23, 59, 59), None],  # noqa: DTZ001
        "seconden": [3600.0, None],
    }
    file = _read_sav(tmp_path, columns, variable_format={"seconden": "TIME8"})
    assert file.frame["dag"].to_list() == columns["dag"]
    assert file.frame["moment"].to_list() == columns["moment"]
    assert file.frame["seconden"].to_list() == [3600, None]


def test_a_date_that_lies_outside_the_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="values that are no dates") as caught:
        _read_sav(tmp_path, {"dag": [1e15, 0.0]}, variable_format={"dag": "DATE11"})
    assert "`dag`" in str(caught.value.where)


def test_dates_of_stata_become_days_and_moments(tmp_path: Path) -> None:
    path = tmp_path / "answers.dta"
    columns = {"dag": [date(2025, 3, 1), date(1959, 12, 31)], "moment": [datetime(2025, 3, 1, 9, 5), None]}  # noqa: DTZ001
    pyreadstat.write_dta(pl.DataFrame(columns), path)
    file = read_survey_file(path)
    assert {name: file.frame[name].to_list() for name in columns} == columns


def test_extended_missing_values_of_stata_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "answers.dta"
    answers = pd.DataFrame({"q": pd.Series([1, "a", "b", None], dtype=object), "vol": [1.0, 2.0, 3.0, 4.0]})
    labels: dict[Any, str] = {1: "ja", "a": "geweigerd"}
    pyreadstat.write_dta(
        answers,
        path,
        variable_value_labels={"q": labels},
        missing_user_values={"q": ["a", "b"]},
    )
    file = read_survey_file(path)
    refused, other = missing_number("a"), missing_number("b")
    assert file.frame["q"].to_list() == [1.0, refused, other, None]
    assert file.variables["q"].missing_codes == (refused, other)
    assert dict(file.variables["q"].value_labels) == {1: "ja", refused: "geweigerd", other: ".b"}
    assert file.variables["vol"].missing_codes == ()


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_every_version_of_stata_can_be_read(version: int, tmp_path: Path) -> None:
    path = tmp_path / "answers.dta"
    pyreadstat.write_dta(pl.DataFrame({"q": [1.0, 2.5], "naam": ["a", "b"]}), path, version=version)
    assert read_survey_file(path).frame.rows() == [(1.0, "a"), (2.5, "b")]


@pytest.mark.parametrize("rows", [999, 1_000, 1_001, 2_500])
@pytest.mark.parametrize("name", ["sav", "zsav", "dta"])
def test_a_file_is_whole_however_many_blocks_it_takes(
    rows: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CELLS_AT_ONCE", 1)
    path = write_sample(tmp_path / f"sample.{name}", pl.DataFrame({"q": range(rows)}))
    assert read_survey_file(path).frame["q"].to_list() == list(range(rows))


@pytest.mark.parametrize("name", ["sav", "dta"])
@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_texts_in_another_encoding_than_the_file_says_are_refused(
    name: str, encoding: str | None, tmp_path: Path
) -> None:
    path = write_sample(tmp_path / f"sample.{name}")
    path.write_bytes(path.read_bytes().replace("één".encode(), b"\xe9\xe9n  "))
    with pytest.raises(InputError, match="another encoding") as caught:
        read_survey_file(path, encoding=encoding)
    assert "--encoding" in str(caught.value.remedy)
    assert CANARY not in str(caught.value)


def test_labels_that_were_garbled_before_they_were_stored_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The labels are in another encoding"):
        _read_sav(tmp_path, {"q": [1]}, column_labels=["geÃ¯nteresseerd"])


def test_an_encoding_that_is_named_is_used(tmp_path: Path) -> None:
    path = tmp_path / "sample.sav"
    pyreadstat.write_sav(pl.DataFrame({"naam": ["aaXb"]}), path, column_labels=["aaXb"])
    raw = path.read_bytes().replace(b"aaXb", b"aa\xe9b").replace(b"UTF-8", b"cp125")
    path.write_bytes(raw)
    file = read_survey_file(path, encoding="cp1252")
    assert (file.frame.item(), file.variables["naam"].label, file.encoding) == ("aaéb", "aaéb", "cp1252")


def test_a_stata_file_without_its_end_is_refused_though_its_data_are_whole(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "sample.dta")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged or not complete"):
        read_survey_file(path)


def test_labels_are_put_on_one_line_and_hold_no_control_characters(tmp_path: Path) -> None:
    file = _read_sav(tmp_path, {"q": [1]}, column_labels=["regel 1\nregel 2\x1b[31m <b>vet</b>"])
    assert file.variables["q"].label == "regel 1 regel 2\\x1b[31m <b>vet</b>"
