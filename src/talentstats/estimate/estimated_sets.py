"""The estimates of each grouping set with their variances, and how all of them vary together."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from talentstats.errors import InputError
from talentstats.estimate.dispersion import Block, Dispersion, UnitScores
from talentstats.estimate.domain_sums import domain_squares, domain_sums
from talentstats.estimate.domains import CellSums, GroupingSet, grouping_sets
from talentstats.estimate.estimators import ESTIMATORS, Sums
from talentstats.estimate.from_moments import moment_scores, moment_variation
from talentstats.estimate.from_replicates import (
    replicate_dispersion,
    replicate_estimates,
    replicate_variation,
)
from talentstats.estimate.from_units import unit_variation
from talentstats.estimate.sums import PartialSums
from talentstats.estimate.variation import Variation
from talentstats.survey.units import Units
from talentstats.variance.groups import FloatArray

SrsReference = Literal["without_replacement", "with_replacement"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EstimatedSet:
    """One grouping set, estimated.

    Attributes
    ----------
    grouping : GroupingSet
    sums : Sums
    values : (domains, variables) float
    variation : Variation
    srs_variance : (domains, variables) float
        Under simple random sampling; NaN where not defined.
    block : Block or None
        Scores of the sampling units, when variances come from them.
    replicates : (replicates, domains, variables) float or None
        Estimates in the replicates, when variances come from them.
    """

    grouping: GroupingSet
    sums: Sums
    values: FloatArray
    variation: Variation
    srs_variance: FloatArray
    block: Block | None = None
    replicates: FloatArray | None = None


def estimate_sets(
    part: PartialSums, units: Units | None, cells: CellSums, *, margins: bool, srs: SrsReference
) -> list[EstimatedSet]:
    """Estimate every grouping set: the finest domains, then the margins.

    Raises
    ------
    InputError
        If a sum is too large to be kept, or the design cannot give a variance.
    """
    sets: list[EstimatedSet] = []
    first = 0
    for grouping in grouping_sets(cells.cells, part.by_columns, margins=margins):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            made = _estimated(part, units, cells, grouping, srs=srs, first=first)
        _refuse_too_large(part, made.variation.variance)
        first += made.values.size
        sets.append(made)
    return sets


def _estimated(
    part: PartialSums,
    units: Units | None,
    cells: CellSums,
    grouping: GroupingSet,
    *,
    srs: SrsReference,
    first: int,
) -> EstimatedSet:
    sums = domain_sums(part, cells, grouping)
    values = ESTIMATORS[part.request.statistic].value(sums)
    _refuse_too_large(part, values)
    block, replicates = None, None
    if part.replicates is not None:
        replicates = replicate_estimates(part, units, cells, grouping, sums)
        proportions = part.request.statistic == "proportion"
        variation = replicate_variation(replicates, values, part.replicates.rule, proportions=proportions)
    elif _known_units(units).stages:
        variation, block = unit_variation(part, _known_units(units), cells, grouping, sums, first=first)
    else:
        variation = moment_variation(part, _known_units(units), cells, grouping, sums)
    return EstimatedSet(
        grouping=grouping,
        sums=sums,
        values=values,
        variation=variation,
        srs_variance=_srs_variance(part, cells, grouping, sums, srs),
        block=block,
        replicates=replicates,
    )


def dispersion_of(
    part: PartialSums, units: Units | None, cells: CellSums, sets: list[EstimatedSet]
) -> Dispersion:
    """Give what covariances of the estimates of all grouping sets need."""
    full = np.concatenate([np.where(one.sums.rows > 0, one.values, np.nan).ravel() for one in sets])
    if part.replicates is not None:
        values = [one.replicates for one in sets if one.replicates is not None]
        return replicate_dispersion(values, full, part.replicates)
    if _known_units(units).stages:
        return UnitScores(
            units=_known_units(units),
            lonely=part.design.lonely_psu,
            blocks=tuple(one.block for one in sets if one.block is not None),
            size=full.size,
            undefined=np.isnan(full),
        )
    pairs = [(one.grouping, one.sums) for one in sets]
    return moment_scores(part, _known_units(units), cells, pairs, undefined=np.isnan(full))


def design_df_of(part: PartialSums, units: Units | None) -> float:
    """Give the degrees of freedom of the whole design, or of its replicates."""
    if part.replicates is None:
        return float(_known_units(units).design_df)
    df = part.replicates.rule.df
    return float("nan") if df is None else float(df)


def _known_units(units: Units | None) -> Units:
    """Refuse sums of which neither sampling units nor replicates are known."""
    if units is None:
        raise InputError(
            "These sums have neither sampling units nor replicates.",
            expected="sums made by `partial`",
            got="a table of sums alone",
            remedy="Make them anew with `partial`, from the sample.",
        )
    return units


def _refuse_too_large(part: PartialSums, values: FloatArray) -> None:
    if np.isinf(values).any():
        item = part.items[int(np.flatnonzero(np.isinf(values).any(axis=0))[0])]
        raise InputError(
            f"`{item.variable}` is too large to be added up.",
            expected="sums, and their squares, below 1e308",
            got="a sum beyond the largest number a computer keeps",
            remedy="Express the variable in a larger unit, and look for answers that are codes.",
        )


def _srs_variance(
    part: PartialSums, cells: CellSums, grouping: GroupingSet, sums: Sums, reference: SrsReference
) -> FloatArray:
    """Give the variance under simple random sampling; NaN where it is zero or not defined."""
    srs_variance = ESTIMATORS[part.request.statistic].srs_variance
    if srs_variance is None:
        return np.full(sums.weight.shape, np.nan)
    variance = srs_variance(sums, domain_squares(part, cells, grouping, sums))
    if reference == "without_replacement":
        outside = (sums.weight - sums.rows) / sums.weight
        variance = np.where(sums.weight < sums.rows, np.nan, variance * outside)
    return np.where(variance > 0, variance, np.nan)
