"""Labour market tightness as CBS defines it: open vacancies per 100 unemployed."""

from dataclasses import replace

import polars as pl

from talentstats.errors import ComparisonError, InputError, NotPublishedError, join_options
from talentstats.labour.ratio import ratio_series, with_published
from talentstats.labour.series import Series
from talentstats.labour.stored import NETHERLANDS, read_series
from talentstats.store import ProcessedTable, read_processed
from talentstats.terms import EBB_NEW, EBB_OLD, VACANCY_SURVEY

UNIT = "vacancies per 100 unemployed"
# Vacancies of earlier quarters are known from single news releases only, across two level breaks
# (business register, December 2006; industry classification, 2010): they are no series.
FIRST_PERIOD = "2011Q1"


def tightness(
    region: str = NETHERLANDS,
    *,
    adjustment: str | None = None,
    method: str = EBB_NEW,
    table: ProcessedTable | None = None,
) -> Series:
    """Tell how many open vacancies there are for every 100 unemployed, with every vintage.

    Computed from the stored vacancies and unemployed of each day; for a day on which CBS published the
    ratio itself and the components of that day are not stored, CBS's own figure is taken and says so.

    Parameters
    ----------
    region : str
        `NL01` for the Netherlands, or a province (`PV28`).
    adjustment : {"SA", "NSA"}, optional
        Seasonally adjusted by default for the Netherlands; provinces exist unadjusted only.
    method : {"ebb_from_2022", "ebb_before_2022"}
        Labour Force Survey after or before its redesign. The two are never joined.
    table : ProcessedTable, optional
        The table to compute from; the stored one when left out.

    Returns
    -------
    Series
        Unit: vacancies per 100 unemployed.

    Raises
    ------
    InputError
        If the method is unknown.
    NotPublishedError
        If the region has no such figures.

    Notes
    -----
    round(100 * V / U), V the open vacancies at the end of the quarter and U the quarterly average of
    unemployed aged 15-74, both of the same adjustment (CBS, news release of 16 May 2023).

    Examples
    --------
    >>> tight = tightness()
    >>> tight.at("2022Q1", as_of="2022-05-17").value, tight.at("2022Q1").value
    (133.0, 134.0)
    """
    if method not in (EBB_NEW, EBB_OLD):
        raise InputError(
            f"Unknown method `{method}`.",
            expected=join_options((EBB_NEW, EBB_OLD)),
            got=f"`{method}`",
            remedy="Choose the Labour Force Survey after or before its redesign.",
        )
    source = table or read_processed("labour")
    chosen = adjustment or ("SA" if region == NETHERLANDS else "NSA")
    vacancies = _from_first_period(
        read_series("vacancies_open", region=region, adjustment=chosen, table=source)
    )
    unemployed = read_series("unemployed", region=region, adjustment=chosen, method=method, table=source)
    computed = tightness_from(vacancies, unemployed)
    try:
        published = read_series("tightness", region=region, adjustment=chosen, method=method, table=source)
    except NotPublishedError:
        return computed
    return with_published(computed, published)


def _from_first_period(series: Series) -> Series:
    return replace(series, vintages=series.vintages.filter(pl.col("period") >= FIRST_PERIOD))


def tightness_from(vacancies: Series, unemployed: Series) -> Series:
    """Apply CBS's formula to two chosen series, such as one table's vintage.

    Raises
    ------
    ComparisonError
        If the two are not open vacancies and unemployed of one region, adjustment and frequency.
    """
    for series, measure in ((vacancies, "vacancies_open"), (unemployed, "unemployed")):
        if series.definition.measure != measure:
            raise ComparisonError(
                "Tightness is a ratio of open vacancies and unemployed.",
                expected=f"`{measure}`",
                got=f"`{series.definition.measure}`",
                remedy="Pass the vacancies first and the unemployed second.",
            )
    if vacancies.definition.method != VACANCY_SURVEY:
        raise ComparisonError(
            "The vacancies are not those of CBS's vacancy survey.",
            expected=VACANCY_SURVEY,
            got=vacancies.definition.method,
            remedy="UWV's tension has a function of its own: `uwv_tension()`.",
        )
    definition = replace(unemployed.definition, measure="tightness", unit=UNIT)
    return ratio_series(vacancies, unemployed, definition=definition, scale=100.0, decimals=0)
