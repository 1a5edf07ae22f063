import re
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from talentstats.brand import brand_of
from talentstats.reporting.engines.docx_fonts import embed_fonts, obfuscated

PARTS = {
    "[Content_Types].xml": "<Types></Types>",
    "word/settings.xml": "<w:settings><w:zoom /><w:embedSystemFonts /></w:settings>",
    "word/fontTable.xml": "<w:fonts/>",
    "word/document.xml": "<w:document/>",
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "report.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def test_a_document_carries_the_faces_of_the_house_font(document: Path) -> None:
    embed_fonts(document, brand_of(ROOT / "reports"))
    with zipfile.ZipFile(document) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    table = parts["word/fontTable.xml"].decode()
    places = re.findall(r'<w:(embed\w+) r:id="(rId\d)" w:fontKey="\{([0-9A-F-]{36})\}"', table)
    assert [place for place, _, _ in places] == ["embedRegular", "embedBold", "embedItalic"]
    for (_, relation, key), weight in zip(places, ("Regular", "Bold", "Italic"), strict=True):
        target = re.search(
            rf'Id="{relation}"[^>]*Target="([^"]+)"', parts["word/_rels/fontTable.xml.rels"].decode()
        )
        assert target is not None
        stored = parts[f"word/{target[1]}"]
        font = (ROOT / "reports" / "fonts" / f"SourceSans3-{weight}.ttf").read_bytes()
        assert stored[:32] != font[:32]
        assert obfuscated(stored, key.replace("-", "")) == font
    assert b'Extension="odttf"' in parts["[Content_Types].xml"]
    assert b"<w:embedTrueTypeFonts /><w:embedSystemFonts" in parts["word/settings.xml"]
    assert parts["word/document.xml"] == b"<w:document/>"


def test_the_mask_is_the_one_of_the_standard() -> None:
    key = "000102030405060708090A0B0C0D0E0F"
    masked = obfuscated(bytes(40), key)
    assert masked[:16] == bytes(range(15, -1, -1))
    assert masked[16:32] == masked[:16]
    assert masked[32:] == bytes(8)
