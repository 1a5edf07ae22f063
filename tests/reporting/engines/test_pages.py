"""How the pages of a PDF are filled: short tables stay whole, pictures go where there is room."""

import pytest
from pypdf import PdfReader

from .conftest import Project


def _filler(paragraphs: int) -> str:
    return "\n\n".join(
        f"Alinea {number}. " + "Woorden die de regel vullen. " * 6 for number in range(paragraphs)
    )


def _pages(project: Project, text: str) -> list[str]:
    document = project.write("r.qmd", f"---\ntitle: Proef\nlang: nl\n---\n\n{text}\n")
    made = project.render(document, "pdf")["pdf"]
    texts = (page.extract_text() for page in PdfReader(made).pages)
    return [text.replace("\N{SOFT HYPHEN}", "").replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def _table(rows: int) -> str:
    lines = "\n".join(f"| rij{number:02d}x | {number} |" for number in range(1, rows + 1))
    return f"| naam | getal |\n|:---|---:|\n{lines}\n\n: Cijfers {{#tbl-x}}"


def _on(pages: list[str], word: str) -> int:
    return next(number for number, page in enumerate(pages) if word in page)


@pytest.mark.parametrize("paragraphs", [13, 14, 15, 16])
def test_a_short_table_stands_on_one_page(project: Project, paragraphs: int) -> None:
    pages = _pages(project, f"{_filler(paragraphs)}\n\n{_table(14)}")
    assert len(pages) == 2
    assert _on(pages, "rij01x") == _on(pages, "rij14x")


def test_a_long_table_goes_on_over_the_page(project: Project) -> None:
    pages = _pages(project, f"{_filler(6)}\n\n{_table(40)}")
    assert _on(pages, "rij01x") < _on(pages, "rij40x")


def test_text_fills_the_page_before_a_picture_that_does_not_fit(project: Project) -> None:
    size = 'width="400" height="400"'
    square = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size}/></svg>'
    project.write("p.svg", square)
    picture = '::: {#fig-p}\n![](p.svg){fig-alt="Een vlak"}\n\nEen vlak\n:::'
    pages = _pages(project, f"{_filler(12)}\n\n{picture}\n\nWat volgt.\n\n{_filler(2)}")
    assert _on(pages, "Wat volgt") == 0
    assert _on(pages, "Figuur 1") == 1
