"""Calibration: weights that meet totals of categories and of quantities."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.survey.adjustment import Adjustment, filled_numbers
from talentstats.survey.cells import find_cells
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray, group_sums
from talentstats.weighting.adjustable import adjusted, new_name, open_cells, open_rows
from talentstats.weighting.calibration_fit import (
    CalibrationFit,
    fit_calibration,
    linear_factors_batched,
)
from talentstats.weighting.distance import CalibrationMethod
from talentstats.weighting.reach import blocks, reachable_totals
from talentstats.weighting.targets import AnyMargins, Target, as_margins, describe, match_targets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Calibration to totals, for any weights of the sample.

    Attributes
    ----------
    targets : tuple of Target
        Totals of categories.
    numbers : dict of str to float
        Totals of quantities, by column.
    size : float or None
        Size of the population, when no category implies it.
    method : {"linear", "raking", "logit"}
    bounds : tuple of float or None
    tolerance : float
    max_iterations : int
    """

    targets: tuple[Target, ...]
    numbers: dict[str, float]
    size: float | None
    method: CalibrationMethod
    bounds: tuple[float, float] | None
    tolerance: float
    max_iterations: int

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Calibrate the weights, (rows, replicates), of the rows of a frame."""
        if self.numbers:
            return weights * self.factors(frame, weights)
        columns = list(dict.fromkeys(name for one in self.targets for name in one.columns))
        cells = find_cells(frame, columns)
        sums = group_sums(cells.code, weights, n_groups=cells.table.height)
        return np.asarray(weights * self.factors(cells.table, sums)[cells.code], dtype=np.float64)

    def auxiliaries(self, frame: pl.DataFrame) -> FloatArray:
        """Give the auxiliary variables of the rows of a frame, (rows, totals)."""
        parts = [] if self.size is None else [np.ones((frame.height, 1))]
        for one in self.targets:
            dummies = np.zeros((frame.height, one.totals.size))
            dummies[np.arange(frame.height), one.categories.codes(frame)] = 1.0
            parts.append(dummies)
        parts += [filled_numbers(frame, name)[:, None] for name in self.numbers]
        return np.hstack(parts)

    @property
    def totals(self) -> FloatArray:
        """The totals, in the order of the auxiliaries."""
        size = [] if self.size is None else [np.array([self.size])]
        return np.concatenate(
            [*size, *(one.totals for one in self.targets), np.array([*self.numbers.values()])]
        )

    @property
    def names(self) -> list[str]:
        """What each total is of."""
        size = [] if self.size is None else ["the size of the population"]
        levels = [one.level(place) for one in self.targets for place in range(one.totals.size)]
        return [*size, *levels, *(f"`{name}`" for name in self.numbers)]

    def factors(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Give the factor of every row, (rows, replicates).

        Raises
        ------
        InputError
            If the totals cannot be met within the bounds: which one, and how far off.
        """
        x = self.auxiliaries(frame)
        if self.method == "linear" and self.bounds is None and weights.shape[1] > 1:
            moments, sums = _replicated_moments(x, weights)
            return 1.0 + x @ linear_factors_batched(moments, sums, self.totals).T
        made = np.empty_like(weights)
        start = None
        for replicate, weight in enumerate(weights.T):
            fit = fit_calibration(
                x,
                np.ascontiguousarray(weight),
                self.totals,
                method=self.method,
                bounds=self.bounds,
                start=start,
                tolerance=self.tolerance,
                max_iterations=self.max_iterations,
            )
            if not fit.converged:
                where = f" in replicate {replicate + 1}" if weights.shape[1] > 1 else ""
                raise self._not_met(fit, x, weight, where)
            made[:, replicate] = fit.factors
            start = fit.multipliers if replicate == 0 else start
        return made

    def _not_met(self, fit: CalibrationFit, x: FloatArray, weight: FloatArray, where: str) -> InputError:
        """Say which total is not met, and what it could be."""
        within = "" if self.bounds is None else f" with factors from {self.bounds[0]:g} to {self.bounds[1]:g}"
        guilty = np.abs(fit.obstacle) if fit.obstacle.any() else fit.distance
        worst = int(guilty.argmax())
        total, name = float(self.totals[worst]), self.names[worst]
        reached = f"{total - float(fit.misfit[worst]):,.6g}"
        alone = np.count_nonzero(fit.obstacle) == 1
        if alone and self.bounds is not None:
            low, high = reachable_totals(x, weight, bounds=self.bounds)
            reached = f"from {low[worst]:,.6g} to {high[worst]:,.6g} within these bounds"
        return InputError(
            f"The totals cannot all be met{within}{where}: {name} stays off by {fit.misfit[worst]:,.6g}.",
            expected=f"{total:,.6g} for {name}",
            got=reached,
            remedy="Check the total and the unit it is in; widen the bounds, merge small categories, or "
            "leave an auxiliary out.",
        )


def _replicated_moments(x: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum the products and the values of the auxiliaries with the weights of every replicate."""
    one, other = np.triu_indices(x.shape[1])
    total = np.zeros((one.size, weights.shape[1]))
    for block in blocks(x):
        total += (x[block][:, one] * x[block][:, other]).T @ weights[block]
    moments = np.empty((weights.shape[1], x.shape[1], x.shape[1]))
    moments[:, one, other] = total.T
    moments[:, other, one] = total.T
    return moments, np.asarray((x.T @ weights).T)


def calibrate(
    sample: SurveySample,
    margins: AnyMargins,
    *,
    method: CalibrationMethod = "linear",
    bounds: tuple[float, float] | None = None,
    population: float | None = None,
    tolerance: float = 1e-11,
    max_iterations: int = 200,
    name: str | None = None,
) -> SurveySample:
    r"""Adjust the weights so that they add up to totals of categories and of quantities.

    Parameters
    ----------
    sample : SurveySample
    margins : Margins, or mapping
        Of a column to the totals of its categories, or to one number: the total of a quantity.
    method : {"linear", "raking", "logit"}
        Distance between old and new weights: linear gives the generalised regression estimator and can
        make weights negative, raking keeps them positive, logit keeps them within the bounds smoothly.
    bounds : (low, high), optional
        Smallest and largest factor; needed for logit.
    population : float, optional
        Number of persons, for quantities without categories that imply it.
    tolerance : float
        Largest distance from a total, relative to it.
    max_iterations : int
    name : str, optional
        Column of the new weights; `calibrated_weight` when not given.

    Returns
    -------
    SurveySample
        Its variances are those of regression residuals; its replicates are calibrated one by one.

    Raises
    ------
    InputError
        If a category has no total or the reverse, totals contradict each other, or they cannot be met within
        the bounds: which one, and how far off.

    Notes
    -----
    Weights :math:`w_k F(x_k'\lambda)` with :math:`\sum_s w_k F(x_k'\lambda) x_k = t_x`. Deville & Särndal
    (1992), Calibration estimators in survey sampling, JASA 87, sections 1 to 3.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"sex": ["f", "f", "m", "m"], "age": [30, 40, 30, 50], "w": [10.0] * 4})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    >>> made = ts.calibrate(sample, {"sex": {"f": 22, "m": 20}, "age": 1600})
    >>> made.frame["calibrated_weight"].round(4).to_list()
    [10.4, 11.6, 8.8, 11.2]
    """
    wanted = as_margins(margins, population=population)
    numbers = wanted.numbers
    opened = (
        open_rows(sample, wanted.columns, numbers=list(numbers))
        if numbers
        else open_cells(sample, wanted.columns)
    )
    targets = match_targets(wanted, opened)
    refit = Calibration(
        targets=targets,
        numbers=numbers,
        size=None if wanted.categories else wanted.population,
        method=method,
        bounds=bounds,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    factors = refit.factors(opened.frame, opened.weight[:, None])[:, 0]
    adjustment = Adjustment(
        kind="calibration",
        before=opened.before,
        weight=name or new_name(sample, "calibrated_weight"),
        refit=refit,
        residuals="weighted",
        categories=tuple(one.categories for one in targets),
        numbers=tuple(numbers),
        constant=refit.size is not None,
        by_cell=not numbers,
        settings={
            "method": method,
            **({} if bounds is None else {"bounds": str(bounds)}),
            **describe(wanted),
        },
        reference_date=wanted.reference_date,
        origins=wanted.origins,
    )
    return adjusted(opened, adjustment, factors)
