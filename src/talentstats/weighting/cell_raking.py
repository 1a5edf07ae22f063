"""Raking on the table of margin cells: iterative proportional fitting of many replicates at once."""

from dataclasses import dataclass

import numpy as np

from talentstats.variance.groups import BoolArray, FloatArray, IntArray, indicator


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellRaking:
    """What raking did to the weights of every cell.

    Attributes
    ----------
    factors : (cells, replicates) float
        What the weights of a cell are multiplied by.
    iterations : int
        Rounds over all the margins.
    worst : (margins,) float
        Largest distance of a level from its target, relative to the target, over all replicates.
    converged : (replicates,) bool
        True where every level of every margin is within the tolerance.
    """

    factors: FloatArray
    iterations: int
    worst: FloatArray
    converged: BoolArray


def rake_cells(
    weights: FloatArray,
    codes: IntArray,
    targets: tuple[FloatArray, ...],
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 500,
) -> CellRaking:
    r"""Find the factors with which the weights of the cells add up to every margin.

    Cells stand for the rows: people in the same level of every margin always get the same factor. Round
    after round each margin in turn is met exactly, until none moves:

    .. math:: w_c \leftarrow w_c\, \frac{T_{m,l}}{\sum_{c' : l_m(c') = l} w_{c'}}, \qquad l = l_m(c)

    Parameters
    ----------
    weights : (cells, replicates) float
        Sum of the weights of each cell; zero where a replicate has nobody in it.
    codes : (margins, cells) int
        Level of every cell in each margin, 0 to `levels - 1`.
    targets : tuple of (levels,) float
        Population totals of the levels, one array for each margin.
    tolerance : float
        Relative distance at which a level counts as met.
    max_iterations : int
        Rounds over all the margins.

    Returns
    -------
    CellRaking
        Not converged when the margins contradict each other, or a level with a total has no weight.

    References
    ----------
    Deming, W. E. & Stephan, F. F. (1940), Annals of Mathematical Statistics 11; Deville, J.-C., Särndal,
    C.-E. & Sautory, O. (1993), Journal of the American Statistical Association 88, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> weights = np.array([[10.0], [20.0], [30.0]])
    >>> sex, region = [0, 0, 1], [0, 1, 1]
    >>> raked = rake_cells(weights, np.array([sex, region]), (np.array([40.0, 40.0]), np.array([30.0, 50.0])))
    >>> (weights * raked.factors).ravel().round(6).tolist()
    [30.0, 10.0, 40.0]
    """
    margins = [
        (indicator(code, n_groups=target.size), code, target[:, None], _sizes(target)[:, None])
        for code, target in zip(codes, targets, strict=True)
    ]
    factors = [np.ones((target.size, weights.shape[1])) for target in targets]
    raked, iterations, moved = weights.copy(), 0, np.inf
    while moved > tolerance and iterations < max_iterations:
        iterations, moved = iterations + 1, 0.0
        for number, (members, code, target, size) in enumerate(margins):
            sums = members @ raked
            moved = max(moved, float((np.abs(sums - target) / size).max()))
            # A level without weight stays as it is; the distance that is left tells.
            step = np.divide(target, sums, out=np.ones_like(sums), where=sums > 0)
            factors[number] *= step
            raked *= step[code]
    distance = np.array(
        [(np.abs(members @ raked - target) / size).max(axis=0) for members, _, target, size in margins]
    )
    return CellRaking(
        factors=np.prod([factor[code] for factor, code in zip(factors, codes, strict=True)], axis=0),
        iterations=iterations,
        worst=distance.max(axis=1),
        converged=distance.max(axis=0) <= tolerance,
    )


def _sizes(target: FloatArray) -> FloatArray:
    """Give what the distance of a level is measured against: its target, or all when that is zero."""
    return np.where(target > 0, target, max(target.sum(), np.finfo(float).tiny))
