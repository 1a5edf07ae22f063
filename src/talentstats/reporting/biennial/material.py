"""The series and tables that the biennial report is made of, as they were known on the edition's day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from talentstats.errors import NotPublishedError
from talentstats.labour import (
    Series,
    latest_complete_period,
    province_tightness,
    read_series,
    tightness,
    uwv_tension,
)
from talentstats.regions import RegionGroup, read_regions
from talentstats.store import ProcessedTable, read_processed
from talentstats.terms import EBB_OLD
from talentstats.workspace import Workspace

NEWS_PERIOD = "2022Q1"
HOME_PROVINCE = "PV28"
HOME_LABOUR_REGION = "AM19"
HOME_MUNICIPALITY = "GM0546"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything the report needs, restricted to what was known on one day.

    Attributes
    ----------
    tight, tight_old, tight_unadjusted : Series
        National tightness: new method, old method, and new method without seasonal adjustment.
    provinces : mapping of region code to Series
    province_period : str
        The last quarter for which every province has a figure.
    tension, tension_classes : Series
        UWV's national tension, and the class of the home labour-market region.
    region : polars.DataFrame
        Latest observation of each regional figure.
    groups : mapping of group code to RegionGroup
    """

    as_of: date
    labour: ProcessedTable
    regional: ProcessedTable
    tight: Series
    tight_old: Series
    tight_unadjusted: Series
    provinces: Mapping[str, Series]
    province_period: str
    tension: Series
    tension_classes: Series
    region: pl.DataFrame
    groups: Mapping[str, RegionGroup]


def gather(workspace: Workspace, *, as_of: date) -> Material:
    """Read the processed tables and keep what was known on `as_of`."""
    labour = read_processed("labour", workspace=workspace)
    regional = read_processed("region", workspace=workspace)
    provinces = {code: series.known_by(as_of) for code, series in province_tightness(table=labour).items()}
    classes = read_series("uwv_class", region=HOME_LABOUR_REGION, table=labour)
    return Material(
        as_of=as_of,
        labour=labour,
        regional=regional,
        tight=tightness(table=labour).known_by(as_of),
        tight_old=tightness(method=EBB_OLD, table=labour).known_by(as_of),
        tight_unadjusted=tightness(adjustment="NSA", table=labour).known_by(as_of),
        provinces=provinces,
        province_period=latest_complete_period(provinces),
        tension=uwv_tension(table=labour).known_by(as_of),
        tension_classes=classes.known_by(as_of),
        region=_known_region(regional.frame, as_of),
        groups=read_regions(workspace.reference).groups,
    )


def _known_region(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    known = frame.filter(pl.col("vintage") <= as_of)
    if known.is_empty():
        raise NotPublishedError(
            f"No figures of the Leiden region were published by {as_of}.",
            expected=f"a day from {min(frame['vintage'].to_list())} on",
            got=str(as_of),
            remedy="Take a later `--as-of` day.",
        )
    return known.sort("vintage").unique(["measure", "region", "period"], keep="last", maintain_order=True)
