"""Small-area estimates from persons: the nested error model of Battese, Harter and Fuller."""

from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import unknown_name
from talentstats.estimate.request import Names, Where, as_names
from talentstats.estimate.statistics import estimate_mean
from talentstats.smallarea.area_frames import keys_of
from talentstats.smallarea.direct_estimates import DirectEstimates
from talentstats.smallarea.fitted_model import FittedModel, coefficient_table
from talentstats.smallarea.nested_error_fit import (
    UNIT_METHODS,
    NestedErrorFit,
    UnitMethod,
    fit_nested_error,
)
from talentstats.smallarea.nested_error_prediction import predict_elsewhere, predict_means
from talentstats.smallarea.result import Predictions, SmallAreaEstimates, present, require_level
from talentstats.smallarea.unit_data import Persons, Population, read_persons, read_population
from talentstats.survey.sample import SurveySample
from talentstats.variance.groups import FloatArray


def unit_level(
    sample: SurveySample,
    y: str,
    *,
    area: str,
    covariates: Names,
    population_means: Any,
    population_sizes: Any = None,
    where: Where = None,
    method: UnitMethod = "REML",
    conf_level: float = 0.95,
) -> SmallAreaEstimates:
    r"""Estimate the mean of areas with few respondents by a model of persons within areas.

    Parameters
    ----------
    sample : SurveySample
    y : str
        Numeric or yes/no column.
    area : str
        Column of the areas.
    covariates : str or sequence of str
        Columns of the sample; text stands for categories, compared with the first.
    population_means : frame
        A row for each area: the column `area`, and the mean of every covariate in the population; of a
        covariate of categories the share of each level but the first, as column `covariate=level`. Areas that
        are not in the sample get the value of the regression, and a note.
    population_sizes : frame, optional
        The column `area` and `size`, the number of persons. Without, the sample is taken as a small part.
    where : mapping or narwhals expression, optional
        The subpopulation.
    method : {"REML", "ML"}
    conf_level : float
        Confidence level of the normal intervals.

    Returns
    -------
    SmallAreaEstimates
        A row for each area of `population_means`, in its order. `direct` is the design-based mean.

    Raises
    ------
    InputError
        For areas of the sample without population means; covariates that depend on each other; no area with
        two persons; sizes below the number of respondents.

    Notes
    -----
    :math:`y_{dk} = x_{dk}'\beta + v_d + e_{dk}`: Battese, Harter & Fuller (1988); Rao & Molina (2015),
    chapter 7; mean squared error Prasad & Rao (1990), Datta & Lahiri (2000). See docs/methods/small-areas.md.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> from talentstats.smallarea.unit_level import unit_level
    >>> people = pl.DataFrame(
    ...     {
    ...         "region": ["a"] * 4 + ["b"] * 3 + ["c"] * 2,
    ...         "years": [1.0, 3, 5, 7, 2, 4, 8, 3, 6],
    ...         "wage": [21.0, 26, 28, 36, 19, 21, 33, 28, 33],
    ...         "weight": 50.0,
    ...     }
    ... )
    >>> known = pl.DataFrame({"region": ["a", "b", "c", "d"], "years": [4.5, 4.0, 5.0, 6.0]})
    >>> sample = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> found = unit_level(sample, "wage", area="region", covariates="years", population_means=known)
    >>> found.to_polars().select("region", pl.col("estimate").round(2)).rows()[2:]
    [('c', 31.35), ('d', 31.22)]
    """
    if method not in UNIT_METHODS:
        raise unknown_name("method", method, UNIT_METHODS)
    require_level(conf_level)
    persons = read_persons(sample, y, area=area, covariates=as_names(covariates), where=where)
    population = read_population(persons, population_means, population_sizes)
    fit = fit_nested_error(persons.sums, method=method)
    direct = _beside(population, estimate_mean(sample, y, by=area, where=where).table, persons)
    return present(
        direct,
        _predictions(persons, population, fit, direct=direct, method=method),
        model=_described(persons, fit, method),
        conf_level=conf_level,
        remarks=persons.remarks,
    )


def _beside(population: Population, means: pl.DataFrame, persons: Persons) -> DirectEstimates:
    """Put the design-based means in the order of the population's areas."""
    found = {
        key: row
        for key, *row in zip(
            keys_of(means[persons.area]), means["estimate"], means["std_error"], means["n_obs"], strict=True
        )
    }
    rows = [found.get(key, (None, None, 0)) for key in keys_of(population.areas[persons.area])]
    schema = {"direct": pl.Float64, "direct_std_error": pl.Float64, "n_obs": pl.Int64}
    beside = population.areas.hstack(pl.DataFrame(rows, schema=schema, orient="row"))
    return DirectEstimates(
        area=persons.area,
        table=beside,
        source=beside,
        origins=persons.origins,
        synthetic=persons.synthetic,
    )


def _predictions(
    persons: Persons,
    population: Population,
    fit: NestedErrorFit,
    *,
    direct: DirectEstimates,
    method: UnitMethod,
) -> Predictions:
    """Predict every area of the population, in its order."""
    known, place = population.known, population.place[population.known]
    here = predict_means(
        fit,
        persons.sums,
        place=place,
        population=population.means[known],
        size=population.sizes(known),
        method=method,
    )
    elsewhere = predict_elsewhere(
        fit,
        persons.sums,
        population=population.means[~known],
        size=population.sizes(~known),
        method=method,
    )

    def spread(sampled: FloatArray, others: FloatArray) -> FloatArray:
        values = np.empty(known.size)
        values[known], values[~known] = sampled, others
        return values

    return Predictions(
        synthetic=spread(here.synthetic, elsewhere.synthetic),
        estimate=spread(here.estimate, elsewhere.estimate),
        mse=spread(here.mse, elsewhere.mse),
        gamma=spread(here.gamma, elsewhere.gamma),
        residual=spread(fit.residual[place], np.full(elsewhere.gamma.size, np.nan)),
        codes=_codes(population, persons, fit, direct),
    )


def _codes(
    population: Population, persons: Persons, fit: NestedErrorFit, direct: DirectEstimates
) -> tuple[tuple[str, ...], ...]:
    """Say of each area what its estimate rests on."""
    codes = []
    for row, place in enumerate(population.place):
        found = ["synthetic"] if place < 0 else []
        if place >= 0 and fit.area_variance == 0:
            found.append("no_area_variance")
        if place >= 0 and population.size is not None and persons.sums.count[place] == population.size[row]:
            found.append("whole_population")
        if direct.known[row] and direct.table["direct_std_error"][row] is None:
            found.append("no_direct_error")
        codes.append(tuple(found))
    return tuple(codes)


def _described(persons: Persons, fit: NestedErrorFit, method: UnitMethod) -> FittedModel:
    return FittedModel(
        model="nested_error",
        method=method,
        coefficients=coefficient_table(persons.terms.names, fit.coefficients, fit.covariance),
        area_variance=fit.area_variance,
        error_variance=fit.error_variance,
        log_likelihood=fit.log_likelihood,
        n_parameters=fit.coefficients.size + 2,
        n_observations=persons.sums.persons,
    )
