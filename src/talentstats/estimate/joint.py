"""How two sets of estimates vary together."""

from dataclasses import replace

import numpy as np
import polars as pl

from talentstats.errors import ComparisonError
from talentstats.estimate.dispersion import (
    Block,
    Dispersion,
    KnownCovariance,
    MomentScores,
    ReplicateEstimates,
    UnitScores,
)
from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.units import find_units
from talentstats.variance.groups import FloatArray


def same_sample(first: Dispersion, second: Dispersion) -> Dispersion:
    """Join estimates of one sample.

    Raises
    ------
    ComparisonError
        If the covariance is not known: rows drawn one by one, estimated in two calls, or two sets of
        replicates.
    """
    if isinstance(first, UnitScores) and isinstance(second, UnitScores):
        if first.blocks is second.blocks:
            return replace(
                first,
                jacobian=np.vstack([_jacobian(first), _jacobian(second)]),
                undefined=np.concatenate([first.undefined, second.undefined]),
            )
        if first.units.keys.equals(second.units.keys):
            return _stacked(first, second)
    if isinstance(first, MomentScores) and isinstance(second, MomentScores) and first.second is second.second:
        return replace(
            first,
            jacobian=np.vstack([_own(first), _own(second)]),
            undefined=np.concatenate([first.undefined, second.undefined]),
        )
    if isinstance(first, ReplicateEstimates) and isinstance(second, ReplicateEstimates):
        _refuse_other_replicates(first, second)
        return replace(
            first,
            values=np.hstack([first.values, second.values]),
            full=np.concatenate([first.full, second.full]),
        )
    raise ComparisonError(
        "How these two estimates vary together is not known.",
        expected="estimates of one call, or of a design with sampling units or replicates",
        got="two calls on a sample whose rows were drawn one by one",
        remedy="Estimate both in one call, with `by` or several variables, then `filter` the two.",
    )


def _refuse_other_replicates(first: ReplicateEstimates, second: ReplicateEstimates) -> None:
    """Refuse to pair replicate 1 of one set with replicate 1 of another: they have nothing in common."""
    one, two = first.replicates, second.replicates
    same = one is two
    if isinstance(one, UnitReplicates) and isinstance(two, UnitReplicates):
        same |= one.keys.equals(two.keys) and np.array_equal(one.multipliers, two.multipliers)
    if isinstance(one, ReplicateWeights) and isinstance(two, ReplicateWeights):
        same |= tuple(one.columns) == tuple(two.columns)
    rule, other = one.rule, two.rule
    alike = np.array_equal(rule.rscales, other.rscales) and rule.scale == other.scale
    if not (same and alike and rule.mse == other.mse):
        raise ComparisonError(
            "The two estimates were made with different replicates.",
            expected="one set of replicates for both",
            got=f"{one.type} with {rule.rscales.size} and {two.type} with {other.rscales.size} replicates",
            remedy="Make the replicates once, and estimate both with that sample.",
        )


def shared_units(first: Dispersion, second: Dispersion, design: SurveyDesign) -> Dispersion:
    """Join estimates of two samples that share sampling units, matched by stratum and id.

    The units of a stratum are those of either sample, as if the two files had been stacked.

    Raises
    ------
    ComparisonError
        If one of them has no sampling units, or the designs differ.
    """
    if not isinstance(first, UnitScores) or not isinstance(second, UnitScores):
        raise ComparisonError(
            "Samples can only be matched by their sampling units.",
            expected="linearised estimates of designs with `psu` or `case_id`",
            got=f"{_kind(first)} and {_kind(second)}",
            remedy="Name the units in the design, or stack the two files and use `change`.",
        )
    if design.pairwise is not None:
        raise ComparisonError(
            "How units drawn with unequal probabilities vary between two samples is not known.",
            expected="units drawn with replacement, or with equal probabilities in each stratum",
            got=design.pairwise.label,
            remedy="Leave `pairwise` out, which takes the units as drawn with replacement.",
        )
    columns = first.units.keys.columns
    if columns != second.units.keys.columns or len(first.units.stages) > 1:
        raise ComparisonError(
            "The sampling units of the two samples cannot be matched.",
            expected="one stage, with strata in both or in neither",
            got=f"{', '.join(columns)} and {', '.join(second.units.keys.columns)}",
            remedy="Stack the two files and use `change`.",
        )
    sizes = [_with_population(part) for part in (first, second)]
    table = pl.concat(sizes, how="vertical_relaxed").with_columns(n=pl.lit(1))
    units = find_units(table, replace(design, fpc=("population",)))
    place = units.keys.with_row_index("place")
    where = [
        part.units.keys.join(place, on=columns, how="left", maintain_order="left")["place"].to_numpy()
        for part in (first, second)
    ]
    moved = [
        replace(
            part,
            units=units,
            blocks=tuple(block.moved(at.astype(np.int64)) for block in part.blocks),
        )
        for part, at in zip((first, second), where, strict=True)
    ]
    return _stacked(moved[0], moved[1])


def independent(first: Dispersion, second: Dispersion) -> KnownCovariance:
    """Join estimates of two samples drawn independently."""
    one, two = first.covariance(), second.covariance()
    matrix = np.zeros((one.shape[0] + two.shape[0],) * 2)
    matrix[: one.shape[0], : one.shape[0]] = one
    matrix[one.shape[0] :, one.shape[0] :] = two
    return KnownCovariance(matrix=matrix)


def _stacked(first: UnitScores, second: UnitScores) -> UnitScores:
    later: tuple[Block, ...] = tuple(
        replace(block, first=block.first + first.size) for block in second.blocks
    )
    one, two = _jacobian(first), _jacobian(second)
    jacobian = np.zeros((one.shape[0] + two.shape[0], first.size + second.size))
    jacobian[: one.shape[0], : first.size] = one
    jacobian[one.shape[0] :, first.size :] = two
    return replace(
        first,
        blocks=(*first.blocks, *later),
        size=first.size + second.size,
        undefined=np.concatenate([first.undefined, second.undefined]),
        jacobian=jacobian,
    )


def _with_population(part: UnitScores) -> pl.DataFrame:
    population = pl.Series("fpc_0", part.units.stages[0].population)
    return part.units.keys.with_columns(population, population.alias("most_fpc_0"))


def _jacobian(part: UnitScores) -> FloatArray:
    return np.eye(part.size) if part.jacobian is None else part.jacobian


def _own(part: MomentScores) -> FloatArray:
    return np.eye(part.member.shape[0]) if part.jacobian is None else part.jacobian


def _kind(part: Dispersion) -> str:
    return {
        UnitScores: "sampling units",
        MomentScores: "rows drawn one by one",
        ReplicateEstimates: "replicates",
    }.get(type(part), "a comparison of two samples")
