"""How to account for pairs of units that were drawn with unequal probabilities, without replacement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.survey.engines import polars_columns
from talentstats.variance.groups import FloatArray

PairVariance = Literal["HT", "YG"]
PAIR_VARIANCES: tuple[PairVariance, ...] = ("HT", "YG")
_ROUNDING = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Brewer:
    """Brewer's approximation, for one stage or several; it is never negative.

    Examples
    --------
    >>> Brewer().label
    'Brewer'
    """

    @property
    def label(self) -> str:
        """Name of the variance, for the method of an estimate."""
        return "Brewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overton:
    """Overton's approximation of the joint probabilities, for one stage.

    Parameters
    ----------
    variance : {"HT", "YG"}
        Horvitz and Thompson's, or Yates, Grundy and Sen's for samples of a fixed size.

    Examples
    --------
    >>> Overton(variance="YG").label
    'Overton, Yates-Grundy'
    """

    variance: PairVariance = "HT"

    def __post_init__(self) -> None:
        _require_variance(self.variance)

    @property
    def label(self) -> str:
        """Name of the variance, for the method of an estimate."""
        return f"Overton, {_full_name(self.variance)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HartleyRao:
    """Hartley and Rao's approximation of the joint probabilities, for one stage.

    Parameters
    ----------
    sum_of_squares : float or mapping, optional
        Sum of the squared inclusion probabilities of all units of the population; by stratum in a
        stratified design, as `{"north": 1.2, "south": 0.8}`. None: estimated from the sample.
    variance : {"HT", "YG"}
        Horvitz and Thompson's, or Yates, Grundy and Sen's for samples of a fixed size.

    Examples
    --------
    >>> HartleyRao(sum_of_squares=1.7).label
    'Hartley-Rao, Horvitz-Thompson'
    """

    sum_of_squares: float | Mapping[Any, float] | None = None
    variance: PairVariance = "HT"

    def __post_init__(self) -> None:
        _require_variance(self.variance)

    @property
    def label(self) -> str:
        """Name of the variance, for the method of an estimate."""
        return f"Hartley-Rao, {_full_name(self.variance)}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointProbabilities:
    """The probability of every two units that both are drawn, for one stage.

    Parameters
    ----------
    matrix : (units, units) array
        Joint inclusion probabilities of the units in the sample; on the diagonal those of the units alone.
    units : sequence, optional
        Their ids, in the order of the rows of `matrix`. Without `psu` in the design leave it out: then a row
        of `matrix` is a row of the frame, in its order.
    variance : {"HT", "YG"}
        Horvitz and Thompson's, or Yates, Grundy and Sen's for samples of a fixed size.
    tolerance : float
        Two units of which the covariance of being drawn, over their joint probability, is closer to zero
        count as drawn independently. R survey takes 1e-4.

    Raises
    ------
    InputError
        If the matrix is not square and symmetric, or holds what is no probability above 0.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> towns = pl.DataFrame({"p": [0.5, 0.4, 0.6], "jobs": [10, 7, 15]})
    >>> both = [[0.5, 0.15, 0.25], [0.15, 0.4, 0.2], [0.25, 0.2, 0.6]]
    >>> joint = JointProbabilities(matrix=both, variance="YG")
    >>> sample = ts.SurveySample(towns, ts.SurveyDesign(probability="p", pairwise=joint))
    >>> ts.estimate_total(sample, "jobs").to_polars()["std_error"].round(6).item()
    4.281744
    """

    matrix: FloatArray
    units: Sequence[Any] | None = None
    variance: PairVariance = "HT"
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        _require_variance(self.variance)
        matrix = np.array(self.matrix, dtype=np.float64)
        _require_joint(matrix)
        if self.units is not None and len(self.units) != matrix.shape[0]:
            raise InputError(
                "There is not one id for every row of the joint probabilities.",
                expected=f"{matrix.shape[0]} ids in `units`",
                got=f"{len(self.units)}",
                remedy="Give the ids in the order of the rows.",
            )
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def from_pairs(
        cls,
        pairs: Any,
        *,
        first: str,
        second: str,
        probability: str,
        variance: PairVariance = "HT",
        tolerance: float = 0.0,
    ) -> "JointProbabilities":
        """Make the matrix from a frame with a row for each pair of units, a unit with itself included.

        Parameters
        ----------
        pairs : pandas, polars or pyarrow frame
        first, second : str
            Columns with the ids of the two units; a pair may be there once or both ways round.
        probability : str
            Column with the probability that both are drawn.
        variance, tolerance
            As for the matrix.

        Raises
        ------
        InputError
            If a pair is missing, or there with two probabilities.

        Examples
        --------
        >>> import polars as pl
        >>> pairs = pl.DataFrame({"a": [1, 2, 1], "b": [1, 2, 2], "both": [0.5, 0.4, 0.1]})
        >>> JointProbabilities.from_pairs(pairs, first="a", second="b", probability="both").matrix
        array([[0.5, 0.1],
               [0.1, 0.4]])
        """
        frame = nw.from_native(pairs, eager_only=True)
        table = polars_columns(frame, [first, second, probability])
        both = pl.concat(
            [
                table.select(pl.col(a).alias("a"), pl.col(b).alias("b"), pl.col(probability).alias("p"))
                for a, b in ((first, second), (second, first))
            ]
        ).unique()
        ids = both["a"].unique().sort()
        _require_pairs(both, ids.len())
        # Sorted by both, every pair once: the rows of the matrix one after the other.
        matrix = both.sort("a", "b")["p"].cast(pl.Float64).to_numpy().reshape(ids.len(), ids.len())
        return cls(matrix=matrix, units=ids.to_list(), variance=variance, tolerance=tolerance)

    @property
    def label(self) -> str:
        """Name of the variance, for the method of an estimate."""
        return _full_name(self.variance)


PairwiseRule = Brewer | Overton | HartleyRao | JointProbabilities


def _full_name(variance: PairVariance) -> str:
    return {"HT": "Horvitz-Thompson", "YG": "Yates-Grundy"}[variance]


def _require_variance(variance: str) -> None:
    if variance not in PAIR_VARIANCES:
        raise unknown_name("variance for pairs of units", variance, PAIR_VARIANCES)


def _require_joint(matrix: FloatArray) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] < 2:
        raise InputError(
            "The joint probabilities are not a square matrix.",
            expected="as many rows as columns, two or more",
            got=" x ".join(map(str, matrix.shape)),
            remedy="Give a row and a column for each unit in the sample.",
        )
    wrong = np.argwhere(~((matrix > 0) & (matrix <= 1)))
    if wrong.size:
        row, column = wrong[0]
        raise InputError(
            f"{len(wrong)} joint probabilities are not above 0 and at most 1.",
            expected="a chance for every two units in the sample that both were drawn",
            got=f"{matrix[row, column]:g}",
            where=f"row {row}, column {column}, counted from 0",
            remedy="Take `HartleyRao` for systematic samples, in which some pairs are never drawn together.",
        )
    unlike = np.argwhere(np.abs(matrix - matrix.T) > _ROUNDING * matrix)
    if unlike.size:
        row, column = unlike[0]
        raise InputError(
            "The joint probabilities are not symmetric.",
            expected="the same for units i and j as for j and i",
            got=f"{matrix[row, column]:g} and {matrix[column, row]:g}",
            where=f"row {row}, column {column}, counted from 0",
            remedy="Check the order of rows and columns.",
        )


def _require_pairs(both: pl.DataFrame, units: int) -> None:
    distinct = both.select("a", "b").unique().height
    if distinct == both.height == units**2:
        return
    raise InputError(
        "The joint probabilities are not complete." if distinct == both.height else "A pair occurs twice.",
        expected=f"one probability for each of the {units * (units + 1) // 2} pairs of {units} units, "
        "a unit with itself included",
        got=f"{both.height} probabilities of {distinct} pairs, counted both ways round",
        remedy="Complete the pairs, and keep one row of each.",
    )
