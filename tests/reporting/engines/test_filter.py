import re

import pytest

from talentstats.errors import BuildError, DocumentError

from .conftest import Project

NBSP = "\u00a0"
REFUSED = [
    ("zie @eq-som", "`eq`", 3),
    ("zie @jansen2020", "`@jansen2020`", 3),
    ("zie @fig-weg", "`fig-weg`", 3),
    ("# Kop\n\n### Diep", "`Diep` skips a level", 5),
    ("# Kop {#sec-a}\n\nzie @sec-a", "`sec-a` has no number", 5),
    ("::: {.panel-tabset}\nx\n:::", "`.panel-tabset`", 3),
    ("::: {.column-margin}\nx\n:::", "`.column-margin`", 3),
    ("::: {.callout-danger}\nx\n:::", "`.callout-danger`", 3),
    ("::: {.callout-note collapse=true}\nx\n:::", "`collapse`", 3),
    ("::: {.content-visible when-format='pdf'}\nx\n:::", "`pdf`", 3),
    ("::: {.content-hidden}\nx\n:::", "needs a format", 3),
    ("::: {layout-ncol=9}\nx\n:::", "`layout-ncol`", 3),
    ("::: {layout='[1,2]'}\nx\n:::", "`layout`", 3),
    ("::: {#thm-a}\nx\n:::", "`thm`", 3),
    ("::: {#fig-a}\nx\n:::", "`fig-a` has no caption", 3),
    ("::: {#fig-a}\n![a](x.png){#fig-b}\n\nc\n:::", "within a figure", 3),
    ("![](x.png)", "no alternative text", 3),
    ("![a](https://example.org/x.png)", "outside the project", 3),
    ("![a](x.png){width=30px}", "`30px`", 3),
    ("![a](x.png){.lightbox group=a}", "`group`", 3),
    ("[x](y){.btn target=_blank}", "`target`", 3),
    (
        "| a |\n|---|\n| 1 |\n\n: c {#tbl-a}\n\n| a |\n|---|\n| 1 |\n\n: c {#tbl-a}",
        "`tbl-a` is used twice",
        7,
    ),
    ("``` {.ts-html}\n/etc/passwd\n```", "`.ts-html`", 3),
]


@pytest.mark.parametrize(("text", "named", "line"), REFUSED, ids=[named for _, named, _ in REFUSED])
def test_a_construct_outside_the_subset_is_refused_by_name_and_line(
    project: Project, text: str, named: str, line: int
) -> None:
    document = project.write("doc.qmd", f"Inleiding.\n\n{text}\n")
    with pytest.raises(DocumentError) as caught:
        project.render(document)
    assert named in str(caught.value)
    assert caught.value.where == f"doc.qmd, line {line}"
    assert not (project.folder.parent / "out").exists()


def test_a_picture_that_is_not_there_is_named(project: Project) -> None:
    document = project.write("doc.qmd", "![een kaart](weg.png)\n")
    with pytest.raises(BuildError, match=r"weg\.png"):
        project.render(document)


def test_prefix_and_bare_references_are_written_as_quarto_does(project: Project) -> None:
    table = "| a |\n|---|\n| 1 |\n\n: Bijschrift {#tbl-a}\n"
    document = project.write("doc.qmd", f"{table}\nZie [-@tbl-a], [bijlage @tbl-a] en @Tbl-a.\n")
    page = project.render(document)["html"].read_text(encoding="utf-8")
    bare, prefixed, plain = (f'<a href="#tbl-a">{text}\u00a01</a>' for text in ("", "bijlage", "Tabel"))
    text = f"Zie {bare.replace(NBSP, '')}, {prefixed} en {plain}."
    assert text in page.replace("\n", " ").replace("&nbsp;", "\u00a0")


@pytest.mark.parametrize(
    ("language", "figure", "callout"),
    [("nl", "Tabel\u00a01:", "Opgelet"), ("en", "Table\u00a01:", "Caution")],
)
def test_the_words_of_the_engine_are_in_the_language_of_the_document(
    project: Project, language: str, figure: str, callout: str
) -> None:
    body = "::: {.callout-caution}\nx\n:::\n\n| a |\n|---|\n| 1 |\n\n: c {#tbl-a}\n"
    text = f"---\nlang: {language}\n---\n{body}"
    page = project.render(project.write("doc.qmd", text))["html"].read_text(encoding="utf-8")
    assert figure in page.replace("&nbsp;", "\u00a0")
    assert callout in page


def test_a_heading_in_a_callout_is_its_title_and_not_a_section(project: Project) -> None:
    body = "# Een\n\n::: {.callout-tip}\n## Let op\nx\n:::\n\n# Twee\n"
    text = f"---\ntoc: true\nnumber-sections: true\n---\n{body}"
    page = project.render(project.write("doc.qmd", text))["html"].read_text(encoding="utf-8")
    assert "<h3" not in page
    assert '<span class="section-number">2</span> Twee' in page


def test_a_document_that_begins_at_a_lower_level_is_moved_up(project: Project) -> None:
    text = "---\nnumber-sections: true\n---\n## Een\n\n### Deel\n"
    page = project.render(project.write("doc.qmd", text))["html"].read_text(encoding="utf-8")
    assert re.findall(r"<h(\d)>?[^>]*><span class=\"section-number\">([\d.]+)", page) == [
        ("2", "1"),
        ("3", "1.1"),
    ]


def test_a_wide_table_scrolls_in_a_region_that_has_a_name(project: Project) -> None:
    page = project.render(project.write("doc.qmd", "| a |\n|---|\n| 1 |\n"))["html"].read_text(
        encoding="utf-8"
    )
    assert re.search(r'<div class="table" role="region" tabindex="0" aria-label="Tabel">\s*<table>', page)
