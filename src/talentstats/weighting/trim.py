"""Trimming: extreme weights brought back between bounds."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.survey.adjustment import Adjustment
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray
from talentstats.weighting.adjustable import adjusted, new_name, open_rows
from talentstats.weighting.calibration import Calibration
from talentstats.weighting.raking import RakingFit
from talentstats.weighting.targets import Target
from talentstats.weighting.trimming import trim_evenly, trim_keeping_calibration

TrimmingDistance = Literal["raking", "linear"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvenTrimming:
    """Trimming that shares what is cut equally among the others, for any weights of the sample."""

    lower: float
    upper: float
    strict: bool

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Trim the weights, (rows, replicates); rows without weight stay without."""
        del frame
        made = np.zeros_like(weights)
        for replicate, weight in enumerate(weights.T):
            present = weight != 0
            trimmed = trim_evenly(weight[present], lower=self.lower, upper=self.upper, strict=self.strict)
            made[present, replicate] = trimmed.weights
        return made


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibratedTrimming:
    """Trimming that keeps the totals of earlier adjustments, for any weights of the sample."""

    totals: Calibration
    lower: float
    upper: float
    method: TrimmingDistance

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Trim the weights, (rows, replicates); rows without weight stay without.

        Raises
        ------
        InputError
            If no weights within the bounds meet the totals, or weights are negative.
        """
        if (weights < 0).any():
            raise _negative(weights)
        x = self.totals.auxiliaries(frame)
        made = np.zeros_like(weights)
        for replicate, weight in enumerate(weights.T):
            present = weight > 0
            fit = trim_keeping_calibration(
                x[present],
                np.ascontiguousarray(weight[present]),
                self.totals.totals,
                lower=self.lower,
                upper=self.upper,
                method=self.method,
            )
            if not fit.converged:
                worst = int(fit.distance.argmax())
                number = replicate + 1 if weights.shape[1] > 1 else None
                raise self._not_met(worst, float(fit.misfit[worst]), number)
            made[present, replicate] = weight[present] * fit.factors
        return made

    def _not_met(self, worst: int, misfit: float, replicate: int | None) -> InputError:
        where = "" if replicate is None else f" in replicate {replicate}"
        total, name = float(self.totals.totals[worst]), self.totals.names[worst]
        return InputError(
            f"No weights from {self.lower:g} to {self.upper:g} meet the totals{where}: {name} stays off by "
            f"{misfit:,.6g}.",
            expected=f"{total:,.6g} for {name}",
            got=f"{total - misfit:,.6g}",
            remedy="Widen the bounds, merge small categories, or trim without `keep_totals`.",
        )


def trim_weights(
    sample: SurveySample,
    *,
    lower: float = 0.0,
    upper: float = np.inf,
    strict: bool = False,
    keep_totals: bool = False,
    method: TrimmingDistance = "raking",
    name: str | None = None,
) -> SurveySample:
    """Bring weights between bounds.

    Parameters
    ----------
    sample : SurveySample
    lower, upper : float
        Smallest and largest weight.
    strict : bool
        Without `keep_totals`: go on until no weight is outside the bounds; sharing out what was cut may lift
        others over them.
    keep_totals : bool
        True to meet the totals of the last raking, post-stratification or calibration as before: of all
        weights between the bounds that do, those nearest to the present ones. False: what is cut is shared
        equally among the other rows, as R's `trimWeights` does, and the totals of categories shift.
    method : {"raking", "linear"}
        With `keep_totals`: the distance between the weights before and after.
    name : str, optional
        Column of the new weights; `trimmed_weight` when not given.

    Returns
    -------
    SurveySample

    Raises
    ------
    InputError
        If the bounds contradict each other or the sum of the weights, there are no totals to keep, or they
        cannot be kept.

    Notes
    -----
    Trimming trades variance for bias, which no standard error shows. Potter (1990); with totals kept,
    Deville & Särndal (1992), section 3.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"w": [1.0, 2, 3, 10]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="w"))
    >>> ts.trim_weights(sample, upper=7).frame["trimmed_weight"].to_list()
    [2.0, 3.0, 4.0, 7.0]
    """
    _check(lower, upper, method)
    last = _last_totals(sample) if keep_totals else None
    columns = () if last is None else tuple(name for one in last.targets for name in one.columns)
    opened = open_rows(sample, columns, numbers=[] if last is None else list(last.numbers))
    refit: EvenTrimming | CalibratedTrimming
    if last is None:
        refit = EvenTrimming(lower=lower, upper=upper, strict=strict)
    else:
        refit = CalibratedTrimming(totals=last, lower=lower, upper=upper, method=method)
    made = refit(opened.frame, opened.weight[:, None])[:, 0]
    factors = np.divide(made, opened.weight, out=np.zeros_like(made), where=opened.weight != 0)
    adjustment = Adjustment(
        kind="trimming",
        before=opened.before,
        weight=name or new_name(sample, "trimmed_weight"),
        refit=refit,
        residuals="none" if last is None else "weighted",
        categories=() if last is None else tuple(one.categories for one in last.targets),
        numbers=() if last is None else tuple(last.numbers),
        constant=last is not None and last.size is not None,
        settings={"bounds": f"{lower:g} to {upper:g}", "totals": "kept" if keep_totals else "not kept"},
    )
    return adjusted(opened, adjustment, factors)


def _negative(weights: FloatArray) -> InputError:
    return InputError(
        "Negative weights cannot be brought between bounds with their totals kept.",
        expected="weights of zero or more",
        got=f"{int((weights < 0).any(axis=1).sum())} row(s) with a negative one",
        remedy="Calibrate with `bounds` or by `raking`, or trim without `keep_totals`.",
    )


def _check(lower: float, upper: float, method: str) -> None:
    if not 0 <= lower < upper:
        raise InputError(
            "The bounds of the weights contradict each other.",
            expected="`lower` from 0 to less than `upper`",
            got=f"lower={lower:g}, upper={upper:g}",
        )
    if method not in ("raking", "linear"):
        raise unknown_name("distance", method, ("raking", "linear"))


def _last_totals(sample: SurveySample) -> Calibration:
    """Find the totals the weights meet now."""
    for adjustment in reversed(sample.adjustments):
        if isinstance(adjustment.refit, Calibration):
            return adjustment.refit
        if isinstance(adjustment.refit, RakingFit):
            return _of_margins(adjustment.refit.targets)
    raise InputError(
        "The weights of this sample meet no totals that could be kept.",
        expected="a sample that was raked, post-stratified or calibrated",
        got="no such adjustment",
        remedy="Rake or calibrate first, or leave `keep_totals` out.",
    )


def _of_margins(targets: tuple[Target, ...]) -> Calibration:
    return Calibration(
        targets=targets,
        numbers={},
        size=None,
        method="raking",
        bounds=None,
        tolerance=1e-11,
        max_iterations=200,
    )
