"""Small-area estimates from direct estimates: the models of Fay and Herriot, plain and spatial."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError, unknown_name
from talentstats.estimate.request import Names, as_names
from talentstats.smallarea.area_frames import (
    keys_of,
    listed,
    read_frame,
    require_areas,
    require_columns,
    rows_of,
)
from talentstats.smallarea.covariates import Terms, make_terms, require_complete, require_independent
from talentstats.smallarea.direct_estimates import DirectEstimates, read_direct
from talentstats.smallarea.fay_herriot_fit import AREA_METHODS, AreaFit, AreaMethod, fit_fay_herriot
from talentstats.smallarea.fitted_model import FittedModel, coefficient_table
from talentstats.smallarea.proximity import read_proximity
from talentstats.smallarea.result import Predictions, SmallAreaEstimates, present, require_level
from talentstats.smallarea.spatial_fit import SPATIAL_METHODS, SpatialData, SpatialMethod, fit_spatial
from talentstats.variance.groups import BoolArray, FloatArray


def fay_herriot(
    direct: Any,
    auxiliaries: Any = None,
    *,
    covariates: Names = None,
    area: str | None = None,
    intercept: bool = True,
    method: AreaMethod = "REML",
    conf_level: float = 0.95,
) -> SmallAreaEstimates:
    r"""Estimate areas with few respondents by a model that borrows from all areas.

    Parameters
    ----------
    direct : Estimates or frame
        Direct estimates by area. A frame has columns `estimate` and `std_error`. An empty estimate marks an
        area without respondents.
    auxiliaries : frame, optional
        Known figures about the areas, one row each. Areas that only occur here get the value of the
        regression, and a note. None: the covariates are columns of the frame `direct`.
    covariates : str or sequence of str, optional
        By default every column of `auxiliaries`. Text stands for categories, compared with the first.
    area : str, optional
        Column of the areas; by default the only column of `by`.
    intercept : bool
    method : {"REML", "ML", "FH"}
        How the variance of the areas is estimated: (restricted) likelihood or the moments of Fay & Herriot.
    conf_level : float
        Confidence level of the normal intervals.

    Returns
    -------
    SmallAreaEstimates
        In the order of `direct`, then of `auxiliaries`.

    Raises
    ------
    InputError
        For areas with two rows, without covariates or without a positive standard error; for covariates that
        depend on each other; for likelihoods without a top.

    Notes
    -----
    :math:`\hat\theta_d = \hat\gamma_d \hat y_d + (1 - \hat\gamma_d) x_d'\hat\beta` with
    :math:`\hat\gamma_d = \hat A / (\hat A + \psi_d)`: Fay & Herriot (1979); Rao & Molina (2015), section 6.1;
    mean squared error Datta, Rao & Smith (2005). See docs/methods/small-areas.md.

    Examples
    --------
    >>> import polars as pl
    >>> from talentstats.smallarea.area_level import fay_herriot
    >>> regions = pl.DataFrame(
    ...     {
    ...         "region": ["north", "east", "south", "west", "isles", "centre"],
    ...         "estimate": [0.31, 0.42, 0.58, 0.49, 0.20, 0.44],
    ...         "std_error": [0.04, 0.05, 0.04, 0.03, 0.12, 0.03],
    ...         "density": [1.0, 2.0, 3.5, 3.0, 0.5, 1.5],
    ...     }
    ... )
    >>> found = fay_herriot(regions, covariates="density", area="region")
    >>> found.to_polars().select("region", pl.col("estimate", "gamma").round(3)).row(4)
    ('isles', 0.289, 0.061)
    >>> found.label("en")
    'model-based (Fay-Herriot, REML)'
    """
    if method not in AREA_METHODS:
        raise unknown_name("method", method, AREA_METHODS)
    require_level(conf_level)
    areas = _read_areas(direct, auxiliaries, covariates=as_names(covariates), area=area, intercept=intercept)
    known = areas.known
    fit = fit_fay_herriot(areas.y, areas.matrix[known], areas.sampling, method=method)
    return present(
        areas.direct,
        _predictions(areas, fit),
        model=_described(areas.terms, fit, model="fay_herriot", method=method),
        conf_level=conf_level,
    )


def spatial_fay_herriot(
    direct: Any,
    proximity: Any,
    *,
    auxiliaries: Any = None,
    covariates: Names = None,
    area: str | None = None,
    intercept: bool = True,
    method: SpatialMethod = "REML",
    conf_level: float = 0.95,
    tolerance: float = 1e-12,
) -> SmallAreaEstimates:
    r"""Estimate areas with few respondents by a model in which neighbouring areas resemble each other.

    Parameters
    ----------
    direct : Estimates or frame
        As for `fay_herriot`; every area has a direct estimate.
    proximity : (areas, areas) array, or frame
        A matrix in the order of `direct`, zeros on the diagonal, rows adding up to 1; or a frame of pairs of
        neighbours: the column of the areas, `neighbour` and, if they do not count alike, `weight`.
    auxiliaries, covariates, area, intercept, conf_level
        As for `fay_herriot`.
    method : {"REML", "ML"}
    tolerance : float
        The estimation ends when a step changes the variance and the correlation by less than this share. R's
        package sae stops at 0.0001 unless told otherwise, which leaves four digits.

    Returns
    -------
    SmallAreaEstimates
        In the order of `direct`. `gamma` is the weight of an area's own direct estimate.

    Raises
    ------
    InputError
        As for `fay_herriot`; for a proximity that does not fit; when the model does not converge, or the
        variance or the correlation runs to its bound.

    Notes
    -----
    :math:`y = X\beta + (I - \rho W)^{-1} u + e`: Rao & Molina (2015), section 8.4; mean squared error
    Singh, Shukla & Kundu (2005), Molina, Salvati & Pratesi (2009). See docs/methods/small-areas.md.

    Examples
    --------
    >>> import polars as pl
    >>> from talentstats.smallarea.area_level import spatial_fay_herriot
    >>> towns = [f"t{number}" for number in range(12)]
    >>> means = [1.0, 1.9, 1.2, 2.6, 1.8, 2.4, 0.6, 1.2, -0.4, 0.9, 0.1, 1.3]
    >>> along = pl.DataFrame({"town": towns, "estimate": means, "std_error": 0.3})
    >>> right, left = towns[1:] + towns[:1], towns[-1:] + towns[:-1]
    >>> pairs = pl.DataFrame({"town": towns * 2, "neighbour": right + left})
    >>> found = spatial_fay_herriot(along, pairs, area="town")
    >>> round(found.model.spatial_correlation, 2)
    0.26
    """
    if method not in SPATIAL_METHODS:
        raise unknown_name("method", method, SPATIAL_METHODS)
    require_level(conf_level)
    _require_tolerance(tolerance)
    areas = _read_areas(direct, auxiliaries, covariates=as_names(covariates), area=area, intercept=intercept)
    _require_everywhere(areas)
    names = keys_of(areas.direct.table[areas.direct.area])
    data = SpatialData(
        y=areas.y,
        x=areas.matrix,
        sampling=areas.sampling,
        proximity=read_proximity(proximity, names, area=areas.direct.area),
    )
    fit = fit_spatial(data, method=method, tolerance=tolerance)
    return present(
        areas.direct,
        _predictions(areas, fit),
        model=_described(areas.terms, fit, model="spatial_fay_herriot", method=method),
        conf_level=conf_level,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Areas:
    """All areas with their covariates; `y` and `sampling` of those with a direct estimate."""

    direct: DirectEstimates
    terms: Terms
    matrix: FloatArray
    known: BoolArray
    y: FloatArray
    sampling: FloatArray


def _read_areas(
    direct: Any, auxiliaries: Any, *, covariates: tuple[str, ...], area: str | None, intercept: bool
) -> _Areas:
    found = read_direct(direct, area=area)
    table, columns = found.source, covariates
    if auxiliaries is not None:
        table = read_frame(auxiliaries, what="auxiliaries")
        require_areas(table, found.area, what="auxiliaries")
        columns = columns or tuple(name for name in table.columns if name != found.area)
        found = _with_areas_elsewhere(found, table)
        table = rows_of(table, found.area, keys_of(found.table[found.area]), what="auxiliaries")
    require_columns(table, columns, what="auxiliaries" if auxiliaries is not None else "direct estimates")
    require_complete(table, columns, area=found.area)
    terms = make_terms(table.filter(found.known), columns, intercept=intercept)
    matrix = terms.matrix(table)
    known = found.known.to_numpy()
    require_independent(matrix[known], terms.names)
    sampled = found.table.filter(found.known)
    return _Areas(
        direct=found,
        terms=terms,
        matrix=matrix,
        known=known,
        y=sampled["direct"].to_numpy(),
        sampling=sampled["direct_std_error"].to_numpy() ** 2,
    )


def _with_areas_elsewhere(found: DirectEstimates, auxiliaries: pl.DataFrame) -> DirectEstimates:
    """Add the areas that only the auxiliaries have."""
    sampled = set(keys_of(found.table[found.area]))
    areas = auxiliaries[found.area]
    elsewhere = areas.filter(pl.Series([key not in sampled for key in keys_of(areas)], dtype=pl.Boolean))
    if elsewhere.is_empty():
        return found
    added = pl.DataFrame({found.area: elsewhere})
    table = found.table
    if added.schema[found.area] != table.schema[found.area]:
        added, table = (one.with_columns(pl.col(found.area).cast(pl.String)) for one in (added, table))
    return replace(found, table=pl.concat([table, added], how="diagonal"))


def _predictions(areas: _Areas, fit: AreaFit) -> Predictions:
    """Spread the fit over all areas; those without a direct estimate get the regression's value."""
    known, elsewhere = areas.known, areas.matrix[~areas.known]
    synthetic = elsewhere @ fit.coefficients
    mse = fit.variance - fit.variance_bias + ((elsewhere @ fit.covariance) * elsewhere).sum(axis=1)
    remark = ("no_area_variance",) if fit.variance == 0 else ()
    return Predictions(
        synthetic=_spread(known, fit.synthetic, synthetic),
        estimate=_spread(known, fit.estimate, synthetic),
        mse=_spread(known, fit.mse, mse),
        gamma=_spread(known, fit.gamma, np.zeros(synthetic.size)),
        residual=_spread(known, fit.residual, np.full(synthetic.size, np.nan)),
        codes=tuple(remark if here else ("synthetic",) for here in known),
    )


def _spread(known: BoolArray, here: FloatArray, elsewhere: FloatArray) -> FloatArray:
    values = np.empty(known.size)
    values[known], values[~known] = here, elsewhere
    return values


def _described(terms: Terms, fit: AreaFit, *, model: str, method: str) -> FittedModel:
    variances = 1 if fit.spatial_correlation is None else 2
    return FittedModel(
        model=model,
        method=method,
        coefficients=coefficient_table(terms.names, fit.coefficients, fit.covariance),
        area_variance=fit.variance,
        spatial_correlation=fit.spatial_correlation,
        log_likelihood=fit.log_likelihood,
        n_parameters=fit.coefficients.size + variances,
        n_observations=fit.gamma.size,
    )


def _require_everywhere(areas: _Areas) -> None:
    if areas.known.all():
        return
    lacking: Sequence[str] = keys_of(areas.direct.table[areas.direct.area].filter(~areas.direct.known))
    raise InputError(
        "The spatial model needs a direct estimate of every area.",
        expected="an estimate and a standard error",
        got=f"none for {listed(lacking)}",
        remedy="Leave these areas out, or use `fay_herriot`, which gives them the regression's value.",
    )


def _require_tolerance(tolerance: float) -> None:
    if not 0 < tolerance < 1:
        raise InputError(
            "The tolerance is not between 0 and 1.",
            expected="a small number such as 1e-12",
            got=f"{tolerance}",
            remedy="Leave it out.",
        )
