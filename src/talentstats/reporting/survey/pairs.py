"""What is compared with what: a region with the nation, a wave with the one before, a group with another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from talentstats.estimate.compare import Samples, compare
from talentstats.estimate.estimates import Estimates
from talentstats.labour.rounding import Range
from talentstats.language import Bilingual, text
from talentstats.reporting.contrasts import Contrast, Kind
from talentstats.reporting.derived import described
from talentstats.reporting.survey.estimates import REGION, Made, WaveEstimates, column_name
from talentstats.reporting.survey.numbers import CONF_LEVEL
from talentstats.reporting.survey.questions import NATION, Answers, Indicator, Questions, Reliability
from talentstats.reporting.survey.reliability import unreliable


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a figure is looked up: a wave, a region (empty: the nation), and perhaps an answer of a group."""

    wave: int
    region: str = ""
    by: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Two figures of an indicator that the report wants to compare."""

    indicator: Indicator
    name: str
    kind: Kind
    first: Place
    second: Place
    reference: Bilingual

    @property
    def id(self) -> str:
        """The id of the claim."""
        return f"{self.indicator.id}.{self.name}"

    @property
    def places(self) -> tuple[str, Place, Place]:
        """What it has in common with the pairs that are compared in one go."""
        return (self.indicator.statistic, self.first, self.second)


def pairs_of(
    indicator: Indicator, waves: Sequence[int], questions: Questions, answers: Answers
) -> Iterator[Pair]:
    """Give what is declared to be compared for an indicator, about the last of the waves."""
    latest, home = waves[-1], questions.home
    if "region" in indicator.claims:
        yield Pair(
            indicator=indicator,
            name=f"{home}.vs_{NATION}.{latest}",
            kind="level",
            first=Place(wave=latest, region=home),
            second=Place(wave=latest),
            reference=described("survey_reference_nation"),
        )
    if "change" in indicator.claims and len(waves) > 1:
        before = waves[-2]
        for region in (home, ""):
            yield Pair(
                indicator=indicator,
                name=f"{region or NATION}.change.{before}_{latest}",
                kind="change",
                first=Place(wave=latest, region=region),
                second=Place(wave=before, region=region),
                reference=Bilingual(nl=str(before), en=str(before)),
            )
    for by, first, second in indicator.contrasts:
        label = answers.levels(by)[second]
        yield Pair(
            indicator=indicator,
            name=f"{NATION}.{by}.{first}_vs_{second}.{latest}",
            kind="level",
            first=Place(wave=latest, by=by, answer=first),
            second=Place(wave=latest, by=by, answer=second),
            reference=Bilingual(
                nl=text("report.survey_reference_group", "nl", group=label.nl),
                en=text("report.survey_reference_group", "en", group=label.en),
            ),
        )


def contrasts_of(
    pairs: Sequence[Pair], waves: Mapping[int, WaveEstimates], made: Mapping[int, Made], rule: Reliability
) -> dict[str, Contrast]:
    """Estimate the differences, by the id of the pair; none for a pair with a side that is not sure enough.

    Pairs of the same places are compared in one go. Two waves share sampling units, which lowers the variance
    of their difference.
    """
    known = [
        pair for pair in pairs if all(sure(pair, place, waves, rule) for place in (pair.first, pair.second))
    ]
    found: dict[str, Contrast] = {}
    for _, group in groupby(sorted(known, key=lambda pair: pair.places), key=lambda pair: pair.places):
        found.update(_contrasts(list(group), waves, made))
    return found


def sure(pair: Pair, place: Place, waves: Mapping[int, WaveEstimates], rule: Reliability) -> bool:
    """Say whether a figure is there and sure enough to be shown."""
    row = _row(pair.indicator, place, waves)
    return row is not None and not unreliable(
        rule, pair.indicator, n=row["n_obs"], low=row["conf_low"], high=row["conf_high"], mean=row["estimate"]
    )


def _row(indicator: Indicator, place: Place, waves: Mapping[int, WaveEstimates]) -> dict[str, Any] | None:
    if not waves[place.wave].has(indicator, place.by):
        return None
    for row in waves[place.wave].rows(indicator, place.by):
        if (row[REGION] or "") == place.region and (not place.by or row[place.by] == place.answer):
            return row
    return None


def _contrasts(
    pairs: Sequence[Pair], waves: Mapping[int, WaveEstimates], estimated: Mapping[int, Made]
) -> Iterator[tuple[str, Contrast]]:
    first, second = pairs[0].first, pairs[0].second
    samples: Samples | None = None if first.wave == second.wave else "shared"
    made = compare(
        _estimates(pairs, first, estimated),
        _estimates(pairs, second, estimated),
        samples=samples,
        conf_level=CONF_LEVEL,
    )
    rows = {row["variable"]: row for row in made.table.iter_rows(named=True)}
    for pair in pairs:
        row = rows[column_name(pair.indicator)]
        if row["std_error"] is None or row["conf_low"] is None:
            continue
        sides = [_row(pair.indicator, place, waves) for place in (first, second)]
        yield (
            pair.id,
            Contrast(
                difference=row["estimate"],
                std_error=row["std_error"],
                df=row["df"],
                interval=Range(row["conf_low"], row["conf_high"]),
                n=min(side["n_obs"] for side in sides if side),
                conf_level=CONF_LEVEL,
            ),
        )


def _estimates(pairs: Sequence[Pair], place: Place, estimated: Mapping[int, Made]) -> Estimates:
    wanted: dict[str, Any] = {REGION: place.region or None}
    if place.by:
        wanted[place.by] = place.answer
    made = estimated[place.wave][place.by, pairs[0].indicator.statistic]
    return made.filter(variable=[column_name(pair.indicator) for pair in pairs], **wanted)
