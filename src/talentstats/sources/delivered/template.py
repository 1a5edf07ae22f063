"""Write the workbook in which a research bureau delivers tables: instructions, table, codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from talentstats.codebooks.harmonised import Harmonised
from talentstats.schemas.delivered import DELIVERED, FEWEST
from talentstats.sources.delivered.layout import ALL, COLUMNS, EXAMPLE, NUMBERS, SHEET, Layout, layout_of
from talentstats.sources.delivered.template_codes import CODES, CodeRanges, write_codes
from talentstats.sources.delivered.template_text import text, texts
from talentstats.terms import Language

_LAST_ROW = 5000
_A4 = 9
_WIDTHS = {"region": 13, "variable": 26, "level": 20, "group": 22, "group_level": 20, "note": 84}
_FORMATS: Mapping[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 12, "top": 1},
    "head": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top", "indent": 1},
    "number_head": {
        "bold": True,
        "bg_color": "#1F3A5F",
        "font_color": "#FFFFFF",
        "valign": "top",
        "align": "right",
    },
    "text": {"text_wrap": True, "valign": "top"},
    "code": {"font_name": "Consolas", "align": "left", "valign": "top"},
    "example": {"italic": True, "font_color": "#595959", "bg_color": "#EDEDED", "indent": 1},
    "number_example": {"italic": True, "font_color": "#595959", "bg_color": "#EDEDED"},
    "too_few": {"bg_color": "#F8D7DA", "font_color": "#7A1420"},
}
#: Shares in the example; they show a total of 100 and intervals of plausible width.
_EXAMPLE_SHARES = ((61.5, 52.8, 69.6), (38.5, 30.4, 47.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """The workbook that is being written, with its formats and the codes that may stand in it."""

    book: Workbook
    formats: Mapping[str, Format]
    layout: Layout


def write_template(path: Path, *, harmonised: Harmonised, waves: Sequence[int]) -> Path:
    """Write the workbook that a research bureau fills in with tables of a wave, in Dutch and in English.

    Parameters
    ----------
    path : Path
        An `.xlsx` file; an older one is replaced.
    waves : sequence of int
        Waves that may be delivered in it.

    Returns
    -------
    Path
        The file written; the same bytes for the same variables and waves.

    Raises
    ------
    InputError
        If a wave is unknown.
    """
    layout = layout_of(harmonised, waves)
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        # A fixed moment: the same template is the same bytes.
        book.set_properties({"title": text("title").en, "created": datetime(max(waves), 1, 1, tzinfo=UTC)})
        formats = {name: book.add_format(fields) for name, fields in _FORMATS.items()}
        template = _Template(book=book, formats=formats, layout=layout)
        for language in ("nl", "en"):
            _write_instructions(template, language)
        table = book.add_worksheet(SHEET)
        ranges = write_codes(book.add_worksheet(CODES), book, layout, formats=formats)
        _write_table(template, table, ranges)
    return path


def _write_instructions(template: _Template, language: Language) -> None:
    sheet, formats = template.book.add_worksheet(text("sheet").in_language(language)), template.formats
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 62)
    sheet.write(0, 0, text("title").in_language(language), formats["title"])
    _write_paragraph(sheet, 2, text("purpose").in_language(language), formats)
    sheet.write(4, 0, text("enquiry").in_language(language), formats["text"])
    sheet.write(4, 1, ", ".join(map(str, template.layout.waves)), formats["text"])
    row = _write_section(sheet, 6, text("steps_title").in_language(language), formats)
    for number, step in enumerate(texts("steps"), start=1):
        _write_paragraph(sheet, row, f"{number}. {step.in_language(language)}", formats)
        row += 1
    row = _write_section(sheet, row + 1, text("columns_title").in_language(language), formats)
    row = _write_columns(sheet, row, language, formats)
    row = _write_section(sheet, row + 1, text("missing_title").in_language(language), formats)
    _write_paragraph(sheet, row, text("missing").in_language(language), formats)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 1)


def _write_paragraph(sheet: Worksheet, row: int, words: str, formats: Mapping[str, Format]) -> None:
    """Write a paragraph over the three columns, as high as it needs: Excel does not grow merged cells."""
    sheet.merge_range(row, 0, row, 2, words, formats["text"])
    sheet.set_row(row, 15.5 * (1 + len(words) // 112))


def _write_section(sheet: Worksheet, row: int, words: str, formats: Mapping[str, Format]) -> int:
    for column in range(3):
        sheet.write(row, column, words if column == 0 else "", formats["heading"])
    return row + 1


def _write_columns(sheet: Worksheet, row: int, language: Language, formats: Mapping[str, Format]) -> int:
    for column, head in enumerate(texts("columns_head")):
        sheet.write(row, column, head.in_language(language), formats["head"])
    for below, name in enumerate(COLUMNS, start=1):
        sheet.write(row + below, 0, name, formats["code"])
        meaning = DELIVERED.column(name).meaning.in_language(language)
        sheet.write(row + below, 1, meaning, formats["text"])
        words = text("columns", name).in_language(language)
        sheet.write(row + below, 2, words, formats["text"])
        sheet.set_row(row + below, 15.5 * (1 + max(len(meaning) // 46, len(words) // 62)))
    return row + len(COLUMNS) + 1


def _write_table(template: _Template, sheet: Worksheet, ranges: CodeRanges) -> None:
    for column, name in enumerate(COLUMNS):
        kind = "number_" if name in ("wave", *NUMBERS) else ""
        sheet.write(0, column, name, template.formats[f"{kind}head"])
        sheet.set_column(column, column, _WIDTHS.get(name, 10))
        sheet.data_validation(1, column, _LAST_ROW, column, _rule(name, ranges))
        for row, values in enumerate(_example(template.layout), start=1):
            sheet.write(row, column, values[column], template.formats[f"{kind}example"])
    respondents = COLUMNS.index("n")
    sheet.conditional_format(
        1,
        respondents,
        _LAST_ROW,
        respondents,
        {
            "type": "cell",
            "criteria": "between",
            "minimum": 1,
            "maximum": FEWEST - 1,
            "format": template.formats["too_few"],
        },
    )
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, _LAST_ROW, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R&P / &N")


def _rule(name: str, ranges: CodeRanges) -> dict[str, object]:
    """Return what Excel accepts in a column; lists of answers follow from the variable in the row."""
    meaning = DELIVERED.column(name).meaning
    shown = {
        "input_title": name,
        "input_message": f"{meaning.nl}\n{meaning.en}",
        "error_message": f"{text('refused').nl}\n{text('refused').en}",
    }
    variable, group = (chr(ord("A") + COLUMNS.index(one)) for one in ("variable", "group"))
    sources = {
        "region": ranges.regions,
        "wave": ranges.waves,
        "variable": ranges.variables,
        "group": ranges.groups,
        "level": f'=INDIRECT("levels_"&${variable}2)',
        "group_level": f'=INDIRECT("groups_"&${group}2)',
    }
    if name in sources:
        return {"validate": "list", "source": sources[name], **shown}
    if name == "n":
        return {"validate": "integer", "criteria": ">=", "value": FEWEST, **shown}
    if name == "count":
        return {"validate": "decimal", "criteria": ">=", "value": 0, **shown}
    if name in ("share", "low", "high"):
        return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, **shown}
    return {"validate": "any", **shown}


def _example(layout: Layout) -> list[tuple[object, ...]]:
    """Return rows that show the shares of the first question with two answers, in the first region."""
    subject = next(one for one in layout.subjects.values() if len(one.levels) == 2)
    group = next(layout.groups[name] for name in layout.subjects if name in layout.groups)
    region = next(one.code for one in layout.regions if one.code != ALL)
    note = f"{EXAMPLE} / VOORBEELD: {text('example').nl} / {text('example').en}"
    return [
        (
            region,
            max(subject.waves),
            subject.name,
            level.code,
            group.name,
            group.levels[0].code,
            137,
            round(40 * share),
            share,
            low,
            high,
            note,
        )
        for level, (share, low, high) in zip(subject.levels, _EXAMPLE_SHARES, strict=True)
    ]
