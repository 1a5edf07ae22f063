from pathlib import Path

import pytest

from sources.survey_files.samples import write_sample
from talentstats.errors import InputError
from talentstats.sources.survey_files.file_format import EXTENSIONS, find_format
from talentstats.sources.survey_files.limits import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    ("written", "named", "found"),
    [
        ("sav", "sav", "sav"),
        ("zsav", "zsav", "zsav"),
        ("zsav", "sav", "zsav"),
        ("dta", "dta", "dta"),
        ("csv", "csv", "csv"),
        ("csv", "CSV", "csv"),
        ("csv", "tsv", "csv"),
        ("xlsx", "xlsx", "xlsx"),
        ("xlsx", "xlsm", "xlsx"),
        ("parquet", "parquet", "parquet"),
    ],
)
def test_the_format_is_what_content_and_name_say(
    written: str, named: str, found: str, tmp_path: Path
) -> None:
    path = write_sample(tmp_path / f"sample.{written}").rename(tmp_path / f"answers.{named}")
    assert find_format(path, limits=LIMITS) == found


@pytest.mark.parametrize("written", ["sav", "dta", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize("named", ["sav", "dta", "csv", "xlsx", "parquet"])
def test_a_wrong_extension_is_refused_naming_what_the_content_is(
    written: str, named: str, tmp_path: Path
) -> None:
    path = write_sample(tmp_path / f"sample.{written}").rename(tmp_path / f"answers.{named}")
    if written == named:
        assert find_format(path, limits=LIMITS) == EXTENSIONS[f".{named}"]
        return
    with pytest.raises(InputError, match="but its extension says") as caught:
        find_format(path, limits=LIMITS)
    assert f"answers.{written}" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "with a password"),
        (b"PARE" + b"\0" * 99, "encrypted Parquet"),
        (b"\x1f\x8b\x08" + b"\0" * 99, "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><p>Log in</p>", "web page"),
        (b"RDX3\n", "R workspace"),
        (b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        (b"\x7fELF\x02\x01", "program"),
    ],
)
def test_content_of_another_kind_is_refused_by_name(content: bytes, called: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=called) as caught:
        find_format(path, limits=LIMITS)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["answers.doc", "answers", "answers.sas7bdat"])
def test_an_unknown_extension_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("a;b\n", encoding="utf-8")
    with pytest.raises(InputError, match="extension that is not known"):
        find_format(tmp_path / name, limits=LIMITS)


def test_a_missing_file_a_folder_and_an_empty_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.sav").touch()
    for name, got in (("none.sav", "no such file"), (".", "a folder"), ("empty.sav", "0 bytes")):
        with pytest.raises(InputError) as caught:
            find_format(tmp_path / name, limits=LIMITS)
        assert caught.value.got == got


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    with path.open("wb") as stream:
        stream.write(b"a;b\n")
        stream.truncate(3 << 20)
    with pytest.raises(InputError, match="too large"):
        find_format(path, limits=Limits(file_mb=2))


def test_a_file_that_may_not_be_read_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_sample(tmp_path / "sample.csv")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="no survey file to read") as caught:
        find_format(path, limits=LIMITS)
    assert "may not be read" in str(caught.value.got)
