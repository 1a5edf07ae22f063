"""The table of the Talent Coalition brief: the evidence for every ask."""

from collections.abc import Iterator, Mapping

from talentstats.language import Bilingual, text
from talentstats.reporting.cells import NOTHING, shown
from talentstats.reporting.claims import claim_id
from talentstats.reporting.coalition.asks import INDICATORS, coalition_text, indicator_name
from talentstats.reporting.contrasts import Kind
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.reporting.survey.estimates import PREFIX
from talentstats.reporting.survey.material import Survey
from talentstats.reporting.survey.questions import NATION
from talentstats.tables import Column, Table


def coalition_tables(survey: Survey, store: NumberStore) -> Mapping[str, Table]:
    """Make the table of the brief, by id.

    Parameters
    ----------
    survey : Survey
    store : NumberStore
        Holds the survey's numbers and claims.
    """
    rows = []
    cites: list[str] = []
    for indicator in INDICATORS:
        figures, claims = _figure_ids(survey, indicator), _claim_ids(survey, indicator)
        cells = (cell for name in figures for cell in _figure_cells(store[name]))
        told = (_outcome(store, name, kind) for kind, name in claims.items())
        rows.append((indicator_name(indicator), *cells, *told))
        cites += [*figures, *(name for name in claims.values() if name in store.numbers)]
    return {
        "evidence": Table(
            columns=tuple(_columns(survey)), rows=tuple(rows), cites=tuple(cites), synthetic=survey.synthetic
        )
    }


def _figure_ids(survey: Survey, indicator: str) -> list[str]:
    return [f"{PREFIX}{indicator}.{domain}.{survey.latest}" for domain in (survey.questions.home, NATION)]


def _claim_ids(survey: Survey, indicator: str) -> dict[Kind, str]:
    """Give the claims of an indicator: against the nation, and since the wave before if there is one."""
    home, waves = survey.questions.home, sorted(survey.waves)
    found: dict[Kind, str] = {"level": claim_id(f"{indicator}.{home}.vs_{NATION}.{waves[-1]}")}
    if len(waves) > 1:
        found["change"] = claim_id(f"{indicator}.{home}.change.{waves[-2]}_{waves[-1]}")
    return found


def _columns(survey: Survey) -> Iterator[Column]:
    home, nation = coalition_text("head_home"), coalition_text("head_nation")
    respondents = coalition_text("head_n")
    yield Column(header=coalition_text("head_indicator"), width=52)
    for domain in (home, nation):
        yield Column(header=domain, align="right", width=20)
        yield Column(header=respondents, align="right", width=8)
    yield Column(header=coalition_text("head_level"), width=21)
    if len(survey.waves) > 1:
        before = str(sorted(survey.waves)[-2])
        yield Column(header=coalition_text("head_change", wave=before), width=19)


def _figure_cells(number: Number) -> tuple[Bilingual, Bilingual]:
    """Give a share with its interval, and the respondents it rests on."""
    value, respondents = shown(number), shown(number.facets["n"])
    if number.value is None:
        return value, respondents
    interval = shown(number.facets["interval"])
    return Bilingual(nl=f"{value.nl} ({interval.nl})", en=f"{value.en} ({interval.en})"), respondents


def _outcome(store: NumberStore, name: str, kind: Kind) -> Bilingual:
    """Say what was found, in the words of a cell; a dash where nothing is claimed."""
    if name not in store.numbers:
        return NOTHING
    key = f"coalition.{kind}_{store[f'{name}.outcome'].text('en')}"
    return Bilingual(nl=text(key, "nl"), en=text(key, "en"))
