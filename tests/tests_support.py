"""What several tests do: change a project of their own, and read what a build gave."""

import hashlib
import html
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from pypdfium2 import PdfDocument

from talentstats.reporting.editions import Report
from talentstats.workspace import Workspace


def run(*arguments: str, project: Workspace | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of talentstats as a user does."""
    options = ["--project", str(project.root)] if project else []
    return subprocess.run(
        [sys.executable, "-m", "talentstats", *arguments, *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def rewrite_raw(path: Path, old: str, new: str) -> None:
    """Change a raw file and its card, as somebody would who replaced it on purpose."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    data = path.read_bytes()
    card = path.with_name("snapshot.toml")
    fields = {"sha256": f'sha256 = "{hashlib.sha256(data).hexdigest()}"', "size": f"size = {len(data)}"}
    lines = [fields.get(line.split(" = ")[0], line) for line in card.read_text(encoding="utf-8").splitlines()]
    card.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def words_of(pdf: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    with PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def texts_of(folder: Path, language: str) -> dict[str, str]:
    """Return the words of a built report in each format, without mark-up and line breaks."""
    with zipfile.ZipFile(folder / f"biennial.{language}.docx") as archive:
        docx = archive.read("word/document.xml").decode()
    page = (folder / f"biennial.{language}.html").read_text(encoding="utf-8")
    raw = {
        "html": re.sub(r"<[^>]+>", "", page),
        "docx": re.sub(r"<[^>]+>", "", docx),
        "pdf": " ".join(words_of((folder / f"biennial.{language}.pdf").read_bytes())),
    }
    return {kind: " ".join(html.unescape(text).split()) for kind, text in raw.items()}


def numbers_shown(report: Report) -> set[str]:
    """Return the numbers that the prose and the tables of a report show, as they are written."""
    ids = {*report.cited, *(name for table in report.contents.tables.values() for name in table.cites)}
    shown = (report.numbers[name] for name in ids)
    return {one.text(report.language) for one in shown if one.form in ("number", "change", "range")}


def pictures_of(document: Path) -> set[str]:
    """Return the hashes of the pictures inside a DOCX."""
    with zipfile.ZipFile(document) as archive:
        media = [name for name in archive.namelist() if name.startswith("word/media/")]
        return {hashlib.sha256(archive.read(name)).hexdigest() for name in media}
