"""From a sample and a formula to the numbers of a model: outcome, predictors, and the rows that have both."""

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.models.formula import Formula
from talentstats.estimate.models.matrix import Column, Predictor, make_columns, make_matrix
from talentstats.estimate.request import Where
from talentstats.estimate.rows import SampleRows, read_rows
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import BoolArray, FloatArray

_MOST_LEVELS = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelData:
    """The rows a model is fitted to.

    Attributes
    ----------
    rows : SampleRows
        All rows of the sample.
    counted : (sample rows,) bool
        Rows of the subpopulation with every value the model needs.
    response : (rows,) float
    predictors : dict of str to Predictor
    columns : tuple of Column
    matrix : (rows, columns) float
    """

    rows: SampleRows
    counted: BoolArray
    response: FloatArray
    predictors: dict[str, Predictor]
    columns: tuple[Column, ...]
    matrix: FloatArray

    @property
    def weight(self) -> FloatArray:
        """Weights of the counted rows."""
        return self.rows.weight[self.counted]

    @property
    def prior_weight(self) -> FloatArray:
        """Weights of the counted rows over the mean weight of the subpopulation, as in R."""
        return np.asarray(self.weight / self.rows.weight[self.rows.inside].mean())

    @property
    def n_missing(self) -> int:
        """Rows of the subpopulation left out for a missing value."""
        return int(self.rows.inside.sum() - self.counted.sum())

    def scores(self, of_counted: FloatArray) -> FloatArray:
        """Give every row of the sample its scores: zero for those that are not counted."""
        scores = np.zeros((self.counted.size, of_counted.shape[1]))
        scores[self.counted] = of_counted
        return scores


def read_model(sample: SurveySample, formula: Formula, *, family: str, where: Where) -> ModelData:
    """Read the columns of a model and make its matrix.

    Raises
    ------
    InputError
        For an unknown column, a column that is neither numbers nor categories, an outcome that does not fit
        the family, weights that are not positive, a category with one level, or no row with every value.
    """
    names = (formula.response, *formula.predictors)
    sample.require(names)
    categories = [name for name in formula.predictors if _is_category(sample, name, formula)]
    if _is_words(sample, formula.response, family):
        categories.append(formula.response)
    numbers = [name for name in names if name not in categories]
    rows = read_rows(sample, numbers=numbers, categories=categories, where=where)
    known = rows.values.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series().to_numpy()
    counted = rows.inside & known
    if not counted.any():
        raise _nobody(rows, names)
    values = rows.values.filter(pl.Series(counted))
    predictors = {
        name: _category(name, values[name]) if name in categories else Predictor(values=_floats(values[name]))
        for name in formula.predictors
    }
    columns = make_columns(formula, predictors)
    return ModelData(
        rows=rows,
        counted=counted,
        response=_outcome(formula.response, values[formula.response], family),
        predictors=predictors,
        columns=columns,
        matrix=make_matrix(columns, predictors, rows=values.height),
    )


def _floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).to_numpy()


def _is_category(sample: SurveySample, name: str, formula: Formula) -> bool:
    kind = sample.schema[name]
    if kind.is_numeric():
        return name in formula.categories
    if kind in (nw.Boolean, nw.String, nw.Categorical) or isinstance(kind, nw.Enum):
        return True
    raise InputError(
        f"`{name}` holds {str(kind).lower()} values, which a model cannot use.",
        expected="numbers, yes or no, or categories",
        got=str(kind),
        where=f"column `{name}`",
        remedy="Make a number (such as a year) or a category of it.",
    )


def _is_words(sample: SurveySample, response: str, family: str) -> bool:
    """Tell whether the outcome is one of two words, as it may be in a binomial model."""
    kind = sample.schema[response]
    return family == "binomial" and (kind in (nw.String, nw.Categorical) or isinstance(kind, nw.Enum))


def _category(name: str, column: pl.Series) -> Predictor:
    """Give the levels that occur a number each: in the order of an Enum, else sorted."""
    if column.dtype.is_float() and (column == column.round()).all():
        column = column.cast(pl.Int64)  # whole numbers with gaps come out of pandas as floats
    levels = column.cast(pl.String) if column.dtype == pl.Categorical else column
    order = levels.unique().sort()
    if order.len() > _MOST_LEVELS or order.len() < 2:
        count = order.len()
        raise InputError(
            f"`{name}` has {count} level{'s'[: count > 1]} among the rows of the model.",
            expected=f"2 to {_MOST_LEVELS} levels",
            got=f"`{order[0]}` only" if count == 1 else f"{count} different values",
            where=f"column `{name}`",
            remedy="Leave it out of the formula." if count == 1 else "Group the values into classes first.",
        )
    codes = levels.replace_strict(order, np.arange(order.len()), return_dtype=pl.Float64)
    return Predictor(values=codes.to_numpy(), levels=tuple(order.cast(pl.String)))


def _outcome(name: str, column: pl.Series, family: str) -> FloatArray:
    if column.dtype in (pl.String, pl.Categorical) or isinstance(column.dtype, pl.Enum):
        return _outcome_of_words(name, column)
    values = _floats(column)
    most = {"binomial": 1.0}.get(family, np.inf)
    least = -np.inf if family == "gaussian" else 0.0
    wrong = values[(values < least) | (values > most)]
    if wrong.size:
        raise InputError(
            f"The outcome `{name}` does not fit a {family} model.",
            expected="values from 0 to 1" if family == "binomial" else "counts of at least 0",
            got=f"{wrong[0]:g} and {wrong.size - 1} more" if wrong.size > 1 else f"{wrong[0]:g}",
            where=f"column `{name}`",
            remedy="Recode the column, or choose another family.",
        )
    return values


def _outcome_of_words(name: str, column: pl.Series) -> FloatArray:
    """Give 0 for the first of two levels and 1 for the second."""
    outcome = _category(name, column)
    if len(outcome.levels) > 2:
        raise InputError(
            f"The outcome `{name}` has {len(outcome.levels)} levels.",
            expected="two, of which the model explains the second",
            got=", ".join(f"`{level}`" for level in outcome.levels[:10]),
            where=f"column `{name}`",
            remedy="Make a column that is true for the answer to be explained.",
        )
    return outcome.values


def _nobody(rows: SampleRows, names: tuple[str, ...]) -> InputError:
    gaps = ", ".join(f"`{name}`: {rows.gaps[name]}" for name in names if rows.gaps.get(name))
    return InputError(
        "No row of the subpopulation has a value in every column of the model.",
        expected="a row with an answer to all of " + ", ".join(f"`{name}`" for name in names),
        got=f"{int(rows.inside.sum())} rows in the subpopulation; rows without a value: {gaps or 'none'}",
        remedy="Check `where`, and the columns with many missing values.",
    )
