"""A model fitted to the rows of a sample: coefficients, their scores, and fits with other weights."""

from dataclasses import dataclass

import numpy as np

from talentstats.errors import InputError, join_options
from talentstats.estimate.dispersion import Dispersion
from talentstats.estimate.models.data import ModelData
from talentstats.estimate.models.family import Family
from talentstats.estimate.models.likelihood import (
    Basis,
    Solution,
    first_coefficients,
    make_basis,
    maximise_likelihood,
    runaway_columns,
)
from talentstats.estimate.row_scores import replicate_dispersion, score_dispersion
from talentstats.variance.groups import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """A model with the numbers it was fitted to.

    Attributes
    ----------
    data : ModelData
    family : Family
    basis : Basis
    point : (columns,) float
        The coefficients in the basis.
    before : (columns,) float
        The same before the last step of the fit.
    information : (columns, columns) float
        In the basis, at `before`.
    """

    data: ModelData
    family: Family
    basis: Basis
    point: FloatArray
    before: FloatArray
    information: FloatArray

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of the columns of the model matrix, (columns,)."""
        return self.basis.to_columns(self.point)

    @property
    def linear_predictor(self) -> FloatArray:
        """The linear predictor of the counted rows."""
        return np.asarray(self.basis.values @ self.point)

    def influence(self) -> FloatArray:
        r"""Give what every counted row adds to the coefficients, (rows, columns).

        Notes
        -----
        :math:`w_k A^{-1} x_k (y_k - \mu_k)` with :math:`A = \sum w_k V(\mu_k) x_k x_k'`: Binder (1983). The
        working weights :math:`w_k V` are those of the last step of the fit, as in R: standard errors then
        agree to the last digits, which a step more would change by up to 1e-7.
        """
        family, eta = self.family, self.linear_predictor
        working_weight = self.data.prior_weight * family.variance(self.basis.values @ self.before)
        working_residual = (self.data.response - family.mean(eta)) / family.variance(eta)
        inverse = self.basis.to_columns(np.asarray(np.linalg.inv(self.information)))
        return np.asarray((self.basis.values @ inverse.T) * (working_weight * working_residual)[:, None])

    def refit(self, weights: FloatArray) -> FloatArray:
        """Fit with other weights, (sample rows, sets): (columns, sets), NaN where there is no solution."""
        found = maximise_likelihood(
            self.basis.values,
            self.data.response,
            weights[self.data.counted] * (self.data.prior_weight / self.data.weight)[:, None],
            family=self.family,
            start=self.point,
        )
        return np.where(found.solved, self.basis.to_columns(found.coefficients), np.nan)

    def coefficient_variation(self) -> Dispersion:
        """Tell how the coefficients vary from sample to sample."""
        rows = self.data.rows
        if rows.replicates is None:
            return score_dispersion(rows, self.data.scores(self.influence()))
        return replicate_dispersion(rows, lambda weights: self.refit(weights).T, self.coefficients)

    def dispersion(self) -> float:
        r"""Estimate the dispersion parameter.

        Notes
        -----
        By linearisation the weighted variance of the Pearson residuals, as R's `summary.svyglm`: times the
        mean weight of the rows of the model over that of the subpopulation, which is not 1 when values are
        missing (of calibrated weights: the sums, as R keeps the rows it leaves out, with weight 0). With
        replicates :math:`\sum w (y-\mu)^2 / V(\mu) \big/ \sum w`, which R (survey 4.1-1) multiplies by the
        number of rows.
        """
        rows, weight, eta = self.data.rows, self.data.weight, self.linear_predictor
        pearson = (self.data.response - self.family.mean(eta)) / np.sqrt(self.family.variance(eta))
        if rows.replicates is not None:
            return float(np.average(pearson**2, weights=weight))
        if weight.size == 1:
            return float("nan")
        about = pearson - np.average(pearson, weights=weight)
        spread = np.average(about**2, weights=weight) * weight.size / (weight.size - 1)
        kept = rows.weight[rows.inside]
        projected = any(step.residuals != "none" for step in rows.adjustments)
        return float(spread * (weight.sum() / kept.sum() if projected else weight.mean() / kept.mean()))


def fit_rows(data: ModelData, family: Family) -> FittedModel:
    """Fit a model.

    Raises
    ------
    InputError
        If a column adds nothing to the others, or the likelihood has no finite maximum.
    """
    _require_rows(data)
    weight = data.prior_weight
    basis = make_basis(data.matrix, weight)
    if basis.dependent.any():
        raise _dependent(data, basis)
    start = first_coefficients(basis, data.response, weight, family=family)
    found = maximise_likelihood(basis.values, data.response, weight[:, None], family=family, start=start)
    if not found.solved[0]:
        raise _not_solved(data, basis, found, family)
    return FittedModel(
        data=data,
        family=family,
        basis=basis,
        point=found.coefficients[:, 0],
        before=found.coefficients[:, 0] - found.last_step[:, 0],
        information=found.information[0],
    )


def _require_rows(data: ModelData) -> None:
    rows, columns = data.matrix.shape
    if rows < columns:
        raise InputError(
            "The model has more coefficients than there are rows.",
            expected=f"at least {columns} rows with every value",
            got=str(rows),
            remedy="Leave terms out of the formula, or columns with many missing values.",
        )


def _labels(data: ModelData, which: BoolArray) -> list[str]:
    return [column.label for column, chosen in zip(data.columns, which, strict=True) if chosen]


def _dependent(data: ModelData, basis: Basis) -> InputError:
    """Say which column follows from those before it, and from which."""
    which = int(np.flatnonzero(basis.dependent)[0])
    name = data.columns[which].label
    if basis.length[which] == 0:
        got = f"`{name}` is 0 on every row of the model"
    else:
        before = Basis(
            values=basis.values, triangle=basis.triangle[:which, :which], length=basis.length[:which]
        )
        parts = np.abs(before.to_columns(basis.triangle[:which, which])) * before.length
        of = _labels(
            data, np.append(parts > 1e-6 * basis.length[which], [False] * (len(data.columns) - which))
        )
        got = f"`{name}` follows from {join_options(of, last='and')}"
    return InputError(
        f"The coefficient of `{name}` cannot be told apart from the others.",
        expected="columns of which none is a combination of the others",
        got=got,
        where="the model matrix",
        remedy="Leave one of these terms out of the formula.",
    )


def _not_solved(data: ModelData, basis: Basis, found: Solution, family: Family) -> InputError:
    names = join_options(_labels(data, runaway_columns(basis, found.last_step[:, 0])), last="and")
    least = {
        "binomial": "both outcomes on the rows that a term tells apart",
        "poisson": "counts above 0 on the rows that a term tells apart",
    }.get(family.name, "finite coefficients")
    return InputError(
        "The model has no finite solution: the fit keeps improving as a coefficient grows without end.",
        expected=least,
        got=f"a prediction that becomes exact along {names}",
        where="the model matrix",
        remedy="Join levels that have one outcome only, or leave the term out of the formula.",
    )
