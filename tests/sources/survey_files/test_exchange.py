import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import ipc

from talentstats.errors import InputError
from talentstats.sources.survey_files.exchange import (
    ABOUT,
    RECORDS,
    NothingUsableError,
    read_about,
    read_records,
    read_refusal,
    write_refusal,
    write_result,
)
from talentstats.sources.survey_files.request import Parsed
from talentstats.sources.survey_files.survey_file import FileVariable

FRAME = pl.DataFrame({"q": [1.0, 2.0], "naam": ["a", None]})


def _parsed(*, rows: int | None = None) -> Parsed:
    variable = FileVariable(
        name="q", value_labels={1: "ja", 2.5: "half", "x": "tekst"}, missing_ranges=((8.0, 9.0),)
    )
    return Parsed(
        schema=FRAME.schema,
        blocks=iter((FRAME, FRAME)),
        describe=lambda: (variable, FileVariable(name="naam", label="Naam")),
        rows=rows,
    )


def _write_records(folder: Path, table: pa.Table) -> None:
    with ipc.new_file(str(folder / RECORDS), table.schema) as writer:
        writer.write_table(table)


def test_records_and_labels_arrive_as_they_were_sent(tmp_path: Path) -> None:
    write_result(_parsed(rows=4), tmp_path)
    frame = read_records(tmp_path)
    assert frame.rows() == [(1, "a"), (2, None)] * 2
    variable = read_about(tmp_path, frame)["variables"]["q"]
    assert dict(variable.value_labels) == {1: "ja", 2.5: "half", "x": "tekst"}
    assert variable.missing_ranges == ((8.0, 9.0),)


@pytest.mark.parametrize("rows", [3, 5])
def test_another_number_of_records_than_the_file_says_is_refused(rows: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not complete") as caught:
        write_result(_parsed(rows=rows), tmp_path)
    assert (caught.value.expected, caught.value.got) == (f"{rows} records, as the file says", "4")


def test_texts_that_are_no_characters_are_not_taken(tmp_path: Path) -> None:
    rubbish = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    _write_records(tmp_path, pa.table({"q": rubbish}))
    with pytest.raises(NothingUsableError):
        read_records(tmp_path)


@pytest.mark.parametrize("values", [[[1]], [b"x"], [True]])
def test_records_of_a_type_that_is_not_kept_are_not_taken(tmp_path: Path, values: list[object]) -> None:
    _write_records(tmp_path, pa.table({"q": values}))
    with pytest.raises(NothingUsableError):
        read_records(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"rows": 3}, {"variables": []}, {"first_row": "x"}, {"sets": [{}]}, {"variables": [{"name": "q"}]}],
)
def test_a_description_that_does_not_fit_the_records_is_not_taken(
    tmp_path: Path, change: dict[str, object]
) -> None:
    write_result(_parsed(), tmp_path)
    about = json.loads((tmp_path / ABOUT).read_text(encoding="utf-8"))
    (tmp_path / ABOUT).write_text(json.dumps(about | change), encoding="utf-8")
    with pytest.raises(NothingUsableError):
        read_about(tmp_path, read_records(tmp_path))


@pytest.mark.parametrize("where", [None, "line 3"])
def test_a_refusal_arrives_with_the_file_it_is_about(tmp_path: Path, where: str | None) -> None:
    write_refusal(InputError("It cannot be read.", where=where, remedy="Ask for it again."), tmp_path)
    error = read_refusal(tmp_path, path=Path("answers.sav"))
    assert error is not None
    assert error.where == ("answers.sav: line 3" if where else "answers.sav")
    assert error.remedy == "Ask for it again."
    assert read_refusal(tmp_path / "none", path=Path("answers.sav")) is None
