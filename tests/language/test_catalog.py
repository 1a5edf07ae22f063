import re
from pathlib import Path
from typing import Any

import pytest

import talentstats
from talentstats import terms
from talentstats.errors import InputError
from talentstats.language import Bilingual, catalog, text
from talentstats.language.catalog import blanks

MEASURES = [
    "vacancies_open",
    "vacancies_arisen",
    "vacancies_filled",
    "unemployed",
    "unemployment_rate",
    "tightness",
    "unemployed_per_vacancy",
    "uwv_vacancies_open",
    "uwv_benefits_under_6_months",
    "uwv_tension",
    "uwv_class",
    "uwv_regions_very_tight",
    "job_vacancy_rate",
    "eurostat_unemployment_rate",
    "population",
    "residents_non_dutch",
    "share_non_dutch",
    "students",
    "share_foreign_intake_bachelor",
    "share_foreign_intake_master",
]
UNITS = (
    "thousand",
    "percent",
    "vacancies per 100 unemployed",
    "unemployed per vacancy",
    "ratio",
    "persons",
    "students",
    "class",
    "regions",
)


def test_every_text_has_the_same_blanks_in_both_languages() -> None:
    unequal = [key for key, entry in catalog().items() if blanks(entry.nl) != blanks(entry.en)]

    assert unequal == []


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("measure", MEASURES),
        ("measure_inline", MEASURES),
        ("unit", UNITS),
        ("method", terms.METHODS),
        ("method_short", terms.METHODS),
        ("adjustment", terms.ADJUSTMENTS),
        ("status", terms.STATUSES),
    ],
)
def test_every_word_of_the_field_has_a_text(section: str, names: Any) -> None:
    assert [name for name in names if f"{section}.{name}" not in catalog()] == []


def test_every_key_that_the_code_asks_for_exists() -> None:
    root = Path(talentstats.__file__).parent
    code = "\n".join(
        path.read_text("utf-8") for part in ("figures", "language") for path in (root / part).rglob("*.py")
    )
    asked = set(re.findall(r'"((?:figure|alt|table|source|period|range)\.[a-z_]+)"', code))

    assert asked
    assert asked - set(catalog()) == set()


def test_a_text_is_filled_in_for_the_language_asked_for() -> None:
    assert text("source.accessed", "nl", day="16 juli 2026") == "Geraadpleegd op 16 juli 2026"
    assert text("source.accessed", "en", day="16 July 2026") == "Accessed on 16 July 2026"
    assert text("adjustment.SA", "nl") == "seizoengecorrigeerd"
    assert text("method.ebb_before_2022", "nl") == "Enquête beroepsbevolking (EBB), oude methode"


@pytest.mark.parametrize(
    ("key", "language", "values", "message"),
    [
        ("measure.tightnes", "nl", {}, "Did you mean `measure.tightness`"),
        ("measure.tightness", "fr", {}, "Unknown language `fr`"),
        ("source.accessed", "nl", {}, "Give `day` as keyword"),
    ],
)
def test_a_wrong_key_language_or_missing_value_is_refused(
    key: str, language: Any, values: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        text(key, language, **values)


@pytest.mark.parametrize(
    "texts", [{"nl": "krap"}, {"nl": "krap", "en": " "}, {"nl": "a", "en": "b", "fr": "c"}, "krap"]
)
def test_a_text_that_is_not_in_both_languages_is_refused(texts: Any) -> None:
    with pytest.raises(InputError):
        Bilingual.read(texts, what="title")
