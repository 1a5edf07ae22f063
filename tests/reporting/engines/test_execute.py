import pytest

from talentstats.errors import BuildError, DocumentError

from .conftest import Project

ONE_DIVIDED = "```{python}\n#| echo: false\nx = 1\nx / 0\n```\n"
OWN = """```{python}
from talentstats.errors import ValidationError
raise ValidationError("Een regel is geschonden.", expected="1", got="2", remedy="Herstel de bron.")
```
"""


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (f"Tekst.\n\n{ONE_DIVIDED}", "line 6", "ZeroDivisionError: division by zero"),
        ("Tekst.\n\nEen `{python} onbekend` getal.\n", "line 3, in `onbekend`", "NameError"),
        ("```{python}\nx = = 1\n```\n", "line 2", "SyntaxError"),
        (
            OWN,
            "line 3",
            "Een regel is geschonden.\n  expected: 1\n  got:      2\n  to do:    Herstel de bron.",
        ),
    ],
    ids=["cell", "inline", "syntax", "own error in full"],
)
def test_a_failure_in_code_is_told_with_its_line_and_without_a_traceback(
    project: Project, text: str, line: str, told: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        project.render(project.write("doc.qmd", text))
    assert caught.value.where == f"doc.qmd, {line}"
    assert told in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert not (project.folder.parent / "out").exists()


def test_parameters_without_a_cell_for_them_are_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="no cell for its parameters"):
        project.render(project.write("doc.qmd", "Tekst.\n"), parameters={"language": "nl"})


def test_a_kernel_that_stops_is_told(project: Project) -> None:
    document = project.write("doc.qmd", "```{python}\nimport os\nos._exit(1)\n```\n")
    with pytest.raises(BuildError, match="kernel stopped"):
        project.render(document)


HTML_ONLY = "```{python}\nclass T:\n    def _repr_html_(self): return HTML\nHTML = %r\nT()\n```\n"


def test_html_of_a_cell_is_shown_as_it_is_and_only_in_html(project: Project) -> None:
    document = project.write("doc.qmd", HTML_ONLY % "<em class='own'>x</em>")
    page = project.render(document)["html"].read_text(encoding="utf-8")
    assert "<em class='own'>x</em>" in page


@pytest.mark.parametrize(
    ("value", "kind", "problem"),
    [
        ("<script src='https://cdn.example.org/x.js'></script>", "html", "loads something from elsewhere"),
        ("<table><tr><td>1</td></tr></table>", "docx", "no form that DOCX can show"),
    ],
)
def test_output_that_an_output_format_cannot_hold_is_refused(
    project: Project, value: str, kind: str, problem: str
) -> None:
    document = project.write("doc.qmd", HTML_ONLY % value)
    with pytest.raises(DocumentError, match=problem) as caught:
        project.render(document, kind)  # type: ignore[arg-type]
    assert caught.value.where == "doc.qmd, line 1"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("#| label: fig-a", "`fig-a` has no caption"),
        ("#| fig-cap: 'C'", "needs a label"),
        ("#| label: fig-a\n#| fig-cap: 'C'\nprint(1)", "gives 2 outputs"),
    ],
)
def test_a_figure_is_one_output_with_a_label_and_a_caption(
    project: Project, options: str, problem: str
) -> None:
    with pytest.raises(DocumentError, match=problem):
        project.render(project.write("doc.qmd", f"```{{python}}\n{options}\n1\n```\n"))
