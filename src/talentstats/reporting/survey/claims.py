"""What the reports may claim about the survey, each claim tested with the others of its chapter."""

from collections.abc import Iterator, Mapping

from talentstats.codebooks.harmonised import Harmonised
from talentstats.language import Bilingual
from talentstats.reporting.claims import claims
from talentstats.reporting.contrasts import Contrast, Question
from talentstats.reporting.numbers import Number
from talentstats.reporting.survey.estimates import Made, WaveEstimates
from talentstats.reporting.survey.numbers import wave_witness
from talentstats.reporting.survey.pairs import Pair, contrasts_of, pairs_of
from talentstats.reporting.survey.questions import Answers, Questions


def survey_claims(
    waves: Mapping[int, WaveEstimates],
    contrasts: Mapping[str, Contrast],
    questions: Questions,
    answers: Answers,
) -> Iterator[Number]:
    """Test every claim that is declared, about the latest wave.

    The p-values of a chapter are adjusted together (Holm). Figures that cannot be compared, or are not sure
    enough, are not tested; their claim says so.

    Parameters
    ----------
    waves : mapping of wave to WaveEstimates
        Those that are there, in the order of their years.
    contrasts : mapping of id to Contrast
        As `tested_contrasts` gives them.
    questions : Questions
    answers : Answers
        Says which waves can be compared, and how answers are called.
    """
    pairs = _pairs(waves, questions, answers)
    for chapter in questions.chapters:
        yield from claims(
            [
                _question(pair, contrasts.get(pair.id), broken(pair, answers.harmonised), waves)
                for pair in pairs
                if pair.indicator.chapter == chapter
            ]
        )


def tested_contrasts(
    waves: Mapping[int, WaveEstimates], made: Mapping[int, Made], questions: Questions, answers: Answers
) -> dict[str, Contrast]:
    """Estimate every difference that is claimed, on one sample or on two waves with the units they share.

    Parameters
    ----------
    waves : mapping of wave to WaveEstimates
    made : mapping of wave to Made
        The estimates these tables are of, with their covariances.
    questions : Questions
    answers : Answers
    """
    comparable = [
        pair for pair in _pairs(waves, questions, answers) if broken(pair, answers.harmonised) is None
    ]
    return contrasts_of(comparable, waves, made, questions.reliability)


def _pairs(waves: Mapping[int, WaveEstimates], questions: Questions, answers: Answers) -> list[Pair]:
    return [pair for one in questions.indicators for pair in pairs_of(one, list(waves), questions, answers)]


def broken(pair: Pair, harmonised: Harmonised) -> Bilingual | None:
    """Say why two waves cannot be compared; None when they can, or are one."""
    before, after = pair.second.wave, pair.first.wave
    if before == after:
        return None
    for column in (pair.indicator.compared, *pair.indicator.among):
        reason = harmonised.comparable(column, before, after)
        if reason is not None:
            return Bilingual(nl=reason.nl, en=reason.en)
    return None


def _question(
    pair: Pair, contrast: Contrast | None, reason: Bilingual | None, waves: Mapping[int, WaveEstimates]
) -> Question:
    of_first, of_second = (wave_witness(waves[place.wave].table) for place in (pair.first, pair.second))
    share = pair.indicator.statistic == "share"
    return Question(
        id=pair.id,
        kind=pair.kind,
        family=pair.indicator.chapter,
        reference=pair.reference,
        contrast=contrast,
        barred="broken" if reason else None if contrast else "few",
        reason=reason,
        unit="percentage_point" if share else pair.indicator.unit,
        decimals=0 if share else 1,
        period=of_first.period,
        vintage=of_first.vintage,
        sources=tuple(dict.fromkeys((*of_first.sources, *of_second.sources))),
        synthetic=of_first.synthetic,
    )
