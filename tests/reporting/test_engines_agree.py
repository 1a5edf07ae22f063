"""The two engines give the same numbers and figures; runs where the Quarto command line is on PATH."""

import hashlib
import html
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from talentstats.reporting.build import build, make_plan
from talentstats.workspace import Workspace

pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(shutil.which("quarto") is None, reason="the Quarto command line is not on PATH"),
]
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


def _folder(project: Workspace, out: Path, engine: str, language: str) -> Path:
    (built,) = build(make_plan(project, engine=engine, out=out / engine), [language])  # type: ignore[list-item]
    return built.folder


def _digits(text: str) -> list[str]:
    return sorted(_FIGURE.findall(text))


def _body(page: str) -> str:
    """Return the words of a page between its first and last section, without pictures and code."""
    inside = re.sub(r"<(script|style|svg)\b.*?</\1>|<img[^>]*>", " ", page, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", inside))
    return words[words.rindex("honderd werklozen") - 2000 :] if "honderd werklozen" in words else words


@pytest.mark.parametrize("language", ["nl", "en"])
def test_quarto_and_the_builtin_engine_show_the_same_numbers_and_figures(
    project: Workspace, tmp_path: Path, language: str
) -> None:
    folders = [_folder(project, tmp_path, engine, language) for engine in ("quarto", "builtin")]
    assert (folders[0] / "numbers.json").read_bytes() == (folders[1] / "numbers.json").read_bytes()
    figures = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "figures").iterdir()}
        for folder in folders
    ]
    assert figures[0] == figures[1]
    numbers = []
    for folder in folders:
        with zipfile.ZipFile(folder / f"biennial.{language}.docx") as archive:
            document = archive.read("word/document.xml").decode()
        tables = re.findall(r"<w:tbl>.*?</w:tbl>", document, flags=re.DOTALL)
        numbers.append(_digits(" ".join(re.sub(r"<[^>]+>", " ", table) for table in tables)))
    assert numbers[0] == numbers[1]
    for folder in folders:
        assert PdfReader(folder / f"biennial.{language}.pdf").pages
        assert "133" in _body((folder / f"biennial.{language}.html").read_text(encoding="utf-8"))
