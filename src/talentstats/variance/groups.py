"""Sums by group over the rows of an array, without a loop and in a fixed order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def group_sums(codes: IntArray, values: FloatArray, *, n_groups: int) -> FloatArray:
    """Sum the rows of `values` that share a code.

    Parameters
    ----------
    codes : (rows,) int
        Dense codes, 0 to `n_groups - 1`.
    values : (rows, columns) float
    n_groups : int

    Returns
    -------
    (n_groups, columns) float
        Zero where no row has the code.

    Examples
    --------
    >>> import numpy as np
    >>> group_sums(np.array([1, 0, 1]), np.array([[1.0], [2.0], [3.0]]), n_groups=3).ravel().tolist()
    [2.0, 4.0, 0.0]
    """
    return np.asarray(indicator(codes, n_groups=n_groups) @ values, dtype=np.float64)


def segment_starts(*codes: IntArray) -> IntArray:
    """Find where sorted rows begin to differ from the row before in one of the codes.

    Examples
    --------
    >>> import numpy as np
    >>> segment_starts(np.array([0, 0, 1, 1]), np.array([2, 3, 3, 3])).tolist()
    [0, 1, 2]
    """
    begins = np.zeros(codes[0].size, dtype=bool)
    begins[:1] = True
    for code in codes:
        begins[1:] |= code[1:] != code[:-1]
    return np.flatnonzero(begins)


def segment_sums(values: FloatArray, starts: IntArray) -> FloatArray:
    """Sum runs of columns: (variables, rows) to (variables, segments)."""
    if not starts.size:
        return np.zeros((values.shape[0], 0))
    return np.asarray(np.add.reduceat(values, starts, axis=1), dtype=np.float64)


def segment_sizes(starts: IntArray, rows: int) -> IntArray:
    """Count the rows of each segment."""
    return np.diff(np.append(starts, rows))


def group_counts(codes: IntArray, *, n_groups: int) -> IntArray:
    """Count the rows of each code."""
    return np.bincount(codes, minlength=n_groups).astype(np.int64)


def indicator(codes: IntArray, *, n_groups: int) -> Any:
    """Make the sparse (n_groups, rows) matrix with a one where a row has the code."""
    rows = codes.size
    return sparse.csc_array((np.ones(rows), codes, np.arange(rows + 1)), shape=(n_groups, rows))


def dense_codes(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Give the distinct keys numbers, in ascending order.

    Returns
    -------
    codes : (rows,) int
    distinct : (n_groups,) int
        The keys; `distinct[codes]` gives them back.
    """
    distinct, codes = np.unique(keys, return_inverse=True)
    return codes.astype(np.int64).ravel(), distinct.astype(np.int64)
