"""Every figure of a wave in a few passes: by region with the nation, and by the answers of groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import polars as pl

from talentstats.errors import unknown_name
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.statistics import estimate_mean, estimate_proportion
from talentstats.reporting.survey.questions import Indicator, Statistic
from talentstats.store import ProcessedTable
from talentstats.survey.adjustment import needed_columns
from talentstats.survey.sample import SurveySample
from talentstats.waves.sample import sample_of

REGION = "region"
PREFIX = "survey."
_YES, _NO = "yes", "no"


# By grouping (a variable, or empty) and statistic.
Made = Mapping[tuple[str, Statistic], Estimates]
Tables = Mapping[tuple[str, Statistic], pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveEstimates:
    """The estimates of one wave.

    Attributes
    ----------
    wave : int
    table : ProcessedTable
    tables : mapping of (grouping, statistic) to polars.DataFrame
        A row for each region and indicator, and for the nation (null); with a grouping other than the empty
        one also by the answers to that variable. `variable` is `survey.<id of the indicator>`.
    by_name : mapping of grouping to mapping of variable to rows
        The rows of these tables.
    """

    wave: int
    table: ProcessedTable
    tables: Tables = field(repr=False)
    by_name: Mapping[str, Mapping[str, list[dict[str, Any]]]] = field(repr=False)

    @classmethod
    def of(cls, table: ProcessedTable, tables: Tables) -> Self:
        """Collect the estimates of a wave."""
        named: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for (by, _), estimates in tables.items():
            for row in estimates.iter_rows(named=True):
                named.setdefault(by, {}).setdefault(row["variable"], []).append(row)
        return cls(wave=int(table.details["wave"]), table=table, tables=tables, by_name=named)

    def has(self, indicator: Indicator, by: str = "") -> bool:
        """Say whether the wave has the figure."""
        return column_name(indicator) in self.by_name.get(by, {})

    def rows(self, indicator: Indicator, by: str = "") -> list[dict[str, Any]]:
        """Return the rows of an indicator by region, or by region and the answers to a variable.

        Raises
        ------
        InputError
            If the wave did not ask it.
        """
        if not self.has(indicator, by):
            known = {name for _, rows in self.by_name.items() for name in rows}
            raise unknown_name(f"figure of wave {self.wave}", column_name(indicator), sorted(known))
        return self.by_name[by][column_name(indicator)]


def column_name(indicator: Indicator) -> str:
    """Return the name of the column with an indicator, which is also how its numbers begin."""
    return f"{PREFIX}{indicator.id}"


def estimate_wave(table: ProcessedTable, indicators: Iterable[Indicator]) -> Made:
    """Estimate every indicator that the wave asked, in one pass for each statistic and each grouping.

    An answer that nobody in the whole wave gave has no estimate: it may not have been offered.

    Parameters
    ----------
    table : ProcessedTable
        The wave.
    indicators : iterable of Indicator
    """
    sample = sample_of(table)
    asked = _answered(indicators, table.frame)
    groupings = [
        by for by in dict.fromkeys(by for one in asked for by in one.by) if by in table.frame.columns
    ]
    needed = dict.fromkeys((REGION, *groupings, *sample.design.columns, *needed_columns(sample.adjustments)))
    sample = replace(sample, frame=sample.frame.select(*needed, *(_column(one) for one in asked)))
    return {
        (by, statistic): _estimate(sample, chosen, statistic, by)
        for by in ("", *groupings)
        for statistic, chosen in _by_statistic([one for one in asked if not by or by in one.by])
    }


def _answered(indicators: Iterable[Indicator], frame: pl.DataFrame) -> list[Indicator]:
    """Give the indicators that the wave asked and somebody gave the answer of."""
    asked = [one for one in indicators if {one.column, *one.among} <= set(frame.columns)]
    made = frame.select(_column(one) for one in asked)
    found = {
        column.name: (column == _YES).any() if column.dtype == pl.String else column.count() > 0
        for column in made.get_columns()
    }
    return [one for one in asked if found[column_name(one)]]


def _column(indicator: Indicator) -> pl.Expr:
    """Give the column of an indicator.

    It is empty for who was not asked, did not answer, or is not among those it is about: these stay in the
    sample, outside the domain.
    """
    value = pl.col(indicator.column)
    if indicator.statistic == "share":
        counted = value.is_in(list(indicator.levels))
        value = pl.when(counted).then(pl.lit(_YES)).when(value.is_not_null()).then(pl.lit(_NO))
    inside = [pl.col(column).is_in(list(levels)) for column, levels in indicator.among.items()]
    kept = pl.when(pl.all_horizontal(inside)).then(value) if inside else value
    return kept.alias(column_name(indicator))


def _by_statistic(indicators: Sequence[Indicator]) -> list[tuple[Statistic, list[str]]]:
    kinds: tuple[Statistic, ...] = ("share", "mean")
    chosen = {kind: [column_name(one) for one in indicators if one.statistic == kind] for kind in kinds}
    return [(kind, names) for kind, names in chosen.items() if names]


def _estimate(sample: SurveySample, names: Sequence[str], statistic: Statistic, by: str) -> Estimates:
    groups = (REGION, by) if by else (REGION,)
    if statistic == "mean":
        return estimate_mean(sample, names, by=groups, margins=True)
    shares = estimate_proportion(sample, names, levels=[_YES], by=groups, margins=True)
    return shares.scale(100.0, unit="percent")
