"""Waves of invented respondents with shares that are known, as processed tables; quicker than whole waves."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from talentstats.provenance import Licence, Origin
from talentstats.store import ProcessedTable
from talentstats.terms import Vintage
from talentstats.waves.weighing import diagnostics, margins_of, weighed

REGIONS = ("leiden", "the_hague", "rest")
UNITS = 12


def made_wave(wave: int, *, n: int = 3000, seed: int = 1, **shares: dict[str, float]) -> ProcessedTable:
    """Make a wave; `shares` gives for a column the share of `yes` by region."""
    random = np.random.default_rng(seed * 10_000 + wave)
    region = random.choice(REGIONS, n, p=(0.3, 0.3, 0.4))
    unit = random.integers(0, UNITS, n)
    columns: dict[str, Any] = {
        "region": region,
        "register": random.choice(("residents", "students"), n, p=(0.7, 0.3)),
        "nationality_broad": random.choice(("eu_efta", "other"), n),
        "role_broad": random.choice(("working", "studying", "partner"), n, p=(0.5, 0.3, 0.2)),
        "feels_at_home": random.integers(1, 6, n),
        "satisfaction": random.integers(4, 11, n),
    }
    for name, by_region in shares.items():
        chance = np.array([by_region[one] for one in region])
        columns[name] = np.where(random.random(n) < chance, "yes", "no")
    frame = pl.DataFrame(columns).with_columns(
        pl.col("region").alias("region_at_wave"),
        pl.format("{}/{}", "region", "register").alias("stratum"),
        pl.format("{}/{}/{}", "region", "register", pl.Series(unit)).alias("psu"),
        pl.Series("design_weight", random.uniform(50.0, 150.0, n)),
    )
    return as_table(frame, wave)


def as_table(frame: pl.DataFrame, wave: int, *, synthetic: bool = True) -> ProcessedTable:
    """Weigh respondents to round totals and put them in a processed table."""
    margins = {
        "margins": [
            _margin(frame, ["region_at_wave", "register"]),
            _margin(frame, ["nationality_broad"]),
        ],
        "origins": [],
    }
    sample = weighed(frame, margins, ())
    origin = made_origin(wave)
    assert margins_of(margins).size == 1_000_000
    return ProcessedTable(
        name=f"internationals_{wave}",
        frame=sample.frame,
        origins={origin.dataset: origin},
        regions={name: (name, name) for name in REGIONS},
        refusals=(),
        synthetic=frozenset({origin.dataset}) if synthetic else frozenset(),
        validation={"rules": 1, "warnings": 0, "messages": []},
        fingerprint="made",
        details={
            "wave": wave,
            "fieldwork": [f"{wave}-09-15", f"{wave}-11-09"],
            "margins": margins,
            "weighting": diagnostics(sample),
        },
    )


def made_origin(wave: int) -> Origin:
    return Origin(
        dataset=f"survey/internationals_{wave}/synthetic",
        publisher="talentstats",
        title="Made for a test",
        table_id=f"internationals_{wave}",
        url="",
        published=Vintage.parse(f"{wave + 1}-03-31"),
        accessed=date(wave + 1, 3, 31),
        licence=Licence(name="MIT", url=""),
        sha256="0" * 64,
    )


def _margin(frame: pl.DataFrame, columns: list[str]) -> dict[str, Any]:
    """Give totals of a million that differ from the weighted counts."""
    sums = frame.group_by(columns).agg(pl.col("design_weight").sum()).sort(columns)
    totals = sums["design_weight"].to_numpy() * np.linspace(0.8, 1.2, sums.height)
    rounded = np.round(totals / totals.sum() * 1_000_000)
    rounded[0] += 1_000_000 - rounded.sum()
    return {
        "columns": columns,
        "totals": [
            [*level, total]
            for level, total in zip(sums.select(columns).rows(), rounded.tolist(), strict=True)
        ],
    }
