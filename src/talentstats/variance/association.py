"""Association in a table estimated from a survey: its statistics, and what the design does to them."""

import numpy as np
from scipy.linalg import eigh

from talentstats.errors import InputError
from talentstats.variance.groups import FloatArray

# The inverse of a matrix whose condition is beyond this has lost all but four digits to rounding.
_WORST_CONDITION = 1e12


def independent_table(table: FloatArray) -> FloatArray:
    """Give the table with the same margins whose rows and columns are independent, (rows, columns)."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return np.asarray(expected, dtype=np.float64)


def pearson_statistic(table: FloatArray) -> float:
    r"""Give Pearson's statistic :math:`\sum (o - e)^2 / e` of counts, (rows, columns)."""
    expected = independent_table(table)
    return float(((table - expected) ** 2 / expected).sum())


def generalised_effects(shares: FloatArray, covariance: FloatArray, *, n: int) -> FloatArray:
    r"""Give the generalised design effects of a test of independence.

    Parameters
    ----------
    shares : (rows, columns) float
        Estimated cell proportions; margins above 0.
    covariance : (rows * columns, rows * columns) float
        Their estimated covariance, cells row by row.
    n : int
        Persons a simple random sample would have.

    Returns
    -------
    ((rows - 1) * (columns - 1),) float
        Descending.

    Raises
    ------
    InputError
        If so many cells are empty that the interactions cannot all be estimated.

    Notes
    -----
    The eigenvalues of :math:`(C' D^{-1} C / n)^{-1} (C' D^{-1} V D^{-1} C)`, with D the diagonal matrix of
    the shares (an empty cell has 0 in :math:`D^{-1}`) and C the interactions. Rao & Scott (1984).
    """
    interactions = _interactions(*shares.shape)
    flat = shares.ravel()
    inverse = np.divide(1.0, flat, out=np.zeros_like(flat), where=flat > 0)
    weighted = interactions * inverse[:, None]
    simple = interactions.T @ weighted / n
    if np.linalg.cond(simple) > _WORST_CONDITION:
        raise InputError(
            "Too many cells of the table are empty to test its association.",
            expected="each interaction of a row and a column met by somebody",
            got=f"{int((flat == 0).sum())} of {flat.size} cells empty",
            remedy="Join levels before testing.",
        )
    effects = eigh(weighted.T @ covariance @ weighted, simple, eigvals_only=True)
    return np.asarray(np.maximum(effects, 0.0)[::-1], dtype=np.float64)


def wald_statistic(totals: FloatArray, covariance: FloatArray) -> float:
    r"""Give the Wald statistic of independence, on as many degrees of freedom as there are interactions.

    Parameters
    ----------
    totals : (rows, columns) float
        Estimated population totals of the cells.
    covariance : (rows * columns, rows * columns) float
        Their estimated covariance, cells row by row.

    Raises
    ------
    InputError
        If the design has too few sampling units to estimate how the cells vary together.

    Notes
    -----
    :math:`Y' V_Y^{-1} Y` with :math:`Y_{rc} = \hat N_{rc} - \hat N_{r+} \hat N_{+c} / \hat N` without the
    first row and column; its covariance by linearisation. Koch, Freeman & Freeman (1975).
    """
    n_rows, n_columns = totals.shape
    expected, total = independent_table(totals).ravel(), totals.sum()
    same_row = np.kron(np.eye(n_rows), np.ones((n_columns, n_columns)))
    same_column = np.kron(np.ones((n_rows, n_rows)), np.eye(n_columns))
    of_column = np.tile(totals.sum(axis=0), n_rows)[:, None] / total
    of_row = np.repeat(totals.sum(axis=1), n_columns)[:, None] / total
    jacobian = np.eye(totals.size) - of_column * same_row - of_row * same_column + of_column * of_row
    inner = np.arange(totals.size).reshape(totals.shape)[1:, 1:].ravel()
    away = (totals.ravel() - expected)[inner]
    spread = (jacobian @ covariance @ jacobian.T)[np.ix_(inner, inner)]
    return quadratic_form(away, spread)


def quadratic_form(estimates: FloatArray, covariance: FloatArray) -> float:
    r"""Give :math:`b' V^{-1} b`.

    Raises
    ------
    InputError
        If the covariance matrix is singular.
    """
    size = np.sqrt(np.diag(covariance))
    if not (size > 0).all() or np.linalg.cond(covariance / np.outer(size, size)) > _WORST_CONDITION:
        raise InputError(
            "The estimates do not vary freely, so a Wald statistic cannot be made of them.",
            expected=f"{estimates.size} estimates that the sampling units let vary independently",
            got="a singular covariance matrix",
            remedy="Join levels, or use a test that takes fewer degrees of freedom.",
        )
    scaled = estimates / size
    return float(scaled @ np.linalg.solve(covariance / np.outer(size, size), scaled))


def _interactions(n_rows: int, n_columns: int) -> FloatArray:
    """Give a basis of the interactions, (rows * columns, (rows - 1) * (columns - 1))."""

    def contrasts(levels: int) -> FloatArray:
        return np.eye(levels)[:, 1:] - 1 / levels

    return np.asarray(np.kron(contrasts(n_rows), contrasts(n_columns)), dtype=np.float64)
