"""The figures of the biennial report."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from talentstats.figures import Annotation, Figure, dots, fixed_classes, revisions, tile_map, trend
from talentstats.regions.tile_grids import tile_grid
from talentstats.reporting.biennial.labour_numbers import CHART_FIRST, RELEASE_DELAY_DAYS
from talentstats.reporting.biennial.material import HOME_PROVINCE, NEWS_PERIOD, Material
from talentstats.reporting.biennial.province_changes import province_pairs, year_before
from talentstats.reporting.cells import said
from talentstats.reporting.numbers import NumberStore

# Vacancies per 100 unemployed people; the reason is in the catalog.
CLASS_LIMITS = (100.0, 125.0, 150.0, 175.0)


def biennial_figures(
    material: Material, store: NumberStore, warnings: tuple[Mapping[str, str], ...]
) -> Mapping[str, Figure]:
    """Make every figure of the report, by id; none is drawn before somebody looks at it."""
    figures = {
        "tightness": _tightness(material, store, warnings),
        "provinces": _provinces(material, store, warnings),
        "provinces-map": _provinces_map(material, store, warnings),
        "revisions": _revisions(material, store, warnings),
    }
    return {name: _labelled(figure, material.labour.synthetic) for name, figure in figures.items()}


def _labelled(figure: Figure, synthetic: frozenset[str]) -> Figure:
    """Mark a figure as synthetic when any of its sources is."""
    return replace(figure, synthetic=any(origin.dataset in synthetic for origin in figure.sources))


def _tightness(material: Material, store: NumberStore, warnings: tuple[Mapping[str, str], ...]) -> Figure:
    recent = material.tight.to_polars().filter(pl.col("period") >= CHART_FIRST)
    old = material.tight_old.to_polars().filter(pl.col("period") >= CHART_FIRST)
    marked = material.tight.first_release().to_polars().filter(pl.col("period") == NEWS_PERIOD)
    level = said("as_many_vacancies_as_unemployed")
    return trend(
        old,
        recent,
        title=_title(store, "title_tightness", high="tightness.nl.highest", low="tightness.nl.latest"),
        sources=(*material.tight_old.used_origins(), *material.tight.used_origins()),
        marked=marked,
        annotations=(Annotation.make({"nl": level.nl, "en": level.en}, value=100.0),),
        warnings=warnings,
    )


def _provinces(material: Material, store: NumberStore, warnings: tuple[Mapping[str, str], ...]) -> Figure:
    period = material.province_period
    frames = [series.to_polars() for series in material.provinces.values()]
    reference = material.tight_unadjusted
    origins = [o for s in (*material.provinces.values(), reference) for o in s.at(period).origins]
    return dots(
        pl.concat(frames).filter(pl.col("period") == period),
        reference=reference.to_polars().filter(pl.col("period") == period),
        title=_title(store, "title_provinces", highest="provinces.maybe_highest"),
        sources=tuple(dict.fromkeys(origins)),
        highlight=HOME_PROVINCE,
        warnings=warnings,
    )


def _provinces_map(material: Material, store: NumberStore, warnings: tuple[Mapping[str, str], ...]) -> Figure:
    rows = pl.concat([series.to_polars() for series in material.provinces.values()])
    pairs = province_pairs(material).values()
    name, reason = said("classes_tightness_name"), said("classes_tightness_reason")
    return tile_map(
        rows.filter(pl.col("period").is_in([year_before(material), material.province_period])),
        grid=tile_grid("provinces"),
        classes=fixed_classes(
            CLASS_LIMITS,
            name={"nl": name.nl, "en": name.en},
            reason={"nl": reason.nl, "en": reason.en},
        ),
        title=_title(
            store,
            "title_provinces_map",
            now=f"tightness.province.{HOME_PROVINCE}.period",
            looser="provinces.looser",
            count="provinces.count",
        ),
        sources=tuple(dict.fromkeys(origin for pair in pairs for one in pair for origin in one.origins)),
        highlight=HOME_PROVINCE,
        warnings=warnings,
    )


def _revisions(material: Material, store: NumberStore, warnings: tuple[Mapping[str, str], ...]) -> Figure:
    tight = material.tight
    return revisions(
        tight.first_release(max_delay_days=RELEASE_DELAY_DAYS),
        tight.latest(),
        title=_title(store, "title_revisions", changed="revisions.beyond_rounding", count="revisions.count"),
        sources=tight.first_release(max_delay_days=RELEASE_DELAY_DAYS).used_origins() + tight.used_origins(),
        warnings=warnings,
    )


def _title(store: NumberStore, key: str, **ids: str) -> Mapping[str, str]:
    return {
        "nl": said(key, **{name: store.text(number, "nl") for name, number in ids.items()}).nl,
        "en": said(key, **{name: store.text(number, "en") for name, number in ids.items()}).en,
    }
