"""What adjusted weights take out of the scores, as small tables beside the sums."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from talentstats.estimate.rows import SampleRows
from talentstats.survey.adjustment import residual_steps
from talentstats.survey.cells import find_cells, places_in
from talentstats.variance.groups import FloatArray, IntArray, group_sums, indicator
from talentstats.variance.residuals import ResidualStep


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepSums:
    """Sums for one projection.

    Attributes
    ----------
    step : ResidualStep
    on_unit : sparse (units, columns)
        Sums of the auxiliaries as they are taken out, by sampling unit.
    moments : (cells, names, columns) float
        Products of the auxiliaries with the weighted columns, by cell of the domains.
    cross : tuple of (columns, columns of an earlier step) float
        Products of the auxiliaries with those that earlier steps take out.
    """

    step: ResidualStep
    on_unit: Any
    moments: FloatArray
    cross: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualSums:
    """The projections of an adjusted sample, in the order they are applied.

    Attributes
    ----------
    cells : polars.DataFrame
        The finest domains, in the order of `moments`.
    names : tuple of str
        The weighted columns.
    steps : tuple of StepSums
    """

    cells: pl.DataFrame
    names: tuple[str, ...]
    steps: tuple[StepSums, ...]

    @property
    def on_unit(self) -> Any:
        """Sums by sampling unit of all that is taken out, (units, columns of all steps)."""
        return sparse.hstack([one.on_unit for one in self.steps], format="csr")

    def moments_of(self, cells: pl.DataFrame, domain_of_cell: IntArray, size: int) -> list[FloatArray]:
        """Give the moments of each step for domains that are sums of cells: (names, domains, columns)."""
        places = places_in(cells, self.cells)
        made = []
        for one in self.steps:
            cells_of, names, columns = one.moments.shape
            flat = one.moments.reshape(cells_of, -1)[places]
            summed = group_sums(domain_of_cell, flat, n_groups=size)
            made.append(summed.reshape(size, names, columns).transpose(1, 0, 2))
        return made

    def coefficients(self, moments: list[FloatArray]) -> FloatArray:
        """Give what is taken out, (columns of all steps, estimates), from products with scores.

        Parameters
        ----------
        moments : list of (columns, estimates) float
            One for each step.
        """
        found: list[FloatArray] = []
        for one, seen in zip(self.steps, moments, strict=True):
            left = seen.copy()
            for before, cross in zip(found, one.cross, strict=True):
                left -= cross @ before
            found.append(one.step.coefficients(left))
        return np.vstack(found)


def residual_sums(rows: SampleRows, table: pl.DataFrame, *, by: list[str], names: list[str]) -> ResidualSums:
    """Sum what the projections need.

    Parameters
    ----------
    rows : SampleRows
        All rows of the sample.
    table : polars.DataFrame
        The rows inside the subpopulation: their position in `rows` as `row`, the columns of `by`, and the
        weighted columns.
    by, names : list of str
    """
    cells = find_cells(table, by)
    place = table["row"].to_numpy().astype(np.int64)
    columns = np.column_stack([table[name].fill_null(0).to_numpy() for name in names])
    members = indicator(rows.unit, n_groups=0 if rows.units is None else rows.units.keys.height)
    made: list[StepSums] = []
    steps = residual_steps(rows.adjustments, rows.adjusting)
    for number, step in enumerate(steps):
        matrix = step.auxiliaries.matrix
        split = _by_cell(matrix[place], cells.code, cells.table.height)
        moments = np.asarray(split.T @ (step.seen[place, None] * columns))
        made.append(
            StepSums(
                step=step,
                on_unit=(members @ _taken(step)).tocsr(),
                moments=moments.reshape(cells.table.height, -1, len(names)).transpose(0, 2, 1),
                cross=tuple(
                    np.asarray((matrix.T @ _taken(other, step.seen)).todense()) for other in steps[:number]
                ),
            )
        )
    return ResidualSums(cells=cells.table, names=tuple(names), steps=tuple(made))


def _by_cell(matrix: Any, code: IntArray, cells: int) -> Any:
    """Give each cell columns of its own: (rows, cells * columns)."""
    rows, columns = matrix.shape
    each = np.diff(matrix.indptr)
    shifted = matrix.indices + np.repeat(code * columns, each)
    return sparse.csr_array((matrix.data, shifted, matrix.indptr), shape=(rows, cells * columns))


def _taken(step: ResidualStep, seen: FloatArray | None = None) -> Any:
    """Give the auxiliaries as they are taken out, times how another step sees a score."""
    factor = step.taken if seen is None else step.taken * seen
    return step.auxiliaries.matrix * factor[:, None]
