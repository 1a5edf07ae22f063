"""The biennial report as a whole."""

from collections.abc import Iterator
from datetime import date

from talentstats.language import Bilingual
from talentstats.reporting.biennial.figures import biennial_figures
from talentstats.reporting.biennial.labour_numbers import labour_numbers
from talentstats.reporting.biennial.material import Material, gather
from talentstats.reporting.biennial.province_changes import province_changes
from talentstats.reporting.biennial.region_numbers import region_numbers
from talentstats.reporting.biennial.revised import gather_revised
from talentstats.reporting.biennial.revision_numbers import published_numbers, revision_numbers
from talentstats.reporting.biennial.revision_tables import revision_tables
from talentstats.reporting.biennial.tables import biennial_tables
from talentstats.reporting.contents import Contents
from talentstats.reporting.derived import counted, described, words
from talentstats.reporting.numbers import Number, NumberStore, Source, Witness
from talentstats.reporting.published_numbers import numbers_today
from talentstats.reporting.survey.figures import survey_figures
from talentstats.reporting.survey.material import Survey, gather_survey
from talentstats.reporting.survey.tables import survey_tables
from talentstats.store import ProcessedTable
from talentstats.vintages.published import check_publication
from talentstats.workspace import Workspace

NAME = "biennial"
# Aged from 15 up to 75, as CBS defines the labour force in the description of this table.
WORKING_AGE = (15.0, 75.0)
LABOUR_FORCE_SOURCE = "cbs/80590ned/2026-07-16"


def biennial_contents(workspace: Workspace, *, edition_date: date, as_of: date) -> Contents:
    """Make the numbers, figures and tables of the report, as known on `as_of`."""
    material = gather(workspace, as_of=as_of)
    survey = gather_survey(workspace, as_of=as_of)
    revised = gather_revised(
        workspace,
        labour=material.labour,
        regional=material.regional,
        as_of=as_of,
        report=NAME,
        edition_date=edition_date,
    )
    figures = NumberStore.of(
        [
            *_edition_numbers(edition_date, as_of),
            *labour_numbers(material),
            *province_changes(material),
            *region_numbers(material),
            *survey.numbers,
            *_quality_numbers(material, survey),
            *_definition_numbers(material),
            *revision_numbers(revised),
        ]
    )
    checked = [check_publication(one, numbers_today(figures)) for one in revised.publications]
    store = NumberStore.of([*figures, *published_numbers(checked)])
    published, asked = _warnings(material.labour, material.regional), _warnings(*survey.tables)
    texts = tuple({"nl": warning.nl, "en": warning.en} for warning in published)
    return Contents(
        numbers=store,
        figures={**biennial_figures(material, store, texts), **survey_figures(survey, store, asked)},
        tables={
            **biennial_tables(material, survey, store),
            **revision_tables(revised, checked, store),
            **survey_tables(survey, store),
        },
        warnings=(*published, *asked),
        synthetic=bool(material.labour.synthetic or material.regional.synthetic or survey.synthetic),
    )


def _edition_numbers(edition_date: date, as_of: date) -> Iterator[Number]:
    for name, day in (("edition.date", edition_date), ("edition.as_of", as_of)):
        yield Number(id=name, value=day, form="date", witness=Witness(method=described("method_edition")))


def _quality_numbers(material: Material, survey: Survey) -> Iterator[Number]:
    yield from _published_quality((material.labour, material.regional))
    sources = tuple(Source(origin=origin) for origin in survey.origins())
    rules = survey.waves[survey.latest].table.validation["rules"]
    warnings = sum(one.validation["warnings"] for one in survey.tables)
    yield counted("quality.survey.rules", rules, sources=sources)
    yield counted("quality.survey.warnings", warnings, sources=sources)


def _published_quality(tables: tuple[ProcessedTable, ...]) -> Iterator[Number]:
    sources = tuple(Source(origin=table.origins[name]) for table in tables for name in sorted(table.origins))
    yield counted("quality.datasets", len(sources), sources=sources)
    yield counted("quality.figures", sum(table.frame.height for table in tables), sources=sources)
    yield counted("quality.rules", sum(table.validation["rules"] for table in tables), sources=sources)
    yield counted("quality.warnings", sum(table.validation["warnings"] for table in tables), sources=sources)
    official = sum(table.frame["certainty"].to_list().count("official") for table in tables)
    yield counted("quality.official", official, sources=sources)
    yield counted("quality.excluded", sum(len(table.refusals) for table in tables), sources=sources)


def _definition_numbers(material: Material) -> Iterator[Number]:
    """Give the limits that belong to a definition, as the description of the table states them."""
    source = Source(origin=material.labour.origins[LABOUR_FORCE_SOURCE])
    for name, age in zip(("from", "to"), WORKING_AGE, strict=True):
        witness = Witness(
            vintage=source.origin.published,
            sources=(source,),
            method=described("method_definition"),
            certainty="official",
        )
        yield Number(id=f"definition.working_age.{name}", value=age, witness=witness)
    licence = source.origin.licence.name
    yield words("quality.licence", Bilingual(nl=licence, en=licence), sources=(source,))


def _warnings(*tables: ProcessedTable) -> tuple[Bilingual, ...]:
    return tuple(
        Bilingual(nl=entry["nl"], en=entry["en"])
        for table in tables
        for entry in table.validation["messages"]
    )
