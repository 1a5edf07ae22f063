"""The rows of a sample in memory, for statistics that are not functions of a few sums."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.estimate.request import Names, Request, Where, as_names, make_request
from talentstats.estimate.scan import Scan, scan_sample, without_nan
from talentstats.estimate.subpopulation import inside
from talentstats.provenance import Origin
from talentstats.survey.adjustment import (
    Adjustment,
    base_column,
    filled_numbers,
    needed_columns,
    replicate_weights,
    residual_steps,
    respondents_column,
)
from talentstats.survey.design import SurveyDesign
from talentstats.survey.replicate_df import with_df
from talentstats.survey.replicates import ReplicateWeights, UnitReplicates
from talentstats.survey.sample import Reading, SurveySample
from talentstats.survey.units import ROW_NUMBER, Units, find_units, unit_columns, units_query
from talentstats.survey.weights import weight_name, with_weight
from talentstats.variance.groups import BoolArray, FloatArray, IntArray

# Replicate weights are made for so many values at once.
_BLOCK = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleRows:
    """Every row of a sample, with what the design says of it.

    Attributes
    ----------
    values : polars.DataFrame
        The columns asked for, in the order of the rows; what is not a number is missing.
    weight : (rows,) float
        Weight after all adjustments.
    inside : (rows,) bool
        In the subpopulation.
    unit : (rows,) int
        Position of the row's sampling unit in `units.keys`; zeros with supplied replicate weights.
    units : Units or None
        Without `psu` in the design every row is a unit. None with supplied replicate weights.
    design : SurveyDesign
    replicates : ReplicateWeights or UnitReplicates or None
    supplied : polars.DataFrame or None
        The supplied replicate weights, a column each.
    adjustments : tuple of Adjustment
        What was done to the weights.
    adjusting : polars.DataFrame
        The columns the adjustments need.
    gaps : dict of str to int
        Rows without a value, by column.
    sample : object
        Stands for the sample.
    origins : tuple of Origin
    synthetic : bool
    """

    values: pl.DataFrame
    weight: FloatArray
    inside: BoolArray
    unit: IntArray
    units: Units | None
    design: SurveyDesign
    replicates: ReplicateWeights | UnitReplicates | None
    supplied: pl.DataFrame | None
    adjustments: tuple[Adjustment, ...]
    adjusting: pl.DataFrame
    gaps: dict[str, int]
    sample: object
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    def numbers(self, name: str) -> FloatArray:
        """Give a numeric or yes/no column, NaN where it has no value."""
        return self.values[name].cast(pl.Float64).to_numpy()

    def residuals(self, scores: FloatArray) -> FloatArray:
        """Take out of scores, (rows, estimates), what the adjustments of the weights hold fixed."""
        for step in residual_steps(self.adjustments, self.adjusting):
            scores = step.residuals(scores)
        return scores

    def replicate_weights(self) -> Iterator[FloatArray]:
        """Give the weights of the rows in every replicate, (rows, some replicates) at a time."""
        step = max(1, _BLOCK // max(1, self.weight.size))
        if isinstance(self.replicates, UnitReplicates) and self.units is not None:
            factors = self.replicates.factors_of(self.units.keys)
            base = self.weight
            if self.adjustments:
                base = filled_numbers(self.adjusting, base_column(self.adjustments))
            for start in range(0, factors.shape[1], step):
                made = factors[self.unit, start : start + step] * base[:, None]
                yield replicate_weights(self.adjustments, self.adjusting, made)
        elif isinstance(self.replicates, ReplicateWeights) and self.supplied is not None:
            for start in range(0, self.supplied.width, step):
                columns = self.supplied[:, start : start + step].to_numpy()
                yield columns if self.replicates.combined else columns * self.weight[:, None]


def read_rows(
    sample: SurveySample, *, numbers: Names = (), categories: Names = (), where: Where = None
) -> SampleRows:
    """Read some columns of every row, with weight and sampling unit.

    Parameters
    ----------
    sample : SurveySample
    numbers : str or sequence of str
        Columns to compute with.
    categories : str or sequence of str
        Columns of any type.
    where : mapping or narwhals expression, optional
        The subpopulation; rows outside it stay in the result.

    Raises
    ------
    InputError
        For an unknown column, text where numbers belong, infinite values, weights that are not positive, a
        design with gaps.
    """
    names, others = as_names(numbers), as_names(categories)
    request = make_request(sample, "mean" if names else "count", names, where=where)
    sample.require(others)
    scan = scan_sample(sample, request)
    reading = _open(sample, request, others)
    columns = list(dict.fromkeys((*names, *others)))
    adjusting = needed_columns(sample.adjustments)
    replicates = with_df(reading, sample.replicates)
    if isinstance(replicates, ReplicateWeights):
        keys, units = {f"replicate {name}": nw.col(name) for name in replicates.columns}, None
    else:
        found = unit_columns(sample.design, row=not sample.design.units)
        keys, units = (
            found.keys,
            find_units(reading.collect(units_query(reading, sample.design, found)), sample.design),
        )
    rows = reading.collect(_selected(reading, request, scan, columns, keys, sample.adjustments))
    values = rows.select(pl.col(f"value {name}").alias(name) for name in columns)
    return SampleRows(
        values=values,
        weight=rows["weight"].to_numpy().astype(np.float64),
        inside=rows["inside"].to_numpy().astype(np.bool_),
        unit=np.zeros(rows.height, dtype=np.int64)
        if units is None
        else _positions(rows, units, sample.design),
        units=units,
        design=sample.design,
        replicates=replicates,
        supplied=rows.select(pl.col(list(keys)).cast(pl.Float64)) if units is None else None,
        adjustments=sample.adjustments,
        adjusting=rows.select(pl.col(f"adjusting {name}").alias(name) for name in adjusting),
        gaps=_gaps(values, rows, respondents_column(sample.adjustments)),
        sample=sample.token,
        origins=sample.origins,
        synthetic=sample.synthetic,
    )


def _open(sample: SurveySample, request: Request, others: tuple[str, ...]) -> Reading:
    design = sample.design
    supplied = sample.replicates.columns if isinstance(sample.replicates, ReplicateWeights) else ()
    where = sample.schema.names() if isinstance(request.where, nw.Expr) else request.where_columns
    reading = sample.read(
        (*design.columns, *request.answers, *others, *where, *supplied, *needed_columns(sample.adjustments)),
        row_index=None if design.units or supplied else ROW_NUMBER,
    )
    return with_weight(reading, design)


def _selected(
    reading: Reading,
    request: Request,
    scan: Scan,
    columns: list[str],
    keys: dict[str, nw.Expr],
    adjustments: tuple[Adjustment, ...],
) -> "nw.LazyFrame[Any]":
    condition = inside(reading, request, scan, responded=respondents_column(adjustments))
    chosen = {f"value {name}": without_nan(reading, name) for name in columns}
    chosen |= {"weight": nw.col(weight_name(reading))}
    chosen |= {"inside": nw.lit(value=True) if condition is None else condition.fill_null(value=False)}
    chosen |= keys
    chosen |= {f"adjusting {name}": nw.col(name) for name in needed_columns(adjustments)}
    return reading.rows.select(*(column.alias(name) for name, column in chosen.items()))


def _gaps(values: pl.DataFrame, rows: pl.DataFrame, responded: str | None) -> dict[str, int]:
    """Count the rows without a value, by column; who did not respond is not expected to have one."""
    asked = values
    if responded is not None and values.width:
        asked = values.filter(rows[f"adjusting {responded}"].cast(pl.Boolean))
    return {column.name: column.null_count() for column in asked if column.null_count()}


def _positions(rows: pl.DataFrame, units: Units, design: SurveyDesign) -> IntArray:
    """Find the sampling unit of every row."""
    if not design.units and not design.strata_columns:
        return rows["unit_0"].to_numpy().astype(np.int64)
    numbered = units.keys.with_row_index("place")
    placed = rows.select(units.columns).join(numbered, on=units.columns, how="left", maintain_order="left")
    return placed["place"].to_numpy().astype(np.int64)
