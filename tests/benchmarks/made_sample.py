"""A made sample to measure with: persons in no order, in sampling units in strata, with ten answers."""

import numpy as np
import polars as pl

VARIABLES = [f"y{i}" for i in range(10)]
STRATA = 100
UNITS = 2_000
_KEYS = {"domain": "d", "stratum": "s", "psu": "p"}


def made_sample(rows: int, *, domains: int, text: bool = False, seed: int = 1) -> pl.DataFrame:
    """Make a sample; with `text` the keys are text instead of whole numbers."""
    random = np.random.default_rng(seed)
    psu = random.integers(0, UNITS, rows)
    keys = {
        "domain": random.integers(0, domains, rows),
        "stratum": psu // (UNITS // STRATA),
        "psu": psu,
    }
    answers = {name: random.normal(10 + i, 3, rows) for i, name in enumerate(VARIABLES)}
    frame = pl.DataFrame({**keys, "w": random.uniform(50, 150, rows), **answers})
    if not text:
        return frame
    return frame.with_columns(
        (prefix + pl.col(name).cast(pl.String).str.zfill(5)).alias(name) for name, prefix in _KEYS.items()
    )
