"""From sums to estimates: values, standard errors, intervals, degrees of freedom, design effects."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from talentstats.errors import unknown_name
from talentstats.estimate.domains import GroupingSet, cell_sums
from talentstats.estimate.estimated_sets import (
    EstimatedSet,
    SrsReference,
    design_df_of,
    dispersion_of,
    estimate_sets,
)
from talentstats.estimate.estimates import COLUMNS, Estimates, EstimationMethod
from talentstats.estimate.estimators import Sums
from talentstats.estimate.notes import estimate_notes
from talentstats.estimate.sums import PartialSums
from talentstats.estimate.variance_words import variance_words
from talentstats.survey.units import find_units
from talentstats.variance.groups import FloatArray
from talentstats.variance.intervals import (
    Interval,
    ProportionInterval,
    proportion_interval,
    symmetric_interval,
)

IntervalKind = Literal["t", "normal"] | ProportionInterval
DfRule = Literal["domain", "design"]
DF_RULES: tuple[DfRule, ...] = ("domain", "design")
_SYMMETRIC = ("t", "normal")
_PROPORTION = ("logit", "xlogit", "beta", "wilson", "likelihood", "profile", "asin", "mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How estimates are to be presented once the sums are there.

    Attributes
    ----------
    margins : bool
        True to add the totals over every column of `by`, and over all.
    conf_level : float
    interval : str or None
        None: "logit" for proportions, "t" for the rest.
    df : {"domain", "design"}
    srs : {"without_replacement", "with_replacement"}
        The simple random sample the design effect compares with.
    """

    margins: bool = False
    conf_level: float = 0.95
    interval: IntervalKind | None = None
    df: DfRule = "domain"
    srs: SrsReference = "without_replacement"


def present(part: PartialSums, presentation: Presentation) -> Estimates:
    """Turn sums into estimates.

    Raises
    ------
    InputError
        If nobody is in the subpopulation, the design cannot give a variance, or an option is unknown.
    """
    interval = _interval_of(part, presentation)
    units = None if part.units is None else find_units(part.units, part.design)
    cells = cell_sums(part, units)
    sets = estimate_sets(part, units, cells, margins=presentation.margins, srs=presentation.srs)
    design_df = design_df_of(part, units)
    tables = [_table(part, one, interval, design_df, presentation) for one in sets]
    return Estimates(
        table=pl.concat(tables),
        by=part.request.by,
        method=EstimationMethod(
            statistic=part.request.statistic,
            variance=variance_words(part.design, part.replicates, part.adjusted),
            interval=interval,
            conf_level=presentation.conf_level,
            df=presentation.df,
            lonely_psu=part.design.lonely_psu,
        ),
        dispersion=dispersion_of(part, units, cells, sets),
        design=part.design,
        design_df=design_df,
        domain_df=np.concatenate([one.variation.df.ravel() for one in sets]),
        missing=part.missing,
        sample=part.sample,
        origins=part.origins,
        synthetic=part.synthetic,
    )


def _interval_of(part: PartialSums, presentation: Presentation) -> str:
    options = (*_SYMMETRIC, *(_PROPORTION if part.request.statistic == "proportion" else ()))
    default = "logit" if part.request.statistic == "proportion" else "t"
    interval = presentation.interval or default
    if interval not in options:
        raise unknown_name(f"interval for a {part.request.statistic}", interval, options)
    for name, value, known in (
        ("rule for degrees of freedom", presentation.df, DF_RULES),
        ("reference of the design effect", presentation.srs, ("without_replacement", "with_replacement")),
    ):
        if value not in known:
            raise unknown_name(name, value, known)
    return interval


def _interval(
    one: EstimatedSet, interval: str, df: FloatArray, persons: FloatArray, conf_level: float
) -> Interval:
    error = np.sqrt(one.variation.variance)
    if interval in _SYMMETRIC:
        freedom = df if interval == "t" else np.full_like(df, np.inf)
        return symmetric_interval(one.values, error, df=freedom, conf_level=conf_level)
    if one.variation.logit_variance is not None and interval in ("logit", "likelihood", "profile"):
        # Replicates measure the error of the logit itself.
        own = np.sqrt(one.variation.logit_variance) * one.values * (1 - one.values)
        error = np.where((one.values > 0) & (one.values < 1), own, error)
    # Korn & Graubard's n is R's: everyone in the domain, with an answer or without.
    counted = persons if interval == "beta" else one.sums.rows
    partly = (one.values > 0) & (one.values < 1)
    return proportion_interval(
        interval,  # type: ignore[arg-type]  # checked by `_interval_of`
        one.values,
        error,
        n=np.where(partly, counted, one.sums.rows),
        df=df,
        conf_level=conf_level,
        weight_ratio=_weight_ratio(one.sums),
    )


def _weight_ratio(sums: Sums) -> FloatArray:
    """Give the mean weight of respondents over that of everyone, (domains, variables)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (sums.weight / sums.rows) / (sums.persons_weight / sums.persons)[:, None]


def _table(
    part: PartialSums, one: EstimatedSet, interval: str, design_df: float, presentation: Presentation
) -> pl.DataFrame:
    sums, variation = one.sums, one.variation
    persons = np.broadcast_to(sums.persons[:, None], sums.rows.shape)
    df = np.full(sums.rows.shape, design_df) if presentation.df == "design" else variation.df
    ends = _interval(one, interval, df, persons, presentation.conf_level)
    error = np.sqrt(variation.variance)
    error = np.where(sums.rows > 0, error, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(one.values != 0, error / np.abs(one.values), np.nan)
        effect = variation.variance / one.srs_variance
    columns = {
        "estimate": one.values,
        "std_error": error,
        "conf_low": ends.low,
        "conf_high": ends.high,
        "cv": cv,
        "df": df,
        "n_obs": sums.rows,
        "n_missing": persons - sums.rows,
        "sum_weights": sums.weight,
        "design_effect": effect,
    }
    notes = estimate_notes(
        part, sums, variation, ends.note, values=one.values, effect=effect, srs=presentation.srs
    )
    flat = {name: np.ascontiguousarray(values).ravel() for name, values in columns.items()}
    return _frame(part, one.grouping, flat, notes)


def _frame(
    part: PartialSums, grouping: GroupingSet, columns: dict[str, FloatArray], notes: NDArray[np.str_]
) -> pl.DataFrame:
    items = len(part.items)
    by = dict(zip(part.by_columns, part.request.by, strict=True))
    domains = grouping.frame.select(part.by_columns).rename(by) if by else pl.DataFrame()
    repeated = domains[np.repeat(np.arange(grouping.size), items).tolist()] if by else pl.DataFrame()
    levels = [None if item.level is None else str(item.level) for item in part.items]
    labels = pl.DataFrame(
        {
            "variable": [item.variable for item in part.items] * grouping.size,
            "level": levels * grouping.size,
        },
        schema={"variable": pl.String, "level": pl.String},
    )
    values = pl.DataFrame(columns).with_columns(pl.all().fill_nan(None))
    values = values.with_columns(pl.col("n_obs", "n_missing").cast(pl.Int64))
    table = pl.concat([repeated, labels, values, pl.DataFrame({"note": notes.ravel()})], how="horizontal")
    return table.select(*part.request.by, *COLUMNS)
