import re
from typing import Any

import pytest

from talentstats.terms import Language
from talentstats.vintages.changes import KINDS, Counts
from talentstats.vintages.words import finding


def counts(compared: int, revised: int, definitive: int) -> Counts:
    empty: dict[Any, int] = dict.fromkeys(KINDS, 0)
    return Counts(
        before=compared,
        after=compared,
        common=compared,
        compared=compared,
        kinds={**empty, "revised": revised},
        definitive={**empty, "revised": definitive},
        status_changed=0,
        status_lost=0,
    )


@pytest.mark.parametrize(
    ("numbers", "language", "words"),
    [
        ((0, 0, 0), "nl", "De twee standen hebben geen cijfers gemeen"),
        ((4046, 0, 0), "nl", "Geen van de 4.046 vergeleken cijfers is bijgesteld"),
        (
            (4046, 1, 1),
            "nl",
            "Eén van de 4.046 vergeleken cijfers is bijgesteld, en dat cijfer was al definitief",
        ),
        (
            (4046, 1, 0),
            "nl",
            "Eén van de 4.046 vergeleken cijfers is bijgesteld, en dat cijfer was nog niet definitief",
        ),
        ((4046, 3, 0), "en", "3 of 4,046 figures compared were revised, none of which had been definitive"),
        ((4046, 3, 1), "en", "3 of 4,046 figures compared were revised, one of which had been definitive"),
        ((4046, 3, 2), "en", "3 of 4,046 figures compared were revised, 2 of which had been definitive"),
        ((4046, 3, 3), "en", "3 of 4,046 figures compared were revised, all of which had been definitive"),
    ],
)
def test_the_finding_is_a_sentence_that_fits_the_counts(
    numbers: tuple[int, int, int], language: Language, words: str
) -> None:
    assert finding(counts(*numbers)).in_language(language) == words


@pytest.mark.parametrize("revised", range(4))
@pytest.mark.parametrize("definitive", range(4))
def test_the_finding_gives_both_languages_the_same_digits(revised: int, definitive: int) -> None:
    found = finding(counts(900, revised, min(revised, definitive)))

    assert re.findall(r"\d+", found.nl) == re.findall(r"\d+", found.en)
