"""The Talent Coalition brief as a whole."""

from collections.abc import Iterable, Iterator
from datetime import date

from talentstats.language import Bilingual
from talentstats.reporting.biennial.labour_numbers import labour_numbers
from talentstats.reporting.biennial.material import HOME_PROVINCE, Material, gather
from talentstats.reporting.cells import source_name, unique
from talentstats.reporting.claims import PREFIX as CLAIM
from talentstats.reporting.coalition.asks import INDICATORS
from talentstats.reporting.coalition.figures import coalition_figures
from talentstats.reporting.coalition.tables import coalition_tables
from talentstats.reporting.contents import Contents
from talentstats.reporting.derived import counted, words
from talentstats.reporting.numbers import Number, NumberStore, Source
from talentstats.reporting.survey.estimates import PREFIX as SURVEY
from talentstats.reporting.survey.material import Survey, gather_survey
from talentstats.reporting.survey.numbers import wave_witness
from talentstats.workspace import Workspace

# CBS's measure only: UWV's tension is another one and never stands beside it.
LABOUR = (
    "tightness.nl.latest",
    "tightness.nl.year_before",
    "tightness.nl.highest",
    f"tightness.province.{HOME_PROVINCE}",
    "tightness.nl_unadjusted.province_period",
)


def coalition_contents(workspace: Workspace, *, as_of: date) -> Contents:
    """Make the numbers, figures and tables of the brief, as known on `as_of`."""
    material, survey = gather(workspace, as_of=as_of), gather_survey(workspace, as_of=as_of)
    return contents_of(material, survey)


def contents_of(material: Material, survey: Survey) -> Contents:
    """Make the contents from the labour market and the survey as they were gathered.

    Parameters
    ----------
    material : Material
    survey : Survey
    """
    labour = [number for number in labour_numbers(material) if number.id in LABOUR]
    store = NumberStore.of([*labour, *_evidence(survey), *_quality(survey), *_sources(labour, survey)])
    messages = material.labour.validation["messages"]
    return Contents(
        numbers=store,
        figures=coalition_figures(survey, store),
        tables=coalition_tables(survey, store),
        warnings=tuple(Bilingual(nl=one["nl"], en=one["en"]) for one in messages),
        synthetic=bool(material.labour.synthetic) or survey.synthetic,
    )


def _evidence(survey: Survey) -> Iterator[Number]:
    """Give what the survey says about the asks, and about its latest wave.

    The claims are those of the biennial report, tested with all others of their chapter: the brief says
    nothing that the report does not.
    """
    names = [f"{kind}{indicator}." for indicator in INDICATORS for kind in (SURVEY, CLAIM)]
    begins = (f"{SURVEY}wave.{survey.latest}.", *names)
    return (number for number in survey.numbers if number.id.startswith(begins))


def _quality(survey: Survey) -> Iterator[Number]:
    """Give how the latest wave came through its checks."""
    table = survey.waves[survey.latest].table
    for name in ("rules", "warnings"):
        yield counted(
            f"{SURVEY}wave.{survey.latest}.{name}",
            table.validation[name],
            sources=wave_witness(table).sources,
        )


def _sources(labour: Iterable[Number], survey: Survey) -> Iterator[Number]:
    """Name the files behind the labour figures, and those of the waves that are compared."""
    waves = sorted(survey.waves)[-2:]
    behind = {
        "labour": [source for number in labour for source in number.witness.sources],
        "survey": [source for wave in waves for source in wave_witness(survey.waves[wave].table).sources],
    }
    for name, sources in behind.items():
        origins = dict.fromkeys(source.origin for source in sources)
        named = sorted((source_name(origin) for origin in origins), key=lambda one: one.en)
        value = Bilingual(
            nl=", ".join(unique(one.nl for one in named)), en=", ".join(unique(one.en for one in named))
        )
        yield words(f"sources.{name}", value, sources=tuple(Source(origin=origin) for origin in origins))
