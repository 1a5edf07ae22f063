"""The built brief: two pages for a policy officer in each language, as PDF and in a word processor."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from talentstats.terms import LANGUAGES

pytestmark = pytest.mark.slow
OFFICE = shutil.which("soffice")
NOTICE = {"nl": "Synthetische gegevens", "en": "Synthetic data"}


@pytest.fixture
def out(brief: Path) -> Path:
    return brief / "2026" / "talent-coalition"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_two_pages_and_says_first_that_data_are_synthetic(out: Path, language: str) -> None:
    pages = PdfReader(out / language / f"talent-coalition.{language}.pdf").pages
    assert len(pages) == 2
    words = pages[0].extract_text()
    assert NOTICE[language] in words
    assert words.index(NOTICE[language]) < words.index("CBS")


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_docx_has_two_pages_in_a_word_processor(out: Path, language: str, tmp_path: Path) -> None:
    document = out / language / f"talent-coalition.{language}.docx"
    command = [str(OFFICE), "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    subprocess.run(
        [*command, "--convert-to", "pdf", "--outdir", str(tmp_path), str(document)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pages = PdfReader(tmp_path / f"talent-coalition.{language}.pdf").pages
    assert len(pages) == 2
    assert NOTICE[language] in pages[0].extract_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_carries_the_notice(out: Path, language: str) -> None:
    page = (out / language / f"talent-coalition.{language}.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(out / language / f"talent-coalition.{language}.docx") as archive:
        document = archive.read("word/document.xml").decode()
    assert NOTICE[language] in page
    assert NOTICE[language] in document


def test_the_numbers_beside_the_brief_are_its_own(out: Path) -> None:
    numbers = (out / "nl" / "numbers.csv").read_text(encoding="utf-8")
    assert "survey.plans_to_stay.leiden.2025" in numbers
    assert "uwv" not in numbers
