"""Processed waves as samples: one for the figures of a wave, or stacked for what changes between waves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from talentstats.errors import InputError
from talentstats.store import ProcessedTable
from talentstats.survey.sample import SurveySample
from talentstats.waves.weighing import DESIGN, WEIGHT, margins_of, weighed
from talentstats.weighting.raking import rake

WAVE = "wave"
# Raking anew gives the stored weights but for the last digits.
_SAME = 1e-6


def sample_of(table: ProcessedTable) -> SurveySample:
    """Open a processed wave for estimates.

    The stored weights are for reading. Estimates need to know that weights were raked, because that lowers
    their variance, so the sample is raked again, to the totals that were stored with it.

    Parameters
    ----------
    table : ProcessedTable
        Of a wave, such as `read_processed("internationals_2025")`.

    Raises
    ------
    InputError
        If the table is not a wave of the survey, or its weights are not those of its margins.

    Examples
    --------
    >>> import talentstats as ts
    >>> wave = ts.read_processed("internationals_2025")  # doctest: +SKIP
    >>> ts.estimate_proportion(sample_of(wave), "plans_to_stay", by="region")  # doctest: +SKIP
    """
    margins = _margins(table)
    sample = weighed(table.frame.drop(WEIGHT), margins, _totals_origins(table))
    stored = table.frame[WEIGHT].to_numpy()
    if not np.allclose(sample.frame[WEIGHT].to_numpy(), stored, rtol=_SAME, atol=0.0):
        raise InputError(
            f"The weights of `{table.name}` are not those of its margins.",
            expected="the weights that raking gives",
            got="others",
            remedy=f"Delete the folder `data/processed/{table.name}`; it is made again from `data/raw`.",
        )
    return replace(sample, origins=tuple(table.origins.values()), synthetic=bool(table.synthetic))


def stacked_sample(tables: Sequence[ProcessedTable]) -> SurveySample:
    """Stack waves for estimates of change with `change`, which then knows what units the waves share.

    Every wave is raked to its own totals. A sampling unit that was drawn in both waves is one unit, so that
    what the waves have in common (a panel, or neighbours) lowers the variance of a change as it should.

    Parameters
    ----------
    tables : sequence of ProcessedTable
        Two waves or more.

    Raises
    ------
    InputError
        If a table is not a wave, a wave is named twice, or real and synthetic waves are mixed.

    Examples
    --------
    >>> import talentstats as ts
    >>> waves = [ts.read_processed(f"internationals_{year}") for year in (2023, 2025)]  # doctest: +SKIP
    >>> ts.change(stacked_sample(waves), "proportion", "plans_to_stay", by="region")  # doctest: +SKIP
    """
    _refuse_mixture(tables)
    waves = {int(table.details[WAVE]): table for table in tables if _margins(table)}
    if len(waves) != len(tables) or len(waves) < 2:
        raise InputError(
            "These are not two waves or more.",
            expected="a processed table of each of several waves",
            got=", ".join(table.name for table in tables) or "none",
        )
    frames = [
        table.frame.drop(WEIGHT).with_columns(pl.lit(wave).alias(WAVE)) for wave, table in waves.items()
    ]
    stacked = SurveySample(
        pl.concat(frames, how="diagonal_relaxed"),
        replace(DESIGN, wave=WAVE),
        origins=tuple(dict.fromkeys(o for table in tables for o in table.origins.values())),
        synthetic=any(table.synthetic for table in tables),
    )
    return rake(stacked, margins_of(_side_by_side(waves)), name=WEIGHT)


def _side_by_side(waves: Mapping[int, ProcessedTable]) -> dict[str, Any]:
    """Give the margins of all waves as margins by wave."""
    kinds: dict[tuple[str, ...], list[list[Any]]] = {}
    for wave, table in waves.items():
        for entry in _margins(table)["margins"]:
            rows = kinds.setdefault(tuple(entry["columns"]), [])
            rows += [[wave, *row] for row in entry["totals"]]
    return {"margins": [{"columns": [WAVE, *key], "totals": rows} for key, rows in kinds.items()]}


def _margins(table: ProcessedTable) -> Mapping[str, Any]:
    if "margins" not in table.details or WEIGHT not in table.frame.columns:
        raise InputError(
            f"`{table.name}` is not a wave of the survey.",
            expected="a processed wave, such as `internationals_2025`",
            got=f"`{table.name}`",
            remedy='Read one with `read_processed("internationals_2025")`.',
        )
    margins: Mapping[str, Any] = table.details["margins"]
    return margins


def _totals_origins(table: ProcessedTable) -> tuple[Any, ...]:
    return tuple(table.origins[name] for name in table.details["margins"]["origins"])


def _refuse_mixture(tables: Sequence[ProcessedTable]) -> None:
    kinds = {bool(table.synthetic) for table in tables}
    if len(kinds) > 1:
        raise InputError(
            "Real and synthetic waves are not stacked.",
            expected="waves of real respondents, or synthetic ones",
            got=", ".join(f"{table.name} ({'synthetic' if table.synthetic else 'real'})" for table in tables),
            remedy="Import the waves that are missing.",
        )
