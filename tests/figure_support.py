"""Figures of surveys to test with: one of each kind, with long labels, gaps and all that can be drawn."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from talentstats.figures import Figure, interval_dots, likert, slope, small_multiples, stacked_shares
from talentstats.provenance import Licence, Origin
from talentstats.terms import Vintage

SURVEY_TITLE = {
    "nl": "Internationals in de regio willen vaker blijven dan gemiddeld",
    "en": "Internationals in the region more often plan to stay than average",
}
MEASURE = {"nl": "Aandeel dat wil blijven, 2025", "en": "Share who plan to stay, 2025"}
# Labels as long as those of real questionnaires, with compounds that cannot be broken.
SURVEY_NAMES = {
    "region": {
        "region": {"nl": "Regio", "en": "Region"},
        "leiden": {
            "nl": "Leidse regio en omliggende gemeenten",
            "en": "Leiden region and its municipalities",
        },
        "the_hague": {"nl": "Den Haag", "en": "The Hague"},
        "utrecht": {"nl": "Utrecht", "en": "Utrecht"},
        "rest": {
            "nl": "Overige arbeidsmarktregio's zonder deelnemend ontvangstcentrum voor kenniswerkers",
            "en": "Other labour market regions without a participating welcome centre for knowledge workers",
        },
    },
    "role": {
        "role": {"nl": "Rol", "en": "Role"},
        "employee": {"nl": "werknemers", "en": "employees"},
        "student": {"nl": "studenten", "en": "students"},
        "partner": {"nl": "meegekomen partners", "en": "accompanying partners"},
    },
    "wave": {
        "wave": {"nl": "Meting", "en": "Wave"},
        **{str(year): {"nl": str(year), "en": str(year)} for year in (2019, 2021, 2023, 2025)},
    },
    "answer": {
        "answer": {"nl": "Antwoord", "en": "Answer"},
        "1": {"nl": "zeer ontevreden", "en": "very dissatisfied"},
        "2": {"nl": "ontevreden", "en": "dissatisfied"},
        "3": {"nl": "niet tevreden en niet ontevreden", "en": "neither satisfied nor dissatisfied"},
        "4": {"nl": "tevreden", "en": "satisfied"},
        "5": {"nl": "zeer tevreden", "en": "very satisfied"},
    },
}
REGIONS = ("leiden", "the_hague", "utrecht", "rest")


def make_origin(**fields: Any) -> Origin:
    parts: dict[str, Any] = {
        "dataset": "cbs/84545NED/2023-05-16",
        "publisher": "CBS",
        "title": "Vacatures",
        "table_id": "84545NED",
        "url": "https://www.cbs.nl/",
        "published": Vintage.parse("2023-05-16"),
        "accessed": date(2026, 7, 30),
        "licence": Licence(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        "sha256": "ab" * 32,
    }
    return Origin(**parts | fields)


def make_estimates(values: Mapping[str, float | None], *, half: float = 0.05, **fields: Any) -> pl.DataFrame:
    """Make estimates of shares by region, with intervals of `half` on both sides; None is suppressed."""
    rows = [
        {
            "region": name,
            "estimate": value,
            "conf_low": None if value is None else value - half,
            "conf_high": None if value is None else value + half,
            "n_obs": 100 + number,
            "note": "",
        }
        | fields
        for number, (name, value) in enumerate(values.items())
    ]
    kinds = {"estimate": pl.Float64, "conf_low": pl.Float64, "conf_high": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=kinds)


def make_shares(shares: Mapping[str, Sequence[float]], **fields: Any) -> pl.DataFrame:
    """Make shares of the answers 1, 2, 3, ... by region."""
    parts = [
        make_estimates({region: share}, half=0.01, answer=str(number), **fields)
        for region, answers in shares.items()
        for number, share in enumerate(answers, start=1)
    ]
    return pl.concat(parts)


def survey_words(**fields: Any) -> dict[str, Any]:
    """Return the words of a survey figure; `fields` replace or add some."""
    words = {"measure": MEASURE, "title": SURVEY_TITLE, "sources": [make_origin()], "names": SURVEY_NAMES}
    return words | fields


def make_waves() -> pl.DataFrame:
    """Make estimates of four waves by region; that of Utrecht in 2025 is suppressed."""
    values = {
        2019: (0.62, 0.61, 0.60, 0.40),
        2021: (0.40, 0.52, 0.51, 0.50),
        2023: (0.45, 0.50, 0.52, 0.49),
        2025: (0.55, 0.40, None, 0.54),
    }
    return pl.concat(
        [
            make_estimates(dict(zip(REGIONS, shares, strict=True)), wave=wave)
            for wave, shares in values.items()
        ]
    )


WAVE_BREAKS = {
    (2019, 2021): {
        "nl": "in 2019 telden promovendi mee als student.",
        "en": "in 2019 PhD candidates were counted as students.",
    }
}


def make_survey_figures() -> dict[str, Figure]:
    """Make a figure of each kind for surveys, with long labels, gaps and everything that can be drawn."""
    roles = {"employee": 0.6, "student": 0.45, "partner": None}
    grouped = pl.concat(
        [
            make_estimates(
                {region: share and share + 0.1 * number for number, region in enumerate(REGIONS)}, role=role
            )
            for role, share in roles.items()
        ]
    )
    nation = make_estimates({"all": 0.5}, half=0.01)
    by_role = pl.concat([make_estimates({"all": 0.5}, role=role) for role in roles])
    shares = make_shares({region: [0.1, 0.2, 0.3, 0.25, 0.15] for region in REGIONS})
    positive = make_estimates(dict.fromkeys(REGIONS, 0.4))
    answers = ("1", "2", "3", "4", "5")
    name = {"nl": "Nederland", "en": "the Netherlands"}
    return {
        "interval_dots": interval_dots(
            grouped,
            category="region",
            group="role",
            reference=nation,
            highlight="leiden",
            **survey_words(reference_name=name),
        ),
        "slope": slope(
            make_waves(),
            wave="wave",
            category="region",
            changed={"leiden": True, "the_hague": True, "rest": False},
            breaks=WAVE_BREAKS,
            **survey_words(),
        ),
        "likert": likert(
            shares,
            item="region",
            level="answer",
            order=answers,
            neutral="3",
            positive=positive,
            **survey_words(),
        ),
        "stacked_shares": stacked_shares(
            shares, category="region", level="answer", order=answers, **survey_words()
        ),
        "small_multiples": small_multiples(
            grouped, panel="region", category="role", reference=by_role, **survey_words(reference_name=name)
        ),
        "lines": small_multiples(
            make_waves(), panel="region", wave="wave", breaks=WAVE_BREAKS, **survey_words()
        ),
    }


SURVEY_KINDS = ("interval_dots", "slope", "likert", "stacked_shares", "small_multiples", "lines")
