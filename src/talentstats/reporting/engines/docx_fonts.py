"""The house font inside a DOCX, so that a reader without it sees the pages as they were made."""

import hashlib
import zipfile
from pathlib import Path

from talentstats.brand import Brand

# The place of each face in a font table, and the weight and slope of the house font that fills it.
_FACES = (("embedRegular", 400, False), ("embedBold", 700, False), ("embedItalic", 400, True))
_TABLE = "word/fontTable.xml"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPE = (
    '<Default Extension="odttf" ContentType="application/vnd.openxmlformats-officedocument.obfuscatedFont"/>'
)


def embed_fonts(document: Path, brand: Brand) -> None:
    """Put the fonts of the house into a DOCX."""
    files = {place: brand.font(weight, italic=italic) for place, weight, italic in _FACES}
    with zipfile.ZipFile(document) as archive:
        parts = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(document, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts:
            if entry.filename != _TABLE:
                archive.writestr(entry, _declared(entry.filename, content), zipfile.ZIP_DEFLATED)
        for name, added in _font_parts(brand.family, files).items():
            archive.writestr(zipfile.ZipInfo(name), added, zipfile.ZIP_DEFLATED)


def _declared(name: str, content: bytes) -> bytes:
    """Say in the types and the settings of the document that it carries fonts."""
    if name == "[Content_Types].xml":
        return content.replace(b"</Types>", _CONTENT_TYPE.encode() + b"</Types>")
    if name == "word/settings.xml":
        return content.replace(b"<w:embedSystemFonts", b"<w:embedTrueTypeFonts /><w:embedSystemFonts", 1)
    return content


def _font_parts(family: str, files: dict[str, Path]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    faces, relations = "", ""
    for number, (place, path) in enumerate(files.items(), start=1):
        font = path.read_bytes()
        key = hashlib.sha256(font).hexdigest()[:32].upper()
        parts[f"word/fonts/font{number}.odttf"] = obfuscated(font, key)
        faces += f'<w:{place} r:id="rId{number}" w:fontKey="{_guid(key)}"/>'
        relations += f'<Relationship Id="rId{number}" Type="{_RELATION}" Target="fonts/font{number}.odttf"/>'
    # A reader that does not take the fonts is told which of its own looks most like the house's.
    font_entry = (
        f'<w:font w:name="{family}"><w:altName w:val="Calibri"/><w:family w:val="swiss"/>{faces}</w:font>'
    )
    parts[_TABLE] = f"{_DECLARATION}<w:fonts {_NAMESPACES}>{font_entry}</w:fonts>".encode()
    parts["word/_rels/fontTable.xml.rels"] = (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'.encode()
    )
    return parts


def obfuscated(font: bytes, key: str) -> bytes:
    """Mask the first 32 bytes of a font as a DOCX stores it; doing it twice gives the font back.

    Each byte is combined with a byte of the key, taken from its end (ISO/IEC 29500-4, section 17.8.1).

    Parameters
    ----------
    font : bytes
    key : str
        32 hexadecimal digits.
    """
    mask = bytes.fromhex(key)[::-1]
    return bytes(byte ^ mask[place % 16] for place, byte in enumerate(font[:32])) + font[32:]


def _guid(key: str) -> str:
    return f"{{{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}}}"
