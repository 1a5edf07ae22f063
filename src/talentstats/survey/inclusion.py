"""From the columns of a design to the inclusion probabilities of its units, and what these contribute."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.design import SurveyDesign
from talentstats.survey.unequal import HartleyRao, JointProbabilities, Overton, PairwiseRule
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.joint_probabilities import DrawCovariances, draw_covariances
from talentstats.variance.pairwise_terms import (
    PairwiseTerms,
    brewer_terms,
    hartley_rao_terms,
    overton_terms,
    yates_grundy,
)
from talentstats.variance.stages import Stage

# The diagonal of published joint probabilities is often rounded otherwise than the probabilities beside it.
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inclusion:
    """How units with unequal probabilities were drawn.

    Attributes
    ----------
    stages : tuple of Stage
        The population of a group is what its units stand for, the sum of 1 / p.
    terms : tuple of PairwiseTerms
        Of each stage; empty when the joint probabilities are known.
    joint : DrawCovariances or None
    """

    stages: tuple[Stage, ...]
    terms: tuple[PairwiseTerms, ...] = ()
    joint: DrawCovariances | None = None


def find_inclusion(
    keys: pl.DataFrame,
    codes: Sequence[tuple[IntArray, IntArray]],
    design: SurveyDesign,
    *,
    name_unit: Callable[[int, int], str],
) -> Inclusion:
    """Find the inclusion probability of every unit, and what it contributes to a variance.

    Parameters
    ----------
    keys : polars.DataFrame
        One row a unit of the last stage: columns `stratum_k`, `unit_k`, `fpc_k` and `most_fpc_k`.
    codes : sequence of (group, unit)
        Of each stage, the group each row's unit was drawn in and the unit, (rows,) int.
    design : SurveyDesign
        With `pairwise`.
    name_unit : callable
        Names the unit of a row at a stage, for a message.

    Raises
    ------
    InputError
        If a probability is not above 0 and at most 1 or differs within a unit, or what the rule gives does
        not fit the sample.
    """
    rule = design.pairwise
    if isinstance(rule, JointProbabilities):
        group, unit = codes[0]
        joint = _joint(rule, keys["unit_0"], _unit_probabilities(keys, unit, design, 0, name_unit))
        # The matrix says all of the strata: none of them is lonely.
        complete = np.bincount(group)[group].astype(np.float64)
        return Inclusion(stages=(Stage(group=group, unit=unit, population=complete),), joint=joint)
    stages, terms = [], []
    strata = keys["stratum_0"] if "stratum_0" in keys.columns else None
    for k, (group, unit) in enumerate(codes):
        probability = _unit_probabilities(keys, unit, design, k, name_unit)
        population = _population(group[np.unique(unit, return_index=True)[1]], probability)
        stages.append(Stage(group=group, unit=unit, population=population[group]))
        terms.append(_terms(rule, stages[k], probability, strata=strata))
    return Inclusion(stages=tuple(stages), terms=tuple(terms))


def _unit_probabilities(
    keys: pl.DataFrame, unit: IntArray, design: SurveyDesign, stage: int, name_unit: Callable[[int, int], str]
) -> FloatArray:
    """Give the inclusion probabilities of the units of a stage; 0 for one drawn with replacement."""
    if f"fpc_{stage}" not in keys.columns:
        return np.zeros(int(unit.max()) + 1)
    column = design.fpc_columns[stage]
    least, most = (keys[name].to_numpy() for name in (f"fpc_{stage}", f"most_fpc_{stage}"))
    wrong = np.flatnonzero(~((least > 0) & (most <= 1)))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"`{column}` has inclusion probabilities that are not above 0 and at most 1.",
            expected="the probability with which each unit was drawn, not a number of units",
            got=f"{least[row] if least[row] <= 0 else most[row]:g}",
            where=name_unit(row, stage),
            remedy="For units that were drawn with equal probabilities give the sampling fraction.",
        )
    low, high = np.full(int(unit.max()) + 1, np.inf), np.zeros(int(unit.max()) + 1)
    np.minimum.at(low, unit, least)
    np.maximum.at(high, unit, most)
    apart = np.flatnonzero(low != high)
    if apart.size:
        first = int(apart[0])
        raise InputError(
            f"`{column}` differs within a sampling unit.",
            expected="one inclusion probability for all rows of a unit",
            got=f"{low[first]:g} and {high[first]:g}",
            where=name_unit(int(np.flatnonzero(unit == first)[0]), stage),
            remedy="Give the probability of the unit; those of later stages go in a column of their own.",
        )
    return low


def _population(group: IntArray, probability: FloatArray) -> FloatArray:
    """Give the number of units each group stands for, inf with replacement.

    A group is complete when all its units were certain to be drawn, and then is not lonely either.
    """
    sizes = np.bincount(group, weights=1 / np.where(probability > 0, probability, np.nan))
    return np.where(np.isnan(sizes), np.inf, sizes)


def _terms(
    rule: PairwiseRule | None, stage: Stage, probability: FloatArray, *, strata: pl.Series | None
) -> PairwiseTerms:
    """Derive what the units of a stage contribute under an approximation; `strata` are those of the rows."""
    units = stage.units()
    if isinstance(rule, Overton):
        terms = overton_terms(units, probability)
    elif isinstance(rule, HartleyRao):
        labels = [None] if strata is None else strata[_first_rows(stage)].to_list()
        squares = np.bincount(units.group, weights=probability**2).astype(np.float64)
        mean_square = _mean_square(rule, labels, squares, units.sampled)
        terms = hartley_rao_terms(units, probability, mean_square)
    else:
        return brewer_terms(units, probability)
    return yates_grundy(terms) if rule.variance == "YG" else terms


def _first_rows(stage: Stage) -> list[int]:
    """Give a row of each group."""
    rows: list[int] = np.unique(stage.group, return_index=True)[1].tolist()
    return rows


def _mean_square(
    rule: HartleyRao, labels: list[object], squares: FloatArray, sampled: IntArray
) -> FloatArray | None:
    """Give the population's sum of squared probabilities over the units drawn, by stratum."""
    given = rule.sum_of_squares
    if given is None:
        return None
    if not isinstance(given, Mapping):
        if len(labels) > 1:
            raise InputError(
                "The sum of squared probabilities of a stratified design is asked for each stratum.",
                expected='a mapping in `sum_of_squares`, such as {"north": 1.2, "south": 0.8}',
                got=f"one number for {len(labels)} strata",
                remedy="Give one number for each stratum, or leave it out to have it estimated.",
            )
        given = {labels[0]: given}
    absent = [label for label in labels if label not in given]
    if absent:
        raise InputError(
            f"`sum_of_squares` lacks {len(absent)} strata.",
            expected=f"a number for each of {', '.join(map(str, labels[:30]))}",
            got=", ".join(map(str, given)) or "none",
            remedy="Use the values of the column of the strata.",
        )
    sums = np.array([float(given[label]) for label in labels])
    for label, total, least, most in zip(labels, sums, squares, sampled, strict=True):
        if not least * (1 - _SAME) <= total <= most * (1 + _SAME):
            raise InputError(
                "The sum of the squared probabilities of the population cannot be this.",
                expected=f"at least {least:g}, their sum in the sample, and at most {most}, the units drawn",
                got=f"{total:g}",
                where="`sum_of_squares`" if label is None else f"`sum_of_squares`, stratum {label}",
                remedy="Add up p * p over all units of the population, and do not divide by the sample size.",
            )
    return np.asarray(sums / sampled, dtype=np.float64)


def _joint(rule: JointProbabilities, ids: pl.Series, probability: FloatArray) -> DrawCovariances:
    """Put the joint probabilities in the order of the units, and check them against the design."""
    known = range(rule.matrix.shape[0]) if rule.units is None else rule.units
    place = {unit: number for number, unit in enumerate(known)}
    if len(place) != ids.len() or any(unit not in place for unit in ids):
        unknown = next((str(unit) for unit in ids if unit not in place), "more units than the sample")
        raise InputError(
            "The joint probabilities are not those of the units in the sample.",
            expected=f"one row for each of the {ids.len()} sampling units",
            got=f"{len(place)} units" if len(place) != ids.len() else f"none for unit {unknown}",
            remedy="Keep every unit in the sample; leave persons out with `where`.",
        )
    order = np.array([place[unit] for unit in ids])
    joint = rule.matrix[np.ix_(order, order)]
    apart = np.flatnonzero(np.abs(np.diag(joint) - probability) > _SAME * probability)
    if apart.size:
        first = int(apart[0])
        raise InputError(
            f"{apart.size} inclusion probabilities differ from the diagonal of the joint probabilities.",
            expected=f"{joint[first, first]:g}",
            got=f"{probability[first]:g}",
            where=f"unit {ids[first]}",
            remedy="Give the rows of the matrix in the order of the units.",
        )
    return draw_covariances(joint, tolerance=rule.tolerance, fixed_size=rule.variance == "YG")
