"""Average marginal effects: what a model says a variable does to the outcome, on the outcome's own scale."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from talentstats.errors import unknown_name
from talentstats.estimate.assemble import assemble
from talentstats.estimate.dispersion import Dispersion
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.models.data import ModelData
from talentstats.estimate.models.fitted import FittedModel
from talentstats.estimate.models.matrix import has_variable, make_matrix, with_value
from talentstats.estimate.models.model import ModelFit
from talentstats.estimate.request import Names, as_names
from talentstats.estimate.row_scores import replicate_dispersion, score_dispersion, variances
from talentstats.variance.groups import FloatArray
from talentstats.variance.intervals import symmetric_interval

_NO_DESIGN_EFFECT = "no design effect: it is not defined for a model"


def marginal_effects(fit: ModelFit, variables: Names = None, *, conf_level: float | None = None) -> Estimates:
    r"""Estimate how the outcome changes with each variable of a model, on average over the population.

    Parameters
    ----------
    fit : ModelFit
    variables : str or sequence of str, optional
        Columns of the formula; all of them when None.
    conf_level : float, optional
        Confidence level of the intervals; that of the fit when None.

    Returns
    -------
    Estimates
        For a number one row: the average derivative of the predicted outcome. For a category a row for each
        level but the first, for a column of zeros and ones one row: the average difference between the
        prediction with that level and with the first, everyone else about a person unchanged. In units of the
        outcome; for binomial models, differences of probabilities. Degrees of freedom are those of the fit.

    Raises
    ------
    InputError
        For a variable that is not in the model.

    Notes
    -----
    :math:`\hat\delta = \sum w_k m_k(\hat\beta) / \sum w_k`. Its score holds both the sampling of the persons
    averaged over and the estimation of the coefficients:
    :math:`w_k (m_k - \hat\delta) / \sum w_k + g' u_k`, with g the gradient of :math:`\hat\delta` by the
    coefficients and u their scores. Graubard & Korn (1999), *Biometrics* 55; Wolter (2007), chapter 6.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame(
    ...     {"area": [1, 1, 2, 2, 3, 3, 4, 4], "weight": 10.0, "role": list("abaabbab"),
    ...      "stays": [0, 1, 0, 1, 1, 1, 0, 0]}
    ... )
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight", psu="area"))
    >>> effects = ts.marginal_effects(ts.fit_model(sample, "stays ~ role", family="binomial"))
    >>> effects.to_polars().select("variable", "level", pl.col("estimate").round(4)).rows()
    [('role', 'b', 0.5)]
    """
    effects = _effects(fit.fitted.data, as_names(variables))
    weight = fit.fitted.data.weight
    full = np.array(
        [
            np.average(effect.of_rows(fit.fitted, fit.fitted.coefficients), weights=weight)
            for effect in effects
        ]
    )
    variation = _variation(fit.fitted, effects, full)
    error = np.sqrt(variances(variation))
    level = fit.conf_level if conf_level is None else conf_level
    freedom = np.full(full.size, fit.df_residual)
    ends = symmetric_interval(full, error, df=freedom, conf_level=level)
    return assemble(
        fit.fitted.data.rows,
        statistic=f"average marginal effect in {fit.formula} ({fit.family})",
        by=(),
        domains=pl.DataFrame(),
        variable=[effect.variable for effect in effects],
        level=[effect.level for effect in effects],
        columns={
            "estimate": full,
            "std_error": error,
            "conf_low": ends.low,
            "conf_high": ends.high,
            "df": freedom,
            "n_obs": np.full(full.size, fit.n_obs, dtype=np.float64),
            "n_missing": np.full(full.size, fit.n_missing, dtype=np.float64),
            "sum_weights": np.full(full.size, weight.sum()),
            "design_effect": np.full(full.size, np.nan),
        },
        note=["; ".join(filter(None, (effect.note, fit.note, _NO_DESIGN_EFFECT))) for effect in effects],
        dispersion=variation,
        interval="t",
        conf_level=level,
        df_rule="domain",
        domain_df=freedom,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Slope:
    """The effect of a number: the derivative of the prediction."""

    variable: str
    level: str | None = None
    note: str = ""

    def of_rows(self, fitted: FittedModel, coefficients: FloatArray) -> FloatArray:
        """Give the effect on every counted row, for one vector of coefficients or several."""
        change = _derivative(fitted.data, self.variable) @ coefficients
        return np.asarray(fitted.family.variance(fitted.data.matrix @ coefficients) * change)

    def gradient(self, fitted: FittedModel, share: FloatArray) -> FloatArray:
        """Give the derivatives of the average effect by the coefficients."""
        derivative = _derivative(fitted.data, self.variable)
        eta, change = fitted.linear_predictor, derivative @ fitted.coefficients
        curved = (share * fitted.family.skewness(eta) * change) @ fitted.data.matrix
        return np.asarray(curved + (share * fitted.family.variance(eta)) @ derivative)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Contrast:
    """The effect of a level: the prediction with it, less that with the level it is compared with."""

    variable: str
    level: str | None
    note: str
    value: float

    def of_rows(self, fitted: FittedModel, coefficients: FloatArray) -> FloatArray:
        """Give the effect on every counted row, for one vector of coefficients or several."""
        mean = fitted.family.mean
        first, with_level = self._matrices(fitted.data)
        return np.asarray(mean(with_level @ coefficients) - mean(first @ coefficients))

    def gradient(self, fitted: FittedModel, share: FloatArray) -> FloatArray:
        """Give the derivatives of the average effect by the coefficients."""
        first, with_level = (
            (share * fitted.family.variance(matrix @ fitted.coefficients)) @ matrix
            for matrix in self._matrices(fitted.data)
        )
        return np.asarray(with_level - first)

    def _matrices(self, data: ModelData) -> tuple[FloatArray, FloatArray]:
        first, with_level = (
            make_matrix(
                data.columns, with_value(data.predictors, self.variable, value), rows=data.response.size
            )
            for value in (0.0, self.value)
        )
        return first, with_level


_Effect = _Slope | _Contrast


def _derivative(data: ModelData, variable: str) -> FloatArray:
    """Differentiate the model matrix by a number, which is at most once in a column."""
    without = make_matrix(data.columns, with_value(data.predictors, variable, 1.0), rows=data.response.size)
    return without * has_variable(data.columns, variable)


def _effects(data: ModelData, variables: tuple[str, ...]) -> list[_Effect]:
    effects: list[_Effect] = []
    for variable in variables or tuple(data.predictors):
        if variable not in data.predictors:
            raise unknown_name("variable of the model", variable, data.predictors)
        levels = data.predictors[variable].levels
        if levels:
            note = f"compared with `{levels[0]}`"
            effects += [
                _Contrast(variable=variable, level=level, note=note, value=float(code))
                for code, level in enumerate(levels)
                if code
            ]
        elif np.isin(data.predictors[variable].values, (0.0, 1.0)).all():
            effects.append(_Contrast(variable=variable, level=None, note="1 compared with 0", value=1.0))
        else:
            effects.append(_Slope(variable=variable))
    return effects


def _variation(fitted: FittedModel, effects: list[_Effect], full: FloatArray) -> Dispersion:
    rows = fitted.data.rows
    if rows.replicates is not None:
        return replicate_dispersion(rows, lambda weights: _replicated(fitted, effects, weights), full)
    share = fitted.data.weight / fitted.data.weight.sum()
    gradients = np.column_stack([effect.gradient(fitted, share) for effect in effects])
    values = np.column_stack([effect.of_rows(fitted, fitted.coefficients) for effect in effects])
    scores = share[:, None] * (values - full) + fitted.influence() @ gradients
    return score_dispersion(rows, fitted.data.scores(scores))


def _replicated(fitted: FittedModel, effects: list[_Effect], weights: FloatArray) -> FloatArray:
    """Give the effects in replicates, (replicates, effects): fitted and averaged with their weights."""
    coefficients = fitted.refit(weights)
    of_counted = weights[fitted.data.counted]
    total = of_counted.sum(axis=0)
    sums = [np.einsum("nr,nr->r", of_counted, effect.of_rows(fitted, coefficients)) for effect in effects]
    return np.column_stack(sums) / np.where(total == 0, np.nan, total)[:, None]
