"""The sampling units of a sample and the stages in which they were drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.design import SurveyDesign
from talentstats.survey.inclusion import find_inclusion
from talentstats.survey.sample import Reading
from talentstats.survey.weights import is_fraction
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.joint_probabilities import DrawCovariances
from talentstats.variance.linearisation import Groups, make_groups
from talentstats.variance.pairwise_terms import PairwiseTerms
from talentstats.variance.stages import Stage

# Column with the number of the row, where the rows are the units; a name no column has.
ROW_NUMBER = "number of the row in the sample"
_CENSUS = 1 - 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The sampling units of a sample, or its strata when every row is a unit.

    Attributes
    ----------
    keys : polars.DataFrame
        Strata and ids, one row a unit of the last stage used (or a stratum), sorted.
    stages : tuple of Stage
        First stage first, arrays in the order of `keys`; empty when every row is a unit.
    strata : Groups
        The groups of the first stage.
    pairwise : tuple of PairwiseTerms
        For units drawn with unequal probabilities, what they contribute at each stage; else empty.
    joint : DrawCovariances or None
        For units with joint inclusion probabilities.
    """

    keys: pl.DataFrame
    stages: tuple[Stage, ...]
    strata: Groups
    pairwise: tuple[PairwiseTerms, ...] = ()
    joint: DrawCovariances | None = None

    @property
    def columns(self) -> list[str]:
        """Names of the strata and ids in `keys`."""
        return [name for name in self.keys.columns if name != "all"]

    @property
    def design_df(self) -> int:
        """Units of the first stage less strata."""
        return int(self.strata.sampled.sum()) - self.strata.sampled.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitColumns:
    """Which columns tell the sampling units apart.

    Attributes
    ----------
    keys : dict of str to narwhals.Expr
        Strata and ids of the stages used, by the names `stratum_k` and `unit_k`.
    joined : dict of str to narwhals.Expr
        Those of them that are enough to find a unit: without the strata when ids are unique over strata.
    """

    keys: dict[str, nw.Expr]
    joined: dict[str, nw.Expr]


def unit_columns(design: SurveyDesign, *, row: bool = False) -> UnitColumns:
    """Name the columns of the stages used; `row` when the rows are numbered and each is a unit."""
    stages = design.stages_used
    strata = {f"stratum_{k}": nw.col(name) for k, name in enumerate(design.strata_columns[:stages])}
    ids = {f"unit_{k}": nw.col(name) for k, name in enumerate(design.units[:stages])}
    if row:
        ids = {"unit_0": nw.col(ROW_NUMBER)}
    alone = bool(ids) and (row or not design.nested)
    return UnitColumns(keys={**strata, **ids}, joined=ids if alone else {**strata, **ids})


def units_query(reading: Reading, design: SurveyDesign, columns: UnitColumns) -> "nw.LazyFrame[Any]":
    """Query the sampling units with their rows and population sizes; -inf stands for one that is missing."""
    sizes = {}
    for k, name in enumerate(design.fpc_columns[: design.stages_used]):
        size = nw.col(name).cast(nw.Float64)
        sizes[f"fpc_{k}"] = nw.when(~size.is_nan()).then(size).otherwise(nw.lit(float("-inf")))
    rows = reading.rows
    if columns.keys or sizes:
        rows = rows.select(*(column.alias(name) for name, column in {**columns.keys, **sizes}.items()))
    counts = [
        nw.len().alias("n"),
        *(nw.col(name).min() for name in sizes),
        *(nw.col(name).max().alias(f"most_{name}") for name in sizes),
    ]
    return rows.group_by(*columns.keys).agg(*counts) if columns.keys else rows.select(*counts)


def find_units(table: pl.DataFrame, design: SurveyDesign) -> Units:
    """List the sampling units of every row, inside the subpopulation or not, with their stages.

    Parameters
    ----------
    table : polars.DataFrame
        Columns `stratum_k`, `unit_k`, `fpc_k` and `most_fpc_k` of the stages used, and `n`, the rows.
        Without `unit_0` every row of the sample is a unit.
    design : SurveyDesign

    Raises
    ------
    InputError
        For a unit in two strata, or a population size that differs within a stratum or is too small.
    """
    keys, columns = _unit_keys(table, design)
    if "unit_0" not in columns:
        sampled = keys["n"].to_numpy().astype(np.int64)
        group = np.arange(keys.height)
        population = _population(keys, group, sampled, design, 0)
        strata = _strata(keys, sampled, population, design)
        keys = keys.select(columns) if columns else pl.DataFrame({"all": [0]})
        return Units(keys=keys, stages=(), strata=strata)
    if "stratum_0" in columns and not design.nested:
        _refuse_two_strata(keys, design)
    codes = [_stage_codes(keys, columns, k) for k in range(design.stages_used)]
    if design.pairwise is not None:
        drawn = find_inclusion(
            keys, codes, design, name_unit=lambda row, k: named_unit(keys, row, design, stages=k + 1)
        )
        return _units(keys.select(columns), drawn.stages, pairwise=drawn.terms, joint=drawn.joint)
    stages: list[Stage] = []
    for k, (group, unit) in enumerate(codes):
        sampled = _distinct_per_group(group, unit)
        population = _population(keys, group, sampled, design, k)
        _refuse_too_small(keys, group, sampled, population, design, k)
        stages.append(Stage(group=group, unit=unit, population=population[group]))
    return _units(keys.select(columns), tuple(stages))


def _units(
    keys: pl.DataFrame,
    stages: tuple[Stage, ...],
    *,
    pairwise: tuple[PairwiseTerms, ...] = (),
    joint: DrawCovariances | None = None,
) -> Units:
    first = stages[0].units()
    strata = make_groups(first.sampled, first.fraction)
    return Units(keys=keys, stages=stages, strata=strata, pairwise=pairwise, joint=joint)


def _stage_codes(keys: pl.DataFrame, columns: list[str], stage: int) -> tuple[IntArray, IntArray]:
    """Give the groups in which a stage selected numbers, and its units."""
    named = [name for k in range(stage) for name in (f"stratum_{k}", f"unit_{k}") if name in columns]
    group = [*named, *(name for name in (f"stratum_{stage}",) if name in columns)]
    return codes_of(keys, group), codes_of(keys, [*group, f"unit_{stage}"])


def codes_of(keys: pl.DataFrame, columns: list[str]) -> IntArray:
    """Give the distinct combinations of columns of sorted keys numbers, in order of appearance."""
    if not columns:
        return np.zeros(keys.height, dtype=np.int64)
    changed = pl.struct(columns).rle_id()
    return keys.select(changed).to_series().to_numpy().astype(np.int64)


def _unit_keys(table: pl.DataFrame, design: SurveyDesign) -> tuple[pl.DataFrame, list[str]]:
    numbers = range(design.stages_used)
    named = [name for k in numbers for name in (f"stratum_{k}", f"unit_{k}")]
    columns = [name for name in named if name in table.columns]
    sums = [pl.col("n").sum()]
    sums += [pl.col(name).min() for name in table.columns if name.startswith("fpc_")]
    sums += [pl.col(name).max() for name in table.columns if name.startswith("most_fpc_")]
    keys = table.group_by(columns).agg(sums).sort(columns) if columns else table.select(sums)
    return keys, columns


def _distinct_per_group(group: IntArray, unit: IntArray) -> IntArray:
    units = int(unit.max()) + 1
    return np.bincount(np.unique(group * units + unit) // units).astype(np.int64)


def _population(
    keys: pl.DataFrame, group: IntArray, sampled: IntArray, design: SurveyDesign, stage: int
) -> FloatArray:
    """Give the population size of each group; inf without one."""
    if f"fpc_{stage}" not in keys.columns:
        return np.full(sampled.size, np.inf)
    least, most = np.full(sampled.size, np.inf), np.full(sampled.size, -np.inf)
    np.minimum.at(least, group, keys[f"fpc_{stage}"].to_numpy())
    np.maximum.at(most, group, keys[f"most_fpc_{stage}"].to_numpy())
    name = design.fpc_columns[stage]
    fractions = is_fraction(float(least.min()), float(most.max()), name)
    if (least != most).any():
        which = int(np.flatnonzero(least != most)[0])
        raise InputError(
            f"`{name}` differs within a stratum.",
            expected="one population size for every unit drawn from the same stratum",
            got=f"{least[which]:g} and {most[which]:g}",
            where=named_unit(keys, int(np.flatnonzero(group == which)[0]), design),
            remedy="Give the size of the stratum (at later stages: of the unit before) on each of its rows.",
        )
    if not fractions:
        return least
    return np.where(least >= _CENSUS, sampled, sampled / least)


def _strata(keys: pl.DataFrame, sampled: IntArray, population: FloatArray, design: SurveyDesign) -> Groups:
    _refuse_too_small(keys, np.arange(sampled.size), sampled, population, design, 0)
    fraction = sampled / population
    return make_groups(sampled, np.where(fraction > _CENSUS, 1.0, fraction))


def _refuse_too_small(
    keys: pl.DataFrame,
    group: IntArray,
    sampled: IntArray,
    population: FloatArray,
    design: SurveyDesign,
    stage: int,
) -> None:
    short = np.flatnonzero(population < sampled * _CENSUS)
    if short.size:
        which = int(short[0])
        raise InputError(
            f"`{design.fpc_columns[stage]}` is smaller than the number of units drawn.",
            expected=f"at least {sampled[which]}",
            got=f"{population[which]:g}",
            where=named_unit(keys, int(np.flatnonzero(group == which)[0]), design),
            remedy="Give the number of units in the population, not in the sample.",
        )


def _refuse_two_strata(keys: pl.DataFrame, design: SurveyDesign) -> None:
    if keys["unit_0"].n_unique() == keys.height:
        return
    seen = keys.select("unit_0", "stratum_0").unique().group_by("unit_0").agg(pl.col("stratum_0").sort())
    twice = seen.filter(pl.col("stratum_0").list.len() > 1).sort("unit_0")
    if twice.height:
        unit, strata = twice.row(0)
        raise InputError(
            f"{twice.height} sampling unit(s) are in more than one stratum.",
            expected="every unit in one stratum",
            got=f"`{design.units[0]}` {unit} in `{design.strata_columns[0]}` {', '.join(map(str, strata))}",
            remedy="If the ids start again in every stratum, say `nested=True` in the design.",
        )


def named_unit(keys: pl.DataFrame, row: int, design: SurveyDesign, *, stages: int | None = None) -> str:
    """Name a sampling unit for a message, by the columns of the design; of the first `stages` if given."""
    return _named(keys, row, design.strata_columns[:stages], design.units[:stages])


def named_stratum(keys: pl.DataFrame, row: int, design: SurveyDesign, *, stage: int) -> str:
    """Name for a message the stratum from which a unit of `stage` (0 is the first) was drawn."""
    return _named(keys, row, design.strata_columns[: stage + 1], design.units[:stage])


def _named(keys: pl.DataFrame, row: int, strata: Sequence[str], units: Sequence[str]) -> str:
    names = {f"stratum_{k}": name for k, name in enumerate(strata)}
    names |= {f"unit_{k}": name for k, name in enumerate(units)}
    values = keys.row(row, named=True)
    shown = [f"`{name}` {values[key]}" for key, name in names.items() if key in values]
    return ", ".join(shown) or "the whole sample"
