"""Labour series from the processed table `labour`."""

from collections.abc import Iterable

import polars as pl

from talentstats.errors import ComparisonError, NotPublishedError, join_options, unknown_name
from talentstats.labour.observation import Definition
from talentstats.labour.series import Series, series_from_observations
from talentstats.store import ProcessedTable, read_processed

NETHERLANDS = "NL01"


def read_series(
    measure: str,
    *,
    region: str = NETHERLANDS,
    adjustment: str | None = None,
    method: str | None = None,
    datasets: Iterable[str] | None = None,
    table: ProcessedTable | None = None,
) -> Series:
    """Read one published series with all its vintages.

    Parameters
    ----------
    measure : str
        Such as `unemployed`, `vacancies_open`, `tightness` (as CBS published it) or `uwv_class`.
    region : str
        Region code; `NL01` is the Netherlands, `PV28` Zuid-Holland.
    adjustment : {"SA", "NSA"}, optional
        Needed when the measure is published both ways.
    method : str, optional
        Needed when the measure was published by more than one method.
    datasets : iterable of str, optional
        Only these snapshots, such as `cbs/84545NED/2020-06-26`.
    table : ProcessedTable, optional
        The table to read from; the stored one when left out.

    Raises
    ------
    InputError
        If the measure is unknown.
    NotPublishedError
        If nothing of that kind was published for the region.
    ComparisonError
        If the choice leaves figures of more than one adjustment or method.

    Examples
    --------
    >>> read_series("unemployed", adjustment="SA", method="ebb_from_2022").at("2022Q1").value
    338.0
    """
    source = table or read_processed("labour")
    measures = source.frame["measure"].unique().sort().to_list()
    if measure not in measures:
        raise unknown_name("measure", measure, measures)
    frame = source.frame.filter((pl.col("measure") == measure) & (pl.col("region") == region))
    for column, wanted in (("adjustment", adjustment), ("method", method)):
        if wanted is not None:
            frame = frame.filter(pl.col(column) == wanted)
    if datasets is not None:
        frame = frame.filter(pl.col("dataset").is_in(list(datasets)))
    if frame.is_empty():
        raise NotPublishedError(
            f"`{measure}` is not published for region {region} with that adjustment, method and dataset.",
            expected="a region, adjustment and method that are published together",
            got=f"adjustment {adjustment}, method {method}",
            remedy="Regional figures are published without seasonal adjustment (`NSA`) only.",
        )
    _refuse_mixture(frame, measure)
    first = frame.row(0, named=True)
    names = source.regions.get(region, (region, region))
    definition = Definition(
        measure=measure,
        region=region,
        adjustment=first["adjustment"],
        method=first["method"],
        unit=first["unit"],
        region_name_nl=names[0],
        region_name_en=names[1],
    )
    return series_from_observations(
        frame, definition, source.origins, refusals=source.refusals, synthetic=source.synthetic
    )


def _refuse_mixture(frame: pl.DataFrame, measure: str) -> None:
    for column in ("adjustment", "method"):
        values = sorted(frame[column].unique().to_list())
        if len(values) > 1:
            raise ComparisonError(
                f"`{measure}` is published with more than one {column}; one series holds one.",
                expected=f"`{column}=` one of {join_options(values)}",
                got=f"no `{column}`",
                remedy=f"Choose the {column}.",
            )
