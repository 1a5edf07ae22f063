"""Response propensities: weighting for nonresponse by a logistic model of who responds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.estimate.models.family import FAMILIES
from talentstats.estimate.models.likelihood import make_basis, maximise_likelihood
from talentstats.survey.adjustment import Adjustment, Categories
from talentstats.survey.sample import SurveySample, free_name
from talentstats.variance.groups import FloatArray, IntArray
from talentstats.weighting.adjustable import adjusted, new_name, open_rows, with_column
from talentstats.weighting.nonresponse import adjust_nonresponse, check_responded

# Persons with the same covariates have propensities that are equal to this many digits.
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseModel:
    """A logistic model of the response, for any weights of the sample.

    Attributes
    ----------
    responded : str
        Column that says who responded, 1 or 0.
    categories : tuple of Categories
    numbers : tuple of str
    """

    responded: str
    categories: tuple[Categories, ...]
    numbers: tuple[str, ...]

    def __call__(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Divide the weights of respondents by their propensities, and take those of others away."""
        responded = frame[self.responded].cast(pl.Float64).to_numpy()
        return np.asarray(weights * responded[:, None] / self.propensities(frame, weights))

    def propensities(self, frame: pl.DataFrame, weights: FloatArray) -> FloatArray:
        """Estimate everybody's propensity to respond, (rows, replicates).

        Raises
        ------
        InputError
            If a covariate repeats others, or separates respondents from the rest.
        """
        matrix = self._matrix(frame)
        basis = make_basis(matrix, np.maximum(weights.mean(axis=1), np.finfo(float).tiny))
        if basis.dependent.any():
            raise self._refused("repeats what the others say")
        responded = frame[self.responded].cast(pl.Float64).to_numpy()
        found = maximise_likelihood(
            basis.values,
            np.asarray(responded, dtype=np.float64),
            weights,
            family=FAMILIES["binomial"],
            start=np.zeros(matrix.shape[1]),
        )
        if not found.solved.all():
            raise self._refused("tells exactly who responded")
        return np.asarray(FAMILIES["binomial"].mean(basis.values @ found.coefficients))

    def _matrix(self, frame: pl.DataFrame) -> FloatArray:
        columns = [np.ones(frame.height)]
        for one in self.categories:
            code = one.codes(frame)
            columns += [(code == level).astype(np.float64) for level in range(1, one.levels.height)]
        columns += [frame[name].cast(pl.Float64).to_numpy() for name in self.numbers]
        return np.column_stack(columns)

    def _refused(self, why: str) -> InputError:
        names = [*(name for one in self.categories for name in one.columns), *self.numbers]
        return InputError(
            f"The response model has no single answer: a covariate {why}.",
            expected="covariates that differ, with respondents and others at every value",
            got=", ".join(f"`{name}`" for name in names),
            remedy="Leave a covariate out, or merge its rare categories.",
        )


def adjust_by_propensity(
    sample: SurveySample,
    responded: str,
    covariates: str | Sequence[str],
    *,
    classes: int | None = None,
    name: str | None = None,
) -> SurveySample:
    r"""Divide the weights of respondents by their estimated propensity to respond.

    Parameters
    ----------
    sample : SurveySample
        Everybody who was drawn, respondents or not.
    responded : str
        Column with 1 or true for a respondent, else 0 or false.
    covariates : str or sequence of str
        Columns known for everybody: numbers enter as they are, other columns by their categories.
    classes : int, optional
        Number of classes of equal size to make of the propensities, which are then weighting classes: less
        sensitive to the model than its inverse propensities.
    name : str, optional
        Column of the new weights; `nonresponse_weight` when not given.

    Returns
    -------
    SurveySample
        With the propensities in a column `response_propensity`, and diagnostics of the model in
        `adjustments[-1].diagnostics`.

    Raises
    ------
    InputError
        If the model has no single answer, or nobody of a class responded.

    Notes
    -----
    Weighted logistic regression; :math:`w_k / \hat p_k` for respondents. The variance takes the estimation of
    the model into account: Kim & Kim (2007), Nonresponse weighting adjustment using estimated response
    probability, Canadian Journal of Statistics 35, section 3. Classes: Little (1986), International
    Statistical Review 54.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> drawn = pl.DataFrame(
    ...     {"age": [20, 30, 40, 50, 60, 70], "answered": [0, 1, 0, 1, 0, 1], "w": [10.0] * 6}
    ... )
    >>> sample = ts.SurveySample(drawn, ts.SurveyDesign(weight="w"))
    >>> made = ts.adjust_by_propensity(sample, "answered", "age")
    >>> made.frame["response_propensity"].round(3).to_list()
    [0.288, 0.368, 0.455, 0.545, 0.632, 0.712]
    """
    names = [covariates] if isinstance(covariates, str) else list(covariates)
    check_responded(sample, responded, names)
    sample.require(names, what="covariate")
    numbers = [one for one in names if sample.schema[one].is_numeric()]
    others = [one for one in names if one not in numbers]
    opened = open_rows(sample, [*others, responded], numbers=numbers)
    frame = opened.frame.with_columns(pl.col(responded).cast(pl.Int8))
    model = ResponseModel(
        responded=responded,
        categories=tuple(Categories(levels=frame.select(one).unique().sort(one)) for one in others),
        numbers=tuple(numbers),
    )
    chance = model.propensities(frame, opened.weight[:, None])[:, 0]
    answered = frame[responded].to_numpy().astype(np.float64)
    diagnostics = response_diagnostics(chance, answered, opened.weight)
    column = free_name("response_propensity", sample.schema.names())
    sample = replace(opened.sample, frame=with_column(opened.sample.frame, column, chance))
    if classes is not None:
        group = free_name("response_class", sample.schema.names())
        made = with_column(sample.frame, group, _classes(chance, opened.weight, classes))
        sample = adjust_nonresponse(replace(sample, frame=made), responded, group, name=name)
        last = replace(sample.adjustments[-1], diagnostics=diagnostics)
        return replace(sample, adjustments=(*sample.adjustments[:-1], last))
    opened = open_rows(sample, [*others, responded], numbers=[*numbers, column])
    adjustment = Adjustment(
        kind="nonresponse",
        before=opened.before,
        weight=name or new_name(sample, "nonresponse_weight"),
        refit=model,
        residuals="propensity",
        categories=model.categories,
        numbers=model.numbers,
        constant=True,
        responded=responded,
        propensity=column,
        settings={"response model": ", ".join(names)},
        diagnostics=diagnostics,
    )
    return adjusted(opened, adjustment, answered / chance)


def response_diagnostics(chance: FloatArray, responded: FloatArray, weight: FloatArray) -> pl.DataFrame:
    """Say how well a model tells respondents from the rest, and how unequal their propensities are.

    Parameters
    ----------
    chance, responded, weight : (rows,) float

    Returns
    -------
    polars.DataFrame
        `measure` and `value`: the response rate; the area under the ROC curve (0.5: the model tells
        nothing); the R-indicator, 1 less twice the standard deviation of the propensities (1: everybody as
        likely; Schouten, Cobben & Bethlehem 2009); the smallest and largest propensity; the largest factor.
    """
    mean = np.average(chance, weights=weight)
    spread = np.sqrt(np.average((chance - mean) ** 2, weights=weight))
    values = {
        "response rate": np.average(responded, weights=weight),
        "area under the ROC curve": _area(chance, responded, weight),
        "R-indicator": 1 - 2 * spread,
        "smallest propensity": chance.min(),
        "largest propensity": chance.max(),
        "largest factor": float((1 / chance[responded == 1]).max()),
    }
    return pl.DataFrame({"measure": list(values), "value": [float(value) for value in values.values()]})


def _area(chance: FloatArray, responded: FloatArray, weight: FloatArray) -> float:
    """Give the share of pairs of a respondent and another in which the model tells who is who."""
    place, _ = _ranked(chance)
    yes = np.bincount(place, weights=weight * responded)
    no = np.bincount(place, weights=weight * (1 - responded))
    below = np.cumsum(no) - no / 2
    pairs = yes.sum() * no.sum()
    return float(yes @ below / pairs) if pairs else float("nan")


def _ranked(chance: FloatArray) -> tuple[IntArray, int]:
    """Rank the propensities, those that only rounding tells apart alike, and say how many there are."""
    values, place = np.unique(np.round(chance, _DIGITS), return_inverse=True)
    return place.astype(np.int64).ravel(), int(values.size)


def _classes(chance: FloatArray, weight: FloatArray, count: int) -> FloatArray:
    """Divide the propensities into classes of equal weight; equal propensities stay together."""
    if count < 2:
        raise InputError(
            "Classes of propensities must be two or more.",
            expected="`classes=5`, or none for inverse propensities",
            got=f"classes={count}",
        )
    place, distinct = _ranked(chance)
    share = np.cumsum(np.bincount(place, weights=weight, minlength=distinct)) / weight.sum()
    of_value = np.minimum(np.ceil(share * count - 1e-9), count)
    return np.asarray(of_value[place], dtype=np.float64)
