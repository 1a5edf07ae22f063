"""Linearised variances from second moments, when every row was drawn by itself."""

import numpy as np

from talentstats.estimate.dispersion import MomentScores
from talentstats.estimate.domain_sums import take
from talentstats.estimate.domains import CellSums, GroupingSet, aggregate
from talentstats.estimate.estimators import ESTIMATORS, Score, Sums
from talentstats.estimate.from_units import refuse_lonely_strata
from talentstats.estimate.items import weighted_names
from talentstats.estimate.sums import PartialSums, second_moment
from talentstats.estimate.variation import Variation
from talentstats.survey.units import Units
from talentstats.variance.groups import BoolArray, FloatArray, IntArray, group_sums
from talentstats.variance.moments import ROUNDING, moment_variances, stratum_spread


def moment_variation(
    part: PartialSums, units: Units, cells: CellSums, grouping: GroupingSet, sums: Sums
) -> Variation:
    """Give the variances of a grouping set's estimates."""
    if part.design.lonely_psu == "fail":
        refuse_lonely_strata(cells.unit, units, part.design)
    names = weighted_names(part.items)
    size = len(names)
    counts = ["n", *dict.fromkeys(item.rows for item in part.items if item.rows != "n")]
    moments = second_moments(part, cells)
    packed = np.hstack([cells.matrix([*counts, *names]), moments.reshape(-1, size * size)])
    domain, stratum, summed = aggregate(cells, grouping, np.ascontiguousarray(packed.T))
    values = np.ascontiguousarray(summed.T)
    rows, first = values[:, : len(counts)], values[:, len(counts) : len(counts) + size]
    second = values[:, len(counts) + size :].reshape(-1, size, size)
    spread = stratum_spread(
        first,
        second,
        rows=rows[:, 0],
        sampled=units.strata.sampled[stratum],
        constant=_constant_weights(cells, grouping, domain, stratum),
    )
    score = ESTIMATORS[part.request.statistic].score(sums)
    index, coefficients = score_columns(part, score, sums.weight.shape)
    on_row = [coefficient[domain] for coefficient in coefficients]
    variance = moment_variances(
        domain,
        stratum,
        *_scored(on_row, index, first, second, spread),
        n_domains=grouping.size,
        strata=units.strata,
        lonely=part.design.lonely_psu,
    )
    gained = rows - (rows > 0)
    df = group_sums(domain, gained, n_groups=grouping.size)
    denominator = np.broadcast_to(score.denominator, sums.weight.shape)
    return Variation(
        variance=variance / denominator**2, df=take(df, counts, [item.rows for item in part.items])
    )


def _scored(
    on_row: list[FloatArray],
    index: list[list[int]],
    first: FloatArray,
    second: FloatArray,
    spread: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Give sums of the scores and of their squares about the mean, from those of the columns."""
    terms = list(zip(on_row, index, strict=True))
    sums, squares, size = (np.zeros_like(on_row[0]) for _ in range(3))
    for on, at in terms:
        sums += on * first[:, at]
        size += np.abs(on) * np.sqrt(second[:, at, at])
        for other, across in terms:
            squares += on * other * spread[:, at, across]
    # Columns that cancel in the score leave rounding, of either sign.
    return sums, np.where(squares <= ROUNDING * size**2, 0.0, squares)


def moment_scores(
    part: PartialSums,
    units: Units,
    cells: CellSums,
    sets: list[tuple[GroupingSet, Sums]],
    *,
    undefined: BoolArray,
) -> MomentScores:
    """Give what covariances of the estimates of all grouping sets need."""
    names = weighted_names(part.items)
    members, rows = [], []
    for grouping, sums in sets:
        score = ESTIMATORS[part.request.statistic].score(sums)
        index, coefficients = score_columns(part, score, sums.weight.shape)
        denominator = np.broadcast_to(score.denominator, sums.weight.shape)
        dense = np.zeros((*sums.weight.shape, len(names)))
        variables = np.arange(sums.weight.shape[1])
        for at, coefficient in zip(index, coefficients, strict=True):
            dense[:, variables, at] += np.nan_to_num(coefficient / denominator)
        rows.append(dense.reshape(-1, len(names)))
        member = np.equal.outer(np.arange(grouping.size), grouping.domain_of_cell)
        members.append(np.repeat(member, sums.weight.shape[1], axis=0))
    return MomentScores(
        units=units,
        lonely=part.design.lonely_psu,
        cell=cells.cell,
        stratum=cells.unit,
        first=cells.matrix(names),
        second=second_moments(part, cells),
        member=np.vstack(members).astype(np.float64),
        coefficients=np.vstack(rows),
        undefined=undefined,
    )


def second_moments(part: PartialSums, cells: CellSums) -> FloatArray:
    """Give the sums of products of weighted columns, (rows, columns, columns)."""
    names = weighted_names(part.items)
    order = {name: i for i, name in enumerate(names)}
    pairs = [second_moment(*sorted((a, b), key=order.__getitem__)) for a in names for b in names]
    distinct = list(dict.fromkeys(pairs))
    values = take(cells.matrix(distinct), distinct, pairs)
    return values.reshape(-1, len(names), len(names))


def score_columns(
    part: PartialSums, score: Score, shape: tuple[int, ...]
) -> tuple[list[list[int]], list[FloatArray]]:
    """Give the column of each item and its coefficient, (domains, variables), for each term of the score."""
    place = {name: i for i, name in enumerate(weighted_names(part.items))}
    columns = [[item.weight for item in part.items]]
    columns += [list(names) for names in zip(*(item.basis for item in part.items), strict=True)]
    coefficients = [np.broadcast_to(on, shape) for on in (score.on_weight, *score.on_basis)]
    return [[place[name] for name in names] for names in columns], coefficients


def _constant_weights(
    cells: CellSums, grouping: GroupingSet, domain: IntArray, stratum: IntArray
) -> BoolArray:
    """Say for each domain and stratum whether all its weights are equal."""
    n_strata = int(stratum.max()) + 1
    least = np.full((grouping.size, n_strata), np.inf)
    most = np.full((grouping.size, n_strata), -np.inf)
    at = (grouping.domain_of_cell[cells.cell], cells.unit)
    bounds = cells.matrix(["least_w", "most_w"])
    np.minimum.at(least, at, bounds[:, 0])
    np.maximum.at(most, at, bounds[:, 1])
    return np.asarray((least == most)[domain, stratum], dtype=np.bool_)
