"""How many respondents a precision needs, and what precision a number of respondents gives."""

import numpy as np
import polars as pl
from scipy.stats import norm

from talentstats.errors import InputError, join_options
from talentstats.estimate.estimates import Estimates
from talentstats.estimate.planning.earlier_wave import (
    EarlierWave,
    PerDomain,
    number_above_0,
    read_earlier,
    share_below_1,
    whole_up,
)
from talentstats.variance.groups import FloatArray


def required_sample_size(
    earlier: Estimates,
    *,
    margin_of_error: float | None = None,
    cv: float | None = None,
    std_error: float | None = None,
    conf_level: float = 0.95,
    population: PerDomain | None = None,
    response_rate: PerDomain | None = None,
) -> pl.DataFrame:
    r"""Say how many respondents each domain needs for a precision, by an earlier wave.

    Parameters
    ----------
    earlier : Estimates
        Means, proportions, ratios or indicators, by the domains that are planned. Their spread and design
        effects are taken to stay as they were.
    margin_of_error, cv, std_error : float
        What is asked, one of the three: half the width of the interval, the standard error over the
        estimate, or the standard error, in the unit of the estimates (`cv`: a fraction).
    conf_level : float
        Of the margin of error.
    population : number or mapping, optional
        Persons in each domain; a mapping from the value of `by` (a tuple of values for several columns) to
        the number. Without it populations are taken as endless.
    response_rate : number or mapping, optional
        Share of those invited that answers; adds `n_invited`.

    Returns
    -------
    polars.DataFrame
        For each row of `earlier`: `estimate`, `design_effect`, `n_earlier`, `std_error` (what is asked),
        `n_srs` for a simple random sample, `n_required` with the design effect, `population` and `n_invited`
        where asked, and a `note` on what was assumed. Null where the earlier wave has no standard error.

    Raises
    ------
    InputError
        If not one precision is asked, a number is out of range, a domain has no population, or more persons
        would have to be invited than there are.

    Notes
    -----
    :math:`n_0 = \mathrm{deff}\, S^2 / V`, :math:`n = n_0 / (1 + n_0 / N)`: Cochran (1977), sections 4.4 to
    4.7; Kish (1965), section 8.2.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "everyone": 1000, "stays": ["yes", "no"] * 50})
    >>> wave = ts.SurveySample(people, ts.SurveyDesign(weight="weight", fpc="everyone"))
    >>> earlier = ts.estimate_proportion(wave, "stays", levels=["yes"])
    >>> plan = ts.required_sample_size(earlier, margin_of_error=0.05, population=1000, response_rate=0.5)
    >>> plan.select("n_srs", "n_required", "n_invited").row(0)
    (280, 280, 560)
    """
    wave = read_earlier(earlier)
    target = _target(wave, margin_of_error=margin_of_error, cv=cv, std_error=std_error, conf_level=conf_level)
    size = _population(wave, population)
    with np.errstate(divide="ignore"):
        srs = _persons(wave.unit_variance / target**2, size)
        needed = _persons(wave.design_variance / target**2, size)
    columns = {
        "design_effect": wave.design_effect,
        "n_earlier": wave.n,
        "std_error": target,
        "n_srs": whole_up(srs),
        "n_required": whole_up(needed),
    }
    if population is not None:
        columns["population"] = size
    if response_rate is not None:
        rate = wave.spread(response_rate, "response_rate")
        number_above_0(float(rate.max()), "response_rate", most=1.0)
        columns["n_invited"] = whole_up(columns["n_required"] / rate)
    most = columns.get("n_invited", columns["n_required"])
    wave.refuse(
        most > size, "The precision asked cannot be reached, even if everyone is invited.", most, size
    )
    return _frame(wave, columns)


def precision_of(
    earlier: Estimates,
    n: PerDomain,
    *,
    conf_level: float = 0.95,
    population: PerDomain | None = None,
) -> pl.DataFrame:
    r"""Say which precision a number of respondents will give in each domain, by an earlier wave.

    Parameters
    ----------
    earlier : Estimates
        As for `required_sample_size`.
    n : number or mapping
        Respondents in each domain.
    conf_level : float
    population : number or mapping, optional
        Persons in each domain.

    Returns
    -------
    polars.DataFrame
        For each row of `earlier`: `n`, `std_error`, `margin_of_error`, `cv`, `design_effect` and a `note`.

    Raises
    ------
    InputError
        If `n` is more than the population, or a number is out of range.

    Notes
    -----
    :math:`V = \mathrm{deff}\,(1 - n/N)\, S^2 / n`: Cochran (1977), section 2.6; Kish (1965), section 8.2.

    Examples
    --------
    >>> import polars as pl
    >>> import talentstats as ts
    >>> people = pl.DataFrame({"weight": 10.0, "stays": ["yes", "no"] * 50})
    >>> wave = ts.SurveySample(people, ts.SurveyDesign(weight="weight"))
    >>> earlier = ts.estimate_proportion(wave, "stays", levels=["yes"])
    >>> ts.precision_of(earlier, 400)["margin_of_error"].round(4).item()
    0.0519
    """
    wave = read_earlier(earlier)
    persons = wave.spread(n, "n")
    size = _population(wave, population)
    wave.refuse(persons > size, "There are to be more respondents than persons.", persons, size)
    error = np.sqrt(wave.design_variance * (1 / persons - 1 / size))
    quantile = norm.isf((1 - share_below_1(conf_level, "conf_level")) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(wave.estimate != 0, error / np.abs(wave.estimate), np.nan)
    columns = {"design_effect": wave.design_effect, "n_earlier": wave.n, "n": persons}
    if population is not None:
        columns["population"] = size
    columns |= {"std_error": error, "margin_of_error": quantile * error, "cv": relative}
    return _frame(wave, columns)


def _target(
    wave: EarlierWave,
    *,
    margin_of_error: float | None,
    cv: float | None,
    std_error: float | None,
    conf_level: float,
) -> FloatArray:
    """Give the standard error that is asked of each row."""
    asked = {"margin_of_error": margin_of_error, "cv": cv, "std_error": std_error}
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) != 1:
        raise InputError(
            "The precision must be asked in one way.",
            expected=join_options(asked),
            got=join_options(given, last="and") or "none",
            remedy="For example `margin_of_error=0.03`.",
        )
    name, value = next(iter(given.items()))
    number = number_above_0(value, name)
    level = share_below_1(conf_level, "conf_level")
    if name == "margin_of_error":
        number /= norm.isf((1 - level) / 2)
    if name == "cv":
        return np.where(wave.estimate == 0, np.nan, number * np.abs(wave.estimate))
    return np.full(wave.n.size, number)


def _population(wave: EarlierWave, population: PerDomain | None) -> FloatArray:
    if population is None:
        return np.full(wave.n.size, np.inf)
    return wave.spread(population, "population")


def _persons(endless: FloatArray, population: FloatArray) -> FloatArray:
    """Take the finite population into account: n0 / (1 + n0 / N)."""
    return endless / (1 + endless / population)


def _frame(wave: EarlierWave, columns: dict[str, FloatArray]) -> pl.DataFrame:
    numbers = pl.DataFrame(columns).with_columns(pl.all().fill_nan(None))
    whole = [name for name in ("n_earlier", "n_srs", "n_required", "n_invited") if name in columns]
    numbers = numbers.with_columns(pl.col(whole).cast(pl.Int64))
    return pl.concat([wave.labels, numbers, pl.DataFrame({"note": list(wave.note)})], how="horizontal")
