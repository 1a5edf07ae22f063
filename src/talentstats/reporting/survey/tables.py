"""The survey's tables in a report: indicators by chapter with what was tested, the waves, and breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from talentstats.language import Bilingual
from talentstats.reporting.cells import NOTHING, day_cell, plain, shown, with_unit
from talentstats.reporting.claims import claim_id
from talentstats.reporting.numbers import Number, NumberStore
from talentstats.reporting.survey.figures import survey_text
from talentstats.reporting.survey.material import Survey
from talentstats.reporting.survey.questions import NATION, Indicator
from talentstats.tables import Column, Table
from talentstats.terms import Period

KEY_INDICATORS = (
    "plans_to_stay",
    "paid_work",
    "below_level",
    "partner_works",
    "partner_seeks",
    "dutch_b1",
    "satisfied_housing",
    "at_home",
    "discriminated",
    "stays_after_graduation",
    "satisfied_centre",
)


def survey_tables(survey: Survey, store: NumberStore) -> Mapping[str, Table]:
    """Make every table of the survey, by id.

    Parameters
    ----------
    survey : Survey
    store : NumberStore
        Holds the survey's numbers and claims.
    """
    by_chapter = {
        f"survey-{chapter}": _compared(
            survey, store, [one for one in survey.questions.indicators if one.chapter == chapter]
        )
        for chapter in survey.questions.chapters
    }
    chosen = [survey.questions.indicator(name) for name in KEY_INDICATORS]
    figures = {
        "survey-key": _compared(survey, store, chosen),
        **by_chapter,
        "survey-waves": _waves(survey, store),
    }
    marked = {name: replace(table, synthetic=survey.synthetic) for name, table in figures.items()}
    return {**marked, "survey-breaks": _breaks(survey)}


def _compared(survey: Survey, store: NumberStore, indicators: Sequence[Indicator]) -> Table:
    """Set the region beside the nation, with what was tested; indicators without claims are left out."""
    home, latest = survey.questions.home, survey.latest
    claimed = [one for one in indicators if one.claims and survey.waves[latest].has(one)]
    rows, cites = [], []
    for indicator in claimed:
        ids = [f"survey.{indicator.id}.{region}.{latest}" for region in (home, NATION)]
        claims = list(_claims(survey, store, indicator))
        rows.append((indicator.title, *(_with_interval(store[name]) for name in ids), *_words(store, claims)))
        cites += [*ids, *(name for name in claims if name)]
    return Table(
        columns=(
            _column("share", width=34),
            _column("home", align="right", width=18),
            _column("nation", align="right", width=18),
            _column("against_nation", width=22),
            _column("since", width=22, wave=str(_before(survey))),
        ),
        rows=tuple(rows),
        cites=tuple(cites),
    )


def _column(key: str, *, width: int, align: str = "left", **values: str) -> Column:
    return Column(
        header=survey_text(f"head_{key}", **values),
        align="right" if align == "right" else "left",
        width=width,
    )


def _claims(survey: Survey, store: NumberStore, indicator: Indicator) -> Iterator[str]:
    """Give the ids of the two claims of a row, empty where none is made."""
    home, latest, before = survey.questions.home, survey.latest, _before(survey)
    named = (f"{home}.vs_{NATION}.{latest}", f"{home}.change.{before}_{latest}")
    for kind, name in zip(("region", "change"), named, strict=True):
        found = claim_id(f"{indicator.id}.{name}")
        yield found if kind in indicator.claims and found in store.numbers else ""


def _before(survey: Survey) -> int:
    return sorted(survey.waves)[-2] if len(survey.waves) > 1 else survey.latest


def _words(store: NumberStore, claims: Sequence[str]) -> Iterator[Bilingual]:
    """Say in a word what each claim found, with the size of what was significant."""
    for name in claims:
        if not name:
            yield NOTHING
            continue
        outcome = store[f"{name}.outcome"].text("en")
        size = with_unit(store[f"{name}.difference"])
        yield survey_text(f"outcome_{outcome}") if outcome not in ("higher", "lower") else size


def _with_interval(number: Number) -> Bilingual:
    """Write a figure with its interval behind it: `66% (63-69)`."""
    if number.value is None:
        return shown(number)
    figure, interval = with_unit(number), number.facets["interval"]
    return Bilingual(nl=f"{figure.nl} ({interval.text('nl')})", en=f"{figure.en} ({interval.text('en')})")


def _waves(survey: Survey, store: NumberStore) -> Table:
    rows, cites = [], []
    for wave, made in survey.waves.items():
        of_wave = f"survey.wave.{wave}"
        first, last = (day_cell(_day(store[f"{of_wave}.{end}"])) for end in ("from", "to"))
        fieldwork = Bilingual(nl=f"{first.nl} \N{EN DASH} {last.nl}", en=f"{first.en} \N{EN DASH} {last.en}")
        ids = [f"{of_wave}.{part}" for part in ("respondents", "units", "design_effect")]
        kind = survey_text("kind_synthetic" if made.table.synthetic else "kind_real")
        rows.append((plain(str(wave)), fieldwork, *(shown(store[name]) for name in ids), kind))
        cites += ids
    return Table(
        columns=(
            _column("wave", width=18),
            _column("fieldwork", width=32),
            _column("respondents", align="right", width=18),
            _column("units", align="right", width=16),
            _column("effect", align="right", width=20),
            _column("kind", width=16),
        ),
        rows=tuple(rows),
        cites=tuple(cites),
    )


def _day(number: Number) -> date | None:
    return number.value.start if isinstance(number.value, Period) else None


def _breaks(survey: Survey) -> Table:
    """List the variables of the report that cannot be compared over all waves, and why."""
    harmonised = survey.answers.harmonised
    rows = []
    for name in dict.fromkeys(one.compared for one in survey.questions.indicators):
        if name in survey.answers.derived:
            continue
        for one in harmonised.trend(name).breaks:
            if {one.before, one.after} <= set(survey.waves):
                between = plain(f"{one.before}\N{EN DASH}{one.after}")
                reason = Bilingual(nl=one.reason.nl, en=one.reason.en)
                rows.append((survey.answers.title(name), between, reason))
    return Table(
        columns=(_column("variable", width=34), _column("between", width=16), _column("reason", width=62)),
        rows=tuple(rows),
    )
