import json

import pytest

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.tables import Column, Table, escape_formula, escape_markdown


def both(text: str) -> Bilingual:
    return Bilingual(nl=text, en=text)


def table(*cells: str) -> Table:
    columns = tuple(
        Column(header=Bilingual(nl=f"k{i}", en=f"c{i}"), align="right") for i in range(len(cells))
    )
    return Table(columns=columns, rows=(tuple(both(cell) for cell in cells),))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a | b",
        "*bold* _x_ `code`",
        "[link](http://x.nl)",
        "![p](x.png)",
        "$x^2$",
        "# head",
        "@fig-x",
        "a\\b",
        "~~x~~",
        '"quoted"',
        "line\nbreak",
        "{{< meta x >}}",
        ":::",
        "=1+1",
    ],
)
def test_no_text_of_a_cell_becomes_markup(text: str) -> None:
    import pypandoc

    found = pypandoc.convert_text(table(text, "x").markdown(), "json", format="markdown")
    cells: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("t") in {"Str", "Space", "SoftBreak", "Quoted"}:
                content = node.get("c")
                cells.append(content if isinstance(content, str) else " ")
            assert node.get("t") not in {
                "RawInline",
                "Link",
                "Image",
                "Math",
                "Emph",
                "Strong",
                "Code",
                "Cite",
                "Strikeout",
            }
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(json.loads(found))
    assert " ".join(text.split()).replace(" ", "") in "".join(cells).replace(" ", "").replace(
        "“", '"'
    ).replace("”", '"')


def test_a_table_speaks_both_languages_and_aligns_its_columns() -> None:
    shown = table("1", "2")
    assert shown.in_language("nl").markdown().splitlines()[0] == "| k0 | k1 |"
    assert shown.in_language("en").markdown().splitlines()[0] == "| c0 | c1 |"
    assert all(part.endswith(":") for part in shown.markdown().splitlines()[1].strip("|").split("|"))


def test_a_full_line_is_divided_by_the_widths_asked_for() -> None:
    columns = (Column(header=both("a"), width=30), Column(header=both("b"), width=10))
    rule = Table(columns=columns, rows=((both("x"), both("y")),)).markdown().splitlines()[1]
    assert [len(part) for part in rule.strip("|").split("|")] == [30, 10]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit"):
        Table(columns=(Column(header=both("a")),), rows=((both("x"), both("y")),))


def test_an_empty_cell_keeps_its_place() -> None:
    assert not escape_markdown("")
    assert table("", "x").markdown().splitlines()[2].count("|") == 3


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "\rx"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text: str) -> None:
    assert escape_formula(text) == f"'{text}"
    assert escape_formula("Leiden") == "Leiden"
