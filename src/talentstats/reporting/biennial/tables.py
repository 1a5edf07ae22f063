"""The tables of the biennial report."""

from collections.abc import Mapping

from talentstats.labour import relation
from talentstats.language import Bilingual
from talentstats.reporting.biennial.labour_numbers import RELEASE_DELAY_DAYS, province_observations
from talentstats.reporting.biennial.material import HOME_LABOUR_REGION, HOME_PROVINCE, NEWS_PERIOD, Material
from talentstats.reporting.biennial.province_changes import province_pairs, year_before
from talentstats.reporting.biennial.region_numbers import population_periods, region_name
from talentstats.reporting.cells import (
    day_cell,
    header,
    licence_name,
    period_cell,
    plain,
    said,
    shown,
    source_name,
    sources_cell,
    with_unit,
)
from talentstats.reporting.numbers import NumberStore
from talentstats.reporting.survey.material import Survey
from talentstats.tables import Column, Table
from talentstats.terms import Period

KEY_FIGURES = (
    ("key_tightness", "tightness.nl.latest"),
    ("key_tightness_year_before", "tightness.nl.year_before"),
    ("key_tightness_highest", "tightness.nl.highest"),
    ("key_tightness_home", f"tightness.province.{HOME_PROVINCE}"),
    ("key_uwv", "uwv.tension"),
    ("key_population", "population.leiden_six.last"),
    ("key_share_non_dutch", "share_non_dutch.leiden.2023"),
    ("key_students", "students.university.2024"),
)


def biennial_tables(material: Material, survey: Survey, store: NumberStore) -> Mapping[str, Table]:
    """Make every table of the report, by id."""
    return {
        "key-figures": _key_figures(store),
        "news": _news(store),
        "provinces": _provinces(material, store),
        "provinces-map": _provinces_map(material, store),
        "population": _population(material, store),
        "internationals": _internationals(store),
        "uwv": _uwv(material, store),
        "revisions": _revisions(material, store),
        "sources": _sources(material, survey),
        "certainty": _certainty(material),
    }


def _key_figures(store: NumberStore) -> Table:
    rows = []
    for key, name in KEY_FIGURES:
        number = store[name]
        value = with_unit(number) if number.unit == "percent" else shown(number)
        rows.append((said(key), value, period_cell(number.witness.period), sources_cell(number)))
    return Table(
        columns=(
            header("indicator", width=58),
            header("figure", align="right", width=12),
            header("period", width=14),
            header("table", width=26),
        ),
        rows=tuple(rows),
        cites=tuple(name for _, name in KEY_FIGURES),
    )


def _news(store: NumberStore) -> Table:
    names = (
        f"tightness.nl.first_release.{NEWS_PERIOD}",
        f"tightness.nl.{NEWS_PERIOD}",
        f"tightness.nl_unadjusted.{NEWS_PERIOD}",
        f"tightness.home.{NEWS_PERIOD}",
    )
    keys = ("news_first", "news_latest", "news_unadjusted", "news_home")
    rows = []
    for key, name in zip(keys, names, strict=True):
        number = store[name]
        parts = [shown(number.facets[part]) for part in ("numerator", "denominator")]
        rows.append((said(key), *parts, shown(number), shown(store[f"{name}.range"])))
    return Table(
        columns=(
            header("which_figure", width=44),
            header("vacancies_thousand", align="right", width=15),
            header("unemployed_thousand", align="right", width=15),
            header("per_hundred", align="right", width=16),
            header("rounding_range", align="right", width=23),
        ),
        rows=tuple(rows),
        cites=names,
    )


def _provinces(material: Material, store: NumberStore) -> Table:
    names = [f"tightness.province.{code}" for code in province_observations(material)]
    national = "tightness.nl_unadjusted.province_period"
    rows = []
    for name in [*names, national]:
        number = store[name]
        code = name.removeprefix("tightness.province.")
        region = region_name(material, code if name != national else "NL01")
        parts = [shown(number.facets[part]) for part in ("numerator", "denominator")]
        rows.append((region, *parts, shown(number), shown(store[f"{name}.range"])))
    return Table(
        columns=(
            header("region"),
            header("vacancies_thousand", align="right"),
            header("unemployed_thousand", align="right"),
            header("per_hundred", align="right"),
            header("rounding_range", align="right"),
        ),
        rows=tuple(rows),
        cites=(*names, national),
    )


def _provinces_map(material: Material, store: NumberStore) -> Table:
    rows: list[tuple[Bilingual, ...]] = []
    cites: list[str] = []
    for code, (earlier, later) in sorted(
        province_pairs(material).items(), key=lambda item: region_name(material, item[0]).nl
    ):
        names = (f"tightness.province_before.{code}", f"tightness.province.{code}")
        numbers = [cell for name in names for cell in (shown(store[name]), shown(store[f"{name}.range"]))]
        less_tight = relation(later, earlier) == "lower"
        rows.append(
            (
                region_name(material, code),
                *numbers,
                said("less_tight_yes" if less_tight else "less_tight_open"),
            )
        )
        cites.extend(names)
    periods = [period_cell(Period.parse(code)) for code in (year_before(material), material.province_period)]
    return Table(
        columns=(
            header("region", width=22),
            Column(header=periods[0], align="right", width=14),
            header("rounding_range", align="right", width=24),
            Column(header=periods[1], align="right", width=14),
            header("rounding_range", align="right", width=24),
            header("less_tight", width=22),
        ),
        rows=tuple(rows),
        cites=tuple(cites),
    )


def _population(material: Material, store: NumberStore) -> Table:
    first, last = (Period.parse(code) for code in population_periods(material))
    members = material.groups["CR25"].members
    codes = [
        *sorted(members, key=lambda code: region_name(material, code).nl),
        "leiden_six",
        "CR25",
        "PV28",
        "NL01",
    ]
    rows = tuple(
        (
            region_name(material, code),
            *(shown(store[f"population.{code}.{part}"]) for part in ("first", "last", "change")),
        )
        for code in codes
    )
    return Table(
        columns=(
            header("region"),
            Column(header=period_cell(first), align="right"),
            Column(header=period_cell(last), align="right"),
            header("change_percent", align="right"),
        ),
        rows=rows,
        cites=tuple(f"population.{code}.{part}" for code in codes for part in ("first", "last", "change")),
    )


def _internationals(store: NumberStore) -> Table:
    wanted = (
        "share_non_dutch",
        "residents_non_dutch",
        "students",
        "share_foreign_intake_bachelor",
        "share_foreign_intake_master",
    )
    numbers = [number for number in store if number.id.split(".")[0] in wanted]
    ordered = sorted(numbers, key=lambda number: (wanted.index(number.id.split(".")[0]), number.id))
    rows = tuple(
        (
            said(f"measure_{number.id.split('.')[0]}"),
            period_cell(number.witness.period),
            with_unit(number),
            said(f"certainty_{number.witness.certainty}"),
        )
        for number in ordered
    )
    return Table(
        columns=(
            header("indicator", width=62),
            header("period", width=14),
            header("figure", align="right", width=12),
            header("read_where", width=22),
        ),
        rows=rows,
        cites=tuple(number.id for number in ordered),
    )


def _uwv(material: Material, store: NumberStore) -> Table:
    periods = material.tension_classes.periods
    names = [f"uwv.{HOME_LABOUR_REGION}.{code}" for code in periods]
    return Table(
        columns=(header("period"), header("uwv_class"), header("published")),
        rows=tuple(
            (period_cell(store[n].witness.period), shown(store[n]), day_cell(store[n].witness.vintage))
            for n in names
        ),
        cites=tuple(names),
    )


def _revisions(material: Material, store: NumberStore) -> Table:
    rows: list[tuple[Bilingual, ...]] = []
    cites: list[str] = []
    for row in material.tight.revisions(max_delay_days=RELEASE_DELAY_DAYS).iter_rows(named=True):
        names = (f"tightness.nl.first_release.{row['period']}", f"tightness.nl.{row['period']}")
        first, latest = (store[name] for name in names)
        revised = said("revised_yes" if row["beyond_rounding"] else "revised_no")
        days = [day_cell(number.witness.vintage) for number in (first, latest)]
        period = period_cell(latest.witness.period)
        rows.append((period, shown(first), days[0], shown(latest), days[1], revised))
        cites.extend(names)
    return Table(
        columns=(
            header("period"),
            header("first_release", align="right"),
            header("published"),
            header("latest_figure", align="right"),
            header("known_since"),
            header("revised"),
        ),
        rows=tuple(rows),
        cites=tuple(cites),
    )


def _sources(material: Material, survey: Survey) -> Table:
    origins = {**material.labour.origins, **material.regional.origins}
    origins.update({origin.dataset: origin for origin in survey.origins()})
    rows = []
    for name in sorted(origins):
        origin = origins[name]
        rows.append(
            (
                source_name(origin),
                plain(f"{origin.publisher}: {origin.title}"),
                day_cell(origin.published),
                day_cell(origin.accessed),
                licence_name(origin.licence),
                plain(origin.sha256[:12]),
            )
        )
    return Table(
        columns=(
            header("table", width=22),
            header("publisher_title", width=33),
            header("published", width=20),
            header("accessed", width=20),
            header("licence", width=16),
            header("hash", width=20),
        ),
        rows=tuple(rows),
    )


def _certainty(material: Material) -> Table:
    rows = []
    for name, table in (("table_labour", material.labour), ("table_region", material.regional)):
        counts = dict(table.frame["certainty"].value_counts().iter_rows())
        cells = (plain(f"{counts.get(kind, 0)}") for kind in ("official", "second_hand", "computed"))
        rows.append(
            (
                said(name),
                *cells,
                plain(str(table.validation["rules"])),
                plain(str(table.validation["warnings"])),
            )
        )
    return Table(
        columns=(
            header("processed_table", width=22),
            header("certainty_official", align="right", width=16),
            header("certainty_second_hand", align="right", width=18),
            header("certainty_computed", align="right", width=14),
            header("rules", align="right", width=14),
            header("warnings", align="right", width=22),
        ),
        rows=tuple(rows),
    )
