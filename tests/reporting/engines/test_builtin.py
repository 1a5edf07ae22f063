import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from .conftest import MakeProject

FEATURES = Path(__file__).with_name("features.qmd")
ROWS = "\n".join(f"| rij {row} | {row} |" for row in range(1, 121))


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._skip = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._skip = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    project: Path
    files: dict[str, Path]
    again: dict[str, Path]
    html: Elements
    pdf: PdfReader
    docx: ET.Element
    pages: str

    def text(self, kind: str) -> str:
        if kind == "html":
            raw = self.html.text
        elif kind == "pdf":
            raw = self.pages
        else:
            raw = docx_text(self.docx)
            with zipfile.ZipFile(self.files["docx"]) as archive:
                raw += docx_text(ET.XML(archive.read("word/footnotes.xml")))
        return re.sub(r"\s+", " ", raw.replace("\u00ad", ""))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_text(root: ET.Element) -> str:
    paragraphs = ("".join(part.text or "" for part in p.iter(f"{W}t")) for p in root.iter(f"{W}p"))
    return "\n".join(paragraphs)


@pytest.fixture(scope="module")
def rendered(make_project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    text = FEATURES.read_text(encoding="utf-8").replace("ROWS", ROWS)
    results = []
    for name in ("one", "another-folder"):
        project = make_project(tmp_path_factory.mktemp(name))
        document = project.write("doc.qmd", text)
        before = sorted(project.folder.rglob("*"))
        results.append(
            project.render(
                document, "html", "pdf", "docx", into=f"out-{name}", parameters={"edition": "2026"}
            )
        )
        assert sorted(project.folder.rglob("*")) == before, "the sources were touched"
    files, again = results
    pdf = PdfReader(files["pdf"])
    with zipfile.ZipFile(files["docx"]) as archive:
        docx = ET.XML(archive.read("word/document.xml"))
    return Rendered(
        project=project.folder,
        files=files,
        again=again,
        html=Elements(files["html"].read_text(encoding="utf-8")),
        pdf=pdf,
        docx=docx,
        pages="\n".join(page.extract_text() for page in pdf.pages),
    )


KINDS = ("html", "pdf", "docx")
PRESENT = [
    "Ondertitel van het rapport",
    "Leiden International Centre",
    "16 juli 2026",
    "Samenvatting",
    "Korte samenvatting.",
    "Inhoudsopgave",
    "Er zijn 1.234,5 vacatures (editie tweede, 2026).",
    "Zie Figuur 1, Figuur 2, Tabel 1 en Paragraaf 2.",
    "Een voetnoot met bron.",
    "Wat 133 betekent",
    "een punt",
    "Figuur 1: Bijschrift van de cel",
    "Figuur 2: Berekend bijschrift",
    "Tabel 1: Korte tabel",
    "Tabel 2: Lange tabel",
    "<script>alert(1)</script>",
    "<script>alert(2)</script>",
    'getoond = "broncode"',
    "uitvoer broncode 0 1784160000",
    "Dit is nadruk",
    "Linkerkolom.",
    "Rechterkolom.",
    "1.1",
    "rij 120",
]
ABSENT = ["geheim", "onzichtbaar", "ZeroDivisionError", "import base64", "edition =", "{python}", "geen"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", PRESENT)
def test_every_feature_is_in_every_output(rendered: Rendered, kind: str, words: str) -> None:
    assert words in rendered.text(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", ABSENT)
def test_what_is_hidden_is_in_no_output(rendered: Rendered, kind: str, words: str) -> None:
    assert words not in rendered.text(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_conditional_text_is_only_in_its_own_format(rendered: Rendered, kind: str) -> None:
    found = [name for name in KINDS if f"alleen{name}" in rendered.text(kind)]
    assert found == [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_rendering_elsewhere_gives_the_same_bytes(rendered: Rendered, kind: str) -> None:
    assert rendered.files[kind].read_bytes() == rendered.again[kind].read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_no_path_of_this_machine_is_in_an_output(rendered: Rendered, kind: str) -> None:
    content = rendered.files[kind].read_bytes()
    if kind == "docx":
        with zipfile.ZipFile(rendered.files[kind]) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    for text in ("talentstats-", str(rendered.project), str(Path.home())):
        assert text.encode() not in content


def test_the_page_loads_nothing(rendered: Rendered) -> None:
    assert not rendered.html.all("link")
    assert all(image["src"].startswith("data:") for image in rendered.html.all("img"))
    page = rendered.files["html"].read_text(encoding="utf-8")
    assert "@import" not in page
    assert not re.search(r"url\((?!data:)", page)


def test_the_page_states_its_language_and_has_a_skip_link_and_one_title(rendered: Rendered) -> None:
    assert rendered.html.all("html") == [{"lang": "nl-NL"}]
    assert rendered.html.all("a")[0] == {"class": "skip", "href": "#main"}
    assert len(rendered.html.all("h1")) == 1
    assert [main["id"] for main in rendered.html.all("main")] == ["main"]


def test_every_link_of_the_page_leads_somewhere(rendered: Rendered) -> None:
    ids = {attributes["id"] for _, attributes in rendered.html.found if "id" in attributes}
    targets = {link["href"][1:] for link in rendered.html.all("a") if link["href"].startswith("#")}
    assert targets <= ids
    assert {"fig-een", "fig-twee", "tbl-kort", "sec-bijlage"} <= targets


def test_pictures_have_their_alternative_text_in_the_page(rendered: Rendered) -> None:
    alts = [image["alt"] for image in rendered.html.all("img")]
    assert alts == ['Alternatieve tekst: "stijgt" naar 133', "Berekende alt van twee"]
    assert all(image["src"].startswith("data:image/svg+xml") for image in rendered.html.all("img"))


def test_no_text_of_the_data_becomes_an_element_of_the_page(rendered: Rendered) -> None:
    names = {name for name, _ in rendered.html.found}
    assert not names & {"script", "i", "iframe", "b"}
    assert "<i>x</i>{=html}" in rendered.html.text


def test_numbers_stand_right_in_the_page(rendered: Rendered) -> None:
    assert any("right" in cell.get("style", "") for cell in rendered.html.all("td"))


def catalog(pdf: PdfReader) -> Any:
    return pdf.trailer["/Root"]


def tags(pdf: PdfReader) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def visit(node: object) -> None:
        element = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(element, list):
            for child in element:
                visit(child)
        elif isinstance(element, dict):
            if "/S" in element:
                found.append((str(element["/S"]), str(element.get("/Alt", ""))))
            visit(element.get("/K"))

    visit(catalog(pdf)["/StructTreeRoot"])
    return found


def test_the_pdf_is_tagged_and_says_its_language_and_standard(rendered: Rendered) -> None:
    root = catalog(rendered.pdf)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("nl")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    kinds = {kind for kind, _ in tags(rendered.pdf)}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/L", "/Link"} <= kinds


def test_the_pdf_has_an_alternative_text_for_each_picture_and_formula(rendered: Rendered) -> None:
    alts = [alt for _, alt in tags(rendered.pdf) if alt]
    assert 'Alternatieve tekst: "stijgt" naar 133' in alts
    assert "Berekende alt van twee" in alts
    assert "a_1 = 2" in alts


def test_the_pdf_carries_title_author_and_the_date_of_the_edition(rendered: Rendered) -> None:
    metadata: Any = rendered.pdf.metadata
    assert metadata["/Title"] == "Werk & <script>alert(1)</script>"
    assert metadata["/Author"] == "Leiden International Centre"
    assert metadata["/CreationDate"].startswith("D:20260716")


def resources(page: Any) -> Any:
    return page["/Resources"]


def test_the_pdf_uses_only_the_font_of_the_house_for_text(rendered: Rendered) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in rendered.pdf.pages
        for font in resources(page).get("/Font", {}).values()
    }
    assert any(name.startswith("SourceSans3") for name in fonts)
    assert all(name.startswith(("SourceSans3", "DejaVuSansMono", "NewCMMath")) for name in fonts), fonts


def test_the_header_of_a_long_table_is_on_each_of_its_pages(rendered: Rendered) -> None:
    pages = [page.extract_text() for page in rendered.pdf.pages]
    with_rows = [page for page in pages if re.search(r"rij \d+", page)]
    assert len(with_rows) >= 3
    assert all("Waarde" in page for page in with_rows)
    assert all(re.search(r"Pagina \d+ van \d+", page) for page in pages[1:])


def test_docx_states_its_language_page_and_styles(rendered: Rendered) -> None:
    with zipfile.ZipFile(rendered.files["docx"]) as archive:
        styles = archive.read("word/styles.xml").decode()
        footer = archive.read("word/footer1.xml").decode()
    assert 'w:val="nl-NL"' in styles
    assert "Source Sans 3" in styles
    size = next(rendered.docx.iter(f"{W}pgSz"))
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    assert "PAGE" in footer
    assert "Pagina" in footer
    used = {style.get(f"{W}val") for style in rendered.docx.iter(f"{W}pStyle")}
    assert {"Title", "Heading1", "TOC1", "TableCaption", "ImageCaption", "CalloutTitle"} <= used
    assert used <= set(re.findall(r'w:styleId="([^"]+)"', styles))
    tables = {style.get(f"{W}val") for style in rendered.docx.iter(f"{W}tblStyle")}
    assert tables <= set(re.findall(r'w:styleId="([^"]+)"', styles))


def test_docx_repeats_header_rows_and_describes_pictures(rendered: Rendered) -> None:
    assert len(list(rendered.docx.iter(f"{W}tblHeader"))) == 2
    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
    described = [picture.get("descr") for picture in rendered.docx.iter(drawing)]
    assert described == ['Alternatieve tekst: "stijgt" naar 133', "Berekende alt van twee"]


def test_docx_links_lead_to_bookmarks(rendered: Rendered) -> None:
    anchors = {link.get(f"{W}anchor") for link in rendered.docx.iter(f"{W}hyperlink")} - {None}
    bookmarks = {mark.get(f"{W}name") for mark in rendered.docx.iter(f"{W}bookmarkStart")}
    assert anchors
    assert anchors <= bookmarks


def test_docx_holds_png_and_not_svg(rendered: Rendered) -> None:
    with zipfile.ZipFile(rendered.files["docx"]) as archive:
        media = [name for name in archive.namelist() if name.startswith("word/media/")]
    assert media
    assert all(name.endswith(".png") for name in media)
