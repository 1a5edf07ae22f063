"""The numbers of the chapter on the Leiden region."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from talentstats.language import Bilingual
from talentstats.provenance import Origin
from talentstats.reporting.biennial.material import HOME_MUNICIPALITY, Material
from talentstats.reporting.derived import change_of, described, sum_of
from talentstats.reporting.numbers import Number, Source, Witness, decimals_of
from talentstats.terms import Period, Vintage

POPULATION = "population"


def region_numbers(material: Material) -> Iterator[Number]:
    """Give every number on inhabitants, residents of other nationality and students."""
    yield from _population(material)
    for measure in ("share_non_dutch", "residents_non_dutch"):
        yield from _one_measure(material, measure, HOME_MUNICIPALITY, "leiden")
    for measure in ("students", "share_foreign_intake_bachelor", "share_foreign_intake_master"):
        yield from _one_measure(material, measure, "leiden_university", "university")


def population_periods(material: Material) -> tuple[str, str]:
    """Return the first and the last day for which the population of every municipality is known."""
    periods = material.region.filter(pl.col("measure") == POPULATION)["period"].unique().sort().to_list()
    return periods[0], periods[-1]


def _population(material: Material) -> Iterator[Number]:
    first, last = population_periods(material)
    codes = list(material.groups["CR25"].members)
    by_code = {}
    for code in [*codes, "PV28", "NL01"]:
        earlier, later = (_number(material, POPULATION, code, period, code) for period in (first, last))
        by_code[code] = (earlier, later)
        yield from _pair(code, earlier, later)
    for group, name in (("leiden_six", "leiden_six"), ("CR25", "CR25")):
        members = material.groups[group].members
        earlier = sum_of(f"population.{name}.first", [by_code[code][0] for code in members])
        later = sum_of(f"population.{name}.last", [by_code[code][1] for code in members])
        yield from _pair(name, earlier, later)


def _pair(name: str, earlier: Number, later: Number) -> Iterator[Number]:
    yield _renamed(earlier, f"population.{name}.first")
    yield _renamed(later, f"population.{name}.last")
    yield change_of(f"population.{name}.change", later, earlier)


def _one_measure(material: Material, measure: str, code: str, name: str) -> Iterator[Number]:
    rows = material.region.filter((pl.col("measure") == measure) & (pl.col("region") == code))
    for period in sorted(rows["period"].to_list()):
        yield _number(material, measure, code, period, f"{name}.{period[:4]}")


def _number(material: Material, measure: str, code: str, period: str, name: str) -> Number:
    wanted = (pl.col("measure") == measure) & (pl.col("region") == code) & (pl.col("period") == period)
    row = material.region.filter(wanted).row(0, named=True)
    origin = material.regional.origins[row["dataset"]]
    number = Number(
        id=f"{measure}.{name}",
        value=row["value"],
        decimals=decimals_of(row["resolution"]),
        unit=row["unit"],
        witness=_witness(row, origin),
    )
    return _with_period(number)


def _witness(row: dict[str, Any], origin: Origin) -> Witness:
    return Witness(
        period=Period.parse(row["period"]),
        vintage=Vintage(row["vintage"], row["vintage_precision"]),
        sources=(Source(origin=origin, row=row["row"]),),
        method=described("method_as_published"),
        status=row["status"],
        certainty=row["certainty"],
    )


def _renamed(number: Number, name: str) -> Number:
    return _with_period(replace(number, id=name))


def _with_period(number: Number) -> Number:
    period = number.witness.period
    if period is None:
        return number
    facet = Number(id=f"{number.id}.period", value=period, form="period", witness=number.witness)
    return replace(number, facets={"period": facet})


def region_name(material: Material, code: str) -> Bilingual:
    """Return the name of a region or group of regions, as it starts a line."""
    if code in material.groups:
        group = material.groups[code]
        return Bilingual(nl=group.name_nl, en=group.name_en)
    nl, en = material.regional.regions[code]
    return Bilingual(nl=nl, en=f"{en[0].upper()}{en[1:]}")
