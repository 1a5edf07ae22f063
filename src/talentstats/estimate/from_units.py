"""Linearised variances from the sums of sampling units."""

import numpy as np

from talentstats.errors import LonelyPsuError
from talentstats.estimate.design_covariance import domain_variances_of, variances_of
from talentstats.estimate.dispersion import Block, Correction
from talentstats.estimate.domain_sums import basis_names, take
from talentstats.estimate.domains import CellSums, GroupingSet, aggregate
from talentstats.estimate.estimators import ESTIMATORS, Score, Sums
from talentstats.estimate.items import weighted_names
from talentstats.estimate.sums import PartialSums
from talentstats.estimate.variation import Variation
from talentstats.survey.design import SurveyDesign
from talentstats.survey.units import Units, named_stratum
from talentstats.variance.groups import (
    BoolArray,
    FloatArray,
    IntArray,
    group_counts,
    group_sums,
    segment_starts,
    segment_sums,
)
from talentstats.variance.linearisation import groups_of

_SHOWN = 10
# Scores of every unit are made for so many values at once.
_BLOCK = 20_000_000
# What an adjustment holds fixed leaves a variance this large, relative to that of the scores before.
_HELD_FIXED = 1e-24
# A variance of zero comes out this large, relative to the square of the estimate.
_ROUNDING = 1e-14


def unit_variation(
    part: PartialSums, units: Units, cells: CellSums, grouping: GroupingSet, sums: Sums, *, first: int
) -> tuple[Variation, Block]:
    """Give the variances of a grouping set's estimates, and their scores for covariances.

    Raises
    ------
    LonelyPsuError
        If a stratum with a single unit has a row in a domain and the design says "fail".
    """
    names = weighted_names(part.items)
    counts = ["n", *dict.fromkeys(item.rows for item in part.items if item.rows != "n")]
    domain, unit, values = aggregate(cells, grouping, cells.columns([*counts, *names]))
    if part.design.lonely_psu == "fail":
        # Residuals of an adjustment are not zero outside the domain.
        refuse_lonely(unit if part.residuals is None else np.arange(units.keys.height), units, part.design)
    score = ESTIMATORS[part.request.statistic].score(sums)
    denominator = np.broadcast_to(score.denominator, sums.weight.shape)
    block = Block(
        domain=domain,
        unit=unit,
        values=_scores(part, score, names, domain, values[len(counts) :]),
        denominator=denominator,
        first=first,
        correction=_correction(part, cells, grouping, score, denominator),
    )
    if block.correction is None:
        variance = domain_variances_of(
            domain, unit, block.values, units, n_domains=grouping.size, lonely=part.design.lonely_psu
        )
        variance = variance / denominator**2
    else:
        variance = _dense_variances(block, units, part.design)
    variance = _not_negative(variance, ESTIMATORS[part.request.statistic].value(sums))
    df = _domain_df(domain, unit, values[: len(counts)] > 0, units, n_domains=grouping.size)
    by_item = take(df, counts, [item.rows for item in part.items])
    return Variation(variance=variance, df=by_item), block


def _not_negative(variance: FloatArray, values: FloatArray) -> FloatArray:
    """Leave out variances below zero, which pairs of units can give; what is mere rounding is 0."""
    rounding = -variance <= _ROUNDING * values**2
    return np.where(variance >= 0, variance, np.where(rounding, 0.0, np.nan))


def _dense_variances(block: Block, units: Units, design: SurveyDesign) -> FloatArray:
    """Give the variances of scores that no unit is without, so many estimates at a time."""
    height = units.keys.height
    step = max(1, _BLOCK // height)
    parts = [
        variances_of(
            block.some_scores(height, slice(start, min(start + step, block.size))),
            units,
            lonely=design.lonely_psu,
        )
        for start in range(0, block.size, step)
    ]
    variance = np.concatenate(parts).reshape(block.denominator.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = group_sums(block.domain, block.values.T**2, n_groups=block.denominator.shape[0])
        size = size / block.denominator**2
    variance = np.where(np.abs(variance) <= _HELD_FIXED * size, 0.0, variance)
    usable = np.isfinite(block.denominator) & (block.denominator != 0)
    return np.where(usable, variance, np.nan)


def _correction(
    part: PartialSums, cells: CellSums, grouping: GroupingSet, score: Score, denominator: FloatArray
) -> Correction | None:
    """Give what the adjustments of the weights take out of the scores of a grouping set."""
    residuals = part.residuals
    if residuals is None:
        return None
    moments = []
    for on_names in residuals.moments_of(cells.cells, grouping.domain_of_cell, grouping.size):
        names, domains, columns = on_names.shape
        of_domain = np.repeat(np.arange(domains), columns)
        scores = _scores(part, score, list(residuals.names), of_domain, on_names.reshape(names, -1))
        by_column = scores.reshape(-1, domains, columns).transpose(2, 1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            moments.append(np.nan_to_num(by_column / denominator).reshape(columns, -1))
    return Correction(
        unit=np.arange(residuals.on_unit.shape[0]),
        on_unit=residuals.on_unit,
        coefficients=residuals.coefficients(moments),
    )


def refuse_lonely(unit: IntArray, units: Units, design: SurveyDesign) -> None:
    """Raise when a row's stratum, at any stage, has a single unit."""
    for k, stage in enumerate(units.stages):
        groups = groups_of(stage)
        touched = np.zeros(groups.sampled.size, dtype=bool)
        touched[stage.group[unit]] = True
        alone = np.flatnonzero(touched & groups.lonely)
        if alone.size:
            rows = [int(np.flatnonzero(stage.group == group)[0]) for group in alone[:_SHOWN]]
            raise _lonely_error(units, design, k, rows, alone.size)


def refuse_lonely_strata(stratum: IntArray, units: Units, design: SurveyDesign) -> None:
    """Raise when a row's stratum has a single row, for rows drawn one by one."""
    alone = np.unique(stratum[units.strata.lonely[stratum]])
    if alone.size:
        raise _lonely_error(units, design, 0, [int(row) for row in alone[:_SHOWN]], alone.size)


def _lonely_error(
    units: Units, design: SurveyDesign, stage: int, rows: list[int], count: int
) -> LonelyPsuError:
    shown = [named_stratum(units.keys, row, design, stage=stage) for row in rows]
    more = f" and {count - len(rows)} more" if count > len(rows) else ""
    return LonelyPsuError(
        f"{count} stratum(s) have a single sampling unit at stage {stage + 1}, so their variance is unknown.",
        expected="two units or more in every stratum",
        got="; ".join(shown) + more,
        remedy="Join strata, or choose `lonely_psu` in the design: `certainty` or `remove` (adds nothing), "
        "`adjust` (distance from the mean of all units) or `average` (as the other strata).",
    )


def _scores(
    part: PartialSums, score: Score, names: list[str], domain: IntArray, weighted: FloatArray
) -> FloatArray:
    """Give the numerators of the scores, (variables, rows)."""
    place = {name: i for i, name in enumerate(names)}
    of_domain = group_counts(domain, n_groups=int(domain.max()) + 1)
    terms = [*zip(score.on_basis, basis_names(part.items), strict=True)]
    terms.append((score.on_weight, tuple(item.weight for item in part.items)))
    total: FloatArray | None = None
    for coefficient, columns in terms:
        one = columns[:1] if len(set(columns)) == 1 else columns
        values = weighted[[place[name] for name in one]]
        if not isinstance(coefficient, float):
            values = np.repeat(coefficient.T, of_domain, axis=1) * values
        elif coefficient != 1.0:
            values = coefficient * values
        total = values if total is None else total + values
    return np.zeros((len(part.items), domain.size)) if total is None else _for_every(part, total)


def _for_every(part: PartialSums, scores: FloatArray) -> FloatArray:
    """Repeat scores that all items share."""
    return scores if scores.shape[0] == len(part.items) else np.repeat(scores, len(part.items), axis=0)


def _domain_df(
    domain: IntArray, unit: IntArray, present: BoolArray, units: Units, *, n_domains: int
) -> FloatArray:
    """Count the first-stage units with a respondent less their strata: (domains, columns of `present`)."""
    stage = units.stages[0]
    psus = segment_starts(domain, stage.unit[unit])
    counted = (segment_sums(present.astype(np.float64), psus) > 0).astype(np.float64)
    domain, stratum = domain[psus], stage.group[unit[psus]]
    strata = segment_starts(domain, stratum)
    in_stratum = segment_sums(counted, strata)
    gained = in_stratum - (in_stratum > 0)
    domain = domain[strata]
    first = segment_starts(domain)
    df = np.zeros((n_domains, present.shape[0]))
    df[domain[first]] = segment_sums(gained, first).T
    return df
