"""The numbers of the chapters on tightness, provinces and revisions."""

from collections.abc import Iterable, Iterator

import polars as pl

from talentstats.errors import NotPublishedError
from talentstats.labour import CLASSES, Observation, Series, rank_range, uwv_class
from talentstats.language import Bilingual
from talentstats.reporting.biennial.material import HOME_LABOUR_REGION, HOME_PROVINCE, NEWS_PERIOD, Material
from talentstats.reporting.derived import counted, described, words
from talentstats.reporting.numbers import Number, Source, Witness, observation_number
from talentstats.terms import Period

OLD_METHOD_LAST = "2021Q3"
# Stated by CBS in the description of this table.
BOUNDARY_CHANGE = Period.parse("2019")
BOUNDARY_SOURCE = "cbs/83523NED/2020-05-20"
CHART_FIRST = "2013Q1"
# A vintage that came later than this after its quarter was back-cast, not released.
RELEASE_DELAY_DAYS = 100


def labour_numbers(material: Material) -> Iterator[Number]:
    """Give every number on the labour market."""
    yield from _national(material)
    yield from _quarters(material)
    yield from _news(material)
    yield from _method_break(material)
    yield from _provinces(material)
    yield from _uwv(material)
    yield from _revisions(material)


def _national(material: Material) -> Iterator[Number]:
    tight = material.tight
    latest = latest_observation(tight)
    yield observation_number("tightness.nl.latest", latest)
    yield observation_number("tightness.nl.year_before", tight.at(latest.period.next(-4)))
    yield observation_number("tightness.nl.highest", _highest(tight))
    yield observation_number("tightness.nl.first_below_100", _first_below(tight, 100.0))


def _quarters(material: Material) -> Iterator[Number]:
    """Give the first and the latest figure of every quarter that was released in the new method."""
    released = material.tight.first_release(max_delay_days=RELEASE_DELAY_DAYS)
    for period in released.periods:
        yield observation_number(f"tightness.nl.first_release.{period}", released.at(period))
        yield observation_number(f"tightness.nl.{period}", material.tight.at(period))


def _news(material: Material) -> Iterator[Number]:
    """Give the unadjusted figures beside the one that was in the news."""
    home = material.provinces[HOME_PROVINCE]
    yield observation_number(
        f"tightness.nl_unadjusted.{NEWS_PERIOD}", material.tight_unadjusted.at(NEWS_PERIOD)
    )
    yield observation_number(f"tightness.home.{NEWS_PERIOD}", home.at(NEWS_PERIOD))


def _method_break(material: Material) -> Iterator[Number]:
    old = material.tight_old.first_release()
    yield observation_number(f"tightness.nl_old.{OLD_METHOD_LAST}", old.at(OLD_METHOD_LAST))
    yield observation_number(f"tightness.nl.{OLD_METHOD_LAST}", material.tight.at(OLD_METHOD_LAST))


def province_observations(material: Material) -> dict[str, Observation]:
    """Return the latest complete set of provincial figures, the largest first."""
    period = material.province_period
    found = {code: series.at(period) for code, series in material.provinces.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].value, item[0])))


def _provinces(material: Material) -> Iterator[Number]:
    found = province_observations(material)
    for code, observation in found.items():
        yield observation_number(f"tightness.province.{code}", observation)
    places = rank_range(list(found.values()))
    period = Period.parse(material.province_period)
    sources = _sources_of(found.values())
    yield _boundary_change(material)
    yield counted("provinces.count", len(found), sources=sources, period=period)
    first = [one for one, place in zip(found.values(), places, strict=True) if place[0] == 1]
    last = [one for one, place in zip(found.values(), places, strict=True) if place[1] == len(found)]
    yield words("provinces.maybe_highest", _names(first), sources=sources, period=period)
    yield words("provinces.maybe_lowest", _names(last), sources=sources, period=period)
    yield observation_number(
        "tightness.nl_unadjusted.province_period", material.tight_unadjusted.at(material.province_period)
    )


def _boundary_change(material: Material) -> Number:
    source = Source(origin=material.labour.origins[BOUNDARY_SOURCE])
    witness = Witness(
        period=BOUNDARY_CHANGE,
        vintage=source.origin.published,
        sources=(source,),
        method=described("method_as_published"),
        certainty="official",
    )
    return Number(id="provinces.boundary_change", value=BOUNDARY_CHANGE, form="period", witness=witness)


def _uwv(material: Material) -> Iterator[Number]:
    tension = latest_observation(material.tension)
    yield observation_number("uwv.tension", tension)
    named = uwv_class(tension.value)
    yield words(
        "uwv.tension.class_name",
        Bilingual(nl=named.name_nl, en=named.name_en),
        sources=_sources_of([tension]),
        period=tension.period,
    )
    for code in material.tension_classes.periods:
        observation = material.tension_classes.at(code)
        named = CLASSES[int(observation.value) - 1]
        yield words(
            f"uwv.{HOME_LABOUR_REGION}.{code}",
            Bilingual(nl=named.name_nl, en=named.name_en),
            sources=_sources_of([observation]),
            period=observation.period,
            vintage=observation.vintage,
        )


def _revisions(material: Material) -> Iterator[Number]:
    revised = material.tight.revisions(max_delay_days=RELEASE_DELAY_DAYS)
    sources = tuple(Source(origin=origin) for origin in material.tight.used_origins())
    yield counted("revisions.count", revised.height, sources=sources)
    yield counted("revisions.beyond_rounding", int(revised["beyond_rounding"].sum()), sources=sources)
    changed = revised.filter(pl.col("beyond_rounding"))
    largest = max((abs(change) for change in changed["revision"]), default=0.0)
    yield counted("revisions.largest", largest, sources=sources)


def latest_observation(series: Series) -> Observation:
    """Return the figure of the last period of a series."""
    return series.at(series.periods[-1])


def _highest(series: Series) -> Observation:
    latest = series.latest().vintages.filter(pl.col("period") >= CHART_FIRST)
    return series.at(latest.sort("exact", descending=True)["period"][0])


def _first_below(series: Series, level: float) -> Observation:
    """Return the first figure since which every figure lies below a level, wherever in their ranges."""
    latest = series.latest().vintages.sort("period")
    above = latest.filter(pl.col("high") >= level)["period"]
    below = latest.filter(pl.col("period") > str(above.max())) if above.len() else latest
    if below.is_empty():
        raise NotPublishedError(
            f"{series.definition} does not lie below {level:g} now.",
            expected=f"a latest figure below {level:g}",
            got=str(latest_observation(series)),
            remedy="Rewrite the sentence that says so in both documents of the report.",
        )
    return series.at(below["period"][0])


def _names(observations: list[Observation]) -> Bilingual:
    return Bilingual(
        nl=_listed([one.definition.region_name_nl for one in observations], "of"),
        en=_listed([one.definition.region_name_en for one in observations], "or"),
    )


def _listed(names: list[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def _sources_of(observations: Iterable[Observation]) -> tuple[Source, ...]:
    found = {
        origin.dataset: Source(origin=origin)
        for observation in observations
        for origin in observation.origins
    }
    return tuple(found[name] for name in sorted(found))
