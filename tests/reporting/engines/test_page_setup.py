"""`fontsize` and `margin`: what they do to the printed formats, and which values are refused."""

import re
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from talentstats.errors import DocumentError
from talentstats.reporting.engines.page import FONT_SIZE, Page, read_page

from .conftest import Project

SETTINGS = "{fontsize: 9pt, margin: {x: 18mm, top: 15mm}}"
WORDS = "\n\n".join("Woorden die de regel vullen. " * 30 for _ in range(6))


def refuse(key: str, problem: str, remedy: str) -> DocumentError:
    return DocumentError(f"{key}: {problem}", remedy=remedy)


def read(**content: object) -> Page:
    return read_page(content, refuse)


def rendered(project: Project, kind: str, settings: str = "default") -> Path:
    name = "typst" if kind == "pdf" else kind
    text = f"---\ntitle: Proef\nlang: nl\nformat:\n  {name}: {settings}\n---\n\n# Kop\n\n{WORDS}\n"
    document = project.write("r.qmd", text)
    return project.render(document, kind, into=f"out-{len(settings)}")[kind]  # type: ignore[arg-type]


def part(document: Path, name: str) -> str:
    with zipfile.ZipFile(document) as archive:
        return archive.read(name).decode()


def tag(xml: str, name: str) -> str:
    """Return the first element of a name, with its attributes."""
    found = re.search(rf"<{name} [^>]*>", xml)
    assert found is not None
    return found[0]


def sizes(document: Path) -> tuple[set[float], float]:
    """Return the sizes of the texts on the first page of a PDF, and where they begin from the left."""
    found: list[tuple[float, float]] = []
    PdfReader(document).pages[0].extract_text(
        visitor_text=lambda text, place, _, __, size: (
            found.append((round(size, 1), place[4])) if text.strip() else None
        )
    )
    return {size for size, _ in found}, min(left for _, left in found)


def test_without_settings_the_page_is_that_of_the_house_style() -> None:
    assert read() == Page()
    assert Page().font_size == FONT_SIZE
    assert Page().scale == 1.0


def test_one_side_goes_before_both_in_whatever_order_they_stand() -> None:
    expected = {"left": 10.0, "right": 18.0, "top": 25.4, "bottom": 25.4}
    assert read(margin={"left": "1cm", "x": "18mm", "y": "1in"}).margins == expected
    assert read(margin={"y": "72pt", "x": "18mm", "left": "10mm"}).margins == expected


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"fontsize": "1.1em"}, "1.1em"),
        ({"fontsize": "4pt"}, "4pt"),
        ({"fontsize": 9}, "`9`"),
        ({"margin": "20mm"}, "by side"),
        ({"margin": {"inner": "20mm"}}, "inner"),
        ({"margin": {"x": "20"}}, "x: 20"),
        ({"margin": {"x": "-5mm"}}, "-5mm"),
    ],
)
def test_what_is_no_size_or_margin_is_refused_by_name(content: dict[str, object], named: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(named)):
        read(**content)


def test_a_refused_size_names_its_line(project: Project) -> None:
    document = project.write("r.qmd", "---\ntitle: Proef\nformat:\n  docx:\n    fontsize: huge\n---\n")
    with pytest.raises(DocumentError, match="huge") as caught:
        project.render(document, "docx")
    assert "r.qmd, line 5" in str(caught.value.where)


def test_text_and_margins_of_a_pdf_follow_the_settings(project: Project) -> None:
    house, house_left = sizes(rendered(project, "pdf"))
    small, left = sizes(rendered(project, "pdf", SETTINGS))
    assert {10.5, 17.0} <= house
    assert {9.0, round(17.0 * 9 / 10.5, 1)} <= small
    assert house_left == pytest.approx(26 / 25.4 * 72, abs=1)
    assert left == pytest.approx(18 / 25.4 * 72, abs=1)


def test_text_and_margins_of_a_docx_follow_the_settings(project: Project) -> None:
    document = rendered(project, "docx", SETTINGS)
    margins = dict(re.findall(r'w:(\w+)="(\d+)"', tag(part(document, "word/document.xml"), "w:pgMar")))
    assert (margins["left"], margins["right"], margins["top"]) == ("1020", "1020", "850")
    assert margins["bottom"] == "1417"
    assert margins["header"] == "441", "the running line stays inside the narrower margin"
    styles = part(document, "word/styles.xml")
    assert 'w:val="18"' in tag(styles.partition("<w:rPrDefault>")[2], "w:sz")
    header = styles.partition('w:styleId="Header"')[2]
    assert 'w:val="17"' in tag(header, "w:sz"), "what is small already stays as it is"


def test_lines_never_stand_so_close_that_they_cut_off_pictures(project: Project) -> None:
    styles = part(rendered(project, "docx", SETTINGS), "word/styles.xml")
    distances = {int(found) for found in re.findall(r'w:line="(\d+)"', styles)}
    assert min(distances) == 240
    assert max(distances) == 247


def test_html_leaves_a_size_of_css_to_quarto(project: Project) -> None:
    document = project.write("r.qmd", "---\ntitle: Proef\nformat:\n  html: {fontsize: 1.1em}\n---\n\nTekst\n")
    assert project.render(document)["html"].is_file()


def test_what_follows_a_table_does_not_touch_it(project: Project) -> None:
    document = project.write(
        "r.qmd", "---\ntitle: Proef\n---\n\n| a |\n|---|\n| b |\n\n: Cijfers {#tbl-x}\n\nTekst\n"
    )
    after = part(project.render(document, "docx")["docx"], "word/document.xml").partition("</w:tbl>")[2]
    assert after.index('"AfterTable"') < after.index("Tekst")
