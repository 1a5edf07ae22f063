import sys
import time
from pathlib import Path

import polars as pl
import pytest

from sources.survey_files.samples import CANARY, FORMATS, ROWS, sample_frame, write_sample
from talentstats.errors import InputError
from talentstats.sources.survey_files import child
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_answers_in_the_same_types(name: str, tmp_path: Path) -> None:
    path = write_sample(tmp_path / f"sample.{name}")
    file = read_survey_file(path)
    assert (file.path, file.format, file.synthetic) == (path, name, True)
    assert list(file.variables) == file.frame.columns == sample_frame().columns
    assert file.first_row == (2 if name in ("csv", "xlsx") else 1)
    made = sample_frame()
    for series in made.drop("nobody_answered"):
        expected = pl.Int64() if series.dtype.is_integer() else series.dtype
        assert file.frame.schema[series.name] == expected
        assert file.frame[series.name].to_list() == series.to_list(), series.name
    assert file.frame["nobody_answered"].null_count() == ROWS


@pytest.mark.usefixtures("parsed_here")
def test_a_file_is_described_without_an_answer_of_anybody(tmp_path: Path) -> None:
    file = read_survey_file(write_sample(tmp_path / "sample.csv"))
    assert repr(file) == "<SurveyFile csv: 30 respondents, 20 columns>"


@pytest.mark.usefixtures("parsed_here")
@pytest.mark.parametrize(
    ("values", "synthetic"),
    [([1, 1], True), ([1, 0], False), ([1, None], False), (["1", "1"], True), (["x", "1"], False)],
)
def test_a_file_is_synthetic_when_every_row_says_so(
    tmp_path: Path, values: list[object], synthetic: bool
) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({"q": [1, 2], "synthetic": values}).write_parquet(path)
    assert read_survey_file(path).synthetic is synthetic


@pytest.mark.usefixtures("parsed_here")
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_without_respondents_is_refused(name: str, tmp_path: Path) -> None:
    path = write_sample(tmp_path / f"sample.{name}", sample_frame().head(0))
    with pytest.raises(InputError, match="no respondents"):
        read_survey_file(path)


@pytest.mark.usefixtures("parsed_here")
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.97])
def test_a_truncated_file_is_refused_by_name(name: str, kept: float, tmp_path: Path) -> None:
    path = write_sample(tmp_path / f"sample.{name}")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(kept * len(raw))])
    with pytest.raises(InputError) as caught:
        read_survey_file(path)
    assert str(path) in str(caught.value.where)
    assert caught.value.remedy
    assert CANARY not in str(caught.value)


@pytest.mark.usefixtures("parsed_here")
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["q1", "Q1"], "differ in capitals only"),
        (["q1", "straße", "STRASSE"], "differ in capitals only"),
        (["q1", " "], "no name"),
        (["q1", "q\x1b[31m2"], "cannot be used"),
        (["q1", "q\u202e2"], "cannot be used"),
        (["q1", "q" * 300], "cannot be used"),
        (["q1", "vraag Ã©Ã©n"], "another encoding"),
    ],
)
def test_column_names_that_could_be_mixed_up_are_refused(
    names: list[str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "answers.parquet"
    pl.DataFrame({name: [1] for name in names}).write_parquet(path)
    with pytest.raises(InputError, match=message) as caught:
        read_survey_file(path)
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", "import time\ntime.sleep(60)")
    started = time.monotonic()
    with pytest.raises(InputError, match="took too long"):
        read_survey_file(write_sample(tmp_path / "sample.csv"), limits=Limits(seconds=1))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "end",
    [
        "import os; os.abort()",
        "import sys; sys.exit(1)",
        "raise SystemExit('R0001 woont in Leiden')",
        "import sys; open(sys.argv[1] + '/records.arrow', 'w').write('rubbish')",
        "import sys; open(sys.argv[1] + '/refusal.json', 'w').write('['); sys.exit(3)",
        "pass",
    ],
)
def test_whatever_happens_to_the_process_that_parses_is_one_clear_error(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(child, "_START", end)
    path = write_sample(tmp_path / "sample.csv")
    with pytest.raises(InputError, match="program that parses it stopped") as caught:
        read_survey_file(path)
    assert caught.value.where == str(path)
    assert capfd.readouterr() == ("", "")


@POSIX
def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("a;b\n" + "1;2\n" * 1_000_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"more memory|stopped"):
        read_survey_file(path, limits=Limits(memory_mb=300))


@POSIX
def test_a_file_that_unpacks_to_more_than_the_disk_may_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a;b\n" + "1;2\n" * 200_000, encoding="utf-8")
    with pytest.raises(InputError):
        read_survey_file(path, limits=Limits(result_mb=1))


def test_the_process_that_parses_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENTSTATS_KEY", "secret")
    monkeypatch.setattr(child, "_START", "import os, sys; sys.exit('TALENTSTATS_KEY' in os.environ)")
    assert child.run_child(tmp_path, Limits(seconds=30)) == 0


def test_nothing_stays_behind_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    read_survey_file(write_sample(tmp_path / "sample.sav"))
    path = write_sample(tmp_path / "sample.zsav")
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(InputError):
        read_survey_file(path)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_decimal_mark_is_a_comma_or_a_point(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be a decimal mark"):
        read_survey_file(tmp_path / "answers.csv", decimal=";")
