"""What an adjustment did to the weights: their spread, their extremes, and the margins before and after."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.weighting.margin import Margin
from talentstats.weighting.margins import Margins

PERCENTILES = {"p1": 1, "p25": 25, "median": 50, "p75": 75, "p99": 99}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightDiagnostics:
    """Weights and margins before and after an adjustment, as two tables.

    Attributes
    ----------
    weights : polars.DataFrame
        A row for the weights `before`, `after`, and for the `factor` between them: `n`, `sum`, `mean`,
        `min`, `p1`, `p25`, `median`, `p75`, `p99`, `max`, `negative` (how many), `max_to_median`,
        `top_share` (what part of the sum the heaviest hundredth has), `cv`, `design_effect` (of weighting,
        Kish) and `effective_n`.
    margins : polars.DataFrame
        A row for each category: `margin`, `level`, `n`, `population`, `before` and `after` (sums of the
        weights), `off_before` and `off_after` (distance from the population, relative to it).
    """

    weights: pl.DataFrame
    margins: pl.DataFrame


def weight_diagnostics(
    before: FloatArray,
    after: FloatArray,
    *,
    cells: pl.DataFrame | None = None,
    margins: Margins | None = None,
) -> WeightDiagnostics:
    """Describe the weights and the margins before and after an adjustment.

    Parameters
    ----------
    before, after : (rows,) float
        Weights of those who have one after the adjustment.
    cells : polars.DataFrame, optional
        The columns of the margins, a row for each weight.
    margins : Margins, optional
        What the weights should add up to.

    Returns
    -------
    WeightDiagnostics

    Raises
    ------
    InputError
        If there are no weights, or the two are not of the same rows.

    References
    ----------
    Kish, L. (1965), Survey Sampling, section 11.7; Kish, L. (1992), Weighting for unequal Pi, Journal of
    Official Statistics 8.

    Examples
    --------
    >>> import numpy as np
    >>> made = weight_diagnostics(np.full(4, 10.0), np.array([5.0, 5.0, 15.0, 15.0]))
    >>> made.weights.select("weights", "design_effect", "effective_n").rows()
    [('before', 1.0, 4.0), ('after', 1.25, 3.2), ('factor', 1.25, 3.2)]
    """
    if before.size != after.size or not before.size or not (before > 0).all():
        raise InputError(
            "The weights before and after cannot be compared.",
            expected="as many of both, those before above zero",
            got=f"{before.size} before and {after.size} after, the lowest {before.min(initial=np.inf):g}",
        )
    named = {"before": before, "after": after, "factor": after / before}
    weights = pl.DataFrame([{"weights": name, **describe_weights(values)} for name, values in named.items()])
    if cells is None or margins is None:
        return WeightDiagnostics(weights=weights, margins=_no_margins())
    parts = [_compare(margin, cells, before, after) for margin in margins.check_against(cells).categories]
    numbers = [_compare_number(name, total, cells, before, after) for name, total in margins.numbers.items()]
    return WeightDiagnostics(weights=weights, margins=pl.concat([_no_margins(), *parts, *numbers]))


def describe_weights(weights: FloatArray) -> dict[str, float]:
    r"""Describe the spread and the extremes of weights.

    The design effect of weighting is :math:`n \sum w^2 / (\sum w)^2 = 1 + cv^2`: how much larger the variance
    of a mean is than with equal weights, when the weights have nothing to do with what is measured. The
    effective sample is :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    weights : (rows,) float

    References
    ----------
    Kish, L. (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> import numpy as np
    >>> described = describe_weights(np.array([1.0, 1.0, 2.0, 4.0]))
    >>> described["design_effect"], described["max_to_median"]
    (1.375, 2.6666666666666665)
    """
    rows, total = weights.size, float(weights.sum())
    # By way of the variance, so that equal weights have a design effect of 1 without rounding.
    spread = float(np.var(weights)) / (total / rows) ** 2
    marks = dict(zip(PERCENTILES, np.percentile(weights, [*PERCENTILES.values()]).tolist(), strict=True))
    lighter = rows - ceil(rows / 100)
    heaviest = np.partition(weights, lighter)[lighter:]
    highest = float(weights.max())
    return {
        "n": rows,
        "sum": total,
        "mean": total / rows,
        "min": float(weights.min()),
        **marks,
        "max": highest,
        "negative": int((weights < 0).sum()),
        "max_to_median": highest / marks["median"],
        "top_share": float(heaviest.sum()) / total,
        "cv": spread**0.5,
        "design_effect": 1.0 + spread,
        "effective_n": rows / (1.0 + spread),
    }


def _no_margins() -> pl.DataFrame:
    numbers = ("population", "before", "after", "off_before", "off_after")
    return pl.DataFrame(
        schema={"margin": pl.String, "level": pl.String, "n": pl.Int64}
        | {name: pl.Float64() for name in numbers}
    )


def _compare(margin: Margin, cells: pl.DataFrame, before: FloatArray, after: FloatArray) -> pl.DataFrame:
    """Sum the weights of each category, and set the sums beside the population."""
    # In the order of the rows: otherwise threads sum parts, and the last bit is that of who came first.
    sums = (
        cells.select(margin.columns)
        .with_columns(pl.Series("weight before", before), pl.Series("weight after", after))
        .group_by(margin.columns, maintain_order=True)
        .agg(pl.len().alias("rows of the level"), pl.col("weight before", "weight after").sum())
        .sort(margin.columns)
    )
    # A matched margin has the categories of the cells, in the same order.
    return _beside_population(
        [margin.label] * sums.height,
        margin.level_names(),
        sums["rows of the level"].to_numpy(),
        margin.totals,
        (sums["weight before"].to_numpy(), sums["weight after"].to_numpy()),
    )


def _compare_number(
    name: str, total: float, cells: pl.DataFrame, before: FloatArray, after: FloatArray
) -> pl.DataFrame:
    values = cells[name].cast(pl.Float64).to_numpy()
    sums = (np.array([before @ values]), np.array([after @ values]))
    return _beside_population([name], [None], np.array([values.size]), np.array([total]), sums)


def _beside_population(
    margin: list[str],
    level: list[str] | list[None],
    rows: IntArray,
    population: FloatArray,
    sums: tuple[FloatArray, FloatArray],
) -> pl.DataFrame:
    before, after = sums
    return pl.DataFrame(
        {
            "margin": margin,
            "level": pl.Series(level, dtype=pl.String),
            "n": rows.astype(np.int64),
            "population": population,
            "before": before,
            "after": after,
            "off_before": before / population - 1.0,
            "off_after": after / population - 1.0,
        }
    )
