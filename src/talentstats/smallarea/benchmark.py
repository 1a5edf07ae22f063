"""Making small-area estimates add up to the national figure."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.estimates import Estimates
from talentstats.language import Bilingual
from talentstats.smallarea.area_frames import (
    keys_of,
    listed,
    read_frame,
    require_areas,
    require_columns,
    rows_of,
)
from talentstats.smallarea.result import SmallAreaEstimates, precision_columns
from talentstats.smallarea.wording import kind_of
from talentstats.variance.groups import FloatArray

BenchmarkMethod = Literal["ratio", "difference", "weighted_difference"]
BENCHMARK_METHODS: tuple[BenchmarkMethod, ...] = ("ratio", "difference", "weighted_difference")

_SUPPOSED = Bilingual(
    nl="het landelijke cijfer is als bekend genomen; zijn eigen marge telt niet mee",
    en="the national figure was taken as known; its own margin does not count",
)


def benchmark(
    estimates: SmallAreaEstimates,
    national: Estimates | float,
    *,
    weights: Any = None,
    method: BenchmarkMethod = "ratio",
) -> SmallAreaEstimates:
    r"""Adjust small-area estimates so that together they give the national figure.

    Parameters
    ----------
    estimates : SmallAreaEstimates
    national : Estimates or float
        The figure for all areas together: an estimate of one row, or a number.
    weights : frame, optional
        For means and shares: a row for each area, its column and `weight`, the number of persons. None: the
        estimates are totals, which add up as they are.
    method : {"ratio", "difference", "weighted_difference"}
        Multiply all by one factor; add one amount to all; add to each in proportion to its weight and mean
        squared error, so that what is known best moves least.

    Returns
    -------
    SmallAreaEstimates
        The mean squared error grows by the square of the adjustment.

    Raises
    ------
    InputError
        If `national` has more than one row, the estimates are benchmarked already, an area has no positive
        weight, or a factor would not be positive.

    Notes
    -----
    :math:`\sum_d W_d \hat\theta_d^B = \hat\theta`, :math:`W_d` the share of an area, or 1 for totals:
    Rao & Molina (2015), section 6.4.6; the weighted difference Battese, Harter & Fuller (1988), Wang, Fuller
    & Qu (2008); the mean squared error after You, Rao & Dick (2004). See docs/methods/small-areas.md.

    Examples
    --------
    >>> import polars as pl
    >>> from talentstats.smallarea.area_level import fay_herriot
    >>> from talentstats.smallarea.benchmark import benchmark
    >>> regions = pl.DataFrame(
    ...     {
    ...         "region": ["north", "east", "south", "west"],
    ...         "estimate": [0.3, 0.4, 0.6, 0.5],
    ...         "std_error": [0.04, 0.05, 0.04, 0.09],
    ...     }
    ... )
    >>> people = pl.DataFrame({"region": ["north", "east", "south", "west"], "weight": [100, 200, 300, 400]})
    >>> adjusted = benchmark(fay_herriot(regions, area="region"), 0.5, weights=people)
    >>> round((adjusted.to_polars()["estimate"] * people["weight"]).sum() / 1000, 12)
    0.5
    """
    if method not in BENCHMARK_METHODS:
        raise unknown_name("method", method, BENCHMARK_METHODS)
    _require_first_time(estimates)
    shares = np.ones(len(estimates)) if weights is None else _shares(weights, estimates)
    before = estimates.table["estimate"].to_numpy()
    errors = _errors(estimates, method)
    after = adjusted(before, errors, shares=shares, target=_target(national), method=method)
    mse = estimates.table["mse"].fill_null(np.nan).to_numpy() + (after - before) ** 2
    model = estimates.model
    columns = precision_columns(after, mse, estimates.conf_level)
    kind = kind_of(model.model, model.method, "en", benchmarked=True)
    return replace(
        estimates,
        table=estimates.table.with_columns(*columns, pl.lit(kind).alias("kind")),
        remarks=(*estimates.remarks, _SUPPOSED),
        benchmarked=True,
    )


def adjusted(
    estimate: FloatArray, mse: FloatArray, *, shares: FloatArray, target: float, method: BenchmarkMethod
) -> FloatArray:
    """Adjust estimates so that their weighted sum is the target.

    Parameters
    ----------
    estimate, mse, shares : (areas,) float
        The shares add up to 1; for totals each is 1.
    target : float
    method : {"ratio", "difference", "weighted_difference"}

    Examples
    --------
    >>> import numpy as np
    >>> half, both = np.array([0.5, 0.5]), np.array([1.0, 3.0])
    >>> adjusted(both, both, shares=half, target=4, method="weighted_difference").tolist()
    [2.0, 6.0]
    """
    together = float(shares @ estimate)
    if method == "ratio":
        if not together * target > 0:
            raise InputError(
                "The estimates cannot be multiplied up to the national figure.",
                expected="two figures above 0, or two below",
                got=f"{together:g} and {target:g}",
                remedy='Use `method="difference"`.',
            )
        return np.asarray(estimate * (target / together))
    pull = shares * mse if method == "weighted_difference" else np.ones(estimate.size)
    return np.asarray(estimate + (target - together) * pull / float(shares @ pull))


def _require_first_time(estimates: SmallAreaEstimates) -> None:
    if estimates.benchmarked:
        raise InputError(
            "These estimates are benchmarked already.",
            expected="estimates as the model gave them",
            got=estimates.label("en"),
            remedy="Benchmark the estimates of the model.",
        )


def _errors(estimates: SmallAreaEstimates, method: BenchmarkMethod) -> FloatArray:
    """Give the mean squared errors; a missing one matters only to the method that weighs with them."""
    table = estimates.table
    unknown = table.filter(pl.col("mse").is_null() | (pl.col("mse") < 0))
    if method == "weighted_difference" and not unknown.is_empty():
        raise InputError(
            "An area has no mean squared error to weigh its adjustment with.",
            expected="a mean squared error for every area",
            got=f"none for {listed(keys_of(unknown[estimates.area]))}",
            remedy='Use `method="ratio"` or `method="difference"`.',
        )
    return table["mse"].fill_null(0.0).to_numpy()


def _target(national: Estimates | float) -> float:
    if not isinstance(national, Estimates):
        target = float(national)
    elif len(national) == 1:
        value = national.table["estimate"].item()
        target = float("nan") if value is None else float(value)
    else:
        raise InputError(
            "It is not clear which is the national figure.",
            expected="one row",
            got=f"{len(national)} rows",
            remedy="Choose it with `filter`.",
        )
    if not np.isfinite(target):
        raise InputError(
            "The national figure is missing.",
            expected="a finite number",
            got=str(target),
            remedy="Give the figure for all areas together.",
        )
    return target


def _shares(weights: Any, estimates: SmallAreaEstimates) -> FloatArray:
    table = read_frame(weights, what="weights of areas")
    require_areas(table, estimates.area, what="weights of areas")
    require_columns(table, ["weight"], what="weights of areas")
    keys = keys_of(estimates.table[estimates.area])
    chosen = rows_of(table, estimates.area, keys, what="weights of areas")
    value = chosen["weight"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    wrong = ~(np.isfinite(value) & (value > 0))
    if wrong.any():
        raise InputError(
            "An area has no positive weight.",
            expected="a number above 0 for every area",
            got=f"none for {listed([keys[row] for row in np.flatnonzero(wrong)])}",
            where="column `weight`",
            remedy="Give the number of persons in each area.",
        )
    return np.asarray(value / value.sum())
