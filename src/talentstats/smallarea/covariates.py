"""Covariates of areas or persons as the columns of a regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.linalg import qr

from talentstats.errors import InputError
from talentstats.smallarea.area_frames import keys_of, listed
from talentstats.variance.groups import FloatArray

INTERCEPT = "(intercept)"
# A column of which this share is left after the columns before it depends on them.
_DEPENDENT = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which columns of a regression are made of which covariates.

    Attributes
    ----------
    columns : tuple of str
        The covariates.
    levels : dict of str to tuple of str
        For each covariate of categories, its levels; the first is what the others are compared with.
    intercept : bool
    """

    columns: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    intercept: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Name each column of the regression; a level is written `covariate=level`."""
        names = [INTERCEPT] if self.intercept else []
        for column in self.columns:
            names += [f"{column}={level}" for level in self.levels.get(column, ())[1:]] or [column]
        return tuple(names)

    def matrix(self, table: pl.DataFrame) -> FloatArray:
        """Give the columns of the regression, (rows, terms)."""
        parts = [np.ones(table.height)] if self.intercept else []
        for column in self.columns:
            if column not in self.levels:
                parts.append(table[column].cast(pl.Float64).to_numpy())
                continue
            values = table[column].cast(pl.String)
            self._require_known(column, values)
            parts += [(values == level).cast(pl.Float64).to_numpy() for level in self.levels[column][1:]]
        return np.column_stack(parts)

    def _require_known(self, column: str, values: pl.Series) -> None:
        strange = [value for value in values.unique().sort() if value not in self.levels[column]]
        if strange:
            raise InputError(
                f"No area with a direct estimate has this level of `{column}`.",
                expected=listed(self.levels[column]),
                got=listed(strange),
                remedy="Join levels, or leave the covariate out.",
            )


def make_terms(table: pl.DataFrame, columns: Sequence[str], *, intercept: bool) -> Terms:
    """Find the levels of covariates of categories; numbers and yes/no columns are taken as they are.

    Parameters
    ----------
    table : polars.DataFrame
        The rows the model is fitted to.
    columns : sequence of str
    intercept : bool

    Raises
    ------
    InputError
        For a covariate that is neither numbers, yes or no, nor categories.
    """
    levels: dict[str, tuple[str, ...]] = {}
    for column in columns:
        kind = table.schema[column]
        if kind.is_numeric() or kind == pl.Boolean:
            continue
        if kind not in (pl.String, pl.Categorical) and not isinstance(kind, pl.Enum):
            raise InputError(
                f"`{column}` cannot be a covariate.",
                expected="numbers, yes or no, or categories",
                got=str(kind),
                remedy="Convert the column.",
            )
        present = table[column].drop_nulls().cast(pl.String).unique().to_list()
        order = kind.categories.to_list() if isinstance(kind, pl.Enum) else sorted(present)
        levels[column] = tuple(level for level in order if level in present)
    if not columns and not intercept:
        raise InputError(
            "The model has no covariate at all.",
            expected="covariates, or `intercept=True`",
            got="none",
            remedy="Name a covariate.",
        )
    return Terms(columns=tuple(columns), levels=levels, intercept=intercept)


def require_complete(table: pl.DataFrame, columns: Sequence[str], *, area: str) -> None:
    """Refuse areas that lack a covariate, or have an infinite one."""
    for column in columns:
        values = table[column]
        lacking = values.is_null()
        if values.dtype.is_float():
            lacking = lacking | values.is_infinite()
        if lacking.any():
            raise InputError(
                f"An area has no value of the covariate `{column}`.",
                expected="a finite value for every area",
                got=f"none for {listed(keys_of(table[area].filter(lacking)))}",
                where=f"column `{column}`",
                remedy="Complete the covariate, or leave it out.",
            )


def require_independent(matrix: FloatArray, names: Sequence[str]) -> None:
    """Refuse columns that follow from others, and more columns than rows can carry."""
    rows, columns = matrix.shape
    if rows <= columns:
        raise InputError(
            "There are too few observations for so many covariates.",
            expected=f"more than {columns}",
            got=str(rows),
            remedy="Use fewer covariates.",
        )
    lengths = np.sqrt((matrix**2).sum(axis=0))
    scaled = matrix / np.where(lengths > 0, lengths, 1.0)
    _, triangle, order = qr(scaled, mode="economic", pivoting=True)
    dependent = order[np.abs(np.diag(triangle)) <= _DEPENDENT]
    if dependent.size:
        raise InputError(
            "A covariate follows from the others, so its coefficient cannot be estimated.",
            expected="covariates that do not depend on each other",
            got=listed([names[place] for place in sorted(dependent)]),
            remedy="Leave it out; a column that is the same everywhere already is the intercept.",
        )
