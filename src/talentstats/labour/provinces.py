"""Tightness of the provinces side by side."""

from collections.abc import Mapping

from talentstats.errors import NotPublishedError
from talentstats.labour.series import Series
from talentstats.labour.tightness import tightness
from talentstats.store import ProcessedTable, read_processed
from talentstats.terms import EBB_NEW, Period


def province_tightness(*, method: str = EBB_NEW, table: ProcessedTable | None = None) -> Mapping[str, Series]:
    """Return the tightness of every province, unadjusted, by region code.

    Examples
    --------
    >>> province_tightness()["PV28"].at("2022Q1").value
    114.0
    """
    source = table or read_processed("labour")
    codes = sorted(code for code in source.regions if code.startswith("PV"))
    return {code: tightness(code, method=method, table=source) for code in codes}


def latest_complete_period(series: Mapping[str, Series]) -> str:
    """Return the last period for which every one of the series has a figure.

    Raises
    ------
    NotPublishedError
        If there is no such period.
    """
    known = [set(one.periods) for one in series.values()]
    common = set.intersection(*known) if known else set()
    if not common:
        raise NotPublishedError(
            "There is no period for which every province has a figure.",
            expected="vacancies and unemployed of every province for one period",
            got="none",
            remedy="Take a later `as_of` day, or fetch tables 83599NED and 85268NED.",
        )
    return max(common, key=Period.parse)
