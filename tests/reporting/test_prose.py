from pathlib import Path

import pytest

from talentstats.errors import DocumentError
from talentstats.language import Bilingual
from talentstats.reporting.numbers import Number, NumberStore, Witness
from talentstats.reporting.prose import check_known, check_prose, check_same_numbers, used_ids
from talentstats.workspace import Workspace

FRONT = '---\ntitle: "Report 2026"\ndate: 2026-11-23\n---\n\n'


def document(folder: Path, text: str, name: str = "r.nl.qmd") -> Path:
    path = folder / name
    path.write_text(FRONT + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "There are 133 vacancies.",
        "In 2022 it was higher.",
        "## Chapter with 3 words",
        "| a | 12 |",
        'Text `{python} n("a")` and 7 more.',
        "> 1.234,5 inwoners",
        '```{python}\n#| label: tbl-x\n#| tbl-cap: "All 12 provinces"\n1\n```',
        '```{python}\nreport.figure_block("x", "The 12 provinces")\n```',
        "[the 133](https://example.nl)",
        "CO2 rose",
    ],
)
def test_a_digit_typed_into_prose_stops_the_build(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError, match="typed into the prose") as caught:
        check_prose(document(tmp_path, text))
    assert "line" in str(caught.value.where)


@pytest.mark.parametrize(
    "text",
    [
        'There are `{python} n("tightness.nl.2022Q1")` vacancies.',
        "See [the page](https://example.nl/2022/05) and <https://example.nl/133>.",
        "```{python}\nx = 133\n```",
        "# Heading {#sec-2022}",
        "See @tbl-2022 and @fig-x1.",
        "1. first\n2. second",
        "<!-- note 133 -->",
        "{{< meta version2 >}}",
        "Text `code 12`{.r}.",
    ],
)
def test_what_is_no_prose_may_hold_digits(tmp_path: Path, text: str) -> None:
    check_prose(document(tmp_path, text))


def test_declared_exceptions_are_allowed_and_nothing_beside_them(tmp_path: Path) -> None:
    (tmp_path / "prose.toml").write_text("[[allow]]\npattern = '\\b\\d{5}NED\\b'\nreason = 'table'\n")
    check_prose(document(tmp_path, "Table 83599NED."))
    with pytest.raises(DocumentError, match="83599"):
        check_prose(document(tmp_path, "Table 83599."))


def test_ids_are_found_in_order_and_once(tmp_path: Path) -> None:
    text = '`{python} n("b")` `{python} n(\'a\')` `{python} rel("b", "c")` `{python} n("a")`'
    assert used_ids(document(tmp_path, text)) == ("b", "a", "c")


def test_a_number_must_be_named_by_its_id(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="not named by its id"):
        used_ids(document(tmp_path, '`{python} n(f"a.{year}")`'))


@pytest.mark.parametrize(
    ("nl", "en", "kind"),
    [
        ('`{python} n("a")`', "text", "numbers"),
        ("# K {#sec-a}", "# K", "labels"),
        ('```{python}\nreport.table("a")\n```', "text", "figure or tables"),
        ('```{python}\nreport.figure_block("a", "b")\n```', "text", "figure or tables"),
    ],
)
def test_both_languages_show_the_same(tmp_path: Path, nl: str, en: str, kind: str) -> None:
    first, second = document(tmp_path, nl), document(tmp_path, en, "r.en.qmd")
    with pytest.raises(DocumentError, match=kind) as caught:
        check_same_numbers(first, second)
    assert "r.en.qmd" in str(caught.value.where)
    with pytest.raises(DocumentError, match=kind):
        check_same_numbers(second, first)


def test_an_id_the_store_does_not_have_is_named_with_its_line(tmp_path: Path) -> None:
    number = Number(id="tightness.nl", value=1.0, witness=Witness(method=Bilingual(nl="m", en="m")))
    with pytest.raises(DocumentError, match=r"no number `tightness\.ln`") as caught:
        check_known(document(tmp_path, '`{python} n("tightness.ln")`'), NumberStore.of([number]))
    assert "line 6" in str(caught.value.where)
    assert "Did you mean `tightness.nl`" in str(caught.value)


def test_the_documents_of_the_project_keep_these_rules(project: Workspace) -> None:
    paths = [project.reports / f"biennial.{language}.qmd" for language in ("nl", "en")]
    for path in paths:
        check_prose(path)
        assert len(used_ids(path)) > 30
    check_same_numbers(*paths)
