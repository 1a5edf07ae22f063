"""Cells of a fetched table -> canonical observations, as declared in `data/reference/sources.toml`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.declared import reading
from talentstats.errors import InputError, join_options, unknown_name
from talentstats.prepare.cbs_table import tidy_cbs
from talentstats.prepare.eurostat_table import tidy_eurostat
from talentstats.provenance import Snapshot
from talentstats.regions import Regions
from talentstats.schemas import SCHEMAS, Measure
from talentstats.sources.answers import read_answers
from talentstats.terms import ADJUSTMENTS, METHODS

FILE = "sources.toml"
_FIELDS = ("measure", "cells", "adjustment", "method", "region", "on_1_january", "unit", "decimals")
_COUNTRY = "NL01"
#: How CBS writes the units of our measures, spelled as in the tidy frame.
_UNITS: Mapping[str, tuple[str, ...]] = {
    "thousand": ("x 1 000",),
    "percent": ("%",),
    "persons": ("aantal",),
    "students": ("aantal",),
}
_STATUSES = {"revised_provisional": "provisional"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresOf:
    """Which cells of a fetched table are figures of ours, and what they mean.

    Attributes
    ----------
    measure : str
        One of `talentstats.schemas`.
    cells : mapping of column to values
        Which rows of the tidy frame: a measure of the provider, and one code of every other dimension.
    region : str or None
        Dimension with codes of regions; without one, the figures are of the Netherlands.
    on_1_january : bool
        Whether a figure of a year is a count on its first day.
    units : tuple of str
        How the provider writes the unit of the measure; as CBS does when empty.
    decimals : int or None
        Decimals of the provider, where the table does not say.
    """

    measure: str
    cells: Mapping[str, tuple[str, ...]]
    adjustment: str
    method: str
    region: str | None = None
    on_1_january: bool = False
    units: tuple[str, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFigures:
    """What is declared of all datasets, and in which file.

    Attributes
    ----------
    of : mapping of dataset to FiguresOf
        Datasets without figures of ours are not in it.
    """

    of: Mapping[str, tuple[FiguresOf, ...]] = field(default_factory=dict)
    where: str = FILE


def read_figures(reference: Path) -> DeclaredFigures:
    """Read which cells of fetched tables become figures of ours.

    Parameters
    ----------
    reference : Path
        The folder `data/reference`; without a list of sources nothing is declared.

    Raises
    ------
    InputError
        If the list cannot be read, or names a measure, adjustment, method or field that does not exist.
    """
    path = reference / FILE
    if not path.is_file():
        return DeclaredFigures(where=str(path))
    expected = "entries `[[source]]`, some with `[[source.figures]]`, as in docs/sources"
    with reading(path, what="The list of sources", expected=expected) as found:
        declared = {
            str(source["dataset"]): tuple(_figures(entry, str(path)) for entry in source["figures"])
            for source in found["source"]
            if source.get("figures")
        }
    return DeclaredFigures(of=declared, where=str(path))


def _figures(entry: Mapping[str, Any], where: str) -> FiguresOf:
    measures = [measure.name for schema in SCHEMAS for measure in schema.measures]
    for kind, name, options in (
        *(("field of figures", name, _FIELDS) for name in entry),
        ("measure", entry["measure"], measures),
        ("adjustment", entry["adjustment"], ADJUSTMENTS),
        ("method", entry["method"], METHODS),
    ):
        if name not in options:
            raise unknown_name(kind, name, options, where=where)
    return FiguresOf(
        measure=entry["measure"],
        cells={column: _listed(values) for column, values in entry["cells"].items()},
        adjustment=entry["adjustment"],
        method=entry["method"],
        region=entry.get("region"),
        on_1_january=bool(entry.get("on_1_january", False)),
        units=_listed(entry.get("unit", ())),
        decimals=entry.get("decimals"),
    )


def _listed(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def read_fetched(snapshot: Snapshot, declared: DeclaredFigures, regions: Regions) -> pl.DataFrame:
    """Read the declared figures of fetched answers into canonical observations.

    Parameters
    ----------
    snapshot : Snapshot
        A snapshot of kind `answers` of a dataset with declared figures.
    declared : DeclaredFigures
    regions : Regions
        Figures of other regions than these are left out.

    Returns
    -------
    polars.DataFrame
        As `read_transcription` gives; `row` is the number of the observation in the answers, from 1. A figure
        that was not published has no row.

    Raises
    ------
    InputError
        If the answers cannot be read, or the declared cells are not those of one figure for each period and
        region.
    """
    dataset = snapshot.origin.dataset.rpartition("/")[0]
    answers = read_answers(snapshot.path)
    tidy = tidy_eurostat(answers) if answers.api == "eurostat" else tidy_cbs(answers)
    frame = tidy.with_row_index("row", offset=1)
    where = f"{declared.where}, figures of `{dataset}`, in {snapshot.origin.dataset}"
    return pl.concat(
        [_observations(frame, one, snapshot, regions, where=where) for one in declared.of[dataset]]
    )


def _observations(
    frame: pl.DataFrame, one: FiguresOf, snapshot: Snapshot, regions: Regions, *, where: str
) -> pl.DataFrame:
    measure = next(each for schema in SCHEMAS for each in schema.measures if each.name == one.measure)
    cells = _in_our_periods(_chosen(frame, one, where), one, measure)
    cells = cells.with_columns(
        region=pl.lit(_COUNTRY) if one.region is None else pl.col(one.region),
        decimals=pl.coalesce("decimals", pl.lit(one.decimals, dtype=pl.Int64)),
    )
    if one.region is not None:
        cells = cells.filter(pl.col("region").is_in(list(regions.names)))
    _refuse_several(cells, one, where)
    _refuse_other_unit(cells, measure.name, one.units or _UNITS.get(measure.unit, ()), where)
    vintage = snapshot.origin.published
    return cells.drop_nulls("value").select(
        dataset=pl.lit(snapshot.origin.dataset),
        row=pl.col("row").cast(pl.Int64),
        measure=pl.lit(one.measure),
        region="region",
        period="period",
        adjustment=pl.lit(one.adjustment),
        method=pl.lit(one.method),
        vintage=pl.lit(vintage.known_from, dtype=pl.Date),
        vintage_precision=pl.lit(vintage.precision),
        value="value",
        unit=pl.lit(measure.unit),
        resolution=pl.lit(10.0).pow(-pl.col("decimals").cast(pl.Float64)).round(12),
        status=pl.col("status").replace(_STATUSES),
        certainty=pl.lit("official"),
        source_url=pl.lit(snapshot.origin.url),
    )


def _chosen(frame: pl.DataFrame, one: FiguresOf, where: str) -> pl.DataFrame:
    """Return the declared cells, all of one measure of the provider."""
    for column in (*one.cells, *([one.region] if one.region else [])):
        if column not in frame.columns:
            raise unknown_name("column of a fetched table", column, frame.columns, where=where)
    chosen = frame
    for column, values in one.cells.items():
        left = chosen.filter(pl.col(column).is_in(values))
        if left.is_empty():
            known = chosen[column].drop_nulls().unique().sort().to_list()
            raise unknown_name(f"value of `{column}`", values[0], known, where=where)
        chosen = left
    found = chosen["measure"].unique().sort().to_list()
    if len(found) > 1:
        raise InputError(
            f"The cells declared for `{one.measure}` are of several measures.",
            where=where,
            expected="cells of one measure of the provider",
            got=join_options(found, last="and"),
            remedy="Name one under `cells`: `measure = ...`.",
        )
    return chosen


def _in_our_periods(cells: pl.DataFrame, one: FiguresOf, measure: Measure) -> pl.DataFrame:
    """Keep the periods in which a measure is stored; a count on 1 January gets that day."""
    if one.on_1_january:
        years = cells.filter(pl.col("frequency") == "year")
        return years.with_columns(pl.format("{}-01-01", "period").alias("period"))
    return cells.filter(pl.col("frequency").is_in(measure.frequencies))


def _refuse_several(cells: pl.DataFrame, one: FiguresOf, where: str) -> None:
    twice = cells.filter(cells.select("region", "period").is_duplicated())
    if twice.is_empty():
        return
    free = [
        column
        for column in twice.columns
        if f"{column}_title" in twice.columns
        and column not in (one.region, "measure")
        and twice.filter(pl.col("period") == twice["period"][0])[column].n_unique() > 1
    ]
    raise InputError(
        f"The cells declared for `{one.measure}` are several figures for one period and region.",
        where=f"{where}, {twice['period'][0]}",
        expected="one code of every dimension",
        got=f"several codes of {join_options(free, last='and')}" if free else "the same cell twice",
        remedy="Name a code of the dimension under `cells`.",
    )


def _refuse_other_unit(cells: pl.DataFrame, measure: str, allowed: tuple[str, ...], where: str) -> None:
    units = cells["unit"].unique().sort().to_list()
    if any(unit not in allowed for unit in units) or cells["decimals"].null_count():
        raise InputError(
            f"The cells declared for `{measure}` are not in its unit, or without decimals.",
            where=where,
            expected=f"{join_options(allowed)}, with a number of decimals",
            got=join_options(units),
            remedy="Choose other cells; or declare `unit` as the provider writes it, and `decimals`.",
        )
