import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from talentstats.errors import ComparisonError, InputError
from talentstats.labour.rounding import Range
from talentstats.language import Bilingual
from talentstats.reporting.claims import FORMS, claim_id, claims, relation_words, written_p
from talentstats.reporting.contents import Contents
from talentstats.reporting.contrasts import Contrast, Question, holm, two_sided_p
from talentstats.reporting.editions import Edition, Report
from talentstats.reporting.numbers import Number, NumberStore, Sampling, Witness
from talentstats.reporting.supplements import _sampling_fields
from talentstats.terms import LANGUAGES

NATION = Bilingual(nl="het landelijke cijfer", en="the national figure")
EARLIER = Bilingual(nl="2023", en="2023")
REASON = Bilingual(nl="De schaal liep van 1 tot 7.", en="The scale ran from 1 to 7.")


def contrast(difference: float, std_error: float = 1.0) -> Contrast:
    interval = Range(difference - 2 * std_error, difference + 2 * std_error)
    return Contrast(difference=difference, std_error=std_error, df=60.0, interval=interval, n=400)


def question(name: str = "a", **changes: Any) -> Question:
    made = Question(id=name, kind="level", family="stay", reference=NATION, contrast=contrast(5.0))
    return replace(made, **changes)


LEVELS = {
    "higher": question(),
    "lower": question(contrast=contrast(-5.0)),
    "unclear": question(contrast=contrast(1.0)),
    "broken": question(contrast=None, barred="broken", reason=REASON),
    "few": question(contrast=None, barred="few"),
}


def change(outcome: str) -> Question:
    return replace(LEVELS[outcome], kind="change", reference=EARLIER)


@pytest.mark.parametrize(
    ("asked", "nl", "en"),
    [
        (LEVELS["higher"], "hoger dan", "higher than"),
        (LEVELS["lower"], "lager dan", "lower than"),
        (LEVELS["unclear"], "niet significant anders dan", "not significantly different from"),
        (LEVELS["broken"], "niet te vergelijken met", "not comparable with"),
        (
            LEVELS["few"],
            "door te weinig waarnemingen niet te vergelijken met",
            "because of too few observations not comparable with",
        ),
        (change("higher"), "is gestegen", "has risen"),
        (change("lower"), "is gedaald", "has fallen"),
        (change("unclear"), "is niet significant veranderd", "has not changed significantly"),
        (
            change("broken"),
            "is niet te vergelijken met dat van 2023",
            "cannot be compared with that of 2023",
        ),
        (
            change("few"),
            "is door te weinig waarnemingen niet te vergelijken met dat van 2023",
            "cannot, because of too few observations, be compared with that of 2023",
        ),
    ],
)
def test_a_claim_says_what_the_test_allows(asked: Question, nl: str, en: str) -> None:
    (claim,) = claims([asked])
    assert (claim.text("nl"), claim.text("en")) == (nl, en)


@pytest.mark.parametrize("outcome", list(LEVELS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_every_outcome_has_words(outcome: str, language: Any) -> None:
    for asked in (LEVELS[outcome], change(outcome)):
        (claim,) = claims([asked])
        store = NumberStore.of([claim])
        for form in FORMS[asked.kind]:
            assert store.text(claim_id("a", form), language)


def test_a_sentence_names_what_is_compared_and_why_it_cannot_be() -> None:
    texts = [
        claims([asked])[0].facets["sentence"].text("nl") for asked in (LEVELS["higher"], change("broken"))
    ]
    assert texts == [
        "Dat is hoger dan het landelijke cijfer.",
        "Met 2023 is dat niet te vergelijken: de schaal liep van 1 tot 7.",
    ]


def test_a_form_of_another_kind_of_claim_is_refused_by_name() -> None:
    store = NumberStore.of(claims([LEVELS["higher"]]))
    with pytest.raises(InputError, match=r"no number `claim\.a\.change`"):
        store.text(claim_id("a", "change"), "nl")


def test_a_difference_that_stands_alone_may_not_stand_among_many() -> None:
    close = question("close", contrast=contrast(2.2))
    (alone,) = claims([close])
    assert alone.text("en") == "higher than"
    others = [question(f"o{number}", contrast=contrast(0.1)) for number in range(9)]
    among = claims([close, *others])[0]
    assert among.text("en") == "not significantly different from"
    assert among.witness.evidence is not None
    assert among.witness.evidence.claims == 10
    assert among.witness.evidence.adjusted_p == pytest.approx(10 * among.witness.evidence.p)


def test_what_could_not_be_tested_does_not_make_the_others_pay() -> None:
    few = [question(f"o{number}", contrast=None, barred="few") for number in range(9)]
    claim = claims([question("close", contrast=contrast(2.2)), *few])[0]
    assert claim.text("en") == "higher than"


def test_holm_is_the_step_down_of_its_definition() -> None:
    p = np.random.default_rng(3).random(8) ** 3
    adjusted = dict(zip(p, holm(p.tolist()), strict=True))
    floor = 0.0
    for place, value in enumerate(sorted(p)):
        floor = max(floor, min(1.0, (len(p) - place) * value))
        assert adjusted[value] == pytest.approx(floor)


def test_p_is_that_of_students_t() -> None:
    df, steps = 60.0, np.linspace(2.2, 60.0, 200_001)
    scale = math.gamma((df + 1) / 2) / (math.sqrt(df * math.pi) * math.gamma(df / 2))
    tail = np.trapezoid(scale * (1 + steps**2 / df) ** (-(df + 1) / 2), steps)
    assert two_sided_p(contrast(2.2)) == pytest.approx(2 * tail, rel=1e-6)
    assert two_sided_p(contrast(0.0, 0.0)) == 1.0
    assert two_sided_p(contrast(1.0, 0.0)) == 0.0


def test_the_witness_holds_the_test_in_words_and_in_numbers() -> None:
    (claim,) = claims([question(contrast=contrast(5.0))])
    assert claim.witness.method.nl == (
        "verschil +5,0 procentpunt (95%-interval 3,0–7,0); p < 0,001, volgens Holm (uitspraken: 1) p < 0,001"
    )
    assert claim.facets["difference"].text("nl") == "+5"
    assert claim.facets["size"].text("nl") == "5"
    assert claim.facets["interval"].text("en") == "3–7"
    assert claim.facets["p"].text("en") == "p < 0.001"
    assert written_p(0.0124, "nl") == "= 0,012"


def test_the_words_of_a_claim_without_a_test_carry_no_figures() -> None:
    (claim,) = claims([LEVELS["broken"]])
    assert (claim.facets["difference"].text("nl"), claim.facets["p"].text("nl")) == (".", ".")
    assert claim.witness.method.en == "not tested: the scale ran from 1 to 7"


def test_overlapping_intervals_of_samples_are_no_comparison() -> None:
    witness = Witness(
        method=NATION, range=Range(1.0, 2.0), sampling=Sampling(n=100, df=10.0, conf_level=0.95)
    )
    one = Number(id="survey.a", value=1.5, witness=witness)
    with pytest.raises(ComparisonError, match="comes from a sample") as caught:
        relation_words(one, replace(one, id="survey.b"), "nl")
    assert "claim(" in str(caught.value)


def test_a_document_shows_a_claim_by_its_id_and_form() -> None:
    numbers = NumberStore.of(claims([LEVELS["higher"]]))
    report = Report(
        name="biennial",
        language="en",
        edition=Edition(id="2026", date=date(2026, 11, 23), as_of=date(2026, 11, 23)),
        contents=Contents(numbers=numbers, figures={}, tables={}),
        cited=(),
    )
    assert report.claim("a") == "higher than"
    assert report.claim("a", form="sentence") == "That is higher than the national figure."
    with pytest.raises(InputError, match=r"no number `claim\.b`"):
        report.claim("b")


def test_the_data_file_of_a_report_holds_the_test() -> None:
    (claim,) = claims([LEVELS["higher"]])
    fields = _sampling_fields(claim.witness)
    assert fields["n"] == 400
    assert 0 < fields["p"] == fields["adjusted_p"] < 0.001
    assert fields["flag"] == ""
    barred = _sampling_fields(claims([LEVELS["few"]])[0].witness)
    assert (barred["n"], barred["p"], barred["flag"]) == (0, None, "few")
