"""Which areas are neighbours: a matrix with rows that add up to 1."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.smallarea.area_frames import keys_of, listed, read_frame, require_columns
from talentstats.variance.groups import FloatArray

# Shares written with fewer digits still add up to 1.
_ROUNDED = 1e-6


def read_proximity(proximity: Any, areas: Sequence[str], *, area: str) -> FloatArray:
    """Read who borders on whom.

    Parameters
    ----------
    proximity : (areas, areas) array, or frame
        A matrix in the order of the areas, its rows adding up to 1; or a frame with a row for each pair of
        neighbours: columns `area` and `neighbour`, and `weight` when they do not count alike. Weights of a
        frame are made to add up to 1.
    areas : sequence of str
    area : str
        Name of the column of the areas.

    Raises
    ------
    InputError
        For a matrix of another size, negative or missing entries, an area that is its own neighbour, has
        none, or is not known; rows that do not add up to 1.
    """
    if isinstance(proximity, np.ndarray):
        matrix = np.asarray(proximity, dtype=np.float64)
        _require_square(matrix, len(areas))
    else:
        matrix = _from_pairs(read_frame(proximity, what="pairs of neighbours"), areas, area)
    _refuse_strange_entries(matrix, areas)
    sums = matrix.sum(axis=1)
    alone = [areas[row] for row in np.flatnonzero(sums == 0).tolist()]
    if alone:
        raise InputError(
            "An area has no neighbours.",
            expected="at least one neighbour for every area",
            got=f"none for {listed(alone)}",
            remedy="Give an island the area it is connected with, or leave the area out.",
        )
    if isinstance(proximity, np.ndarray):
        _require_shares(sums, areas)
        return matrix
    return np.asarray(matrix / sums[:, None])


def _require_square(matrix: FloatArray, size: int) -> None:
    if matrix.shape != (size, size):
        raise InputError(
            "The proximity matrix does not fit the areas.",
            expected=f"{size} rows and columns, in the order of the direct estimates",
            got=" by ".join(str(length) for length in matrix.shape),
            remedy="Give a frame of pairs of neighbours instead: it is matched on the names of the areas.",
        )


def _from_pairs(pairs: pl.DataFrame, areas: Sequence[str], area: str) -> FloatArray:
    require_columns(pairs, [area, "neighbour"], what="pairs of neighbours")
    place = {name: number for number, name in enumerate(areas)}
    codes = []
    for column in (area, "neighbour"):
        names = keys_of(pairs[column])
        unknown = sorted({name for name in names if name not in place})
        if unknown:
            raise InputError(
                "The pairs of neighbours name an area without a direct estimate.",
                expected=listed(areas),
                got=listed(unknown),
                where=f"column `{column}`",
                remedy="Leave those pairs out, or check that the areas are written alike.",
            )
        codes.append(np.array([place[name] for name in names], dtype=np.int64))
    weights = pairs["weight"].cast(pl.Float64).to_numpy() if "weight" in pairs.columns else 1.0
    matrix = np.zeros((len(areas), len(areas)))
    matrix[codes[0], codes[1]] = weights
    return matrix


def _refuse_strange_entries(matrix: FloatArray, areas: Sequence[str]) -> None:
    strange = ~np.isfinite(matrix) | (matrix < 0)
    if strange.any():
        row = int(np.flatnonzero(strange.any(axis=1))[0])
        raise InputError(
            "The proximity of two areas is negative or missing.",
            expected="0 or more",
            got=f"{matrix[row][strange[row]][0]}",
            where=f"row of `{areas[row]}`",
            remedy="Use 0 for areas that are no neighbours.",
        )
    own = [areas[row] for row in np.flatnonzero(np.diag(matrix)).tolist()]
    if own:
        raise InputError(
            "An area is its own neighbour.",
            expected="0 on the diagonal",
            got=listed(own),
            remedy="Leave it out of its own neighbours.",
        )


def _require_shares(sums: FloatArray, areas: Sequence[str]) -> None:
    worst = int(np.argmax(np.abs(sums - 1)))
    if abs(sums[worst] - 1) > _ROUNDED:
        raise InputError(
            "The rows of the proximity matrix do not add up to 1.",
            expected="1 for every row",
            got=f"{sums[worst]:g}",
            where=f"row of `{areas[worst]}`",
            remedy="Divide every row by its sum.",
        )
