from pathlib import Path

import pytest

from talentstats.errors import DocumentError
from talentstats.reporting.engines.document import Cell, Document, Text, parse


def parsed(folder: Path, text: str, project: str = "") -> Document:
    (folder / "_quarto.yml").write_text(project, encoding="utf-8")
    path = folder / "doc.qmd"
    path.write_text(text, encoding="utf-8")
    return parse(path)


def words_of(document: Document) -> str:
    return "\n".join(
        line.text for block in document.blocks if isinstance(block, Text) for line, _ in block.lines
    )


REFUSED = [
    ("```{r}\n1\n```", "`{r}`", 1),
    ("tekst\n\n```{mermaid}\na\n```", "`{mermaid}`", 3),
    ("```{=html}\n<b>\n```", "`=html`", 1),
    ("- punt\n\n  ```{python}\n  1\n  ```", "inside a list", 3),
    ("een `{r} x` waarde", "`r`", 1),
    ("een `{python} x\ny` waarde", "not closed", 1),
    ("een `<b>`{=html} waarde", "`{=html}`", 1),
    ("regel\neen <b>vet</b> woord", "`<b>`", 2),
    ("{{< video film.mp4 >}}", "`video`", 1),
    ("{{< meta report.absent >}}", "`report.absent`", 1),
    ("{{< include absent.qmd >}}", "`absent.qmd`", 1),
    ("zie {{< include absent.qmd >}}", "alone on its line", 1),
    ("```{python}\n#| fig-width: 3\n1\n```", "`fig-width`", 2),
    ("```{python}\n#| echo: fenced\n1\n```", "`echo`", 2),
    ("```{python}\n#| label: x\n#| output: no-way\n1\n```", "`output`", 3),
    ("```{python}\n#| label: a b\n1\n```", "`a b`", 2),
    ("```{python}\n#| tags: [remove]\n1\n```", "remove", 2),
    ("```{python}\n#| label: [\n1\n```", "YAML", 2),
    ("```{python}\n#| label: x\n1\n```\n```{python}\n#| label: x\n2\n```", "`x` is used twice", 5),
    ("```python\n1", "never closed", 1),
    ("---\ntitle: x", "never closed", 1),
    ("---\ntitle: x\nbibliography: b.bib\n---", "`bibliography`", 3),
    ("---\nparams:\n  a: 1\n---", "`params`", 2),
    ("---\nformat:\n  html:\n    code-fold: true\n---", "`code-fold`", 4),
    ("---\nformat:\n  pdf: default\n---", "`pdf`", 3),
    ("---\nexecute:\n  freeze: auto\n---", "`freeze`", 3),
    ("---\ntitle: x\ndate: today\n---", "differs from day to day", 3),
    ("---\nlang: de\n---", "`de`", 2),
    ("---\ntoc-depth: 9\n---", "`toc-depth`", 2),
    ("---\nformat:\n  docx:\n    default-image-extension: svg\n---", "`svg`", 4),
    ("---\njupyter: julia\n---", "python3", 2),
    ("---\na: [\n---", "YAML", 2),
]


@pytest.mark.parametrize(("text", "named", "line"), REFUSED, ids=[named for _, named, _ in REFUSED])
def test_what_is_outside_the_subset_is_refused_by_name_and_line(
    tmp_path: Path, text: str, named: str, line: int
) -> None:
    with pytest.raises(DocumentError) as caught:
        parsed(tmp_path, text)
    assert named in str(caught.value)
    assert caught.value.where == f"doc.qmd, line {line}"


def test_a_refusal_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "part.qmd").write_text("goed\n<b>fout</b>\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        parsed(tmp_path, "# Kop\n\n{{< include part.qmd >}}\n")
    assert caught.value.where == "part.qmd, line 2"


def test_an_included_file_takes_the_place_of_its_line_and_may_hold_cells(tmp_path: Path) -> None:
    (tmp_path / "part.qmd").write_text("tussen\n\n```{python}\n1 + 1\n```\n", encoding="utf-8")
    document = parsed(tmp_path, "voor\n\n{{< include part.qmd >}}\n\nna\n")
    assert [type(block) for block in document.blocks] == [Text, Cell, Text]
    assert words_of(document).split() == ["voor", "tussen", "na"]


def test_a_document_that_includes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="includes itself"):
        parsed(tmp_path, "{{< include doc.qmd >}}\n")


def test_an_include_outside_the_project_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.txt").write_text("geheim", encoding="utf-8")
    with pytest.raises(DocumentError, match="not in the project"):
        parsed(inner, "{{< include ../secret.txt >}}\n")


def test_code_is_left_as_it_is_written(tmp_path: Path) -> None:
    text = "`<b>` en `<!-- x -->`\n\n```html\n<b>{{< video x >}}</b>\n```\n"
    assert words_of(parsed(tmp_path, text)) == text.rstrip("\n")


def test_comments_disappear_over_more_lines_too(tmp_path: Path) -> None:
    document = parsed(tmp_path, "een<!-- a -->twee\n<!-- b\n<b>c</b>\n-->drie\n")
    assert words_of(document).split() == ["eentwee", "drie"]


def test_meta_reads_the_front_matter_over_the_project(tmp_path: Path) -> None:
    document = parsed(
        tmp_path, "---\ntitle: T\nreport: {a: 7}\n---\n{{< meta title >}} {{< meta report.a >}}"
    )
    assert words_of(document) == "T 7"


def test_the_document_overrides_the_project_and_a_format_overrides_both(tmp_path: Path) -> None:
    project = "toc: true\nnumber-sections: true\nexecute: {echo: false, warning: false}\n"
    front = "---\nexecute: {warning: true}\nformat:\n  html: {toc: false}\n  typst: default\n---\n"
    settings = parsed(tmp_path, front, project).settings
    assert (settings.layouts["html"].toc, settings.layouts["pdf"].toc) == (False, True)
    assert settings.layouts["html"].number_sections
    assert (settings.execute.echo, settings.execute.warning) == (False, True)


def test_a_cell_overrides_the_defaults_of_its_document(tmp_path: Path) -> None:
    options = "#| echo: true\n#| label: fig-a\n#| fig-cap: 'C'\n"
    text = f"---\nexecute: {{echo: false}}\n---\n```{{python}}\n{options}x = 1\n```\n"
    (cell,) = parsed(tmp_path, text).blocks
    assert isinstance(cell, Cell)
    assert (cell.shown.echo, cell.shown.include, cell.label, cell.caption) == (True, True, "fig-a", "C")
    assert (cell.source, cell.first) == ("x = 1", 8)


def test_a_document_without_a_project_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "doc.qmd"
    path.write_text("tekst", encoding="utf-8")
    with pytest.raises(DocumentError, match="not part of a project"):
        parse(path)


def test_a_document_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text("", encoding="utf-8")
    (tmp_path / "doc.qmd").write_bytes(b"caf\xe9")
    with pytest.raises(DocumentError, match="not UTF-8") as caught:
        parse(tmp_path / "doc.qmd")
    assert caught.value.where == "doc.qmd, byte 3"


def test_a_project_setting_that_changes_how_cells_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="`execute-dir`") as caught:
        parsed(tmp_path, "tekst", "project:\n  execute-dir: project\n")
    assert caught.value.where == "_quarto.yml"
