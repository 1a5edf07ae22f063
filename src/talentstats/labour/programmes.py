"""What different programmes say of one labour market: measures beside each other, never on one axis."""

from collections.abc import Mapping

from talentstats.errors import NotPublishedError
from talentstats.labour.series import Series
from talentstats.labour.stored import NETHERLANDS, read_series
from talentstats.labour.tightness import tightness
from talentstats.store import ProcessedTable, read_processed

VACANCY_RATE = "job_vacancy_rate"
UNEMPLOYMENT = ("eurostat_unemployment_rate", "unemployment_rate")
_ADJUSTMENTS = ("SA", "NSA")


def programmes(*, table: ProcessedTable | None = None) -> Mapping[str, Series]:
    """Return CBS's tightness, Eurostat's vacancy rate and the unemployment rate of the Netherlands.

    Each has a definition of its own: vacancies per hundred unemployed (CBS), vacancies as a percentage of all
    occupied and vacant posts (Eurostat), unemployed as a percentage of the labour force. They may be shown
    under each other (`ts.figures.programmes`); `compare` and a figure with one axis refuse them.

    Parameters
    ----------
    table : ProcessedTable, optional
        The table to read from; the stored one when left out.

    Returns
    -------
    mapping of measure to Series
        Seasonally adjusted where that is stored, and as published otherwise. The unemployment rate is
        Eurostat's once `talentstats fetch eurostat une_rt_m` has been run, and CBS's until then.

    Raises
    ------
    NotPublishedError
        If no vacancy rate or no unemployment rate is stored.

    Examples
    --------
    >>> [str(series.definition) for series in programmes().values()][:2]
    ['tightness (NL01, SA, ebb_from_2022)', 'job_vacancy_rate (NL01, NSA, eurostat_vacancies)']
    """
    source = table or read_processed("labour")
    found = (
        tightness(table=source),
        _first_stored((VACANCY_RATE,), source, command="talentstats fetch eurostat jvs_q_nace2"),
        _first_stored(UNEMPLOYMENT, source, command="talentstats fetch eurostat une_rt_m"),
    )
    return {series.definition.measure: series for series in found}


def _first_stored(measures: tuple[str, ...], table: ProcessedTable, *, command: str) -> Series:
    """Return the first of some measures that is stored, seasonally adjusted if there is a choice."""
    stored = set(table.frame.select("measure", "region", "adjustment").unique().rows())
    for measure in measures:
        for adjustment in _ADJUSTMENTS:
            if (measure, NETHERLANDS, adjustment) in stored:
                return read_series(measure, adjustment=adjustment, table=table)
    raise NotPublishedError(
        f"There are no stored figures of `{measures[0]}`.",
        expected="figures of the Netherlands in table `labour`",
        got="none",
        remedy=f"Fetch them: `{command}`, and run `talentstats validate`.",
    )
