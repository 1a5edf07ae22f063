"""Replicates of a sample, as factors of its sampling units."""

import narwhals as nw
import numpy as np

from talentstats.errors import InputError, LonelyPsuError, unknown_name
from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicates import ReplicateRule, UnitReplicates
from talentstats.survey.sample import SurveySample
from talentstats.survey.units import ROW_NUMBER, Units, find_units, named_unit, unit_columns, units_query
from talentstats.variance.groups import IntArray
from talentstats.variance.multipliers import REPLICATE_KINDS, Multipliers, ReplicateKind
from talentstats.variance.replicate_variance import replicate_rank
from talentstats.variance.replication import make_multipliers

_MOST_FACTORS = 200_000_000
_BY_DESIGN = ("JK1", "JKn", "BRR", "Fay")


def make_replicates(
    sample: SurveySample,
    type: ReplicateKind,  # noqa: A002  (R's word for it)
    *,
    replicates: int | None = None,
    seed: int | None = None,
    mse: bool = False,
    rho: float = 0.0,
    order: str | None = None,
) -> SurveySample:
    """Give the sample replicates, so that variances come from them instead of from linearisation.

    Parameters
    ----------
    sample : SurveySample
    type : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap", "mrbbootstrap", "sdr"}
        Delete-one jackknife without and with strata; balanced half-samples and Fay's form; bootstraps of
        Rao & Wu (n of n, and n - 1 of n) and Preston's for several stages; successive differences.
    replicates : int, optional
        How many; the bootstraps need it, the design decides for the jackknife and half-samples.
    seed : int, optional
        Seed of the bootstraps, which need one: the same seed gives the same replicates.
    mse : bool
        True to take squares about the full estimate instead of the mean of the replicates.
    rho : float
        Fay's factor, 0 to 1.
    order : str, optional
        Column with the place in the list the sample was drawn from, for successive differences; by
        default the ids in order.

    Returns
    -------
    SurveySample
        The factors are kept for sampling units, not for rows.

    Raises
    ------
    InputError
        If the design cannot have these replicates: a stratum with one unit, not two units in each stratum
        for half-samples, no seed, or more factors than memory allows.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"area": [1, 1, 2, 2, 3, 3], "w": 10.0, "y": [1, 2, 3, 4, 5, 6]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w", psu="area"))
    >>> ts.make_replicates(sample, "JK1")
    SurveySample(columns: area, w, y; weight: w; units: area; 3 JK1 replicates)
    """
    if type not in REPLICATE_KINDS:
        raise unknown_name("replicate type", type, REPLICATE_KINDS)
    if sample.design.pairwise is not None:
        raise InputError(
            "Replicates do not measure what it saves to draw unequally without replacement.",
            expected="units drawn with replacement, or with equal probabilities in each stratum",
            got=f"`pairwise`: {sample.design.pairwise.label}",
            remedy="Leave `pairwise` out, which takes the units as drawn with replacement.",
        )
    units, order_of = _read_units(sample, order)
    wanted = replicates if replicates and type not in _BY_DESIGN else units.keys.height
    if units.keys.height * wanted > _MOST_FACTORS:
        raise InputError(
            f"{units.keys.height} sampling units times {wanted} replicates are too many factors to keep.",
            expected=f"at most {_MOST_FACTORS:,} factors",
            got=f"{units.keys.height * wanted:,}",
            remedy="Use fewer replicates, or linearisation: leave the replicates out.",
        )
    _refuse_lonely(units, sample.design, every_stage=type == "mrbbootstrap")
    made = make_multipliers(type, units.stages, replicates=replicates, rho=rho, seed=seed, order=order_of)
    rule = ReplicateRule(scale=made.scale, rscales=made.rscales, mse=mse, df=_df(type, made, units))
    return sample.with_replicates(
        UnitReplicates(keys=units.keys, multipliers=made.values, rule=rule, type=type, seed=seed)
    )


def _df(kind: ReplicateKind, made: Multipliers, units: Units) -> int:
    """Give the rank of the multipliers less one; for the jackknife that is its units less their strata."""
    if kind in ("JK1", "JKn"):
        return made.rscales.size - int((~units.stages[0].units().complete).sum())
    return replicate_rank(made.values) - 1


def _refuse_lonely(units: Units, design: SurveyDesign, *, every_stage: bool) -> None:
    """Name the stratum that has a single unit, which no replicate can leave out or draw again."""
    counts = np.ones(units.keys.height, dtype=bool)
    for number, stage in enumerate(units.stages if every_stage else units.stages[:1], start=1):
        drawn = stage.units()
        alone = (drawn.sampled < 2) & ~drawn.complete
        rows = drawn.first_row[(counts & alone[stage.group])[drawn.first_row]]
        if rows.size:
            raise LonelyPsuError(
                f"{rows.size} stratum(s) have a single sampling unit at stage {number}, so replicates cannot "
                "show how much it varies.",
                expected="two units or more in every stratum that is not completely in the sample",
                got=f"a single unit: {named_unit(units.keys, int(rows[0]), design, stages=number)}",
                remedy="Join the stratum with a similar one, or give it a population size of 1 in `fpc`.",
            )
        # Below a stage that was drawn with replacement, or as good as, nothing adds to the variance.
        counts &= drawn.fraction[stage.group] > 0


def _read_units(sample: SurveySample, order: str | None) -> tuple[Units, IntArray | None]:
    """List the sampling units of the stages the replicates need."""
    design = sample.design
    sample.require((order,) if order else (), what="column with the order")
    numbered = not design.units
    reading = sample.read(
        (*design.columns, *((order,) if order else ())), row_index=ROW_NUMBER if numbered else None
    )
    columns = unit_columns(design, row=numbered)
    table = reading.collect(units_query(reading, design, columns))
    units = find_units(table, design)
    if order is None:
        return units, None
    ids = units.keys.columns
    listed = reading.rows.select(
        *(column.alias(name) for name, column in columns.keys.items()), nw.col(order).alias("order")
    )
    places = reading.collect(listed.unique())
    placed = units.keys.join(places, on=ids, how="left", maintain_order="left")
    if placed.height != units.keys.height:
        raise InputError(
            f"`{order}` differs within a sampling unit.",
            expected="one place in the list for every unit",
            where=f"column `{order}`",
            remedy="Give each unit one number.",
        )
    rank = placed["order"].rank("ordinal").to_numpy().astype(np.int64) - 1
    return units, rank
