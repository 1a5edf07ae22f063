"""A sample opened for an adjustment of its weights, and the sample with the new weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.request import make_request
from talentstats.estimate.scan import scan_sample
from talentstats.survey.adjustment import Adjustment
from talentstats.survey.cells import find_cells
from talentstats.survey.replicate_df import rank_df
from talentstats.survey.replicates import ReplicateWeights
from talentstats.survey.sample import SurveySample, free_name
from talentstats.survey.weights import weight_name, with_weight
from talentstats.variance.groups import FloatArray, IntArray

_MOST_CELLS = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjustable:
    """The rows of a sample, or its cells, with the weights they have now.

    Attributes
    ----------
    sample : SurveySample
        With the weights in a column of the frame.
    frame : polars.DataFrame
        The columns the adjustment looks at, a row for each row or cell.
    weight : (rows,) float
    rows : (rows,) int
        How many respondents of the sample are in it.
    code : (rows of the sample,) int or None
        Place in `frame` of every row of the sample; None when the frame stays with its engine.
    """

    sample: SurveySample
    frame: pl.DataFrame
    weight: FloatArray
    rows: IntArray
    code: IntArray | None

    @property
    def before(self) -> str:
        """Column of the weights as they are now."""
        return str(self.sample.design.weight)


def open_cells(sample: SurveySample, columns: Sequence[str]) -> Adjustable:
    """Sum the weights by the combinations of some columns.

    Raises
    ------
    InputError
        For an unknown column, a missing value in one of them, or weights that cannot be.
    """
    sample = _with_weight_column(sample, columns)
    names = list(dict.fromkeys(columns))
    weight = str(sample.design.weight)
    reading = sample.read([*names, weight])
    if reading.engine == "in-memory":
        frame = reading.collect(
            reading.rows.select(*names, nw.col(weight).cast(nw.Float64).alias("weight of the row"))
        )
        values = frame["weight of the row"].to_numpy()
        cells = find_cells(frame, names)
        size = cells.table.height
        return _complete(
            Adjustable(
                sample=sample,
                frame=cells.table,
                weight=np.bincount(cells.code, weights=values, minlength=size).astype(np.float64),
                rows=_occupied(cells.code, values, size),
                code=cells.code,
            )
        )
    value = nw.col(weight).cast(nw.Float64)
    query = (
        reading.rows.with_columns(nw.when(value != 0).then(1).otherwise(0).alias("row that counts"))
        .group_by(*names)
        .agg(
            value.sum().alias("weight of the cell"), nw.col("row that counts").sum().alias("rows of the cell")
        )
    )
    table = reading.collect(query).sort(names)
    return _complete(
        Adjustable(
            sample=sample,
            frame=table.select(names),
            weight=table["weight of the cell"].to_numpy(),
            rows=table["rows of the cell"].to_numpy().astype(np.int64),
            code=None,
        )
    )


def _occupied(code: IntArray, weight: FloatArray, size: int) -> IntArray:
    """Count the rows of each cell that weigh something."""
    weighing = weight != 0
    kept = code if weighing.all() else code[weighing]
    return np.bincount(kept, minlength=size).astype(np.int64)


def open_rows(sample: SurveySample, columns: Sequence[str], *, numbers: Sequence[str] = ()) -> Adjustable:
    """Read the columns an adjustment of single rows looks at.

    Raises
    ------
    InputError
        As `open_cells`; and when the frame is not in memory, because the new weights then have no place.
    """
    sample = _with_weight_column(sample, columns, numbers=numbers)
    names = list(dict.fromkeys([*columns, *numbers]))
    weight = str(sample.design.weight)
    reading = sample.read([*names, weight])
    if reading.engine != "in-memory":
        raise InputError(
            "Weights that differ from row to row can only be kept in a frame in memory.",
            expected="a pandas, polars or pyarrow frame",
            got=type(sample.frame).__name__,
            remedy="Read the columns into memory first, for instance with `.collect()`.",
        )
    frame = reading.collect(reading.rows.select(*names, nw.col(weight).alias("weight of the row")))
    values = frame["weight of the row"].cast(pl.Float64).to_numpy()
    return _complete(
        Adjustable(
            sample=sample,
            frame=frame.select(names),
            weight=values,
            rows=(values != 0).astype(np.int64),
            code=np.arange(frame.height),
        )
    )


def adjusted(opened: Adjustable, adjustment: Adjustment, factors: FloatArray) -> SurveySample:
    """Give the sample with the adjusted weights in a column of its frame.

    Parameters
    ----------
    opened : Adjustable
    adjustment : Adjustment
        `before` and `weight` name the columns of the weights.
    factors : (rows of `opened.frame`,) float
        What the weights are multiplied by.

    Raises
    ------
    InputError
        If the sample has a column of that name already.
    """
    sample = opened.sample
    if new_name(sample, adjustment.weight) != adjustment.weight:
        raise InputError(
            f"The sample has a column `{adjustment.weight}` already.",
            expected="a name for the new weights that no column has, not even in other capitals",
            got=f"`{adjustment.weight}`",
            remedy="Choose another `name`, or leave it out.",
        )
    if opened.code is None:
        frame = _on_engine(sample.frame, opened, adjustment, factors)
    else:
        values = _column(sample, opened.before) * factors[opened.code]
        frame = with_column(sample.frame, adjustment.weight, values)
    replicates = sample.replicates
    if isinstance(replicates, ReplicateWeights):
        frame, replicates = _with_replicates(sample, frame, adjustment, replicates)
    return replace(
        sample,
        frame=frame,
        design=sample.design.reweighted(adjustment.weight),
        replicates=replicates,
        adjustments=(*sample.adjustments, adjustment),
        origins=tuple(dict.fromkeys((*sample.origins, *adjustment.origins))),
    )


def new_name(sample: SurveySample, word: str) -> str:
    """Name the column of the new weights."""
    return free_name(word, sample.schema.names())


def _with_weight_column(
    sample: SurveySample, columns: Sequence[str], *, numbers: Sequence[str] = ()
) -> SurveySample:
    """Check the sample, and give it a column of weights where its design has none."""
    sample.require([*columns, *numbers], what="auxiliary")
    scan_sample(sample, make_request(sample, "mean" if numbers else "count", tuple(numbers)))
    design = sample.design
    if design.weight:
        return sample
    name = free_name("design_weight", sample.schema.names())
    reading = with_weight(sample.read(sample.schema.names()), design)
    if reading.engine == "in-memory":
        made = reading.collect(reading.rows.select(nw.col(weight_name(reading)).alias("made")))["made"]
        frame = with_column(sample.frame, name, made.to_numpy())
    else:
        rows = reading.rows.rename({weight_name(reading): name})
        frame = rows.to_native()
    return replace(sample, frame=frame, design=design.reweighted(name))


def _complete(opened: Adjustable) -> Adjustable:
    """Refuse a row of which it is not known where it belongs; who did not respond weighs nothing."""
    for column in opened.frame:
        missing = column.is_null() | (
            column.is_nan().fill_null(value=False) if column.dtype.is_float() else False
        )
        gaps = int(opened.rows[missing.to_numpy()].sum())
        if gaps:
            raise InputError(
                f"`{column.name}` is missing in {gaps} row(s), so it is not known what they weigh.",
                expected="a value in every row",
                where=f"column `{column.name}`",
                remedy="Complete the column, or give these rows a category of their own with a total.",
            )
    return opened


def _column(sample: SurveySample, name: str) -> FloatArray:
    reading = sample.read([name])
    values = reading.collect(reading.rows.select(nw.col(name).cast(nw.Float64)))[name]
    return np.asarray(values.to_numpy(), dtype=np.float64)


def with_column(frame: Any, name: str, values: FloatArray) -> Any:
    """Add a column to a frame in memory, of whatever kind it is."""
    native = nw.from_native(frame, eager_only=True)
    column = nw.new_series(name, values, nw.Float64, backend=native.implementation)
    return native.with_columns(column).to_native()


def _on_engine(frame: Any, opened: Adjustable, adjustment: Adjustment, factors: FloatArray) -> Any:
    """Add the new weights as an expression over the cells."""
    names = opened.frame.columns
    if opened.frame.height > _MOST_CELLS:
        raise InputError(
            f"{opened.frame.height} cells are too many for weights that are kept as an expression.",
            expected=f"at most {_MOST_CELLS} combinations of {', '.join(names)}",
            got=f"{opened.frame.height}",
            remedy="Read the columns into memory first.",
        )
    factor: nw.Expr = nw.lit(None, nw.Float64)
    for row, value in zip(opened.frame.rows(), factors, strict=True):
        here = reduce(and_, [nw.col(name) == level for name, level in zip(names, row, strict=True)])
        factor = nw.when(here).then(nw.lit(float(value))).otherwise(factor)
    weight = nw.col(opened.before).cast(nw.Float64) * factor
    return nw.from_native(frame).with_columns(weight.alias(adjustment.weight)).to_native()


def _with_replicates(
    sample: SurveySample, frame: Any, adjustment: Adjustment, replicates: ReplicateWeights
) -> tuple[Any, ReplicateWeights]:
    """Adjust every supplied replicate weight in the same way."""
    needed = [name for name in adjustment.columns if name != adjustment.weight]
    reading = sample.read([*needed, *replicates.columns])
    if reading.engine != "in-memory":
        raise InputError(
            "Replicate weights can only be adjusted in a frame in memory.",
            expected="a pandas, polars or pyarrow frame",
            got=type(sample.frame).__name__,
            remedy="Read the columns into memory first, for instance with `.collect()`.",
        )
    rows = reading.collect(reading.rows)
    weights = rows.select(pl.col(list(replicates.columns)).cast(pl.Float64)).to_numpy()
    if not replicates.combined:
        weights = weights * rows[adjustment.before].cast(pl.Float64).to_numpy()[:, None]
    made = adjustment.refit(rows, weights)
    # An adjustment raises the rank of the weights, and yet adds nothing to what the sampling units know.
    df = rank_df(reading, replicates) if replicates.df is None else replicates.df
    names = [new_name(sample, f"{adjustment.weight}_{number}") for number in range(1, made.shape[1] + 1)]
    for name, values in zip(names, made.T, strict=True):
        frame = with_column(frame, name, np.ascontiguousarray(values))
    return frame, replace(replicates, columns=tuple(names), combined=True, df=df)
