"""The search finds a planted value in every form in which one could leave."""

import base64
import io
import logging
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from privacy.canary import found_below, found_in
from privacy.recorder import recording
from talentstats.progress import say

PLANTED = "zqmail"


def archive(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside.xml", content)
    return stream.getvalue()


def table() -> bytes:
    stream = io.BytesIO()
    pl.DataFrame({"a": [PLANTED] * 100}).write_parquet(stream)
    return stream.getvalue()


def workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write(0, 0, PLANTED)
    return stream.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "plain": f"x {PLANTED} y".encode,
    "in capitals": lambda: PLANTED.upper().encode(),
    "sixteen bits": lambda: PLANTED.encode("utf-16-le"),
    "an archive": lambda: archive(PLANTED.encode()),
    "an archive in an archive": lambda: archive(archive(PLANTED.encode())),
    "a workbook": workbook,
    "a parquet table": table,
    "base64 in a page": lambda: (
        b"src=data:;base64," + base64.b64encode(b"." * 60 + PLANTED.encode() + b"." * 60)
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_planted_value_is_found_in_every_form(form: str) -> None:
    assert found_in(FORMS[form]()) == {PLANTED}


@pytest.mark.parametrize(
    "written",
    [
        "5318008",
        "5,318,008",
        "5.318.008",
        "5 318 008",
        "5\N{NARROW NO-BREAK SPACE}318\N{NARROW NO-BREAK SPACE}008",
    ],
)
def test_a_planted_number_is_found_however_it_is_written(written: str) -> None:
    assert found_in(f"<td>{written}</td>") == {"5318008"}


def test_what_was_not_planted_is_not_found() -> None:
    assert found_in("respondent@example.org; 5318007; canary") == set()


def test_a_planted_value_is_found_in_a_printed_frame() -> None:
    frame = pl.DataFrame({f"column_{n}": [f"{PLANTED}@example.org and more"] for n in range(20)})
    assert found_in(repr(frame)) == {PLANTED}


def test_files_and_their_names_are_searched(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / f"{PLANTED}.txt").write_bytes(b"")
    (tmp_path / "b.bin").write_bytes(workbook())
    (tmp_path / "c.txt").write_bytes(b"nothing")
    assert set(found_below(tmp_path)) == {str(Path("a") / f"{PLANTED}.txt"), "b.bin"}


def test_whatever_is_said_is_recorded() -> None:
    said: list[str] = []
    with recording(said):
        sys.stdout.write("printed")
        sys.stderr.write("complained")
        logging.getLogger("talentstats.any").debug("logged")
        warnings.warn("warned", stacklevel=1)
        say("told")
    everything = " ".join(said)
    assert all(word in everything for word in ("printed", "complained", "logged", "warned", "told"))
