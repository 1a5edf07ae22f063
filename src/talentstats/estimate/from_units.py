"""Linearised variances from the sums of sampling units."""

import numpy as np

from talentstats.errors import LonelyPsuError
from talentstats.estimate.dispersion import Block
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
    segment_starts,
    segment_sums,
)
from talentstats.variance.linearisation import domain_variances, groups_of

_SHOWN = 10


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
        refuse_lonely(unit, units, part.design)
    score = ESTIMATORS[part.request.statistic].score(sums)
    scores = _scores(part, score, names, domain, values[len(counts) :])
    variance = domain_variances(
        domain, unit, scores, n_domains=grouping.size, stages=units.stages, lonely=part.design.lonely_psu
    )
    denominator = np.broadcast_to(score.denominator, sums.weight.shape)
    df = _domain_df(domain, unit, values[: len(counts)] > 0, units, n_domains=grouping.size)
    block = Block(domain=domain, unit=unit, values=scores, denominator=denominator, first=first)
    by_item = take(df, counts, [item.rows for item in part.items])
    return Variation(variance=variance / denominator**2, df=by_item), block


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
