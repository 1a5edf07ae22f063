"""The survey's figures in a report: groups beside each other, and waves after each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from talentstats.figures import (
    Figure,
    interval_dots,
    likert,
    slope,
    small_multiples,
    stacked_shares,
    weighting,
)
from talentstats.language import Bilingual, text
from talentstats.reporting.claims import claim_id
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.survey.material import Survey
from talentstats.reporting.survey.numbers import CONF_LEVEL
from talentstats.reporting.survey.questions import NATION

GRID = ("sat_housing", "sat_healthcare", "sat_schools", "sat_transport", "sat_social_life", "sat_information")
UKRAINE = ("ukraine_works", "ukraine_below_level", "ukraine_stays")
WEIGHTED = ("nationality_broad", "sex", "birth_year_band")
_REST = "rest"


def survey_figures(
    survey: Survey, store: NumberStore, warnings: tuple[Bilingual, ...] = ()
) -> Mapping[str, Figure]:
    """Make every figure of the survey, by id; none is drawn before somebody looks at it.

    Parameters
    ----------
    survey : Survey
    store : NumberStore
        Holds the survey's numbers; titles are made of them.
    warnings : tuple of Bilingual
        Shown under every figure.
    """
    figures = {
        "survey-origin": _stacked(survey, store, "origin", "nationality_group", by="region"),
        "survey-sector": _answers(survey, store, "sector", "sector"),
        "survey-below-level": _regions(survey, store, "below_level", "below_level"),
        "survey-partners": _answers(survey, store, "partners", "partner_obstacles"),
        "survey-dutch": _stacked(survey, store, "dutch", "dutch_level", by="wave"),
        "survey-housing": _regions(survey, store, "housing", "months_to_find_home", unit="months"),
        "survey-satisfaction": _grid(survey, store),
        "survey-satisfaction-waves": _home_and_nation(
            survey, store, "satisfaction_waves", "satisfaction", unit="mark"
        ),
        "survey-discrimination": _home_and_nation(survey, store, "discrimination", "discriminated"),
        "survey-stay": _regions(survey, store, "stay", "plans_to_stay"),
        "survey-stay-waves": _every_region(survey, store, "stay_waves", "plans_to_stay"),
        "survey-students": _stacked(survey, store, "students", "after_graduation", by="region"),
        "survey-ukraine": _ukraine(survey, store),
        "survey-centre": _answers(survey, store, "centre", "services_used"),
        "survey-weighting": _weighting(survey),
    }
    return {name: replace(figure, warnings=warnings) for name, figure in figures.items()}


def survey_text(key: str, **values: str) -> Bilingual:
    """Return a text of the catalog's `survey` section in both languages."""
    return Bilingual(nl=text(f"survey.{key}", "nl", **values), en=text(f"survey.{key}", "en", **values))


def _about(
    survey: Survey, store: NumberStore, key: str, *, waves: Sequence[int], unit: str | None = None
) -> dict[str, Any]:
    """Say what a figure is about: title, measure, sources, unit and mark of synthetic data."""
    latest = str(survey.latest)
    shown = _shown_in_title(key, survey.questions.home, latest)
    title = {
        language: survey_text(f"title_{key}", figure=store.text(shown, language)).in_language(language)
        for language in ("nl", "en")
    }
    span = latest if len(waves) == 1 else f"{min(waves)}\N{EN DASH}{max(waves)}"
    return {
        "title": title,
        "measure": _plain(survey_text(f"measure_{key}", waves=span)),
        "sources": survey.origins(waves),
        "unit": _plain(survey_text(f"unit_{unit}")) if unit else "percent",
        "decimals": 1 if unit else 0,
        "conf_level": CONF_LEVEL,
        "synthetic": survey.synthetic,
    }


# The number that a title says, of the region the report is about or of the nation.
_IN_TITLE = {
    "origin": "nationality_group.eu.{home}",
    "sector": "sector.education.{home}",
    "below_level": "below_level.{home}",
    "partners": "partner_obstacles.language.{home}",
    "dutch": "dutch_b1.{home}",
    "housing": "months_to_find_home.{home}",
    "satisfaction": "satisfied_housing.{home}",
    "satisfaction_waves": "satisfaction.{home}",
    "discrimination": "discriminated.{home}",
    "stay": "plans_to_stay.{home}",
    "stay_waves": "plans_to_stay.nation",
    "students": "stays_after_graduation.{home}",
    "ukraine": "ukraine_works.nation",
    "centre": "services_used.registration.{home}",
}


def _shown_in_title(key: str, home: str, wave: str) -> str:
    return f"survey.{_IN_TITLE[key].format(home=home)}.{wave}"


def _plain(words: Bilingual) -> dict[str, str]:
    return {"nl": words.nl, "en": words.en}


def _names(survey: Survey, **columns: str) -> dict[str, Mapping[str, Mapping[str, str]]]:
    """Return what readers call values: regions, indicators, and columns with answers to a variable."""
    named: dict[str, Mapping[str, Mapping[str, str]]] = {**survey.names()}
    for column, variable in columns.items():
        labels = survey.answers.levels(variable)
        named[column] = {str(code): _plain(label) for code, label in labels.items()}
    return named


def _regions(survey: Survey, store: NumberStore, key: str, indicator: str, unit: str | None = None) -> Figure:
    """Draw the regions beside the nation."""
    table = survey.estimates([indicator])
    return interval_dots(
        table.filter(pl.col("region") != NATION),
        category="region",
        reference=table.filter(pl.col("region") == NATION),
        reference_name=survey.names()["region"][NATION],
        highlight=survey.questions.home,
        names=_names(survey),
        **_about(survey, store, key, waves=[survey.latest], unit=unit),
    )


def _answers(survey: Survey, store: NumberStore, key: str, variable: str) -> Figure:
    """Draw every answer to a question, for the region of the report and for the nation."""
    return interval_dots(
        survey.estimates([variable], regions=[survey.questions.home, NATION]),
        category="level",
        group="region",
        names=_names(survey, level=variable),
        **_about(survey, store, key, waves=[survey.latest]),
    )


def _stacked(survey: Survey, store: NumberStore, key: str, variable: str, *, by: str) -> Figure:
    """Draw all answers to a question as one bar a region, or one a wave of the region of the report."""
    waves, regions = [survey.latest], _regions_in_order(survey)
    if by == "wave":
        waves, regions = _comparable_waves(survey, variable), [survey.questions.home]
    shares = survey.estimates([variable], waves=waves, regions=regions).with_columns(
        pl.col("wave").cast(pl.String)
    )
    order = [str(code) for code in survey.answers.levels(variable) if str(code) in set(shares["level"])]
    return stacked_shares(
        shares,
        category=by,
        level="level",
        order=order,
        categories=regions if by == "region" else [str(wave) for wave in waves],
        names=_names(survey, level=variable),
        **_about(survey, store, key, waves=waves),
    )


def _regions_in_order(survey: Survey) -> list[str]:
    """Return the region of the report, then the others, the rest of the country and the nation."""
    home = survey.questions.home
    others = [str(code) for code in survey.answers.levels("region") if code not in (home, _REST)]
    return [home, *others, _REST, NATION]


def _comparable_waves(survey: Survey, variable: str) -> list[int]:
    """Return the waves that can be compared with the latest one."""
    segments = survey.answers.harmonised.trend(variable).segments
    return [wave for wave in segments[-1] if wave in survey.waves]


def _grid(survey: Survey, store: NumberStore) -> Figure:
    """Draw how satisfied respondents of the region are with six parts of life."""
    shares = survey.estimates(GRID, regions=[survey.questions.home]).with_columns(
        item=pl.col("indicator").str.split(".").list.first()
    )
    levels = [str(code) for code in survey.answers.levels(GRID[0])]
    items = {name: _plain(survey.answers.title(name)) for name in GRID}
    return likert(
        shares,
        item="item",
        level="level",
        order=levels,
        neutral=levels[len(levels) // 2],
        names={**_names(survey, level=GRID[0]), "item": items},
        **_about(survey, store, "satisfaction", waves=[survey.latest]),
    )


def _home_and_nation(
    survey: Survey, store: NumberStore, key: str, indicator: str, unit: str | None = None
) -> Figure:
    """Draw the region of the report and the nation over the waves, with the changes that were tested."""
    home, waves = survey.questions.home, list(survey.waves)
    table = survey.estimates([indicator], waves=waves, regions=[home, NATION])
    return slope(
        table,
        wave="wave",
        category="region",
        names=_names(survey),
        breaks=_breaks(survey, indicator),
        **_tested(survey, store, {region: f"{indicator}.{region}" for region in (home, NATION)}),
        **_about(survey, store, key, waves=table["wave"].unique().sort().to_list(), unit=unit),
    )


def _ukraine(survey: Survey, store: NumberStore) -> Figure:
    """Draw work and plans of people under temporary protection over the waves."""
    table = survey.estimates(UKRAINE, waves=list(survey.waves), regions=[NATION])
    return slope(
        table,
        wave="wave",
        category="indicator",
        names={"indicator": {name: _plain(survey_text(f"short_{name}")) for name in UKRAINE}},
        **_tested(survey, store, {name: f"{name}.{NATION}" for name in UKRAINE}),
        **_about(survey, store, "ukraine", waves=table["wave"].unique().sort().to_list()),
    )


def _every_region(survey: Survey, store: NumberStore, key: str, indicator: str) -> Figure:
    """Draw the waves of every region, each in a panel of its own beside the nation."""
    waves = list(survey.waves)
    table = survey.estimates([indicator], waves=waves)
    return small_multiples(
        table.filter(pl.col("region") != NATION),
        panel="region",
        wave="wave",
        reference=table.filter(pl.col("region") == NATION),
        reference_name=survey.names()["region"][NATION],
        panels=_regions_in_order(survey)[:-1],
        names=_names(survey),
        breaks=_breaks(survey, indicator),
        **_about(survey, store, key, waves=waves),
    )


def _breaks(survey: Survey, indicator: str) -> dict[tuple[int, int], dict[str, str]]:
    variable = survey.questions.indicator(indicator).compared
    return {
        (one.before, one.after): {"nl": one.reason.nl, "en": one.reason.en}
        for one in survey.answers.harmonised.trend(variable).breaks
        if {one.before, one.after} <= set(survey.waves)
    }


def _tested(survey: Survey, store: NumberStore, figures: Mapping[str, str]) -> dict[str, Any]:
    """Say which changes since the wave before were tested, and found significant."""
    if len(survey.waves) < 2:
        return {}
    before, after = sorted(survey.waves)[-2:]
    outcomes = {
        category: store[claim_id(f"{name}.change.{before}_{after}", "outcome")].text("en")
        for category, name in figures.items()
    }
    changed = {
        category: outcome in ("higher", "lower")
        for category, outcome in outcomes.items()
        if outcome in ("higher", "lower", "unclear")
    }
    return {"changed": changed, "compared": (before, after)}


def _weighting(survey: Survey) -> Figure:
    """Draw what weighting did to the latest wave, for the margins of a single variable."""
    done = survey.waves[survey.latest].table.details["weighting"]
    margins = pl.DataFrame(done["margins"], infer_schema_length=None)
    names = {name: _plain(survey.answers.title(name)) for name in WEIGHTED}
    for name in WEIGHTED:
        labels = survey.answers.levels(name)
        names.update({f"{name}.{code}": _plain(label) for code, label in labels.items()})
    figure = weighting(
        pl.DataFrame(done["weights"], infer_schema_length=None),
        # Codes such as `other` belong to more than one variable.
        margins.filter(pl.col("margin").is_in(WEIGHTED)).with_columns(
            level=pl.concat_str("margin", "level", separator=".")
        ),
        title=_plain(survey_text("title_weighting")),
        sources=survey.origins([survey.latest]),
        names=names,
    )
    return replace(figure, synthetic=survey.synthetic)
