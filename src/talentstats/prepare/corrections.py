"""Declared judgements about published figures; each fails when it no longer applies."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from talentstats.declared import reading
from talentstats.errors import InputError
from talentstats.terms import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Published figures of one period that are not used, and why."""

    dataset: str
    measure: str
    period: str
    expect_region: str
    expect_value: float
    reason_nl: str
    reason_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """All declared judgements of a project; `accepted` are deviations the checks may pass."""

    exclusions: tuple[Exclusion, ...]
    accepted: tuple[Mapping[str, Any], ...]


def read_corrections(path: Path) -> Corrections:
    """Read `data/reference/corrections.toml`."""
    expected = "`[[exclude]]` and `[[accept]]` entries, each with a reason"
    with reading(path, what="The declared corrections", expected=expected) as declared:
        return Corrections(
            exclusions=tuple(_exclusion(entry) for entry in declared.get("exclude", [])),
            accepted=tuple(declared.get("accept", [])),
        )


def _exclusion(entry: Mapping[str, Any]) -> Exclusion:
    return Exclusion(
        dataset=entry["dataset"],
        measure=entry["measure"],
        period=str(Period.parse(entry["period"])),
        expect_region=entry["expect"]["region"],
        expect_value=float(entry["expect"]["value"]),
        reason_nl=entry["reason_nl"],
        reason_en=entry["reason_en"],
    )


def exclude(frame: pl.DataFrame, exclusions: tuple[Exclusion, ...], *, where: str) -> pl.DataFrame:
    """Leave out the excluded figures.

    Raises
    ------
    InputError
        If the publisher has since changed the figure that was the reason, so the judgement must be made anew.
    """
    for exclusion in exclusions:
        same = (
            (pl.col("dataset") == exclusion.dataset)
            & (pl.col("measure") == exclusion.measure)
            & (pl.col("period") == exclusion.period)
        )
        found = frame.filter(same & (pl.col("region") == exclusion.expect_region))["value"].to_list()
        if found != [exclusion.expect_value]:
            raise InputError(
                f"A declared exclusion of {exclusion.measure} in {exclusion.period} no longer applies.",
                where=f"{where} against {exclusion.dataset}",
                expected=f"the value {exclusion.expect_value} for {exclusion.expect_region}",
                got=str(found),
                remedy="Look at the new figure; correct the exclusion or take it out.",
            )
        frame = frame.filter(~same)
    return frame
