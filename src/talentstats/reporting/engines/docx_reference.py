"""The DOCX that carries the house style: styles, A4 page, running header and page numbers."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from string import Template

from talentstats.brand import Brand
from talentstats.reporting.engines.page import Page, Side
from talentstats.reporting.engines.resources import resource
from talentstats.reporting.engines.wording import WORDS
from talentstats.terms import Language

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Lengths in twentieths of a point: A4.
_MARGINS: Mapping[Side, int] = {"top": 1531, "right": 1417, "bottom": 1417, "left": 1417}
_PER_MILLIMETRE = 1440 / 25.4
_HEADER, _FOOTER = 794, 680
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>'
    '<w:headerReference w:type="first" r:id="rIdFirst"/>'
    '<w:footerReference w:type="default" r:id="rIdFooter"/>'
    '<w:footerReference w:type="first" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" '
    'w:left="{left}" w:header="{header}" w:footer="{footer}" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
_CALLOUT = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="Callout{kind}"><w:name w:val="Callout {kind}"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:left w:val="single" w:sz="24" w:space="0" '
    'w:color="{colour}"/></w:tblBorders><w:tblCellMar><w:top w:w="113" w:type="dxa"/><w:left w:w="198" '
    'w:type="dxa"/><w:bottom w:w="57" w:type="dxa"/><w:right w:w="198" w:type="dxa"/></w:tblCellMar>'
    '</w:tblPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F4F6F9"/></w:tcPr></w:style>'
)


# What grows and shrinks with the text: sizes in half-points, the space around paragraphs, and the distance of
# lines, which the house style sets wide.
_SIZES = re.compile(r'(?P<name><w:szC?s? w:val="| w:(?:before|after|line)=")(?P<size>\d+)')
_SMALL_TEXT = 18
# In 240ths of a line; anything less would cut the top off a picture.
_SINGLE_LINE = 240


def make_reference(template: bytes, target: Path, *, brand: Brand, language: Language, page: Page) -> None:
    """Write the DOCX whose styles and page the report takes over.

    Parameters
    ----------
    template : bytes
        pandoc's own reference document.
    target : Path
        Where to write the result.
    page : Page
        The size of the text and the margins.
    """
    words = WORDS[language]
    parts = {
        "word/styles.xml": _scaled(_styles(brand, language), page.scale),
        "word/header1.xml": _part("hdr", _paragraph("Header", _field("TITLE"))),
        "word/header2.xml": _part("hdr", "<w:p/>"),
        "word/footer1.xml": _part("ftr", _paragraph("Footer", _page_numbers(words["page"], words["of"]))),
    }
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        originals = {name: archive.read(name).decode() for name in archive.namelist() if name[-1] != "/"}
    parts["word/document.xml"] = (
        f"{_DECLARATION}<w:document {_W} {_R}><w:body><w:p/>{_section(page)}</w:body></w:document>"
    )
    parts["word/_rels/document.xml.rels"] = _with_relations(originals["word/_rels/document.xml.rels"])
    parts["[Content_Types].xml"] = _with_types(originals["[Content_Types].xml"])
    parts["word/settings.xml"] = originals["word/settings.xml"].replace(
        "<w:defaultTabStop", "<w:autoHyphenation/><w:defaultTabStop", 1
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**originals, **parts}.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _section(page: Page) -> str:
    asked = {side: round(length * _PER_MILLIMETRE) for side, length in page.margins.items()}
    margins = {**_MARGINS, **asked}
    # The running lines stay inside margins that are narrower than those of the house style.
    header = min(_HEADER, round(margins["top"] * _HEADER / _MARGINS["top"]))
    footer = min(_FOOTER, round(margins["bottom"] * _FOOTER / _MARGINS["bottom"]))
    return _SECTION.format(**margins, header=header, footer=footer)


def _scaled(styles: str, scale: float) -> str:
    """Make text and the space around it larger or smaller; what is small already stays as it is."""

    def scaled(match: re.Match[str]) -> str:
        name, size = match["name"], int(match["size"])
        kept = name.startswith("<w:sz") and size <= _SMALL_TEXT
        least = _SINGLE_LINE if name.startswith(" w:line") else 0
        return f"{name}{size if kept else max(least, round(size * scale))}"

    return _SIZES.sub(scaled, styles)


def _styles(brand: Brand, language: Language) -> str:
    colours = {
        "note": brand.color("primary"),
        "tip": brand.color("success"),
        "warning": brand.color("warning"),
        "caution": brand.color("warning"),
        "important": brand.color("danger"),
    }
    return Template(resource("styles.xml")).substitute(
        family=brand.family,
        primary=brand.color("primary")[1:],
        lang={"nl": "nl-NL", "en": "en-GB"}[language],
        callouts="\n".join(_CALLOUT.format(kind=kind, colour=value[1:]) for kind, value in colours.items()),
    )


def _part(kind: str, content: str) -> str:
    return f"{_DECLARATION}<w:{kind} {_W} {_R}>{content}</w:{kind}>"


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _page_numbers(page: str, of: str) -> str:
    return (
        f'<w:r><w:t xml:space="preserve">{page} </w:t></w:r>{_field("PAGE")}'
        f'<w:r><w:t xml:space="preserve"> {of} </w:t></w:r>{_field("NUMPAGES")}'
    )


def _with_relations(text: str) -> str:
    added = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, kind, target in (
            ("rIdHeader", "header", "header1.xml"),
            ("rIdFirst", "header", "header2.xml"),
            ("rIdFooter", "footer", "footer1.xml"),
        )
    )
    return text.replace("</Relationships>", added + "</Relationships>")


def _with_types(text: str) -> str:
    added = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_CONTENT}.{kind}+xml"/>'
        for name, kind in (("header1", "header"), ("header2", "header"), ("footer1", "footer"))
    )
    return text.replace("</Types>", added + "</Types>")
