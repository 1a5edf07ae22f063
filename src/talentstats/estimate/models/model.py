"""Models of a survey outcome, with the errors of the design: `fit_model` and its result."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import polars as pl
from scipy.special import betainc

from talentstats.errors import unknown_name
from talentstats.estimate.dispersion import Dispersion, ReplicateEstimates
from talentstats.estimate.models.data import read_model
from talentstats.estimate.models.family import FAMILIES, FamilyName
from talentstats.estimate.models.fitted import FittedModel, fit_rows
from talentstats.estimate.models.formula import parse_formula
from talentstats.estimate.models.freedom import residual_df
from talentstats.estimate.request import Where
from talentstats.estimate.row_scores import variances
from talentstats.provenance import Origin
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray
from talentstats.variance.intervals import symmetric_interval

_LONGEST_TERM = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelFit:
    """A fitted model: its coefficients with their precision.

    Attributes
    ----------
    table : polars.DataFrame
        A row for each coefficient: `term`, `estimate`, `std_error`, `statistic` (estimate over its error),
        `p_value` (two-sided, Student's t), `conf_low`, `conf_high`. On the scale of the linear predictor: log
        odds for binomial, logs of the mean for Poisson. A null has its reason in `note`.
    formula : str
    family : {"gaussian", "binomial", "poisson"}
    df_residual : float
        Sampling units with a row of the model less their strata, plus 1, less the coefficients.
    dispersion : float or None
        The dispersion parameter.
    conf_level : float
    n_obs, n_missing : int
        Rows the model is fitted to, and rows of the subpopulation left out for a missing value.
    note : str
        What has to be said of the fit; empty when nothing has.
    variation : Dispersion
        Where covariances come from.
    fitted : FittedModel
        The numbers behind it, for `marginal_effects`.
    """

    table: pl.DataFrame
    formula: str
    family: FamilyName
    df_residual: float
    dispersion: float | None
    conf_level: float
    n_obs: int
    n_missing: int
    note: str
    variation: Dispersion
    fitted: FittedModel

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where the data came from."""
        return self.fitted.data.rows.origins

    @property
    def synthetic(self) -> bool:
        """True when the model rests on invented data."""
        return self.fitted.data.rows.synthetic

    def __len__(self) -> int:
        return self.table.height

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a polars frame."""
        return self.table

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a pandas frame."""
        return self.table.to_pandas()

    def covariance(self) -> FloatArray:
        """Compute the covariance matrix of the coefficients, (terms, terms), in the order of the table."""
        return self.variation.covariance()

    def _summary(self) -> str:
        family = self.fitted.family
        parts = [f"{self.formula}: {family.name} model, {family.link} link", f"{self.n_obs} rows"]
        if self.n_missing:
            parts.append(f"{self.n_missing} left out for a missing value")
        parts.append(f"{self.df_residual:g} degrees of freedom")
        if self.dispersion is not None:
            parts.append(f"dispersion {self.dispersion:.4g}")
        parts += [self.note] if self.note else []
        return "; ".join(parts + (["synthetic data"] if self.synthetic else []))

    def __repr__(self) -> str:
        with pl.Config(
            tbl_rows=-1,
            tbl_cols=-1,
            tbl_hide_dataframe_shape=True,
            tbl_hide_column_data_types=True,
            tbl_width_chars=120,
            fmt_str_lengths=_LONGEST_TERM,
        ):
            return f"{self._summary()}\n{self.table}"

    def _repr_html_(self) -> str:
        with pl.Config(
            tbl_rows=-1,
            tbl_cols=-1,
            tbl_hide_dataframe_shape=True,
            tbl_hide_column_data_types=True,
            fmt_str_lengths=_LONGEST_TERM,
        ):
            return f"<p>{escape(self._summary())}</p>{self.table._repr_html_()}"


def fit_model(
    sample: SurveySample,
    formula: str,
    *,
    family: FamilyName = "gaussian",
    where: Where = None,
    conf_level: float = 0.95,
) -> ModelFit:
    r"""Fit a model that explains an outcome, with standard errors that follow the design.

    Parameters
    ----------
    sample : SurveySample
    formula : str
        The outcome and what explains it: `"stays ~ role + age + role:age"`; `a*b` is `a + b + a:b`, `- 1`
        leaves the intercept out, `C(x)` takes the values of a number as levels. Text, categories and yes/no
        columns enter by their levels, each compared with the first: the first of an Enum, else the first when
        sorted.
    family : {"gaussian", "binomial", "poisson"}
        Distribution with its canonical link: identity, logit, log. The outcome of a binomial model is yes/no,
        from 0 to 1, or one of two words of which the second is explained. The errors do not rely on the
        distribution's variance: R calls these families quasi-binomial and quasi-Poisson.
    where : mapping or narwhals expression, optional
        The subpopulation: `{"role": "partner"}`, `nw.col("age") > 30`. The other rows stay in the sample and
        count for the variance.
    conf_level : float
        Confidence level of the intervals.

    Returns
    -------
    ModelFit
        Rows without a value in a column of the formula are left out and counted.

    Raises
    ------
    InputError
        For a formula that cannot be read, an unknown column (the closest is offered), a column that is a
        combination of others, an outcome that a term predicts without error, so that its coefficient would be
        infinite.
    LonelyPsuError
        If a stratum has one sampling unit and the design says "fail".

    Notes
    -----
    :math:`\sum_k w_k (y_k - \mu_k) x_k = 0`, variance of the linearised scores
    :math:`w_k A^{-1} x_k (y_k - \mu_k)`: Binder (1983), *International Statistical Review* 51; Lumley (2010),
    sections 5.2 and 6.2. With replicates the model is fitted again with the weights of each.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame(
    ...     {"area": [1, 1, 2, 2, 3, 3, 4, 4], "weight": 10.0, "years": [1, 4, 2, 6, 3, 8, 2, 5],
    ...      "rent": [700, 950, 820, 1150, 850, 1300, 790, 1040]}
    ... )
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> ts.fit_model(sample, "rent ~ years").table.select(pl.col("estimate", "std_error").round(3)).rows()
    [(619.068, 11.082), (85.402, 0.75)]
    """
    if family not in FAMILIES:
        raise unknown_name("family", family, FAMILIES)
    data = read_model(sample, parse_formula(formula), family=family, where=where)
    fitted = fit_rows(data, FAMILIES[family])
    variation = fitted.coefficient_variation()
    freedom = residual_df(data, subpopulation=where is not None)
    dispersion = fitted.dispersion()
    return ModelFit(
        table=_table(fitted, variation, df=freedom, conf_level=conf_level),
        formula=formula,
        family=family,
        df_residual=freedom,
        dispersion=dispersion if np.isfinite(dispersion) else None,
        conf_level=conf_level,
        n_obs=int(data.counted.sum()),
        n_missing=data.n_missing,
        note="; ".join(_notes(variation, df=freedom)),
        variation=variation,
        fitted=fitted,
    )


def _table(fitted: FittedModel, variation: Dispersion, *, df: float, conf_level: float) -> pl.DataFrame:
    estimate = fitted.coefficients
    error = np.sqrt(variances(variation))
    ends = symmetric_interval(estimate, error, df=df, conf_level=conf_level)
    statistic = np.divide(estimate, error, out=np.full_like(error, np.nan), where=error > 0)
    columns = {
        "estimate": estimate,
        "std_error": error,
        "statistic": statistic,
        "p_value": two_sided_p(statistic, df),
        "conf_low": ends.low,
        "conf_high": ends.high,
    }
    terms = pl.DataFrame({"term": [column.label for column in fitted.data.columns]})
    return pl.concat([terms, pl.DataFrame(columns).fill_nan(None)], how="horizontal")


def two_sided_p(statistic: FloatArray, df: float) -> FloatArray:
    """Give the probability of Student's t at least as far from zero; NaN without degrees of freedom.

    By the incomplete beta function, which keeps its digits in the far tails.

    Examples
    --------
    >>> two_sided_p(np.array([2.228139]), 10).round(4)
    array([0.05])
    """
    if not df > 0:
        return np.full_like(statistic, np.nan)
    return np.asarray(betainc(df / 2, 0.5, df / (df + statistic**2)))


def _notes(variation: Dispersion, *, df: float) -> list[str]:
    notes = []
    if not df > 0:
        notes.append("no tests and no intervals: no degrees of freedom are left")
    if isinstance(variation, ReplicateEstimates):
        unsolved = int(np.isnan(variation.values).any(axis=1).sum())
        if unsolved:
            notes.append(
                f"{unsolved} replicate(s) in which the model has no finite solution left out; "
                "standard errors may be too small"
            )
    if (variation.covariance().diagonal() == 0).any():
        notes.append("a standard error is 0, so there is no test")
    return notes
