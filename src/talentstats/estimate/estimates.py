"""Estimates: one row for each domain and variable, with everything a reader of the number needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from talentstats.errors import InputError, join_options, unknown_name
from talentstats.estimate.dispersion import Dispersion
from talentstats.provenance import Origin
from talentstats.survey.design import SurveyDesign
from talentstats.variance.groups import FloatArray, IntArray

COLUMNS = (
    "variable",
    "level",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "cv",
    "df",
    "n_obs",
    "n_missing",
    "sum_weights",
    "design_effect",
    "note",
)
_SCALED = ("estimate", "std_error", "conf_low", "conf_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimationMethod:
    """How estimates were made, in the words of docs/methods.md.

    Attributes
    ----------
    statistic : str
    variance : str
        "linearisation", or the type of the replicates.
    interval : str
    conf_level : float
    df : str
        Whose degrees of freedom: of the "domain" or of the whole "design".
    lonely_psu : str
    """

    statistic: str
    variance: str
    interval: str
    conf_level: float
    df: str
    lonely_psu: str

    def __str__(self) -> str:
        level = f"{100 * self.conf_level:g} % {self.interval} interval"
        return f"{self.statistic}, variance by {self.variance}, {level}, degrees of freedom of the {self.df}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimates:
    """Estimates with their precision; frozen, every operation gives a new one.

    Attributes
    ----------
    table : polars.DataFrame
        The columns of `by`, then `variable`, `level`, `estimate`, `std_error`, `conf_low`, `conf_high`,
        `cv`, `df`, `n_obs`, `n_missing`, `sum_weights`, `design_effect` and `note`. A null in a column of
        `by` means all of it together. Any other null has its reason in `note`, but for these: `level`
        when the statistic has none; `cv` when the estimate is 0 or has no standard error; `df` of
        replicates without degrees of freedom of their own; in comparisons, which are about more than one
        domain, `n_obs`, `n_missing`, `sum_weights` and `design_effect`.
    by : tuple of str
    method : EstimationMethod
    dispersion : Dispersion
        Where covariances come from.
    design : SurveyDesign
    design_df : float
        Degrees of freedom of the whole design.
    domain_df : (rows,) float
        Degrees of freedom of the domain of each row, whatever `df` shows.
    missing : dict of str to int
        Rows of the sample without a value, by column.
    sample : object
        Stands for the sample, so that estimates of one can be told from those of two.
    unit : str or None
        Unit of the estimates, if it was given.
    origins : tuple of Origin
    synthetic : bool
    """

    table: pl.DataFrame
    by: tuple[str, ...]
    method: EstimationMethod
    dispersion: Dispersion
    design: SurveyDesign
    design_df: float
    domain_df: FloatArray
    missing: Mapping[str, int]
    sample: object
    unit: str | None = None
    origins: tuple[Origin, ...] = ()
    synthetic: bool = False

    def __len__(self) -> int:
        return self.table.height

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a polars frame."""
        return self.table

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a pandas frame."""
        return self.table.to_pandas()

    def covariance(self) -> FloatArray:
        """Compute the covariance matrix of all rows, from the scores of the sampling units.

        Returns
        -------
        (rows, rows) float
            In the order of the table; the squared standard errors on the diagonal. With lonely strata under
            `adjust` or `average` the matrix counts all strata of the design, a standard error those its
            domain is in: for a domain that is not in every stratum the two can differ, as in R.
        """
        return self.dispersion.covariance()

    def filter(self, **values: Any) -> "Estimates":
        """Keep the rows that have these values in columns of `by`, `variable` or `level`.

        Parameters
        ----------
        **values
            A value, a list of values, or None (also in a list) for the rows about all of a column together.

        Raises
        ------
        InputError
            For a column or value that is not there.
        """
        keep = pl.lit(value=True)
        for column, wanted in values.items():
            if column not in (*self.by, "variable", "level"):
                raise unknown_name("column of these estimates", column, [*self.by, "variable", "level"])
            keep &= self._matches(column, wanted)
        rows = self.table.select(pl.int_range(pl.len()).filter(keep)).to_series()
        chosen = rows.to_numpy().astype(np.int64)
        return self.take(chosen)

    def _matches(self, column: str, wanted: Any) -> pl.Expr:
        given = list(wanted) if isinstance(wanted, (list, tuple, set)) else [wanted]
        listed = [value for value in given if value is not None]
        if column == "level":
            listed = [str(value) for value in listed]
        known = self.table[column].drop_nulls().unique(maintain_order=True).to_list()
        unknown = [value for value in listed if value not in known]
        if unknown:
            raise InputError(
                f"No estimate has `{column}` = `{unknown[0]}`.",
                expected=join_options(known[:30]),
                got=f"`{unknown[0]}`",
                remedy="Use a value that occurs.",
            )
        all_together = pl.col(column).is_null() & pl.lit(len(listed) < len(given))
        return pl.col(column).is_in(listed).fill_null(value=False) | all_together

    def take(self, rows: IntArray) -> "Estimates":
        """Return the rows at these positions, in this order."""
        if rows.size == self.table.height and (rows == np.arange(rows.size)).all():
            return self
        selection = np.zeros((rows.size, self.table.height))
        selection[np.arange(rows.size), rows] = 1.0
        return replace(
            self,
            table=self.table[rows.tolist()],
            domain_df=self.domain_df[rows],
            dispersion=self.dispersion.linear(selection),
        )

    def scale(self, factor: float, *, unit: str | None = None) -> "Estimates":
        """Express the estimates in another unit: thousands (0.001), per cent (100).

        Parameters
        ----------
        factor : float
            What every estimate, standard error and limit is multiplied by; positive.
        unit : str, optional
            Name of the new unit.
        """
        given: Any = factor
        if not isinstance(given, Real) or not 0 < float(given) < float("inf"):
            raise InputError(
                "Estimates cannot be scaled by this factor.",
                expected="a positive number",
                got=f"{factor!r}",
                remedy="Use `contrast` for differences and changes of sign.",
            )
        table = self.table.with_columns(pl.col(name) * factor for name in _SCALED)
        jacobian = np.eye(self.table.height) * factor
        return replace(self, table=table, dispersion=self.dispersion.linear(jacobian), unit=unit or self.unit)

    def rename_domains(self, names: Mapping[str, Mapping[Any, Any]]) -> "Estimates":
        """Give domains other names.

        Parameters
        ----------
        names : mapping of column to mapping
            For each column of `by`, the new name of each value; values left out keep theirs.
        """
        table = self.table
        for column, new in names.items():
            if column not in (*self.by, "level"):
                raise unknown_name("column of these estimates", column, [*self.by, "level"])
            self._matches(column, list(new))
            texts = {str(old): str(value) for old, value in new.items()}
            renamed = [None if old is None else texts.get(str(old), str(old)) for old in table[column]]
            table = table.with_columns(pl.Series(column, renamed, dtype=pl.String))
        self._refuse_one_name_for_two(table)
        return replace(self, table=table)

    def _refuse_one_name_for_two(self, renamed: pl.DataFrame) -> None:
        keys = [*self.by, "variable", "level"]
        if renamed.select(keys).n_unique() == self.table.select(keys).n_unique():
            return
        double = renamed.select(keys).filter(renamed.select(keys).is_duplicated())
        raise InputError(
            "Two domains would have one name.",
            expected="a name of its own for each",
            got=" ".join(f"`{value}`" for value in double.row(0) if value is not None) + " twice",
            remedy="Join domains before estimating: make a column that has them as one, and use it in `by`.",
        )

    def _summary(self) -> str:
        parts = [str(self.method)]
        if self.unit:
            parts.append(f"in {self.unit}")
        gaps = [f"{column}: {count}" for column, count in self.missing.items() if count]
        if gaps:
            parts.append(f"rows without a value: {', '.join(gaps)}")
        if self.synthetic:
            parts.append("synthetic data")
        return "; ".join(parts)

    def _shown(self) -> pl.DataFrame:
        empty = [name for name in ("level", "note") if not any(self.table[name])]
        together = [pl.col(name).cast(pl.String).fill_null("all") for name in self.by]
        return self.table.drop(empty).with_columns(together)

    def __repr__(self) -> str:
        with pl.Config(
            tbl_rows=20,
            tbl_cols=-1,
            tbl_hide_dataframe_shape=True,
            tbl_hide_column_data_types=True,
            tbl_width_chars=160,
        ):
            return f"{self._summary()}\n{self._shown()}"

    def _repr_html_(self) -> str:
        with pl.Config(
            tbl_rows=40, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True
        ):
            return f"<p>{escape(self._summary())}</p>{self._shown()._repr_html_()}"


def row_labels(estimates: Estimates) -> Sequence[str]:
    """Name each row by what tells it apart: its domain, variable and level."""
    columns = [*estimates.by, "variable", "level"]
    table = estimates.table.select(columns)
    telling = [name for name in columns if table[name].n_unique() > 1] or ["variable"]
    return [
        " ".join(
            "all" if value is None and name in estimates.by else str(value) for name, value in row.items()
        )
        for row in table.select(telling).iter_rows(named=True)
    ]
