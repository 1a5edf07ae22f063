import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talentstats.errors import InputError
from talentstats.vintages.published import (
    Publication,
    PublishedNumber,
    check_publication,
    read_publications,
    write_publication,
)

FIRST = {"cbs/84545NED/2022-05-17": "a" * 64}
NEWER = {"cbs/84545NED/2023-05-16": "b" * 64}


def number(**fields: Any) -> PublishedNumber:
    usual: dict[str, Any] = {
        "id": "tightness.nl.2022Q1",
        "value": 133.0,
        "unit": "vacancies per 100 unemployed",
        "period": "2022Q1",
        "texts": {"nl": "133", "en": "133"},
        "pages": {"nl": (4, 17), "en": (5,)},
        "sources": FIRST,
    }
    return PublishedNumber(**{**usual, **fields})


def publication(*numbers: PublishedNumber, **fields: Any) -> Publication:
    usual: dict[str, Any] = {
        "report": "biennial",
        "edition": "2022",
        "date": dt.date(2022, 6, 1),
        "as_of": dt.date(2022, 5, 31),
        "pdfs": {"nl": ("biennial.nl.pdf", "c" * 64), "en": ("biennial.en.pdf", "d" * 64)},
    }
    return Publication(**{**usual, **fields}, numbers=numbers)


def today(*numbers: PublishedNumber) -> dict[str, PublishedNumber]:
    return {one.id: one for one in numbers}


def test_a_figure_that_was_revised_is_found_with_the_vintage_that_did_it() -> None:
    now = number(value=134.0, texts={"nl": "134", "en": "134"}, sources=NEWER)

    found = check_publication(publication(number()), today(now))

    (mismatch,) = found.mismatches
    assert (found.checked, mismatch.edition, mismatch.printed) == (1, "2022", True)
    assert mismatch.newer == ("cbs/84545NED/2023-05-16",)
    assert mismatch.then.pages["nl"] == (4, 17)


def test_a_file_that_was_replaced_is_a_newer_source_too() -> None:
    now = number(value=134.0, texts={"nl": "134", "en": "134"}, sources=dict.fromkeys(FIRST, "e" * 64))

    assert check_publication(publication(number()), today(now)).mismatches[0].newer == tuple(FIRST)


@pytest.mark.parametrize(
    ("now", "mismatches"),
    [
        (number(), []),
        (number(sources=NEWER), []),
        (number(value=133.4), [False]),
        (number(texts={"nl": "133,0", "en": "133.0"}), [True]),
        (number(texts={"nl": "133", "en": "133.0"}), [True]),
        (number(value=None, texts={"nl": ".", "en": "."}), [True]),
    ],
)
def test_a_number_is_compared_as_printed_and_as_a_number(
    now: PublishedNumber, mismatches: list[bool]
) -> None:
    found = check_publication(publication(number()), today(now))

    assert [one.printed for one in found.mismatches] == mismatches
    assert found.checked == 1


def test_the_latest_figure_of_then_is_held_against_the_same_period_of_today() -> None:
    then = number(id="tightness.nl.latest")
    latest = number(id="tightness.nl.latest", period="2026Q2", value=95.0, texts={"nl": "95", "en": "95"})
    same_period = number(value=134.0, texts={"nl": "134", "en": "134"})

    found = check_publication(publication(then), today(latest, same_period))

    assert [one.now.texts["en"] for one in found.mismatches] == ["134"]


@pytest.mark.parametrize(
    "then",
    [
        number(id="tightness.nl.latest", period="2019Q1"),
        number(id="gone"),
        # What describes the edition itself differs in every edition, and is no revision.
        number(id="edition.date", period="", value=None),
        number(unit="percent"),
    ],
)
def test_a_figure_that_cannot_be_determined_again_is_not_counted_as_checked(then: PublishedNumber) -> None:
    now = today(number(id="tightness.nl.latest", period="2026Q2"), replace(then, period="2026Q2"), number())

    found = check_publication(publication(then), now)

    assert (found.checked, found.mismatches) == (0, ())


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = publication(
        number(),
        number(id="names", value=None, texts={"nl": 'Zeeland "en" Noord\\Zuid', "en": "Zeeland"}, sources={}),
        number(id="exact", value=0.1 + 0.2, pages={"nl": (), "en": (3,)}),
    )

    path = write_publication(written, tmp_path)

    assert path == tmp_path / "publications" / "biennial-2022.toml"
    assert tomllib.loads(path.read_text(encoding="utf-8"))["number"][0]["nl"] == {
        "text": "133",
        "pages": [4, 17],
    }
    assert read_publications(tmp_path) == (written,)


def test_what_was_published_is_never_overwritten(tmp_path: Path) -> None:
    path = write_publication(publication(number()), tmp_path)
    before = path.read_bytes()

    with pytest.raises(InputError, match="Edition 2022 of `biennial` was published before"):
        write_publication(publication(number(value=134.0)), tmp_path)

    assert path.read_bytes() == before


def test_records_come_in_the_order_of_publication(tmp_path: Path) -> None:
    for edition, year in (("b", 2024), ("c", 2020), ("a", 2022)):
        write_publication(publication(number(), edition=edition, date=dt.date(year, 1, 1)), tmp_path)

    assert [one.edition for one in read_publications(tmp_path)] == ["c", "a", "b"]


def test_without_a_record_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert read_publications(tmp_path) == ()


def test_a_record_that_was_damaged_is_refused_with_its_file(tmp_path: Path) -> None:
    path = write_publication(publication(number()), tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("as_of", "asof"), encoding="utf-8")

    with pytest.raises(InputError, match=r"record of a published edition cannot be read[\s\S]*biennial-2022"):
        read_publications(tmp_path)
