"""Variance when every row is a sampling unit: from second moments, without a value for any row."""

import numpy as np

from talentstats.variance.groups import (
    BoolArray,
    FloatArray,
    IntArray,
    group_counts,
    group_sums,
)
from talentstats.variance.linearisation import Groups, LonelyRule, average_factor

ROUNDING = 1e-13


def stratum_spread(
    first: FloatArray, second: FloatArray, *, rows: FloatArray, sampled: FloatArray, constant: BoolArray
) -> FloatArray:
    r"""Give sums of products about the stratum's mean, of values that are zero outside the domain.

    Parameters
    ----------
    first : (groups, columns) float
        Sums by domain and stratum; the first column is the weight.
    second : (groups, columns, columns) float
        Sums of products.
    rows, sampled : (groups,) float
        Rows in the domain, and rows in the stratum.
    constant : (groups,) bool
        True where all weights are equal; products with the weight are then known without rounding.

    Returns
    -------
    (groups, columns, columns) float
        :math:`\sum b b' - \sum b \sum b' / n_h`.
    """
    spread = second - first[:, :, None] * first[:, None, :] / sampled[:, None, None]
    if constant.any():
        weight = first[:, 0] / np.maximum(rows, 1)
        exact = (weight * (1 - rows / sampled))[:, None] * first
        exact[~constant] = spread[~constant, 0]
        spread[:, 0, :] = exact
        spread[:, :, 0] = exact
    # What is left of a sum of squares in which only rounding differs from the mean is zero.
    square = np.einsum("gii->gi", second)
    flat = np.einsum("gii->gi", spread) <= ROUNDING * square
    spread[np.broadcast_to(flat[:, :, None] | flat[:, None, :], spread.shape)] = 0.0
    return spread


def moment_variances(
    domain: IntArray,
    stratum: IntArray,
    first: FloatArray,
    spread: FloatArray,
    *,
    n_domains: int,
    strata: Groups,
    lonely: LonelyRule,
) -> FloatArray:
    """Give the variance of the sum of the scores of every domain.

    Parameters
    ----------
    domain, stratum : (groups,) int
        A pair occurs once.
    first : (groups, variables) float
        Sums of the scores.
    spread : (groups, variables) float
        Sums of squares of the scores about the stratum's mean.
    n_domains : int
    strata : Groups
    lonely : str
        What a stratum with a single row adds.

    Returns
    -------
    (n_domains, variables) float
    """
    alone = strata.lonely[stratum]
    parts = np.where(alone[:, None], 0.0, spread) * strata.scale[stratum][:, None]
    if alone.any() and lonely == "adjust":
        centre = group_sums(domain, first, n_groups=n_domains)
        centre /= group_sums(domain, strata.sampled[stratum][:, None], n_groups=n_domains)
        away = first[alone] - centre[domain[alone]]
        parts[alone] = strata.scale[stratum[alone]][:, None] * away**2
    added = group_sums(domain, parts, n_groups=n_domains)
    if alone.any() and lonely == "average":
        added *= average_factor(domain, alone, n_parents=n_domains)[:, None]
    return added


def rows_and_strata(domain: IntArray, rows: FloatArray, *, n_domains: int) -> tuple[FloatArray, IntArray]:
    """Count the rows of each domain, and the strata that have one."""
    total = group_sums(domain, rows[:, None], n_groups=n_domains)[:, 0]
    return total, group_counts(domain[rows > 0], n_groups=n_domains)
