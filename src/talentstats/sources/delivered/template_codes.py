"""The sheet of the template that lists every code, and from which its choice lists are taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from talentstats.sources.delivered.layout import TOTAL, Layout, Level, Subject
from talentstats.sources.delivered.template_text import text, texts

CODES = "codes"
_CODE_COLUMN = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRanges:
    """Where the choice lists of the table lie, as Excel writes ranges."""

    regions: str
    waves: str
    variables: str
    groups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One code: in which column of the table it may stand, and what it means."""

    column: str
    subject: str
    code: str | int
    nl: str
    en: str
    waves: str


def write_codes(
    sheet: Worksheet, book: Workbook, layout: Layout, *, formats: Mapping[str, Format]
) -> CodeRanges:
    """Write one row a code, and name the ranges from which the table takes its choice lists."""
    rows: list[_Row] = []
    regions = _add(rows, (_level_row("region", "", one) for one in layout.regions))
    waves = _add(rows, (_wave_row(wave) for wave in layout.waves))
    variables = _add(rows, (_subject_row("variable", one) for one in layout.subjects.values()))
    groups = _add(rows, (_subject_row("group", one) for one in layout.groups.values()))
    for name in dict.fromkeys((*layout.subjects, *layout.groups)):
        _add_levels(rows, name, layout, book)
    _write_rows(sheet, rows, formats)
    return CodeRanges(regions=regions, waves=waves, variables=variables, groups=groups)


def _add(rows: list[_Row], more: Iterable[_Row]) -> str:
    first = len(rows)
    rows.extend(more)
    return _range(first, len(rows))


def _range(first: int, end: int) -> str:
    """Return the codes of rows `first` up to `end`, counted from 0 below two header rows."""
    return f"={CODES}!${_CODE_COLUMN}${first + 3}:${_CODE_COLUMN}${end + 2}"


def _add_levels(rows: list[_Row], name: str, layout: Layout, book: Workbook) -> None:
    """Add the answers of a variable, and their total last, so that groups can take the list without it."""
    subject = layout.subjects.get(name) or layout.groups[name]
    columns = [
        column
        for column, where in (("level", layout.subjects), ("group_level", layout.groups))
        if name in where
    ]
    start = len(rows)
    rows.extend(
        _level_row(", ".join(columns), name, level, waves=_waves(subject, level.code))
        for level in subject.levels
    )
    if name in layout.groups:
        book.define_name(f"groups_{name}", _range(start, len(rows)))
    if name in layout.subjects:
        total = Level(code=TOTAL, label=text("all_answers"))
        rows.append(_level_row("level", name, total, waves=_join(subject.waves)))
        book.define_name(f"levels_{name}", _range(start, len(rows)))


def _level_row(column: str, subject: str, level: Level, *, waves: str = "") -> _Row:
    return _Row(
        column=column, subject=subject, code=level.code, nl=level.label.nl, en=level.label.en, waves=waves
    )


def _wave_row(wave: int) -> _Row:
    return _Row(column="wave", subject="", code=wave, nl=str(wave), en=str(wave), waves="")


def _subject_row(column: str, subject: Subject) -> _Row:
    return _Row(
        column=column,
        subject="",
        code=subject.name,
        nl=subject.title.nl,
        en=subject.title.en,
        waves=_join(subject.waves),
    )


def _waves(subject: Subject, code: str) -> str:
    return _join([wave for wave, codes in subject.waves.items() if code in codes])


def _join(waves: Iterable[int]) -> str:
    return ", ".join(str(wave) for wave in sorted(waves))


def _write_rows(sheet: Worksheet, rows: Sequence[_Row], formats: Mapping[str, Format]) -> None:
    for column, (head, width) in enumerate(zip(texts("codes_head"), (18, 24, 24, 48, 48, 24), strict=True)):
        sheet.write(0, column, head.nl, formats["head"])
        sheet.write(1, column, head.en, formats["head"])
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows, start=2):
        for column, name in enumerate(_Row.__slots__):
            style = formats["code"] if name in ("column", "subject", "code") else formats["text"]
            sheet.write(number, column, getattr(row, name), style)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, len(rows) + 1, len(_Row.__slots__) - 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    sheet.set_footer("&L&A&R&P / &N")
