"""Publishing an edition of a small report of one page and a half, and checking it later."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst

from talentstats.errors import InputError
from talentstats.language import Bilingual
from talentstats.provenance import sha256_of
from talentstats.reporting import publication as module
from talentstats.reporting.contents import Contents
from talentstats.reporting.editions import Edition, Report
from talentstats.reporting.manifest import Manifest, Request
from talentstats.reporting.numbers import Number, NumberStore, Source, Witness
from talentstats.reporting.pdf_pages import PageTexts, read_pages
from talentstats.reporting.printed_places import places_in
from talentstats.reporting.prose import used_ids
from talentstats.reporting.published_numbers import mismatch_table, numbers_today
from talentstats.sources import find_snapshots
from talentstats.tables import Column, Table
from talentstats.terms import LANGUAGES, Language, Period
from talentstats.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2026, 11, 23)
DOCUMENT = """---
title: "Krap"
---

# Spanning {#sec-a}

In het `{python} n("tight.period")` waren er `{python} n("tight")` openstaande vacatures op elke
honderd werklozen; zie @fig-tight. Dat was **veel**, zegt het [CBS](https://www.cbs.nl).

```{python}
#| label: tbl-all
#| tbl-cap: "Alle cijfers bij elkaar"
report.table("all")
```
"""
PAGES = """#set page(height: 8cm, width: 9cm)
#set text(size: 9pt, hyphenate: true)
= Spanning
In het eerste kwartaal van 2022 waren er 133 openstaande vacatures op elke honderd werklozen; zie
figuur 1. Dat was *veel*, zegt het CBS.
#pagebreak()
Tabel 1: Alle cijfers bij elkaar
"""


def store(value: float = 133.0) -> NumberStore:
    origin = find_snapshots(ROOT / "data" / "raw")[0].origin
    period = Period.parse("2022Q1")
    words = Bilingual(nl="een methode", en="a method")
    witness = Witness(period=period, sources=(Source(origin=origin, row=3),), method=words)
    number = Number(id="tight", value=value, unit="ratio", witness=witness)
    facet = replace(number, id="tight.period", value=period, form="period")
    other = Number(id="other", value=12.5, decimals=1, unit="percent", witness=witness)
    return NumberStore.of([replace(number, facets={"period": facet}), other])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return a project whose only report has three numbers, built in both languages."""
    workspace = Workspace(tmp_path)
    workspace.reports.mkdir()
    (workspace.reports / "editions.toml").write_text(
        f'[[edition]]\nid = "2026"\ndate = {DAY}\nas_of = {DAY}\n', encoding="utf-8"
    )
    for language in LANGUAGES:
        (workspace.reports / f"biennial.{language}.qmd").write_text(DOCUMENT, encoding="utf-8")
        _build(workspace, language)
    _open(monkeypatch, store())
    return workspace


def _build(workspace: Workspace, language: Language) -> None:
    folder = workspace.output / "2026" / "biennial" / language
    folder.mkdir(parents=True)
    pdf = folder / f"biennial.{language}.pdf"
    source = workspace.root / "pages.typ"
    source.write_text(PAGES, encoding="utf-8")
    pdf.write_bytes(typst.compile(str(source)))
    rows = [{"id": number.id, "text": number.text(language)} for number in store()]
    (folder / "numbers.json").write_text(json.dumps(rows), encoding="utf-8")
    request = Request(
        report="biennial",
        language=language,
        edition="2026",
        edition_date=DAY.isoformat(),
        as_of=DAY.isoformat(),
        engine="builtin",
        formats=("pdf",),
    )
    manifest = Manifest(request=request, versions={}, inputs={}, outputs={pdf.name: sha256_of(pdf)})
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")


def _open(monkeypatch: pytest.MonkeyPatch, numbers: NumberStore) -> None:
    table = Table(columns=(Column(header=Bilingual(nl="a", en="a")),), rows=(), cites=("other",))

    def opened(name: str, *, language: Language, workspace: Workspace, **_: Any) -> Report:
        return Report(
            name=name,
            language=language,
            edition=Edition(id="2026", date=DAY, as_of=DAY),
            contents=Contents(numbers=numbers, figures={}, tables={"all": table}),
            cited=used_ids(workspace.reports / f"{name}.{language}.qmd"),
        )

    monkeypatch.setattr(module, "open_report", opened)


def test_an_edition_is_recorded_with_texts_values_sources_and_pages(small: Workspace) -> None:
    path, publication = module.publish(small)
    recorded = {number.id: number for number in publication.numbers}

    assert path == small.reference / "publications" / "biennial-2026.toml"
    assert set(recorded) == {"tight", "tight.period", "other"}
    assert (recorded["tight"].value, recorded["tight"].texts) == (133.0, {"nl": "133", "en": "133"})
    assert recorded["tight.period"].texts["nl"] == "eerste kwartaal van 2022"
    assert list(recorded["tight"].sources) == [find_snapshots(ROOT / "data" / "raw")[0].origin.dataset]
    assert recorded["tight"].pages["nl"] == (1,)
    # Numbers of a table have the page of the table.
    assert recorded["other"].pages["nl"] == (2,)
    pdf = small.output / "2026" / "biennial" / "nl" / "biennial.nl.pdf"
    assert publication.pdfs["nl"] == ("biennial.nl.pdf", sha256_of(pdf))


def test_a_published_figure_that_no_longer_matches_is_listed_with_edition_page_and_reason(
    small: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    module.publish(small)
    _open(monkeypatch, store(134.0))

    (checked,) = module.check_published(small)
    table = mismatch_table([checked]).in_language("nl").markdown().splitlines()

    assert (checked.checked, len(checked.mismatches)) == (3, 1)
    assert table[0].startswith("| Editie | Bladzijde | Getal | Periode | Toen | Nu | Waardoor |")
    assert table[2] == "| 2026 | 1 | tight | 2022-K1 | 133 | 134 | dezelfde bronnen, anders berekend |"


def test_what_still_matches_gives_a_table_without_rows(small: Workspace) -> None:
    module.publish(small)

    assert mismatch_table(module.check_published(small)).rows == ()


def test_an_edition_is_published_once(small: Workspace) -> None:
    module.publish(small)

    with pytest.raises(InputError, match="was published before"):
        module.publish(small)


def test_an_edition_built_from_other_figures_is_not_published(
    small: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(monkeypatch, store(134.0))

    with pytest.raises(InputError, match=r"built from other figures[\s\S]*such as `tight`"):
        module.publish(small)

    assert not (small.reference / "publications").exists()


def test_a_pdf_that_was_changed_is_not_published(small: Workspace) -> None:
    pdf = small.output / "2026" / "biennial" / "en" / "biennial.en.pdf"
    pdf.write_bytes(pdf.read_bytes() + b" ")

    with pytest.raises(InputError, match="not the one that was built"):
        module.publish(small)


def test_an_edition_that_was_not_built_is_not_published(small: Workspace) -> None:
    (small.output / "2026" / "biennial" / "nl" / "manifest.json").unlink()

    with pytest.raises(InputError, match="not a manifest of a build"):
        module.publish(small)


@pytest.mark.parametrize("edition", [None, "2026"])
def test_before_the_first_publication_there_is_nothing_to_check(
    small: Workspace, edition: str | None
) -> None:
    with pytest.raises(InputError, match="No edition has been published yet"):
        module.check_published(small, edition=edition)


def test_an_edition_that_was_never_published_gets_the_closest_match(small: Workspace) -> None:
    module.publish(small)

    with pytest.raises(InputError, match="Did you mean `2026`"):
        module.check_published(small, edition="2025")


def test_every_facet_of_a_number_can_be_checked() -> None:
    assert set(numbers_today(store())) == {"tight", "tight.period", "other"}


def told(words: str = "133") -> Callable[[str, tuple[str, ...]], str]:
    return lambda kind, _: {"n": words, "rel": "hoger dan", "claim": "gestegen"}[kind]


def test_a_place_is_the_letters_around_a_number() -> None:
    place = next(iter(places_in("Er waren `{python} n('a.b')` open-\nstaande vacatures.", told())))

    assert (place.id, place.before, place.number, place.after) == (
        "a.b",
        "erwaren",
        "133",
        "openstaandevacatures",
    )


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("Zie @fig-a: `{python} n('x')` stuks (@tbl-b).", "", "stuks"),
        ("**Nu** [al](https://www.cbs.nl/1) `{python} n('x')` keer", "nual", "keer"),
        ("- Punt een\n- is `{python} n('x')` groot", "punteenis", "groot"),
        ("# Kop {#sec-1}\n\nDan `{python} n('x')`\n\nEn niets.", "dan", ""),
        ("Van `{python} rel('a', 'b')` tot `{python} n('x')`.", "vanhogerdantot", ""),
    ],
)
def test_words_that_the_page_does_not_show_are_left_out(source: str, before: str, after: str) -> None:
    (place,) = places_in(source, told())

    assert (place.before, place.after) == (before, after)


def test_a_number_at_the_edge_of_a_page_is_found_by_one_side() -> None:
    texts = PageTexts.of(["Aan het eind van deze bladzijde staan er 133", "kop van bladzijde 2 dan de rest"])
    (place,) = places_in("Aan het eind van deze bladzijde staan er `{python} n('x')` dan de rest.", told())

    assert place.pages(texts) == (1,)


def test_a_number_that_is_nowhere_has_no_page() -> None:
    texts = PageTexts.of(["Er waren 134 vacatures."])
    (place,) = places_in("Er waren `{python} n('x')` vacatures.", told())

    assert place.pages(texts) == ()


def test_a_sentence_that_stands_twice_has_two_pages() -> None:
    texts = PageTexts.of(["Er waren 133 vacatures.", "", "Er waren 133 vacatures."])
    (place,) = places_in("Er waren `{python} n('x')` vacatures.", told())

    assert place.pages(texts) == (1, 3)


def test_a_file_that_is_no_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"no pdf")

    with pytest.raises(InputError, match="PDF of the report cannot be read"):
        read_pages(path)
