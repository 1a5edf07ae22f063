import re
from pathlib import Path

import pytest

from talentstats.errors import DocumentError, InputError
from talentstats.reporting.comparisons import comparison_words, read_rules
from talentstats.reporting.prose import check_prose, used_ids
from talentstats.workspace import Workspace

FRONT = '---\ntitle: "Report"\n---\n\n'
BOUND = "[[bound]]\npattern = '\\.change(?:\\.|$)'\nreason = 'computed'\n"


def document(folder: Path, text: str, language: str = "nl", rules: str = BOUND) -> Path:
    (folder / "prose.toml").write_text(rules, encoding="utf-8")
    path = folder / f"r.{language}.qmd"
    path.write_text(FRONT + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("nl", "Internationals in Leiden voelen zich vaker thuis.", "vaker"),
        ("nl", "Het aandeel is hoger dan landelijk.", "hoger"),
        ("nl", "Het aandeel is\nlager dan landelijk.", "lager"),
        ("nl", "Minder partners werken.", "Minder"),
        ("nl", "Het aandeel is sindsdien gestegen.", "gestegen"),
        ("nl", "Er is een toename te zien.", "toename"),
        ("nl", "De meeste studenten willen blijven.", "meeste"),
        ("nl", "# Steeds meer partners werken {#sec-p}", "meer"),
        ("nl", "- Leiden scoort bovengemiddeld.", "bovengemiddeld"),
        ("nl", 'Het is `{python} n("a")`, een daling.', "daling"),
        ("nl", 'Het is `{python} claim("a")` landelijk. Partners werken minder.', "minder"),
        ("nl", '```{python}\n#| tbl-cap: "Meer werk in Leiden"\n1\n```', "Meer"),
        ("en", "The share is higher than elsewhere.", "higher"),
        ("en", "Fewer partners work.", "Fewer"),
        ("en", "Satisfaction has risen.", "risen"),
        ("en", "The increase is clear.", "increase"),
        ("en", "Most students want to stay.", "Most"),
        ("en", "Leiden exceeds the nation.", "exceeds"),
        ("en", "The change is significant.", "significant"),
    ],
)
def test_a_comparison_in_words_of_ones_own_stops_the_build(
    tmp_path: Path, language: str, text: str, word: str
) -> None:
    path = document(tmp_path, text, language)
    with pytest.raises(DocumentError, match=f"A sentence compares \\(`{word}`\\)") as caught:
        check_prose(path)
    line = int(re.findall(r"line (\d+)", str(caught.value.where))[0])
    assert word in path.read_text(encoding="utf-8").splitlines()[line - 1]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", 'Het aandeel is `{python} claim("a.leiden.vs_nation.x")` het landelijke.'),
        ("nl", 'Leiden telt meer partners, want dat is\n`{python} claim("a", form="than")` elders.'),
        ("nl", 'Dat is `{python} rel("a", "b")` het cijfer, en hoger kan niet.'),
        ("nl", 'De groei is `{python} n("a.change.than")`.'),
        ("nl", "Hoeveel meer partners werken er?"),
        ("nl", "```{python}\nmeer = hoger\n```"),
        ("nl", "Zie [meer](https://example.nl/hoger) in `hoger`."),
        ("nl", "Vermeerderen en Hogeschool zijn geen vergelijkingen."),
        ("en", 'The share `{python} claim("a.change.x", form="change")` by less than expected.'),
        ("en", "Mores and almost are no comparisons."),
    ],
)
def test_a_bound_comparison_and_other_words_pass(tmp_path: Path, language: str, text: str) -> None:
    text = text if "](https" not in text else text.replace("[meer]", "[daar]")
    check_prose(document(tmp_path, text, language))


def test_the_title_and_the_abstract_are_prose(tmp_path: Path) -> None:
    path = document(tmp_path, "Tekst.")
    path.write_text('---\ntitle: "Internationals blijven langer"\n---\n\nTekst.\n', encoding="utf-8")
    with pytest.raises(DocumentError, match="langer"):
        check_prose(path)


def test_a_declared_phrase_is_allowed_and_nothing_beside_it(tmp_path: Path) -> None:
    rules = "[[comparison]]\npattern = 'minder dan zes maanden'\nreason = 'a definition'\n"
    check_prose(document(tmp_path, "Wie minder dan\nzes maanden zoekt.", rules=rules))
    with pytest.raises(DocumentError, match="minder"):
        check_prose(document(tmp_path, "Wie minder dan een jaar zoekt.", rules=rules))


def test_an_exception_without_a_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prose.toml"
    path.write_text("[[comparison]]\npattern = 'meer'\n", encoding="utf-8")
    with pytest.raises(InputError, match="rules for prose"):
        read_rules(path)


def test_a_document_without_a_language_is_put_to_the_words_of_both(tmp_path: Path) -> None:
    path = tmp_path / "r.qmd"
    for text in ("Dat is hoger.", "That is higher."):
        path.write_text(FRONT + text, encoding="utf-8")
        with pytest.raises(DocumentError, match="compares"):
            check_prose(path)


def test_claims_are_among_the_ids_a_document_uses(tmp_path: Path) -> None:
    text = 'Het is `{python} claim("b.vs.c", form="sentence")` `{python} n("a")` `{python} claim("b.vs.c")`.'
    assert used_ids(document(tmp_path, text)) == ("claim.b.vs.c", "a")


def test_every_exception_of_the_project_is_still_needed(project: Workspace) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(project.reports.glob("*.qmd"))]
    for pattern in read_rules(project.reports / "prose.toml").allowed:
        found = [match for text in texts for match in pattern.finditer(text)]
        assert found, f"no document says what `{pattern.pattern}` allows"
        assert any(comparison_words("").search(match[0]) for match in found), pattern.pattern
