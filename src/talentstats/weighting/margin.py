"""One margin: the categories of a variable, or of several together, with the population in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import InputError, closest, join_options
from talentstats.variance.groups import FloatArray

_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margin:
    """How many of the population are in each category.

    Attributes
    ----------
    levels : polars.DataFrame
        The categories, one a row; a column for each variable they combine.
    totals : (levels,) float

    Raises
    ------
    InputError
        For a total that is negative or not a number, a category named twice or without a name, or a margin
        without anybody in it.
    """

    levels: pl.DataFrame
    totals: FloatArray

    def __post_init__(self) -> None:
        wrong = ~np.isfinite(self.totals) | (self.totals < 0)
        if wrong.any():
            raise InputError(
                f"The margin {self.name} has totals that are no number of persons.",
                expected="zero or more for every category",
                got=f"{self.totals[wrong][0]:g} for {written(self.levels.filter(wrong))}",
                remedy="Correct the total; a category that nobody is in has 0.",
            )
        text = _as_text(self.levels)
        if text.null_count().row(0) != (0,) * text.width:
            raise InputError(
                f"The margin {self.name} has a category without a name.",
                expected="a value for every category",
                got="a missing one",
                remedy="Name the category as the data do.",
            )
        twice = self.levels.filter(text.is_duplicated())
        if twice.height:
            raise InputError(
                f"The margin {self.name} has categories more than once: {written(twice.unique())}.",
                expected="one total for each category",
                remedy="Add up the totals, or remove the double ones.",
            )
        if not self.totals.sum() > 0:
            raise InputError(
                f"The margin {self.name} has nobody in it.",
                expected="totals above zero",
                remedy="Check how the totals were read.",
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the sample that say in which category a person is."""
        return tuple(self.levels.columns)

    @property
    def name(self) -> str:
        """The columns, as messages write them."""
        return " by ".join(f"`{column}`" for column in self.columns)

    @property
    def label(self) -> str:
        """The columns, as tables write them."""
        return ", ".join(self.columns)

    def level_names(self) -> list[str]:
        """Write the categories, as tables do."""
        return [", ".join(row) for row in _as_text(self.levels).rows()]

    @property
    def size(self) -> float:
        """The size of the population."""
        return float(self.totals.sum())

    def scaled(self, size: float) -> "Margin":
        """Return the margin with totals that add up to another size."""
        return Margin(levels=self.levels, totals=self.totals * (size / self.size))

    def summed(self, columns: Sequence[str]) -> "Margin":
        """Return the margin of some of the columns."""
        sums = (
            self.levels.with_columns(pl.Series("total of the margin", self.totals))
            .group_by(*columns, maintain_order=True)
            .agg(pl.col("total of the margin").sum())
        )
        return Margin(levels=sums.select(columns), totals=sums["total of the margin"].to_numpy())

    def matched(self, cells: pl.DataFrame) -> "Margin":
        """Return the margin with its categories as the sample writes them, in their order.

        A category without population is left out when the sample has nobody in it either. Numbers and texts
        are the same category when they are written alike: `1` and `"1"`.

        Parameters
        ----------
        cells : polars.DataFrame
            Columns of the sample, among them those of the margin; every combination with a weight in a row.

        Raises
        ------
        InputError
            If the sample has a category without a total, or the margin one that is not in the sample.
        """
        found = cells.select(self.columns).unique().sort(self.columns)
        known = dict(zip(_as_text(self.levels).rows(), self.totals.tolist(), strict=True))
        keys = _as_text(found).rows()
        absent = [key for key, total in known.items() if total > 0 and key not in set(keys)]
        unknown = [key for key in keys if not known.get(key, 0.0) > 0]
        if unknown or absent:
            raise self._mismatch(unknown, absent)
        return Margin(levels=found, totals=np.array([known[key] for key in keys]))

    def _mismatch(self, unknown: list[tuple[str, ...]], absent: list[tuple[str, ...]]) -> InputError:
        """Make the error for categories that only the sample, or only the margin, has."""
        words = []
        if unknown:
            words.append(f"in the data without a population total: {_listed(unknown)}")
        if absent:
            words.append(f"in the margin with nobody in the data: {_listed(absent)}")
        match = closest(unknown[0][0], [key[0] for key in absent]) if unknown and absent else None
        return InputError(
            f"The margin {self.name} and the data do not have the same categories.",
            expected="a total above zero for each category in the data, and somebody in each category",
            got="; ".join(words),
            where=f"column {self.name}",
            remedy=f"Is `{unknown[0][0]}` in the data `{match}` in the margin? Name it the same in both."
            if match
            else "Add the totals that are missing, or merge empty categories with others, in the data and "
            "in the margin alike.",
        )


def _as_text(levels: pl.DataFrame) -> pl.DataFrame:
    """Write categories in one way, whatever type their column has."""
    return levels.select(_column_as_text(column) for column in levels)


def _column_as_text(column: pl.Series) -> pl.Series:
    # Whole numbers become decimal ones in a column of pandas with gaps.
    if column.dtype.is_float() and bool((column.drop_nulls() % 1 == 0).all()):
        column = column.cast(pl.Int64)
    return column.cast(pl.String)


def _listed(keys: list[tuple[str, ...]]) -> str:
    shown = join_options((", ".join(map(str, key)) for key in keys[:_SHOWN]), last="and")
    return shown + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")


def written(levels: pl.DataFrame) -> str:
    """Write the first of the categories for a message."""
    return _listed(_as_text(levels).rows())
