"""Random changes of a file give a clean parse or one clear error; never a crash, a hang or a wrong type."""

import os
import random
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from sources.survey_files.samples import CANARY, FORMATS, write_sample
from talentstats.errors import InputError
from talentstats.sources.survey_files import read as module
from talentstats.sources.survey_files.limits import Limits
from talentstats.sources.survey_files.read import read_survey_file
from talentstats.sources.survey_files.survey_file import SurveyFile

CHANGES, CUTS = 500, 40
LIMITS = Limits(seconds=60, memory_mb=2_500, result_mb=200)
SECONDS_A_FILE = 5
TYPES = (pl.Int64(), pl.Float64(), pl.String(), pl.Date(), pl.Datetime("us"))
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="forks of a loaded process exist on POSIX only"
)

Child = Callable[[Path, Limits], int | None]


@pytest.fixture(scope="module")
def forked() -> Iterator[Child]:
    """Parse in forks of a loaded process instead of in processes that load everything anew."""
    environment = {
        **os.environ,
        "POLARS_MAX_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("zygote.py")), str(SECONDS_A_FILE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        to, back = zygote.stdin, zygote.stdout

        def run(folder: Path, limits: Limits) -> int | None:  # noqa: ARG001
            to.write(f"{folder}\n")
            to.flush()
            code = int(back.readline())
            return None if code == -signal.SIGALRM else code

        yield run
        to.close()


def _changed(raw: bytes, draw: random.Random) -> bytes:
    content = bytearray(raw)
    for _ in range(draw.choice((1, 1, 1, 2, 4, 16))):
        content[draw.randrange(len(content))] = draw.randrange(256)
    return bytes(content)


def _changed_inside(raw: bytes, draw: random.Random) -> bytes:
    """Change one part of a workbook and pack it anew, so that its checksums hold."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = draw.choice([member for member in old.namelist() if member.startswith("xl/")])
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, _changed(content, draw) if member == chosen else content)
    return packed.getvalue()


def _mutants(raw: bytes, draw: random.Random) -> Iterator[bytes]:
    archive = raw.startswith(b"PK")
    for number in range(CHANGES):
        yield _changed_inside(raw, draw) if archive and number % 2 else _changed(raw, draw)
    for _ in range(CUTS):
        yield raw[: draw.randrange(len(raw))]


def _outcome(path: Path) -> SurveyFile | InputError:
    try:
        return read_survey_file(path, limits=LIMITS)
    except InputError as error:
        return error


def _check(found: SurveyFile | InputError) -> str:
    if isinstance(found, InputError):
        assert found.remedy
        assert "sample" in str(found.where)
        assert CANARY not in str(found)
        return found.problem
    assert set(found.frame.schema.values()) <= set(TYPES)
    assert list(found.variables) == found.frame.columns
    assert found.frame.height > 0
    for series in found.frame:
        assert not isinstance(series.dtype, pl.Float64) or series.is_finite().all()
        assert not isinstance(series.dtype, pl.String) or (series != "").all()
    return "read"


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_file_is_read_cleanly_or_refused_clearly(
    name: str, tmp_path: Path, forked: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "run_child", forked)
    path = write_sample(tmp_path / f"sample.{name}")
    raw = path.read_bytes()
    outcome: Counter[str] = Counter()
    for content in _mutants(raw, random.Random(2025)):  # noqa: S311
        path.write_bytes(content)
        outcome[_check(_outcome(path))] += 1
    assert outcome.total() == CHANGES + CUTS
    assert "Reading a survey file took too long." not in outcome
    assert 0 < outcome["read"] < outcome.total()
