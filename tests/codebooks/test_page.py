import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from codebook_support import WAVES, codebook, harmonised
from talentstats.codebooks.page import render_dictionary
from talentstats.schemas.schema import Text
from talentstats.terms import LANGUAGES, Language


class Reader(HTMLParser):
    """Collects ids, links and addresses, and checks that elements are closed in order."""

    VOID = frozenset({"meta", "wbr", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if "href" in found:
            self.links.append(found["href"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(wave: int, language: Language, *, synthetic: bool = True) -> str:
    return render_dictionary(codebook(wave), harmonised(), language=language, synthetic=synthetic)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wave", WAVES)
def test_the_page_is_sound_and_loads_nothing(wave: int, language: Language) -> None:
    written = page(wave, language)
    reader = Reader()
    reader.feed(written)

    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert reader.levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(reader.levels, reader.levels[1:], strict=False))
    assert f'<html lang="{language}">' in written
    assert "<script" not in written
    assert "http" not in written.replace("http-equiv", "")


@pytest.mark.parametrize("wave", WAVES)
def test_every_question_and_column_is_there(wave: int) -> None:
    written = page(wave, "nl")

    for question in codebook(wave).questions:
        assert f'<h3 id="{question.name}">' in written
    for variable in harmonised().in_wave(wave):
        assert f"<code>{variable.name}</code>" in written


def test_a_question_says_codes_routing_reasons_and_what_it_becomes() -> None:
    written = page(2025, "nl")
    role = written[written.index('<h3 id="q06_role">') : written.index('<h3 id="q08_arrival_year">')]

    assert "Wat past het best bij uw situatie?" in role
    assert "<td>Ik werk aan een proefschrift</td><td>Promovendus</td><td>Studeert of promoveert</td>" in role
    assert "<code>98</code> wil niet zeggen, leeg: niet voorgelegd" in role
    assert "Vergelijkbaar met 2021 en 2023." in role
    assert "<dt>2019</dt><dd>Niet vergelijkbaar. In 2019 telden promovendi als student" in role
    assert "<dt>Voorgelegd aan</dt><dd>Heeft betaald werk: Ja</dd>" in written


def test_what_the_bureau_filled_in_was_asked_of_nobody() -> None:
    written = page(2025, "en")
    mode = written[written.index('<h3 id="mode">') : written.index('<h3 id="completed_on">')]

    assert "Asked of" not in mode


def test_each_language_has_its_own_words_only() -> None:
    assert "Asked of" not in page(2025, "nl")
    assert "Voorgelegd aan" not in page(2025, "en")


def test_synthetic_answers_are_said_to_be_synthetic() -> None:
    assert "Synthetische gegevens" in page(2025, "nl")
    assert "Synthetic data" in page(2025, "en")
    assert "ynthetic" not in page(2025, "en", synthetic=False)


def test_texts_of_a_codebook_are_escaped() -> None:
    hostile = replace(codebook(2025), title=Text(nl="<script>x</script>", en="<b>"))

    written = render_dictionary(hostile, harmonised(), language="nl", synthetic=True)

    assert "<script>" not in written
    assert "&lt;script&gt;" in written
