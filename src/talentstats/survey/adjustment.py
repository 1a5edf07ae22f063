"""What was done to the weights of a sample, kept for its variances and replicates."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

import numpy as np
import polars as pl

from talentstats.provenance import Origin
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.variance.residuals import Auxiliaries, ResidualStep

# How the part of the scores that an adjustment holds fixed is found: by regression with the weights before
# it; by unweighted means, as R does after raking; within response classes; by the score of a response
# model; or not at all.
ResidualRule = Literal["weighted", "unweighted", "classes", "propensity", "none"]


class Refit(Protocol):
    """An adjustment that can be made again with other weights."""

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Adjust the weights, (rows, replicates), of the rows of a frame."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Categories:
    """A categorical auxiliary: the combinations of some columns that have a total of their own.

    Attributes
    ----------
    levels : polars.DataFrame
        The combinations, one a row, sorted.
    """

    levels: pl.DataFrame

    @property
    def columns(self) -> list[str]:
        """The columns that are combined."""
        return self.levels.columns

    def codes(self, frame: pl.DataFrame) -> IntArray:
        """Give the combination of every row, by its place in `levels`.

        A row with another combination weighs nothing: it did not respond. It gets the first.
        """
        # Longer than the name of any of the columns, and so the name of none.
        place = " ".join(("place", *self.columns))
        numbered = self.levels.with_row_index(place)
        found = frame.select(self.columns).join(
            numbered, on=self.columns, how="left", maintain_order="left", nulls_equal=True
        )
        return found[place].fill_null(0).to_numpy().astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjustment:
    """One adjustment of the weights.

    Attributes
    ----------
    kind : str
        Its name: "post-stratification", "raking", "calibration", "nonresponse", "trimming".
    before, weight : str
        Columns of the weights before and after.
    refit : Refit
        The adjustment itself, for the weights of replicates.
    residuals : str
        What it takes out of the scores, see `ResidualRule`.
    categories : tuple of Categories
    numbers : tuple of str
        Columns of continuous auxiliaries.
    constant : bool
        True when the number of persons is an auxiliary of its own.
    responded, propensity : str or None
        Column that says who responded, and with what estimated probability.
    by_cell : bool
        True when all rows in the same categories get the same factor.
    settings : dict of str to str
        What it was asked, for the method notes.
    diagnostics : polars.DataFrame or None
        `measure` and `value`: how well a response model does.
    reference_date : date or None
        Day the totals are about.
    origins : tuple of Origin
        Where the totals come from.
    """

    kind: str
    before: str
    weight: str
    refit: Refit
    residuals: ResidualRule
    categories: tuple[Categories, ...] = ()
    numbers: tuple[str, ...] = ()
    constant: bool = False
    responded: str | None = None
    propensity: str | None = None
    by_cell: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    diagnostics: pl.DataFrame | None = None
    reference_date: date | None = None
    origins: tuple[Origin, ...] = ()

    @property
    def cell_columns(self) -> tuple[str, ...]:
        """Columns that decide the factor of a row, when it depends on categories alone."""
        named = [name for one in self.categories for name in one.columns]
        return tuple(dict.fromkeys([*named, *([self.responded] if self.responded else [])]))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the adjustment needs, the weights included."""
        extra = [name for name in (self.propensity, self.before, self.weight) if name]
        return tuple(dict.fromkeys([*self.cell_columns, *self.numbers, *extra]))

    def residual_step(self, frame: pl.DataFrame) -> ResidualStep | None:
        """Give the projection of scores that belongs to it, for the rows of a frame; None without one."""
        if self.residuals == "none":
            return None
        before, after = (filled_numbers(frame, name) for name in (self.before, self.weight))
        auxiliaries = self.auxiliaries(frame, centre=before)
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = np.where(after != 0, 1 / after, 0.0)
        if self.residuals == "unweighted":
            ones = np.ones_like(after)
            return ResidualStep(auxiliaries=auxiliaries, taken=after, seen=inverse, gram=ones, sweeps=True)
        if self.residuals == "classes":
            ones = np.ones_like(after)
            return ResidualStep(auxiliaries=auxiliaries, taken=after - before, seen=ones, gram=after)
        if self.residuals == "propensity" and self.propensity and self.responded:
            chance, responded = (filled_numbers(frame, name) for name in (self.propensity, self.responded))
            return ResidualStep(
                auxiliaries=auxiliaries,
                taken=before * (responded - chance),
                seen=responded * (1 - chance),
                gram=before * chance * (1 - chance),
            )
        return ResidualStep(auxiliaries=auxiliaries, taken=after, seen=before * inverse, gram=before)

    def auxiliaries(self, frame: pl.DataFrame, *, centre: FloatArray) -> Auxiliaries:
        """Give the auxiliary variables of the rows; numbers about their weighted mean beside a constant."""
        codes = tuple(one.codes(frame) for one in self.categories)
        columns = [filled_numbers(frame, name) for name in self.numbers]
        numbers = np.column_stack(columns) if columns else np.zeros((frame.height, 0))
        if self.categories or self.constant:
            numbers = numbers - (centre @ numbers) / centre.sum()
        if self.constant and not self.categories:
            numbers = np.column_stack([np.ones(frame.height), numbers])
        return Auxiliaries(
            codes=codes, sizes=tuple(one.levels.height for one in self.categories), numbers=numbers
        )


def filled_numbers(frame: pl.DataFrame, name: str) -> FloatArray:
    """Give a column of an auxiliary as numbers."""
    # Only somebody who did not respond, and so weighs nothing, has no value.
    values = frame[name].cast(pl.Float64).fill_nan(None).fill_null(0.0)
    return np.asarray(values.to_numpy(), dtype=np.float64)


def replicate_weights(
    adjustments: tuple[Adjustment, ...], frame: pl.DataFrame, weights: FloatArray
) -> FloatArray:
    """Make the adjustments again, one after the other, with the weights of replicates, (rows, replicates)."""
    for adjustment in adjustments:
        weights = adjustment.refit(frame, weights)
    return weights


def needed_columns(adjustments: tuple[Adjustment, ...]) -> tuple[str, ...]:
    """Every column the adjustments need."""
    return tuple(dict.fromkeys(name for one in adjustments for name in one.columns))


def base_column(adjustments: tuple[Adjustment, ...]) -> str:
    """Give the column of the weights before all adjustments."""
    return adjustments[0].before


def respondents_column(adjustments: tuple[Adjustment, ...]) -> str | None:
    """Give the column that says who responded; None when everybody in the sample did."""
    return next((one.responded for one in adjustments if one.responded), None)


def has_residuals(adjustments: tuple[Adjustment, ...]) -> bool:
    """Say whether an adjustment holds a part of the scores fixed."""
    return any(one.residuals != "none" for one in adjustments)


def residual_steps(adjustments: tuple[Adjustment, ...], frame: pl.DataFrame) -> list[ResidualStep]:
    """Give the projections in the order they are applied to scores: of the last adjustment first.

    A total with the last weights is, to first order, a total of residuals with the weights before them; these
    residuals are what the adjustment before it sees.
    """
    steps = [one.residual_step(frame) for one in reversed(adjustments)]
    return [step for step in steps if step is not None]
