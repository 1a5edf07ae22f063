"""Raking and post-stratification: weights that meet the totals of categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.survey.adjustment import Adjustment
from talentstats.survey.cells import find_cells
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray, group_sums
from talentstats.weighting.adjustable import adjusted, new_name, open_cells
from talentstats.weighting.cell_raking import CellRaking, rake_cells
from talentstats.weighting.margins import Margins
from talentstats.weighting.targets import AnyMargins, Target, as_margins, describe, match_targets

RakingResiduals = Literal["weighted", "unweighted"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RakingFit:
    """Raking to the margins, for any weights of the sample.

    Attributes
    ----------
    targets : tuple of Target
    tolerance : float
    max_iterations : int
    """

    targets: tuple[Target, ...]
    tolerance: float
    max_iterations: int

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Rake the weights, (rows, replicates), of the rows of a frame."""
        columns = list(dict.fromkeys(name for one in self.targets for name in one.columns))
        cells = find_cells(frame, columns)
        sums = group_sums(cells.code, weights, n_groups=cells.table.height)
        factors = self.factors(cells.table, sums)
        return np.asarray(weights * factors[cells.code], dtype=np.float64)

    def factors(self, cells: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Give the factor of every cell, (cells, replicates).

        Raises
        ------
        InputError
            If a margin cannot be met, with how far off it stayed.
        """
        raked = rake_cells(
            weights,
            np.stack([one.categories.codes(cells) for one in self.targets]),
            tuple(one.totals for one in self.targets),
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
        )
        if not raked.converged.all():
            raise self._not_met(cells, weights, raked)
        return raked.factors

    def _not_met(self, cells: pl.DataFrame, weights: FloatArray, raked: CellRaking) -> InputError:
        """Name the category that is furthest from its total."""
        replicate = int(np.flatnonzero(~raked.converged)[0])
        made = weights[:, replicate] * raked.factors[:, replicate]
        furthest = []
        for target in self.targets:
            sums = np.bincount(target.categories.codes(cells), weights=made, minlength=target.totals.size)
            off = np.abs(sums - target.totals) / np.maximum(target.totals, np.finfo(float).tiny)
            worst = int(off.argmax())
            furthest.append((float(off[worst]), target, worst, float(sums[worst])))
        _, target, worst, reached = max(furthest, key=lambda one: one[0])
        where = f" in replicate {replicate + 1}" if weights.shape[1] > 1 else ""
        return InputError(
            f"The margins cannot all be met{where}: {target.name} stays away from its totals.",
            expected=f"{target.totals[worst]:,.6g} in {target.level(worst)}",
            got=f"{reached:,.6g} after {raked.iterations} rounds",
            where=f"margin {target.name}",
            remedy="Look for categories that occur together only, with totals that contradict each other; "
            "merge small categories, or leave a margin out.",
        )


def rake(
    sample: SurveySample,
    margins: AnyMargins,
    *,
    residuals: RakingResiduals = "weighted",
    tolerance: float = 1e-11,
    max_iterations: int = 1000,
    name: str | None = None,
) -> SurveySample:
    r"""Adjust the weights so that they add up to the totals of several margins.

    Parameters
    ----------
    sample : SurveySample
    margins : Margins, or mapping of column to mapping of category to total
        Population totals of every category; all margins must have the same sum.
    residuals : {"weighted", "unweighted"}
        How the variance takes the margins into account: by the regression of scores on all margins with the
        weights before raking, or by unweighted means of one margin after the other, as R's survey does.
    tolerance : float
        Largest distance from a total, relative to it.
    max_iterations : int
        Rounds over the margins.
    name : str, optional
        Column of the new weights; `raked_weight` when not given.

    Returns
    -------
    SurveySample
        Its variances use residuals; its replicates, made before or after, are raked one by one.

    Raises
    ------
    InputError
        If a category of the sample has no total or the reverse, totals contradict each other, or a margin
        cannot be met: which one, and how far off.

    Notes
    -----
    The factor of a cell is a product of factors of its categories. Deville, Särndal & Sautory (1993),
    Generalized raking procedures in survey sampling, JASA 88, section 3.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"sex": ["f", "f", "m"], "age": ["old", "young", "young"], "w": [1.0, 1, 1]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    >>> raked = ts.rake(sample, {"sex": {"f": 50, "m": 50}, "age": {"old": 30, "young": 70}})
    >>> raked.frame["raked_weight"].round(4).to_list()
    [30.0, 20.0, 50.0]
    """
    if residuals not in ("weighted", "unweighted"):
        raise unknown_name("rule for residuals", residuals, ("weighted", "unweighted"))
    wanted = as_margins(margins)
    if wanted.numbers or not wanted.categories:
        raise InputError(
            "Raking meets totals of categories only.",
            expected="a total for each category of every margin",
            got="one total of " + ", ".join(f"`{name}`" for name in wanted.numbers),
            remedy="Use `calibrate` for the totals of quantities.",
        )
    return _raked(
        sample,
        wanted,
        kind="raking",
        rule=residuals,
        fit=(tolerance, max_iterations),
        name=name or new_name(sample, "raked_weight"),
    )


def poststratify(
    sample: SurveySample, by: str | Sequence[str], totals: AnyMargins, *, name: str | None = None
) -> SurveySample:
    r"""Adjust the weights so that they add up to the totals of one classification.

    Parameters
    ----------
    sample : SurveySample
    by : str or sequence of str
        Columns whose combinations are the post-strata.
    totals : mapping or Margins
        Population total of every post-stratum; keys are tuples when `by` has several columns.
    name : str, optional
        Column of the new weights; `poststratified_weight` when not given.

    Returns
    -------
    SurveySample

    Raises
    ------
    InputError
        If a post-stratum of the sample has no total or the reverse, or the totals are of other columns.

    Notes
    -----
    :math:`w_k N_c / \sum_c w_k` in post-stratum c. Särndal, Swensson & Wretman (1992), section 7.6.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"sex": ["f", "f", "m"], "w": [1.0, 3, 1]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    >>> made = ts.poststratify(sample, "sex", {"f": 60, "m": 40})
    >>> made.frame["poststratified_weight"].to_list()
    [15.0, 45.0, 40.0]
    """
    columns = [by] if isinstance(by, str) else list(by)
    wanted = totals if isinstance(totals, Margins) else as_margins({tuple(columns): totals})
    if wanted.numbers or [set(one.columns) for one in wanted.categories] != [set(columns)]:
        raise InputError(
            "The totals are not those of the post-strata.",
            expected="a total for each combination of " + ", ".join(f"`{name}`" for name in columns),
            got="totals of " + (", ".join((*(one.name for one in wanted.categories), *wanted.numbers))),
            remedy="Give the totals of these columns, or use `rake` for several margins.",
        )
    return _raked(
        sample,
        wanted,
        kind="post-stratification",
        rule="weighted",
        fit=(1e-12, 2),
        name=name or new_name(sample, "poststratified_weight"),
    )


def _raked(
    sample: SurveySample,
    margins: Margins,
    *,
    kind: str,
    rule: RakingResiduals,
    fit: tuple[float, int],
    name: str,
) -> SurveySample:
    opened = open_cells(sample, margins.columns)
    targets = match_targets(margins, opened)
    refit = RakingFit(targets=targets, tolerance=fit[0], max_iterations=fit[1])
    factors = refit.factors(opened.frame, opened.weight[:, None])[:, 0]
    adjustment = Adjustment(
        kind=kind,
        before=opened.before,
        weight=name,
        refit=refit,
        residuals=rule,
        categories=tuple(one.categories for one in targets),
        by_cell=True,
        settings=describe(margins),
        reference_date=margins.reference_date,
        origins=margins.origins,
    )
    return adjusted(opened, adjustment, factors)
